import { Merchant } from '../support/client';
import type { Reply } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, memberOf, newMerchant, operatorOf, watcherOf } from './asking';
import type { Asking, Page } from './asking';
import { refused, refusedField } from './refusal';
import { expectNowhere } from './whole-database';

interface MerchantView {
  readonly id: string;
  readonly name: string;
  readonly secretKey?: string;
}

let world: World;
let operator: Asking;
beforeAll(async () => {
  world = await startWorld({ workers: 0 });
  operator = operatorOf(world);
});
afterAll(() => world.stop());

test('the operator makes a merchant with a name and a currency; the rest has defaults, and the secret key is shown', async () => {
  const { status, body } = await operator.post<MerchantView>('/v1/merchants', { name: 'Tennis club', currency: 'EUR' });
  expect(status).toBe(201);
  expect(body).toEqual({
    id: expect.stringMatching(/^mer_[0-9a-z]{26}$/),
    name: 'Tennis club',
    currency: 'EUR',
    country: null,
    chartOfAccounts: 'generic',
    latePayments: 'credit',
    refundFees: 'merchant',
    timeZone: 'UTC',
    returnOrigins: [],
    thankYouUrl: null,
    locale: 'en',
    address: null,
    registration: null,
    slug: 'tennis-club',
    requireSecondFactor: false,
    testOf: null,
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    secretKey: expect.stringMatching(/^sk_[\w-]{43}$/),
  });
});

test('everything that is given for a merchant is kept and read again with its own key', async () => {
  const wanted = {
    name: 'Ünïon Sportive — 名前 <b>',
    currency: 'XOF',
    country: 'BJ',
    chartOfAccounts: 'ohada',
    latePayments: 'refund',
    returnOrigins: ['https://club.example', 'http://localhost:8080'],
  };
  const { body } = await operator.post<MerchantView>('/v1/merchants', wanted);
  expect(body).toMatchObject(wanted);
  const { secretKey, ...shown } = body;
  const read = await asking(world, secretKey!).get('/v1/merchant');
  expect(read.status).toBe(200);
  expect(read.body).toEqual(shown);
});

test('the secret key is shown at creation only, and is not in the database', async () => {
  const merchant = await newMerchant(world);
  const replies = [await merchant.get('/v1/merchant'), await merchant.patch('/v1/merchant', { name: 'Other' })];
  for (const reply of replies) {
    expect(reply.status).toBe(200);
    expect(reply.body).not.toHaveProperty('secretKey');
    expect(JSON.stringify(reply.body)).not.toContain(merchant.secretKey);
  }
  await expectNowhere(world.db, merchant.secretKey);
});

test('an Idempotency-Key keeps no secret key: the same request again makes another merchant', async () => {
  const headers = { 'idempotency-key': 'one-merchant' };
  const body = { name: 'Twice', currency: 'EUR' };
  const first = await operator.post<MerchantView>('/v1/merchants', body, headers);
  const second = await operator.post<MerchantView>('/v1/merchants', body, headers);
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.headers.get('idempotency-replayed')).toBeNull();
  expect(second.body.id).not.toBe(first.body.id);
  expect(second.body.secretKey).not.toBe(first.body.secretKey);
  const { rows } = await world.db.sql.query('SELECT 1 FROM idempotency_keys WHERE key = $1', ['one-merchant']);
  expect(rows).toEqual([]);
});

test('only the operator key makes merchants', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 1000]]);
  const payment = await merchant.pay(member);
  const body = { name: 'Club', currency: 'EUR' };
  refused(await asking(world, null).post('/v1/merchants', body), 'unauthenticated');
  refused(await asking(world, 'nope').post('/v1/merchants', body), 'unauthenticated');
  refused(await asking(world, merchant.secretKey).post('/v1/merchants', body), 'forbidden');
  refused(await (await memberOf(merchant, member)).post('/v1/merchants', body), 'forbidden');
  refused(await (await watcherOf(merchant, payment.id)).post('/v1/merchants', body), 'forbidden');
});

test('the operator key is for merchants only: no merchant of its own, no members, no payments, no books', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 1000]]);
  const payment = await merchant.pay(member);
  for (const path of [
    '/v1/merchant',
    '/v1/members',
    `/v1/members/${member}`,
    `/v1/payments/${payment.id}`,
    `/v1/payments/${payment.id}/events`,
    '/v1/notifications',
    '/v1/gateway-accounts',
    '/v1/ledger/entries',
    '/v1/ledger/balances',
  ])
    refused(await operator.get(path), 'forbidden');
});

test.each<readonly [string, unknown, string]>([
  ['no name', { currency: 'EUR' }, 'name'],
  ['an empty name', { name: '', currency: 'EUR' }, 'name'],
  ['a blank name', { name: '   ', currency: 'EUR' }, 'name'],
  ['a name with a line break', { name: 'a\r\nSet-Cookie: x', currency: 'EUR' }, 'name'],
  ['a name with half a character', { name: 'a\ud800', currency: 'EUR' }, 'name'],
  ['a name of 201 letters', { name: 'x'.repeat(201), currency: 'EUR' }, 'name'],
  ['a name that is a number', { name: 5, currency: 'EUR' }, 'name'],
  ['no currency', { name: 'x' }, 'currency'],
  ['a currency in small letters', { name: 'x', currency: 'eur' }, 'currency'],
  ['a currency that does not exist', { name: 'x', currency: 'ZZZ' }, 'currency'],
  ['the code for no currency', { name: 'x', currency: 'XXX' }, 'currency'],
  ['a currency with its amount', { name: 'x', currency: 'EUR ' }, 'currency'],
  ['a country by name', { name: 'x', currency: 'EUR', country: 'France' }, 'country'],
  ['an unknown chart of accounts', { name: 'x', currency: 'EUR', chartOfAccounts: 'mine' }, 'chartOfAccounts'],
  ['an unknown policy', { name: 'x', currency: 'EUR', latePayments: 'keep' }, 'latePayments'],
  ['an unknown field', { name: 'x', currency: 'EUR', nmae: 'y' }, 'nmae'],
  ['an id of its own', { name: 'x', currency: 'EUR', id: 'mer_mine' }, 'id'],
  ['origins that are no list', { name: 'x', currency: 'EUR', returnOrigins: 'https://club.example' }, 'returnOrigins'],
])('a merchant with %s is refused by the name of the field', async (_what, body, field) => {
  refusedField(await operator.post('/v1/merchants', body), field);
});

test.each(
  [
    'club.example',
    'https://club.example/path',
    'https://club.example/?q=1',
    'https://club.example/#there',
    'https://user:password@club.example',
    'ftp://club.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://',
    'https://*.club.example',
    'null',
    '*',
    '',
  ].map((origin) => [origin]),
)('%j is no origin to return to', async (origin) => {
  const reply = await operator.post('/v1/merchants', {
    name: 'x',
    currency: 'EUR',
    returnOrigins: ['https://fine.example', origin],
  });
  refusedField(reply, 'returnOrigins.1');
});

describe('where payers go on after a payment without an address of its own', () => {
  test('is an address of the merchant’s at a registered origin, and can be taken back', async () => {
    const merchant = await newMerchant(world, { returnOrigins: ['https://club.example'] });
    const thankYouUrl = 'https://club.example/thanks?from=pay';
    expect((await merchant.patch('/v1/merchant', { thankYouUrl })).body).toMatchObject({ thankYouUrl });
    expect((await merchant.patch('/v1/merchant', { name: 'Other' })).body).toMatchObject({ thankYouUrl });
    expect((await merchant.get('/v1/merchant')).body).toMatchObject({ thankYouUrl });
    expect((await merchant.patch('/v1/merchant', { thankYouUrl: null })).body).toMatchObject({ thankYouUrl: null });
  });

  test('is refused at any other origin, those of the same change counting', async () => {
    const merchant = await newMerchant(world, { returnOrigins: ['https://club.example'] });
    for (const thankYouUrl of [
      'https://evil.example/',
      'http://club.example/',
      'https://club.example:8443/',
      'https://club.example@evil.example/',
    ]) {
      const problem = refused(await merchant.patch('/v1/merchant', { thankYouUrl }), 'origin_not_registered');
      expect(problem.errors?.map(({ path }) => path)).toEqual(['thankYouUrl']);
    }
    refused(
      await merchant.patch('/v1/merchant', { thankYouUrl: 'https://club.example/', returnOrigins: [] }),
      'origin_not_registered',
    );
    const moved = { thankYouUrl: 'https://new.example/thanks', returnOrigins: ['https://new.example'] };
    expect((await merchant.patch('/v1/merchant', moved)).body).toMatchObject(moved);
    for (const nonsense of ['', 'club.example', 'javascript:alert(1)', 5])
      refusedField(await merchant.patch('/v1/merchant', { thankYouUrl: nonsense }), 'thankYouUrl');
  });
});

test('a merchant changes its name, its policy and its origins, one at a time or together', async () => {
  const merchant = await newMerchant(world, { returnOrigins: ['https://old.example'] });
  const { body: before } = await merchant.get<MerchantView>('/v1/merchant');
  expect((await merchant.patch('/v1/merchant', {})).body).toEqual(before);
  expect((await merchant.patch('/v1/merchant', { name: 'New' })).body).toEqual({ ...before, name: 'New' });
  const change = { latePayments: 'refund', returnOrigins: [] };
  expect((await merchant.patch('/v1/merchant', change)).body).toEqual({ ...before, name: 'New', ...change });
  expect((await merchant.get('/v1/merchant')).body).toEqual({ ...before, name: 'New', ...change });
});

test('a change of one merchant leaves the others as they are', async () => {
  const one = await newMerchant(world, { name: 'One' });
  const other = await newMerchant(world, { name: 'Other' });
  await one.patch('/v1/merchant', { name: 'Changed' });
  expect((await other.get('/v1/merchant')).body).toMatchObject({ id: other.id, name: 'Other' });
});

test.each<readonly [string, unknown, string]>([
  ['the currency', { currency: 'USD' }, 'currency'],
  ['the id', { id: 'mer_other' }, 'id'],
  ['a blank name', { name: ' ' }, 'name'],
  ['a name of null', { name: null }, 'name'],
  ['an unknown policy', { latePayments: 'keep' }, 'latePayments'],
  ['an origin with a path', { returnOrigins: ['https://club.example/x'] }, 'returnOrigins.0'],
  ['an unknown field', { colour: 'red' }, 'colour'],
])('a merchant cannot change to %s', async (_what, change, field) => {
  const merchant = await newMerchant(world);
  const { body: before } = await merchant.get('/v1/merchant');
  refusedField(await merchant.patch('/v1/merchant', change), field);
  expect((await merchant.get('/v1/merchant')).body).toEqual(before);
});

test('a member reads no merchant and changes none', async () => {
  const merchant = await Merchant.create(world);
  const browser = await memberOf(merchant, await merchant.member());
  refused(await browser.get('/v1/merchant'), 'forbidden');
  refused(await browser.patch('/v1/merchant', { name: 'Mine' }), 'forbidden');
});

test('the operator lists every merchant once, the newest first, and no merchant lists any', async () => {
  const made = [await newMerchant(world), await newMerchant(world), await newMerchant(world)];
  // Made in one moment, as a restored backup has them.
  await world.db.sql.query('UPDATE merchants SET created_at = now() WHERE id = ANY($1)', [made.map(({ id }) => id)]);
  const listed: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const path: string = `/v1/merchants?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const { body }: Reply<Page<MerchantView>> = await operator.get(path);
    for (const { id, secretKey } of body.data) {
      listed.push(id);
      expect(secretKey).toBeUndefined();
    }
    cursor = body.nextCursor;
  }
  const { rows } = await world.db.sql.query<{ id: string }>('SELECT id FROM merchants');
  expect([...listed].sort()).toEqual(rows.map(({ id }) => id).sort());
  expect(listed.slice(0, 3).sort()).toEqual(made.map(({ id }) => id).sort());
  refusedField(await operator.get('/v1/merchants?cursor=x'), 'cursor');
  refused(await made[0]!.get('/v1/merchants'), 'forbidden');
});
