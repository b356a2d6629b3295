import { openRaw } from '../../vault/raw-message';
import { createVault } from '../../vault/vault';
import { eventually, Merchant } from '../support/client';
import type { NotificationView } from '../support/client';
import { encode, ipn, postRaw } from '../support/paypal';
import { ENCRYPTION_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';
import { breaking, startApi } from './api-alone';
import { asking } from './asking';
import { refused } from './refusal';
import { expectNowhere } from './whole-database';

let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: 0, inboxBacklog: 3 });
});
afterAll(() => world.stop());

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const post = (url: string, body: string, headers: Record<string, string> = FORM) =>
  asking(world, null).post(url, body, headers);
const rowsOf = async (merchant: Merchant) =>
  (
    await world.db.sql.query<{ id: string; account_id: string; sealed: Buffer }>(
      'SELECT n.id, n.account_id, b.sealed FROM notifications n JOIN notification_bodies b ON b.notification_id = n.id JOIN gateway_accounts a ON a.id = n.account_id WHERE a.merchant_id = $1 ORDER BY n.sequence',
      [merchant.id],
    )
  ).rows;
const vault = createVault(ENCRYPTION_KEY);

test('a message is stored and then answered 200, with nothing to read', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
  const answer = await post(merchant.notificationUrl, encode(ipn(merchant, payment)));
  expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: '' });
  expect(await merchant.notifications()).toEqual([
    {
      id: expect.stringMatching(/^ntf_[0-9a-z]{26}$/),
      gateway: 'paypal-standard',
      channel: 'ipn',
      state: 'received',
      reason: null,
      kind: null,
      payment: payment.id,
      member: null,
      amount: null,
      currency: null,
      gatewayReference: null,
      payer: null,
      note: null,
      attempts: 0,
      receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    },
  ]);
  expect(await merchant.payment(payment.id)).toEqual(payment);
});

test("a message that names no payment, or another merchant's, is stored for this account all the same", async () => {
  const [merchant, other] = [await Merchant.create(world), await Merchant.create(world)];
  const foreign = await other.pay(await other.member([['fee', 5000]]));
  expect(await postRaw(merchant, encode(ipn(merchant, foreign)))).toBe(200);
  expect(await postRaw(merchant, 'txn_id=5')).toBe(200);
  expect((await merchant.notifications()).map(({ payment }) => payment)).toEqual([null, null]);
  expect(await other.notifications()).toEqual([]);
});

test('identical bytes are one message, however often and at whatever speed they come; one byte more is another', async () => {
  const merchant = await Merchant.create(world);
  const bytes = encode(ipn(merchant, { nextAction: null }, { txn_id: 'TXN1', mc_gross: '5.00', mc_currency: 'EUR' }));
  const statuses = await Promise.all(Array.from({ length: 10 }, () => postRaw(merchant, bytes)));
  expect(statuses).toEqual(statuses.map(() => 200));
  expect(await postRaw(merchant, bytes)).toBe(200);
  expect(await merchant.notifications()).toHaveLength(1);
  expect(await postRaw(merchant, `${bytes}&x=1`)).toBe(200);
  expect(await merchant.notifications()).toHaveLength(2);
});

test('the same bytes to two merchants are a message for each', async () => {
  const [one, two] = [await Merchant.create(world), await Merchant.create(world)];
  for (const merchant of [one, two]) expect(await postRaw(merchant, 'txn_id=same')).toBe(200);
  expect([await one.notifications(), await two.notifications()]).toMatchObject([
    [{ state: 'received' }],
    [{ state: 'received' }],
  ]);
});

test('what came is kept byte for byte, with the headers that matter and no others', async () => {
  const merchant = await Merchant.create(world);
  const bodies = [
    Buffer.from('txn_id=1&first_name=Ren%E9&memo=a+b%0D%0A&charset=windows-1252', 'latin1'),
    Buffer.concat([
      Buffer.from('txn_id=2&first_name='),
      Buffer.from([0xe9, 0x00, 0xff, 0xfe, 0x0a]),
      Buffer.from('&x=\r\n '),
    ]),
    Buffer.from(' txn_id=3&&=&a=1&a=2&novalue'),
  ];
  for (const body of bodies)
    expect(
      await postRaw(merchant, body, {
        'paypal-transmission-id': 'abc',
        authorization: 'Bearer x',
        cookie: 'session=1',
      }),
    ).toBe(200);
  const opened = (await rowsOf(merchant)).map((row) => openRaw(vault, row.sealed, row.account_id));
  expect(opened.map(({ body }) => Buffer.from(body).toString('hex'))).toEqual(
    bodies.map((body) => body.toString('hex')),
  );
  expect(opened[0]?.headers).toEqual({
    'content-type': 'application/x-www-form-urlencoded',
    'user-agent': 'PayPal IPN ( https://www.paypal.com/ipn )',
    'paypal-transmission-id': 'abc',
  });
});

test('nothing of a message can be read in the database, and it opens only in the row of its own account', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
  const told = {
    first_name: 'Zebulon',
    last_name: 'Quartermain',
    payer_email: 'zebulon@canary.example',
    memo: 'CANARY-MEMO',
    txn_id: 'CANARYTXN1',
  };
  expect(await postRaw(merchant, encode(ipn(merchant, payment, told)))).toBe(200);
  await expectNowhere(world.db, ...Object.values(told), encodeURIComponent(told.payer_email));
  const [row] = await rowsOf(merchant);
  expect(Buffer.from(openRaw(vault, row!.sealed, row!.account_id).body).toString()).toContain('Zebulon');
  expect(() => openRaw(vault, row!.sealed, 'acc_another')).toThrow();
});

test('who claims to send it, and from where, makes no difference', async () => {
  const merchant = await Merchant.create(world);
  const bytes = 'txn_id=77';
  for (const claim of [
    { 'x-real-ip': '173.0.81.1' },
    { 'x-forwarded-for': '66.211.170.66' },
    { forwarded: 'for=10.0.0.1;host=evil.example;proto=https' },
    { 'x-forwarded-host': 'evil.example' },
    { 'user-agent': 'curl' },
    { authorization: 'Bearer nobody' },
  ])
    expect(await postRaw(merchant, bytes, claim)).toBe(200);
  expect(await merchant.notifications()).toHaveLength(1);
});

describe('an address that nobody was given', () => {
  test.each([
    ['an unknown token', (path: string) => path.replace(/[^/]+\/ipn$/, 'nobody/ipn')],
    ['a token with one letter changed', (path: string) => path.replace(/.\/ipn$/, '-/ipn')],
    ['no token', (path: string) => path.replace(/\/[^/]+\/ipn$/, '/ipn')],
    ['a token of NUL', (path: string) => path.replace(/[^/]+\/ipn$/, '%00/ipn')],
    ['another gateway', (path: string) => path.replace('paypal-standard', 'kkiapay')],
    ['an unknown gateway', (path: string) => path.replace('paypal-standard', 'constructor')],
    ['a channel that this gateway does not have', (path: string) => path.replace(/\/ipn$/, '')],
    ['something behind', (path: string) => `${path}/x`],
  ])('(%s) is not found, and nothing is stored', async (_what, change) => {
    const merchant = await Merchant.create(world);
    refused(await post(change(new URL(merchant.notificationUrl).pathname), 'txn_id=1'), 'not_found');
    expect(await merchant.notifications()).toEqual([]);
  });

  test('is the same answer whether the body is good or not, so that nothing can be learned from it', async () => {
    refused(await post('/hooks/paypal-standard/nobody/ipn', ''), 'not_found');
    refused(await post('/hooks/paypal-standard/nobody/ipn', '{}', { 'content-type': 'application/json' }), 'not_found');
  });
});

describe('what cannot be a message', () => {
  test.each<readonly [string, string, Record<string, string>]>([
    ['nothing', '', FORM],
    ['blanks', ' \r\n\t', FORM],
    ['JSON', '{"txn_id":1}', { 'content-type': 'application/json' }],
    ['a file', 'x', { 'content-type': 'multipart/form-data; boundary=x' }],
  ])('(%s) is refused with 400 and not stored', async (_what, body, headers) => {
    const merchant = await Merchant.create(world);
    refused(await post(merchant.notificationUrl, body, headers), 'invalid_request');
    expect(await merchant.notifications()).toEqual([]);
  });

  test('64 kB are taken, a byte more is too large and not stored', async () => {
    const merchant = await Merchant.create(world);
    const full = `txn_id=1&memo=${'x'.repeat(64 * 1024)}`.slice(0, 64 * 1024);
    expect((await post(merchant.notificationUrl, full)).status).toBe(200);
    refused(await post(merchant.notificationUrl, `${full}x`), 'body_too_large');
    refused(await post(merchant.notificationUrl, 'x'.repeat(1_000_000)), 'body_too_large');
    expect(await merchant.notifications()).toHaveLength(1);
  });

  test('is anything that is not posted', async () => {
    const merchant = await Merchant.create(world);
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH'])
      refused(await asking(world, null).ask(method, merchant.notificationUrl), 'method_not_allowed');
  });
});

describe('while a message cannot be stored', () => {
  test('because PostgreSQL is away, the answer is 503, so that it is sent again', async () => {
    const api = await startApi();
    refused(await asking(api, null).post('/hooks/paypal-standard/whoever/ipn', 'txn_id=1', FORM), 'unavailable');
    await api.stop();
  });

  test.each([
    ['the connection breaks', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
    ['the disk is full', Object.assign(new Error('could not extend file "base/16384/1"'), { code: '53100' })],
    ['something unforeseen happens', new Error('column "sealed" of relation "notifications"')],
  ])('because %s, the answer is 503 and says nothing of our insides', async (_what, error) => {
    const merchant = await Merchant.create(world);
    const api = await startApi({ db: breaking(world.db, 'receive_message', error) });
    const { pathname } = new URL(merchant.notificationUrl);
    const reply = await asking(api, null).post(pathname, 'txn_id=1', FORM);
    refused(reply, 'unavailable');
    expect(JSON.stringify(reply.body)).not.toMatch(/ECONN|base\/|column|sealed/);
    await api.stop();
    expect(await merchant.notifications()).toEqual([]);
    expect((await post(merchant.notificationUrl, 'txn_id=1')).status).toBe(200);
  });
});

describe('above the stated backlog an account is told to send again later', () => {
  /** A merchant whose account has more messages waiting than it may, none of which names a payment. */
  async function fullMerchant(): Promise<Merchant> {
    const busy = await Merchant.create(world);
    for (let i = 0; i < 4; i++) expect(await postRaw(busy, `txn_id=${i}`)).toBe(200);
    const reply = await eventually(
      () => post(busy.notificationUrl, 'txn_id=0'),
      ({ status }) => status !== 200,
    );
    refused(reply, 'unavailable');
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
    return busy;
  }

  test('and other accounts are not', async () => {
    const [busy, calm] = [await fullMerchant(), await Merchant.create(world)];
    expect(await busy.notifications()).toHaveLength(4);
    expect(await postRaw(calm, 'txn_id=1')).toBe(200);
    expect((await asking(world, null).get<string>('/metrics')).body).toMatch(/^notifications_waiting [1-9]/m);
  });

  test('but a message that names one of its payments is taken, as is what a browser brings back; one that names another merchant’s is not', async () => {
    const [busy, other] = [await fullMerchant(), await Merchant.create(world)];
    const payment = await busy.pay(await busy.member([['fee', 5000]]));
    const foreign = await other.pay(await other.member([['fee', 5000]]));
    expect(await postRaw(busy, encode(ipn(busy, payment)))).toBe(200);
    expect((await asking(world, null).get(`/return/${payment.id}?tx=8AB12345CD678901E`)).status).toBe(200);
    expect(await busy.notifications(`&state=received`)).toHaveLength(6);
    expect(await postRaw(busy, encode(ipn(busy, foreign)))).toBe(503);
  });

  test('and so is whoever sends more about one payment than may wait: that payment alone', async () => {
    const merchant = await Merchant.create(world);
    const [flooded, other] = [
      await merchant.pay(await merchant.member([['fee', 5000]])),
      await merchant.pay(await merchant.member([['fee', 5000]])),
    ];
    await world.db.sql.query(
      `INSERT INTO outbox (subject_id, kind, account_id, payment_id, due_at)
       SELECT 'ntf_' || i, 'notification', account_id, id, now() + interval '1 hour' FROM payments, generate_series(1, 500) AS i WHERE id = $1`,
      [flooded.id],
    );
    refused(await post(merchant.notificationUrl, encode(ipn(merchant, flooded))), 'unavailable');
    const page = await asking(world, null).get(`/return/${flooded.id}?tx=8AB12345CD678901E`);
    expect(page.status).toBe(200);
    expect(await merchant.notifications()).toEqual([]);
    expect(await postRaw(merchant, encode(ipn(merchant, other)))).toBe(200);
  });
});

test("a gateway's message needs no key, and a merchant's key opens nothing there", async () => {
  const merchant = await Merchant.create(world);
  refused(
    await asking(world, merchant.secretKey).post('/hooks/paypal-standard/nobody/ipn', 'txn_id=1', FORM),
    'not_found',
  );
  const { data } = (await merchant.get<{ data: NotificationView[] }>('/v1/notifications')).body;
  expect(data).toEqual([]);
});
