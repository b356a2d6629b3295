import { Merchant } from '../support/client';
import { OPERATOR_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';
import { memberOf, watcherOf } from './asking';
import type { Asking } from './asking';
import { refused } from './refusal';

const HOME = 'https://club.example';
const ELSEWHERE = 'https://other.example';
const STRANGER = 'https://evil.example';

let world: World;
let merchant: Merchant;
let member: string;
let browser: Asking & { readonly token: string };
beforeAll(async () => {
  world = await startWorld({ workers: 0 });
  merchant = await Merchant.create(world, { returnOrigins: [`${HOME}/`, 'https://shop.example'] });
  await Merchant.create(world, { returnOrigins: [ELSEWHERE] });
  member = await merchant.member([['fee', 9000]]);
  browser = await memberOf(merchant, member);
});
afterAll(() => world.stop());

const allowed = (headers: Headers) => headers.get('access-control-allow-origin');
const corsHeaders = (headers: Headers) => [...headers.keys()].filter((name) => name.startsWith('access-control-'));
const preflight = (origin: string, path = '/v1/payments') =>
  fetch(`${world.baseUrl}${path}`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    },
  });
const countPayments = async () =>
  (await world.db.sql.query<{ count: number }>('SELECT count(*)::int AS count FROM payments')).rows[0]!.count;

test.each([HOME, 'https://shop.example', ELSEWHERE])(
  'a browser that asks first is told yes at %s, which some merchant registered',
  async (origin) => {
    for (const path of ['/v1/payments', `/v1/members/${member}/cart`, '/v1/merchant']) {
      const { status, headers } = await preflight(origin, path);
      expect([status, allowed(headers)]).toEqual([204, origin]);
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
        expect(headers.get('access-control-allow-methods')).toContain(method);
      for (const header of ['authorization', 'content-type', 'idempotency-key'])
        expect(headers.get('access-control-allow-headers')).toContain(header);
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toContain('Origin');
    }
  },
);

test.each([STRANGER, 'http://club.example', 'https://club.example.evil.example', 'https://club.example:8443', 'null'])(
  'a browser that asks first at %s is told nothing',
  async (origin) => {
    const { status, headers } = await preflight(origin);
    expect([status >= 400, corsHeaders(headers)]).toEqual([true, []]);
  },
);

test('a member’s browser reads and pays from its merchant’s pages', async () => {
  const read = await browser.get(`/v1/members/${member}/cart`, { origin: HOME });
  expect([read.status, allowed(read.headers), read.headers.get('vary')]).toEqual([
    200,
    HOME,
    expect.stringContaining('Origin'),
  ]);
  const body = { member, gateway: 'paypal-standard', amount: 100 };
  const paid = await browser.post('/v1/payments', body, { origin: 'https://shop.example' });
  expect([paid.status, allowed(paid.headers)]).toEqual([201, 'https://shop.example']);
  expect(paid.headers.get('access-control-allow-credentials')).toBeNull();
});

test('refusals can be read there too', async () => {
  const headers = { origin: HOME };
  const wrongBody = await browser.post('/v1/payments', {}, headers);
  refused(wrongBody, 'invalid_request');
  const forbidden = await browser.get('/v1/members', headers);
  refused(forbidden, 'forbidden');
  const unknown = await browser.get('/v1/payments/pay_x', headers);
  refused(unknown, 'not_found');
  const noPath = await browser.get('/v1/nothing', headers);
  refused(noPath, 'not_found');
  const over = await browser.get('/v1/payments', { ...headers, authorization: `Bearer ${browser.token}x` });
  refused(over, 'unauthenticated');
  for (const reply of [wrongBody, forbidden, unknown, noPath, over]) expect(allowed(reply.headers)).toBe(HOME);
});

test.each([ELSEWHERE, STRANGER, 'null'])(
  'a member’s token from %s is refused before it does anything, and the page cannot read why',
  async (origin) => {
    const before = await countPayments();
    const body = { member, gateway: 'paypal-standard', amount: 100 };
    for (const reply of [
      await browser.post('/v1/payments', body, { origin }),
      await browser.get(`/v1/members/${member}/cart`, { origin }),
    ]) {
      expect([reply.status, (reply.body as { code: string }).code]).toEqual([403, 'origin_not_registered']);
      expect(corsHeaders(reply.headers)).toEqual([]);
    }
    expect(await countPayments()).toBe(before);
  },
);

test('without an origin, and from our own pages, a token works as before', async () => {
  for (const headers of [{}, { origin: world.baseUrl }]) {
    const reply = await browser.get(`/v1/members/${member}/cart`, headers);
    expect([reply.status, corsHeaders(reply.headers)]).toEqual([200, []]);
  }
  const byAnotherName = world.baseUrl.replace('127.0.0.1', 'localhost');
  const headers = { origin: byAnotherName, authorization: `Bearer ${browser.token}` };
  expect((await fetch(`${byAnotherName}/v1/members/${member}/cart`, { headers })).status).toBe(200);
});

test('an origin that was taken back is refused from then on', async () => {
  const club = await Merchant.create(world, { returnOrigins: ['https://moved.example'] });
  const anne = await club.member();
  const page = await memberOf(club, anne);
  const ask = () => page.get(`/v1/members/${anne}/cart`, { origin: 'https://moved.example' });
  expect((await ask()).status).toBe(200);
  await world.db.sql.query("UPDATE merchants SET return_origins = '{}' WHERE id = $1", [club.id]);
  expect((await ask()).status).toBe(403);
  expect(corsHeaders((await preflight('https://moved.example')).headers)).toEqual([]);
});

test('a secret key is for servers: no page reads what it is answered', async () => {
  const payment = await merchant.pay(member, { amount: 100 });
  const watcher = await watcherOf(merchant, payment.id);
  for (const [key, path] of [
    [merchant.secretKey, '/v1/merchant'],
    [OPERATOR_KEY, '/v1/merchant'],
    ['sk_nobody', '/v1/merchant'],
    [watcher.token, `/v1/payments/${payment.id}`],
  ] as const) {
    const { headers } = await browser.get(path, { origin: HOME, authorization: `Bearer ${key}` });
    expect(corsHeaders(headers)).toEqual([]);
  }
  const { headers } = await fetch(`${world.baseUrl}/v1/merchant`, { headers: { origin: HOME } });
  expect(corsHeaders(headers)).toEqual([]);
});

test('pages and documents of ours are read by no other page', async () => {
  for (const path of ['/checkout', '/openapi.json', '/docs', '/healthz']) {
    const { headers } = await fetch(`${world.baseUrl}${path}`, { headers: { origin: HOME } });
    expect(corsHeaders(headers)).toEqual([]);
  }
});
