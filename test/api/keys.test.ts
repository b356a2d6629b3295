import { pino } from 'pino';
import { watchRevocations } from '../../api/http/revocations';
import type { Scope } from '../../books/keys';
import type { Sql } from '../../books/sql';
import { eventually, Merchant } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { startApi } from './api-alone';
import { asking, newMerchant } from './asking';
import { openEvents } from './event-stream';
import { refused, refusedField } from './refusal';
import { expectNowhere } from './whole-database';

interface KeyView {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly last4: string | null;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
}
type Made = KeyView & { readonly secretKey: string };
type Club = Awaited<ReturnType<typeof newMerchant>>;

let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: 0 });
});
afterAll(() => world.stop());

const HOUR_MS = 3_600_000;

const make = (club: Club, scopes: readonly Scope[], over: Record<string, unknown> = {}) =>
  club.post<Made>('/v1/keys', { name: 'Shop', scopes, ...over });
const list = async (club: Club) => (await club.get<{ data: KeyView[] }>('/v1/keys')).body.data;
const revoke = (club: Club, id: string) => club.ask<KeyView>('DELETE', `/v1/keys/${id}`);
const expire = (id: string) =>
  world.db.sql.query("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1", [id]);

describe('a key', () => {
  test('is made with a name, scopes and an end, and its secret is shown then only', async () => {
    const club = await newMerchant(world);
    const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
    const { status, body } = await make(club, ['read', 'payments'], { expiresAt });
    const { secretKey, ...shown } = body;
    expect(status).toBe(201);
    expect(secretKey).toMatch(/^sk_[\w-]{43}$/);
    expect(shown).toEqual({
      id: expect.stringMatching(/^key_[0-9a-z]{26}$/),
      name: 'Shop',
      scopes: ['read', 'payments'],
      last4: secretKey.slice(-4),
      lastUsedAt: null,
      expiresAt,
    });
    expect(await list(club)).toEqual([shown, expect.objectContaining({ name: 'first key' })]);
    await expectNowhere(world.db, secretKey);
  });

  test('acts for its merchant, within its scopes', async () => {
    const club = await newMerchant(world);
    const shop = asking(world, (await make(club, ['payments'])).body.secretKey);
    expect((await shop.get<{ id: string }>('/v1/merchant')).body.id).toBe(club.id);
    expect((await shop.post('/v1/members', { name: 'Anne' })).status).toBe(201);
    expect(refused(await shop.get('/v1/members'), 'forbidden').may).toEqual({
      roles: ['owner', 'treasurer', 'desk', 'accountant'],
      scopes: ['read', 'admin'],
    });
    expect(refused(await shop.post('/v1/keys', { name: 'more', scopes: ['admin'] }), 'forbidden').may).toEqual({
      roles: ['owner'],
      scopes: ['admin'],
    });
  });

  test('is not kept under an Idempotency-Key: the same request again makes another', async () => {
    const club = await newMerchant(world);
    const headers = { 'idempotency-key': 'one-key' };
    const body = { name: 'Shop', scopes: ['read'] };
    const [first, second] = [
      await club.post<Made>('/v1/keys', body, headers),
      await club.post<Made>('/v1/keys', body, headers),
    ];
    expect(second.headers.get('idempotency-replayed')).toBeNull();
    expect(second.body.secretKey).not.toBe(first.body.secretKey);
    const { rows } = await world.db.sql.query('SELECT 1 FROM idempotency_keys WHERE key = $1', ['one-key']);
    expect(rows).toEqual([]);
  });

  test.each<readonly [string, string, Record<string, unknown>]>([
    ['an unknown scope', 'scopes.1', { scopes: ['read', 'everything'] }],
    ['no scope', 'scopes', { scopes: [] }],
    ['a scope twice', 'scopes', { scopes: ['read', 'read'] }],
    ['scopes that are no list', 'scopes', { scopes: 'read' }],
    ['an end in the past', 'expiresAt', { expiresAt: '2020-01-01T00:00:00Z' }],
    ['an end that is no moment', 'expiresAt', { expiresAt: 'tomorrow' }],
    ['no name', 'name', { name: undefined }],
    ['a blank name', 'name', { name: ' ' }],
    ['a secret of its own', 'secretKey', { secretKey: 'sk_mine' }],
  ])('with %s is not made', async (_what, field, over) => {
    const club = await newMerchant(world);
    refusedField(await make(club, ['read'], over), field);
    expect(await list(club)).toHaveLength(1);
  });

  test('is refused from the moment on at which it ends, and stays in the list', async () => {
    const club = await newMerchant(world);
    const { body } = await make(club, ['read'], { expiresAt: new Date(Date.now() + HOUR_MS).toISOString() });
    await expire(body.id);
    refused(await asking(world, body.secretKey).get('/v1/merchant'), 'unauthenticated');
    expect((await list(club)).map(({ id }) => id)).toContain(body.id);
  });

  test('that is remembered is refused once it ends, without a look', async () => {
    const club = await newMerchant(world);
    const { body } = await make(club, ['read'], { expiresAt: new Date(Date.now() + HOUR_MS).toISOString() });
    const shop = asking(world, body.secretKey);
    expect((await shop.get('/v1/merchant')).status).toBe(200);
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + HOUR_MS);
    await expire(body.id);
    refused(await shop.get('/v1/merchant'), 'unauthenticated');
    clock.mockRestore();
  });
});

describe('revoking', () => {
  test('ends a key for good: it is refused, and no longer in the list', async () => {
    const club = await newMerchant(world);
    const { secretKey, ...shop } = (await make(club, ['read'])).body;
    const { status, body } = await revoke(club, shop.id);
    expect([status, body]).toEqual([200, shop]);
    refused(await asking(world, secretKey).get('/v1/merchant'), 'unauthenticated');
    expect((await list(club)).map(({ name }) => name)).toEqual(['first key']);
    refused(await revoke(club, shop.id), 'not_found');
  });

  test('is heard of by another process that remembers the key, where its streams end', async () => {
    const merchant = await Merchant.create(world);
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
    const { body } = await merchant.post<Made>('/v1/keys', { name: 'Shop', scopes: ['read'] });
    const revocations = watchRevocations({ db: world.db, log: pino({ level: 'silent' }) });
    const elsewhere = await startApi({ db: world.db, revocations });
    const shop = asking(elsewhere, body.secretKey);
    expect((await shop.get('/v1/merchant')).status).toBe(200);
    const stream = await openEvents(elsewhere, body.secretKey, payment.id);
    await stream.take(1);
    await asking(world, merchant.secretKey).ask('DELETE', `/v1/keys/${body.id}`);
    expect(await stream.rest()).toEqual([]);
    refused(await shop.get('/v1/merchant'), 'unauthenticated');
    revocations.stop();
    await elsewhere.stop();
  });

  test('that may have gone unheard makes every key be looked up again', async () => {
    const club = await newMerchant(world);
    const { id, secretKey } = (await make(club, ['read'])).body;
    let known: number | null = 1;
    const revocations = {
      count: () => known,
      look: () => Promise.resolve(),
      onMore: () => () => undefined,
      stop: () => undefined,
    };
    const elsewhere = await startApi({ db: world.db, revocations });
    const shop = asking(elsewhere, secretKey);
    expect((await shop.get('/v1/merchant')).status).toBe(200);
    await revoke(club, id);
    expect((await shop.get('/v1/merchant')).status).toBe(200); // remembered, and nothing heard
    known = null;
    refused(await shop.get('/v1/merchant'), 'unauthenticated');
    await elsewhere.stop();
  });

  test('leaves the last key that can make others, also where two are revoked at once', async () => {
    const club = await newMerchant(world);
    await make(club, ['read', 'payments', 'refunds', 'accounts']);
    const [, first] = await list(club);
    refused(await revoke(club, first!.id), 'last_admin_key');

    const other = (await make(club, ['admin'])).body;
    const both = await Promise.all([revoke(club, first!.id), revoke(club, other.id)]);
    const [revoked, kept] = both.sort((a, b) => a.status - b.status);
    expect(revoked.status).toBe(200);
    refused(kept, 'last_admin_key');
  });

  test('does not count a key that has ended among those that can make others', async () => {
    const club = await newMerchant(world);
    const [first] = await list(club);
    const ended = (await make(club, ['admin'])).body;
    await expire(ended.id);
    refused(await revoke(club, first!.id), 'last_admin_key');
    expect((await revoke(club, ended.id)).status).toBe(200);
  });

  test('takes no key of another merchant, and no id that is none', async () => {
    const [club, other] = [await newMerchant(world), await newMerchant(world)];
    const theirs = (await make(other, ['read'])).body;
    refused(await revoke(club, theirs.id), 'not_found');
    refused(await revoke(club, 'key_of_nobody'), 'not_found');
    expect((await asking(world, theirs.secretKey).get('/v1/merchant')).status).toBe(200);
  });
});

describe('what is heard of revocations', () => {
  const log = pino({ level: 'silent' });

  test('grows with every key that is revoked, and is nothing while the database is away', async () => {
    const club = await newMerchant(world);
    const { id } = (await make(club, ['read'])).body;
    let isAway = false;
    const sql = {
      query: ((question: string) =>
        isAway ? Promise.reject(new Error('away')) : world.db.sql.query(question)) as Sql['sql']['query'],
    };
    const revocations = watchRevocations({ db: { sql }, log });
    const heard: (number | null)[] = [];
    const stopListening = revocations.onMore(() => heard.push(revocations.count()));
    await revocations.look();
    const before = revocations.count();
    await revoke(club, id);
    await revocations.look();
    expect(revocations.count()).toBe(before! + 1);
    expect(heard.at(-1)).toBe(before! + 1);
    isAway = true;
    await revocations.look();
    expect(revocations.count()).toBeNull();
    stopListening();
    revocations.stop();
  });
});

test('the last use of a key is noted to the minute', async () => {
  const club = await newMerchant(world);
  const { id, secretKey } = (await make(club, ['read'])).body;
  await asking(world, secretKey).get('/v1/merchant');
  const used = await eventually(
    async () => (await list(club)).find((key) => key.id === id)!.lastUsedAt,
    (at) => at !== null,
  );
  expect(used).toMatch(/:00\.000Z$/);
  expect(Math.abs(Date.now() - Date.parse(used!))).toBeLessThan(HOUR_MS);
});

test('a merchant lists its own keys, newest first, page by page', async () => {
  const club = await newMerchant(world);
  for (const name of ['second', 'third']) await make(club, ['read'], { name });
  const page = await club.get<{ data: KeyView[]; nextCursor: string }>('/v1/keys?limit=2');
  expect(page.body.data.map(({ name }) => name)).toEqual(['third', 'second']);
  const rest = await club.get<{ data: KeyView[] }>(`/v1/keys?cursor=${page.body.nextCursor}`);
  expect(rest.body.data.map(({ name }) => name)).toEqual(['first key']);
});
