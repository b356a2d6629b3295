import { GatewayFailure } from '../port';
import type { GatewayFact } from '../../../workflows/domain/fact';
import type { GatewayContext, RefundAnswer, RefundLookup, RefundOrder } from '../port';
import { isId } from '../../../workflows/domain/ids';
import { sameMoney } from '../../../workflows/domain/money';
import { unreachable } from '../../../workflows/domain/unreachable';
import { writePaypalAmount } from '../paypal/money';
import { payingAccount } from './addressee';
import { readMessage, transactionId, word, type Message } from './codec';
import type { NvpCredentials, PaypalStandardCredentials } from './credentials';
import { valueOf, type Fields } from './form';
import { askNvp, type NvpCall } from './nvp';
import { oneLine } from './one-line';
import { fetchTransaction, isPayment, searchInvoice } from './transactions';

type Context = GatewayContext<PaypalStandardCredentials>;
/** What PayPal says of a refund, as its IPN messages would. */
type News = Extract<GatewayFact, { kind: 'payment_refunded' | 'refund_pending' | 'refund_failed' }>;

/**
 * Gives money back (PayPal NVP guide, "RefundTransaction"). `MSGSUBID` makes a repetition harmless, for a time that PayPal does
 * not publish, so whoever repeats looks first. The IPN `Refunded` that follows tells the same fact once more.
 */
export async function refund(order: RefundOrder, context: Context): Promise<RefundAnswer> {
  const { nvp } = payingAccount(context);
  if (nvp === undefined) return refused('no_nvp_credentials', NO_CREDENTIALS);
  if (order.again || order.reference !== null) {
    const before = await lookUp(order, nvp, context).catch(leaveOpen);
    if (before.status !== 'none') return before;
  }
  const amount = writePaypalAmount(order.money);
  if (amount === null)
    return refused('amount_not_supported', `PayPal cannot write ${order.money.amount} ${order.money.currency}`);

  const call: NvpCall = {
    method: 'RefundTransaction',
    fields: {
      TRANSACTIONID: order.capture,
      // A full refund with an amount is refused, and so is a full refund of what is left. What was given is what the answer says.
      ...(order.whole
        ? { REFUNDTYPE: 'Full' }
        : { REFUNDTYPE: 'Partial', AMT: amount, CURRENCYCODE: order.money.currency }),
      MSGSUBID: order.idempotencyKey,
      ...noteOf(order),
    },
    attempt: `refunding ${order.refundId} at PayPal`,
    moves: true,
  };
  const answer = await askNvp(nvp, call, context);
  if (answer.ok) return readRefund(answer.fields, order);
  // PayPal also refuses what it has done already, and an earlier call may have got there after we looked.
  const after = order.again ? await lookUp(order, nvp, context).catch(leaveOpen) : NONE;
  return after.status === 'none' ? refused(answer.refusal.reason, answer.refusal.detail) : after;
}

/** What became of a refund: by PayPal's id where it is known, else what was given back under the capture and is told of by nobody yet. */
export async function lookUpRefund(order: RefundOrder, context: Context): Promise<RefundLookup> {
  const { nvp } = payingAccount(context);
  if (nvp === undefined) throw uncertain(order, NO_CREDENTIALS);
  return lookUp(order, nvp, context);
}

const NO_CREDENTIALS = 'the PayPal account has no API credentials, so PayPal cannot be asked about refunds';
const NONE: RefundLookup = { status: 'none' };

const LONGEST_NOTE = 255;

/** What the payer reads in PayPal's message. */
function noteOf({ note }: RefundOrder): { NOTE?: string } {
  const text = oneLine(note ?? '', LONGEST_NOTE);
  return text === '' ? {} : { NOTE: text };
}

function readRefund(fields: Fields, order: RefundOrder): RefundAnswer {
  const status = word(valueOf(fields, 'REFUNDSTATUS'));
  const reference = transactionId(fields, 'REFUNDTRANSACTIONID');
  const told = status === 'instant' ? newsIn(readMessage(asMessage(fields, order))) : null;
  if (told) return answerOf(told, order);
  // Accepted in any case: what this answer does not say for certain, the IPN will.
  return {
    status: 'pending',
    reference,
    reason: word(valueOf(fields, 'PENDINGREASON')) || status || 'unreadable_answer',
  };
}

/** The refund's IPN message, out of the API's answer, so that one set of rules reads both. */
function asMessage(fields: Fields, { capture, money }: RefundOrder): Fields {
  return Object.entries({
    payment_status: 'Refunded',
    txn_id: valueOf(fields, 'REFUNDTRANSACTIONID'),
    parent_txn_id: capture,
    mc_gross: valueOf(fields, 'GROSSREFUNDAMT'),
    mc_fee: valueOf(fields, 'FEEREFUNDAMT'),
    mc_currency: valueOf(fields, 'CURRENCYCODE') || money.currency,
    reason_code: 'refund',
    payment_date: valueOf(fields, 'TIMESTAMP'),
  }).map(([name, value]) => ({ name, value }));
}

function newsIn({ facts }: Message): News | null {
  return facts.find(isNews) ?? null;
}

function isNews(fact: GatewayFact): fact is News {
  return fact.kind === 'payment_refunded' || fact.kind === 'refund_pending' || fact.kind === 'refund_failed';
}

function answerOf(told: News, { refundId }: RefundOrder): RefundAnswer {
  const reference = told.gatewayReference;
  switch (told.kind) {
    case 'payment_refunded':
      return { status: 'succeeded', fact: { ...told, refundId } };
    case 'refund_pending':
      return { status: 'pending', reference, reason: told.reason };
    case 'refund_failed':
      return { ...refused(told.reason, `PayPal says that the refund ${reference} failed`), reference };
    default:
      return unreachable(told);
  }
}

async function lookUp(order: RefundOrder, nvp: NvpCredentials, context: Context): Promise<RefundLookup> {
  if (order.reference !== null) {
    const fields = await fetchTransaction({ id: order.reference, type: 'Refund' }, nvp, context);
    const told = fields && newsIn(readMessage(fields));
    if (told) return answerOf(told, order);
    throw notShown(order, order.reference);
  }
  const given = await refundsOf(order.capture, nvp, context);
  if (given === null)
    throw uncertain(
      order,
      `what was given back under ${order.capture} cannot be searched for: PayPal names no invoice`,
    );
  const isKnown = ({ gatewayReference }: News) => order.known.some(({ reference }) => reference === gatewayReference);
  const [ours] = given
    .filter((told) => sameMoney(told, order.money) && !isKnown(told))
    .toSorted((a, b) => ORDER_OF_NEWS.indexOf(a.kind) - ORDER_OF_NEWS.indexOf(b.kind));
  return ours ? answerOf(ours, order) : NONE;
}

/** Of several that may be ours, one that gave money back is not left for a person to find. */
const ORDER_OF_NEWS: readonly News['kind'][] = ['payment_refunded', 'refund_pending', 'refund_failed'];

/** What was given back under a capture; null where PayPal cannot be asked, since the money has no invoice number. */
async function refundsOf(capture: string, nvp: NvpCredentials, context: Context): Promise<readonly News[] | null> {
  const captured = await fetchTransaction({ id: capture, type: '' }, nvp, context);
  const invoice = captured === null ? '' : valueOf(captured, 'invoice');
  if (invoice === '') return null;
  const listed = await searchInvoice(invoice, context.now() - LONGEST_REFUNDABLE_MS, nvp, context);
  // The other payments of an agreement have the same invoice number, and may be many.
  const isOfAgreement = isId('agr', invoice);
  const others = listed.filter((row) => row.id !== capture && !(isOfAgreement && isPayment(row)));
  const told = await Promise.all(others.map((row) => fetchTransaction(row, nvp, context)));
  return told
    .flatMap((fields) => (fields === null ? [] : readMessage(fields).facts))
    .filter(isNews)
    .filter(({ parent }) => parent === capture);
}

// PayPal refunds for 180 days; a payment may have been made some days before its money came.
const LONGEST_REFUNDABLE_MS = 200 * 86_400_000;

function refused(reason: string, detail: string): Extract<RefundAnswer, { status: 'refused' }> {
  return { status: 'refused', reason, detail };
}

/** Asking again would not tell: a person decides. */
function uncertain({ refundId }: RefundOrder, why: string): GatewayFailure {
  const message = `looking for ${refundId} at PayPal: ${why}`;
  return new GatewayFailure({ code: 'refund_uncertain', message, moved: 'no', retry: 'never' });
}

/** PayPal gave this id itself, so that it shows nothing under it says nothing about the money. */
function notShown({ refundId }: RefundOrder, reference: string): GatewayFailure {
  const message = `looking for ${refundId} at PayPal: it shows no refund ${reference}`;
  return new GatewayFailure({ code: 'refund_not_shown', message, moved: 'no' });
}

/** A look moves nothing, but an earlier call of this refund may have. */
function leaveOpen(failure: unknown): never {
  if (!(failure instanceof GatewayFailure)) throw failure;
  const { code, message, retry } = failure;
  throw new GatewayFailure({ code, message, retry, moved: 'perhaps', cause: failure });
}
