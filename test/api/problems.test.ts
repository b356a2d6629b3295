import { request } from 'node:http';
import { PROBLEMS } from '../../api/http/problems';
import type { ProblemCode } from '../../api/http/problems';
import { Merchant } from '../support/client';
import { OPERATOR_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';
import { breaking, startApi } from './api-alone';
import { asking, memberOf, operatorOf } from './asking';
import { refused, refusedField } from './refusal';

let world: World;
let merchant: Merchant;
beforeAll(async () => {
  world = await startWorld({ workers: 0 });
  merchant = await Merchant.create(world);
});
afterAll(() => world.stop());

const unknown = `pay_${'0'.repeat(26)}`;
const send = (body: string, headers: Record<string, string> = {}) => merchant.post('/v1/members', body, headers);

describe('a body', () => {
  test.each<readonly [string, string]>([
    ['that ends too early', '{"name":'],
    ['that is no JSON', 'name=Anne'],
    ['with a comma too many', '{"name":"x",}'],
    ['of two values', '{"name":"x"}{"name":"y"}'],
    ['of a list', '[]'],
    ['of a text', '"x"'],
    ['of a number', '5'],
    ['of null', 'null'],
    ['nested 20 000 deep', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['whose name is nested 20 000 deep', `{"name":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    ['whose unknown field is nested 20 000 deep', `{"name":"x","y":${'{"z":'.repeat(20_000)}1${'}'.repeat(20_000)}}`],
  ])('%s is refused as invalid_request', async (_what, body) => {
    refused(await send(body), 'invalid_request');
  });

  test.each<readonly [string, string]>([
    ['{"name":"x","__proto__":{"admin":true}}', '__proto__'],
    ['{"name":"x","constructor":{"prototype":{}}}', 'constructor'],
    ['{"name":"x","toString":1}', 'toString'],
    ['{"__proto__":{"name":"x"}}', 'name'],
  ])('%s is refused by the name of the field, and leaves every other object alone', async (body, field) => {
    refusedField(await send(body), field);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  test.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['application/xml'],
    ['nonsense'],
  ])('of the type %s is refused as unsupported_media_type', async (type) => {
    refused(await send('{"name":"x"}', { 'content-type': type }), 'unsupported_media_type');
  });

  test('of JSON in an alphabet or a packing that we do not read is refused as unsupported_media_type', async () => {
    refused(
      await send('{"name":"x"}', { 'content-type': 'application/json; charset=klingon' }),
      'unsupported_media_type',
    );
    refused(await send('{"name":"x"}', { 'content-encoding': 'lzma' }), 'unsupported_media_type');
  });

  test('of JSON with a charset is read', async () => {
    expect((await send('{"name":"Ünï"}', { 'content-type': 'application/json; charset=utf-8' })).status).toBe(201);
  });

  test('over the limit is refused as body_too_large', async () => {
    refused(await send(`{"name":"${'x'.repeat(300_000)}"}`), 'body_too_large');
    refused(await send(`{"name":"${'x'.repeat(3_000_000)}"}`), 'body_too_large');
  });

  test('several things wrong with it names each of them', async () => {
    const { errors } = refused(
      await merchant.post('/v1/members', { name: 5, email: 'x', nmae: 'y' }),
      'invalid_request',
    );
    expect(errors?.map((error) => error.path).sort()).toEqual(['email', 'name', 'nmae']);
  });
});

describe('a refusal stays small, whatever was refused', () => {
  const asked = () => asking(world, merchant.secretKey);
  const wrong = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`unknown_field_${n}`, n]));
  const isSmall = ({
    detail,
    errors = [],
  }: {
    detail: string;
    errors?: readonly { path: string; message: string }[];
  }) => {
    expect(errors.length).toBeLessThanOrEqual(20);
    expect(detail.length).toBeLessThanOrEqual(500);
    expect(JSON.stringify(errors).length).toBeLessThan(25_000);
  };

  test('with thousands of unknown fields, in any body', async () => {
    for (const path of ['/v1/members', '/v1/payments', `/v1/payments/${unknown}/cancel`]) {
      const problem = refused(await asked().post(path, wrong(8_000)), 'invalid_request');
      isSmall(problem);
      expect(problem.errors).toHaveLength(20);
    }
    isSmall(
      refused(
        await asked().put('/v1/gateway-accounts/kkiapay', { environment: 'simulator', ...wrong(8_000) }),
        'invalid_request',
      ),
    );
    isSmall(refused(await asked().patch('/v1/merchant', wrong(8_000)), 'invalid_request'));
  });

  test('with thousands of wrong items in a list', async () => {
    const charges = Array.from({ length: 20_000 }, () => 'x');
    isSmall(
      refused(
        await asked().post('/v1/payments', { member: 'x', gateway: 'paypal-standard', charges }),
        'invalid_request',
      ),
    );
    isSmall(refused(await asked().patch('/v1/merchant', { returnOrigins: charges }), 'invalid_request'));
  });

  test('with one name as long as may be', async () => {
    isSmall(refused(await asked().post('/v1/members', { ['x'.repeat(200_000)]: 1 }), 'invalid_request'));
    isSmall(refused(await asked().get(`/v1/merchant?${'x'.repeat(10_000)}=1`), 'invalid_request'));
    isSmall(refused(await asked().get(`/v1/payments?${'x'.repeat(10_000)}=1`), 'invalid_request'));
    isSmall(refused(await asked().get(`/v1/${'x'.repeat(10_000)}`), 'not_found'));
    isSmall(refused(await asked().post('/v1/members', { name: 'x'.repeat(200_000) }), 'invalid_request'));
  });
});

describe('nobody keeps an answer', () => {
  test.each<readonly [string, string]>([
    ['GET', '/v1/merchant'],
    ['HEAD', '/v1/merchant'],
    ['GET', '/v1/payments'],
    ['POST', '/v1/members'],
    ['DELETE', '/v1/members'],
    ['OPTIONS', '/v1/members'],
    ['GET', '/v1/nothing'],
    ['GET', '/V1/Payments'],
    ['GET', '/v1/payments/%zz'],
    ['GET', `/v1/payments/${unknown}/events`],
    ['GET', `/return/${unknown}`],
    ['GET', `/cancel/${unknown}`],
    ['GET', `/connect/onb_${'0'.repeat(26)}`],
    ['POST', '/hooks/paypal-standard/x/ipn'],
    ['GET', '/checkout'],
    ['GET', '/readyz'],
  ])('of %s %s', async (method, path) => {
    for (const key of [merchant.secretKey, 'none']) {
      const answer = await fetch(new URL(path, world.baseUrl), { method, headers: { authorization: `Bearer ${key}` } });
      await answer.body?.cancel();
      expect([answer.headers.get('cache-control'), answer.headers.get('etag')]).toEqual(['no-store', null]);
    }
  });
});

describe('a path', () => {
  test.each([
    ['/healthz/'],
    ['/Healthz'],
    ['/docs/'],
    ['/Checkout'],
    ['/v1/payments/'],
    ['/v1/Payments'],
    [`/v1/payments/${unknown}/`],
    [`/v1/payments/${unknown}/Events`],
    [`/RETURN/${unknown}`],
    ['/openapi.json/'],
    ['/hooks/paypal-standard/x/ipn/'],
  ])('has one spelling: %s is not there', async (path) => {
    for (const method of ['GET', 'POST'])
      refused(await asking(world, merchant.secretKey).ask(method, path), 'not_found');
  });

  test.each([
    ['/v1/nothing'],
    ['/v1/payments/a/b/c'],
    ['/v1/payments/../../etc/passwd'],
    ['/v2/payments'],
    ['/nope'],
    ['/hooks/nope/x'],
    ['/v1/%00'],
    ['/v1/members/%2e%2e%2f'],
    [`/${'x'.repeat(2000)}`],
  ])('%s is not there', async (path) => {
    refused(await asking(world, merchant.secretKey).get(path), 'not_found');
  });

  test('that cannot be decoded is refused as invalid_request', async () => {
    refused(await merchant.get('/v1/payments/%zz'), 'invalid_request');
    refused(await merchant.get('/v1/members/%c3%28'), 'invalid_request');
  });

  test.each<readonly [string, string, string]>([
    ['DELETE', '/v1/payments', 'GET, HEAD, POST'],
    ['PUT', '/v1/payments', 'GET, HEAD, POST'],
    ['POST', `/v1/payments/${unknown}`, 'GET, HEAD'],
    ['DELETE', `/v1/payments/${unknown}`, 'GET, HEAD'],
    ['GET', `/v1/payments/${unknown}/cancel`, 'POST'],
    ['HEAD', `/v1/payments/${unknown}/cancel`, 'POST'],
    ['DELETE', `/v1/payments/${unknown}/refunds`, 'GET, HEAD, POST'],
    ['POST', `/v1/payments/${unknown}/events`, 'GET, HEAD'],
    ['PUT', '/v1/merchants', 'GET, HEAD, POST'],
    ['PUT', '/v1/merchant', 'GET, HEAD, PATCH'],
    ['GET', '/v1/gateway-accounts/paypal-standard', 'PUT'],
    ['POST', '/v1/ledger/entries', 'GET, HEAD'],
    ['OPTIONS', '/v1/members', 'GET, HEAD, POST'],
    ['GET', '/hooks/paypal-standard/x/ipn', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['DELETE', '/readyz', 'GET, HEAD'],
    ['POST', '/metrics', 'GET, HEAD'],
    ['POST', '/openapi.json', 'GET, HEAD'],
    ['PUT', '/docs', 'GET, HEAD'],
  ])('exists, but not for %s %s: method_not_allowed, and Allow says which', async (method, path, allowed) => {
    const headers = { authorization: `Bearer ${merchant.secretKey}` };
    const answer = await fetch(new URL(path, world.baseUrl), { method, headers });
    expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(allowed.split(', '));
    if (method === 'HEAD') expect(answer.status).toBe(405);
    else refused({ status: answer.status, headers: answer.headers, body: await answer.json() }, 'method_not_allowed');
  });

  test('may be asked for by HEAD where it may be read', async () => {
    const headers = { authorization: `Bearer ${merchant.secretKey}` };
    const payment = await merchant.pay(await merchant.member([['fee', 1000]]));
    for (const path of ['/v1/members', `/v1/payments/${payment.id}`, `/v1/payments/${payment.id}/events`, '/healthz']) {
      const answer = await fetch(new URL(path, world.baseUrl), { method: 'HEAD', headers });
      expect({ status: answer.status, body: await answer.text() }).toEqual({ status: 200, body: '' });
    }
  });
});

describe('who asks', () => {
  test.each<readonly [string, string | undefined]>([
    ['without a key', undefined],
    ['with an empty key', 'Bearer '],
    ['with another scheme', 'Basic dXNlcjpwYXNz'],
    ['with two words', 'Bearer a b'],
    ['with a key of nobody', 'Bearer sk_nobody'],
    ['with a token of nobody', 'Bearer a.b.c'],
    ['with a very long key', `Bearer ${'x'.repeat(8000)}`],
  ])('%s is told to authenticate', async (_what, authorization) => {
    const reply = await asking(world, null).get('/v1/members', authorization === undefined ? {} : { authorization });
    refused(reply, 'unauthenticated');
    expect(reply.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('with almost the right key, or with the right one in another place, is told to authenticate', async () => {
    for (const key of [`${merchant.secretKey}x`, merchant.secretKey.slice(0, -1), merchant.secretKey.toLowerCase()])
      refused(await asking(world, key).get('/v1/members'), 'unauthenticated');
    refused(await asking(world, null).get(`/v1/members?key=${merchant.secretKey}`), 'unauthenticated');
    refused(await asking(world, null).get('/v1/members', { cookie: `key=${merchant.secretKey}` }), 'unauthenticated');
    refused(await asking(world, null).get('/v1/members', { 'x-api-key': merchant.secretKey }), 'unauthenticated');
  });

  test('with the wrong kind of key is refused as forbidden', async () => {
    refused(await operatorOf(world).get('/v1/members'), 'forbidden');
    refused(await merchant.post('/v1/merchants', { name: 'x', currency: 'EUR' }), 'forbidden');
    refused(await (await memberOf(merchant, await merchant.member())).get('/v1/members'), 'forbidden');
  });

  test('the scheme may be written in any case', async () => {
    expect(
      (await asking(world, null).get('/v1/merchant', { authorization: `bearer ${merchant.secretKey}` })).status,
    ).toBe(200);
  });

  test('with a key that was revoked is refused once it is forgotten', async () => {
    const other = await Merchant.create(world);
    await world.db.sql.query('UPDATE api_keys SET revoked_at = now() WHERE merchant_id = $1', [other.id]);
    const api = await startApi({ db: world.db });
    refused(await asking(api, other.secretKey).get('/v1/merchant'), 'unauthenticated');
    await api.stop();
  });
});

describe('too many requests', () => {
  test('of one key are refused with the time to wait, while another key goes on', async () => {
    const api = await startApi({ db: world.db, limits: { requestsPerMinute: 3, failedLoginsPerMinute: 100 } });
    const other = await Merchant.create(world);
    const hasty = asking(api, merchant.secretKey);
    for (let i = 0; i < 3; i++) expect((await hasty.get('/v1/merchant')).status).toBe(200);
    const reply = await hasty.get('/v1/merchant');
    refused(reply, 'too_many_requests');
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await asking(api, other.secretKey).get('/v1/merchant')).status).toBe(200);
    await api.stop();
  });

  test('are counted by what they take: a list of a hundred is eleven, one of ten two, a payment four', async () => {
    const api = await startApi({ db: world.db, limits: { requestsPerMinute: 17, failedLoginsPerMinute: 100 } });
    const other = await Merchant.create(world);
    const body = { member: await other.member(), gateway: 'paypal-standard', amount: 500 };
    const hasty = asking(api, other.secretKey);
    expect((await hasty.get('/v1/payments?limit=100')).status).toBe(200);
    expect((await hasty.get('/v1/members?limit=10')).status).toBe(200);
    expect((await hasty.post('/v1/payments', body)).status).toBe(201);
    refused(await hasty.get('/v1/merchant'), 'too_many_requests');
    await api.stop();
  });

  test('without a valid key are refused by address, whatever keys they try and whatever address they claim', async () => {
    const api = await startApi({ db: world.db, limits: { requestsPerMinute: 100, failedLoginsPerMinute: 3 } });
    const guess = (i: number) =>
      asking(api, `guess${i}`).get('/v1/merchant', { 'x-forwarded-for': `10.0.0.${i}`, 'x-real-ip': `10.0.0.${i}` });
    const known = asking(api, merchant.secretKey);
    expect((await known.get('/v1/merchant')).status).toBe(200);
    const member = await memberOf(merchant, await merchant.member());
    for (let i = 0; i < 3; i++) refused(await guess(i), 'unauthenticated');
    const reply = await guess(4);
    refused(reply, 'too_many_requests');
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);

    // Behind the same address those are served who were known before, and those whose token or key needs no look-up.
    expect((await known.get('/v1/merchant')).status).toBe(200);
    expect((await asking(api, member.token).get('/v1/payments')).status).toBe(200);
    expect((await operatorOf(api).post('/v1/merchants', { name: 'x', currency: 'EUR' })).status).toBe(201);
    refused(await asking(api, (await Merchant.create(world)).secretKey).get('/v1/merchant'), 'too_many_requests');
    await api.stop();
  });

  test('without a valid key do not reach the database once their address sent too many', async () => {
    const limits = { requestsPerMinute: 100, failedLoginsPerMinute: 1 };
    const api = await startApi({ db: breaking(world.db, 'api_keys', new Error('it was asked')), limits });
    const guess = () => asking(api, 'guess').get('/v1/merchant');
    refused(await guess(), 'internal_error'); // nobody could tell, so it is not held against the address
    refused(await asking(api, null).get('/v1/merchant'), 'unauthenticated');
    for (let i = 0; i < 3; i++) refused(await guess(), 'too_many_requests');
    await api.stop();
  });

  test('without a valid key are counted by the client that our own proxy names, and not by one that the client made up', async () => {
    const api = await startApi({
      db: world.db,
      trustedProxies: 1,
      limits: { requestsPerMinute: 100, failedLoginsPerMinute: 1 },
    });
    const guess = (address: string) => asking(api, 'guess').get('/v1/merchant', { 'x-forwarded-for': address });
    refused(await guess('10.0.0.1'), 'unauthenticated');
    refused(await guess('10.0.0.2'), 'unauthenticated');
    refused(await guess('10.0.0.9, 10.0.0.1'), 'too_many_requests');
    refused(await guess('2001:db8:1:2::1'), 'unauthenticated');
    refused(await guess('2001:db8:1:2:ffff:ffff:ffff:ffff'), 'too_many_requests');
    refused(await guess('2001:db8:1:3::1'), 'unauthenticated');
    await api.stop();
  });
});

describe('a body that comes without a key', () => {
  const path = '/v1/members';

  test.each<readonly [string, string | undefined, ProblemCode]>([
    ['no key', undefined, 'unauthenticated'],
    ['a key of nobody', 'Bearer sk_nobody', 'unauthenticated'],
    ['a key for other calls', `Bearer ${OPERATOR_KEY}`, 'forbidden'],
  ])('is not looked at, with %s: whatever it is, the key is what is refused', async (_what, authorization, code) => {
    for (const body of ['{', 'x'.repeat(3_000_000), '{"name":5}'])
      refused(await asking(world, null).post(path, body, authorization === undefined ? {} : { authorization }), code);
  });

  test('is not waited for: the answer comes before it, and the connection ends', async () => {
    const { port } = new URL(world.baseUrl);
    const [answer, closed] = await new Promise<[number | undefined, Promise<void>]>((resolve, reject) => {
      const slow = request({ port, host: '127.0.0.1', method: 'POST', path, headers: { 'content-length': '100000' } });
      const end = new Promise<void>((ended) => slow.on('close', () => ended()));
      slow.on('response', (response) => {
        response.resume();
        response.on('error', () => undefined);
        resolve([response.statusCode, end]);
      });
      slow.on('error', reject);
      slow.write('{"name":');
    });
    expect(answer).toBe(401);
    await closed;
  });

  test('to a path that does not exist is not found, and with the wrong kind of method refused for that', async () => {
    refused(await asking(world, null).post('/v1/nothing', '{'), 'not_found');
    refused(await asking(world, null).ask('DELETE', path, '{'), 'method_not_allowed');
  });
});

describe('a failure of ours', () => {
  const secrets = /sk_live|relation|column|secret_table|10\.1\.2\.3|at Object|\/srv/;
  const insides = Object.assign(
    new Error('relation "secret_table" does not exist at /srv/app/api/auth.ts:42 on 10.1.2.3'),
    {
      code: '42P01',
      detail: 'Key (key)=(sk_live_1) already exists',
    },
  );

  test('is a 500 that says nothing about our insides', async () => {
    const api = await startApi({ db: breaking(world.db, 'api_keys', insides) });
    const reply = await asking(api, merchant.secretKey).get('/v1/merchant');
    refused(reply, 'internal_error');
    expect(JSON.stringify(reply.body)).not.toMatch(secrets);
    expect([...reply.headers].join()).not.toMatch(secrets);
    await api.stop();
  });

  test('in the middle of an effect leaves nothing behind, and the key may be used again', async () => {
    const member = await merchant.member();
    const key = { 'idempotency-key': 'broken in the middle' };
    const body = { label: 'x', category: 'x', amount: 100, currency: 'EUR' };
    await world.db.sql.query(
      'ALTER TABLE idempotency_keys ADD CONSTRAINT broken CHECK (key <> $$broken in the middle$$)',
    );
    refused(await merchant.post(`/v1/members/${member}/charges`, body, key), 'internal_error');
    await world.db.sql.query('ALTER TABLE idempotency_keys DROP CONSTRAINT broken');
    expect((await merchant.cart(member)).charges).toEqual([]);
    const again = await merchant.post(`/v1/members/${member}/charges`, body, key);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, null]);
  });

  test.each<readonly [string, string]>([
    ['ECONNREFUSED', 'connect ECONNREFUSED 10.1.2.3:5432'],
    ['57P01', 'terminating connection due to administrator command'],
    ['57P03', 'the database system is starting up'],
    ['53300', 'sorry, too many clients already'],
    ['08006', 'connection failure'],
    ['40P01', 'deadlock detected'],
    ['40001', 'could not serialize access'],
    ['', 'timeout exceeded when trying to connect'],
    ['', 'Connection terminated unexpectedly'],
  ])('that will pass (%s %s) is a 503, so that the request is sent again', async (code, message) => {
    const api = await startApi({ db: breaking(world.db, 'api_keys', Object.assign(new Error(message), { code })) });
    const reply = await asking(api, merchant.secretKey).get('/v1/merchant');
    refused(reply, 'unavailable');
    expect(JSON.stringify(reply.body)).not.toMatch(secrets);
    await api.stop();
  });

  test('is a 503 too where the database is asked through Prisma', async () => {
    const api = await startApi();
    refused(await operatorOf(api).post('/v1/merchants', { name: 'x', currency: 'EUR' }), 'unavailable');
    await api.stop();
  });
});

test('every answer carries the headers that keep a browser safe, and none says what we run on', async () => {
  const member = await merchant.member();
  const nobody = asking(world, null);
  const replies = [
    await nobody.get('/healthz'),
    await nobody.get('/openapi.json'),
    await nobody.get('/docs'),
    await nobody.get('/v1/members'),
    await nobody.get('/nowhere'),
    await nobody.ask('DELETE', '/v1/members'),
    await merchant.get(`/v1/members/${member}`),
    await send('{'),
    await send('x'.repeat(300_000)),
  ];
  for (const { headers } of replies) {
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

test('over HTTPS a browser is told to stay there', async () => {
  const api = await startApi({ publicUrl: 'https://pay.club.example' });
  expect((await asking(api, null).get('/healthz')).headers.get('strict-transport-security')).toMatch(
    /max-age=31536000/,
  );
  await api.stop();
  expect((await asking(world, null).get('/healthz')).headers.get('strict-transport-security')).toBeNull();
});

test('bytes that are no HTTP get an answer or a closed door, and the next request is served', async () => {
  const { port } = new URL(world.baseUrl);
  await new Promise<void>((resolve) => {
    const strange = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/members',
      headers: { 'content-length': '5' },
    });
    strange.on('error', () => resolve());
    strange.on('response', () => strange.destroy());
    strange.on('close', () => resolve());
    strange.flushHeaders();
    strange.destroy();
  });
  expect((await asking(world, null).get('/healthz')).status).toBe(200);
});

test('the list of problems is closed, documented for people, and each has a status of its own kind', async () => {
  const { body } = await asking(world, null).get<string>('/docs/problems');
  for (const [code, [status, meaning]] of Object.entries(PROBLEMS)) {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body).toContain(`id="${code}"`);
    expect(meaning).toMatch(/\.$/);
  }
});
