import { makeId } from '../../workflows/domain/ids';

/** Field values are text, or bytes where the charset matters; `undefined` leaves a field out. */
export type MessageFields = Record<string, string | Uint8Array | undefined>;

export const PAYMENT_ID = makeId(
  'pay',
  0,
  Uint8Array.from({ length: 26 }, (_, i) => i * 7),
);
export const OTHER_PAYMENT_ID = makeId(
  'pay',
  0,
  Uint8Array.from({ length: 26 }, (_, i) => i * 11 + 1),
);
export const SELLER = {
  receiverId: 'SELLER0000001',
  receiverEmails: ['tresorier@club.example', 'second@club.example'],
};

/** A completed payment of 50.00 EUR with a fee of 1.95, as PayPal's sandbox tells a European seller. */
export function completed(over: MessageFields = {}): MessageFields {
  return {
    mc_gross: '50.00',
    payment_date: '05:22:41 Mar 10, 2026 PST',
    payment_status: 'Completed',
    charset: 'windows-1252',
    first_name: 'Anne',
    mc_fee: '1.95',
    custom: PAYMENT_ID,
    business: 'tresorier@club.example',
    payer_email: 'anne.martin@example.org',
    txn_id: '61E67681CH3238416',
    payment_type: 'instant',
    last_name: 'Martin',
    receiver_email: 'tresorier@club.example',
    payment_fee: '',
    receiver_id: 'SELLER0000001',
    txn_type: 'web_accept',
    mc_currency: 'EUR',
    test_ipn: '1',
    invoice: PAYMENT_ID,
    payment_gross: '',
    ipn_track_id: 'f2b41c0a9d3e1',
    ...over,
  };
}

/** Money back on that payment: its own id, the parent's, no type, signs below zero. */
export function moneyBack(status: string, over: MessageFields = {}): MessageFields {
  return completed({
    txn_type: undefined,
    payment_status: status,
    reason_code: 'refund',
    txn_id: '9XJ01234AB567890C',
    parent_txn_id: '61E67681CH3238416',
    mc_gross: '-20.00',
    mc_fee: '-0.40',
    ...over,
  });
}

/** Writes a message as PayPal does: every byte but letters, digits and `.-_` escaped, a space as '+'. */
export function encode(fields: MessageFields): Uint8Array {
  return Buffer.from(pairs(fields).join('&'), 'latin1');
}

/** The answer of `_notify-synch` for the same fields. */
export function pdtSuccess(fields: MessageFields, lineEnd = '\n'): Uint8Array {
  return Buffer.from(['SUCCESS', ...pairs(fields), ''].join(lineEnd), 'latin1');
}

function pairs(fields: MessageFields): string[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${escape(Buffer.from(name))}=${escape(bytesOf(value))}`],
  );
}
function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
}
function escape(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const letter = String.fromCharCode(byte);
    if (/[A-Za-z0-9._-]/.test(letter)) return letter;
    return letter === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}
