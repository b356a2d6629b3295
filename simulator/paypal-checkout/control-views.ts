import { writeAmount } from '../paypal-standard/amounts';
import type { Capture, Order } from './orders';
import { captureStatusOf, statusOf } from './views';
import type { Webhook } from './webhooks';

/** An order as the control API shows it. Amounts are PayPal's decimal text. */
export function viewOrderForControl(order: Order, payerPage: string) {
  const { purchase, state } = order;
  return {
    id: order.id,
    status: statusOf(order),
    clientId: order.clientId,
    merchantId: order.merchantId,
    buyer: state.kind === 'open' ? null : state.buyer.key,
    amount: writeAmount(purchase.amount.units, purchase.amount.currency),
    currency: purchase.amount.currency,
    customId: purchase.customId,
    invoiceId: purchase.invoiceId,
    payerPage,
    returnUrl: order.returnUrl,
    cancelUrl: order.cancelUrl,
    capture: state.kind === 'captured' ? viewCaptureForControl(state.capture) : null,
    at: order.createdAt.toISOString(),
  };
}

export function viewCaptureForControl(capture: Capture) {
  const { currency } = capture.amount;
  return {
    id: capture.id,
    orderId: capture.order.id,
    status: captureStatusOf(capture),
    reason: capture.standing.reason,
    amount: writeAmount(capture.amount.units, currency),
    currency,
    fee: writeAmount(capture.fee, currency),
    refunds: capture.refunds.map(({ id, kind, units, standing }) => ({
      id,
      kind,
      amount: writeAmount(units, currency),
      status: standing.status,
    })),
    disputes: capture.disputes.map(({ id, reason, units, outcome }) => ({
      id,
      reason,
      amount: writeAmount(units, currency),
      outcome,
    })),
    at: capture.createdAt.toISOString(),
  };
}

export function viewWebhookForControl({ id, clientId, url, eventTypes }: Webhook) {
  return { id, clientId, url, eventTypes };
}
