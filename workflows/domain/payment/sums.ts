import type { Fact, GatewayFact } from '../fact';
import { sameMoney } from '../money';
import { recordedAt } from './facts';
import type { CapturedSum, Payment } from './types';

/** The captured sums in recorded order. The first that fits is accepted; any other waits in suspense for a person. */
export function sumsOf({ terms, facts }: Payment): CapturedSum[] {
  let sums: CapturedSum[] = [];
  let closed = false;
  for (const fact of facts) {
    // Only we close a payment for good: a gateway's failure is an attempt, and money after it comes as if it had come first.
    if (fact.kind === 'payment_cancelled' || fact.kind === 'payment_expired') closed = true;
    if (fact.kind === 'suspense_accepted')
      sums = sums.map((sum) => (sum.reference === fact.gatewayReference ? { ...sum, standing: 'accepted' } : sum));
    if (fact.kind !== 'payment_captured') continue;
    const { gatewayReference: reference, amount, currency } = fact;
    const alone = !sums.some((sum) => sum.standing === 'accepted');
    const fits = sameMoney(fact, terms) && alone && !(closed && terms.latePayments === 'refund');
    sums.push({
      reference,
      money: { amount, currency },
      late: closed,
      standing: fits ? 'accepted' : 'suspended',
      left: amount - takenAway(reference, facts),
      since: recordedAt(fact),
    });
  }
  return sums;
}

/** Money that waits for a person: not what was given back meanwhile, at the gateway's own site. */
export function isInSuspense(sum: CapturedSum): boolean {
  return sum.standing === 'suspended' && sum.left > 0;
}

/** What was given back or taken back of the money of `reference`, in its currency. */
function takenAway(reference: string, facts: readonly Fact[]): number {
  let refunded = 0;
  let reversed = 0;
  for (const fact of facts) {
    if (!('parent' in fact) || fact.parent !== reference) continue;
    if (fact.kind === 'payment_refunded') refunded += fact.amount;
    if (fact.kind === 'payment_reversed') reversed += fact.amount;
    if (fact.kind === 'reversal_cancelled') reversed -= fact.amount;
  }
  return refunded + Math.max(0, reversed);
}

/** Money that the gateway said it holds and has not decided on since, nor sent back where it came from. */
export function heldSums(facts: readonly Fact[]) {
  return facts
    .filter((fact) => fact.kind === 'payment_pending')
    .filter(({ gatewayReference }) => !isDecided(gatewayReference, facts));
}

function isDecided(reference: string, facts: readonly Fact[]): boolean {
  return facts.some(
    (fact) =>
      (fact.gatewayReference === reference &&
        (fact.kind === 'payment_captured' || fact.kind === 'payment_failed' || fact.kind === 'attempt_failed')) ||
      (isMoneyBack(fact) && fact.parent === reference),
  );
}

/** What ended a held sum that never came: it was given back, or taken back, before it was ours. */
export function endsOfHeldSums(facts: readonly Fact[]) {
  return facts.filter(isMoneyBack).filter((fact) => isAboutMoneyThatNeverCame(fact, facts));
}

type MoneyBack = Extract<GatewayFact, { kind: 'payment_refunded' | 'payment_reversed' | 'reversal_cancelled' }>;

function isMoneyBack(fact: Fact): fact is MoneyBack {
  return fact.kind === 'payment_refunded' || fact.kind === 'payment_reversed' || fact.kind === 'reversal_cancelled';
}

/** Whether the fact gives or takes back a sum that was only ever held: then nothing came, and nothing went. */
export function isAboutMoneyThatNeverCame(fact: Fact, facts: readonly Fact[]): boolean {
  if (!isMoneyBack(fact)) return false;
  const parents = facts.filter((other) => other.gatewayReference === fact.parent);
  return (
    parents.some(({ kind }) => kind === 'payment_pending') && !parents.some(({ kind }) => kind === 'payment_captured')
  );
}

/** References of the money that the gateway holds. */
export function pendingReferences({ facts }: Payment): readonly string[] {
  return [...new Set(heldSums(facts).map((fact) => fact.gatewayReference))];
}
