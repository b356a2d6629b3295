import { eventually } from '../support/client';
import { openShop, type Merchant } from './merchant';

let shop: Merchant;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

const letter = (over: Record<string, string> = {}) => ({
  from: 'Quittance <quittance@pay.example>',
  to: 'ada@example.org',
  messageId: '<ltr_1@pay.example>',
  subject: 'Sign in & <pay>',
  text: 'Hello\n\nSign in:\nhttp://pay.example/sign-in/token-1\n',
  html: '<!doctype html><p>Hello</p><p><a href="http://pay.example/sign-in/token-1">Sign in</a></p>',
  ...over,
});
const send = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${shop.simulator.url}/mailbox/letters`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const letters = async (to = '') =>
  ((await shop.control('GET', `/mailbox/letters${to}`)).body as { data: ReturnType<typeof letter>[] }).data;
const page = async (path = '') => fetch(`${shop.simulator.url}/mailbox${path}`);

it('a letter is shown as text and as HTML, with its link to click, the newest first', async () => {
  expect(await (await send(letter())).json()).toEqual({ code: 250, text: '250 2.0.0 kept as letter-1' });
  await send(letter({ messageId: '<ltr_2@pay.example>', subject: 'The newer one' }));
  const text = await (await page()).text();
  expect(text.indexOf('The newer one')).toBeLessThan(text.indexOf('Sign in &#38; &#60;pay&#62;'));
  expect(text).toContain('<a href="http://pay.example/sign-in/token-1">');
  expect(text).toContain('src="/mailbox/letters/letter-1/html"');
  const shown = await page('/letters/letter-1/html');
  expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await shown.text()).toContain('href="http://pay.example/sign-in/token-1">Sign in</a>');
  expect((await page('/letters/letter-9/html')).status).toBe(404);
});

it('a letter that comes again under its message id is there once', async () => {
  await send(letter());
  await send(letter());
  expect(await letters()).toMatchObject([{ to: 'ada@example.org', copies: 2 }]);
});

it('a program finds the letters to one address', async () => {
  await send(letter());
  await send(letter({ messageId: '<ltr_2@pay.example>', to: 'Ben@example.org' }));
  expect(await letters('?to=ben@example.org')).toMatchObject([{ to: 'Ben@example.org' }]);
});

it('it refuses, is busy, slow or away as it is told, so often, and then takes everything', async () => {
  const answer = (body: unknown) => shop.control('POST', '/mailbox/answers', body);
  await answer({ answer: 'refused', times: 1 });
  expect(await (await send(letter())).json()).toMatchObject({ code: 550 });
  await answer({ answer: 'busy' });
  expect(await (await send(letter())).json()).toMatchObject({ code: 451 });
  await answer({ answer: 'away' });
  await expect(send(letter())).rejects.toThrow('fetch failed');
  expect(await letters()).toEqual([]);
  await answer({ answer: 'slow', times: 1 });
  const silent = send(letter()).catch(() => 'cut');
  await eventually(letters, ({ length }) => length === 1);
  expect((await shop.control('GET', '/mailbox/answers')).body).toEqual({ data: [] });
  expect(await (await send(letter())).json()).toMatchObject({ code: 250 });
  await shop.stop();
  expect(await silent).toBe('cut');
});

it('a letter or an order that is not in order is refused with its fields', async () => {
  const refused = await send({ ...letter(), to: '', bcc: 'all@example.org' });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ code: 'invalid_request', detail: expect.stringContaining('to: ') });
  expect(await shop.control('POST', '/mailbox/answers', { answer: 'rude' })).toMatchObject({ status: 400 });
});

it('a page elsewhere hands nothing in', async () => {
  expect((await send(letter(), { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect(await letters()).toEqual([]);
});
