import { createSign, randomUUID, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { RawNotification } from '../../activities/gateways/port';

/** What a PayPal resource is to the test that made it. */
export type Resource = Record<string, unknown>;

export interface Call {
  /** `POST /v2/checkout/orders`, without the `/paypal` in front. */
  readonly what: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
/** How the server answers instead: with this, or not at all. */
export type Odd =
  | 'hang'
  | 'drop'
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string | Buffer };
interface Rule {
  readonly fits: RegExp;
  readonly odd: Odd;
  readonly act: boolean;
  left: number;
}

export const CERTIFICATES = join(__dirname, 'certificates');
const pem = (name: string): string => readFileSync(join(CERTIFICATES, `${name}.pem`), 'utf8');

/** PayPal's REST API over a real socket: it does what it is asked, except where a test says otherwise. */
export async function startPaypal() {
  const state = {
    url: '',
    calls: [] as Call[],
    secrets: new Map([['app-1', 'secret-1']]),
    tokens: new Set<string>(),
    resources: new Map<string, Resource>(),
    keys: new Map<string, string>(),
    webhooks: [] as { id: string; url: string; event_types: { name: string }[] }[],
    userInfo: { payer_id: 'MERCHANT1', emails: [{ primary: true, confirmed: true }] } as Resource,
    integration: { payments_receivable: true, primary_email_confirmed: true } as Resource,
    /** What the next capture becomes. */
    capture: { status: 'COMPLETED' } as Resource,
    refund: { status: 'COMPLETED' } as Resource,
    saleRefund: { state: 'completed' } as Resource,
    /** What a revision is answered with beside its links: one that the payer must approve has a link for that. */
    revision: { links: [] } as Resource,
  };
  let rules: Rule[] = [];
  let serial = 0;
  const newId = (): string => `9AB${String((serial += 1)).padStart(14, '0')}`;
  const link = (path: string, rel: string) => ({ href: `${state.url}${path}`, rel, method: 'GET' });

  type Answer = readonly [status: number, body: unknown];
  const problem = (status: number, issue: string): Answer => [
    status,
    { name: `HTTP_${status}`, message: 'refused', details: [{ issue, description: `${issue} it is.` }] },
  ];

  function act(what: string, headers: IncomingHttpHeaders, body: Buffer): Answer {
    const [method = '', address = ''] = what.split(' ');
    const [path = ''] = address.split('?');
    if (what === 'POST /v1/oauth2/token') return issueToken(headers);
    if (path.startsWith('/v1/notifications/certs/')) return [200, pem(path.split('/').at(-1) ?? '')];
    if (!state.tokens.has(headers.authorization?.replace('Bearer ', '') ?? ''))
      return [401, { error: 'invalid_token', error_description: 'expired' }];
    const sent = body.length > 0 ? (JSON.parse(body.toString()) as Resource) : {};
    const known = state.keys.get(String(headers['paypal-request-id']));
    const resource = state.resources.get(path.replace(/\/(capture|refund)$/, ''));
    if (what === 'POST /v2/checkout/orders')
      return known ? [200, state.resources.get(known)] : createOrder(sent, headers);
    if (/orders\/\w+\/capture$/.test(path))
      return resource ? capture(path, resource, headers, known) : problem(404, 'INVALID_RESOURCE_ID');
    if (/captures\/\w+\/refund$/.test(path))
      return known
        ? [200, state.resources.get(known)]
        : resource
          ? refund(path, resource, sent, headers)
          : problem(404, 'INVALID_RESOURCE_ID');
    if (/sale\/\w+\/refund$/.test(path))
      return known
        ? [200, state.resources.get(known)]
        : resource
          ? refundSale(resource, sent, headers)
          : problem(404, 'INVALID_RESOURCE_ID');
    if (what === 'POST /v1/catalogs/products') return makeProduct(sent);
    if (what === 'POST /v1/billing/plans') return known ? [200, state.resources.get(known)] : makePlan(sent, headers);
    if (what === 'POST /v1/billing/subscriptions')
      return known ? [200, state.resources.get(known)] : subscribe(sent, headers);
    if (method === 'POST' && path.startsWith('/v1/billing/subscriptions/')) return changeSubscription(path);
    if (path === '/v1/notifications/webhooks') return webhooks(method, sent);
    if (method === 'PATCH') return patch(path, body);
    if (path === '/v1/notifications/verify-webhook-signature') return [200, { verification_status: 'FAILURE' }];
    if (path === '/v1/identity/oauth2/userinfo') return [200, state.userInfo];
    if (/merchant-integrations/.test(path)) return [200, { merchant_id: path.split('/').at(-1), ...state.integration }];
    if (path === '/v2/customer/partner-referrals')
      return [201, { links: [link('/paypal/self', 'self'), link('/paypal/sign-up', 'action_url')] }];
    return resource ? [200, resource] : problem(404, 'INVALID_RESOURCE_ID');
  }

  function issueToken(headers: IncomingHttpHeaders): Answer {
    const [id = '', secret] = Buffer.from(headers.authorization?.replace('Basic ', '') ?? '', 'base64')
      .toString()
      .split(':');
    if (state.secrets.get(id) !== secret)
      return [401, { error: 'invalid_client', error_description: 'Client Authentication failed' }];
    const token = `A21${randomUUID()}`;
    state.tokens.add(token);
    return [200, { access_token: token, token_type: 'Bearer', expires_in: 32_400 }];
  }
  function createOrder(sent: Resource, headers: IncomingHttpHeaders): Answer {
    const id = newId();
    const path = `/v2/checkout/orders/${id}`;
    const order = {
      ...sent,
      id,
      status: 'PAYER_ACTION_REQUIRED',
      links: [link(`/paypal/checkoutnow?token=${id}`, 'payer-action')],
    };
    state.resources.set(path, order);
    state.keys.set(String(headers['paypal-request-id']), path);
    return [201, order];
  }
  function capture(path: string, order: Resource, headers: IncomingHttpHeaders, known?: string): Answer {
    if (known) return [200, state.resources.get(known)];
    if (order['status'] === 'COMPLETED') return problem(422, 'ORDER_ALREADY_CAPTURED');
    if (order['status'] !== 'APPROVED') return problem(422, 'ORDER_NOT_APPROVED');
    const [unit] = order['purchase_units'] as [Resource];
    const id = newId();
    const made: Resource = {
      id,
      amount: unit['amount'],
      custom_id: unit['custom_id'],
      payee: { merchant_id: 'MERCHANT1' },
      create_time: '2026-11-01T10:00:00Z',
      update_time: '2026-11-01T10:00:01Z',
      supplementary_data: { related_ids: { order_id: order['id'] } },
      ...(state.capture['status'] === 'COMPLETED' && {
        seller_receivable_breakdown: {
          gross_amount: unit['amount'],
          paypal_fee: { currency_code: 'EUR', value: '1.75' },
        },
      }),
      ...state.capture,
    };
    state.resources.set(`/v2/payments/captures/${id}`, made);
    Object.assign(order, { status: 'COMPLETED' });
    unit['payments'] = { captures: [made] };
    const place = path.replace('/capture', '');
    state.keys.set(String(headers['paypal-request-id']), place);
    return [201, order];
  }
  function refund(path: string, captured: Resource, sent: Resource, headers: IncomingHttpHeaders): Answer {
    const id = newId();
    const made = {
      id,
      amount: sent['amount'] ?? captured['amount'],
      custom_id: sent['custom_id'] ?? captured['custom_id'],
      invoice_id: sent['invoice_id'],
      create_time: '2026-11-02T10:00:00Z',
      links: [link(path.replace('/refund', ''), 'up')],
      ...state.refund,
    };
    state.resources.set(`/v2/payments/refunds/${id}`, made);
    state.keys.set(String(headers['paypal-request-id']), `/v2/payments/refunds/${id}`);
    return [201, made];
  }
  function refundSale(sale: Resource, sent: Resource, headers: IncomingHttpHeaders): Answer {
    const id = newId();
    const made = {
      id,
      sale_id: sale['id'],
      amount: sent['amount'],
      invoice_number: sent['invoice_number'],
      custom: sale['custom'],
      create_time: '2026-11-02T10:00:00Z',
      ...state.saleRefund,
    };
    Object.assign(sale, { state: 'partially_refunded' });
    state.resources.set(`/v1/payments/refund/${id}`, made);
    state.keys.set(String(headers['paypal-request-id']), `/v1/payments/refund/${id}`);
    return [201, made];
  }
  function makeProduct(sent: Resource): Answer {
    const path = `/v1/catalogs/products/${String(sent['id'])}`;
    if (state.resources.has(path)) return problem(422, 'DUPLICATE_RESOURCE_IDENTIFIER');
    state.resources.set(path, sent);
    return [201, sent];
  }
  function makePlan(sent: Resource, headers: IncomingHttpHeaders): Answer {
    const path = `/v1/billing/plans/P-${newId()}`;
    const made = { ...sent, id: path.split('/').at(-1) };
    state.resources.set(path, made);
    state.keys.set(String(headers['paypal-request-id']), path);
    return [201, made];
  }
  function subscribe(sent: Resource, headers: IncomingHttpHeaders): Answer {
    const id = `I-${newId()}`;
    const path = `/v1/billing/subscriptions/${id}`;
    const made = {
      id,
      status: 'APPROVAL_PENDING',
      plan_id: sent['plan_id'],
      custom_id: sent['custom_id'],
      links: [link(`/paypal/webapps/billing/subscriptions?ba_token=${id}`, 'approve')],
    };
    state.resources.set(path, made);
    state.keys.set(String(headers['paypal-request-id']), path);
    return [201, made];
  }
  function changeSubscription(path: string): Answer {
    const [, place = '', verb = ''] = /^(.*)\/(\w+)$/.exec(path) ?? [];
    const subscription = state.resources.get(place);
    if (!subscription) return problem(404, 'INVALID_RESOURCE_ID');
    if (verb === 'revise') return [200, state.revision];
    const [from, to] = {
      cancel: [['ACTIVE', 'SUSPENDED'], 'CANCELLED'],
      suspend: [['ACTIVE'], 'SUSPENDED'],
      activate: [['SUSPENDED'], 'ACTIVE'],
    }[verb] as [string[], string];
    if (!from.includes(String(subscription['status']))) return problem(422, 'SUBSCRIPTION_STATUS_INVALID');
    Object.assign(subscription, { status: to, status_update_time: '2026-12-05T10:00:00Z' });
    return [204, ''];
  }
  function webhooks(method: string, sent: Resource): Answer {
    if (method === 'GET') return [200, { webhooks: state.webhooks }];
    const made = { id: newId(), ...(sent as { url: string; event_types: { name: string }[] }) };
    state.webhooks.push(made);
    return [201, made];
  }
  function patch(path: string, body: Buffer): Answer {
    const webhook = state.webhooks.find(({ id }) => path.endsWith(id))!;
    for (const { value } of JSON.parse(body.toString()) as { value: { name: string }[] }[]) webhook.event_types = value;
    return [200, webhook];
  }

  function answer(response: ServerResponse, call: Call): void {
    const rule = rules.find(({ fits, left }) => left > 0 && fits.test(call.what));
    const acted = !rule || rule.act ? act(call.what, call.headers, call.body) : null;
    if (rule) {
      rule.left -= 1;
      if (rule.odd === 'hang') return;
      if (rule.odd === 'drop') return void response.destroy();
      return void response.writeHead(rule.odd.status ?? 200, rule.odd.headers).end(rule.odd.body ?? '');
    }
    const [status, body] = acted!;
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const what = `${request.method ?? ''} ${(request.url ?? '').replace(/^\/paypal/, '')}`;
      const call = { what, headers: request.headers, body: Buffer.concat(chunks) };
      state.calls.push(call);
      answer(response, call);
    });
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return Object.assign(state, {
    /** Answers oddly from now on; with `act`, after having done what was asked. */
    misbehave(
      fits: RegExp,
      odd: Odd,
      { times = Infinity, act: acts = false }: { times?: number; act?: boolean } = {},
    ): void {
      rules.push({ fits, odd, act: acts, left: times });
    },
    refuse(fits: RegExp, status: number, issue: string): void {
      rules.push({
        fits,
        odd: { status, body: JSON.stringify(problem(status, issue)[1]) },
        act: false,
        left: Infinity,
      });
    },
    heal(): void {
      rules = [];
    },
    /** The payer says yes. */
    approve(orderId: string): void {
      Object.assign(state.resources.get(`/v2/checkout/orders/${orderId}`)!, { status: 'APPROVED' });
    },
    /** What was asked since the last time, tokens and all. */
    asked(): string[] {
      return state.calls.splice(0).map(({ what }) => what);
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  });
}
export type PaypalServer = Awaited<ReturnType<typeof startPaypal>>;

export interface Signing {
  readonly webhookId: string;
  readonly certificateUrl: string;
  readonly key?: string | KeyObject;
  readonly algorithm?: string;
}

/** A webhook as PayPal signs and posts it. The body holds what is lost when it is parsed and written again. */
export function signedWebhook(
  type: string,
  resource: unknown,
  signing: Signing,
): RawNotification & { headers: Record<string, string> } {
  const text = JSON.stringify({ id: `WH-${randomUUID()}`, event_type: type, resource });
  return signBody(
    Buffer.from(text.replace(/}$/, ',"event_version":1.0,"none":{},"note":"caf\\u00e9 \\/ é"}')),
    signing,
  );
}

export function signBody(body: Buffer, signing: Signing): RawNotification & { headers: Record<string, string> } {
  const id = randomUUID();
  const time = '2026-11-01T10:00:02Z';
  const signer = createSign(signing.algorithm === 'SHA1withRSA' ? 'RSA-SHA1' : 'RSA-SHA256');
  const signature = signer
    .update(`${id}|${time}|${signing.webhookId}|${crc32(body)}`)
    .sign(signing.key ?? pem('leaf.key'), 'base64');
  return {
    channel: 'webhook',
    body,
    headers: {
      'PayPal-Auth-Algo': signing.algorithm ?? 'SHA256withRSA',
      'PayPal-Cert-Url': signing.certificateUrl,
      'PayPal-Transmission-Id': id,
      'PayPal-Transmission-Time': time,
      'PayPal-Transmission-Sig': signature,
    },
  };
}
