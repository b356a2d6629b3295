import type { Movement, Payment } from './payments';

/** Where the money of a payment is, in the smallest unit. */
export interface Sums {
  /** Given back by the seller. */
  readonly refunded: number;
  /** Given back by the seller, and still on its way. */
  readonly pending: number;
  /** Taken back, and undecided now. */
  readonly held: number;
  /** Taken back for good. */
  readonly lost: number;
  /** What the seller can still give back. */
  readonly left: number;
}

export function sumsOf({ form, movements }: Pick<Payment, 'form' | 'movements'>): Sums {
  const sums = { refunded: 0, pending: 0, held: 0, lost: 0 };
  for (const movement of movements) {
    const taken = movement.state === 'Failed' ? 0 : -movement.gross;
    if (isRefund(movement)) sums[movement.state === 'Pending' ? 'pending' : 'refunded'] += taken;
    else if (movement.txnType === 'adjustment') {
      // What ends a case keeps what was taken; only where nothing was does it take.
      sums.held = Math.max(0, sums.held - Math.max(0, taken));
      sums.lost = Math.max(0, sums.lost + taken);
    } else {
      const held = sums.held + taken;
      sums.held = Math.max(0, held);
      sums.lost = Math.max(0, sums.lost + Math.min(0, held));
    }
  }
  return { ...sums, left: form.total - sums.refunded - sums.pending - sums.held - sums.lost };
}

/** Whether the seller gave it. PayPal calls some of these a reversal, for the reason that it was a refund. */
export function isRefund({ standing }: Movement): boolean {
  return standing.status === 'Refunded' || (standing.status === 'Reversed' && standing.reasonCode === 'refund');
}
