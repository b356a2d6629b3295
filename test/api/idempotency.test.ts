import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { doUpkeep } from '../../outbox/upkeep';
import { Merchant, untilStatus } from '../support/client';
import type { PaymentView, Reply } from '../support/client';
import { kkiapayMerchant, payInWidget, visit } from '../support/gateways';
import { payAs } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { startApi } from './api-alone';
import { asking, memberOf } from './asking';
import { refused, refusedField } from './refusal';

let world: World;
let merchant: Merchant;
beforeAll(async () => {
  world = await startWorld();
  merchant = await Merchant.create(world);
});
afterAll(() => world.stop());

const under = (key: string) => ({ 'idempotency-key': key });
const replayed = (reply: Reply) => reply.headers.get('idempotency-replayed');

test('the same key and body give the first answer again, and say so', async () => {
  const member = await merchant.member([['fee', 1000]]);
  const body = { member, gateway: 'paypal-standard', amount: 700 };
  const first = await merchant.post<PaymentView>('/v1/payments', body, under('again'));
  const second = await merchant.post<PaymentView>('/v1/payments', body, under('again'));
  expect([first.status, replayed(first)]).toEqual([201, null]);
  expect([second.status, replayed(second)]).toEqual([201, 'true']);
  expect(second.body).toEqual(first.body);
  expect(await merchant.payments(member)).toHaveLength(1);
});

test('the same body with its keys in another order is the same body', async () => {
  const member = await merchant.member([['fee', 1000]]);
  const first = await merchant.post<PaymentView>(
    '/v1/payments',
    { member, gateway: 'paypal-standard', amount: 700 },
    under('key order'),
  );
  const second = await merchant.post<PaymentView>(
    '/v1/payments',
    { amount: 700, gateway: 'paypal-standard', member },
    under('key order'),
  );
  expect([second.status, second.body.id]).toEqual([201, first.body.id]);
});

test('a repetition names what the first made, as it is now, even when the same request would now be refused or mean something else', async () => {
  const member = await merchant.member([['fee', 1000]]);
  const body = { member, gateway: 'paypal-standard' };
  const first = await merchant.post<PaymentView>('/v1/payments', body, under('before it was paid'));
  await payAs(merchant, first.body);
  await untilStatus(merchant, first.body.id, 'paid');
  refused(await merchant.post('/v1/payments', body), 'nothing_due');
  await world.db.sql.query('UPDATE gateway_accounts SET enabled = false WHERE merchant_id = $1', [merchant.id]);
  const again = await merchant.post<PaymentView>('/v1/payments', body, under('before it was paid'));
  await world.db.sql.query('UPDATE gateway_accounts SET enabled = true WHERE merchant_id = $1', [merchant.id]);
  expect([again.status, replayed(again)]).toEqual([201, 'true']);
  expect(again.body).toMatchObject({ id: first.body.id, status: 'paid' });
});

test('after three days a key is forgotten; one that gave money back never is', async () => {
  const club = await kkiapayMerchant(world);
  const member = await club.member([['fee', 1000]]);
  const payment = await club.pay(member, { gateway: 'kkiapay' });
  await visit((await payInWidget(club, payment)).callbackUrl);
  await untilStatus(club, payment.id, 'paid');
  const addCharge = () =>
    club.post(
      `/v1/members/${member}/charges`,
      { label: 'Fee', category: 'fee', amount: 700, currency: 'XOF' },
      under('of last week'),
    );
  const giveBack = () => club.post<{ id: string }>(`/v1/payments/${payment.id}/refunds`, {}, under('back'));
  await addCharge();
  const back = await giveBack();
  await world.db.sql.query("UPDATE idempotency_keys SET expires_at = expires_at - interval '73 hours'");
  await doUpkeep({ db: world.db, silentGateways: [] });
  expect(replayed(await addCharge())).toBeNull();
  const again = await giveBack();
  expect([back.status, replayed(again), again.body.id]).toEqual([201, 'true', back.body.id]);
});

test.each([
  '/v1/payments/',
  '/V1/Payments',
  '/v1/PAYMENTS',
  '/v1//payments',
  '//v1/payments',
  '/v1/payments/?',
  '/v1/payments%2F',
])('a proxy that writes the path as %s makes no second payment', async (path) => {
  const member = await merchant.member([['fee', 1000]]);
  const body = { member, gateway: 'paypal-standard', amount: 700 };
  const first = await merchant.post<PaymentView>('/v1/payments', body, under(`tidied ${path}`));
  expect(first.status).toBe(201);
  const answer = await fetch(`${world.baseUrl}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${merchant.secretKey}`,
      'content-type': 'application/json',
      ...under(`tidied ${path}`),
    },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(404);
  expect(await merchant.payments(member)).toHaveLength(1);
});

test('a key holds for what is acted upon, however a client escapes its letters', async () => {
  const member = await merchant.member([]);
  const charge = { label: 'Fee', category: 'fee', amount: 700, currency: 'EUR' };
  const first = await merchant.post<{ id: string }>(`/v1/members/${member}/charges`, charge, under('escaped'));
  const again = await merchant.post<{ id: string }>(
    `/v1/members/%6d${member.slice(1)}/charges`,
    charge,
    under('escaped'),
  );
  expect([again.status, replayed(again), again.body.id]).toEqual([first.status, 'true', first.body.id]);
});

test('a key that an earlier release kept is found again: its scope is the path as the route writes it', async () => {
  const member = await merchant.member([['fee', 1000]]);
  const path = `/v1/members/${member}/charges`;
  const charge = { label: 'Fee', category: 'fee', amount: 700, currency: 'EUR' };
  await merchant.post(path, charge, under('kept before'));
  const scope = createHash('sha256').update(`merchant ${merchant.id}\nPOST\n${path}`).digest();
  const { rowCount } = await world.db.sql.query(
    "SELECT FROM idempotency_keys WHERE scope = $1 AND key = 'kept before'",
    [scope],
  );
  expect(rowCount).toBe(1);
});

test('the same key with another body is refused, and the first stays', async () => {
  const member = await merchant.member([['fee', 1000]]);
  const body = { member, gateway: 'paypal-standard', amount: 700 };
  const first = await merchant.post<PaymentView>('/v1/payments', body, under('two bodies'));
  for (const other of [
    { ...body, amount: 701 },
    { ...body, expiresInMs: 5_000 },
    { member, gateway: 'paypal-standard' },
  ])
    refused(await merchant.post('/v1/payments', other, under('two bodies')), 'idempotency_key_reused');
  expect(await merchant.payments(member)).toEqual([first.body]);
});

test.each<readonly [string, (member: string) => readonly [string, unknown]]>([
  ['payment', (member) => ['/v1/payments', { member, gateway: 'paypal-standard', amount: 700 }]],
  [
    'charge',
    (member) => [`/v1/members/${member}/charges`, { label: 'x', category: 'x', amount: 700, currency: 'EUR' }],
  ],
  ['member', () => ['/v1/members', { name: 'Only one' }]],
])('twenty of the same request at once make one %s, and every answer is that one', async (what, request) => {
  const member = await merchant.member();
  const [path, body] = request(member);
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => merchant.post<{ id: string }>(path, body, under(`twenty of one ${what}`))),
  );
  expect(replies.map((reply) => reply.status)).toEqual(replies.map(() => 201));
  for (const reply of replies) expect(reply.body).toEqual(replies[0]?.body);
  expect(replies.filter((reply) => replayed(reply) === null)).toHaveLength(1);
  if (what === 'payment') expect(await merchant.payments(member)).toHaveLength(1);
  if (what === 'charge') expect((await merchant.cart(member)).charges).toHaveLength(1);
});

test('of twenty at once only the payment that was made is started', async () => {
  const started: string[] = [];
  const api = await startApi({
    db: world.db,
    deliveries: {
      started: async ({ id }) => void started.push(id),
      notified: () => undefined,
      leaseMs: () => 5_000,
      close: () => Promise.resolve(),
    },
  });
  const member = await merchant.member();
  const body = { member, gateway: 'paypal-standard', amount: 700 };
  const server = asking(api, merchant.secretKey);
  await Promise.all(Array.from({ length: 20 }, () => server.post('/v1/payments', body, under('start once'))));
  await api.stop();
  expect(started).toEqual((await merchant.payments(member)).map((payment) => payment.id));
});

test('keys are per holder: another merchant, or the member with a token, may use the same one', async () => {
  const other = await Merchant.create(world);
  const [member, theirs] = [await merchant.member(), await other.member()];
  const body = { member, gateway: 'paypal-standard', amount: 700 };
  const browser = await memberOf(merchant, member);
  const replies = [
    await merchant.post<PaymentView>('/v1/payments', body, under('shared')),
    await other.post<PaymentView>('/v1/payments', { ...body, member: theirs }, under('shared')),
    await browser.post<PaymentView>('/v1/payments', body, under('shared')),
  ];
  expect(replies.map((reply) => [reply.status, replayed(reply)])).toEqual(replies.map(() => [201, null]));
  expect(new Set(replies.map((reply) => reply.body.id)).size).toBe(3);
  const newToken = await memberOf(merchant, member);
  const again = await newToken.post<PaymentView>('/v1/payments', body, under('shared'));
  expect([again.body.id, replayed(again)]).toEqual([replies[2]!.body.id, 'true']);
});

test('keys are per path: one key may make a member, a charge for each of two, and a payment', async () => {
  const [one, two] = [await merchant.member(), await merchant.member()];
  const charge = { label: 'x', category: 'x', amount: 700, currency: 'EUR' };
  const replies = [
    await merchant.post('/v1/members', { name: 'x' }, under('everywhere')),
    await merchant.post(`/v1/members/${one}/charges`, charge, under('everywhere')),
    await merchant.post(`/v1/members/${two}/charges`, charge, under('everywhere')),
    await merchant.post('/v1/payments', { member: one, gateway: 'paypal-standard' }, under('everywhere')),
  ];
  expect(replies.map((reply) => [reply.status, replayed(reply)])).toEqual(replies.map(() => [201, null]));
});

test('what was refused is not kept: the same key may come again with a body that is right', async () => {
  const member = await merchant.member();
  const body = { member, gateway: 'paypal-standard', amount: 700 };
  const key = under('after refusals');
  refusedField(await merchant.post('/v1/payments', { ...body, amount: 0 }, key), 'amount');
  refused(await merchant.post('/v1/payments', { ...body, amount: undefined }, key), 'nothing_due');
  refused(await merchant.post('/v1/payments', { ...body, currency: 'USD' }, key), 'currency_not_supported');
  refused(
    await merchant.post('/v1/payments', { ...body, returnUrl: 'https://x.example/' }, key),
    'origin_not_registered',
  );
  refused(await merchant.post('/v1/payments', { ...body, member: `mem_${'0'.repeat(26)}` }, key), 'not_found');
  refused(await asking(world, 'nope').post('/v1/payments', body, key), 'unauthenticated');
  const { status, headers } = await merchant.post('/v1/payments', body, key);
  expect({ status, replayed: headers.get('idempotency-replayed') }).toEqual({ status: 201, replayed: null });
});

test('a key has 1 to 255 characters', async () => {
  const make = (key: string) => merchant.post('/v1/members', { name: 'x' }, under(key));
  for (const key of ['', 'x'.repeat(256), 'x'.repeat(2000)]) refusedField(await make(key), 'Idempotency-Key');
  for (const key of ['x', 'x'.repeat(255), "it's; DROP TABLE --", 'é'.repeat(100)])
    expect((await make(key)).status).toBe(201);
});

test('without a key every request is a new one', async () => {
  const member = await merchant.member();
  const request = () =>
    fetch(new URL('/v1/payments', world.baseUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${merchant.secretKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ member, gateway: 'paypal-standard', amount: 700 }),
    });
  expect((await request()).status).toBe(201);
  expect((await request()).status).toBe(201);
  expect(await merchant.payments(member)).toHaveLength(2);
});

test('a crash between effect and answer leaves both or neither: the key is kept in the same transaction', async () => {
  const member = await merchant.member();
  const { body } = await merchant.post<PaymentView>(
    '/v1/payments',
    { member, gateway: 'paypal-standard', amount: 700 },
    under('one transaction'),
  );
  const { rows } = await world.db.sql.query<{ together: boolean }>(
    'SELECT k.xmin = p.xmin AS together FROM idempotency_keys k, payments p WHERE k.key = $1 AND p.id = $2',
    ['one transaction', body.id],
  );
  expect(rows).toEqual([{ together: true }]);
});

test('whatever order keys and bodies come in, at once or after each other: one payment per key, and no answer mixes two', async () => {
  const request = fc.record({ key: fc.constantFrom('a', 'b', 'c'), amount: fc.constantFrom(100, 200) });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(request, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
      async (rounds) => {
        const member = await merchant.member();
        const prefix = `run ${run++} `;
        const answers: { key: string; amount: number; reply: Reply<PaymentView> }[] = [];
        for (const round of rounds)
          answers.push(
            ...(await Promise.all(
              round.map(async ({ key, amount }) => {
                const body = { member, gateway: 'paypal-standard', amount };
                return {
                  key,
                  amount,
                  reply: await merchant.post<PaymentView>('/v1/payments', body, under(prefix + key)),
                };
              }),
            )),
          );

        const keys = [...new Set(answers.map(({ key }) => key))];
        for (const key of keys) {
          const mine = answers.filter((answer) => answer.key === key);
          const made = mine.filter(({ reply }) => reply.status === 201);
          expect(new Set(made.map(({ reply }) => reply.body.id)).size).toBe(1);
          expect(made.filter(({ reply }) => replayed(reply) === null)).toHaveLength(1);
          for (const { amount, reply } of mine) {
            if (amount === made[0]!.amount) expect(reply.body).toEqual(made[0]!.reply.body);
            else refused(reply, 'idempotency_key_reused');
          }
        }
        expect(await merchant.payments(member)).toHaveLength(keys.length);
      },
    ),
    { numRuns: 12 },
  );
});
