import { chargeLabel, dueOn } from '../workflows/domain/agreement';
import { book, bookUnmatched, cartNeeded, movesMoney } from '../workflows/domain/booking';
import type { Operation } from '../workflows/domain/booking';
import { bothNeeds, covers, EMPTY_CART, NO_NEED } from '../workflows/domain/cart';
import type { Cart as DomainCart, CartNeed } from '../workflows/domain/cart';
import { eventsOf, eventsOfRefunds } from '../workflows/domain/event';
import type { Telling } from '../workflows/domain/event';
import { keyOf } from '../workflows/domain/fact';
import type { Fact } from '../workflows/domain/fact';
import type { GatewayName } from '../workflows/domain/gateway';
import { evolve, summarize } from '../workflows/domain/payment';
import type { Payment, PaymentTerms } from '../workflows/domain/payment';
import { readUnmadeCharge } from './instalment-charges';
import { asRead, readCartPart } from './cart';
import type { Cart } from './cart';
import { loadPayment, toRow } from './facts';
import type { LoadedPayment } from './facts';
import { call } from './functions';
import type { CartChange, RecordAnswer, StandingPayload } from './functions';
import type { Sql } from './sql';
import { findUnmatched, loadUnmatched, withoutAttachment } from './unmatched';
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
export type Recorded = RecordAnswer;

/** Writes facts with all their consequences in one transaction; safe to repeat. */
export async function record(db: Sql, recording: Recording): Promise<Recorded> {
  for (;;) {
    const answer = await recordOnce(db, recording);
    // More became known in between, and the caller relies on nothing: book again on what stands now.
    const isOvertaken = answer.outcome === 'stale' && recording.known === undefined;
    if (!isOvertaken) return answer;
  }
}

async function recordOnce(db: Sql, recording: Recording): Promise<Recorded> {
  const { on, facts, known, notification, command, guard } = recording;
  const terms = 'id' in on ? on : null;
  const basis = 'id' in on ? await readPayment(db, on, facts) : await readNobodys(db, on, facts);
  if (known !== undefined && basis.known !== known) return { outcome: 'stale' };
  let { cart } = basis;
  for (;;) {
    const answer = await call(db, 'record_on_cart', {
      merchant: on.merchantId,
      account: on.accountId,
      gateway: on.gateway,
      payment: terms?.id,
      message: basis.unmatched?.notificationId,
      member: terms?.memberId ?? basis.unmatched?.memberId ?? undefined,
      known: basis.known,
      moneyOf: basis.unmatched?.reference,
      cartVersion: cart?.version,
      cartNeeded: basis.needed ?? undefined,
      guard,
      facts: basis.book(basis.charge && cart ? withCharge(cart, basis.charge) : cart),
      charge: basis.charge,
      standing: basis.standing,
      events: basis.events.length === 0 ? undefined : basis.events,
      command,
      notification: notification && settled(notification, terms),
    });
    if (answer.outcome !== 'cart_moved') return answer;
    cart = asRead(answer.cart); // another payment of the same cart was booked in between
  }
}

type BookedFacts = readonly (ReturnType<typeof toRow> & { readonly operations: readonly Operation[] })[];

/** What facts are booked on, as it was read. */
interface Basis {
  /** The money of nobody's that these facts are about. */
  readonly unmatched?: Unmatched;
  readonly known?: number;
  readonly standing?: StandingPayload;
  /** What the merchant is told of it. */
  readonly events: readonly Telling[];
  /** What of the cart is needed, and that; null: nothing. */
  readonly needed: CartNeed | null;
  readonly cart: Cart | null;
  /** What is charged with the money that pays it. */
  readonly charge?: ChargeWithMoney | undefined;
  readonly book: (cart: Cart | null) => BookedFacts;
}

/** Money of nobody's is suspended; what is told of such money later is booked on it as on a payment. */
async function readNobodys(
  db: Sql,
  { accountId, gateway, unmatched }: Nobodys,
  facts: readonly Fact[],
): Promise<Basis> {
  const parent = facts.flatMap((fact) => ('parent' in fact ? [fact.parent] : []))[0];
  const notificationId = unmatched ?? (parent === undefined ? null : await findUnmatched(db, accountId, parent));
  const money = notificationId === null ? null : await loadUnmatched(db, notificationId);
  if (!money) {
    const book = () => facts.map((fact) => ({ ...toRow(fact), operations: bookUnmatched(fact, gateway) }));
    return { events: [], needed: null, cart: null, book };
  }
  const needed = money.memberId === null ? null : cartNeededBy(money, facts);
  const told = withoutAttachment(money);
  return {
    unmatched: money,
    known: told.facts.length,
    standing: standingOf(facts.reduce<Payment>(evolve, money)),
    events: eventsOfRefunds(told, facts.reduce<Payment>(evolve, told)),
    needed,
    cart: needed && money.memberId !== null ? await readCartPart(db, money.memberId, needed) : null,
    book: (cart) => bookInTurn(money, facts, cart),
  };
}

/** Each fact is booked on the payment as it is recorded, with those before it. */
async function readPayment(db: Sql, terms: PaymentTerms, facts: readonly Fact[]): Promise<Basis> {
  // Most turns that need the cart lay a capture on what is open, so that this much is read at once.
  const captures = facts.flatMap((fact) => (fact.kind === 'payment_captured' ? [fact.amount] : []));
  const likely = { ...NO_NEED, lays: captures.reduce((sum, amount) => sum + amount, 0), named: terms.charges };
  const [payment, likelyCart] = await Promise.all([
    loadPayment(db, terms.id),
    captures.length > 0 ? readCartPart(db, terms.memberId, likely) : null,
  ]);
  if (!payment) throw new Error(`payment ${terms.id} is not recorded`);
  // What an earlier release recorded and did not book comes before what is new.
  const told = [...payment.unbooked, ...facts];
  const needed = cartNeededBy(payment, told);
  const isRead = needed !== null && likelyCart !== null && covers(likely, needed);
  const after = facts.reduce<Payment>(evolve, payment);
  const isLaid = needed !== null && needed.lays > 0;
  return {
    charge: isLaid && payment.row.agreement !== null ? await readChargeWithMoney(db, terms.id) : undefined,
    known: payment.facts.length,
    standing: standingOf(after),
    events: eventsOf(payment, after),
    needed,
    cart: isRead ? likelyCart : needed && (await readCartPart(db, terms.memberId, needed)),
    book: (cart) => bookInTurn(payment, told, cart),
  };
}

type ChargeWithMoney = NonNullable<CartChange['given']['charge']>;

/** The charge of an instalment of which nothing was charged before; undefined where it was. */
async function readChargeWithMoney(db: Sql, paymentId: string): Promise<ChargeWithMoney | undefined> {
  const unmade = await readUnmadeCharge(db, paymentId);
  if (unmade === null) return undefined;
  const { id, category, amount, currency, number, ...terms } = unmade;
  const day = dueOn(terms, number);
  return { id, label: chargeLabel(terms, day), category, amount, currency, dueOn: day };
}

/** The cart as it is once the charge is in it; its own money pays it before any other does. */
function withCharge(cart: Cart, { id, category, amount, dueOn: day }: ChargeWithMoney): Cart {
  const open = { id, category, open: amount, dueOn: day ?? '', sequence: Number.MAX_SAFE_INTEGER };
  return { ...cart, charges: [...cart.charges, open] };
}

/** Whether an earlier release recorded what is not in the books yet, or not in the rows that lists read. */
export function isBehind(payment: LoadedPayment): boolean {
  const { status, attention, disputes } = summarize(payment);
  const { shown } = payment;
  const isShown =
    shown.status === status && shown.attention === (attention?.code ?? null) && shown.disputes === disputes.length;
  return !isShown || steps(payment, payment.unbooked).some(({ before, fact }) => movesMoney(before, fact));
}

/** What has its entry stays booked as it is; what it undid in the cart is not there to be undone again. */
function bookInTurn(
  payment: Payment & Pick<LoadedPayment, 'booked'>,
  facts: readonly Fact[],
  cart: Cart | null,
): BookedFacts {
  let current: DomainCart = cart ?? EMPTY_CART;
  return steps(payment, facts).map(({ before, fact }) => {
    if (payment.booked.has(keyOf(fact))) return { ...toRow(fact), operations: [] };
    const booked = book(before, fact, payment.terms.gateway, current);
    current = booked.cart;
    return { ...toRow(fact), operations: booked.operations };
  });
}

function cartNeededBy(payment: Payment, facts: readonly Fact[]): CartNeed | null {
  const needs = steps(payment, facts).flatMap(({ before, fact }) => cartNeeded(before, fact) ?? []);
  return needs.length === 0 ? null : needs.reduce(bothNeeds);
}

/** Each fact with the payment as it stood before it: what is recorded already has its place there. */
function steps(payment: Payment, facts: readonly Fact[]): { before: Payment; fact: Fact }[] {
  let current: Payment = payment;
  return facts.map((fact) => {
    const place = payment.facts.findIndex((known) => keyOf(known) === keyOf(fact));
    if (place >= 0) return { before: { terms: payment.terms, facts: payment.facts.slice(0, place) }, fact };
    const before = current;
    current = evolve(current, fact);
    return { before, fact };
  });
}

function standingOf(payment: Payment): StandingPayload {
  const { status, attentions, captured, fee, refunded, refunds, disputes } = summarize(payment);
  return {
    ...{ status, captured, fee, refunded },
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
