import { book, touchesCart } from '../workflows/domain/booking';
import type { OpenCharge } from '../workflows/domain/cart';
import type { Fact } from '../workflows/domain/fact';
import type { GatewayName } from '../workflows/domain/gateway';
import type { AttentionCode, CapturedSum, PaymentStatus, PaymentTerms } from '../workflows/domain/payment';
import { readCart } from './cart';
import { toRow } from './facts';
import { call } from './functions';
import type { RecordAnswer } from './functions';
import type { Sql } from './sql';

/** Whose money it is: a payment's, or nobody's yet. */
export type Booked =
  PaymentTerms | { readonly merchantId: string; readonly accountId: string; readonly gateway: GatewayName };

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
  /** Where the payment's captured sums stand with these facts taken in; empty where there is no payment. */
  readonly sums: readonly CapturedSum[];
  readonly status?: PaymentStatus;
  /** The code of what a person must look at, with `status`. */
  readonly attention?: AttentionCode | null;
  /** How many facts of the payment this was decided on; where others stand by now, nothing is written. */
  readonly known?: number;
  readonly notification?: SettledNotification;
  readonly command?: { readonly id: string; readonly outcome: unknown };
  /** Refuse while a message about this payment waits for its verification. */
  readonly guard?: 'no_unverified';
}

/** What became of a recording; only `recorded` wrote anything. */
export type Recorded = Exclude<RecordAnswer, { readonly outcome: 'cart_moved' }>;

/** Writes facts with all their consequences in one transaction; safe to repeat. Two short round trips, one where no cart is touched. */
export async function record(db: Sql, recording: Recording): Promise<Recorded> {
  for (;;) {
    const answer = await recordOnce(db, recording);
    // Another payment of the same cart was booked in between: allocate again on what is open now.
    if (answer.outcome !== 'cart_moved') return answer;
  }
}

async function recordOnce(
  db: Sql,
  { on, facts, sums, status, attention, known, notification, command, guard }: Recording,
): Promise<RecordAnswer> {
  const payment = 'id' in on ? on : null;
  const cart = payment && facts.some((fact) => touchesCart(fact, sums)) ? await readCart(db, payment.memberId) : null;
  let charges: readonly OpenCharge[] = cart?.charges ?? [];
  const booked = facts.map((fact) => {
    const { entries, payline } = book(fact, on.gateway, sums, charges, payment?.charges ?? []);
    charges = payline ? remaining(charges, payline.parts) : charges;
    return { ...toRow(fact), entries, ...(payline && { payline }) };
  });
  return call(db, 'record', {
    merchant: on.merchantId,
    account: on.accountId,
    payment: payment?.id,
    member: payment?.memberId,
    status,
    attention,
    known,
    cartVersion: cart?.version,
    guard,
    facts: booked,
    command,
    notification: notification && settled(notification, payment),
  });
}

/** What is open once these parts are paid, for the next fact of the same recording. */
function remaining(charges: readonly OpenCharge[], parts: readonly { charge: string; amount: number }[]): OpenCharge[] {
  return charges.map((charge) => ({
    ...charge,
    open: charge.open - (parts.find((part) => part.charge === charge.id)?.amount ?? 0),
  }));
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
  return fact.kind === 'dispute_opened' || fact.kind === 'dispute_closed' ? fact.gatewayReference : undefined;
}
