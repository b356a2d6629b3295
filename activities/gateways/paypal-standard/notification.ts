import type { NotificationReading, RawNotification } from '../port';
import { unreachable } from '../../../workflows/domain/unreachable';
import { transactionId } from './codec';
import { parseForm } from './form';
import { readTold } from './subscription-codec';

/**
 * Where a message from outside says to look. An IPN is refused only where it cannot be one; anything else is kept and
 * verified, because a refusal is final after PayPal's fifteen resends. For PDT, `raw.body` is the query string (or the
 * posted form) of the browser's return, of which nothing but `tx` is read: the rest is whatever the payer typed.
 */
export function readNotification(raw: RawNotification): NotificationReading {
  switch (raw.channel) {
    case 'ipn':
      return readIpn(raw);
    case 'pdt':
      return readReturn(raw);
    case 'webhook':
    case 'poll':
      return refused('channel_not_supported');
    default:
      return unreachable(raw.channel);
  }
}

/** The `tx` of a browser's return; null when there is none or it cannot be a transaction token. */
export function readToken(raw: RawNotification): string | null {
  return transactionId(parseForm(raw.body), 'tx');
}

function readIpn(raw: RawNotification): NotificationReading {
  const type = header(raw, 'content-type').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== '' && type !== 'application/x-www-form-urlencoded') return refused('content_type_not_supported');
  if (isBlank(raw.body)) return refused('empty_body');
  const { paymentId, references, payer, facts, remarks, agreement } = readTold(parseForm(raw.body));
  return {
    ok: true,
    hint: {
      // Its bytes: what a message says of itself would let a forged one take a genuine one's place. Sent again, it tells the same facts.
      identity: null,
      paymentId,
      references,
      // Claimed facts only serve to recognise a repetition, and a message that a person should see is not a mere repetition.
      facts: remarks.length === 0 ? facts : [],
      payer,
      ...(agreement && { agreement: { agreementId: agreement.agreementId, reference: agreement.reference } }),
    },
  };
}

function readReturn(raw: RawNotification): NotificationReading {
  const token = readToken(raw);
  if (token === null) return refused('no_transaction_token');
  return { ok: true, hint: { identity: token, paymentId: null, references: [token], facts: [], payer: null } };
}

function header(raw: RawNotification, name: string): string {
  return Object.entries(raw.headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
}

function isBlank(body: Uint8Array): boolean {
  return body.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

function refused(reason: string): NotificationReading {
  return { ok: false, status: 400, reason };
}
