import { book, bookUnmatched, cartNeeded, movesMoney } from '../workflows/domain/booking';
import type { Operation } from '../workflows/domain/booking';
import { EMPTY_CART } from '../workflows/domain/cart';
import type { Cart as DomainCart } from '../workflows/domain/cart';
import { keyOf } from '../workflows/domain/fact';
import type { Fact } from '../workflows/domain/fact';
import type { GatewayName } from '../workflows/domain/gateway';
import { evolve, summarize } from '../workflows/domain/payment';
import type { Payment, PaymentTerms } from '../workflows/domain/payment';
import { readCart, readWholeCart } from './cart';
import type { Cart } from './cart';
import { loadPayment, toRow } from './facts';
import type { LoadedPayment } from './facts';
import { call } from './functions';
import type { RecordAnswer, StandingPayload } from './functions';
import type { Sql } from './sql';
import { findUnmatched, isOwnAttachment, loadUnmatched } from './unmatched';
import type { Unmatched } from './unmatched';

/** Whose money it is: a payment's, or nobody's yet; of the latter, which message told of it, where that is known. */
export type Booked = PaymentTerms | Nobodys;
interface Nobodys {
  readonly merchantId: string;
  readonly accountId: string;
  readonly gateway: GatewayName;
  readonly unmatched?: string;
}

/** How the message that brought the facts ends. */
export interface SettledNotification {
  readonly id: string;
  readonly state: 'applied' | 'duplicate' | 'invalid' | 'unmatched' | 'attention';
  readonly reason?: string;
  /** Why a person should know of a message that told something new; not kept of one that did not. */
  readonly remark?: string | null;
  /** The fact that tells what the message was about; undefined when it told none. */
  readonly about: Fact | undefined;
}

export interface Recording {
  readonly on: Booked;
  readonly facts: readonly Fact[];
  /** How many facts of the payment this was decided on; where others stand by now, nothing is written. */
  readonly known?: number;
  readonly notification?: SettledNotification;
  readonly command?: { readonly id: string; readonly outcome: unknown };
  /** Refuse while a message about this payment waits for its verification. */
  readonly guard?: 'no_unverified';
}

/** What became of a recording; only `recorded` wrote anything. */
export type Recorded = Exclude<RecordAnswer, { readonly outcome: 'cart_moved' }>;

/** Writes facts with all their consequences in one transaction; safe to repeat. */
export async function record(db: Sql, recording: Recording): Promise<Recorded> {
  for (;;) {
    const answer = await recordOnce(db, recording);
    // Another payment of the same cart was booked in between, or more became known: book again on what stands now.
    const isOvertaken =
      answer.outcome === 'cart_moved' || (answer.outcome === 'stale' && recording.known === undefined);
    if (!isOvertaken) return answer;
  }
}

async function recordOnce(db: Sql, recording: Recording): Promise<RecordAnswer> {
  const { on, facts, known, notification, command, guard } = recording;
  const terms = 'id' in on ? on : null;
  const booked = 'id' in on ? await bookOn(db, on, facts) : await bookNobodys(db, on, facts);
  if (known !== undefined && booked.known !== known) return { outcome: 'stale' };
  return call(db, 'record_turn', {
    merchant: on.merchantId,
    account: on.accountId,
    gateway: on.gateway,
    payment: terms?.id,
    message: booked.unmatched?.notificationId,
    member: terms?.memberId ?? booked.unmatched?.memberId ?? undefined,
    known: booked.known,
    moneyOf: booked.unmatched?.reference,
    cartVersion: booked.cartVersion,
    guard,
    facts: booked.facts,
    standing: booked.standing,
    command,
    notification: notification && settled(notification, terms),
  });
}

interface BookedFacts {
  /** The money of nobody's that these facts are about. */
  readonly unmatched?: Unmatched;
  readonly facts: readonly (ReturnType<typeof toRow> & { readonly operations: readonly Operation[] })[];
  readonly known?: number;
  readonly cartVersion?: number;
  readonly standing?: StandingPayload;
}

/** Money of nobody's is suspended; what is told of such money later is booked on it as on a payment. */
async function bookNobodys(
  db: Sql,
  { accountId, gateway, unmatched }: Nobodys,
  facts: readonly Fact[],
): Promise<BookedFacts> {
  const parent = facts.flatMap((fact) => ('parent' in fact ? [fact.parent] : []))[0];
  const notificationId = unmatched ?? (parent === undefined ? null : await findUnmatched(db, accountId, parent));
  const money = notificationId === null ? null : await loadUnmatched(db, notificationId);
  if (!money) return { facts: facts.map((fact) => ({ ...toRow(fact), operations: bookUnmatched(fact, gateway) })) };
  const needed = cartNeededBy(money, facts);
  const cart = needed === 'none' || money.memberId === null ? null : await readWholeCart(db, money.memberId);
  return {
    unmatched: money,
    facts: bookInTurn(money, facts, cart),
    known: money.facts.filter((fact) => !isOwnAttachment(fact)).length,
    ...(cart && { cartVersion: cart.version }),
    standing: standingOf(facts.reduce(evolve, money)),
  };
}

/** Books each fact on the payment as it is recorded, with those before it, and says how the payment stands after them. */
async function bookOn(db: Sql, terms: PaymentTerms, facts: readonly Fact[]): Promise<BookedFacts> {
  // Most turns that lay money lay it on what is open, so that this much is read at once.
  const [payment, openCart] = await Promise.all([
    loadPayment(db, terms.id),
    facts.some(({ kind }) => kind === 'payment_captured') ? readCart(db, terms.memberId) : null,
  ]);
  if (!payment) throw new Error(`payment ${terms.id} is not recorded`);
  // What an earlier release recorded and did not book comes before what is new.
  const told = [...payment.unbooked, ...facts];
  const needed = cartNeededBy(payment, told);
  const cart =
    needed === 'whole'
      ? await readWholeCart(db, terms.memberId)
      : (openCart ?? (needed === 'open' ? await readCart(db, terms.memberId) : null));
  return {
    facts: bookInTurn(payment, told, cart),
    known: payment.facts.length,
    ...(cart && { cartVersion: cart.version }),
    standing: standingOf(facts.reduce(evolve, payment)),
  };
}

/** Whether an earlier release recorded what is not in the books yet, or not in the rows that lists read. */
export function isBehind(payment: LoadedPayment): boolean {
  const { status, attention, disputes } = summarize(payment);
  const { shown } = payment;
  const isShown =
    shown.status === status && shown.attention === (attention?.code ?? null) && shown.disputes === disputes.length;
  return !isShown || steps(payment, payment.unbooked).some(({ before, fact }) => movesMoney(before, fact));
}

function bookInTurn(payment: Standing, facts: readonly Fact[], cart: Cart | null): BookedFacts['facts'] {
  let current: DomainCart = cart ?? EMPTY_CART;
  return steps(payment, facts).map(({ before, fact, isBooked }) => {
    // The cart has followed it already: to book it again would take the same money off the cart twice.
    if (isBooked) return { ...toRow(fact), operations: [] };
    const booked = book(before, fact, payment.terms.gateway, current);
    current = booked.cart;
    return { ...toRow(fact), operations: booked.operations };
  });
}

function cartNeededBy(payment: Standing, facts: readonly Fact[]): 'none' | 'open' | 'whole' {
  const needs = steps(payment, facts).map(({ before, fact }) => cartNeeded(before, fact));
  return needs.includes('whole') ? 'whole' : needs.includes('open') ? 'open' : 'none';
}

/** A payment, or money of nobody's, and which of its facts are in the books. */
interface Standing extends Payment {
  readonly booked: readonly Fact[];
}

interface Step {
  readonly before: Payment;
  readonly fact: Fact;
  readonly isBooked: boolean;
}

/** Each fact with the payment as it stood before it: what is recorded already has its place there. */
function steps({ terms, facts: recorded, booked }: Standing, facts: readonly Fact[]): Step[] {
  let current: Payment = { terms, facts: recorded };
  return facts.map((fact) => {
    const isIt = (known: Fact) => keyOf(known) === keyOf(fact);
    const place = recorded.findIndex(isIt);
    if (place >= 0) return { before: { terms, facts: recorded.slice(0, place) }, fact, isBooked: booked.some(isIt) };
    const before = current;
    current = evolve(current, fact);
    return { before, fact, isBooked: false };
  });
}

function standingOf(payment: Payment): StandingPayload {
  const { status, attentions, refunds, disputes } = summarize(payment);
  return {
    status,
    attention: attentions[0]?.code ?? null,
    attentions: attentions.map(({ code, detail }) => ({ code, detail })),
    refunds: refunds.map(
      ({ id, capture, money, status: is, reason, detail, feeReturned, gatewayReference, origin, charges }) => ({
        id,
        capture,
        ...money,
        status: is,
        reason,
        detail,
        feeReturned,
        gatewayReference,
        origin,
        charges,
      }),
    ),
    disputes: disputes.map(
      ({
        id,
        capture,
        gatewayReference,
        stage,
        reason,
        status: is,
        amount,
        held,
        lost,
        currency,
        fee,
        answerBy,
        gatewayUrl,
      }) => ({
        id,
        capture,
        gatewayReference,
        stage,
        reason,
        status: is,
        amount,
        held,
        lost,
        currency,
        fee,
        answerBy,
        gatewayUrl,
      }),
    ),
  };
}

function settled({ about, ...notification }: SettledNotification, payment: PaymentTerms | null) {
  return {
    ...notification,
    payment: payment?.id,
    member: payment?.memberId,
    kind: about?.kind,
    amount: about?.amount,
    currency: about?.currency,
    gatewayReference: about?.gatewayReference,
    parentReference: about && moneyBehind(about),
  };
}

/** The capture that a message is about, where that is not the message's own money. */
function moneyBehind(fact: Fact): string | undefined {
  if ('parent' in fact) return fact.parent;
  return fact.kind === 'dispute_opened' || fact.kind === 'dispute_updated' || fact.kind === 'dispute_closed'
    ? fact.gatewayReference
    : undefined;
}
