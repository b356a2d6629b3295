import { takingsOf } from './dispute';
import type { Fact } from './fact';
import type { Currency } from './money';
import { evolve } from './payment/facts';
import { sumsOf } from './payment/sums';
import type { CapturedSum, Payment } from './payment/types';
import { refundsOf } from './refund';

/**
 * Where a payment's money stands after it was taken, in minor units. It follows from the set of facts: what a fact does to the
 * books is the difference between the positions before and after it, whichever came first.
 */
interface Position {
  /** Given back, and the gateway's own fees that came back. */
  readonly refunded: number;
  readonly feeReturned: number;
  /** Taken back, come back of that, and lost of it; what is neither is held. */
  readonly taken: number;
  readonly returned: number;
  readonly lost: number;
  /** Came back of more than was taken. */
  readonly surplus: number;
}

/** Whose the money was that went: it had paid for the member, waits in suspense (or went beyond all there was), or was written off. */
export interface Pots {
  readonly member: number;
  readonly suspense: number;
  readonly writtenOff: number;
}

/** What a fact moves of money that had been taken before it, and whose that was, by the way it went. */
export interface Movement extends Position {
  readonly byRefund: Pots;
  readonly byLoss: Pots;
  readonly currency: Currency;
}

/** A payment's money in one currency; money of two currencies never mixes. */
interface Account {
  readonly payment: Payment;
  readonly currency: Currency;
  readonly sums: readonly CapturedSum[];
  readonly otherwise: Otherwise;
}

/** What went in this currency of sums that came in another: it is covered by nothing, and a person must look at it. */
interface Otherwise {
  readonly refunded: number;
  /** Taken back. No dispute holds it, since disputes are of the captured money: it counts as lost at once. */
  readonly lost: number;
  /** Came back of more than was taken. */
  readonly surplus: number;
}

/**
 * What the fact moves, by currency. A capture that is told last also moves what had been told of it before, which may be in
 * another currency than it came in. `payment`: as it stood before the fact.
 */
export function movementsBy(payment: Payment, fact: Fact): readonly Movement[] {
  const next = evolve(payment, fact);
  const ofIt = next.facts.filter((other) => 'parent' in other && other.parent === fact.gatewayReference);
  const currencies = new Set([currencyOf(next, fact), ...ofIt.flatMap(({ currency }) => currency ?? [])]);
  return [...currencies].map((currency) => movementIn(currency, payment, next));
}

function movementIn(currency: Currency, payment: Payment, next: Payment): Movement {
  const [old, young] = [accountOf(payment, currency), accountOf(next, currency)];
  const [then, now] = [positionOf(old), positionOf(young)];
  const lostThen = new Map(old.sums.map(({ reference, lost }) => [reference, lost]));
  const written = writtenOffBeyond(young);
  const before = potsOf(old, goneOf, written);
  const refundedOnly: Account = { ...young, otherwise: { ...young.otherwise, lost: old.otherwise.lost } };
  const between = potsOf(refundedOnly, (sum) => sum.refunded + (lostThen.get(sum.reference) ?? 0), written);
  const after = potsOf(young, goneOf, written);
  return withoutSwap({
    refunded: now.refunded - then.refunded,
    feeReturned: now.feeReturned - then.feeReturned,
    taken: now.taken - then.taken,
    returned: now.returned - then.returned,
    lost: now.lost - then.lost,
    surplus: now.surplus - then.surplus,
    byRefund: less(between, before),
    byLoss: less(after, between),
    currency,
  });
}

/**
 * A reversal that was lost and proves to be a refund is no loss any more, and nothing has moved: the one is the other. What is
 * left over is either: nothing else makes a fact give back and undo a loss at once.
 */
function withoutSwap(movement: Movement): Movement {
  const { refunded, taken, lost, byRefund, byLoss } = movement;
  const swapped = Math.max(0, Math.min(refunded, -lost));
  if (swapped === 0) return movement;
  const pots = less(byRefund, less(NO_POTS, byLoss));
  const isRefund = refunded > swapped;
  return {
    ...movement,
    refunded: refunded - swapped,
    taken: taken + swapped,
    lost: lost + swapped,
    byRefund: isRefund ? pots : NO_POTS,
    byLoss: isRefund ? NO_POTS : pots,
  };
}

/** What of the money that went beyond all there was a person has not written off yet. */
export function excessOf(payment: Payment, currency: Currency): number {
  const account = accountOf(payment, currency);
  const tooMuchGiven = total(account.sums, overAccepted);
  return Math.max(0, beyondOf(account, goneOf) + tooMuchGiven - writtenOff(account));
}

/** What came back in a currency beyond what was taken in it, of sums that came in another. */
export function surplusOtherwise(payment: Payment, currency: Currency): number {
  return accountOf(payment, currency).otherwise.surplus;
}

function accountOf(payment: Payment, currency: Currency): Account {
  const all = sumsOf(payment);
  const isOtherwise = (parent: string, moved: Currency | null) =>
    moved === currency && all.some(({ reference, money }) => reference === parent && money.currency !== currency);
  const taken = total(payment.facts, (fact) =>
    'parent' in fact && isOtherwise(fact.parent, fact.currency) ? takenBy(fact, payment) : 0,
  );
  return {
    payment,
    currency,
    sums: all.filter(({ money }) => money.currency === currency),
    otherwise: {
      refunded: total(refundsOf(payment), ({ capture, status, money }) =>
        status === 'succeeded' && isOtherwise(capture, money.currency) ? money.amount : 0,
      ),
      lost: Math.max(0, taken),
      surplus: Math.max(0, -taken),
    },
  };
}

/** What the payer took back by this fact; below zero, what came back. A reversal that is also told as a refund took nothing. */
function takenBy(fact: Fact, { facts }: Payment): number {
  switch (fact.kind) {
    case 'payment_reversed':
      return isToldAs('payment_refunded', fact.gatewayReference, facts) ? 0 : fact.amount;
    case 'reversal_cancelled':
      return -fact.amount;
    case 'dispute_adjusted':
      return fact.qualifier === 'credit' ? -fact.amount : fact.amount;
    default:
      return 0;
  }
}

function isToldAs(kind: Fact['kind'], reference: string, facts: readonly Fact[]): boolean {
  return facts.some((fact) => fact.kind === kind && fact.gatewayReference === reference);
}

/** In which currency a fact moves money: its own, or that of the capture that it is about. */
function currencyOf({ terms, facts }: Payment, fact: Fact): Currency {
  if (fact.currency !== null) return fact.currency;
  const captured = facts.find(
    (other) => other.kind === 'payment_captured' && other.gatewayReference === fact.gatewayReference,
  );
  return captured?.currency ?? terms.currency;
}

function positionOf(account: Account): Position {
  const { payment, sums, otherwise } = account;
  const disputes = sums.flatMap(({ reference }) => takingsOf(payment, reference).disputes);
  return {
    refunded: total(sums, ({ refunded }) => refunded) + otherwise.refunded,
    feeReturned: feeReturned(account),
    taken: total(disputes, ({ taken }) => taken) + otherwise.lost,
    returned: total(disputes, ({ returned }) => returned),
    lost: total(sums, ({ lost }) => lost) + otherwise.lost,
    surplus: total(sums, ({ surplus }) => surplus) + otherwise.surplus,
  };
}

type Gone = (sum: CapturedSum) => number;
const goneOf: Gone = ({ refunded, lost }) => refunded + lost;
const NO_POTS: Pots = { member: 0, suspense: 0, writtenOff: 0 };

function potsOf(account: Account, gone: Gone, written: number): Pots {
  const beyond = beyondOf(account, gone);
  const off = Math.min(beyond, written);
  return {
    member: total(account.sums, (sum) => ofMember(sum, gone)),
    suspense: total(account.sums, (sum) => ofSuspense(sum, gone)) + beyond - off,
    writtenOff: off,
  };
}

/** First goes what had waited in suspense, then what had paid for the member. */
function ofSuspense(sum: CapturedSum, gone: Gone): number {
  return Math.min(gone(sum), sum.money.amount - sum.accepted);
}
function ofMember(sum: CapturedSum, gone: Gone): number {
  return Math.min(gone(sum) - ofSuspense(sum, gone), sum.accepted);
}

/** What went beyond a sum, and what went in a currency that the sum is not of. */
function beyondOf({ sums, otherwise }: Account, gone: Gone): number {
  return (
    total(sums, (sum) => gone(sum) - ofSuspense(sum, gone) - ofMember(sum, gone)) + otherwise.refunded + otherwise.lost
  );
}

/** Came back, was given to the member by a person, and then proved to be what a reversal took. */
function overAccepted({ surplus, surplusAccepted }: CapturedSum): number {
  return Math.max(0, surplusAccepted - surplus);
}

function writtenOff({ payment, currency }: Account): number {
  return total(payment.facts, (fact) =>
    fact.kind === 'suspense_written_off' && fact.currency === currency ? fact.amount : 0,
  );
}

/** What was written off of the money that went, beside what had been given to the member too much. */
function writtenOffBeyond(account: Account): number {
  return Math.max(0, writtenOff(account) - total(account.sums, overAccepted));
}

/** The gateway's own fees that came back with what was given or taken back, less what it kept again. */
function feeReturned({ payment: { facts }, sums, currency }: Account): number {
  const isKnown = (parent: string) => sums.some(({ reference }) => reference === parent);
  return total(facts, (fact) => {
    if (fact.currency !== currency || !('parent' in fact) || !isKnown(fact.parent)) return 0;
    const { gatewayReference } = fact;
    switch (fact.kind) {
      case 'payment_refunded':
        return isToldAs('refund_failed', gatewayReference, facts) ? 0 : fact.feeReturned;
      case 'payment_reversed':
        return isToldAs('payment_refunded', gatewayReference, facts) ? 0 : (fact.feeReturned ?? 0);
      case 'reversal_cancelled':
        return -(fact.feeCharged ?? 0);
      default:
        return 0;
    }
  });
}

function less(one: Pots, other: Pots): Pots {
  return {
    member: one.member - other.member,
    suspense: one.suspense - other.suspense,
    writtenOff: one.writtenOff - other.writtenOff,
  };
}

function total<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}
