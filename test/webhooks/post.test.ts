import type { LookupAddress } from 'node:dns';
import { isAllowedAddress, refusalOfUrl } from '../../webhooks/address';
import { createWebhookPost } from '../../webhooks/post';
import { startReceiver } from '../support/receiver';
import type { Receiver } from '../support/receiver';

let inside: Receiver;
beforeEach(async () => {
  inside = await startReceiver();
});
afterEach(() => inside.close());

/** Names resolve to these addresses, one look-up after the other. */
function resolving(...addresses: string[]) {
  const asked: string[] = [];
  const resolve = async (name: string): Promise<LookupAddress[]> => {
    asked.push(name);
    const address = addresses[asked.length - 1] ?? addresses.at(-1)!;
    return [{ address, family: address.includes(':') ? 6 : 4 }];
  };
  return { asked, resolve };
}
const port = () => new URL(inside.url).port;

test.each([
  ['10.1.2.3', 'a private network'],
  ['172.31.255.255', 'a private network'],
  ['192.168.0.1', 'a private network'],
  ['100.100.100.200', 'a carrier’s network, and a cloud’s metadata'],
  ['127.0.0.1', 'our own machine'],
  ['0.0.0.0', 'our own machine'],
  ['169.254.169.254', 'a cloud’s metadata'],
  ['224.0.0.1', 'many at once'],
  ['::1', 'our own machine'],
  ['::', 'our own machine'],
  ['::127.0.0.1', 'our own machine in an old wrapping'],
  ['::ffff:10.0.0.1', 'a private network, mapped'],
  ['::ffff:a9fe:a9fe', 'a cloud’s metadata, mapped'],
  ['64:ff9b::7f00:1', 'our own machine, translated'],
  ['2002:7f00:1::', 'our own machine, tunnelled'],
  ['fd00:ec2::254', 'a cloud’s metadata'],
  ['fe80::1', 'the link'],
  ['localhost', 'no address'],
])('nothing is sent to %s: %s', async (address) => {
  expect(isAllowedAddress(address, 'https:')).toBe(false);
  const { resolve } = resolving(address);
  const post = createWebhookPost({ timeoutMs: 5_000, allowHttp: false, resolve });
  expect(await post(`https://shop.example:${port()}/`, {}, '{}')).toMatchObject({ error: 'address_not_allowed' });
  expect(inside.arrived).toEqual([]);
});

test.each(['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'])('%s is of the internet', (address) => {
  expect(isAllowedAddress(address, 'https:')).toBe(true);
});

test('a name that resolves to an address inside only at the second look-up is refused as it is connected to', async () => {
  // The first one is of no network; what is sent there goes nowhere.
  const { asked, resolve } = resolving('192.0.2.1', '169.254.169.254');
  const post = createWebhookPost({ timeoutMs: 100, allowHttp: false, resolve });
  const url = `https://shop.example:${port()}/`;
  expect((await post(url, {}, '{}')).error).toMatch(/timeout|connection/);
  expect(await post(url, {}, '{}')).toMatchObject({ status: null, error: 'address_not_allowed' });
  expect(asked).toEqual(['shop.example', 'shop.example']);
});

test('of a name with several addresses none may be inside', async () => {
  const resolve = async () => [
    { address: '93.184.215.14', family: 4 },
    { address: '10.0.0.1', family: 4 },
  ];
  const post = createWebhookPost({ timeoutMs: 5_000, allowHttp: false, resolve });
  expect(await post('https://shop.example/', {}, '{}')).toMatchObject({ error: 'address_not_allowed' });
});

test('a name that is not found is no connection', async () => {
  const resolve = () => Promise.reject(new Error('ENOTFOUND'));
  const post = createWebhookPost({ timeoutMs: 5_000, allowHttp: false, resolve });
  expect(await post('https://shop.example/', {}, '{}')).toMatchObject({ status: null, error: 'connection' });
});

test('a redirect is an answer, and is not followed', async () => {
  const other = await startReceiver();
  inside.answers = { status: 307, headers: { location: other.url } };
  const post = createWebhookPost({ timeoutMs: 5_000, allowHttp: true });
  expect(await post(inside.url, {}, '{}')).toMatchObject({ status: 307, error: null });
  expect(other.arrived).toEqual([]);
  await other.close();
});

test('of an answer the first kilobyte is read, and none of its zero bytes', async () => {
  inside.answers = { status: 200, headers: {}, body: `\0${'x'.repeat(1_000_000)}` };
  const post = createWebhookPost({ timeoutMs: 5_000, allowHttp: true });
  expect(await post(inside.url, {}, '{}')).toMatchObject({ status: 200, answer: 'x'.repeat(1023) });
});

test.each([
  ['http://shop.example/', 'it must begin with https://'],
  ['ftp://shop.example/', 'it must begin with https://'],
  ['https://user:password@shop.example/', 'a URL with a name or password in it'],
  ['https://93.184.215.14/', 'a number in the place of a name'],
  ['https://2130706433/', 'a number in the place of a name'],
  ['https://0x7f.1/', 'a number in the place of a name'],
  ['https://[::1]/', 'a number in the place of a name'],
  ['https://localhost/', 'the name of a machine that is not on the internet'],
  ['https://api.localhost./', 'the name of a machine that is not on the internet'],
  ['https://intranet/', 'the name of a machine that is not on the internet'],
  ['shop.example', 'not a URL'],
])('%s is no URL for webhooks: %s', (url, why) => {
  expect(refusalOfUrl(url, false)).toBe(why);
});

test('http is for this machine, and only where it is allowed: without it an old endpoint is not asked either', async () => {
  expect(refusalOfUrl(inside.url, true)).toBeNull();
  expect(refusalOfUrl(inside.url, false)).not.toBeNull();
  expect(refusalOfUrl('http://shop.example/', true)).toBe('http:// is for this machine alone');
  expect(refusalOfUrl('http://10.0.0.1/', true)).toBe('http:// is for this machine alone');
  const post = createWebhookPost({ timeoutMs: 5_000, allowHttp: false });
  expect(await post(inside.url, {}, '{}')).toMatchObject({ error: 'address_not_allowed' });
  expect(inside.arrived).toEqual([]);
});
