import { randomUUID } from 'node:crypto';
import { RIGHTS } from '../../api/http/rights';
import type { Right, RightName } from '../../api/http/rights';
import { SCOPES } from '../../books/keys';
import type { Scope } from '../../books/keys';
import { ROLES } from '../../books/people';
import type { Role } from '../../books/people';
import { newId } from '../../platform/ids';
import { Browser, newPerson, PASSWORD } from '../support/browser';
import { call, Merchant } from '../support/client';
import type { Reply } from '../support/client';
import { OPERATOR_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, memberOf, operatorOf, watcherOf } from './asking';
import type { Asking } from './asking';
import { openStream } from './event-stream';
import { refused, refusedField } from './refusal';

interface Operation {
  readonly security?: readonly object[];
  readonly 'x-right'?: Right & { readonly name: string };
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** What the ids of a path, and the bodies, can be filled with: all of one merchant, and of one member of it. */
interface Objects {
  readonly merchant: Merchant;
  readonly member: string;
  readonly charge: string;
  readonly payment: string;
  readonly refund: string;
  readonly dispute: string;
  readonly notification: string;
  readonly key: string;
  readonly file: string;
  readonly link: string;
  readonly person: string;
  readonly invitation: string;
  readonly endpoint: string;
  readonly delivery: string;
  readonly view: string;
  readonly offer: string;
  readonly agreement: string;
}
interface Someone {
  readonly name: string;
  readonly kind: 'operator' | 'key' | 'staff' | 'member' | 'watcher';
  readonly scopes: readonly Scope[];
  /** Of somebody who is signed in: what they are at the merchant of {@link own}, if anything. */
  readonly role?: Role | null;
  /** Another session of the same person. */
  readonly spareSession?: string;
  readonly person?: string;
  readonly asks: Pick<Asking, 'get' | 'ask'>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Nobody listens there. */
const ENDPOINT = { url: 'http://127.0.0.1:9/', types: ['payment.paid'] };

const OFFER = { label: 'Membership', category: 'fee', interval: 'year', amount: 1000 };
const VIEW = { name: 'Who owes', list: 'members', filter: { owes: '1' } };

/** Of a device that nobody has asked. */
const PASSKEY = {
  ...{ id: 'AA', rawId: 'AA', type: 'public-key' },
  response: { clientDataJSON: 'AA', attestationObject: 'AA' },
};

let world: World;
/** Those of a caller, those of another member of the same merchant, and those of another merchant. */
let own: Objects, neighbour: Objects, foreign: Objects;
let callers: readonly Someone[];
let operations: readonly { readonly method: string; readonly path: string; readonly operation: Operation }[];
beforeAll(async () => {
  world = await startWorld();
  const merchant = await Merchant.create(world);
  own = await objectsOf(merchant);
  neighbour = await objectsOf(merchant);
  foreign = await objectsOf(await Merchant.create(world));
  const member = await memberOf(merchant, own.member);
  const watcher = await watcherOf(merchant, own.payment);
  const keys = await Promise.all(
    [...SCOPES.map((scope) => [scope]), ['read', 'refunds'] as const].map(async (scopes) => {
      const key = await keyWith(merchant, scopes);
      const name = `a key for ${scopes.join(' and ')}`;
      return { name, kind: 'key', scopes, asks: asking(world, key), headers: bearer(key) } as const;
    }),
  );
  const people = await Promise.all([...ROLES, null].map((role) => staffWith(merchant, role)));
  callers = [
    { name: 'the operator', kind: 'operator', scopes: [], asks: operatorOf(world), headers: bearer(OPERATOR_KEY) },
    { name: 'a member', kind: 'member', scopes: [], asks: member, headers: bearer(member.token) },
    { name: 'a watcher', kind: 'watcher', scopes: [], asks: watcher, headers: bearer(watcher.token) },
    ...keys,
    ...people,
  ];
  const { body } = await asking(world, null).get<Document>('/openapi.json');
  operations = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
});
afterAll(() => world.stop());

const KEY = { name: 'x', scopes: ['read'] };
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** Somebody who is signed in, twice: as one of the merchant's people, or with no role anywhere. */
async function staffWith(merchant: Merchant, role: Role | null): Promise<Someone> {
  const { id, email } = await newPerson(world, role === null ? {} : { [merchant.id]: role });
  const [browser, other] = [new Browser(world), new Browser(world)];
  await other.signIn(email);
  await browser.signIn(email);
  const { body } = await browser.get<{ data: { id: string; current: boolean }[] }>('/v1/sessions');
  return {
    name: role === null ? `a person without a role (${id})` : `the ${role}`,
    kind: 'staff',
    scopes: [],
    role,
    person: id,
    spareSession: body.data.find(({ current }) => !current)!.id,
    asks: browser,
    headers: { cookie: browser.cookie(), origin: world.baseUrl },
  };
}

/** All who are signed in have proven a moment ago who they are. */
async function everybodySteppedUp(): Promise<void> {
  await world.db.sql.query("UPDATE staff_sessions SET stepped_up_until = now() + interval '10 minutes'");
}

/** A key of this merchant as its owner would make it. */
async function keyWith(merchant: Merchant, scopes: readonly Scope[]): Promise<string> {
  return (await merchant.post<{ secretKey: string }>('/v1/keys', { name: 'x', scopes })).body.secretKey;
}

const newEndpoint = async (merchant: Merchant): Promise<string> =>
  (await merchant.post<{ id: string }>('/v1/webhook-endpoints', ENDPOINT)).body.id;

/** One of each. Refund and case are the gateway's, and over. */
async function objectsOf(merchant: Merchant): Promise<Objects> {
  const member = await merchant.member([['fee', 9000]]);
  const payment = await merchant.pay(member, { amount: 500 });
  const [charge] = (await merchant.cart(member)).charges;
  await call(world.baseUrl, null, 'POST', new URL(merchant.notificationUrl).pathname, `txn_id=${randomUUID()}`, {
    'content-type': 'application/x-www-form-urlencoded',
  });
  const [notification] = await merchant.notifications();
  const key = await merchant.post<{ id: string }>('/v1/keys', { name: 'x', scopes: ['read'] });
  const link = await merchant.post<{ code: string }>('/v1/pay-links', { member });
  const endpoint = await newEndpoint(merchant);
  const delivery = await merchant.post<{ id: string }>(`/v1/webhook-endpoints/${endpoint}/test`);
  const offer = (await merchant.post<{ id: string }>('/v1/offers', OFFER)).body.id;
  const agreement = await merchant.post<{ id: string }>('/v1/agreements', { offer, member });
  const [refund, dispute] = [newId('ref'), newId('dis')];
  await world.db.sql.query(
    `INSERT INTO refunds (id, merchant_id, account_id, payment_id, member_id, capture_reference, amount, currency, status, origin, settled_at)
     SELECT $2, merchant_id, account_id, id, member_id, 'CAPTURE', 100, 'EUR', 'failed', 'gateway', now() FROM payments WHERE id = $1`,
    [payment.id, refund],
  );
  await world.db.sql.query(
    `INSERT INTO disputes (id, merchant_id, payment_id, member_id, gateway, capture_reference, gateway_reference, stage, reason, status, held, lost, currency, closed_at)
     SELECT $2, merchant_id, id, member_id, gateway, 'CAPTURE', $2, 'inquiry', 'unknown', 'won', 0, 0, 'EUR', now() FROM payments WHERE id = $1`,
    [payment.id, dispute],
  );
  return {
    merchant,
    member,
    charge: charge!.id,
    payment: payment.id,
    refund,
    dispute,
    notification: notification!.id,
    key: key.body.id,
    file: (await importAs(bearer(merchant.secretKey))).body.id,
    link: link.body.code,
    person: (await newPerson(world, { [merchant.id]: 'desk' })).id,
    invitation: await newInvitation(merchant.id),
    endpoint,
    delivery: delivery.body.id,
    view: (await merchant.post<{ id: string }>('/v1/views', VIEW)).body.id,
    offer,
    agreement: agreement.body.id,
  };
}

/** An invitation that is open; the world sends no letters, so none is made by asking. */
async function newInvitation(merchantId: string): Promise<string> {
  const [id, letter] = [newId('inv'), newId('ltr')];
  await world.db.sql.query("INSERT INTO letters (id, kind, state, ended_at) VALUES ($1, 'invitation', 'sent', now())", [
    letter,
  ]);
  await world.db.sql.query(
    `INSERT INTO invitations (id, merchant_id, email, role, token_hash, letter_id, expires_at)
     VALUES ($1, $2, $1 || '@club.example', 'desk', $3, $4, now() + interval '1 day')`,
    [id, merchantId, Buffer.from(id), letter],
  );
  return id;
}

/** Brings a file of one member, who is new to the merchant. */
async function importAs(headers: Readonly<Record<string, string>>): Promise<Reply<{ readonly id: string }>> {
  const answer = await fetch(`${world.baseUrl}/v1/imports?kind=members`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'text/csv' },
    body: `name,reference\nAnne,${randomUUID()}\n`,
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as { id: string } };
}

/** Whether the table, read as it stands, gives this right to such a caller. */
function has({ kind, scopes, role = null }: Pick<Someone, 'kind' | 'scopes' | 'role'>, right: Right): boolean {
  if (kind === 'operator') return right.operator;
  if (kind === 'staff') return right.person || (role !== null && right.roles.includes(role));
  if (kind === 'member') return right.member !== false;
  if (kind === 'watcher') return right.payer;
  if (right.scope === null) return false;
  return right.scope === 'any' || scopes.includes(right.scope) || scopes.includes('admin');
}

const closed = () => operations.filter(({ operation }) => operation.security === undefined);
const rightOf = ({ operation }: { readonly operation: Operation }): Right =>
  RIGHTS[operation['x-right']!.name as RightName];

/** The path with the ids of these objects in it. */
function fill(path: string, of: Objects): string {
  const noun = path.split('/')[2]!.replace(/s$/, '');
  const byNoun: Readonly<Record<string, string>> = {
    member: of.member,
    payment: of.payment,
    refund: of.refund,
    dispute: of.dispute,
    notification: of.notification,
    key: of.key,
    import: of.file,
    merchant: of.merchant.id,
    people: of.person,
    invitation: of.invitation,
    'webhook-endpoint': of.endpoint,
    'webhook-deliverie': of.delivery,
    view: of.view,
    offer: of.offer,
    agreement: of.agreement,
  };
  return path
    .replace('{id}', byNoun[noun] ?? '')
    .replace('{charge}', of.charge)
    .replace('{code}', of.link)
    .replace('{gateway}', 'paypal-standard');
}

/** A body that is right in itself, so that what is refused is the caller or the object. */
function bodyFor(name: string, of: Objects): unknown {
  const account = { environment: 'simulator', receiverId: of.merchant.seller.id };
  const bodies: Readonly<Record<string, unknown>> = {
    'POST /v1/merchants': { name: 'Club', currency: 'EUR' },
    'PATCH /v1/merchant': { name: 'Club' },
    'POST /v1/keys': { name: 'x', scopes: ['read'] },
    'PUT /v1/session/merchant': { merchant: of.merchant.id },
    'POST /v1/session/step-up': { password: PASSWORD },
    'POST /v1/webhook-endpoints': ENDPOINT,
    'POST /v1/pay-links': { member: of.member },
    'PATCH /v1/people/{id}': { role: 'desk' },
    'POST /v1/invitations': { email: 'new@club.example', role: 'desk' },
    'POST /v1/merchants/{id}/invitations': { email: 'new@club.example' },
    'POST /v1/merchants/{id}/recovery': { email: 'new@club.example' },
    'POST /v1/views': VIEW,
    'POST /v1/session/passkeys': { name: 'x', passkey: PASSKEY },
    'POST /v1/members': { name: 'Anne' },
    'POST /v1/members/{id}/charges': { label: 'x', category: 'x', amount: 100, currency: 'EUR' },
    'POST /v1/payments': { member: of.member, gateway: 'paypal-standard', amount: 100 },
    'POST /v1/offers': OFFER,
    'POST /v1/agreements': { offer: of.offer, member: of.member },
    'PATCH /v1/agreements/{id}': { amount: 2000 },
    'POST /v1/agreements/{id}/resolution': { action: 'accept' },
    'POST /v1/payments/{id}/resolution': { action: 'accept' },
    'POST /v1/disputes/{id}/resolution': { outcome: 'lost' },
    'POST /v1/notifications/{id}/attachment': { member: of.member },
    'PUT /v1/gateway-accounts/{gateway}': account,
  };
  return bodies[name] ?? {};
}

async function ask(who: Someone, method: string, path: string, of: Objects): Promise<Reply> {
  const concrete = await concretePath(who, path, of);
  if (concrete === '/v1/imports') return importAs(who.headers);
  if (concrete === '/v1/search') return who.asks.get('/v1/search?q=anne');
  if (method !== 'GET') return who.asks.ask(method, concrete, bodyFor(`${method} ${path}`, of));
  if (!/\/(\{id\}\/events|stream)$/.test(path) || who.kind === 'operator') return who.asks.get(concrete);
  // A stream does not end by itself; a refusal does.
  const stream = await openStream(world, null, concrete, who.headers);
  if (stream.status !== 200) return who.asks.get(concrete);
  stream.close();
  return { status: 200, headers: stream.headers, body: null };
}

async function concretePath(who: Someone, path: string, of: Objects): Promise<string> {
  if (path === '/v1/sessions/{id}')
    return `/v1/sessions/${who.kind === 'member' ? await newSessionOf(of.member) : sessionOf(who, of)}`;
  if (path === '/v1/session/passkeys/{id}') return `/v1/session/passkeys/${await passkeyOf(who, of)}`;
  return fill(path, of);
}

/** A passkey of one's own, or of somebody else. */
async function passkeyOf(who: Someone, of: Objects): Promise<string> {
  const person = of.merchant === own.merchant && who.person !== undefined ? who.person : (await newPerson(world)).id;
  const id = newId('psk');
  await world.db.sql.query(
    `INSERT INTO passkeys (id, person_id, credential_id, public_key, counter, name) VALUES ($1, $2, $1, 'key', 0, 'x')`,
    [id, person],
  );
  return id;
}

/** A session of one's own, or of somebody else. */
function sessionOf(who: Someone, of: Objects): string {
  const theirs =
    of.merchant === own.merchant ? who : callers.find(({ spareSession }) => spareSession !== who.spareSession);
  return theirs?.spareSession ?? 'none';
}

/** A browser in which this member is signed in, at an address of their own. */
async function newSessionOf(member: string): Promise<string> {
  const { sql } = world.db;
  await sql.query("UPDATE members SET email = id || '@person.example' WHERE id = $1", [member]);
  const { rows } = await sql.query<{ id: string }>(
    `INSERT INTO member_sessions (hash, merchant_id, address, member_id, expires_at)
     SELECT $2, merchant_id, address_hash(email), id, now() + interval '1 hour' FROM members WHERE id = $1 RETURNING id`,
    [member, Buffer.from(randomUUID())],
  );
  return rows[0]!.id;
}

test('every call that needs a key names its row in the table, and every row is some call’s', () => {
  for (const { method, path, operation } of closed())
    expect([`${method} ${path}`, operation['x-right']?.name]).toEqual([
      `${method} ${path}`,
      expect.stringMatching(new RegExp(`^(${Object.keys(RIGHTS).join('|')})$`)),
    ]);
  for (const { operation } of operations.filter((one) => one.operation.security))
    expect(operation['x-right']).toBeUndefined();
  const named = new Set(closed().map(({ operation }) => operation['x-right']?.name));
  expect([...named].sort()).toEqual(Object.keys(RIGHTS).sort());
});

test('the document says of every call who may, as the table has it', () => {
  for (const { operation } of closed()) {
    const { name, ...row } = operation['x-right']!;
    expect(row).toEqual(RIGHTS[name as RightName]);
  }
});

test('a scope includes no other but `admin`, which includes all; reading gives nothing away', () => {
  const mayBe = (scope: Scope) =>
    closed()
      .filter((one) => has({ kind: 'key', scopes: [scope] }, rightOf(one)))
      .map(({ method, path }) => `${method} ${path}`);
  expect(mayBe('read').filter((name) => !name.startsWith('GET '))).toEqual([]);
  expect(mayBe('payments').sort()).toEqual([
    'DELETE /v1/imports/{id}',
    'DELETE /v1/members/{id}',
    'DELETE /v1/offers/{id}',
    'DELETE /v1/pay-links/{code}',
    'GET /v1/merchant',
    'GET /v1/pay-links',
    'GET /v1/reminders',
    'PATCH /v1/agreements/{id}',
    'PATCH /v1/members/{id}',
    'PATCH /v1/offers/{id}',
    'POST /v1/agreements',
    'POST /v1/agreements/{id}/cancel',
    'POST /v1/agreements/{id}/resolution',
    'POST /v1/agreements/{id}/resumption',
    'POST /v1/agreements/{id}/suspension',
    'POST /v1/imports',
    'POST /v1/members',
    'POST /v1/members/{id}/charges',
    'POST /v1/members/{id}/charges/{charge}/cancellation',
    'POST /v1/members/{id}/tokens',
    'POST /v1/offers',
    'POST /v1/pay-links',
    'POST /v1/payments',
    'POST /v1/payments/{id}/cancel',
    'POST /v1/reminders',
  ]);
  expect(mayBe('refunds').sort()).toEqual([
    'GET /v1/merchant',
    'POST /v1/disputes/{id}/resolution',
    'POST /v1/notifications/{id}/attachment',
    'POST /v1/notifications/{id}/dismissal',
    'POST /v1/notifications/{id}/refunds',
    'POST /v1/payments/{id}/refunds',
    'POST /v1/payments/{id}/resolution',
    'POST /v1/refunds/{id}/cancel',
    'POST /v1/refunds/{id}/retry',
  ]);
  expect(mayBe('accounts').sort()).toEqual([
    'GET /v1/merchant',
    'POST /v1/gateway-accounts/{gateway}/check',
    'POST /v1/gateway-accounts/{gateway}/connect',
    'PUT /v1/gateway-accounts/{gateway}',
  ]);
  const ofKeys = closed().filter((one) => rightOf(one).scope !== null);
  expect(mayBe('admin')).toHaveLength(ofKeys.length);
  expect(ofKeys.filter((one) => rightOf(one).operator)).toEqual([]);
});

test('every call refuses each caller who has no right to it, and names who has, whatever it is asked for', async () => {
  let refusals = 0;
  for (const one of closed())
    for (const who of callers.filter((someone) => !has(someone, rightOf(one))))
      for (const objects of [own, foreign]) {
        const reply = await ask(who, one.method, one.path, objects);
        const { scope, roles } = rightOf(one);
        expect([who.name, one.method, one.path, reply.status]).toEqual([who.name, one.method, one.path, 403]);
        expect(refused(reply, 'forbidden').may).toEqual({
          roles,
          scopes: scope === null ? [] : scope === 'any' ? SCOPES : scope === 'admin' ? ['admin'] : [scope, 'admin'],
        });
        refusals++;
      }
  expect(refusals).toBeGreaterThan(300);
});

test('the right is asked for before the body is read, and before a repeat is answered', async () => {
  const right = asking(world, await keyWith(own.merchant, ['refunds', 'payments']));
  const wrong = asking(world, await keyWith(own.merchant, ['read']));
  refused(await wrong.post('/v1/members', '{'), 'forbidden');
  const headers = { 'idempotency-key': randomUUID() };
  expect((await right.post('/v1/members', { name: 'Anne' }, headers)).status).toBe(201);
  refused(await wrong.post('/v1/members', { name: 'Anne' }, headers), 'forbidden');
});

test('of what is their own a member changes the fields that the table names, and no other even beside them', async () => {
  const { asks } = callers.find(({ kind }) => kind === 'member')!;
  const path = `/v1/members/${own.member}`;
  for (const change of [{ name: 'Ben' }, { locale: 'fr', email: 'ben@person.example' }, { unknown: 1 }])
    refused(await asks.ask('PATCH', path, change), 'forbidden');
  expect((await own.merchant.get(path)).body).toMatchObject({ name: expect.not.stringMatching('Ben'), locale: null });
  refusedField(await asks.ask('PATCH', path, { locale: 'tlh' }), 'locale');
  refused(await asks.ask('PATCH', `/v1/members/${neighbour.member}`, { locale: 'fr' }), 'not_found');
  expect((await asks.ask('PATCH', path, { locale: 'fr' })).body).toMatchObject({ locale: 'fr' });
});

test('a repeat with another key of the merchant is the same request', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const [one, other] = await Promise.all([keyWith(own.merchant, ['payments']), keyWith(own.merchant, ['admin'])]);
  const first = await asking(world, one).post<{ id: string }>('/v1/members', { name: 'Anne' }, headers);
  const second = await asking(world, other).post<{ id: string }>('/v1/members', { name: 'Anne' }, headers);
  expect(second.headers.get('idempotency-replayed')).toBe('true');
  expect(second.body).toEqual(first.body);
});

test('what is another’s is not found by those who have the right', async () => {
  await everybodySteppedUp();
  // The operator works for every merchant.
  const named = closed().filter((one) => /\{(id|code)\}/.test(one.path) && !rightOf(one).operator);
  for (const one of named)
    for (const who of callers.filter((someone) => has(someone, rightOf(one))))
      for (const objects of who.kind === 'key' || who.kind === 'staff' ? [foreign] : [neighbour, foreign])
        refused(await ask(who, one.method, one.path, objects), 'not_found');
});

test('what is one’s own is served to each caller who has the right, or refused for what it is', async () => {
  let served = 0;
  // What is read comes first, since some of the others change it; what is removed, last.
  const place = ({ method }: { readonly method: string }) => ['GET', 'PATCH', 'POST', 'PUT', 'DELETE'].indexOf(method);
  const byMethod = [...closed()].sort((a, b) => place(a) - place(b));
  for (const one of byMethod)
    for (const who of callers.filter((someone) => has(someone, rightOf(one)))) {
      await everybodySteppedUp();
      // A key is revoked once, and a person or an endpoint removed once.
      const key = one.path === '/v1/keys/{id}' ? await own.merchant.post<{ id: string }>('/v1/keys', KEY) : null;
      const person = one.path === '/v1/people/{id}' ? await newPerson(world, { [own.merchant.id]: 'desk' }) : null;
      const endpoint = one.path === '/v1/webhook-endpoints/{id}' ? await newEndpoint(own.merchant) : null;
      // A filter is removed by who saved it.
      const view =
        one.path === '/v1/views/{id}' ? (await who.asks.ask<{ id: string }>('POST', '/v1/views', VIEW)).body.id : null;
      const fresh = {
        ...(view !== null && { view }),
        ...(key && { key: key.body.id }),
        ...(person && { person: person.id }),
        ...(endpoint !== null && { endpoint }),
      };
      const { status, body } = await ask(who, one.method, one.path, { ...own, ...fresh });
      // Somebody without a role has no merchant to work for, and nobody has asked for what an owner could object to.
      const isAbsent =
        (who.role === null && one.path === '/v1/session/merchant') || one.path === '/v1/merchant/recovery';
      const right = isAbsent ? [404] : [200, 201, 202, 409];
      expect([who.name, one.method, one.path, right.includes(status) ? 'served' : body]).toEqual([
        who.name,
        one.method,
        one.path,
        'served',
      ]);
      served++;
    }
  expect(served).toBeGreaterThan(80);
});
