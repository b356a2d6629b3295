import type { GatewayFact } from '../../../workflows/domain/fact';
import type { Remark } from '../../../workflows/domain/remark';
import { isId } from '../../../workflows/domain/ids';
import { MAX_AMOUNT, parseDecimal, type Money } from '../../../workflows/domain/money';
import { remark } from '../../../workflows/domain/remark';
import { unreachable } from '../../../workflows/domain/unreachable';
import { CURRENCY } from './checkout';
import type { Fields } from './json';

/** A transaction in our words, as KKiaPay's status answer tells it. */
export interface Transaction {
  readonly id: string;
  /** Whether it is a payment to the merchant, and not the merchant's own money on its way to the bank. */
  readonly isPayment: boolean;
  readonly standing: 'success' | 'pending' | 'failed' | 'reverted' | 'unknown';
  /** What the merchant asked for, without the payer's fee; null: it cannot be read. */
  readonly money: Money | null;
  /** Status and amount as KKiaPay wrote them, for a person where they cannot be used. */
  readonly written: { readonly status: string; readonly amount: string };
  /** 0 where there is none; a remark where what KKiaPay wrote is no fee. */
  readonly fee: number | Remark;
  readonly feeBorneBy: 'merchant' | 'payer';
  /** How the payer paid: only mobile money can be given back. */
  readonly source: string;
  /** Why it failed, in lower snake case. */
  readonly reason: string;
  /** ISO 8601, or null. */
  readonly performedAt: string | null;
  readonly echo: Echo;
}

/** Our payment id as KKiaPay gives it back, in one of two fields or both. `contradiction`: the ids, where they name two payments. */
export interface Echo {
  readonly paymentId: string | null;
  readonly contradiction: string | null;
}

/** Reads a status answer; null when it names no transaction. */
export function readTransaction(fields: Fields): Transaction | null {
  const id = readTransactionId(fields['transactionId']);
  if (id === null) return null;
  return {
    id,
    isPayment: isPayment(fields),
    standing: STANDINGS.get(textOf(fields['status']).toUpperCase()) ?? 'unknown',
    money: readAmount(fields['amount']),
    written: { status: textOf(fields['status']), amount: writtenOf(fields['amount']) },
    fee: readFee(fields['fees'], id),
    feeBorneBy: isBorneByMerchant(fields) ? 'merchant' : 'payer',
    source: textOf(fields['source']).toUpperCase(),
    reason: readFailure(fields),
    // `performedAt` is a month-first date without a time in this answer, though it is an instant in the webhook.
    performedAt: readInstant(fields['performed_at']),
    echo: readEcho([fields['partnerId'], fields['state']]),
  };
}

export interface Meaning {
  readonly facts: readonly GatewayFact[];
  /** What a person should know and the facts do not say. */
  readonly remarks: readonly Remark[];
}

/** What a transaction means. `onlyTry`: its payment has no other, so that its failure is the payment's. */
export function factsOf(transaction: Transaction, onlyTry: boolean): Meaning {
  const { id, standing, money, reason, performedAt } = transaction;
  if (standing === 'unknown') return { facts: [], remarks: [remark('unknown_status', id, transaction.written.status)] };
  if (money === null) return { facts: [], remarks: [remark('unreadable_amount', id, transaction.written.amount)] };
  const movement = { gatewayReference: id, qualifier: '', occurredAt: performedAt };
  switch (standing) {
    case 'success':
      return captured(transaction, money);
    case 'pending':
      return {
        facts: [{ ...movement, ...money, kind: 'payment_pending', qualifier: 'pending', reason: 'pending' }],
        remarks: [],
      };
    case 'failed':
      return {
        facts: [{ ...movement, ...money, kind: onlyTry ? 'payment_failed' : 'attempt_failed', reason }],
        remarks: [],
      };
    case 'reverted': {
      // Only what succeeded can be reverted (KKiaPay, admin SDK, `revert`), so this word does say that the money came.
      const { facts, remarks } = captured(transaction, money);
      return { facts: [...facts, refundOf(id, money)], remarks };
    }
    default:
      return unreachable(standing);
  }
}

/** The whole sum, given back under the transaction's own id; KKiaPay returns no fee, and does not say when it was. */
export function refundOf(id: string, money: Money): GatewayFact & { kind: 'payment_refunded' } {
  return {
    kind: 'payment_refunded',
    gatewayReference: id,
    qualifier: '',
    ...money,
    parent: id,
    feeReturned: 0,
    reason: 'reverted',
    occurredAt: null,
  };
}

/** Nine or ten characters in all samples, with no published form: opaque, case counts, and never a number. */
export function readTransactionId(value: unknown): string | null {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? value : null;
}

/** Whole francs above zero; text is read as well. Null: 100.5, a word, nothing, or more than we can book. */
export function readAmount(value: unknown): Money | null {
  const money = readFrancs(value);
  return money !== null && money.amount > 0 ? money : null;
}

/** Why something failed: KKiaPay has written it as `failureCode` and as `reason`, and misspells one of its words. */
export function readFailure(fields: Fields): string {
  const reason = word(fields['failureCode']) || word(fields['reason']) || 'failed';
  return reason === 'insufficent_fund' ? 'insufficient_fund' : reason;
}

/** An instant with its zone as ISO 8601 in UTC; null for anything else. */
export function readInstant(value: unknown): string | null {
  const text = textOf(value);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/.test(text)) return null;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? null : new Date(instant).toISOString();
}

/**
 * Our payment id in the fields that give it back: as text, or inside the JSON text of an object. An object is somebody
 * else's (WooCommerce's `{ order_id, sdk }`): what we send is text, and comes back as it was sent.
 */
export function readEcho(values: readonly unknown[]): Echo {
  const named = [...new Set(values.flatMap((value) => (typeof value === 'string' ? paymentIdsIn(value) : [])))];
  return {
    paymentId: named.length === 1 ? (named[0] ?? null) : null,
    contradiction: named.length > 1 ? named.join(' ') : null,
  };
}

// `INIT` is known from an unofficial type alone: a transaction that has begun and is not decided.
const STANDINGS: ReadonlyMap<string, Transaction['standing']> = new Map([
  ['SUCCESS', 'success'],
  ['PENDING', 'pending'],
  ['INIT', 'pending'],
  ['FAILED', 'failed'],
  ['REVERTED', 'reverted'],
]);

function captured(transaction: Transaction, money: Money): Meaning {
  const { id, fee, feeBorneBy, performedAt } = transaction;
  const movement = { gatewayReference: id, qualifier: '', occurredAt: performedAt };
  const capture: GatewayFact = { ...movement, ...money, kind: 'payment_captured' };
  if (typeof fee !== 'number') return { facts: [capture], remarks: [fee] };
  if (fee === 0) return { facts: [capture], remarks: [] };
  const kind = feeBorneBy === 'merchant' ? 'fee_charged' : 'payer_fee_charged';
  return { facts: [capture, { ...movement, kind, amount: fee, currency: money.currency }], remarks: [] };
}

function readFee(value: unknown, transactionId: string): number | Remark {
  if (value === undefined || value === null || value === '') return 0;
  const fee = readFrancs(value)?.amount ?? null;
  if (fee !== null && fee >= 0) return fee;
  return remark(fee === null ? 'fee_unreadable' : 'fee_negative', transactionId, writtenOf(value));
}

/** Whole francs with their sign; null for anything else, and for more than we can book. */
function readFrancs(value: unknown): Money | null {
  const money = parseDecimal(writtenOf(value), CURRENCY, 0);
  return money !== null && Math.abs(money.amount) <= MAX_AMOUNT ? money : null;
}

/** A number as KKiaPay wrote it, in digits or in text. */
function writtenOf(value: unknown): string {
  return typeof value === 'number' ? String(value) : textOf(value);
}

// KKiaPay's transactions and payouts share one space of ids. `type` is `DEBIT` of a payer's wallet wherever it is told.
function isPayment({ type, is_payout }: Fields): boolean {
  const isDebit = type === undefined || type === null || type === '' || textOf(type).toUpperCase() === 'DEBIT';
  return isDebit && !(is_payout === true || is_payout === 1 || ['true', '1'].includes(textOf(is_payout).toLowerCase()));
}

function isBorneByMerchant(fields: Fields): boolean {
  return fields['isFeesBorneByMerchant'] === true || word(fields['feeSupportedBy']) === 'merchant';
}

function paymentIdsIn(text: string): string[] {
  if (isId('pay', text)) return [text];
  try {
    const value: unknown = JSON.parse(text);
    const members: unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : [value];
    return members.filter((member) => typeof member === 'string').filter((member) => isId('pay', member));
  } catch {
    return []; // plain text, and not ours
  }
}

/** KKiaPay's word in lower snake case; '' for anything that is not text. */
function word(value: unknown): string {
  return textOf(value)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 64);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}
