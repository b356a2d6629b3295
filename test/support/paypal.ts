import { randomBytes } from 'node:crypto';
import { call } from './client';
import type { Merchant, PaymentView } from './client';

const LETTERS = 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789';
export const newTransactionId = (): string =>
  Array.from(randomBytes(17), (byte) => LETTERS[byte % LETTERS.length]).join('');

/** An IPN for a payment, in the shape a European seller gets it; `over` replaces fields, undefined drops one. */
export function ipn(
  merchant: Merchant,
  payment: Pick<PaymentView, 'nextAction'>,
  over: Record<string, string | undefined> = {},
): Record<string, string> {
  const form = payment.nextAction?.fields ?? {};
  const fields: Record<string, string | undefined> = {
    mc_gross: form['amount'],
    mc_fee: '1.95',
    mc_currency: form['currency_code'],
    payment_status: 'Completed',
    payment_type: 'instant',
    txn_type: 'web_accept',
    txn_id: newTransactionId(),
    receiver_id: merchant.seller.id,
    receiver_email: merchant.seller.email,
    business: merchant.seller.email,
    custom: form['custom'],
    invoice: form['invoice'],
    first_name: 'Anne',
    last_name: 'Martin',
    payer_email: 'anne@example.org',
    payment_date: '05:22:41 Mar 10, 2026 PST',
    test_ipn: '1',
    charset: 'UTF-8',
    payment_fee: '',
    payment_gross: '',
    ipn_track_id: randomBytes(6).toString('hex'),
    ...over,
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

export const encode = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();

/** Has PayPal send these fields as a genuine message. Gives the message as the simulator keeps it. */
export async function sendGenuine(merchant: Merchant, fields: Record<string, string>): Promise<{ id: string }> {
  const sent = await call<{ id: string }>(merchant.world.simulator.url, null, 'POST', '/control/messages', {
    notifyUrl: merchant.notificationUrl,
    body: encode(fields),
  });
  if (sent.status >= 300) throw new Error(`the simulator did not send: ${JSON.stringify(sent.body)}`);
  return sent.body;
}

/** Posts bytes to the merchant's notification address as anybody can, and gives the status that came. */
export async function postRaw(
  merchant: Merchant,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<number> {
  const answer = await fetch(merchant.notificationUrl, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'PayPal IPN ( https://www.paypal.com/ipn )',
      ...headers,
    },
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** A named test buyer pays at the simulator; gives PayPal's transaction and where the browser is sent. */
export async function payAs(
  merchant: Merchant,
  payment: PaymentView,
  buyer = 'anne',
): Promise<{ txnId: string; returnUrl: string | null }> {
  const paid = await call<{ txnId: string; returnUrl: string | null }>(
    merchant.world.simulator.url,
    null,
    'POST',
    '/control/pay',
    {
      buyer,
      fields: payment.nextAction?.fields,
    },
  );
  if (paid.status >= 300) throw new Error(`the simulator refused: ${JSON.stringify(paid.body)}`);
  return paid.body;
}

export const misbehave = (merchant: Merchant, rule: { where: string; mode: string; times?: number }) =>
  call(merchant.world.simulator.url, null, 'POST', '/control/misbehave', rule);
export const behave = (merchant: Merchant) => call(merchant.world.simulator.url, null, 'DELETE', '/control/misbehave');
