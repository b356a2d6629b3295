import { emailOf, payerIdOf, type Buyer } from './buyers';
import { viewMoney } from './money';
import type { Capture, Order, Refund } from './orders';
import type { Link } from './problem';
import { sumsOf } from './sums';

/** The status of an order in PayPal's words. A capture that is pending or declined completes its order all the same: that is no money. */
export function statusOf({ state, source }: Order): string {
  switch (state.kind) {
    case 'open':
      return source === null ? 'CREATED' : 'PAYER_ACTION_REQUIRED';
    case 'approved':
    case 'card_declined':
      return 'APPROVED';
    case 'captured':
      return 'COMPLETED';
  }
}

/** The status of a capture, with what was given back since. */
export function captureStatusOf(capture: Capture): string {
  const { refunded: arrived, pending } = sumsOf(capture);
  const refunded = arrived + pending;
  if (refunded === 0) return capture.standing.status;
  return refunded < capture.amount.units ? 'PARTIALLY_REFUNDED' : 'REFUNDED';
}

/** What an answer says of an order without `Prefer: return=representation`. */
export function viewOrderBriefly(order: Order, payerPage: string) {
  const { state } = order;
  return {
    id: order.id,
    status: statusOf(order),
    links: orderLinks(order, payerPage),
    ...(state.kind === 'captured' && {
      purchase_units: [
        {
          reference_id: order.purchase.referenceId,
          payments: { captures: [viewCaptureBriefly(state.capture)] },
        },
      ],
    }),
  };
}

/** An order with all that PayPal shows of it. */
export function viewOrder(order: Order, payerPage: string) {
  const { purchase, state, source } = order;
  const payments = state.kind === 'captured' ? { payments: paymentsOf(state.capture) } : {};
  return {
    id: order.id,
    intent: 'CAPTURE',
    status: statusOf(order),
    ...(source !== null && { payment_source: { [source]: state.kind === 'open' ? {} : viewBuyer(state.buyer) } }),
    purchase_units: [
      {
        reference_id: purchase.referenceId,
        amount: { ...viewMoney(purchase.amount), ...given('breakdown', purchase.breakdown) },
        payee: payeeOf(order),
        ...given('description', purchase.description),
        ...given('custom_id', purchase.customId),
        ...given('invoice_id', purchase.invoiceId),
        ...given('soft_descriptor', purchase.softDescriptor),
        ...given('items', purchase.items),
        ...payments,
      },
    ],
    ...(state.kind !== 'open' && { payer: viewPayer(state.buyer) }),
    create_time: when(order.createdAt),
    update_time: when(order.updatedAt),
    links: orderLinks(order, payerPage),
  };
}

export function viewCapture(capture: Capture) {
  const { order, amount, fee, standing } = capture;
  const { customId, invoiceId } = order.purchase;
  const paid = standing.status === 'COMPLETED';
  return {
    ...viewCaptureBriefly(capture),
    amount: viewMoney(amount),
    final_capture: true,
    disbursement_mode: 'INSTANT',
    seller_protection: { status: 'ELIGIBLE', dispute_categories: ['ITEM_NOT_RECEIVED', 'UNAUTHORIZED_TRANSACTION'] },
    // Unknown until the money is there.
    ...(paid && {
      seller_receivable_breakdown: {
        gross_amount: viewMoney(amount),
        paypal_fee: viewMoney({ ...amount, units: fee }),
        net_amount: viewMoney({ ...amount, units: amount.units - fee }),
      },
    }),
    ...given('custom_id', customId),
    ...given('invoice_id', invoiceId),
    payee: payeeOf(order),
    supplementary_data: { related_ids: { order_id: order.id } },
    create_time: when(capture.createdAt),
    update_time: when(capture.updatedAt),
  };
}

export function viewRefundBriefly({ id, standing, capture }: Refund) {
  const { origin } = capture.order;
  return {
    id,
    status: standing.status,
    ...(standing.reason !== null && { status_details: { reason: standing.reason } }),
    links: [
      link(origin, `/v2/payments/refunds/${id}`, 'self'),
      link(origin, `/v2/payments/captures/${capture.id}`, 'up'),
    ],
  };
}

export function viewRefund(refund: Refund) {
  const { capture, units, feeReturned } = refund;
  const { currency } = capture.amount;
  const { refunded, pending } = sumsOf(capture);
  const money = (part: number) => viewMoney({ units: part, currency });
  return {
    ...viewRefundBriefly(refund),
    amount: money(units),
    ...given('invoice_id', refund.invoiceId ?? capture.order.purchase.invoiceId),
    ...given('custom_id', refund.customId ?? capture.order.purchase.customId),
    ...given('note_to_payer', refund.note),
    seller_payable_breakdown: {
      gross_amount: money(units),
      paypal_fee: money(feeReturned),
      net_amount: money(units - feeReturned),
      total_refunded_amount: money(refunded + pending),
    },
    payer: payeeOf(capture.order), // who pays a refund is the seller
    create_time: when(refund.createdAt),
    update_time: when(refund.updatedAt),
  };
}

/** Where an order's pages and calls are. `payerPage` is for a browser, which may find the simulator elsewhere. */
export function payerLink(order: Order, payerPage: string): Link {
  return { href: payerPage, rel: order.source === null ? 'approve' : 'payer-action', method: 'GET' };
}

export function link(origin: string, path: string, rel: string, method = 'GET'): Link {
  return { href: `${origin}/paypal${path}`, rel, method };
}

function orderLinks(order: Order, payerPage: string): Link[] {
  const { id, origin, state } = order;
  const self = link(origin, `/v2/checkout/orders/${id}`, 'self');
  if (state.kind === 'captured') return [self];
  return [self, payerLink(order, payerPage), link(origin, `/v2/checkout/orders/${id}/capture`, 'capture', 'POST')];
}

function viewCaptureBriefly(capture: Capture) {
  const { id, order, standing } = capture;
  const status = captureStatusOf(capture);
  const reason = status === 'PARTIALLY_REFUNDED' || status === 'REFUNDED' ? null : standing.reason;
  return {
    id,
    status,
    ...(reason !== null && { status_details: { reason } }),
    links: [
      link(order.origin, `/v2/payments/captures/${id}`, 'self'),
      link(order.origin, `/v2/payments/captures/${id}/refund`, 'refund', 'POST'),
      link(order.origin, `/v2/checkout/orders/${order.id}`, 'up'),
    ],
  };
}

function paymentsOf(capture: Capture) {
  return {
    captures: [viewCapture(capture)],
    ...(capture.refunds.length > 0 && { refunds: capture.refunds.map(viewRefund) }),
  };
}

export function payeeOf({ merchantId, payeeEmail }: Order) {
  return { email_address: payeeEmail, merchant_id: merchantId };
}

function viewBuyer(buyer: Buyer) {
  return {
    ...nameAndEmail(buyer),
    account_id: payerIdOf(buyer),
    account_status: 'VERIFIED',
    address: { country_code: buyer.country },
  };
}

function viewPayer(buyer: Buyer) {
  return { ...nameAndEmail(buyer), payer_id: payerIdOf(buyer), address: { country_code: buyer.country } };
}

export function nameAndEmail(buyer: Buyer) {
  return { name: { given_name: buyer.firstName, surname: buyer.lastName }, email_address: emailOf(buyer) };
}

/** A member of an object, left out when there is nothing to say. */
export function given(name: string, value: unknown): Record<string, unknown> {
  return value === null || value === undefined ? {} : { [name]: value };
}

/** PayPal's instants have whole seconds. */
export function when(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
