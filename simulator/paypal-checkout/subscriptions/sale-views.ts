import { writeAmount } from '../../paypal-standard/amounts';
import type { Capture, Refund } from '../orders';
import { sumsOf } from '../sums';
import { captureStatusOf, given, link, when } from '../views';

/** A subscription's payment in the shape of Payments v1. */
export function viewSale(sale: Capture, subscriptionId: string) {
  const { id, order, amount, fee, standing } = sale;
  const { currency } = amount;
  const total = writeAmount(amount.units, currency);
  return {
    id,
    state: stateOf(sale),
    amount: { total, currency, details: { subtotal: total } },
    payment_mode: 'INSTANT_TRANSFER',
    protection_eligibility: 'ELIGIBLE',
    ...given('reason_code', standing.status === 'PENDING' ? standing.reason : null),
    // Unknown until the money is there.
    ...(standing.status === 'COMPLETED' && { transaction_fee: { value: writeAmount(fee, currency), currency } }),
    billing_agreement_id: subscriptionId,
    ...given('custom', order.purchase.customId),
    create_time: when(sale.createdAt),
    update_time: when(sale.updatedAt),
    links: [
      link(order.origin, `/v1/payments/sale/${id}`, 'self'),
      link(order.origin, `/v1/payments/sale/${id}/refund`, 'refund', 'POST'),
    ],
  };
}

/** Money of a sale that went back, in the shape of Payments v1. */
export function viewSaleRefund(refund: Refund) {
  const { id, capture, units, feeReturned, standing } = refund;
  const { currency } = capture.amount;
  const { origin, purchase } = capture.order;
  const sums = sumsOf(capture);
  const money = (part: number) => ({ value: writeAmount(part, currency), currency });
  return {
    id,
    state: standing.status.toLowerCase(),
    amount: { total: writeAmount(units, currency), currency },
    ...(feeReturned > 0 && { refund_from_transaction_fee: money(feeReturned) }),
    refund_from_received_amount: money(units - feeReturned),
    total_refunded_amount: money(sums.refunded + sums.pending),
    sale_id: capture.id,
    ...given('invoice_number', refund.invoiceId),
    ...given('description', refund.note),
    ...given('custom', purchase.customId),
    ...given('reason_code', standing.reason),
    create_time: when(refund.createdAt),
    update_time: when(refund.updatedAt),
    links: [link(origin, `/v1/payments/refund/${id}`, 'self'), link(origin, `/v1/payments/sale/${capture.id}`, 'sale')],
  };
}

/** The same where PayPal took it, as `PAYMENT.SALE.REVERSED` has it: the amount is negative. */
export function viewSaleReversal(refund: Refund) {
  const { amount, ...rest } = viewSaleRefund(refund);
  return { ...rest, amount: { ...amount, total: `-${amount.total}` } };
}

function stateOf(sale: Capture): string {
  const { held, lost } = sumsOf(sale);
  if (held + lost > 0) return 'reversed';
  return captureStatusOf(sale) === 'DECLINED' ? 'denied' : captureStatusOf(sale).toLowerCase();
}
