import { serverNow } from '../shared/client';
import type { Payment } from '../shared/types';
import { forget, recall, remember } from './kept';

/**
 * The gateway's window may say that a transaction succeeded before the gateway itself has told us. Nobody believes it, but
 * a payer who has perhaps just paid must not be invited to pay again, by the words about an earlier try.
 */

/** So long a claimed transaction is waited for; after that it was a mistake, or a lie, and the payer may go on. */
const CLAIM_MS = 600_000;

export function claim(paymentId: string, reference: string): void {
  remember(nameOf(paymentId), { reference, at: serverNow() });
}

/** The payment as its payer should see it: without an invitation to pay while a claimed transaction is undecided. */
export function asClaimed(payment: Payment): Payment {
  const claimed = recall(nameOf(payment.id));
  if (claimed === null) return payment;
  const isDecided =
    payment.status !== 'awaiting_payer' || payment.timeline.some((row) => row.gatewayReference === claimed.reference);
  if (isDecided || serverNow() - claimed.at > CLAIM_MS) {
    forget(nameOf(payment.id));
    return payment;
  }
  return { ...payment, reason: null, nextAction: null };
}

function nameOf(paymentId: string): `claim.${string}` {
  return `claim.${paymentId}`;
}
