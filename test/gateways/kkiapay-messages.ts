import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KkiapayCredentials } from '../../activities/gateways/kkiapay/credentials';
import { GatewayFailure } from '../../activities/gateways/port';
import type { CheckoutOrder, GatewayContext, OpenedCheckout, RawNotification } from '../../activities/gateways/port';
import { gatewayContext } from './gateway-context';

export const PAYMENT_ID = 'pay_0123456789abcdefghijkmnpqr';
export const OTHER_PAYMENT_ID = 'pay_zyxwvutsrqpnmkjihgfedcba98';

export const CREDENTIALS: KkiapayCredentials = {
  publicKey: 'f1e7270098f811e99eae1f0cfc677927',
  privateKey: 'tpk_f1e7270198f8',
  secret: 'tsk_f1e7270298f8',
  webhookSecret: 'hash secret as typed',
  merchantInitiated: true,
};

/** A status answer with every field that a real one was seen to have (kkiapay/nodejs-sdk, tests/index.spec.ts). */
export function transaction(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    performed_at: '2026-10-05T15:01:49.499Z',
    received_at: '2026-10-05T15:01:40.000Z',
    type: 'DEBIT',
    status: 'SUCCESS',
    source: 'MOBILE_MONEY',
    source_common_name: 'mtn-benin',
    amount: 5000,
    fees: 95,
    isFeesBorneByMerchant: false,
    net: 5000,
    paymentlink: null,
    country: 'BJ',
    reason: '',
    failureCode: '',
    failureMessage: '',
    state: PAYMENT_ID,
    partnerId: PAYMENT_ID,
    before_balance: 0,
    after_balance: 5000,
    is_payout: false,
    is_counted: true,
    wallet: 'wallet-1',
    sharedTransaction: null,
    client: { fullname: 'Awa Payer', phone: '22961000000', email: 'payer@example.test' },
    session: { id: 'session-1' },
    feeSupportedBy: 'customer',
    transactionId: 'kk_1',
    performedAt: '10/05/2026',
    ...over,
  };
}

export function order(over: Partial<CheckoutOrder> = {}): CheckoutOrder {
  return {
    paymentId: PAYMENT_ID,
    money: { amount: 5000, currency: 'XOF' },
    method: null,
    startedBy: 'member',
    phone: null,
    payer: { name: 'Awa Dossou Payer', email: 'awa@example.test' },
    description: 'Club de Cotonou',
    returnUrl: 'https://club.example/return/pay',
    cancelUrl: 'https://club.example/cancel/pay',
    notificationUrl: 'https://club.example/hooks/kkiapay/token',
    ...over,
  };
}

/** A payment as the widget has it: no transaction is known before one is heard of. */
export function checkout(over: Partial<OpenedCheckout> = {}): OpenedCheckout {
  return {
    paymentId: PAYMENT_ID,
    money: { amount: 5000, currency: 'XOF' },
    method: null,
    handed: 'widget',
    reference: null,
    pending: [],
    createdAt: '2026-10-05T15:00:00.000Z',
    ...over,
  };
}

export function webhook(
  body: unknown,
  headers: Record<string, string> = { 'x-kkiapay-secret': CREDENTIALS.webhookSecret },
): RawNotification {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return { channel: 'webhook', headers, body: bytes };
}

export function poll(query: string): RawNotification {
  return { channel: 'poll', headers: {}, body: Buffer.from(query) };
}

interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}
type Says = (response: ServerResponse, body: unknown) => void;

/** A KKiaPay that is asked over a real socket and answers what the test says. */
export interface KkiapayServer {
  readonly url: string;
  asked: Asked[];
  /** The next answers at the path's end, in this order; the last one stays. */
  answers(path: 'status' | 'revert' | 'request', ...answers: readonly Says[]): void;
  context(over?: Partial<GatewayContext<KkiapayCredentials>>): GatewayContext<KkiapayCredentials>;
  reset(): void;
  stop(): Promise<void>;
}

export async function startKkiapay(): Promise<KkiapayServer> {
  let plans = new Map<string, Says[]>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      kkiapay.asked.push({ path, headers: request.headers, body });
      const plan = plans.get(path.split('/').at(-1) ?? '') ?? [];
      const say = (plan.length > 1 ? plan.shift() : plan[0]) ?? json(404, { status: 'NOT_PLANNED' });
      say(response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kkiapay: KkiapayServer = {
    url,
    asked: [],
    answers: (path, ...answers) => void plans.set(path, [...answers]),
    context: (over) => gatewayContext({ credentials: CREDENTIALS, simulatorUrl: url }, over),
    reset() {
      kkiapay.asked = [];
      plans = new Map();
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
  return kkiapay;
}

export function json(status: number, value: unknown): Says {
  return (response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
export function text(
  status: number,
  body: string,
  headers: Record<string, string> = { 'content-type': 'text/html' },
): Says {
  return (response) => response.writeHead(status, headers).end(body);
}
export const cut: Says = (response) => {
  response.destroy();
};

export const notFound = json(400, { status: 'TRANSACTION_NOT_FOUND' });

/** Whatever is no answer: K10 in one table, for each call. */
export const NO_ANSWERS: readonly { readonly what: string; readonly says: Says }[] = [
  { what: 'HTTP 401 in JSON', says: json(401, { statusCode: 401, message: 'Unauthorized' }) },
  { what: 'HTTP 403 with a page', says: text(403, '<h1>Access Denied</h1>') },
  { what: 'HTTP 404', says: json(404, { status: 'TRANSACTION_NOT_FOUND' }) },
  { what: 'HTTP 500', says: json(500, { statusCode: 500 }) },
  { what: 'a page with 200', says: text(200, '<h1>SUCCESS TRANSACTION_NOT_FOUND</h1>') },
  { what: 'an empty body', says: text(200, '') },
  { what: '200 with null', says: json(200, null) },
  { what: '200 with a list', says: json(200, [transaction()]) },
  { what: 'half an object', says: text(200, '{"transactionId":"kk_1","status":"SUCC') },
  { what: 'HTTP 400 with a page', says: text(400, '<h1>TRANSACTION_NOT_FOUND</h1>') },
  { what: 'HTTP 400 without a word', says: json(400, {}) },
  { what: 'a redirect', says: text(302, '', { location: '/elsewhere' }) },
  { what: 'a cut connection', says: cut },
];

export async function failureOf(work: Promise<unknown>): Promise<GatewayFailure> {
  const error = await work.then(
    (value) => new Error(`expected a GatewayFailure, got ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof GatewayFailure) return error;
  throw error;
}

/** An address where nobody listens any more. */
export async function nobody(): Promise<string> {
  const { url, stop } = await startKkiapay();
  await stop();
  return url;
}

/** A context whose answers are lost on the way back: KKiaPay has acted, and we do not hear of it. */
export function deaf(kkiapay: KkiapayServer): GatewayContext<KkiapayCredentials> {
  const gone = Object.assign(new TypeError('fetch failed'), {
    cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
  });
  return kkiapay.context({
    fetch: async (...request) => {
      await globalThis.fetch(...request);
      throw gone;
    },
  });
}
