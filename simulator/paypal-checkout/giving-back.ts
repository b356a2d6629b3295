import { newTxnId } from '../paypal-standard/random-ids';
import { moneyBackEvent, REFUND_EVENTS, REVERSED } from './events';
import { timeOf, type Capture, type Refund, type RefundStanding } from './orders';
import type { TakingDeps } from './taking';

/** What is asked of giving money back. */
export type GivingBack = Pick<Refund, 'units'> &
  Partial<Pick<Refund, 'feeReturned' | 'invoiceId' | 'customId' | 'note' | 'standing'>>;

/** How a refund is told. PayPal also calls one a reversal, or one and the same both. */
export const TELLINGS = ['as_refund', 'as_reversal', 'as_both'] as const;
export type Telling = (typeof TELLINGS)[number];

/** The seller gives money back, by API or at PayPal's pages. PayPal keeps its fee, unless told otherwise. */
export function giveBack(
  capture: Capture,
  asked: GivingBack,
  deps: TakingDeps,
  telling: Telling = 'as_refund',
): Refund {
  const refund = make(capture, { ...asked, reversal: null }, deps);
  if (telling !== 'as_refund') tell(refund, REVERSED, deps);
  if (telling !== 'as_reversal') tell(refund, REFUND_EVENTS[refund.standing.status], deps);
  return refund;
}

/** PayPal takes money from the seller, and holds it. */
export function takeBack(capture: Capture, asked: Pick<GivingBack, 'units' | 'feeReturned'>, deps: TakingDeps): Refund {
  const refund = make(capture, { ...asked, reversal: { isDecided: false, returned: 0 } }, deps);
  tell(refund, REVERSED, deps);
  return refund;
}

/** A refund on its way arrives, or does not; or one that had arrived comes back. */
export function settleRefund(refund: Refund, status: RefundStanding['status'], deps: TakingDeps): void {
  refund.standing = { status, reason: null };
  refund.updatedAt = timeOf(refund.capture.order, deps.clock);
  tell(refund, REFUND_EVENTS[status], deps);
}

function make(
  capture: Capture,
  asked: GivingBack & Pick<Refund, 'reversal'>,
  { clock, orders }: Pick<TakingDeps, 'clock' | 'orders'>,
): Refund {
  const now = timeOf(capture.order, clock);
  const refund: Refund = {
    id: newTxnId(),
    capture,
    feeReturned: 0,
    invoiceId: null,
    customId: null,
    note: null,
    standing: { status: 'COMPLETED', reason: null },
    ...asked,
    createdAt: now,
    updatedAt: now,
  };
  orders.addRefund(refund);
  capture.updatedAt = now;
  return refund;
}

function tell(refund: Refund, type: string | null, { messenger }: Pick<TakingDeps, 'messenger'>): void {
  const { order } = refund.capture;
  const event = type === null ? null : moneyBackEvent(type, refund);
  if (event !== null) messenger.tell(order.clientId, order.id, [event]);
}
