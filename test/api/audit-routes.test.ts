import { randomUUID } from 'node:crypto';
import { ACTOR_KINDS } from '../../books/audit';
import { eventually, Merchant, untilStatus } from '../support/client';
import type { NotificationView, Reply } from '../support/client';
import { connectCheckout, control, kkiapayMerchant, payByOrder, payByWidget } from '../support/gateways';
import { ipn, newTransactionId, payAs, sendGenuine } from '../support/paypal';
import { OPERATOR_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, memberOf, newMerchant } from './asking';
import { refused } from './refusal';

// Who adds a call that changes something says below how it is made, and finds out whether it leaves a row of the audit trail.

/** Calls that may leave none, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'POST /v1/gateway-accounts/{gateway}/check':
    'asks the gateway; where its answer enables or disables the account, that is noted',
  'POST /hooks/{gateway}/{token}': 'a message is kept itself, and what it tells of money is a fact',
  'POST /hooks/{gateway}/{token}/ipn': 'the same',
  'POST /return/{id}': 'a page that changes nothing; what the browser brings is kept as a message',
  'POST /cancel/{id}': 'the same',
  'POST /v1/member-sign-in': 'asks for a letter, and nobody is known yet who asks',
  'POST /v1/member-sign-in/session': 'is noted in the name of the member, see member-sign-in.test.ts',
  'PUT /v1/member-sign-in/session': 'the same',
  'DELETE /v1/member-sign-in/session': 'the same',
  'POST /p/{code}': 'opens and closes payments in the name of their payer, see pay-links.test.ts',
  'PUT /v1/session/merchant': 'it changes what a session looks at, and nothing of a merchant',
  'POST /v1/session/step-up': 'the person proves who they are; what they then change leaves its own row',
  'POST /v1/session/step-up-code': 'the letter is for the person alone',
  'POST /v1/session/step-up-passkey': 'a question to a device',
  'POST /v1/session/passkeys/options': 'the same',
  'POST /v1/session/passkeys': 'no key may; it is noted in the name of a person, see passkeys.test.ts',
  'DELETE /v1/session/passkeys/{id}': 'the same',
  'DELETE /v1/sessions/{id}':
    'a session of staff belongs to a person, and to no merchant; the end of a member’s is noted in their name, see member-sign-in.test.ts',
  'PATCH /v1/people/{id}': 'no key may; it is noted in the name of a person, see people.test.ts',
  'DELETE /v1/people/{id}': 'the same',
  'POST /v1/invitations': 'the same, see invitations.test.ts',
  'DELETE /v1/invitations/{id}': 'the same',
  'POST /v1/invitations/acceptance': 'the same',
  'DELETE /v1/merchant/recovery': 'the same, see recovery.test.ts',
};

/** What is planted wherever a secret, or something personal, can be sent. */
const CANARIES = {
  secret: 'CANARY-SECRET-4711',
  name: 'Canary Jeannette',
  email: 'canary@person.example',
  phone: '+33600004711',
  reference: 'CANARY-LICENCE-4711',
  address: '47 rue du Canari',
};
const PERSON = {
  name: CANARIES.name,
  email: CANARIES.email,
  phone: CANARIES.phone,
  reference: CANARIES.reference,
  address: CANARIES.address,
};

interface Called {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** By default the first key of the merchant. */
  readonly key?: string;
}

let world: World;
/** In euros with both PayPals, and in francs with KKiaPay. */
let club: Merchant, francs: Merchant;
let unsafe: readonly { readonly name: string; readonly method: string; readonly takesKey: boolean }[];
beforeAll(async () => {
  const partner = { environment: 'simulator', partnerId: 'PARTNER000001', clientId: 'app', clientSecret: 's' } as const;
  world = await startWorld({ partners: { 'paypal-checkout': partner }, mail: 'simulator' });
  [club, francs] = [await Merchant.create(world), await kkiapayMerchant(world)];
  await connectCheckout(club);
  const { paths } = (await asking(world, null).get<Document>('/openapi.json')).body;
  unsafe = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== 'get')
      .map(([method, { parameters = [] }]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        takesKey: parameters.some(({ name }) => name === 'Idempotency-Key'),
      })),
  );
});
afterAll(() => world.stop());

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly parameters?: readonly { readonly name: string }[] }>>>
  >;
}

const make = async (path: string, body: unknown = {}) => (await club.post<{ id: string }>(path, body)).body.id;
const newKey = () => make('/v1/keys', { name: 'Shop', scopes: ['read'] });
/** Nobody listens there. */
const ENDPOINT = { url: 'http://127.0.0.1:9/', types: ['payment.paid'] };
const VIEW = { name: 'Who owes', list: 'members', filter: { owes: '1' } };
const newEndpoint = () => make('/v1/webhook-endpoints', ENDPOINT);
const newMember = () => make('/v1/members', PERSON);
const charge = { label: 'Membership', category: 'fee', amount: 5000, currency: 'EUR' };

/** A message about money that names no payment, once it has come to this state. */
async function message(state: string, over: Record<string, string> = {}): Promise<NotificationView> {
  const fields = { mc_gross: '25.00', mc_currency: 'EUR', custom: undefined, invoice: undefined, ...over };
  const known = (await club.notifications(`&state=${state}`)).map(({ id }) => id);
  await sendGenuine(club, ipn(club, { nextAction: null }, { txn_id: newTransactionId(), ...fields }));
  const fresh = await eventually(
    async () => (await club.notifications(`&state=${state}`)).find(({ id }) => !known.includes(id)),
    (row) => row !== undefined,
  );
  return fresh!;
}

async function misfitPayment(): Promise<string> {
  const payment = await club.pay(await club.member([['fee', 5000]]));
  await sendGenuine(club, ipn(club, payment, { mc_gross: '45.00' }));
  return (await untilStatus(club, payment.id, 'needs_review')).id;
}

async function openDispute(): Promise<string> {
  const payment = await club.pay(await club.member([['fee', 3000]]));
  const { txnId } = await payAs(club, payment);
  await untilStatus(club, payment.id, 'paid');
  await control(world, 'POST', `/payments/${txnId}/events`, { status: 'Reversed' });
  await untilStatus(club, payment.id, 'disputed');
  return (await club.get<{ data: { id: string }[] }>(`/v1/disputes?payment=${payment.id}`)).body.data[0]!.id;
}

/** A refund of francs that waits for the merchant's balance. */
async function pendingRefund(): Promise<string> {
  const payment = await payByWidget(francs, await francs.member([['fee', 5000]]));
  await control(world, 'POST', '/kkiapay/next', { call: 'revert', refusal: 'INSUFFICIENT_FUND' });
  return (await francs.post<{ id: string }>(`/v1/payments/${payment.id}/refunds`)).body.id;
}

async function importFile(kind: 'members' | 'charges', file: string): Promise<string> {
  const headers = { 'content-type': 'text/csv' };
  return (await club.post<{ id: string }>(`/v1/imports?kind=${kind}`, file, headers)).body.id;
}

const OFFER = { label: 'Membership', category: 'fee', interval: 'month', amount: 1000 };

/** An agreement that its member has approved, and whose gateway failed to collect so often. */
async function agreement(failures = 0): Promise<string> {
  const wish = { ...OFFER, member: await newMember(), gateway: 'paypal-checkout' };
  const { id } = (await club.post<{ id: string }>('/v1/agreements', wish)).body;
  const read = async () =>
    (await club.get<{ status: string; gatewayReference: string | null }>(`/v1/agreements/${id}`)).body;
  const { gatewayReference } = await eventually(read, (seen) => seen.gatewayReference !== null);
  const subscription = `/paypal-checkout/subscriptions/${gatewayReference}`;
  await control(world, 'POST', `${subscription}/approve`, { buyer: 'anne' });
  await eventually(read, ({ status }) => status === 'active');
  for (let tries = 0; tries < failures; tries++)
    await control(world, 'POST', `${subscription}/events`, { kind: 'fail' });
  if (failures > 2) await eventually(read, ({ status }) => status === 'suspended');
  return id;
}

/** How each call is made so that it changes something. */
const CALLS: Readonly<Record<string, () => Promise<Called>>> = {
  'POST /v1/merchants': async () => ({
    path: '/v1/merchants',
    body: { name: 'Club', currency: 'EUR' },
    key: OPERATOR_KEY,
  }),
  'POST /v1/merchants/{id}/invitations': async () => ({
    path: `/v1/merchants/${(await newMerchant(world)).id}/invitations`,
    body: { email: CANARIES.email },
    key: OPERATOR_KEY,
  }),
  'POST /v1/merchants/{id}/recovery': async () => ({
    path: `/v1/merchants/${(await newMerchant(world)).id}/recovery`,
    body: { email: CANARIES.email },
    key: OPERATOR_KEY,
  }),
  'PATCH /v1/merchant': async () => ({ path: '/v1/merchant', body: { name: `Club ${randomUUID()}` } }),
  'POST /v1/merchant/test-twin': async () => ({
    path: '/v1/merchant/test-twin',
    key: (await newMerchant(world)).secretKey,
  }),
  'POST /v1/pay-links': async () => ({ path: '/v1/pay-links', body: { member: await newMember(), amount: 1000 } }),
  'DELETE /v1/pay-links/{code}': async () => {
    const link = await club.post<{ code: string }>('/v1/pay-links', { member: await newMember() });
    shown.push(link.body.code);
    return { path: `/v1/pay-links/${link.body.code}` };
  },
  'POST /v1/views': async () => ({ path: '/v1/views', body: { ...VIEW, filter: { q: CANARIES.name } } }),
  'DELETE /v1/views/{id}': async () => ({ path: `/v1/views/${await make('/v1/views', VIEW)}` }),
  'POST /v1/reminders': async () => ({ path: '/v1/reminders', body: { members: [await newMember()] } }),
  'POST /v1/webhook-endpoints': async () => ({ path: '/v1/webhook-endpoints', body: ENDPOINT }),
  'PATCH /v1/webhook-endpoints/{id}': async () => ({
    path: `/v1/webhook-endpoints/${await newEndpoint()}`,
    body: { enabled: false },
  }),
  'DELETE /v1/webhook-endpoints/{id}': async () => ({ path: `/v1/webhook-endpoints/${await newEndpoint()}` }),
  'POST /v1/webhook-endpoints/{id}/rotation': async () => ({
    path: `/v1/webhook-endpoints/${await newEndpoint()}/rotation`,
  }),
  'POST /v1/webhook-endpoints/{id}/test': async () => ({ path: `/v1/webhook-endpoints/${await newEndpoint()}/test` }),
  'POST /v1/webhook-deliveries/{id}/resend': async () => {
    const delivery = await make(`/v1/webhook-endpoints/${await newEndpoint()}/test`);
    return { path: `/v1/webhook-deliveries/${delivery}/resend` };
  },
  'POST /v1/keys': async () => ({ path: '/v1/keys', body: { name: 'Till', scopes: ['payments'] } }),
  'DELETE /v1/keys/{id}': async () => ({ path: `/v1/keys/${await newKey()}` }),
  'POST /v1/members': async () => ({ path: '/v1/members', body: PERSON }),
  'PATCH /v1/members/{id}': async () => ({
    path: `/v1/members/${await make('/v1/members', { name: 'Anne' })}`,
    body: PERSON,
  }),
  'DELETE /v1/members/{id}': async () => ({ path: `/v1/members/${await newMember()}` }),
  'POST /v1/members/{id}/tokens': async () => ({ path: `/v1/members/${await newMember()}/tokens` }),
  'POST /v1/members/{id}/charges': async () => ({ path: `/v1/members/${await newMember()}/charges`, body: charge }),
  'POST /v1/members/{id}/charges/{charge}/cancellation': async () => {
    const member = await newMember();
    return {
      path: `/v1/members/${member}/charges/${await make(`/v1/members/${member}/charges`, charge)}/cancellation`,
    };
  },
  'POST /v1/imports': async () => ({
    path: '/v1/imports?kind=members',
    body: `name,email,phone,reference\n${PERSON.name},${randomUUID()}@person.example,${PERSON.phone},${CANARIES.reference}-2\n`,
    headers: { 'content-type': 'text/csv' },
  }),
  'DELETE /v1/imports/{id}': async () => {
    const reference = randomUUID();
    await make('/v1/members', { name: 'Anne', reference });
    return {
      path: `/v1/imports/${await importFile('charges', `reference,label,category,amount\n${reference},Fee,fee,12.50\n`)}`,
    };
  },
  'POST /v1/offers': async () => ({ path: '/v1/offers', body: OFFER }),
  'PATCH /v1/offers/{id}': async () => ({
    path: `/v1/offers/${await make('/v1/offers', OFFER)}`,
    body: { amount: 1200 },
  }),
  'DELETE /v1/offers/{id}': async () => ({ path: `/v1/offers/${await make('/v1/offers', OFFER)}` }),
  'POST /v1/agreements': async () => ({
    path: '/v1/agreements',
    body: { ...OFFER, member: await newMember(), gateway: 'paypal-standard' },
  }),
  'PATCH /v1/agreements/{id}': async () => ({ path: `/v1/agreements/${await agreement()}`, body: { amount: 800 } }),
  'POST /v1/agreements/{id}/cancel': async () => ({ path: `/v1/agreements/${await agreement()}/cancel` }),
  'POST /v1/agreements/{id}/suspension': async () => ({ path: `/v1/agreements/${await agreement()}/suspension` }),
  'POST /v1/agreements/{id}/resumption': async () => ({ path: `/v1/agreements/${await agreement(3)}/resumption` }),
  'POST /v1/agreements/{id}/resolution': async () => ({
    path: `/v1/agreements/${await agreement(3)}/resolution`,
    body: { action: 'accept' },
  }),
  'POST /v1/payments': async () => ({
    path: '/v1/payments',
    body: { member: await newMember(), gateway: 'paypal-standard', amount: 1000 },
  }),
  'POST /v1/payments/{id}/cancel': async () => {
    const { id } = await club.pay(await newMember(), { amount: 1000 });
    return { path: `/v1/payments/${id}/cancel` };
  },
  'POST /v1/payments/{id}/resolution': async () => ({
    path: `/v1/payments/${await misfitPayment()}/resolution`,
    body: { action: 'accept', note: 'agreed' },
  }),
  'POST /v1/payments/{id}/refunds': async () => {
    const { id } = await payByOrder(club, await club.member([['fee', 5000]]));
    return { path: `/v1/payments/${id}/refunds`, body: { amount: 1000, note: 'rain' } };
  },
  'POST /v1/refunds/{id}/retry': async () => ({
    path: `/v1/refunds/${await pendingRefund()}/retry`,
    key: francs.secretKey,
  }),
  'POST /v1/refunds/{id}/cancel': async () => ({
    path: `/v1/refunds/${await pendingRefund()}/cancel`,
    key: francs.secretKey,
  }),
  'POST /v1/disputes/{id}/resolution': async () => ({
    path: `/v1/disputes/${await openDispute()}/resolution`,
    body: { outcome: 'lost', note: 'no word for weeks' },
  }),
  'POST /v1/notifications/{id}/attachment': async () => ({
    path: `/v1/notifications/${(await message('unmatched')).id}/attachment`,
    body: { member: await newMember() },
  }),
  'POST /v1/notifications/{id}/dismissal': async () => ({
    path: `/v1/notifications/${(await message('attention', { txn_type: 'masspay' })).id}/dismissal`,
  }),
  'POST /v1/notifications/{id}/refunds': async () => {
    const paid = await payByWidgetOfNobody();
    return { path: `/v1/notifications/${paid}/refunds`, key: francs.secretKey };
  },
  'PUT /v1/gateway-accounts/{gateway}': async () => ({
    path: '/v1/gateway-accounts/paypal-checkout',
    body: { environment: 'simulator', clientId: CANARIES.secret, clientSecret: CANARIES.secret },
    key: (await newMerchant(world)).secretKey,
  }),
  'POST /v1/gateway-accounts/{gateway}/connect': async () => ({
    path: '/v1/gateway-accounts/paypal-checkout/connect',
    key: (await newMerchant(world)).secretKey,
  }),
};

/** Francs that name no payment of ours. */
async function payByWidgetOfNobody(): Promise<string> {
  const payment = await francs.pay(await francs.member([['fee', 5000]]), { gateway: 'kkiapay' });
  const { data: _data, partnerId: _partnerId, ...params } = payment.nextAction?.params ?? {};
  await control(world, 'POST', '/kkiapay/pay', { payer: 'awa', params });
  const [row] = await eventually(
    () => francs.notifications('&state=unmatched'),
    (rows) => rows.length > 0,
  );
  return row!.id;
}

interface Row {
  readonly action: string;
  readonly merchant_id: string | null;
  readonly object_kind: string;
  readonly object_id: string;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly ip: string | null;
}
/** The rows that a call left which said of itself that it was this. */
const rowsOf = async (userAgent: string): Promise<readonly Row[]> =>
  (await world.db.sql.query<Row>('SELECT * FROM audit_trail WHERE user_agent = $1 ORDER BY id', [userAgent])).rows;

async function send(method: string, { path, body, headers, key = club.secretKey }: Called, userAgent: string) {
  return asking(world, key).ask<Record<string, unknown>>(method, path, body, { 'user-agent': userAgent, ...headers });
}

/** All that answers showed once and never again. */
const shown: string[] = [];
function remember({ body }: Reply<Record<string, unknown>>): void {
  for (const name of ['secretKey', 'secret', 'token', 'trackingId', 'url'])
    if (typeof body[name] === 'string' && body[name] !== ENDPOINT.url) shown.push(body[name]);
}

test('every call that may change something is made below, or leaves no row for a reason', () => {
  const known = [...Object.keys(CALLS), ...Object.keys(EXCEPTIONS)];
  expect(unsafe.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
  expect(known.filter((name) => !unsafe.some((call) => call.name === name))).toEqual([]);
});

test.each(Object.keys(CALLS))('%s leaves who called, and its repeat leaves nothing more', async (name) => {
  const { method, takesKey } = unsafe.find((call) => call.name === name)!;
  const called = await CALLS[name]!();
  const userAgent = `${name} ${randomUUID()}`;
  const headers = { ...called.headers, 'idempotency-key': randomUUID() };
  const reply = await send(method, { ...called, headers }, userAgent);
  expect([name, [200, 201, 202].includes(reply.status) ? 'done' : reply.body]).toEqual([name, 'done']);
  remember(reply);

  const rows = await rowsOf(userAgent);
  expect(rows.length).toBeGreaterThan(0);
  const actor = called.key === OPERATOR_KEY ? { kind: 'operator', id: null } : await firstKey(called.key);
  for (const row of rows) {
    expect(row).toMatchObject({ actor_kind: actor.kind, actor_id: actor.id, ip: expect.stringContaining('127.0.0.1') });
    expect(row.object_id).not.toBe('');
    expect(row.merchant_id).toMatch(/^mer_/);
  }
  if (!takesKey) return;
  await send(method, { ...called, headers }, userAgent);
  expect(await rowsOf(userAgent)).toEqual(rows);
});

/** The only key with this secret. */
async function firstKey(secretKey = club.secretKey) {
  const { body } = await asking(world, secretKey).get<{ data: { id: string }[] }>('/v1/keys?limit=100');
  return { kind: 'key', id: body.data.at(-1)!.id };
}

test.each(Object.keys(CALLS))('%s leaves nothing where it is refused', async (name) => {
  const { method } = unsafe.find((call) => call.name === name)!;
  const called = await CALLS[name]!();
  const userAgent = `refused ${name} ${randomUUID()}`;
  const stranger = await newMerchant(world);
  const reader = await stranger.post<{ secretKey: string }>('/v1/keys', { name: 'x', scopes: ['read'] });
  refused(await send(method, { ...called, key: reader.body.secretKey }, userAgent), 'forbidden');
  if (/\{(id|charge|code)\}/.test(name) && called.key !== OPERATOR_KEY)
    refused(await send(method, { ...called, key: stranger.secretKey }, userAgent), 'not_found');
  if (typeof called.body === 'object')
    refused(await send(method, { ...called, body: { ...called.body, nonsense: true } }, userAgent), 'invalid_request');
  expect(await rowsOf(userAgent)).toEqual([]);
});

test('what the state of things refuses, or finds done already, leaves nothing', async () => {
  const userAgent = `too late ${randomUUID()}`;
  const [member, key] = [await newMember(), await newMerchant(world)];
  const { id } = await club.pay(member, { amount: 1000 });
  await club.post(`/v1/payments/${id}/cancel`);
  refused(await send('POST', { path: `/v1/payments/${id}/cancel` }, userAgent), 'already_cancelled');
  refused(await send('POST', { path: `/v1/payments/${id}/refunds` }, userAgent), 'nothing_to_refund');
  const first = await firstKey(key.secretKey);
  refused(await send('DELETE', { path: `/v1/keys/${first.id}`, key: key.secretKey }, userAgent), 'last_admin_key');
  await send('PATCH', { path: `/v1/members/${member}`, body: PERSON }, userAgent);
  await send('PATCH', { path: '/v1/merchant', body: {} }, userAgent);
  const dueNothing = { member, gateway: 'paypal-standard' };
  refused(await send('POST', { path: '/v1/payments', body: dueNothing }, userAgent), 'nothing_due');
  await asking(world, club.secretKey).ask('DELETE', `/v1/members/${member}`);
  expect((await send('DELETE', { path: `/v1/members/${member}` }, userAgent)).status).toBe(200);
  expect(await rowsOf(userAgent)).toEqual([]);
});

test('a token of a member opens payments in the member’s name', async () => {
  const member = await newMember();
  const browser = await memberOf(club, member);
  shown.push(browser.token);
  const userAgent = `browser ${randomUUID()}`;
  const body = { member, gateway: 'paypal-standard', amount: 1000 };
  const { id } = (await browser.post<{ id: string }>('/v1/payments', body, { 'user-agent': userAgent })).body;
  await browser.post(`/v1/payments/${id}/cancel`, {}, { 'user-agent': userAgent });
  expect(await rowsOf(userAgent)).toMatchObject([
    { action: 'payment.opened', object_id: id, actor_kind: 'member', actor_id: member },
    { action: 'payment.cancel_requested', object_id: id, actor_kind: 'member', actor_id: member },
  ]);
});

test('no row of all these is without an actor, and none tells a secret or something personal', async () => {
  const { rows } = await world.db.sql.query<{ text: string; actor: string; id: string | null }>(
    'SELECT t::text AS text, actor_kind AS actor, actor_id AS id FROM audit_trail t',
  );
  expect(rows.length).toBeGreaterThan(100);
  for (const { actor, id } of rows) {
    expect(ACTOR_KINDS).toContain(actor);
    expect(id === null).toBe(actor === 'operator');
  }
  const everything = rows.map(({ text }) => text).join('\n');
  expect(everything).toContain('clientSecret'); // that it changed is told
  expect(shown.length).toBeGreaterThan(5);
  const never = [...Object.values(CANARIES), ...shown, club.secretKey, francs.secretKey];
  expect(never.filter((word) => everything.includes(word))).toEqual([]);
});
