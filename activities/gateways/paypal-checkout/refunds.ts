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
 * Gives captured money back. PayPal answers a repetition of the call with the first refund as it is now, for 45 days; nobody here
 * knows how old the first call is, so whoever repeats looks first. A refund whose reference is known is only looked at.
 */
export async function refund(order: RefundOrder, context: Context): Promise<RefundAnswer> {
  const asker = askerOf(context);
  if (order.again || order.reference !== null) {
    const before = await lookUp(asker, order).catch(leaveOpen);
    if (before.status !== 'none' && before.status !== 'unaskable') return before;
  }
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
  const seen = await lookUp(askerOf(context), order);
  if (seen.status !== 'unaskable') return seen;
  throw new GatewayFailure({
    code: 'refund_uncertain',
    message: `looking for ${order.refundId} at PayPal: the capture ${order.capture} names no order to look at`,
    moved: 'no',
  });
}

/** `unaskable`: there is no order that would show it. */
type Seen = RefundLookup | { readonly status: 'unaskable' };

async function lookUp(asker: Asker, order: RefundOrder): Promise<Seen> {
  if (order.reference !== null) return fetchRefund(asker, order.reference, order);
  const captured = await getCapture(asker, order.capture);
  if (!captured.accepted) {
    missing(captured); // any other refusal is thrown
    return { status: 'none' };
  }
  const { supplementary_data } = readBody(captured.question, captured.body, captureResource);
  const orderId = supplementary_data?.related_ids?.order_id;
  if (orderId === undefined) return { status: 'unaskable' };
  const reference = await findRefund(asker, orderId, order);
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
    if (made.status !== 'none' && made.status !== 'unaskable') return made;
    throw reply.failure;
  }
  const isNo = status === 400 || status === 404 || (status === 422 && issue !== null && REFUND_REFUSALS.has(issue));
  if (!isNo) throw reply.failure;
  return { status: 'refused', reason: word(issue ?? name), detail: text };
}

/** PayPal's id of the refund that has our number; null where the order shows none. */
async function findRefund(asker: Asker, orderId: string, { refundId }: RefundOrder): Promise<string | null> {
  const reply = await getOrder(asker, orderId);
  if (!reply.accepted) throw reply.failure;
  const { purchase_units: units = [] } = readBody(reply.question, reply.body, orderResource);
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
