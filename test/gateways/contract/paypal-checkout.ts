import { TOPICS } from '../../../activities/gateways/paypal-checkout/events';
import type { Money } from '../../../workflows/domain/money';
import { call } from '../../support/client';
import type { Account, Driver, GivingBack, Telling, Till, Visit } from './driver';
import { hears, json, looksAt, ODD_PAYMENT, SIMULATOR } from './oddities';
import type { Letter } from './post-office';
import { accepted } from './shop';
import type { OpenPayment, Shop } from './shop';

const EVENTS = {
  case: { kind: 'dispute' },
  taken: { kind: 'reverse' },
  won: { kind: 'win' },
  lost: { kind: 'lose' },
  given: { kind: 'refund', told: 'as_both' },
};
const ODD_MONEY = 'ODDMONEY000000001';
const EURO = { currency_code: 'EUR', value: '30.00' };

/** One resource, for whatever is asked but a token and a certificate. */
function answers(resource: unknown): (path: string) => Response {
  return (path) => {
    if (path.includes('/certs/')) return new Response('', { status: 404 });
    return json(path.endsWith('/oauth2/token') ? { access_token: 'token', expires_in: 3600 } : resource);
  };
}

/** An order of ours with one capture. */
function tellsOfOrder(capture: Record<string, unknown>): Telling & { readonly money: string } {
  const id = 'ODD0000000000001';
  const captures = [{ id: ODD_MONEY, amount: EURO, custom_id: ODD_PAYMENT, ...capture }];
  const answer = answers({
    id,
    status: 'COMPLETED',
    purchase_units: [{ custom_id: ODD_PAYMENT, payments: { captures } }],
  });
  return { asked: looksAt(id, { amount: 3000, currency: 'EUR' }), money: ODD_MONEY, answer };
}

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
      await rest(shop, 'PATCH', `/v1/notifications/webhooks/${id}`, [
        { op: 'replace', path: '/url', value: shop.box.url },
      ]);
  },
  order: () => ({}),

  pay: (shop, payment, over) => (over ? payAnotherOrder(shop, payment, over) : approveAs('anne', shop, payment)),
  pend: (shop, payment) => approveAs('bruno', shop, payment),
  async settle(shop, _payment, { reference }, how) {
    await shop.control('POST', `/paypal-checkout/captures/${reference}/events`, {
      kind: how === 'paid' ? 'complete' : 'deny',
    });
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
      {
        lie: 'a weaker algorithm',
        letter: signed('LIE0000000000003', { 'paypal-auth-algo': 'SHA1withRSA' }),
        end: 'invalid',
      },
      {
        lie: 'another time',
        letter: signed('LIE0000000000004', { 'paypal-transmission-time': '2026-01-05T10:00:00Z' }),
        end: 'invalid',
      },
      {
        lie: 'a certificate of the sender',
        letter: signed('LIE0000000000005', { 'paypal-cert-url': 'http://127.0.0.1:9/v1/notifications/certs/mine' }),
        end: 'invalid',
      },
      {
        lie: 'a certificate beside PayPal’s folder',
        letter: signed('LIE0000000000006', {
          'paypal-cert-url': certificate.replace('/v1/notifications/', '/elsewhere/'),
        }),
        end: 'invalid',
      },
    ];
  },

  odd: {
    known: { webhookId: 'WH-ODD' },
    fee: tellsOfOrder({
      status: 'COMPLETED',
      seller_receivable_breakdown: { paypal_fee: { currency_code: 'EUR', value: 'N/A' } },
    }),
    givenBack: {
      money: ODD_MONEY,
      asked: hears({
        channel: 'webhook',
        headers: {
          'paypal-auth-algo': 'SHA256withRSA',
          'paypal-cert-url': `${SIMULATOR}/paypal/v1/notifications/certs/ODD`,
          'paypal-transmission-id': 'odd',
          'paypal-transmission-time': '2026-03-01T10:00:00Z',
          'paypal-transmission-sig': 'b2Rk',
        },
        body: Buffer.from(
          JSON.stringify({ event_type: 'PAYMENT.CAPTURE.REFUNDED', resource: { id: 'ODDREFUND0001' } }),
        ),
      }),
      answer: answers({
        verification_status: 'SUCCESS',
        id: 'ODDREFUND0001',
        status: 'COMPLETED',
        amount: EURO,
        links: [{ rel: 'up', href: `/v2/payments/captures/${ODD_MONEY}` }],
      }),
    },
    onlyReversed: tellsOfOrder({ status: 'REFUNDED' }),
    refused: {
      verb: 'capture',
      answer: (path) =>
        path.endsWith('/capture')
          ? json({ name: 'UNPROCESSABLE_ENTITY', details: [{ issue: 'INVENTED_WORD', description: 'No.' }] }, 422)
          : answers({ id: 'ODD0000000000001', status: 'APPROVED', purchase_units: [{ custom_id: ODD_PAYMENT }] })(path),
    },
  },

  givingBack: giving(),
  afterwards: {
    async charge(till, paymentId, money, url) {
      const token = await tokenOf(till.simulator, till.account);
      const event_types = Object.keys(TOPICS).map((name) => ({ name }));
      const { id } = await askRest<{ id: string }>(till.simulator, token, 'POST', '/v1/notifications/webhooks', {
        url,
        event_types,
      });
      return { capture: await giving().charge(till, paymentId, money), known: { webhookId: id } };
    },
    happen: (till, capture, what) => till.control('POST', `/paypal-checkout/captures/${capture}/events`, EVENTS[what]),
    tellsOfGiven: 2,
    channel: 'webhook',
  },

  async count(shop, payment) {
    const { data } = await shop.control<{ data: { customId: string | null; capture: unknown }[] }>(
      'GET',
      '/paypal-checkout/orders',
    );
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
    return url === undefined
      ? letter
      : { ...letter, headers: { ...letter.headers, 'paypal-cert-url': `${url}${mark}` } };
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
  const { data } = await shop.control<{ data: { id: string; customId: string | null }[] }>(
    'GET',
    '/paypal-checkout/orders',
  );
  const orderId = data.find(({ customId }) => customId === payment.id)?.id;
  if (orderId === undefined) throw new Error(`PayPal has no order for ${payment.id}`);
  return approve(buyer, shop, orderId);
}

async function approve(buyer: string, shop: Shop, orderId: string): Promise<Visit> {
  const { returnUrl } = await shop.control<{ returnUrl: string | null }>('POST', '/paypal-checkout/pay', {
    buyer,
    orderId,
  });
  return { reference: orderId, returnUrl };
}

/** The merchant's app takes money for our payment that is not what was asked for. */
async function payAnotherOrder(
  shop: Shop,
  payment: OpenPayment,
  over: { amount: number } | { currency: string },
): Promise<Visit> {
  const { amount, currency } = { amount: payment.amount, currency: payment.currency, ...over };
  const { id } = await rest<{ id: string }>(
    shop,
    'POST',
    '/v2/checkout/orders',
    orderOf(payment.id, { amount, currency }),
  );
  const visit = await approve('anne', shop, id);
  await rest(shop, 'POST', `/v2/checkout/orders/${id}/capture`, {});
  return visit;
}

function orderOf(paymentId: string, { amount, currency }: Money): object {
  const value = (amount / 100).toFixed(2);
  return {
    intent: 'CAPTURE',
    purchase_units: [{ custom_id: paymentId, amount: { currency_code: currency, value } }],
  };
}

/** At PayPal's pages, and by what it is told of the next refund. */
function giving(): GivingBack {
  const next = (till: Till, over: object) => till.control('POST', '/paypal-checkout/next', { call: 'refund', ...over });
  return {
    async charge(till, paymentId, money) {
      const token = await tokenOf(till.simulator, till.account);
      const { id } = await askRest<{ id: string }>(
        till.simulator,
        token,
        'POST',
        '/v2/checkout/orders',
        orderOf(paymentId, money),
      );
      await till.control('POST', '/paypal-checkout/pay', { buyer: 'anne', orderId: id });
      await askRest(till.simulator, token, 'POST', `/v2/checkout/orders/${id}/capture`, {});
      const order = await till.control<{ capture: { id: string } }>('GET', `/paypal-checkout/orders/${id}`);
      return order.capture.id;
    },
    async given(till, capture) {
      const { refunds } = await till.control<{ refunds: { amount: string; status: string }[] }>(
        'GET',
        `/paypal-checkout/captures/${capture}`,
      );
      return refunds
        .filter(({ status }) => status === 'COMPLETED' || status === 'PENDING')
        .map(({ amount }) => Math.round(Number(amount) * 100));
    },
    moves: (url) => url.endsWith('/refund'),
    pend: (till) => next(till, { status: 'PENDING', reason: 'ECHECK' }),
    settle: (till, capture, how) =>
      till.control('POST', `/paypal-checkout/captures/${capture}/events`, {
        kind: 'settle_refund',
        status: how === 'done' ? 'COMPLETED' : 'FAILED',
      }),
    fails: true,
    refuse: {
      word: 'refund_time_limit_exceeded',
      next: (till) => next(till, { issue: 'REFUND_TIME_LIMIT_EXCEEDED' }),
    },
    forget: (till) => till.control('POST', '/paypal-checkout/forget-request-ids'),
    wait: { none: 'PayPal refuses what the balance cannot pay' },
  };
}

const tokens = new WeakMap<Shop, Promise<string>>();

/** As the merchant's own app asks PayPal, beside us. */
async function rest<Body>(shop: Shop, method: string, path: string, body?: unknown): Promise<Body> {
  const { url } = shop.world.simulator;
  const token = tokens.get(shop) ?? tokenOf(url, shop.account);
  tokens.set(shop, token);
  return askRest(url, await token, method, path, body);
}

async function askRest<Body>(
  simulator: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Body> {
  return accepted(
    await call<Body>(simulator, null, method, `/paypal${path}`, body, { authorization: `Bearer ${token}` }),
  );
}

async function tokenOf(simulator: string, account: Account): Promise<string> {
  const { clientId, clientSecret } = account.fields;
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${basic(String(clientId), String(clientSecret))}`,
  };
  const grant = 'grant_type=client_credentials';
  const answer = await call<{ access_token: string }>(
    simulator,
    null,
    'POST',
    '/paypal/v1/oauth2/token',
    grant,
    headers,
  );
  return accepted(answer).access_token;
}
