import type { GatewayFact } from '../../../workflows/domain/fact';
import { isId } from '../../../workflows/domain/ids';
import { MAX_AMOUNT, parseDecimal, type Money } from '../../../workflows/domain/money';
import { unreachable } from '../../../workflows/domain/unreachable';
import { CURRENCY } from './checkout';
import type { Fields } from './json';

/** A transaction in our words, as KKiaPay's status answer tells it. */
export interface Transaction {
  readonly id: string;
  readonly standing: 'success' | 'pending' | 'failed' | 'reverted' | 'unknown';
  /** What the merchant asked for, without the payer's fee; null: it cannot be read. */
  readonly money: Money | null;
  /** 0 where there is none; null: it cannot be read. */
  readonly fee: number | null;
  readonly feeBorneBy: 'merchant' | 'payer';
  /** How the payer paid: only mobile money can be given back. */
  readonly source: string;
  /** Why it failed, in lower snake case. */
  readonly reason: string;
  /** ISO 8601, or null. */
  readonly performedAt: string | null;
  readonly echo: Echo;
}

/** Our payment id as KKiaPay gives it back, in one of two fields or both. `contradicts`: they name two payments. */
export interface Echo {
  readonly paymentId: string | null;
  readonly contradicts: boolean;
}

/** Reads a status answer; null when it names no transaction. */
export function readTransaction(fields: Fields): Transaction | null {
  const id = readTransactionId(fields['transactionId']);
  if (id === null) return null;
  return {
    id,
    standing: STANDINGS.get(textOf(fields['status']).toUpperCase()) ?? 'unknown',
    money: readAmount(fields['amount']),
    fee: readFee(fields['fees']),
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
  readonly remark: string | null;
}

/** What a transaction means. `onlyTry`: its payment has no other, so that its failure is the payment's. */
export function factsOf(transaction: Transaction, onlyTry: boolean): Meaning {
  const { id, standing, money, reason, performedAt } = transaction;
  if (standing === 'unknown') return { facts: [], remark: 'unknown_status' };
  if (money === null) return { facts: [], remark: 'unreadable_amount' };
  const movement = { gatewayReference: id, qualifier: '', occurredAt: performedAt };
  switch (standing) {
    case 'success':
      return captured(transaction, money);
    case 'pending':
      return { facts: [{ ...movement, ...money, kind: 'payment_pending', qualifier: 'pending', reason: 'pending' }], remark: null };
    case 'failed':
      return { facts: [{ ...movement, ...money, kind: onlyTry ? 'payment_failed' : 'attempt_failed', reason }], remark: null };
    case 'reverted': {
      const { facts, remark } = captured(transaction, money);
      return { facts: [...facts, refundOf(id, money)], remark };
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
  return { paymentId: named.length === 1 ? (named[0] ?? null) : null, contradicts: named.length > 1 };
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
  if (fee === null) return { facts: [capture], remark: 'unreadable_fee' };
  if (fee === 0) return { facts: [capture], remark: null };
  const kind = feeBorneBy === 'merchant' ? 'fee_charged' : 'payer_fee_charged';
  return { facts: [capture, { ...movement, kind, amount: fee, currency: money.currency }], remark: null };
}

function readFee(value: unknown): number | null {
  if (value === undefined || value === null || value === '') return 0;
  return readFrancs(value)?.amount ?? null;
}

function readFrancs(value: unknown): Money | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : textOf(value);
  const money = parseDecimal(text, CURRENCY, 0);
  return money !== null && money.amount >= 0 && money.amount <= MAX_AMOUNT ? money : null;
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
