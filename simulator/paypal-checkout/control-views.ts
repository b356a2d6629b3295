import { writeAmount } from '../paypal-standard/amounts';
import { heldUnder } from './disputing';
import type { Capture, Dispute, Order, Refund } from './orders';
import { sumsOf } from './sums';
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
  const sums = sumsOf(capture);
  const text = (units: number) => writeAmount(units, currency);
  return {
    id: capture.id,
    orderId: capture.order.id,
    /** Whose payment it is; null for one of an order. */
    subscriptionId: capture.order.agreement?.id ?? null,
    status: captureStatusOf(capture),
    reason: capture.standing.reason,
    amount: text(capture.amount.units),
    currency,
    fee: text(capture.fee),
    refunded: text(sums.refunded),
    pending: text(sums.pending),
    held: text(sums.held),
    lost: text(sums.lost),
    left: text(sums.left),
    refunds: capture.refunds.map(viewRefundForControl),
    disputes: capture.disputes.map(viewDisputeForControl),
    at: capture.createdAt.toISOString(),
  };
}

export function viewWebhookForControl({ id, clientId, url, eventTypes }: Webhook) {
  return { id, clientId, url, eventTypes };
}

function viewRefundForControl({ id, capture, units, feeReturned, standing, reversal }: Refund) {
  const text = (part: number) => writeAmount(part, capture.amount.currency);
  return {
    id,
    kind: reversal === null ? 'refund' : 'reversal',
    amount: text(units),
    status: standing.status,
    feeReturned: text(feeReturned),
    returned: reversal === null ? null : text(reversal.returned),
  };
}

function viewDisputeForControl(dispute: Dispute) {
  const { id, capture, reason, stage, channel, status, units, fees, outcome } = dispute;
  const text = (part: number) => writeAmount(part, capture.amount.currency);
  return {
    id,
    reason,
    stage,
    channel,
    status,
    amount: text(units),
    held: text(heldUnder(dispute)),
    fees: fees.map((fee) => ({
      reason: fee.reason,
      amount: writeAmount(fee.money.units, fee.money.currency),
      currency: fee.money.currency,
    })),
    outcome: outcome?.code ?? null,
    refunded: outcome?.refunded === undefined || outcome.refunded === null ? null : text(outcome.refunded),
  };
}
