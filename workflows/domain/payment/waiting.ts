import { latestRefusal } from './attempts';
import type { CaptureRefusal } from './attempts';
import { statusOf } from './status';
import { pendingReferences } from './held';
import { sumsOf } from './sums';
import type { Payment } from './types';

/** The refusal that the payment is stuck in: approved money that we were not allowed to take, and no later try that ended otherwise. */
export function standingRefusal(payment: Payment): CaptureRefusal | null {
  const { status } = statusOf(payment, sumsOf(payment));
  return status === 'awaiting_payer' ? latestRefusal(payment.facts) : null;
}

/**
 * Whether the gateway should be asked by itself how this payment stands, because its word may never reach us: while it
 * holds money, and while a prompt that it sent to the payer's phone may still be approved, our own deadline or not.
 */
export function isWorthWatching(payment: Payment): boolean {
  if (pendingReferences(payment).length > 0) return true;
  const prompted = payment.facts.some((fact) => fact.kind === 'checkout_opened' && fact.handed === 'prompt');
  return prompted && !payment.facts.some((fact) => fact.kind === 'payment_captured' || fact.kind === 'payment_failed');
}

/** Whether nothing is expected until the payer acts or the payer's time is over: a run may sleep until then. */
export function isLeftToPayer(payment: Payment): boolean {
  return statusOf(payment, sumsOf(payment)).status === 'awaiting_payer' && !isWorthWatching(payment);
}
