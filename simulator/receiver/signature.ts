import { createHmac, timingSafeEqual } from 'node:crypto';

/** So far the sender's clock and this one may be apart. */
const TOLERANCE_S = 300;
export const SECRET = /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/;

/** What a signature by Standard Webhooks is worth. `why`: in words. */
export interface Verdict {
  readonly signature: 'right' | 'wrong' | 'unknown';
  readonly why: string;
}

/** A webhook as far as its signature is about it. */
interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly at: Date;
}

/** Looks at the signature of a webhook that came at `at`; `secret` is null where nobody said which it is. */
export function judge({ headers, body, at }: Signed, secret: string | null): Verdict {
  if (secret === null) return { signature: 'unknown', why: 'no secret known' };
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (id === undefined || timestamp === undefined || signatures === undefined) return wrong('it is not signed');
  if (!/^\d{1,12}$/.test(timestamp)) return wrong('its webhook-timestamp is no number of seconds');
  if (Math.abs(at.getTime() / 1000 - Number(timestamp)) > TOLERANCE_S)
    return wrong('its webhook-timestamp is more than 5 minutes off');
  const expected = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest();
  const isGiven = signatures
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice('v1,'.length), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
  return isGiven
    ? { signature: 'right', why: 'signed with the secret' }
    : wrong('signed with another secret, or other bytes');
}

const wrong = (why: string): Verdict => ({ signature: 'wrong', why });
