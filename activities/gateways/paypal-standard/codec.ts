import type { DisputeStage, GatewayFact } from '../../../workflows/domain/fact';
import type { Payer } from '../port';
import type { Remark } from '../../../workflows/domain/remark';
import { isId } from '../../../workflows/domain/ids';
import type { Money } from '../../../workflows/domain/money';
import { remark } from '../../../workflows/domain/remark';
import { unreachable } from '../../../workflows/domain/unreachable';
import { readPaypalAmount } from '../paypal/money';
import { resolutionCentre } from '../paypal/resolution-centre';
import { readPaypalDate } from './date';
import { contradicts, valueOf, type Fields } from './form';

/** What a message says, in our words. Whether it may be believed is decided elsewhere. */
export interface Message {
  /** Our payment id, if the message echoes something of its shape. */
  readonly paymentId: string | null;
  /** The money's own transaction id, then its parent's. */
  readonly references: readonly string[];
  readonly payer: Payer | null;
  readonly facts: readonly GatewayFact[];
  /** What a person should know and the facts do not say. */
  readonly remarks: readonly Remark[];
}

/** Translates an IPN message or a PDT answer: they share their variables (PayPal, "IPN and PDT variables"). */
export function readMessage(fields: Fields): Message {
  const references = [transactionId(fields, 'txn_id'), transactionId(fields, 'parent_txn_id')].filter(
    (reference) => reference !== null,
  );
  return { paymentId: readPaymentId(fields), references, payer: readPayer(fields), ...readFacts(fields) };
}

/** A transaction id, or a PDT token, which is one: letters and digits, some with hyphens. Anything else is taken for absent. */
export function transactionId(fields: Fields, name: string): string | null {
  const text = valueOf(fields, name);
  return /^[A-Za-z0-9-]{1,64}$/.test(text) ? text : null;
}

type Meaning = Pick<Message, 'facts' | 'remarks'>;

// A genuine message has each of these once; where two of them differ, nobody can say which one PayPal meant.
const DECISIVE: ReadonlySet<string> = new Set(
  `txn_id parent_txn_id txn_type payment_status pending_reason reason_code transaction_entity case_id mc_gross mc_fee mc_currency
   custom invoice receiver_id receiver_email business test_ipn subscr_id recurring_payment_id rp_invoice_id mc_amount3`.split(
    /\s+/,
  ),
);

/** A word without signs: the older API writes `webaccept` and `mass-pay` for what messages call `web_accept` and `masspay`. */
export const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '');
const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).map(plain));

// PayPal IPN variables, "Transaction types": one-off money in. Refunds and reversals have no type at all.
const ONE_OFF = new Set([
  '',
  ...words('web_accept cart express_checkout send_money virtual_terminal pro_hosted merch_pmt paypal_here'),
]);

// The same list: what becomes of an agreement (`subscription-codec.ts`). No money moves by these; what is paid under one has a message of its own.
const OF_AGREEMENTS = words(
  `subscr_signup subscr_modify subscr_failed subscr_cancel subscr_eot recurring_payment_profile_created recurring_payment_profile_cancel
   recurring_payment_skipped recurring_payment_failed recurring_payment_expired recurring_payment_suspended
   recurring_payment_suspended_due_to_max_failed_payment recurring_payment_outstanding_payment_failed mp_signup mp_cancel`,
);

// The same list: many payments of ours to others, told under ids of their own.
const MONEY_OUT = words('masspay');

// `reason_code` of money that moves because of a case. A payment has none, so with one of these `Completed` is no second payment.
const OF_CASES = words(
  `chargeback chargeback_reimbursement chargeback_settlement buyer_complaint guarantee unauthorized_claim unauthorized_spoof
   adjustment_reversal admin_reversal admin_fraud_reversal`,
);

type Status = 'completed' | 'pending' | 'failed' | 'refunded' | 'partly_refunded' | 'reversed' | 'reversal_cancelled';

// PayPal IPN variables, `payment_status`, and the spellings of the older API that reach listeners all the same; without their signs.
const STATUS: ReadonlyMap<string, Status> = new Map([
  ['completed', 'completed'],
  ['pending', 'pending'],
  ['created', 'pending'],
  ['processed', 'pending'],
  ['inprogress', 'pending'],
  ['failed', 'failed'],
  ['denied', 'failed'],
  ['declined', 'failed'],
  ['expired', 'failed'],
  ['voided', 'failed'],
  ['refunded', 'refunded'],
  ['partiallyrefunded', 'partly_refunded'],
  ['reversed', 'reversed'],
  ['canceledreversal', 'reversal_cancelled'],
  ['cancelledreversal', 'reversal_cancelled'],
]);

function readFacts(fields: Fields): Meaning {
  if (contradicts(fields, DECISIVE)) return nothing('repeated_field');
  const type = plain(valueOf(fields, 'txn_type'));
  const wrote = valueOf(fields, 'txn_type');
  const isCorrection = isAdjustment(fields);
  if (type === 'newcase') return openedCase(fields);
  if (MONEY_OUT.has(type)) return nothing('money_out', wrote);
  if (OF_AGREEMENTS.has(type)) return nothing('unknown_type', wrote);
  // Whatever else it is called, money that comes in is money that comes in: what no payment of ours expects waits for a person.
  const said = word(valueOf(fields, 'payment_status')) || (isCorrection ? 'completed' : '');
  if (said === '') return nothing('nothing_said', wrote);
  const status = STATUS.get(plain(said));
  if (status === undefined) return nothing('unknown_status', valueOf(fields, 'payment_status'));
  const reference = transactionId(fields, 'txn_id');
  if (reference === null) return nothing('no_transaction_id');
  const gross = readPaypalAmount(valueOf(fields, 'mc_gross'), valueOf(fields, 'mc_currency'));
  if (gross === null)
    return nothing('unreadable_amount', `${valueOf(fields, 'mc_gross')} ${valueOf(fields, 'mc_currency')}`);
  if (gross.amount === 0) return nothing('zero_amount');

  const parent = transactionId(fields, 'parent_txn_id');
  const movement = { gatewayReference: reference, qualifier: '', occurredAt: occurredAt(fields, 'payment_date') };
  switch (status) {
    case 'completed':
      if (isCorrection) return adjustment(fields, movement, gross);
      if (gross.amount < 0)
        return parent === null || !ONE_OFF.has(type)
          ? nothing('money_out', wrote)
          : adjustment(fields, movement, gross);
      if (!OF_CASES.has(plain(valueOf(fields, 'reason_code')))) return payment(fields, movement, gross);
      return parent === null
        ? nothing('no_parent_transaction')
        : moneyBack(fields, { ...movement, parent }, gross, 'reversal_cancelled');
    case 'pending':
    case 'failed':
      if (isCorrection) return nothing('unknown_type', wrote);
      if (gross.amount < 0) {
        if (parent === null) return nothing('money_out', wrote);
        // Refunds have no type. Anything else below zero is on its way out, and says nothing about a payment to us.
        return type === '' && !OF_CASES.has(plain(valueOf(fields, 'reason_code')))
          ? only(refundUnderWay(fields, { ...movement, ...positive(gross), parent }, status))
          : nothing('negative_amount', wrote);
      }
      return only(
        status === 'pending'
          ? held(movement, gross, pendingReason(fields))
          : { ...movement, ...gross, kind: 'payment_failed', reason: reasonCode(fields) },
      );
    case 'refunded':
    case 'partly_refunded':
    case 'reversed':
    case 'reversal_cancelled':
      if (parent !== null) return moneyBack(fields, { ...movement, parent }, gross, status);
      return gross.amount < 0 ? nothing('no_parent_transaction') : paymentSince(fields, movement, gross, status);
    default:
      return unreachable(status);
  }
}

type MoneyBack = Extract<Status, 'refunded' | 'partly_refunded' | 'reversed' | 'reversal_cancelled'>;

type Movement = Pick<GatewayFact, 'gatewayReference' | 'qualifier' | 'occurredAt'>;

function payment(fields: Fields, movement: Movement, gross: Money): Meaning {
  const entity = word(valueOf(fields, 'transaction_entity'));
  // An authorization that is complete has taken nothing yet (PayPal Authorization & Capture guide): its capture has an id of its own.
  if (entity === 'auth' || entity === 'reauth') return only(held(movement, gross, 'authorization'));
  if (entity === 'order') return only(held(movement, gross, 'order'));
  const captured: GatewayFact = { ...movement, ...gross, kind: 'payment_captured' };
  const fee = readFee(fields);
  if (fee === null || fee.amount < 0)
    return { facts: [captured], remarks: [ofFee(fee === null ? 'fee_unreadable' : 'fee_negative', movement, fields)] };
  return {
    facts: fee.amount === 0 ? [captured] : [captured, { ...movement, ...fee, kind: 'fee_charged' }],
    remarks: [],
  };
}

/**
 * A payment of which only what came of it is told. Money that is partly given back had come; so had money whose fee was kept.
 * Reversed it may have been while PayPal still held it, and then it never came: no later word is evidence that it did.
 */
function paymentSince(fields: Fields, movement: Movement, gross: Money, status: MoneyBack): Meaning {
  switch (status) {
    case 'partly_refunded':
      return payment(fields, movement, gross);
    case 'refunded': {
      const fee = readFee(fields);
      if (fee !== null && fee.amount > 0) return payment(fields, movement, gross);
      return only({ ...movement, ...gross, kind: 'payment_failed', reason: reasonCode(fields) });
    }
    case 'reversed':
    case 'reversal_cancelled':
      return only({ ...movement, ...gross, kind: 'payment_failed', reason: reasonCode(fields) });
    default:
      return unreachable(status);
  }
}

/** Money of `parent` that moved again, under an id of its own. */
function moneyBack(
  fields: Fields,
  movement: Movement & { readonly parent: string },
  gross: Money,
  status: MoneyBack,
): Meaning {
  // PayPal writes these below zero, its simulator above: the status has the sign, the amount only the size.
  const common = { ...movement, ...positive(gross), reason: reasonCode(fields) };
  switch (status) {
    case 'refunded':
    case 'partly_refunded': {
      const fee = readFee(fields);
      const isCharged = fee !== null && isOfOtherSign(fee, gross);
      const feeReturned = fee === null || isCharged ? 0 : Math.abs(fee.amount);
      const refund: GatewayFact = { ...common, kind: 'payment_refunded', feeReturned };
      return {
        facts: isCharged ? [refund, { ...movement, ...fee, kind: 'refund_fee_charged' }] : [refund],
        remarks: fee === null ? [ofFee('fee_unreadable', movement, fields)] : [],
      };
    }
    case 'reversed': {
      const [feeReturned, remarks] = feeBack(fields, movement, gross);
      // Taken back because the merchant gives it back: that is a refund, whatever its status is called.
      return common.reason === 'refund'
        ? { facts: [{ ...common, kind: 'payment_refunded', feeReturned }], remarks }
        : { facts: [{ ...common, kind: 'payment_reversed', caseId: caseIdOf(fields), feeReturned }], remarks };
    }
    case 'reversal_cancelled': {
      const fee = readFee(fields);
      const feeCharged = Math.abs(fee?.amount ?? 0);
      return {
        facts: [{ ...common, kind: 'reversal_cancelled', caseId: caseIdOf(fields), feeCharged }],
        remarks: fee === null ? [ofFee('fee_unreadable', movement, fields)] : [],
      };
    }
    default:
      return unreachable(status);
  }
}

/** The fee that comes back with money that was taken back: it has the money's sign. With the other it is a fee of another kind. */
function feeBack(fields: Fields, movement: Movement, gross: Money): readonly [number, readonly Remark[]] {
  const fee = readFee(fields);
  if (fee === null) return [0, [ofFee('fee_unreadable', movement, fields)]];
  return isOfOtherSign(fee, gross) ? [0, [ofFee('fee_of_reversal', movement, fields)]] : [Math.abs(fee.amount), []];
}

/** A fee has the sign of the money that it belongs to: above zero beside money that went, it was charged for the movement itself. */
function isOfOtherSign(fee: Money, gross: Money): boolean {
  return fee.amount > 0 && gross.amount < 0;
}

/** A refund that is paid from the merchant's bank: it takes days, and may fail. */
function refundUnderWay(
  fields: Fields,
  movement: Movement & Money & { readonly parent: string },
  status: 'pending' | 'failed',
): GatewayFact {
  if (status === 'failed') return { ...movement, kind: 'refund_failed', reason: statusReason(fields), detail: null };
  const reason = pendingReason(fields);
  return { ...movement, kind: 'refund_pending', qualifier: reason, reason };
}

/** A balance correction after a case. The fact's amount has no sign, so the qualifier tells money that came back. */
function adjustment(fields: Fields, movement: Movement, gross: Money): Meaning {
  const parent = transactionId(fields, 'parent_txn_id');
  if (parent === null) return nothing('no_parent_transaction');
  const qualifier = gross.amount > 0 ? 'credit' : '';
  const reason = word(valueOf(fields, 'reason_code')) || 'adjustment';
  return only({ ...movement, ...positive(gross), qualifier, kind: 'dispute_adjusted', parent, reason });
}

/** A complaint, claim or chargeback. It repeats the original payment's `txn_id`; the case has its own id. */
function openedCase(fields: Fields): Meaning {
  const reference = transactionId(fields, 'txn_id');
  if (reference === null) return nothing('no_transaction_id');
  return only({
    kind: 'dispute_opened',
    gatewayReference: reference,
    qualifier: caseIdOf(fields) ?? '',
    occurredAt: occurredAt(fields, 'case_creation_date') ?? occurredAt(fields, 'payment_date'),
    amount: null,
    currency: null,
    reason: word(valueOf(fields, 'reason_code')) || word(valueOf(fields, 'case_type')) || 'dispute',
    stage: STAGES.get(plain(valueOf(fields, 'case_type'))) ?? null,
    // A test may be of the sandbox or of a simulator, whose pages are not PayPal's.
    url: isTest(fields) ? null : resolutionCentre('live'),
  });
}

// PayPal IPN variables, `case_type`. In a dispute PayPal does not decide yet.
const STAGES: ReadonlyMap<string, DisputeStage> = new Map([
  ['dispute', 'inquiry'],
  ['complaint', 'claim'],
  ['chargeback', 'chargeback'],
]);

function caseIdOf(fields: Fields): string | null {
  return /^[!-~]{1,64}$/.exec(valueOf(fields, 'case_id'))?.[0] ?? null;
}

/** Whether a message is of PayPal's sandbox, or of our simulator: live ones have no `test_ipn`. */
export function isTest(fields: Fields): boolean {
  return !['', '0'].includes(valueOf(fields, 'test_ipn'));
}

/** Whether a message is about a balance correction after a case: that is between PayPal and the account, its payer. */
export function isAdjustment(fields: Fields): boolean {
  return plain(valueOf(fields, 'txn_type')) === 'adjustment';
}

function held(movement: Movement, gross: Money, reason: string): GatewayFact {
  return { ...movement, ...gross, kind: 'payment_pending', qualifier: reason, reason };
}

/** `mc_fee` in the money's currency; zero when blank or absent, as while PayPal does not know it; null when unreadable. */
function readFee(fields: Fields): Money | null {
  return readPaypalAmount(valueOf(fields, 'mc_fee') || '0', valueOf(fields, 'mc_currency'));
}

function ofFee(
  word: 'fee_unreadable' | 'fee_negative' | 'fee_of_reversal',
  { gatewayReference }: Movement,
  fields: Fields,
): Remark {
  return remark(word, gatewayReference, valueOf(fields, 'mc_fee'));
}

function pendingReason(fields: Fields): string {
  return word(valueOf(fields, 'pending_reason')) || word(valueOf(fields, 'payment_status'));
}

function reasonCode(fields: Fields): string {
  return word(valueOf(fields, 'reason_code')) || statusReason(fields);
}

/** Of a failed refund `reason_code` says no more than that it was one. */
function statusReason(fields: Fields): string {
  return word(valueOf(fields, 'payment_status'));
}

/** PayPal's word in lower snake case, whatever its spelling of the day: `multi-currency`, `Canceled Reversal`. `None` is no word. */
export function word(text: string): string {
  const snake = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 64);
  return snake === 'none' ? '' : snake;
}

function occurredAt(fields: Fields, name: string): string | null {
  return readPaypalDate(valueOf(fields, name));
}

/** The id of ours that the message echoes, of a payment or of an agreement: `custom` decides, and what a payer may have changed comes after it. */
export function idOfOurs(fields: Fields): string | null {
  const texts = ['custom', 'invoice', 'rp_invoice_id'].map((name) => valueOf(fields, name));
  return texts.find((text) => isId('pay', text) || isId('agr', text)) ?? null;
}

function readPaymentId(fields: Fields): string | null {
  const named = idOfOurs(fields);
  return named !== null && isId('pay', named) ? named : null;
}

function readPayer(fields: Fields): Payer | null {
  const person = [valueOf(fields, 'first_name'), valueOf(fields, 'last_name')].filter(Boolean).join(' ');
  const name = printable(person || valueOf(fields, 'payer_business_name'));
  const email = printable(valueOf(fields, 'payer_email'));
  return name === null && email === null ? null : { name, email };
}

/** Text that a database and a page can hold: no control characters, no half surrogate pairs, not endless. */
function printable(text: string): string | null {
  const clean = text
    .slice(0, 254)
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/\p{Cs}/gu, '\ufffd')
    .trim();
  return clean || null;
}

function positive({ amount, currency }: Money): Money {
  return { amount: Math.abs(amount), currency };
}

function only(fact: GatewayFact): Meaning {
  return { facts: [fact], remarks: [] };
}

/** `wrote`: what PayPal wrote where nobody here knows what it means. */
function nothing(word: string, wrote: string | null = null): Meaning {
  return { facts: [], remarks: [remark(word, null, wrote)] };
}
