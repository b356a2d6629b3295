import type { GatewayContext, Lookup, OpenedCheckout } from '../port';
import { BY_AGREEMENT } from '../../../workflows/domain/gateway';
import type { Remark } from '../../../workflows/domain/remark';
import { remark } from '../../../workflows/domain/remark';
import { accountsOf, otherReceiver, payingAccount } from './addressee';
import { readMessage, transactionId, word, type Message } from './codec';
import type { NvpCredentials, PaypalStandardCredentials } from './credentials';
import { valueOf, type Fields } from './form';
import { askNvp, INVALID_ARGUMENT, notTold, nvpDate, type NvpCall } from './nvp';

type Context = GatewayContext<PaypalStandardCredentials>;

/** A transaction as `TransactionSearch` lists it. */
export interface Listed {
  readonly id: string;
  /** `L_TYPE`: `Payment`, `Refund`, `Reversal` …; blank where it was not found by a search. */
  readonly type: string;
}

/**
 * Asks how a payment of ours stands, without any message: what was paid under its invoice number, and what has come of it
 * since. The facts are those that the IPN messages of the same transactions give.
 */
export async function lookUpPayment(checkout: OpenedCheckout, context: Context): Promise<Lookup> {
  const { nvp } = payingAccount(context);
  if (nvp === undefined) return { found: 'unaskable' };
  if (checkout.method === BY_AGREEMENT) return lookUpInstalment(checkout, nvp, context);
  const listed = await searchInvoice(checkout.paymentId, Date.parse(checkout.createdAt) - DAY_MS, nvp, context);
  const held = checkout.pending.filter((id) => !listed.some((row) => row.id === id)).map((id) => ({ id, type: '' }));
  // Should there ever be more than are asked, then not the payment itself is left out.
  const asked = [...held, ...listed.toSorted((a, b) => rank(a) - rank(b))].slice(0, MOST_TRANSACTIONS);
  if (asked.length === 0) return { found: false, reason: 'no_transaction' };

  const answers = await Promise.all(asked.map((row) => fetchTransaction(row, nvp, context)));
  const told = answers.filter((answer) => answer !== null);
  // PayPal listed or held it, and now knows nothing of it: that is neither a yes nor a no.
  if (told.length === 0) return { found: 'unknown', reason: 'transaction_not_shown' };
  const strange = told.map((fields) => stranger(fields, context)).find((elsewhere) => elsewhere !== null);
  if (strange) return strange;
  const more = held.length + listed.length > asked.length;
  return gather(told, checkout.paymentId, more ? [remark('more_transactions')] : []);
}

/** Money that PayPal collected under an agreement: its transaction id is known, and its invoice number is the agreement's, whose other payments it shares. */
async function lookUpInstalment(
  { paymentId, reference, createdAt }: OpenedCheckout,
  nvp: NvpCredentials,
  context: Context,
): Promise<Lookup> {
  if (reference === null) return { found: 'unaskable' };
  const payment = await fetchTransaction({ id: reference, type: 'Payment' }, nvp, context);
  if (payment === null) return { found: 'unknown', reason: 'transaction_not_shown' };
  const elsewhere = stranger(payment, context);
  if (elsewhere) return elsewhere;
  const invoice = valueOf(payment, 'invoice');
  const listed = invoice === '' ? [] : await searchInvoice(invoice, Date.parse(createdAt) - DAY_MS, nvp, context);
  const since = listed.filter((row) => !isPayment(row) && row.id !== reference);
  const asked = since.slice(0, MOST_TRANSACTIONS);
  const answers = await Promise.all(asked.map((row) => fetchTransaction(row, nvp, context)));
  const ofIt = answers.filter((answer) => answer !== null && valueOf(answer, 'parent_txn_id') === reference);
  const told = [payment, ...ofIt.filter((answer) => answer !== null)];
  return gather(told, paymentId, since.length > asked.length ? [remark('more_transactions')] : []);
}

/** Whether a list entry is money that came, and not what became of it: `Payment`, `Recurring Payment`. */
export function isPayment({ type }: Listed): boolean {
  return squeeze(type).endsWith('payment');
}

/** The transactions under an invoice number of ours, in PayPal's order. `since`: milliseconds since 1970. */
export async function searchInvoice(
  invoice: string,
  since: number,
  nvp: NvpCredentials,
  context: Context,
): Promise<Listed[]> {
  const call: NvpCall = {
    method: 'TransactionSearch',
    fields: { STARTDATE: nvpDate(since), INVNUM: invoice },
    attempt: `asking PayPal what was paid under ${invoice}`,
    moves: false,
  };
  const answer = await askNvp(nvp, call, context);
  if (!answer.ok) throw notTold(call, answer.refusal);
  const { fields } = answer;
  const rows = fields.map(({ name }) => /^L_TRANSACTIONID(\d+)$/.exec(name)?.[1]).filter((row) => row !== undefined);
  return rows.flatMap((row) => {
    const id = transactionId(fields, `L_TRANSACTIONID${row}`);
    return id === null ? [] : [{ id, type: valueOf(fields, `L_TYPE${row}`) }];
  });
}

/** One transaction, in the variables of its IPN message; null when PayPal says that the account has no such transaction. */
export async function fetchTransaction(
  { id, type }: Listed,
  nvp: NvpCredentials,
  context: Context,
): Promise<Fields | null> {
  const call: NvpCall = {
    method: 'GetTransactionDetails',
    fields: { TRANSACTIONID: id },
    attempt: `asking PayPal for the transaction ${id}`,
    moves: false,
  };
  const answer = await askNvp(nvp, call, context);
  if (answer.ok) return toVariables(answer.fields, type);
  if (answer.refusal.code === INVALID_ARGUMENT) return null;
  throw notTold(call, answer.refusal);
}

export const DAY_MS = 86_400_000;
// A payment, its refunds and its reversals. They are asked side by side, so that one look-up stays within two answers' time.
export const MOST_TRANSACTIONS = 8;

function rank({ type }: Listed): number {
  return squeeze(type) === 'payment' ? 0 : 1;
}

/**
 * Whether money that came was for somebody else. PayPal shows an account only its own transactions, so one that names no
 * receiver is ours; so is one with a parent: money that leaves us may well name the payer as its receiver.
 */
function stranger(fields: Fields, context: Context): Lookup | null {
  const isNamed = ['receiver_id', 'business', 'receiver_email'].some((name) => valueOf(fields, name) !== '');
  return isNamed && valueOf(fields, 'parent_txn_id') === '' ? otherReceiver(fields, accountsOf(context)) : null;
}

function gather(told: readonly Fields[], paymentId: string, more: readonly Remark[]): Lookup {
  // `custom` decides whose money it is, as in a message; the invoice number that we searched for is only the second to be read.
  const ours = told.map(readMessage).filter((message) => message.paymentId === null || message.paymentId === paymentId);
  if (ours.length === 0) return { found: false, reason: 'no_transaction' };
  // The payment before what came of it.
  const inOrder = ours.toSorted((a, b) => a.references.length - b.references.length);
  return {
    found: true,
    facts: inOrder.flatMap((message) => message.facts),
    paymentId: ours.some((message) => message.paymentId === paymentId) ? paymentId : null,
    references: [...new Set(inOrder.flatMap((message) => message.references))],
    remarks: [...more, ...inOrder.flatMap(remarksOf)],
  };
}

/** A fee or a hold beside a payment is the account's own, and no reason to look. */
const OF_THE_ACCOUNT: ReadonlySet<string> = new Set(['negative_amount', 'money_out']);

function remarksOf({ remarks, references }: Message): Remark[] {
  return remarks
    .filter(({ word }) => !OF_THE_ACCOUNT.has(word))
    .map((said) => ({ ...said, about: said.about ?? references[0] ?? null }));
}

const SAME_IN_IPN: ReadonlyMap<string, string> = new Map([
  ['TRANSACTIONID', 'txn_id'],
  ['PARENTTRANSACTIONID', 'parent_txn_id'],
  ['AMT', 'mc_gross'],
  ['FEEAMT', 'mc_fee'],
  ['CURRENCYCODE', 'mc_currency'],
  ['INVNUM', 'invoice'],
  ['CUSTOM', 'custom'],
  ['RECEIVERID', 'receiver_id'],
  ['RECEIVERBUSINESS', 'business'],
  ['RECEIVEREMAIL', 'receiver_email'],
  ['ORDERTIME', 'payment_date'],
]);

// What IPN writes with underscores comes here without any sign or with hyphens: `webaccept`, `express-checkout`, `multicurrency`.
const IPN_SPELLINGS: ReadonlyMap<string, string> = new Map([
  ...`web_accept express_checkout send_money virtual_terminal pro_hosted merch_pmt paypal_here multi_currency delayed_disbursement
      regulatory_review canceled_reversal in_progress partially_refunded buyer_complaint chargeback_reimbursement chargeback_settlement
      unauthorized_claim unauthorized_spoof adjustment_reversal admin_reversal admin_fraud_reversal`
    .split(/\s+/)
    .map((spelling) => [squeeze(spelling), spelling] as const),
  ['merchtpmt', 'merch_pmt'],
  ['paymentreview', 'paymentreview'],
  ['none', ''],
]);

const MONEY_BACK: ReadonlySet<string> = new Set(['refunded', 'reversed', 'canceled_reversal']);
const SAYS_MONEY_BACK = /refund|reversal|chargeback|complaint|unauthorized|guarantee/;

/** Writes a transaction in the variables of its IPN message, so that one set of rules reads both. */
function toVariables(details: Fields, listedAs: string): Fields {
  const { type, status } = kindOf(details, listedAs);
  return [
    ...details.flatMap(({ name, value }) => {
      const variable = SAME_IN_IPN.get(name);
      return variable === undefined ? [] : [{ name: variable, value }];
    }),
    { name: 'txn_type', value: type },
    { name: 'payment_status', value: status },
    { name: 'pending_reason', value: spell(valueOf(details, 'PENDINGREASON')) },
    { name: 'reason_code', value: spell(valueOf(details, 'REASONCODE')) },
  ];
}

/** What IPN calls it: here a refund is a `Completed` below zero with a parent, and only its list entry or its reason says "refund". */
function kindOf(details: Fields, listedAs: string): { type: string; status: string } {
  const type = spell(valueOf(details, 'TRANSACTIONTYPE'));
  const status = spell(valueOf(details, 'PAYMENTSTATUS'));
  if (valueOf(details, 'PARENTTRANSACTIONID') === '') return { type, status };
  if (type === 'adjustment') return { type, status };
  const leaves = valueOf(details, 'AMT').startsWith('-');
  if (MONEY_BACK.has(status)) return { type: '', status };
  const said = [listedAs, valueOf(details, 'REASONCODE')].map(squeeze).find((text) => SAYS_MONEY_BACK.test(text));
  if (status !== 'completed') {
    if (!leaves) return { type, status };
    // A refund on its way or one that failed; a hold, a fee: nothing that came of the payment.
    return { type: said === undefined ? word(listedAs) || 'unclassified' : '', status };
  }
  if (said !== undefined)
    return { type: '', status: said.includes('refund') ? 'refunded' : leaves ? 'reversed' : 'canceled_reversal' };
  // A fee, a hold, a conversion: whatever it is, it is no correction after a case, which is what IPN would mean by these signs.
  return { type: leaves ? word(listedAs) || 'unclassified' : type, status };
}

function spell(text: string): string {
  return IPN_SPELLINGS.get(squeeze(text)) ?? text.toLowerCase();
}

function squeeze(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '');
}
