import type { Standing } from './buyers';
import { viewDispute } from './dispute-view';
import type { Event } from './event-body';
import type { Capture, Dispute, Order, Refund, RefundStanding } from './orders';
import { saleEvent, saleMoneyBackEvent } from './subscriptions/sale-events';
import { statusOf, viewCapture, viewOrder, viewRefund } from './views';

export function orderEvent(type: string, order: Order, payerPage: string): Event {
  return {
    type,
    resourceType: 'checkout-order',
    summary: `Order is ${statusOf(order)}`,
    resource: viewOrder(order, payerPage),
  };
}

const CAPTURE_EVENTS: Readonly<Record<Standing['status'], string>> = {
  COMPLETED: 'PAYMENT.CAPTURE.COMPLETED',
  PENDING: 'PAYMENT.CAPTURE.PENDING',
  DECLINED: 'PAYMENT.CAPTURE.DENIED',
};

export function captureEvent(capture: Capture): Event {
  const { standing, amount } = capture;
  return {
    type: CAPTURE_EVENTS[standing.status],
    resourceType: 'capture',
    summary: `Payment ${standing.status.toLowerCase()} for ${viewCapture(capture).amount.value} ${amount.currency}`,
    resource: viewCapture(capture),
  };
}

/** How money stands, in the words for where it comes from: an order's is a capture, a subscription's a sale. */
export function paymentEvent(capture: Capture): Event {
  return capture.order.agreement === null ? captureEvent(capture) : saleEvent(capture, capture.order.agreement.id);
}

/** The same of money that went back; null where nothing is told of it. */
export function moneyBackEvent(type: string, refund: Refund): Event | null {
  return refund.capture.order.agreement === null ? refundEvent(type, refund) : saleMoneyBackEvent(type, refund);
}

/** How a refund that the seller gave is told. Of one that was cancelled nothing is: its status must be asked for. */
export const REFUND_EVENTS: Readonly<Record<RefundStanding['status'], string | null>> = {
  COMPLETED: 'PAYMENT.CAPTURE.REFUNDED',
  PENDING: 'PAYMENT.REFUND.PENDING',
  FAILED: 'PAYMENT.REFUND.FAILED',
  CANCELLED: null,
};
export const REVERSED = 'PAYMENT.CAPTURE.REVERSED';

/** The resource is a refund, also where money was taken; the capture is behind its link `up`. */
export function refundEvent(type: string, refund: Refund): Event {
  const did = type === REVERSED ? 'reversed' : `refunded: ${refund.standing.status.toLowerCase()}`;
  return { type, resourceType: 'refund', summary: `A payment was ${did}`, resource: viewRefund(refund) };
}

export function disputeEvent(what: 'CREATED' | 'UPDATED' | 'RESOLVED', dispute: Dispute): Event {
  return {
    type: `CUSTOMER.DISPUTE.${what}`,
    resourceType: 'dispute',
    resourceVersion: '1.0',
    summary: `A dispute was ${what.toLowerCase()}`,
    resource: viewDispute(dispute),
    at: dispute.updatedAt,
  };
}

/** What can be said of an order, by the name of its event; null where that has not happened. */
export function eventOf(type: string, order: Order, payerPage: string): Event | null {
  if (type.startsWith('CHECKOUT.ORDER.')) return orderEvent(type, order, payerPage);
  const capture = order.state.kind === 'captured' ? order.state.capture : null;
  if (capture === null) return null;
  const refund = capture.refunds.at(-1);
  const dispute = capture.disputes.at(-1);
  if (/^PAYMENT\.REFUND\.|\.(REFUNDED|REVERSED)$/.test(type)) return refund ? refundEvent(type, refund) : null;
  if (type.startsWith('CUSTOMER.DISPUTE.')) return dispute ? { ...disputeEvent('UPDATED', dispute), type } : null;
  return { ...captureEvent(capture), type };
}
