import { randomUUID } from 'node:crypto';
import { call } from '../support/client';
import type { Merchant, PaymentView } from '../support/client';

/** What of a simulator's answer these tests use. */
interface Paid {
  readonly transactionId: string;
  readonly callbackUrl: string | null;
}

/** Connects the merchant's KKiaPay account and types its webhook into KKiaPay's dashboard; gives its public key. */
export async function connectKkiapay(merchant: Merchant): Promise<string> {
  const publicKey = randomUUID();
  const keys = { publicKey, privateKey: 'tpk_private', secret: 'tsk_secret', webhookSecret: 'hash-secret' };
  const { notificationUrl } = await connect(merchant, 'kkiapay', keys);
  await control(merchant, 'PUT', `kkiapay/accounts/${publicKey}`, {
    webhookUrl: notificationUrl,
    webhookSecret: keys.webhookSecret,
  });
  return publicKey;
}

/** Connects a REST app of the merchant's; its webhook registers itself. */
export async function connectPaypalCheckout(merchant: Merchant): Promise<void> {
  await connect(merchant, 'paypal-checkout', { clientId: `app-${randomUUID()}`, clientSecret: 'app-secret' });
}

async function connect(
  merchant: Merchant,
  gateway: string,
  fields: Record<string, unknown>,
): Promise<{ notificationUrl: string }> {
  const { world, secretKey } = merchant;
  const put = await call<{ enabled: boolean; notificationUrl: string }>(
    world.baseUrl,
    secretKey,
    'PUT',
    `/v1/gateway-accounts/${gateway}`,
    {
      environment: 'simulator',
      ...fields,
    },
  );
  if (!put.body.enabled) throw new Error(`no ${gateway} account: ${JSON.stringify(put.body)}`);
  return put.body;
}

/** A named payer pays in KKiaPay's window, without a browser. */
export async function payInWindow(merchant: Merchant, payment: PaymentView, payer: string): Promise<Paid> {
  const { params } = payment.nextAction as unknown as { params: unknown };
  return control<Paid>(merchant, 'POST', 'kkiapay/pay', { payer, params });
}

/** The simulator's own controls. */
export async function control<Body>(merchant: Merchant, method: string, path: string, body: unknown): Promise<Body> {
  const answer = await call<Body>(merchant.world.simulator.url, null, method, `/control/${path}`, body);
  if (answer.status >= 300) throw new Error(`the simulator refused ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}
