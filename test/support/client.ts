import { randomUUID } from 'node:crypto';
import { OPERATOR_KEY } from './world';
import type { World } from './world';

/** What came over HTTP; `body` is JSON where it was JSON. */
export interface Reply<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface PaymentView {
  readonly id: string;
  readonly member: string;
  readonly status: string;
  readonly reason: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly captured: number;
  readonly fee: number;
  readonly refunded: number;
  readonly disputed: number;
  /** Of these members, those that its kind has. */
  readonly nextAction: {
    readonly kind: 'form' | 'redirect' | 'widget' | 'prompt';
    readonly action: string;
    readonly method: 'POST';
    readonly fields: Record<string, string>;
    readonly url: string;
    readonly script: string;
    readonly params: Record<string, string | number | boolean>;
    readonly to: string;
    readonly patienceMs: number;
  } | null;
  readonly attention: { readonly code: string; readonly detail: string; readonly since: string } | null;
  readonly timeline: readonly {
    readonly kind: string;
    readonly amount: number | null;
    readonly gatewayReference: string | null;
    readonly reason: string | null;
    readonly occurredAt: string | null;
    readonly recordedAt: string;
  }[];
  readonly workflowId: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}
export interface CartView {
  readonly balance: number;
  readonly due: number;
  readonly credit: number;
  readonly pending: number;
  readonly charges: readonly {
    readonly id: string;
    readonly category: string;
    readonly amount: number;
    readonly paid: number;
  }[];
  readonly paylines: readonly { readonly id: string; readonly payment: string | null; readonly amount: number }[];
}
export interface EntryView {
  readonly id: string;
  readonly kind: string;
  readonly payment: string | null;
  readonly postings: readonly {
    readonly account: string;
    readonly side: 'debit' | 'credit';
    readonly amount: number;
    readonly currency: string;
  }[];
}
export interface NotificationView {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly kind: string | null;
  readonly payment: string | null;
  readonly member: string | null;
  readonly amount: number | null;
  readonly payer: { readonly name: string | null; readonly email: string | null } | null;
  readonly attempts: number;
  readonly channel: string;
}

/** One HTTP call with a key; POSTs carry an Idempotency-Key of their own unless one is given. */
export async function call<Body = unknown>(
  baseUrl: string,
  key: string | null,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply<Body>> {
  const answer = await fetch(new URL(path, baseUrl), {
    method,
    redirect: 'manual',
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, headers: answer.headers, body: (isJson ? JSON.parse(text) : text) as Body };
}

/** A merchant with a PayPal Standard account at the simulator, spoken to with its secret key. */
export class Merchant {
  private constructor(
    readonly world: World,
    readonly id: string,
    readonly secretKey: string,
    readonly currency: string,
    readonly seller: { readonly id: string; readonly email: string },
    readonly notificationUrl: string,
  ) {}

  static async create(
    world: World,
    over: Record<string, unknown> = {},
    account: Record<string, unknown> = {},
  ): Promise<Merchant> {
    const created = await call<{ id: string; secretKey: string; currency: string }>(
      world.baseUrl,
      OPERATOR_KEY,
      'POST',
      '/v1/merchants',
      {
        name: 'Club',
        currency: 'EUR',
        ...over,
      },
    );
    if (created.status !== 201) throw new Error(`no merchant: ${JSON.stringify(created.body)}`);
    const seller = {
      id: `SELLER${randomUUID().replaceAll('-', '').slice(0, 7).toUpperCase()}`,
      email: 'treasurer@club.example',
    };
    const { id, secretKey, currency } = created.body;
    const put = await call<{ notificationUrl: string }>(
      world.baseUrl,
      secretKey,
      'PUT',
      '/v1/gateway-accounts/paypal-standard',
      {
        environment: 'simulator',
        receiverId: seller.id,
        receiverEmails: [seller.email],
        pdtIdentityToken: 'identity-token',
        ...account,
      },
    );
    return new Merchant(world, id, secretKey, currency, seller, put.body.notificationUrl);
  }

  get<Body>(path: string): Promise<Reply<Body>> {
    return call<Body>(this.world.baseUrl, this.secretKey, 'GET', path);
  }
  post<Body>(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Reply<Body>> {
    return call<Body>(this.world.baseUrl, this.secretKey, 'POST', path, body, headers);
  }
  patch<Body>(path: string, body: unknown = {}): Promise<Reply<Body>> {
    return call<Body>(this.world.baseUrl, this.secretKey, 'PATCH', path, body);
  }

  /** A member who owes these charges: `[category, amount]`, in order. */
  async member(charges: readonly (readonly [string, number])[] = []): Promise<string> {
    const { body } = await this.post<{ id: string }>('/v1/members', { name: 'Anne Martin', email: 'anne@example.org' });
    for (const [category, amount] of charges)
      await this.post(`/v1/members/${body.id}/charges`, { label: category, category, amount, currency: this.currency });
    return body.id;
  }

  /** The page at which a member pays, opened without a sign-in. */
  async checkoutLink(member: string, over: Record<string, unknown> = {}): Promise<string> {
    const { token } = (await this.post<{ token: string }>(`/v1/members/${member}/tokens`, over)).body;
    return `${this.world.baseUrl}/checkout#${token}`;
  }

  async pay(member: string, over: Record<string, unknown> = {}): Promise<PaymentView> {
    const { status, body } = await this.post<PaymentView>('/v1/payments', {
      member,
      gateway: 'paypal-standard',
      ...over,
    });
    if (status !== 201) throw new Error(`no payment: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async payment(id: string): Promise<PaymentView> {
    return (await this.get<PaymentView>(`/v1/payments/${id}`)).body;
  }
  /** What a member paid and was to pay, newest first. */
  async payments(member: string): Promise<readonly PaymentView[]> {
    return (await this.get<{ data: PaymentView[] }>(`/v1/payments?member=${member}&limit=100`)).body.data;
  }
  async cart(member: string): Promise<CartView> {
    return (await this.get<CartView>(`/v1/members/${member}/cart`)).body;
  }
  async entries(payment?: string): Promise<readonly EntryView[]> {
    return (
      await this.get<{ data: EntryView[] }>(`/v1/ledger/entries?limit=100${payment ? `&payment=${payment}` : ''}`)
    ).body.data;
  }
  async notifications(query = ''): Promise<readonly NotificationView[]> {
    return (await this.get<{ data: NotificationView[] }>(`/v1/notifications?limit=100${query}`)).body.data;
  }
}

/** Looks until it is so; the time-out only ends what hangs. */
export async function eventually<Value>(
  look: () => Promise<Value>,
  isSo: (value: Value) => boolean,
  patienceMs = 120_000,
): Promise<Value> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const value = await look();
    if (isSo(value)) return value;
    if (Date.now() > end) throw new Error(`it never became so; last seen: ${JSON.stringify(value).slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export const untilStatus = (merchant: Merchant, id: string, ...statuses: string[]): Promise<PaymentView> =>
  eventually(
    () => merchant.payment(id),
    (payment) => statuses.includes(payment.status),
  );
export const untilAttention = (merchant: Merchant, id: string): Promise<PaymentView> =>
  eventually(
    () => merchant.payment(id),
    (payment) => payment.attention !== null,
  );

/** Net of one account over entries, debits minus credits; minor units. */
export function net(entries: readonly EntryView[], account: string): number {
  return entries
    .flatMap((entry) => entry.postings)
    .reduce(
      (sum, posting) =>
        sum + (posting.account !== account ? 0 : posting.side === 'debit' ? posting.amount : -posting.amount),
      0,
    );
}
