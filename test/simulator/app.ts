import { openShop, type Merchant } from './merchant';
import type { Received } from './receiver';
import type { StartOptions } from '../../simulator/start';

/** What came as JSON, looked at member by member as a stranger's is. */
export type Parsed = ReturnType<typeof JSON.parse>;

export interface Json {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Parsed;
}

/** A merchant with a REST app, at a simulator of his own. */
export interface App {
  readonly shop: Merchant;
  /** A call with the app's token. `headers` come on top. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Json>;
  /** The same as another app. */
  as(clientId: string): Pick<App, 'call'>;
  token(clientId: string, secret: string): Promise<Json>;
  control(method: string, path: string, body?: unknown): Promise<{ status: number; body: Parsed }>;
  misbehave(where: string, mode: string, more?: Record<string, unknown>): Promise<void>;
  /** Makes a webhook for everything, that posts to the shop's receiver. */
  listen(): Promise<string>;
  /** Makes an order of 50.00 EUR, with these members of the purchase unit instead. */
  order(unit?: Record<string, unknown>): Promise<string>;
  /** Makes an order, approves it as a buyer, and captures it. → the capture, as the order shows it. */
  sell(buyer: string, unit?: Record<string, unknown>): Promise<{ orderId: string; capture: Parsed }>;
  approve(orderId: string, buyer: string): Promise<{ outcome: string; returnUrl: string | null }>;
  /** What happened to a capture later, told. */
  happen(captureId: string, event: Record<string, unknown>): Promise<Parsed>;
  /** The events that came, parsed. */
  events(): Parsed[];
  received(): readonly Received[];
  stop(): Promise<void>;
}

export async function openApp(options: Partial<StartOptions> = {}): Promise<App> {
  const shop = await openShop(options);
  const base = `${shop.simulator.url}/paypal`;

  const token = async (clientId: string, secret: string) => {
    const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
    return answered(
      await fetch(`${base}/v1/oauth2/token`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=client_credentials',
      }),
    );
  };
  const callAs =
    (clientId: string): App['call'] =>
    async (method, path, body, headers = {}) => {
      const bearer = await token(clientId, 'secret-of-it');
      const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      return answered(
        await fetch(`${base}${path}`, {
          method,
          ...init,
          redirect: 'manual',
          headers: {
            authorization: `Bearer ${bearer.body.access_token}`,
            prefer: 'return=representation',
            ...type,
            ...headers,
          },
        }),
      );
    };

  const app: App = {
    shop,
    token,
    call: callAs('client-1'),
    as: (clientId) => ({ call: callAs(clientId) }),
    control: (method, path, body) => shop.control(method, `/paypal-checkout${path}`, body),
    async misbehave(where, mode, more = {}) {
      const answer = await shop.control('POST', '/misbehave', { where, mode, times: 1, ...more });
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    },
    async listen() {
      const { body } = await app.call('POST', '/v1/notifications/webhooks', {
        url: shop.receiver.url,
        event_types: [{ name: '*' }],
      });
      return body.id as string;
    },
    async order(unit = {}) {
      const answer = await app.call('POST', '/v2/checkout/orders', orderOf(unit));
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
      return answer.body.id as string;
    },
    async sell(buyer, unit = {}) {
      const orderId = await app.order(unit);
      await app.approve(orderId, buyer);
      const answer = await app.call('POST', `/v2/checkout/orders/${orderId}/capture`, {});
      await shop.idle();
      return { orderId, capture: answer.body.purchase_units[0].payments.captures[0] };
    },
    async approve(orderId, buyer) {
      const answer = await app.control('POST', '/pay', { buyer, orderId });
      await shop.idle();
      return answer.body as { outcome: string; returnUrl: string | null };
    },
    async happen(captureId, event) {
      const answer = await app.control('POST', `/captures/${captureId}/events`, event);
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
      await shop.idle();
      return answer.body;
    },
    events: () => shop.receiver.received.map(({ body }) => JSON.parse(body.toString('utf8')) as unknown),
    received: () => shop.receiver.received,
    stop: () => shop.stop(),
  };
  return app;
}

/** An order in order, with these members of the purchase unit instead. */
export function orderOf(unit: Record<string, unknown> = {}) {
  return {
    intent: 'CAPTURE',
    purchase_units: [{ amount: { currency_code: 'EUR', value: '50.00' }, custom_id: 'pay_1', ...unit }],
    payment_source: {
      paypal: {
        experience_context: {
          return_url: 'http://shop.example/return/pay_1',
          cancel_url: 'http://shop.example/cancel/pay_1',
        },
      },
    },
  };
}

async function answered(response: Response): Promise<Json> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: /^\s*[[{]/.test(text) ? parseOr(text) : text };
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
