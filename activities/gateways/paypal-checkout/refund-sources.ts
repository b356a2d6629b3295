import type { RefundOrder } from '../port';
import { BY_AGREEMENT } from '../../../workflows/domain/gateway';
import type { Money } from '../../../workflows/domain/money';
import { writePaypalAmount } from '../paypal/money';
import { readBody } from './answers';
import {
  getCapture,
  getOrder,
  getParentPayment,
  getRefund,
  getSale,
  getSaleRefund,
  refundCapture,
  refundSale,
  type Asker,
  type Reply,
} from './client';
import { captureResource, oneLine, orderResource, refundResource, writeMoney, type Refund } from './codec';
import { missing } from './orders';
import { parentPaymentResource, refundOf, saleRefundResource, saleResource } from './sale-codec';

/** The refunds of some money, as PayPal shows them beside it. `unaskable`: nothing would show them. */
type Shown = readonly Refund[] | 'unaskable';

/** What captured money is to PayPal: how it is given back, and where its refunds are seen. All refunds read alike. */
interface RefundSource {
  /** Null when PayPal cannot write the amount. */
  write(order: RefundOrder): object | null;
  give(asker: Asker, order: RefundOrder, body: object): Promise<Reply>;
  get(asker: Asker, refund: string): Promise<Reply>;
  read(reply: Reply & { accepted: true }): Refund;
  /** Empty where PayPal knows no such money, or says that nothing of it was given back. */
  list(asker: Asker, money: string): Promise<Shown>;
}

/** What a subscription collected is a sale; all other money is captured from orders. */
export function sourceOf({ method }: RefundOrder): RefundSource {
  return method === BY_AGREEMENT ? sales : captures;
}

const captures: RefundSource = {
  write(order) {
    const amount = writeMoney(order.money);
    const note = oneLine(order.note ?? '', 255);
    return (
      amount && {
        amount,
        // By this number its messages, and the order, name our refund; unique, as those of payments.
        invoice_id: order.refundId,
        ...(order.paymentId !== null && { custom_id: order.paymentId }),
        ...(note && { note_to_payer: note }),
      }
    );
  },
  give: (asker, { capture, idempotencyKey }, body) => refundCapture(asker, capture, idempotencyKey, body),
  get: getRefund,
  read: ({ question, body }) => readBody(question, body, refundResource),
  async list(asker, capture) {
    const captured = await getCapture(asker, capture);
    if (!captured.accepted) {
      missing(captured); // any other refusal is thrown
      return [];
    }
    const { supplementary_data } = readBody(captured.question, captured.body, captureResource);
    const orderId = supplementary_data?.related_ids?.order_id;
    if (orderId === undefined) return 'unaskable';
    const reply = await getOrder(asker, orderId);
    if (!reply.accepted) throw reply.failure;
    const { purchase_units: units = [] } = readBody(reply.question, reply.body, orderResource);
    const shown = units.flatMap(({ payments }) => payments?.refunds ?? []);
    return shown.flatMap((one) => refundResource.safeParse(one).data ?? []);
  },
};

const sales: RefundSource = {
  // No note: PayPal takes a description of a sale's refund in single-byte letters only.
  write({ money, refundId }) {
    const amount = writeTotal(money);
    return amount && { amount, invoice_number: refundId };
  },
  give: (asker, { capture, idempotencyKey }, body) => refundSale(asker, capture, idempotencyKey, body),
  get: getSaleRefund,
  read: ({ question, body }) => refundOf(readBody(question, body, saleRefundResource)),
  async list(asker, id) {
    const sold = await getSale(asker, id);
    if (!sold.accepted) {
      missing(sold); // any other refusal is thrown
      return [];
    }
    const { state, parent_payment: parent } = readBody(sold.question, sold.body, saleResource);
    // Of a sale that is `completed` nothing was given back: it would be `refunded`, or `partially_refunded`.
    if (parent === undefined) return state === 'completed' ? [] : 'unaskable';
    const reply = await getParentPayment(asker, parent);
    if (!reply.accepted) throw reply.failure;
    const { transactions } = readBody(reply.question, reply.body, parentPaymentResource);
    const shown = transactions.flatMap(({ related_resources }) => related_resources.map(({ refund }) => refund));
    return shown.flatMap((one) => saleRefundResource.safeParse(one).data ?? []).map(refundOf);
  },
};

/** A sum as the API of sales writes it; null when it cannot be written. */
function writeTotal(money: Money): { total: string; currency: string } | null {
  const total = writePaypalAmount(money);
  return total === null ? null : { total, currency: money.currency };
}
