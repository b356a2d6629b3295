import { createHash, timingSafeEqual } from 'node:crypto';
import type { GatewayFact } from '../../../workflows/domain/fact';
import type { NotificationHint, NotificationReading, RawNotification } from '../port';
import { unreachable } from '../../../workflows/domain/unreachable';
import { readAmount, readEcho, readFailure, readInstant, readTransactionId } from './codec';
import type { KkiapayCredentials } from './credentials';
import { readJsonObject, type Fields } from './json';

/**
 * Where a message from outside says to look. A webhook is not signed: it carries the shared secret in clear, which proves
 * nothing about the body, so the body is a hint and no more. A `poll` is the query string of the browser's return, or what
 * the widget told the page: of either only `transaction_id` is read.
 */
export function readNotification(raw: RawNotification, credentials: KkiapayCredentials): NotificationReading {
  switch (raw.channel) {
    case 'webhook':
      return readWebhook(raw, credentials);
    case 'poll':
      return readReturn(raw);
    case 'ipn':
    case 'pdt':
      return refused(400, 'channel_not_supported');
    default:
      return unreachable(raw.channel);
  }
}

/** The transaction that a message is about; null where it does not say. */
export function readClaim(raw: RawNotification): string | null {
  return raw.channel === 'poll' ? returnedId(raw) : readTransactionId(readJsonObject(raw.body)?.['transactionId']);
}

function readWebhook(raw: RawNotification, { webhookSecret }: KkiapayCredentials): NotificationReading {
  const sent = header(raw, 'x-kkiapay-secret');
  if (sent === null) return refused(401, 'secret_missing');
  if (!isSame(sent, webhookSecret)) return refused(401, 'secret_wrong');
  const fields = readJsonObject(raw.body);
  if (fields === null) return refused(400, raw.body.length === 0 ? 'empty_body' : 'body_not_json');
  return { ok: true, hint: hintOf(fields) };
}

function hintOf(fields: Fields): NotificationHint {
  const id = readTransactionId(fields['transactionId']);
  return {
    identity: null,
    paymentId: readEcho([fields['partnerId'], fields['stateData']]).paymentId,
    references: id === null ? [] : [id],
    facts: id === null ? [] : claimedFacts(id, fields),
    payer: null, // `account` is the payer's phone number, which a payer of ours does not have
  };
}

/** Who bears the fee is not said in a webhook, so only the money itself is claimed. */
function claimedFacts(gatewayReference: string, fields: Fields): GatewayFact[] {
  const money = readAmount(fields['amount']);
  const succeeded = claimsSuccess(fields);
  if (money === null || succeeded === null) return [];
  const movement = { gatewayReference, qualifier: '', occurredAt: readInstant(fields['performedAt']), ...money };
  return [
    succeeded
      ? { ...movement, kind: 'payment_captured' }
      : { ...movement, kind: 'attempt_failed', reason: readFailure(fields) },
  ];
}

/** Null: it says neither, or both. KKiaPay writes `isPaymentSucces`; the right spelling is read as well. */
function claimsSuccess(fields: Fields): boolean | null {
  const event = { 'transaction.success': true, 'transaction.failed': false }[String(fields['event'])];
  const said = [event, fields['isPaymentSucces'], fields['isPaymentSuccess']].filter(
    (value) => typeof value === 'boolean',
  );
  const [first] = said;
  return first !== undefined && said.every((value) => value === first) ? first : null;
}

function readReturn(raw: RawNotification): NotificationReading {
  const id = returnedId(raw);
  if (id === null) return refused(400, 'no_transaction_id');
  return { ok: true, hint: { identity: id, paymentId: null, references: [id], facts: [], payer: null } };
}

function returnedId({ body }: RawNotification): string | null {
  return readTransactionId(new URLSearchParams(new TextDecoder().decode(body)).get('transaction_id'));
}

function header(raw: RawNotification, name: string): string | null {
  return Object.entries(raw.headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? null;
}

/** Hashes have one length, so that neither the time nor an error tells how long the secret is. */
function isSame(sent: string, secret: string): boolean {
  return timingSafeEqual(sha256(sent), sha256(secret));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refused(status: 400 | 401, reason: string): NotificationReading {
  return { ok: false, status, reason };
}
