import { randomUUID } from 'node:crypto';
import { call, Merchant, untilStatus } from './client';
import type { PaymentView, Reply } from './client';
import type { World } from './world';

interface AccountView {
  readonly enabled: boolean;
  readonly notificationUrl: string;
}

/** Asks the simulator for something on its control API; a refusal is a failed test. */
export async function control<Body>(world: World, method: string, path: string, body?: unknown): Promise<Body> {
  const reply = await call<Body>(world.simulator.url, null, method, `/control${path}`, body);
  if (reply.status >= 300) throw new Error(`the simulator refused ${path}: ${JSON.stringify(reply.body)}`);
  return reply.body;
}

function put(merchant: Merchant, gateway: string, credentials: object): Promise<Reply<AccountView>> {
  return call(merchant.world.baseUrl, merchant.secretKey, 'PUT', `/v1/gateway-accounts/${gateway}`, {
    environment: 'simulator',
    ...credentials,
  });
}

/** Connects the merchant to PayPal Checkout, with an app of its own. */
export async function connectCheckout(merchant: Merchant): Promise<AccountView & { clientId: string }> {
  const clientId = `app-${randomUUID()}`;
  const { body } = await put(merchant, 'paypal-checkout', { clientId, clientSecret: 'app-secret' });
  return { ...body, clientId };
}

/** A merchant whose books are in francs and who takes KKiaPay. */
export async function kkiapayMerchant(world: World, over: Record<string, unknown> = {}): Promise<Merchant> {
  const merchant = await Merchant.create(world, { currency: 'XOF', ...over });
  await connectKkiapay(merchant);
  return merchant;
}

/** Connects the merchant's KKiaPay account, and types its webhook into KKiaPay's dashboard. */
export async function connectKkiapay(merchant: Merchant): Promise<void> {
  const keys = {
    publicKey: randomUUID().replaceAll('-', ''),
    privateKey: 'tpk_private',
    secret: 'tsk_secret',
    webhookSecret: 'webhook-secret',
  };
  const { body } = await put(merchant, 'kkiapay', keys);
  const { publicKey, privateKey, secret, webhookSecret } = keys;
  await control(merchant.world, 'PUT', `/kkiapay/accounts/${publicKey}`, {
    privateKey,
    secret,
    webhookUrl: body.notificationUrl,
    webhookSecret,
  });
}

/** The order that the payer is sent to approve. */
export const orderOf = ({ nextAction }: PaymentView): string =>
  new URL(nextAction?.url ?? '').searchParams.get('token') ?? '';

/** A named buyer decides at PayPal Checkout; gives where the browser is sent. */
export async function approveAs(merchant: Merchant, payment: PaymentView, buyer = 'anne'): Promise<string | null> {
  const { returnUrl } = await control<{ returnUrl: string | null }>(merchant.world, 'POST', '/paypal-checkout/pay', {
    buyer,
    orderId: orderOf(payment),
  });
  return returnUrl;
}

/** The browser goes where it was sent. */
export async function visit(url: string | null): Promise<number> {
  if (url === null) throw new Error('the browser was sent nowhere');
  const answer = await fetch(url, { redirect: 'manual' });
  await answer.arrayBuffer();
  return answer.status;
}

/** A named payer pays in KKiaPay's widget; gives the transaction and where the browser is sent. */
export function payInWidget(
  merchant: Merchant,
  payment: PaymentView,
  payer = 'awa',
): Promise<{ outcome: string; transactionId: string; callbackUrl: string | null }> {
  return control(merchant.world, 'POST', '/kkiapay/pay', { payer, params: payment.nextAction?.params });
}

/** A member pays what is owed by an order at PayPal Checkout; resolves once it is paid. */
export async function payByOrder(merchant: Merchant, member: string): Promise<PaymentView> {
  const opened = await merchant.pay(member, { gateway: 'paypal-checkout' });
  const payment = await untilStatus(merchant, opened.id, 'awaiting_payer');
  await visit(await approveAs(merchant, payment));
  return untilStatus(merchant, payment.id, 'paid');
}

/** A member pays what is owed by mobile money in KKiaPay's widget; resolves once it is paid. */
export async function payByWidget(merchant: Merchant, member: string): Promise<PaymentView> {
  const payment = await merchant.pay(member, { gateway: 'kkiapay' });
  await visit((await payInWidget(merchant, payment)).callbackUrl);
  return untilStatus(merchant, payment.id, 'paid');
}

/** What the gateway calls the money that was taken. */
export const captureOf = ({ timeline }: PaymentView): string =>
  timeline.find(({ kind }) => kind === 'payment_captured')?.gatewayReference ?? '';

/** What KKiaPay knows of a payment's prompts and tries. */
export async function transactionsOf(
  world: World,
  paymentId: string,
): Promise<readonly { id: string; answer: Record<string, unknown> }[]> {
  const { data } = await control<{ data: { id: string; partnerId: string; answer: Record<string, unknown> }[] }>(
    world,
    'GET',
    '/kkiapay/transactions',
  );
  return data.filter(({ answer }) => answer['partnerId'] === paymentId);
}
