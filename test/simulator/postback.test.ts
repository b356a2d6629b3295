import { openShop, type Merchant } from './merchant';

let shop: Merchant;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

async function paidMessage(buyer = 'anne'): Promise<Buffer> {
  await shop.pay(buyer);
  const body = shop.receiver.received.at(-1)?.body;
  if (!body) throw new Error('no message came');
  return body;
}

it.each(['anne', 'elodie'])('the bytes of a message to %s are VERIFIED, as often as asked', async (buyer) => {
  const body = await paidMessage(buyer);
  expect(await shop.postBack(body)).toEqual({ status: 200, text: 'VERIFIED' });
  expect(await shop.postBack(body)).toEqual({ status: 200, text: 'VERIFIED' });
});

it('one altered byte, a byte more, another order or another spelling is INVALID', async () => {
  const body = await paidMessage();
  const text = body.toString('latin1');
  const altered = [
    text.replace('mc_gross=50.00', 'mc_gross=60.00'),
    `${text}&`,
    text.split('&').reverse().join('&'),
    text.replaceAll('+', '%20'),
    new URLSearchParams([...new URLSearchParams(text)]).toString().replace('Annual+fee', 'Annual fee'),
    '',
  ];
  for (const other of altered) expect((await shop.postBack(Buffer.from(other, 'latin1'))).text).toBe('INVALID');
});

it('who does not say who he is, is turned away with a page', async () => {
  const body = await paidMessage();
  const answer = await shop.postBack(body, {
    'content-type': 'application/x-www-form-urlencoded',
    'user-agent': 'node',
  });
  expect(answer.status).toBe(403);
  expect(answer.text).toContain('<html>');
});

it('a body that is not form-encoded is refused', async () => {
  const body = await paidMessage();
  expect((await shop.postBack(body, { 'content-type': 'text/plain', 'user-agent': 'A merchant' })).status).toBe(400);
});

it('a forged message arrives like any other, and is INVALID', async () => {
  await paidMessage();
  const { body } = await shop.control('GET', '/messages');
  const like = (body as { data: { id: string }[] }).data[0]?.id;
  await shop.control('POST', '/forge', { like, fields: { mc_gross: '5000.00', txn_id: 'FORGED00000000001' } });
  await shop.idle();
  const forged = shop.receiver.received[1];
  expect(forged?.body.toString()).toContain('mc_gross=5000.00');
  expect((await shop.postBack(forged?.body ?? Buffer.alloc(0))).text).toBe('INVALID');
});

it('bytes sent by hand are genuine, however odd', async () => {
  const odd = 'a=%u010D&a=%20~&&b';
  await shop.control('POST', '/messages', { notifyUrl: shop.receiver.url, body: odd });
  await shop.idle();
  expect(shop.receiver.received[0]?.body.toString()).toBe(odd);
  expect((await shop.postBack(Buffer.from(odd))).text).toBe('VERIFIED');
});

it.each([
  { mode: 'http_500', status: 500, text: '<h1>We are sorry</h1>' },
  { mode: 'http_403', status: 403, text: '<h1>We are sorry</h1>' },
  { mode: 'html', status: 200, text: '<h1>We are sorry</h1>' },
  { mode: 'empty', status: 200, text: '' },
  { mode: 'invalid', status: 200, text: 'INVALID' },
  { mode: 'redirect', status: 302, text: 'elsewhere' },
])('told to answer $mode once, the post-back does so once', async ({ mode, status, text }) => {
  const body = await paidMessage();
  await shop.control('POST', '/misbehave', { where: 'postback', mode, times: 1 });
  const bad = await shop.postBack(body);
  expect(bad.status).toBe(status);
  expect(bad.text).toContain(text);
  expect((await shop.postBack(body)).text).toBe('VERIFIED');
});

it('told to drop the connection, it does, until told to behave', async () => {
  const body = await paidMessage();
  await shop.control('POST', '/misbehave', { where: 'postback', mode: 'drop' });
  await expect(shop.postBack(body)).rejects.toThrow('fetch failed');
  await expect(shop.postBack(body)).rejects.toThrow('fetch failed');
  await shop.control('DELETE', '/misbehave');
  expect((await shop.postBack(body)).text).toBe('VERIFIED');
});
