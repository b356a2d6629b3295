import { Webhook } from 'standardwebhooks';
import { eventually } from '../support/client';
import { ManualClock } from './manual-clock';
import { openShop, type Merchant } from './merchant';

let shop: Merchant;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

const SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(24, 2).toString('base64')}`;
const BODY = '{"id":"evt_1","type":"payment.paid","sequence":7,"data":{"amount":5000}}';

interface Came {
  readonly received: number;
  readonly hasSecret: boolean;
  readonly data: readonly {
    readonly type: string | null;
    readonly sequence: number | null;
    readonly signature: string;
    readonly why: string;
    readonly answered: number | null;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }[];
}
const post = (name: string, body = BODY, headers: Record<string, string> = {}) =>
  fetch(`${shop.simulator.url}/receiver/${name}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
/** Signed by the package, at a time of the sender's clock. */
const signed = (secret: string, at: Date, body = BODY): Record<string, string> => ({
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  'webhook-signature': new Webhook(secret).sign('evt_1', at, body),
});
const tell = (name: string, settings: object) => shop.control('PUT', `/receiver/${name}`, settings);
const came = async (name: string) => (await shop.control('GET', `/receiver/${name}`)).body as Came;
const page = async (path = '') => (await fetch(`${shop.simulator.url}/receiver${path}`)).text();

test('a webhook is taken and shown with its type, its sequence, its body to read and its headers', async () => {
  expect((await post('shop', BODY, { 'webhook-id': 'evt_1' })).status).toBe(200);
  const { received, data } = await came('shop');
  expect([received, data]).toEqual([
    1,
    [
      expect.objectContaining({
        type: 'payment.paid',
        sequence: 7,
        answered: 200,
        signature: 'unknown',
        why: 'no secret known',
        body: JSON.stringify(JSON.parse(BODY), null, 2),
        headers: expect.objectContaining({ 'webhook-id': 'evt_1', 'content-type': 'application/json' }),
      }),
    ],
  ]);
  expect(await page()).toContain('href="/receiver/shop"');
  const shown = await page('/shop');
  for (const text of ['payment.paid', 'sequence 7', 'signature unknown', '&#34;amount&#34;: 5000', 'webhook-id'])
    expect(shown).toContain(text);
  expect((await came('another')).data).toEqual([]);
});

test('what is no event is shown as it came, and nothing of it is believed', async () => {
  await post('shop', '<script>alert(1)</script>');
  await post('shop', '{"type":7,"sequence":"x"}');
  expect((await came('shop')).data).toMatchObject([
    { type: null, sequence: null },
    { type: null, body: '<script>alert(1)</script>' },
  ]);
  expect(await page('/shop')).toContain('&#60;script&#62;');
});

test('a signature is right or wrong by the secret that is typed in on the page, and within five minutes', async () => {
  const now = new Date();
  const minutes = (count: number) => new Date(now.getTime() + count * 60_000);
  await post('shop', BODY, signed(SECRET, now));
  await post('shop', BODY, signed(OTHER_SECRET, now));
  await post('shop', `${BODY} `, signed(SECRET, now));
  await post('shop', BODY, signed(SECRET, minutes(-6)));
  await post('shop', BODY, signed(SECRET, minutes(6)));
  await post('shop', BODY, signed(SECRET, minutes(-4)));
  await post('shop', BODY);
  const rotated = signed(SECRET, now);
  await post('shop', BODY, {
    ...rotated,
    'webhook-signature': `${signed(OTHER_SECRET, now)['webhook-signature']} ${rotated['webhook-signature']}`,
  });
  expect(new Set((await came('shop')).data.map(({ signature }) => signature))).toEqual(new Set(['unknown']));

  const typed = await fetch(`${shop.simulator.url}/actions/receiver/shop`, {
    method: 'POST',
    body: new URLSearchParams({ secret: SECRET }),
  });
  expect(typed.url).toBe(`${shop.simulator.url}/receiver/shop`);
  const { hasSecret, data } = await came('shop');
  expect(hasSecret).toBe(true);
  expect(data.map(({ signature, why }) => [signature, why]).reverse()).toEqual([
    ['right', 'signed with the secret'],
    ['wrong', 'signed with another secret, or other bytes'],
    ['wrong', 'signed with another secret, or other bytes'],
    ['wrong', 'its webhook-timestamp is more than 5 minutes off'],
    ['wrong', 'its webhook-timestamp is more than 5 minutes off'],
    ['right', 'signed with the secret'],
    ['wrong', 'it is not signed'],
    ['right', 'signed with the secret'],
  ]);
  const shown = await page('/shop');
  expect(shown).toContain('signature right');
  expect(shown).not.toContain(SECRET);
  await tell('shop', { secret: null });
  expect((await came('shop')).data[0]).toMatchObject({ signature: 'unknown' });
});

test('it takes, fails, is gone or flaps as its name is told, and others are not touched by it', async () => {
  const statuses = async (count: number) => {
    const all: number[] = [];
    for (let i = 0; i < count; i++) all.push((await post('shop')).status);
    return all;
  };
  await tell('shop', { answer: '500' });
  expect(await statuses(2)).toEqual([500, 500]);
  await tell('shop', { answer: '410' });
  expect(await statuses(1)).toEqual([410]);
  await tell('shop', { answer: 'flapping' });
  expect((await statuses(4)).sort()).toEqual([200, 200, 500, 500]);
  expect((await post('another')).status).toBe(200);
  await tell('shop', { answer: 'ok' });
  expect(await statuses(1)).toEqual([200]);
  const { received, data } = await came('shop');
  expect([received, data.length]).toEqual([8, 8]);
});

test('a slow one answers after any sender has given up, and a silent one is cut in the end', async () => {
  await shop.stop();
  const clock = new ManualClock();
  shop = await openShop({ clock });
  await tell('slow', { answer: 'slow' });
  await tell('silent', { answer: 'timeout' });
  const late = post('slow');
  await clock.pass(12_000);
  expect((await late).status).toBe(200);
  const never = post('silent').catch(() => 'cut');
  await clock.pass(60_000);
  expect(await never).toBe('cut');
  expect((await came('silent')).data).toMatchObject([{ type: 'payment.paid', answered: null }]);
});

test('so many connections wait for an answer at once, and no more; a simulator that stops waits for none', async () => {
  await tell('silent', { answer: 'timeout' });
  const ended: string[] = [];
  const waiting = Array.from({ length: 205 }, () =>
    post('silent').then(
      () => ended.push('answered'),
      () => ended.push('cut'),
    ),
  );
  await eventually(
    () => came('silent'),
    ({ received }) => received === 205,
  );
  await eventually(
    () => Promise.resolve(ended),
    ({ length }) => length === 5,
  );
  await shop.stop();
  await Promise.all(waiting);
  expect(new Set(ended)).toEqual(new Set(['cut']));
});

test('the newest 200 webhooks are kept, and the newest 100 names', async () => {
  for (let i = 0; i < 205; i++) await post('flooded');
  const { received, data } = await came('flooded');
  expect([received, data.length]).toEqual([205, 200]);
  for (let i = 0; i < 100; i++) await tell(`name-${i}`, { answer: 'ok' });
  const { data: names } = (await shop.control('GET', '/receiver')).body as { data: { name: string }[] };
  expect(names).toHaveLength(100);
  expect(names.map(({ name }) => name)).not.toContain('flooded');
  expect((await post('flooded', 'x'.repeat(300_000))).status).toBe(413);
});

test('a name, an answer or a secret that is none is refused, and a page elsewhere posts nothing', async () => {
  expect((await post('No_name')).status).toBe(404);
  expect(await tell('shop', { answer: 'rude' })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  expect(await tell('shop', { secret: 'sk_live' })).toMatchObject({ status: 400 });
  expect((await post('shop', BODY, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await came('shop')).received).toBe(0);
  await post('shop');
  await shop.control('POST', '/reset');
  expect((await came('shop')).received).toBe(0);
});
