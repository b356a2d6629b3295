import { latestRefusal } from './attempts';
import { newest } from './facts';
import { disputesOf } from '../dispute';
import { endsOfHeldSums, heldSums } from './held';
import { leftOf } from './sums';
import type { CapturedSum, Payment, PaymentStatus, PaymentSummary } from './types';

/** What each status means to whoever waits; a new status is asked for all of it. */
const STATUS: Readonly<
  Record<PaymentStatus, { readonly open: boolean; readonly closed: boolean; readonly rests: boolean }>
> = {
  created: { open: true, closed: false, rests: false },
  awaiting_payer: { open: true, closed: false, rests: false },
  processing: { open: false, closed: false, rests: false },
  paid: { open: false, closed: false, rests: true },
  partially_refunded: { open: false, closed: false, rests: true },
  refunded: { open: false, closed: false, rests: true },
  disputed: { open: false, closed: false, rests: true },
  charged_back: { open: false, closed: false, rests: true },
  failed: { open: false, closed: true, rests: true },
  cancelled: { open: false, closed: true, rests: true },
  expired: { open: false, closed: true, rests: true },
  needs_review: { open: false, closed: false, rests: true },
};

/** Whether the payer may still act, and so whether the deadline counts. */
export function isOpenToPayer(status: PaymentStatus): boolean {
  return STATUS[status].open;
}

/** Closed without money, as far as we know. After our own closing what comes is late; after a failure it is not. */
export function isClosed(status: PaymentStatus): boolean {
  return STATUS[status].closed;
}

/** Whether nothing more is expected soon, so that the payment's run may end: a later report starts a new run. */
export function rests({ status }: Pick<PaymentSummary, 'status'>): boolean {
  return STATUS[status].rests;
}

export function statusOf(
  payment: Payment,
  sums: readonly CapturedSum[],
): { status: PaymentStatus; reason: string | null } {
  const { facts } = payment;
  if (sums.length > 0) return statusOfMoney(payment, sums);

  const closing = facts.find((fact) => fact.kind === 'payment_cancelled' || fact.kind === 'payment_expired');
  if (closing) return { status: closing.kind === 'payment_cancelled' ? 'cancelled' : 'expired', reason: null };

  const held = heldSums(facts);
  if (held.length > 0) return { status: 'processing', reason: newest(held).reason };
  const failed = [...facts.filter((fact) => fact.kind === 'payment_failed'), ...endsOfHeldSums(facts)];
  if (failed.length > 0) return { status: 'failed', reason: newest(failed).reason };
  if (!facts.some((fact) => fact.kind === 'checkout_opened')) return { status: 'created', reason: null };
  // The payer may try again, and should know why the try before came to nothing.
  const tries = facts.filter((fact) => fact.kind === 'attempt_failed');
  const refusal = latestRefusal(facts);
  return { status: 'awaiting_payer', reason: refusal?.reason ?? (tries.length > 0 ? newest(tries).reason : null) };
}

/** Where money that was taken stands: where anything was accepted, only that counts. */
function statusOfMoney(
  payment: Payment,
  sums: readonly CapturedSum[],
): { status: PaymentStatus; reason: string | null } {
  const accepted = sums.filter((sum) => sum.standing === 'accepted');
  const counted = accepted.length > 0 ? accepted : sums;
  const isGone = counted.every((sum) => leftOf(sum) <= 0);
  const total = (key: 'held' | 'lost' | 'refunded') => counted.reduce((amount, sum) => amount + sum[key], 0);
  if (disputesOf(payment).some(({ status }) => status === 'open')) return { status: 'disputed', reason: null };
  if (isGone) return { status: total('lost') > 0 ? 'charged_back' : 'refunded', reason: null };
  if (accepted.length === 0) return { status: 'needs_review', reason: null };
  if (total('lost') + total('refunded') > 0) return { status: 'partially_refunded', reason: null };
  return { status: 'paid', reason: accepted[0]?.late ? 'late_payment' : null };
}
