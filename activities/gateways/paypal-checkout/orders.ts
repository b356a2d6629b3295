import type { GatewayFact } from '../../../workflows/domain/fact';
import type {
  CaptureAnswer,
  CaptureOrder,
  CheckoutOrder,
  GatewayContext,
  GatewayFailure,
  Lookup,
  StartedCheckout,
} from '../port';
import { unreachable } from '../../../workflows/domain/unreachable';
import { callerFor, payingAccount } from './accounts';
import { isVerdict, readBody, unreadableAnswer, word, type Problem } from './answers';
import { captureOrder, createOrder, getOrder, type Asker, type Reply } from './client';
import { approvalUrl, orderResource, tellOrder, writeOrder, type Order, type Told } from './codec';
import type { PaypalCheckoutCredentials } from './credentials';
import type { PaypalPartner } from './partner';
import { isBrowserUrl } from './hosts';
import { CAPTURE_REFUSALS } from './refusals';

type Context = GatewayContext<PaypalCheckoutCredentials, PaypalPartner>;

/** Asks for the account whose payment it is. */
export function askerOf(context: Context, account = payingAccount(context)): Asker {
  return { world: context, caller: callerFor(account, context) };
}

/** Creates the order that the payer approves at PayPal. PayPal recognises a repetition for six hours; an order that nobody was sent to expires. */
export async function startCheckout(order: CheckoutOrder, context: Context): Promise<StartedCheckout> {
  const body = writeOrder(order);
  if (!body) return { opened: false, reason: 'amount_not_supported', detail: 'PayPal cannot write this amount' };
  const reply = await createOrder(askerOf(context), `order:${order.paymentId}`, body);
  if (!reply.accepted) {
    const { status, name, issue, text } = reply.problem;
    if (!isVerdict(status)) throw reply.failure;
    return { opened: false, reason: word(issue ?? name), detail: text };
  }
  const made = readBody(reply.question, reply.body, orderResource);
  const url = approvalUrl(made);
  if (url === null || !isBrowserUrl(context, url))
    throw unreadableAnswer(reply.question, `the order ${made.id} has no link for the payer`);
  return { opened: true, reference: made.id, nextAction: { kind: 'redirect', url } };
}

/** How an order stands at PayPal now. */
export async function fetchOrder(asker: Asker, id: string): Promise<{ order: Order; told: Told } | null> {
  const reply = await getOrder(asker, id);
  if (!reply.accepted) return missing(reply);
  const order = readBody(reply.question, reply.body, orderResource);
  if (order.id !== id) throw unreadableAnswer(reply.question, 'the answer is about another order');
  return { order, told: tellOrder(order) };
}

/** What an order's standing means: money, an approval that waits for us, or neither. */
export function standingOf({ order, told }: { order: Order; told: Told }): Lookup {
  if (told.facts.length > 0) return found(told);
  // Something was taken, and nobody can say how much: neither yes nor no.
  const [doubt] = told.remarks;
  if (order.status === 'COMPLETED' || doubt)
    return { found: 'unknown', reason: doubt?.word ?? 'completed_without_capture' };
  if (order.status === 'APPROVED') return { found: 'approved', paymentId: told.paymentId, reference: order.id };
  return { found: false, reason: 'order_not_approved' };
}

/**
 * Takes the money of an approved order. PayPal keeps the key of an order's call for six hours only, so whoever tries again
 * looks first: a key that PayPal has forgotten would not stop a second capture.
 */
export async function capture(order: CaptureOrder, context: Context): Promise<CaptureAnswer> {
  const asker = askerOf(context);
  if (order.again || order.reference !== order.checkout.reference) {
    const before = await lookUp(asker, order.reference);
    // The browser or a message named this order; it was never seen to be this payment's.
    if ('paymentId' in before && before.paymentId !== order.checkout.paymentId)
      return { found: false, reason: 'order_of_other_payment' };
    if (before.found !== 'approved') return before;
  }
  const reply = await captureOrder(asker, order.reference, order.idempotencyKey);
  if (!reply.accepted) return refused(reply, order, asker);
  const taken = readBody(reply.question, reply.body, orderResource);
  if (taken.id !== order.reference) throw unreadableAnswer(reply.question, 'the answer is about another order');
  const told = tellOrder(taken);
  // Asked for everything, PayPal may still answer a repetition with the little it keeps.
  return told.facts.length > 0 && !told.mayTellMore ? found(told) : better(await lookUp(asker, order.reference), told);
}

async function refused(reply: Reply & { accepted: false }, order: CaptureOrder, asker: Asker): Promise<CaptureAnswer> {
  const { status, issue, name, text } = reply.problem;
  // PayPal forgets orders that nobody approved; what it does not know it cannot take.
  if (status === 404) return { found: false, reason: 'order_unknown' };
  if (!isVerdict(status)) throw reply.failure;
  const meaning =
    status === 422 && issue !== null && Object.hasOwn(CAPTURE_REFUSALS, issue) ? CAPTURE_REFUSALS[issue] : undefined;
  const reason = word(issue ?? name);
  switch (meaning) {
    case 'look':
      return lookUp(asker, order.reference);
    case 'not_approved':
      return { found: false, reason: 'order_not_approved' };
    case 'attempt_failed':
      return saying(order, { kind: 'attempt_failed', qualifier: String(order.attempt), reason });
    case 'failed':
      return saying(order, { kind: 'payment_failed', qualifier: '', reason });
    case 'under_way':
      throw reply.failure;
    case undefined: {
      // A word that nobody knows may hide that the money was taken, or that nobody agrees to it any more: the order tells.
      const now = await lookUp(asker, order.reference);
      return now.found === 'approved' ? { found: 'refused', reason, detail: text } : now;
    }
    default:
      return unreachable(meaning);
  }
}

function saying(
  { checkout, reference }: CaptureOrder,
  what: Pick<GatewayFact & { kind: 'attempt_failed' | 'payment_failed' }, 'kind' | 'qualifier' | 'reason'>,
): Lookup {
  const fact: GatewayFact = { ...what, ...checkout.money, gatewayReference: reference, occurredAt: null };
  return { found: true, facts: [fact], paymentId: checkout.paymentId, references: [reference], remarks: [] };
}

async function lookUp(asker: Asker, id: string): Promise<Lookup> {
  const seen = await fetchOrder(asker, id);
  return seen ? standingOf(seen) : { found: false, reason: 'order_unknown' };
}

/** What was told first stays true when a second look shows no more. */
function better(second: Lookup, first: Told): Lookup {
  return second.found === true || first.facts.length === 0 ? second : found(first);
}

/** Personal data stays behind: an answer travels through Temporal. */
export function found({ facts, paymentId, references, remarks, agreement }: Told): Lookup {
  return { found: true, facts, paymentId, references, remarks, ...(agreement && { agreement }) };
}

/** Null where PayPal itself says that there is no such thing; any other refusal is thrown. */
export function missing({ problem, failure }: { problem: Problem; failure: GatewayFailure }): null {
  if (problem.status === 404) return null;
  throw failure;
}
