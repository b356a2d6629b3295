import { request } from 'node:http';
import { openShop, type Merchant } from './merchant';

let shop: Merchant;
beforeEach(async () => {
  shop = await openShop({ host: '127.0.0.1', publicUrl: 'https://pay.example/simulator', hosts: ['api'] });
});
afterEach(() => shop.stop());

/** As a browser or a program would send it, whatever the headers. */
function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${shop.simulator.url}${path}`, { method, headers }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, body });
      });
    });
    sent.on('error', reject).end();
  });
}
const port = (): string => new URL(shop.simulator.url).port;
const messages = async (): Promise<number> =>
  ((await shop.control('GET', '/messages')).body as { data: unknown[] }).data.length;

const FROM_ELSEWHERE: Record<string, string>[] = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'http://localhost:8080' },
  { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' },
];

describe.each(FROM_ELSEWHERE)('a page elsewhere (%j)', (headers) => {
  it('commands nothing', async () => {
    const { txnId } = await shop.pay('anne');
    const before = await messages();
    const [{ id }] = ((await shop.control('GET', '/messages')).body as { data: [{ id: string }] }).data;
    for (const [method, path] of [
      ['POST', '/control/reset'],
      ['POST', `/control/messages/${id}/resend`],
      ['POST', `/control/messages/${id}/replay`],
      ['POST', '/control/forge'],
      ['POST', '/control/misbehave'],
      ['DELETE', '/control/misbehave'],
      ['DELETE', '/control/delivery'],
      ['PUT', '/control/accounts/SELLER0000001'],
      ['POST', '/control/paypal-checkout/pay'],
      ['POST', '/control/kkiapay/pay'],
      ['POST', '/actions/behave'],
      ['POST', `/actions/messages/${id}/resend`],
      ['POST', `/actions/payments/${txnId}/events`],
    ] as const)
      expect([path, (await send(method, path, headers)).status]).toEqual([path, 403]);
    await shop.idle();
    expect(await messages()).toBe(before);
    expect((await shop.control('GET', '/misbehave')).body).toEqual({ data: [] });
  });
});

it.each(['cross-site', 'same-site'])('a page elsewhere (%s) reads nothing of the control API', async (site) => {
  expect((await send('GET', '/control/messages', { 'sec-fetch-site': site })).status).toBe(403);
});

it.each<Record<string, string>>([
  {},
  { 'sec-fetch-mode': 'cors' }, // Node's fetch
  { 'sec-fetch-site': 'same-origin' },
  { 'sec-fetch-site': 'same-origin', origin: 'null' },
])('a program and the control page command (%j)', async (headers) => {
  expect((await send('POST', '/control/reset', headers)).status).toBe(204);
  expect((await send('POST', '/actions/behave', headers)).status).toBe(303);
});

it('a page of its own is known by its address too, where a browser says no more', async () => {
  const own = { host: `api:${port()}`, origin: `http://api:${port()}` };
  expect((await send('POST', '/actions/behave', own)).status).toBe(303);
  expect((await send('POST', '/actions/behave', { ...own, origin: `http://api:1` })).status).toBe(403);
  expect((await send('GET', '/', own)).status).toBe(200);
});

it('what a person types into the address bar is read', async () => {
  expect((await send('GET', '/control/messages', { 'sec-fetch-site': 'none' })).status).toBe(200);
});

it('a shop’s page still sends its payers there', async () => {
  const form = new URLSearchParams(shop.form()).toString();
  const page = await send('GET', `/paypal/cgi-bin/webscr?${form}`, {
    'sec-fetch-site': 'cross-site',
    origin: 'https://shop.example',
  });
  expect([page.status, page.body]).toEqual([303, expect.stringContaining('/paypal/checkout/')]);
});

it.each(['localhost', '127.0.0.1', '[::1]', 'LOCALHOST', 'pay.example', 'api', 'api:9', 'localhost:1'])(
  'it answers as %s',
  async (host) => {
    expect((await send('GET', '/control/messages', { host })).status).toBe(200);
  },
);

it.each([
  'evil.example',
  'localhost.evil.example',
  'evil.localhost',
  'localhost.',
  'xlocalhost',
  '127.0.0.1.nip.io',
  '127.0.0.2',
  '0.0.0.0',
  '[::]',
  '[::1',
  'user@localhost',
  'localhost:3400@evil.example',
  'localhost, evil.example',
  'localhost evil.example',
])('it does not answer as %s: nothing is read or commanded, on no path', async (host) => {
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/control/messages'],
    ['POST', '/control/reset'],
    ['POST', '/actions/behave'],
    ['GET', '/paypal/cgi-bin/webscr'],
    ['GET', '/healthz'],
  ] as const)
    expect([path, (await send(method, path, { host })).status]).toEqual([path, 421]);
  expect((await send('GET', '/control/messages', { host, 'x-forwarded-host': 'localhost' })).status).toBe(421);
});
