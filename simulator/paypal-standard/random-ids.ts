import { createHash, randomBytes } from 'node:crypto';

const LETTERS = 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789';

function write(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join('');
}

/** A transaction id as PayPal's: 17 characters. */
export function newTxnId(): string {
  return write(randomBytes(17));
}

/** A subscription's id as PayPal's: `I-` and 12 characters. */
export function newSubscriptionId(): string {
  return `I-${write(randomBytes(12))}`;
}

/** A case id as PayPal's: PP-D-12345. */
export function newCaseId(): string {
  return `PP-D-${randomBytes(4).readUInt32BE()}`;
}

/** A merchant or payer id as PayPal's, 13 characters, always the same for the same e-mail address. */
export function idOf(email: string): string {
  return write(createHash('sha256').update(email).digest().subarray(0, 13));
}

/** What PayPal puts in `verify_sign`. It means nothing here: a message is known by its bytes. */
export function newVerifySign(): string {
  return randomBytes(42).toString('base64url');
}

/** PayPal's own tracking id, one per message. */
export function newTrackId(): string {
  return randomBytes(7).toString('hex').slice(0, 13);
}
