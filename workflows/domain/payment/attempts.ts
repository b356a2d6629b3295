import type { Fact, GatewayFact } from '../fact';
import { newest } from './facts';
import type { Payment } from './types';

/** The payer's approvals of `reference` that came to nothing, plus one: the next try's number. */
export function nextAttempt({ facts }: Pick<Payment, 'facts'>, reference: string): number {
  return facts.filter((fact) => fact.kind === 'attempt_failed' && fact.gatewayReference === reference).length + 1;
}

export type CaptureRefusal = GatewayFact & { kind: 'capture_refused' };

export function latestRefusal(facts: readonly Fact[]): CaptureRefusal | null {
  const refusals = facts
    .filter((fact) => fact.kind === 'capture_refused')
    .filter(
      ({ gatewayReference, qualifier }) => qualifier.split(' ')[0] === String(nextAttempt({ facts }, gatewayReference)),
    );
  return refusals.length > 0 ? newest(refusals) : null;
}
