import { GatewayFailure } from '../port';
import type { GatewayContext, RefundAnswer, RefundLookup, RefundOrder } from '../port';
import { describeMoney } from '../../../workflows/domain/money';
import { unreadableAnswer, word, type Problem } from './answers';
import type { Asker } from './client';
import { refundIdOf, tellRefund, type Refund } from './codec';
import type { PaypalCheckoutCredentials } from './credentials';
import type { PaypalPartner } from './partner';
import { askerOf } from './orders';
import { sourceOf } from './refund-sources';
import { NOTHING_LEFT, REFUND_REFUSALS } from './refusals';

type Context = GatewayContext<PaypalCheckoutCredentials, PaypalPartner>;

/**
 * Gives captured money back. PayPal answers a repetition of the call with the first refund as it is now, for 45 days; nobody here
 * knows how old the first call is, so whoever repeats looks first. A refund whose reference is known is only looked at.
 */
export async function refund(order: RefundOrder, context: Context): Promise<RefundAnswer> {
  const asker = askerOf(context);
  const source = sourceOf(order);
  const before = order.again || order.reference !== null ? await lookUp(asker, order).catch(leaveOpen) : NONE;
  if (before.status !== 'none' && before.status !== 'unaskable') return before;
  const body = source.write(order);
  if (body === null)
    return {
      status: 'refused',
      reason: 'amount_not_supported',
      detail: `PayPal cannot write ${describeMoney(order.money)}`,
    };
  const reply = await source.give(asker, order, body);
  if (!reply.accepted) return refused(reply, order, asker, before.status === 'unaskable');
  const made = source.read(reply);
  // Asked for everything, PayPal may still answer a repetition with the little it keeps.
  return answerOf(made, order) ?? fetchRefund(asker, made.id, order).catch(leaveOpen);
}

/** What became of a refund: by PayPal's id where it is known, else by the number of ours that PayPal shows with it beside the money. */
export async function lookUpRefund(order: RefundOrder, context: Context): Promise<RefundLookup> {
  const seen = await lookUp(askerOf(context), order);
  if (seen.status !== 'unaskable') return seen;
  throw new GatewayFailure({
    code: 'refund_uncertain',
    message: `looking for ${order.refundId} at PayPal: nothing that shows the refunds of ${order.capture} is known`,
    moved: 'no',
  });
}

/** `unaskable`: there is nothing that would show it. */
type Seen = RefundLookup | { readonly status: 'unaskable' };
const NONE: Seen = { status: 'none' };

async function lookUp(asker: Asker, order: RefundOrder): Promise<Seen> {
  if (order.reference !== null) return fetchRefund(asker, order.reference, order);
  const shown = await sourceOf(order).list(asker, order.capture);
  if (shown === 'unaskable') return { status: 'unaskable' };
  const ours = shown.find((one) => refundIdOf(one) === order.refundId);
  return ours ? fetchRefund(asker, ours.id, order) : NONE;
}

/** `mayBeOurs`: an earlier call may have made this refund, and nobody could see whether it did. */
async function refused(
  reply: { problem: Problem; failure: GatewayFailure },
  order: RefundOrder,
  asker: Asker,
  mayBeOurs: boolean,
): Promise<RefundAnswer> {
  const { status, name, issue, text } = reply.problem;
  const why = issue ?? name;
  // The number is this refund's alone, so whatever has it already is this refund.
  if (why === 'DUPLICATE_INVOICE_ID') {
    const made = await lookUp(asker, order).catch(leaveOpen);
    if (made.status !== 'none' && made.status !== 'unaskable') return made;
    throw reply.failure;
  }
  // That nothing is left may be this very refund's doing.
  if (mayBeOurs && NOTHING_LEFT.has(why)) throw reply.failure;
  const isNo = status === 400 || status === 404 || (status === 422 && REFUND_REFUSALS.has(why));
  if (!isNo) throw reply.failure;
  return { status: 'refused', reason: word(why), detail: text };
}

async function fetchRefund(asker: Asker, reference: string, order: RefundOrder): Promise<RefundAnswer> {
  const source = sourceOf(order);
  const reply = await source.get(asker, reference);
  // PayPal gave this id itself, so that it shows nothing under it says nothing about the money.
  if (!reply.accepted) throw reply.failure;
  const answer = answerOf(source.read(reply), order);
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
