import { GatewayFailure } from '../port';
import type { GatewayContext, RefundAnswer, RefundLookup, RefundOrder } from '../port';
import { describeMoney } from '../../../workflows/domain/money';
import { readBody, unreadableAnswer, word, type Problem } from './answers';
import { getCapture, getOrder, getRefund, refundCapture, type Asker } from './client';
import {
  captureResource,
  oneLine,
  orderResource,
  refundIdOf,
  refundResource,
  tellRefund,
  writeMoney,
  type Refund,
} from './codec';
import type { PaypalCheckoutCredentials } from './credentials';
import type { PaypalPartner } from './partner';
import { askerOf, missing } from './orders';
import { REFUND_REFUSALS } from './refusals';

type Context = GatewayContext<PaypalCheckoutCredentials, PaypalPartner>;

/**
 * Gives captured money back. A repetition without a reference needs no look: PayPal knows the key of a refund for 45 days and
 * answers with the first refund as it is now. One whose reference is known is only looked at.
 */
export async function refund(order: RefundOrder, context: Context): Promise<RefundAnswer> {
  const asker = askerOf(context);
  if (order.reference !== null) return fetchRefund(asker, order.reference, order).catch(leaveOpen);
  const amount = writeMoney(order.money);
  if (amount === null)
    return {
      status: 'refused',
      reason: 'amount_not_supported',
      detail: `PayPal cannot write ${describeMoney(order.money)}`,
    };
  const note = oneLine(order.note ?? '', 255);
  const body = {
    amount,
    // By this number its messages, and the order, name our refund; unique, as those of payments.
    invoice_id: order.refundId,
    ...(order.paymentId !== null && { custom_id: order.paymentId }),
    ...(note && { note_to_payer: note }),
  };
  const reply = await refundCapture(asker, order.capture, order.idempotencyKey, body);
  if (!reply.accepted) return refused(reply, order, asker);
  const made = readBody(reply.question, reply.body, refundResource);
  // Asked for everything, PayPal may still answer a repetition with the little it keeps.
  return answerOf(made, order) ?? fetchRefund(asker, made.id, order).catch(leaveOpen);
}

/** What became of a refund: by PayPal's id where it is known, else by the number of ours that its order shows with it. */
export async function lookUpRefund(order: RefundOrder, context: Context): Promise<RefundLookup> {
  return lookUp(askerOf(context), order);
}

async function lookUp(asker: Asker, order: RefundOrder): Promise<RefundLookup> {
  const reference = order.reference ?? (await findRefund(asker, order));
  return reference === null ? { status: 'none' } : fetchRefund(asker, reference, order);
}

async function refused(
  reply: { problem: Problem; failure: GatewayFailure },
  order: RefundOrder,
  asker: Asker,
): Promise<RefundAnswer> {
  const { status, name, issue, text } = reply.problem;
  // The number is this refund's alone, so whatever has it already is this refund.
  if (issue === 'DUPLICATE_INVOICE_ID') {
    const made = await lookUp(asker, order).catch(leaveOpen);
    if (made.status !== 'none') return made;
    throw reply.failure;
  }
  const isNo = status === 400 || status === 404 || (status === 422 && issue !== null && REFUND_REFUSALS.has(issue));
  if (!isNo) throw reply.failure;
  return { status: 'refused', reason: word(issue ?? name), detail: text };
}

/** PayPal's id of the refund that has our number; null where its order shows none. */
async function findRefund(asker: Asker, { refundId, capture }: RefundOrder): Promise<string | null> {
  const captured = await getCapture(asker, capture);
  if (!captured.accepted) return missing(captured);
  const { supplementary_data } = readBody(captured.question, captured.body, captureResource);
  const orderId = supplementary_data?.related_ids?.order_id;
  if (orderId === undefined) throw unreadableAnswer(captured.question, `the capture ${capture} names no order`);
  const order = await getOrder(asker, orderId);
  if (!order.accepted) throw order.failure;
  const { purchase_units: units = [] } = readBody(order.question, order.body, orderResource);
  const shown = units.flatMap(({ payments }) => payments?.refunds ?? []);
  const refunds = shown.flatMap((one) => refundResource.safeParse(one).data ?? []);
  return refunds.find((one) => refundIdOf(one) === refundId)?.id ?? null;
}

async function fetchRefund(asker: Asker, reference: string, order: RefundOrder): Promise<RefundAnswer> {
  const reply = await getRefund(asker, reference);
  // PayPal gave this id itself, so that it shows nothing under it says nothing about the money.
  if (!reply.accepted) throw reply.failure;
  const answer = answerOf(readBody(reply.question, reply.body, refundResource), order);
  if (answer) return answer;
  throw unreadableAnswer(reply.question, `the refund ${reference} tells no amount`);
}

/** Null when it does not tell enough. */
function answerOf(made: Refund, { capture, refundId }: RefundOrder): RefundAnswer | null {
  const reason = word(made.status_details?.reason ?? made.status);
  switch (made.status) {
    case 'PENDING':
      return { status: 'pending', reference: made.id, reason };
    case 'FAILED':
    case 'CANCELLED':
      return {
        status: 'refused',
        reason,
        detail: `PayPal says that the refund ${made.id} is ${word(made.status)}`,
        reference: made.id,
      };
    default: {
      // The capture is known here, whatever the answer links to.
      const [fact] = tellRefund({ ...made, links: [{ rel: 'up', href: `/captures/${capture}` }] }, 'refund').facts;
      return fact?.kind === 'payment_refunded' ? { status: 'succeeded', fact: { ...fact, refundId } } : null;
    }
  }
}

/** A look moves nothing, but the call that came before it may have. */
function leaveOpen(failure: unknown): never {
  if (!(failure instanceof GatewayFailure)) throw failure;
  const { code, message, retry } = failure;
  throw new GatewayFailure({ code, message, retry, moved: 'perhaps', cause: failure });
}
