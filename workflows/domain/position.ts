import type { Currency } from './money';
import { sumsOf } from './payment/sums';
import type { CapturedSum, Payment } from './payment/types';
import { takingsOf } from './dispute';

/**
 * Where a payment's money stands after it was taken, in minor units. It follows from the set of facts: what a fact does to the
 * books is the difference between the positions before and after it, whichever came first.
 */
export interface Position {
  /** Given back, and the gateway's own fees that came back. */
  readonly refunded: number;
  readonly feeReturned: number;
  /** Taken back, come back of that, and lost of it; what is neither is held. */
  readonly taken: number;
  readonly returned: number;
  readonly lost: number;
  /** Came back of more than was taken. */
  readonly surplus: number;
  /** What was given back or lost, by whose it was: it had waited in suspense, had paid for the member, or went beyond what there was. */
  readonly ofSuspense: number;
  readonly ofMember: number;
  readonly excess: number;
}

/** The position in one currency; money of two currencies never mixes. */
export function positionOf(payment: Payment, currency: Currency): Position {
  const sums = sumsOf(payment).filter((sum) => sum.money.currency === currency);
  const total = (of: (sum: CapturedSum) => number) => sums.reduce((amount, sum) => amount + of(sum), 0);
  const disputes = sums.flatMap(({ reference }) => takingsOf(payment, reference).disputes);
  const gone = (sum: CapturedSum) => sum.refunded + sum.lost;
  const ofSuspense = (sum: CapturedSum) => Math.min(gone(sum), sum.money.amount - sum.accepted);
  const ofMember = (sum: CapturedSum) => Math.min(gone(sum) - ofSuspense(sum), sum.accepted + sum.surplusAccepted);
  return {
    refunded: total((sum) => sum.refunded),
    feeReturned: feeReturned(payment, sums, currency),
    taken: disputes.reduce((amount, dispute) => amount + dispute.taken, 0),
    returned: disputes.reduce((amount, dispute) => amount + dispute.returned, 0),
    lost: total((sum) => sum.lost),
    surplus: total((sum) => sum.surplus),
    ofSuspense: total(ofSuspense),
    ofMember: total(ofMember),
    excess: total((sum) => gone(sum) - ofSuspense(sum) - ofMember(sum)),
  };
}

function feeReturned(payment: Payment, sums: readonly CapturedSum[], currency: Currency): number {
  const failed = new Set(
    payment.facts.filter((fact) => fact.kind === 'refund_failed').map(({ gatewayReference }) => gatewayReference),
  );
  const isKnown = (parent: string) => sums.some(({ reference }) => reference === parent);
  return payment.facts.reduce((amount, fact) => {
    if (fact.currency !== currency) return amount;
    switch (fact.kind) {
      case 'payment_refunded':
        return amount + (isKnown(fact.parent) && !failed.has(fact.gatewayReference) ? fact.feeReturned : 0);
      case 'payment_reversed':
        return amount + (isKnown(fact.parent) ? (fact.feeReturned ?? 0) : 0);
      case 'reversal_cancelled':
        return amount - (isKnown(fact.parent) ? (fact.feeCharged ?? 0) : 0);
      default:
        return amount;
    }
  }, 0);
}

/** What of the excess a person has not written off yet. */
export function excessOf(payment: Payment, currency: Currency): number {
  const writtenOff = payment.facts.reduce(
    (amount, fact) => amount + (fact.kind === 'suspense_written_off' && fact.currency === currency ? fact.amount : 0),
    0,
  );
  return Math.max(0, positionOf(payment, currency).excess - writtenOff);
}
