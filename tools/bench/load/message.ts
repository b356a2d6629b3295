import { randomBytes } from 'node:crypto';
import type { PaypalShop } from './orders';

export const IPN_HEADERS = {
  'content-type': 'application/x-www-form-urlencoded',
  'user-agent': 'PayPal IPN ( https://www.paypal.com/ipn )',
};

/** What the bench's PayPal tells a forged message by. */
export const FORGED = 'memo=forged';

export type Receiver = Pick<PaypalShop, 'receiverId' | 'receiverEmail'>;

interface Told {
  readonly paymentId: string | null;
  readonly gross: string;
  readonly currency: string;
  readonly txnId?: string;
}

/** The body of a message in the shape that a European seller gets; `paymentId` null: money that names no payment. */
export function messageBody(
  { receiverId, receiverEmail }: Receiver,
  { paymentId, gross, currency, txnId = newTransactionId() }: Told,
): string {
  return new URLSearchParams({
    mc_gross: gross,
    protection_eligibility: 'Eligible',
    payer_id: 'QX5B7TNJ9ZP2C',
    payment_date: '05:22:41 Mar 10, 2026 PDT',
    payment_status: 'Completed',
    charset: 'UTF-8',
    first_name: 'Anne',
    mc_fee: '1.95',
    notify_version: '3.9',
    ...(paymentId !== null && { custom: paymentId, invoice: paymentId }),
    payer_status: 'verified',
    business: receiverEmail,
    verify_sign: randomBytes(30).toString('base64url'),
    payer_email: 'anne@example.org',
    txn_id: txnId,
    payment_type: 'instant',
    last_name: 'Martin',
    address_name: 'Anne Martin',
    address_street: '12 rue des Lilas',
    address_zip: '75011',
    address_city: 'Paris',
    address_country: 'France',
    address_country_code: 'FR',
    receiver_email: receiverEmail,
    payment_fee: '',
    receiver_id: receiverId,
    txn_type: 'web_accept',
    item_name: 'Membership 2027',
    mc_currency: currency,
    residence_country: 'FR',
    test_ipn: '1',
    payment_gross: '',
    ipn_track_id: randomBytes(7).toString('hex').slice(0, 13),
  }).toString();
}

export function newTransactionId(): string {
  return randomBytes(9).toString('hex').slice(0, 17).toUpperCase();
}
