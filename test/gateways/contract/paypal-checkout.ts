import { call } from '../../support/client';
import type { Driver, Visit } from './driver';
import type { Letter } from './post-office';
import { accepted } from './shop';
import type { OpenPayment, Shop } from './shop';

/** PayPal Checkout: an order that the payer approves at PayPal and that we capture, and signed webhooks. */
export const paypalCheckoutDriver: Driver = {
  gateway: 'paypal-checkout',
  currency: 'EUR',
  amount: 3000,
  fee: 127, // 3.4 % and 0.25 EUR, at the simulator
  handed: 'redirect',
  cannotWrite: { currency: 'HUF', amount: 1050 },

  account(number) {
    const clientId = `client-of-the-contract-${String(number).padStart(5, '0')}`;
    const clientSecret = `secret-canary-of-${clientId}`;
    return {
      fields: { clientId, clientSecret },
      secrets: [clientSecret],
      marks: [basic(clientId, clientSecret), markOf(clientId)],
    };
  },
  async setUp(shop) {
    // The webhook was made with our own address; its messages take the way through the test.
    const { webhooks } = await rest<{ webhooks: { id: string }[] }>(shop, 'GET', '/v1/notifications/webhooks');
    for (const { id } of webhooks)
      await rest(shop, 'PATCH', `/v1/notifications/webhooks/${id}`, [{ op: 'replace', path: '/url', value: shop.box.url }]);
  },
  order: () => ({}),

  pay: (shop, payment, over) => (over ? payAnotherOrder(shop, payment, over) : approveAs('anne', shop, payment)),
  pend: (shop, payment) => approveAs('bruno', shop, payment),
  async settle(shop, _payment, { reference }, how) {
    await shop.control('POST', `/paypal-checkout/captures/${reference}/events`, { kind: how === 'paid' ? 'complete' : 'deny' });
  },
  tryInVain: (shop, payment) => approveAs('denis', shop, payment),
  decline: (shop, payment) => approveAs('karim', shop, payment),
  async story(shop, payment) {
    const { reference, returnUrl } = await approveAs('bruno', shop, payment);
    await shop.box.untilHolding(1);
    await rest(shop, 'POST', `/v2/checkout/orders/${reference}/capture`, {}); // its answer is lost, and we know of nothing
    await shop.box.untilHolding(2);
    await this.settle(shop, payment, { reference, returnUrl }, 'paid');
    const [, pending, completed] = await shop.box.untilHolding(3);
    return { letters: [pending!, completed!], returnUrl };
  },
  otherCurrency: 'USD',
  foundUntold: true,

  forge(_shop, payment, genuine) {
    // Each lie is about money of its own: what says nothing new is a duplicate and is not even verified.
    const retell = (id: string) =>
      Buffer.from(
        genuine.body
          .toString('utf8')
          .replace(/pay_\w+/g, payment.id)
          .replaceAll(captureOf(genuine), id),
      );
    const signed = (id: string, over: Record<string, string> = {}): Letter => ({
      headers: { ...genuine.headers, ...over },
      body: retell(id),
    });
    const certificate = genuine.headers['paypal-cert-url'] ?? '';
    const { 'paypal-transmission-sig': _signature, ...unsigned } = genuine.headers;
    return [
      { lie: 'other money in a signed message', letter: signed('LIE0000000000001'), end: 'invalid' },
      { lie: 'no signature', letter: { headers: unsigned, body: retell('LIE0000000000002') }, end: 'refused' },
      { lie: 'a weaker algorithm', letter: signed('LIE0000000000003', { 'paypal-auth-algo': 'SHA1withRSA' }), end: 'invalid' },
      { lie: 'another time', letter: signed('LIE0000000000004', { 'paypal-transmission-time': '2026-01-05T10:00:00Z' }), end: 'invalid' },
      { lie: 'a certificate of the sender', letter: signed('LIE0000000000005', { 'paypal-cert-url': 'http://127.0.0.1:9/v1/notifications/certs/mine' }), end: 'invalid' },
      { lie: 'a certificate beside PayPal’s folder', letter: signed('LIE0000000000006', { 'paypal-cert-url': certificate.replace('/v1/notifications/', '/elsewhere/') }), end: 'invalid' },
    ]; // prettier-ignore
  },

  async count(shop, payment) {
    const { data } = await shop.control<{ data: { customId: string | null; capture: unknown }[] }>('GET', '/paypal-checkout/orders');
    const orders = data.filter(({ customId }) => customId === payment.id);
    return { openings: orders.length, takings: orders.filter(({ capture }) => capture !== null).length };
  },
  nameCall({ method, url }) {
    return `${method} ${url.pathname.replace(/^\/paypal/, '').replace(/\/(?=[^/]*\d)[\w-]{9,}/g, '/…')}`;
  },
  asksAboutMoney: ({ url }) => /^\/paypal\/(v2\/|v1\/customer\/disputes)/.test(url.pathname),

  // One certificate serves every merchant; the name under which it is fetched tells for whose message.
  stamp(letter, mark) {
    const url = letter.headers['paypal-cert-url'];
    return url === undefined ? letter : { ...letter, headers: { ...letter.headers, 'paypal-cert-url': `${url}${mark}` } };
  },
  unstamp: (text) => text.replace(/-for-client-of-the-contract-\d+/g, ''),
  handedOut({ url }, answer) {
    if (!url.pathname.endsWith('/oauth2/token')) return null;
    return (JSON.parse(answer) as { access_token?: string }).access_token ?? null;
  },
};

const captureOf = ({ body }: Letter) => (JSON.parse(body.toString('utf8')) as { resource: { id: string } }).resource.id;
const basic = (clientId: string, clientSecret: string) => Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
const markOf = (clientId: string) => `-for-${clientId}`;

async function approveAs(buyer: string, shop: Shop, payment: OpenPayment): Promise<Visit> {
  const { data } = await shop.control<{ data: { id: string; customId: string | null }[] }>('GET', '/paypal-checkout/orders');
  const orderId = data.find(({ customId }) => customId === payment.id)?.id;
  if (orderId === undefined) throw new Error(`PayPal has no order for ${payment.id}`);
  return approve(buyer, shop, orderId);
}

async function approve(buyer: string, shop: Shop, orderId: string): Promise<Visit> {
  const { returnUrl } = await shop.control<{ returnUrl: string | null }>('POST', '/paypal-checkout/pay', { buyer, orderId });
  return { reference: orderId, returnUrl };
}

/** The merchant's app takes money for our payment that is not what was asked for. */
async function payAnotherOrder(shop: Shop, payment: OpenPayment, over: { amount: number } | { currency: string }): Promise<Visit> {
  const { amount, currency } = { amount: payment.amount, currency: payment.currency, ...over };
  const { id } = await rest<{ id: string }>(shop, 'POST', '/v2/checkout/orders', {
    intent: 'CAPTURE',
    purchase_units: [{ custom_id: payment.id, amount: { currency_code: currency, value: (amount / 100).toFixed(2) } }],
  });
  const visit = await approve('anne', shop, id);
  await rest(shop, 'POST', `/v2/checkout/orders/${id}/capture`, {});
  return visit;
}

const tokens = new WeakMap<Shop, Promise<string>>();

/** As the merchant's own app asks PayPal, beside us. */
async function rest<Body>(shop: Shop, method: string, path: string, body?: unknown): Promise<Body> {
  const { url } = shop.world.simulator;
  const token = tokens.get(shop) ?? askForToken(shop);
  tokens.set(shop, token);
  return accepted(await call<Body>(url, null, method, `/paypal${path}`, body, { authorization: `Bearer ${await token}` }));
}

async function askForToken({ world, account }: Shop): Promise<string> {
  const { clientId, clientSecret } = account.fields;
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${basic(String(clientId), String(clientSecret))}`,
  };
  const grant = 'grant_type=client_credentials';
  const answer = await call<{ access_token: string }>(world.simulator.url, null, 'POST', '/paypal/v1/oauth2/token', grant, headers);
  return accepted(answer).access_token;
}
