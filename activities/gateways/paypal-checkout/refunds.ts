import type { GatewayContext, RefundAnswer, RefundOrder } from '../port';
import { describeMoney } from '../../../workflows/domain/money';
import { readBody, unreadableAnswer, word } from './answers';
import { getRefund, refundCapture } from './client';
import { oneLine, refundResource, tellRefund, writeMoney, type Refund } from './codec';
import type { PaypalCheckoutCredentials } from './credentials';
import type { PaypalPartner } from './partner';
import { askerOf } from './orders';
import { REFUND_REFUSALS } from './refusals';

/**
 * Gives captured money back. `order.again` needs no look: PayPal knows the key of a refund for 45 days and answers a
 * repetition with the first refund as it is now.
 */
export async function refund(
  order: RefundOrder,
  context: GatewayContext<PaypalCheckoutCredentials, PaypalPartner>,
): Promise<RefundAnswer> {
  const asker = askerOf(context);
  const amount = writeMoney(order.money);
  if (amount === null)
    return {
      status: 'refused',
      reason: 'amount_not_supported',
      detail: `PayPal cannot write ${describeMoney(order.money)}`,
    };
  const note = oneLine(order.note ?? '', 255);
  const body = { ...(!order.whole && { amount }), ...(note && { note_to_payer: note }) };
  const reply = await refundCapture(asker, order.capture, order.idempotencyKey, body);
  if (!reply.accepted) {
    const { status, name, issue, text } = reply.problem;
    const isNo = status === 400 || status === 404 || (status === 422 && issue !== null && REFUND_REFUSALS.has(issue));
    if (!isNo) throw reply.failure;
    return { status: 'refused', reason: word(issue ?? name), detail: text };
  }
  const made = readBody(reply.question, reply.body, refundResource);
  const told = answerOf(made, order.capture);
  if (told) return told;
  // Asked for everything, PayPal may still answer a repetition with the little it keeps.
  const whole = await getRefund(asker, made.id);
  if (!whole.accepted) throw whole.failure;
  const answer = answerOf(readBody(reply.question, whole.body, refundResource), order.capture);
  if (answer) return answer;
  throw unreadableAnswer(reply.question, `the refund ${made.id} tells no amount`);
}

/** Null when it does not tell enough. */
function answerOf(made: Refund, capture: string): RefundAnswer | null {
  const reason = word(made.status_details?.reason ?? made.status);
  switch (made.status) {
    case 'PENDING':
      return { status: 'pending', reference: made.id, reason };
    case 'FAILED':
    case 'CANCELLED':
      return {
        status: 'refused',
        reason,
        detail: `PayPal answered with the refund ${made.id}, which is ${word(made.status)}`,
      };
    default: {
      // The capture is known here, whatever the answer links to.
      const fact = tellRefund({ ...made, links: [{ rel: 'up', href: `/captures/${capture}` }] }, 'payment_refunded')
        .facts[0];
      return fact?.kind === 'payment_refunded' ? { status: 'succeeded', fact } : null;
    }
  }
}
