import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { keepDemoEntry } from '../../books/demo-entry';
import { demoEntryFrom } from '../../api/config';
import { isFromThisMachine } from '../../api/http/this-machine';
import { makeDemoEntry } from '../../tools/local/demo-entry';
import { Browser, codeOf, newPerson, PASSWORD, signedIn } from '../support/browser';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { newMerchant } from './asking';

let world: World;
let merchant: Awaited<ReturnType<typeof newMerchant>>;
beforeAll(async () => {
  world = await startWorld({ workers: 0, demoEntry: true });
  merchant = await newMerchant(world);
});
afterAll(() => world.stop());

/** A link of this start, and the person whom it lets in. */
async function makeLink() {
  const person = await newPerson(world, { [merchant.id]: 'treasurer' });
  const link = await makeDemoEntry(world.db, world.baseUrl, person.id);
  return { person, path: new URL(link ?? '').pathname };
}

/** Asks as fetch will not: under another name, or with what only a browser or a proxy says. */
function knock(path: string, headers: Record<string, string>, method = 'GET') {
  return new Promise<{ status: number | undefined; cookies: readonly string[] }>((resolve, reject) => {
    const asked = request(new URL(path, world.baseUrl), { method, headers }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, cookies: answer.headers['set-cookie'] ?? [] });
    });
    asked.once('error', reject).end();
  });
}

test('the link opens the office as its treasurer, and works once', async () => {
  const { person, path } = await makeLink();
  const browser = new Browser(world);
  const entered = await browser.get(path);
  expect([entered.status, entered.headers.get('location')]).toEqual([303, '/office']);
  expect((await browser.get('/v1/session')).body).toMatchObject({
    user: { id: person.id },
    role: 'treasurer',
    steppedUpUntil: null,
  });
  expect((await new Browser(world).get(path)).status).toBe(404);
});

test.each<[string, Record<string, string>]>([
  ['under a name of another machine', { host: 'demo.example' }],
  ['under a name that only leads here', { host: 'localhost.demo.example' }],
  ['through a proxy that says so', { 'x-forwarded-for': '203.0.113.7' }],
  ['through one that says it otherwise', { forwarded: 'for=203.0.113.7' }],
  ['from a page elsewhere', { 'sec-fetch-site': 'cross-site' }],
  ['by a browser that looks ahead', { 'sec-purpose': 'prefetch' }],
])('nobody comes in %s, and the link is not used up by trying', async (_how, headers) => {
  const { path } = await makeLink();
  expect(await knock(path, headers)).toEqual({ status: 404, cookies: [] });
  expect((await knock(path, {})).status).toBe(303);
});

test('who only looks uses nothing up', async () => {
  const { path } = await makeLink();
  expect(await knock(path, {}, 'HEAD')).toEqual({ status: 200, cookies: [] });
  expect((await knock(path, {}, 'POST')).status).toBe(405);
  expect((await knock(path, {})).status).toBe(303);
});

test('a connection from another machine is not from this one, whatever it says', () => {
  const from = (remoteAddress: string) =>
    isFromThisMachine({ get: () => 'localhost:3000', headers: {}, socket: { remoteAddress } } as never);
  expect(['127.0.0.1', '::1', '::ffff:127.0.0.1'].map(from)).toEqual([true, true, true]);
  expect(['192.168.1.7', '::ffff:192.168.1.7', '2001:db8::1', '172.17.0.1', ''].map(from)).toEqual(
    Array(5).fill(false),
  );
});

test('a new start’s link ends the one before, an old one is dead, and one that was guessed never lived', async () => {
  const { path: former } = await makeLink();
  const { person, path } = await makeLink();
  expect((await knock(former, {})).status).toBe(404);
  expect((await knock(`/demo-entry/${randomBytes(32).toString('base64url')}`, {})).status).toBe(404);
  expect((await knock(path, {})).status).toBe(303);
  await keepDemoEntry(world.db, { personId: person.id, token: 'old', seconds: -1 });
  expect((await knock('/demo-entry/old', {})).status).toBe(404);
});

test('for a person with a second factor no link stands in', async () => {
  const browser = await signedIn(world, { [merchant.id]: 'treasurer' });
  const path = new URL((await makeDemoEntry(world.db, world.baseUrl, browser.id)) ?? '').pathname;
  const { body } = await browser.post<{ totpURI: string }>('/auth/two-factor/enable', { password: PASSWORD });
  expect((await browser.post('/auth/two-factor/verify-totp', { code: codeOf(body.totpURI) })).status).toBe(200);
  expect(await knock(path, {})).toEqual({ status: 404, cookies: [] });
});

test('where nobody asks for it there is no such link, and no API that others find takes it', async () => {
  expect((await knock('/auth/demo-step', {}, 'POST')).status).toBe(404);
  expect(demoEntryFrom({ DEMO_ENTRY: '0' }, 'https://pay.example')).toBe(false);
  expect(demoEntryFrom({ DEMO_ENTRY: '1' }, 'http://localhost:3000')).toBe(true);
  for (const url of ['https://pay.example', 'http://192.168.1.7:3000', 'http://localhost.example'])
    expect(() => demoEntryFrom({ DEMO_ENTRY: '1' }, url)).toThrow('DEMO_ENTRY');
  expect(await makeDemoEntry(world.db, 'https://pay.example', 'per_nobody')).toBeNull();
  const usual = await startWorld({ workers: 0 });
  try {
    const person = await newPerson(usual);
    const link = await makeDemoEntry(usual.db, usual.baseUrl, person.id);
    expect((await fetch(link ?? '', { redirect: 'manual' })).status).toBe(404);
  } finally {
    await usual.stop();
  }
});
