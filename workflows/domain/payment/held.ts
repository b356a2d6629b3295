import type { Fact, GatewayFact } from '../fact';
import type { Payment } from './types';

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
