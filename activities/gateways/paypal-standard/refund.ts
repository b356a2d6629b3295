import { GatewayFailure } from '../port';
import type { GatewayContext, RefundAnswer, RefundOrder } from '../port';
import { writePaypalAmount } from '../paypal/money';
import { payingAccount } from './addressee';
import { readMessage, transactionId, word, type Message } from './codec';
import type { NvpCredentials, PaypalStandardCredentials } from './credentials';
import { valueOf, type Fields } from './form';
import { askNvp, TRANSACTION_REFUSED, type NvpCall, type NvpRefusal } from './nvp';
import { fetchTransaction, searchInvoice } from './transactions';

type Context = GatewayContext<PaypalStandardCredentials>;
type Refunded = Extract<RefundAnswer, { status: 'succeeded' }>['fact'];

/**
 * Gives money back (PayPal NVP guide, "RefundTransaction"). `MSGSUBID` makes a repetition harmless: PayPal answers it as it
 * answered the first. The IPN `Refunded` that follows tells the same fact once more.
 */
export async function refund(order: RefundOrder, context: Context): Promise<RefundAnswer> {
  const { nvp } = payingAccount(context);
  if (nvp === undefined) {
    return refused(
      'no_nvp_credentials',
      'the PayPal account has no API credentials, so PayPal cannot be told to refund',
    );
  }
  const amount = writePaypalAmount(order.money);
  if (amount === null)
    return refused('amount_not_supported', `PayPal cannot write ${order.money.amount} ${order.money.currency}`);

  const call: NvpCall = {
    method: 'RefundTransaction',
    fields: {
      TRANSACTIONID: order.capture,
      // A full refund with an amount is refused, and so is a full refund of what is left.
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
  return order.again && answer.refusal.code === TRANSACTION_REFUSED
    ? afterARefusedRepetition(order, answer.refusal, nvp, context)
    : refused(answer.refusal.reason, answer.refusal.detail);
}

const LONGEST_NOTE = 255;

/** What the payer reads in PayPal's message: one line, no letter cut in two. */
function noteOf({ note }: RefundOrder): { NOTE?: string } {
  let text = '';
  for (const letter of (note ?? '').replace(/[\p{Cc}\s]+/gu, ' ').trim()) {
    if (text.length + letter.length > LONGEST_NOTE) break;
    text += letter;
  }
  return text === '' ? {} : { NOTE: text };
}

function readRefund(fields: Fields, order: RefundOrder): RefundAnswer {
  const status = word(valueOf(fields, 'REFUNDSTATUS'));
  const reference = transactionId(fields, 'REFUNDTRANSACTIONID');
  const fact = status === 'instant' ? readFact(fields, order) : null;
  if (fact) return { status: 'succeeded', fact };
  // Accepted in any case: what this answer does not say for certain, the IPN will.
  return {
    status: 'pending',
    reference,
    reason: word(valueOf(fields, 'PENDINGREASON')) || status || 'unreadable_answer',
  };
}

/** The fact of the refund's IPN message, made by the same rules out of the API's answer. */
function readFact(fields: Fields, { capture, money }: RefundOrder): Refunded | null {
  const variable = (name: string, value: string) => ({ name, value });
  return refundIn(
    readMessage([
      variable('payment_status', 'Refunded'),
      variable('txn_id', valueOf(fields, 'REFUNDTRANSACTIONID')),
      variable('parent_txn_id', capture),
      variable('mc_gross', valueOf(fields, 'GROSSREFUNDAMT')),
      variable('mc_fee', valueOf(fields, 'FEEREFUNDAMT')),
      variable('mc_currency', valueOf(fields, 'CURRENCYCODE') || money.currency),
      variable('reason_code', 'refund'),
      variable('payment_date', valueOf(fields, 'TIMESTAMP')),
    ]),
  );
}

function refundIn({ facts }: Message): Refunded | null {
  return facts.find((fact) => fact.kind === 'payment_refunded') ?? null;
}

/**
 * PayPal refuses to do what it may have done already: an earlier call of ours could have moved the money, its answer was
 * lost, and PayPal has forgotten the call. So what was given back under this capture decides whether the no is a no.
 */
async function afterARefusedRepetition(
  order: RefundOrder,
  refusal: NvpRefusal,
  nvp: NvpCredentials,
  context: Context,
): Promise<RefundAnswer> {
  const given = await refundsOf(order.capture, nvp, context);
  const same = given?.filter(
    ({ amount, currency }) => amount === order.money.amount && currency === order.money.currency,
  );
  if (same?.length === 0) return refused(refusal.reason, refusal.detail);
  const [only] = same ?? [];
  // Nothing was given back before a whole refund, so this one is it, whoever made it. A part may be that of another refund.
  if (order.whole && only) return { status: 'succeeded', fact: only };
  throw new GatewayFailure({
    code: 'refund_uncertain',
    message: `refunding ${order.refundId} at PayPal: a repetition was refused (${refusal.code}), and the first call may have succeeded`,
    moved: 'perhaps',
    retry: 'never',
  });
}

/** What was given back under a capture; null where PayPal cannot be asked, since the money has no invoice number. */
async function refundsOf(capture: string, nvp: NvpCredentials, context: Context): Promise<readonly Refunded[] | null> {
  const captured = await fetchTransaction({ id: capture, type: '' }, nvp, context);
  const invoice = captured === null ? '' : valueOf(captured, 'invoice');
  if (invoice === '') return null;
  const listed = await searchInvoice(invoice, context.now() - LONGEST_REFUNDABLE_MS, nvp, context);
  const others = listed.filter(({ id }) => id !== capture);
  const told = await Promise.all(others.map((row) => fetchTransaction(row, nvp, context)));
  return told
    .filter((fields) => fields !== null)
    .map((fields) => refundIn(readMessage(fields)))
    .filter((fact) => fact?.parent === capture)
    .filter((fact) => fact !== null);
}

// PayPal refunds for 180 days; a payment may have been made some days before its money came.
const LONGEST_REFUNDABLE_MS = 200 * 86_400_000;

function refused(reason: string, detail: string): RefundAnswer {
  return { status: 'refused', reason, detail };
}
