import { randomUUID } from 'node:crypto';
import { post } from './http-client';
import { IPN_HEADERS, messageBody, newTransactionId } from './message';
import type { PaypalShop, Shop } from './orders';

interface Opened {
  readonly id: string;
  readonly nextAction: {
    readonly fields: { readonly amount: string; readonly currency_code: string; readonly custom: string };
  };
}

/** Opens payments, each for another member than the one before, as the shop's server would. */
export function createCheckout({ baseUrl, secretKey, members }: Shop): () => Promise<Opened> {
  const url = new URL('/v1/payments', baseUrl);
  let turn = 0;
  return async () => {
    const member = members[turn++ % members.length];
    const { status, body } = await post(
      url,
      { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      JSON.stringify({ member, gateway: 'paypal-standard', amount: 5000 }),
    );
    if (status !== 201) throw new Error(`POST /v1/payments answered ${status}: ${body.slice(0, 200)}`);
    return JSON.parse(body) as Opened;
  };
}

/** PayPal's message that the payer paid what was asked; with a transaction id given twice, the same told again in other bytes. */
export function createPayer(shop: PaypalShop): (opened: Opened, txnId?: string) => Promise<void> {
  const url = new URL(shop.notificationUrl);
  return async ({ nextAction: { fields } }, txnId = newTransactionId()) => {
    const message = messageBody(shop, {
      paymentId: fields.custom,
      gross: fields.amount,
      currency: fields.currency_code,
      txnId,
    });
    const { status, body } = await post(url, IPN_HEADERS, message);
    if (status !== 200) throw new Error(`the notification was answered ${status}: ${body.slice(0, 200)}`);
  };
}
