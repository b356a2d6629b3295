import type { Message } from '../message';
import { tell, type EventDeps } from './events';
import { momentAt, type Movement, type Payment, type PendingRefund } from './payments';
import { newTxnId } from './random-ids';

/** What is asked of giving money back. In the smallest unit, without sign. */
export interface GivingBack {
  readonly units: number;
  readonly feeReturned: number;
  /** Why it does not arrive at once; null: it does. */
  readonly pendingReason: PendingRefund | null;
}

/** The seller gives money back, by API or at PayPal's pages. Nothing is told of it while it is on its way. */
export function giveBack(
  payment: Payment,
  { units, feeReturned, pendingReason }: GivingBack,
  deps: EventDeps,
): { readonly movement: Movement; readonly message: Message | null } {
  const movement: Movement = {
    txnId: newTxnId(),
    standing: { status: 'Refunded', pendingReason: null, reasonCode: 'refund' },
    gross: -units,
    fee: -feeReturned,
    txnType: null,
    at: momentAt(payment, deps.clock),
    state: pendingReason === null ? 'Completed' : 'Pending',
    pendingReason,
  };
  payment.movements.push(movement);
  return { movement, message: pendingReason === null ? arrive(payment, movement, deps) : null };
}

/** A refund on its way arrives, or does not; or one that had arrived fails after all. PayPal tells of the first only. */
export function settleRefund(
  payment: Payment,
  movement: Movement,
  state: 'Completed' | 'Failed',
  deps: EventDeps,
): Message | null {
  movement.state = state;
  return state === 'Completed' ? arrive(payment, movement, deps) : null;
}

function arrive(payment: Payment, movement: Movement, deps: EventDeps): Message | null {
  payment.standing = movement.standing;
  return tell(payment, { kind: 'movement', ...movement }, deps);
}
