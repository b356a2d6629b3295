import { takingsOf } from '../dispute';
import { sameMoney } from '../money';
import { refundsOf } from '../refund';
import { recordedAt } from './facts';
import { remembered } from '../remembered';
import type { CapturedSum, Payment } from './types';

/** The captured sums in recorded order. The first that fits is accepted; any other waits in suspense for a person. */
export const sumsOf = remembered(deriveSums);
function deriveSums(payment: Payment): readonly CapturedSum[] {
  const { terms, facts } = payment;
  const refunds = refundsOf(payment);
  let sums: CapturedSum[] = [];
  let closed = false;
  for (const fact of facts) {
    // Only we close a payment for good: a gateway's failure is an attempt, and money after it comes as if it had come first.
    if (fact.kind === 'payment_cancelled' || fact.kind === 'payment_expired') closed = true;
    if (fact.kind === 'suspense_accepted')
      sums = sums.map((sum) =>
        sum.reference === fact.gatewayReference
          ? isOfSurplus(fact)
            ? { ...sum, surplusAccepted: sum.surplusAccepted + fact.amount }
            : { ...sum, standing: 'accepted', accepted: sum.accepted + fact.amount }
          : sum,
      );
    if (fact.kind !== 'payment_captured') continue;
    const { gatewayReference: reference, amount, currency } = fact;
    const alone = !sums.some((sum) => sum.standing === 'accepted');
    const fits = sameMoney(fact, terms) && alone && !(closed && terms.latePayments === 'refund');
    const { disputes, surplus } = takingsOf(payment, reference);
    const total = (key: 'held' | 'lost') => disputes.reduce((sum, dispute) => sum + dispute[key], 0);
    const given = (status: 'succeeded' | 'pending') =>
      refunds.reduce(
        (sum, refund) =>
          refund.capture === reference && refund.status === status && refund.money.currency === currency
            ? sum + refund.money.amount
            : sum,
        0,
      );
    sums.push({
      reference,
      money: { amount, currency },
      late: closed,
      standing: fits ? 'accepted' : 'suspended',
      accepted: fits ? amount : 0,
      refunded: given('succeeded'),
      inFlight: given('pending'),
      held: total('held'),
      lost: total('lost'),
      surplus,
      surplusAccepted: 0,
      since: recordedAt(fact),
    });
  }
  return sums;
}

/** What of the sum is still with the merchant: less what was given back, and what was taken back and did not return. */
export function leftOf({ money, refunded, held, lost }: CapturedSum): number {
  return money.amount - refunded - held - lost;
}

/** What of the sum waits in suspense and may be placed or given back: what is left of it, and is nobody's yet. */
export function suspendedOf(sum: CapturedSum): number {
  return Math.max(0, leftOf(sum) - sum.accepted);
}

/** Money that waits for a person: not what was given back meanwhile, at the gateway's own site. */
export function isInSuspense(sum: CapturedSum): boolean {
  return suspendedOf(sum) > 0;
}

/** The most that one refund of this sum can give back to its payer now. */
export function refundableOf(sum: CapturedSum): number {
  return sum.standing === 'accepted' ? Math.max(0, leftOf(sum) - sum.inFlight) : 0;
}

/** What came back beyond what was taken, and is still in suspense. */
export function surplusOf({ surplus, surplusAccepted }: CapturedSum): number {
  return Math.max(0, surplus - surplusAccepted);
}

const SURPLUS = 'surplus';
/** Marks the acceptance of money that came back beyond what was taken of a sum, beside that of the sum itself. */
export function surplusQualifier(commandId: string): string {
  return `${SURPLUS} ${commandId}`;
}
function isOfSurplus({ qualifier }: { readonly qualifier: string }): boolean {
  return qualifier.startsWith(`${SURPLUS} `);
}
