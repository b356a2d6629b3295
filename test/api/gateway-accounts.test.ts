import { createVault } from '../../vault/vault';
import { Merchant, untilStatus } from '../support/client';
import type { Reply } from '../support/client';
import { payAs } from '../support/paypal';
import { ENCRYPTION_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, memberOf, newMerchant, operatorOf } from './asking';
import { refused, refusedField } from './refusal';
import { expectNowhere } from './whole-database';

interface AccountView {
  readonly gateway: string;
  readonly environment: string;
  readonly enabled: boolean;
  readonly notificationUrl: string;
  readonly returnUrl: string;
  readonly checks: readonly { readonly name: string; readonly ok: boolean | null; readonly detail: string }[];
}
interface Page {
  readonly data: readonly AccountView[];
  readonly nextCursor: string | null;
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const PATH = '/v1/gateway-accounts/paypal-standard';
const CANARY = 'PDT-SECRET-CANARY-77';
const right = {
  environment: 'simulator',
  receiverId: 'SELLER0000001',
  receiverEmails: ['treasurer@club.example'],
  pdtIdentityToken: CANARY,
};
const tokenOf = (account: AccountView) => new URL(account.notificationUrl).pathname.split('/')[3];

test('an account is set with credentials and answered with the addresses to enter at the gateway', async () => {
  const merchant = await newMerchant(world);
  const { status, body } = await merchant.put<AccountView>(PATH, right);
  expect(status).toBe(200);
  expect(body).toEqual({
    gateway: 'paypal-standard',
    environment: 'simulator',
    enabled: true,
    disabledReason: null,
    notificationUrl: expect.stringMatching(new RegExp(`^${world.baseUrl}/hooks/paypal-standard/[\\w-]{32}/ipn$`)),
    returnUrl: `${world.baseUrl}/return/`,
    capabilities: expect.objectContaining({ lookup: 'none' }),
    checks: [
      expect.objectContaining({
        name: 'credentials_accepted',
        ok: null,
        required: false,
        detail: expect.stringContaining('nothing to ask'),
      }),
      expect.objectContaining({ name: 'lookup', ok: null, detail: expect.stringContaining('expires') }),
      expect.objectContaining({ name: 'pdt_token', ok: null, detail: expect.stringContaining('first return') }),
      expect.objectContaining({ name: 'currency_accepted', ok: true, required: true }),
      expect.objectContaining({
        name: 'notifications',
        ok: null,
        detail: expect.stringContaining('not seen yet'),
        remedy: expect.stringContaining('IPN'),
      }),
      expect.objectContaining({ name: 'notification_url', ok: true }),
    ],
    checkedAt: expect.any(String),
  });
  expect((await merchant.get<Page>('/v1/gateway-accounts')).body).toEqual({ data: [body], nextCursor: null });
  expect(await merchant.post<AccountView>(`${PATH}/check`)).toMatchObject({
    status: 200,
    body: { ...body, checkedAt: expect.any(String) },
  });
});

test('a merchant without an account has an empty list, nothing to check, and no notification address', async () => {
  const merchant = await newMerchant(world);
  expect((await merchant.get('/v1/gateway-accounts')).body).toEqual({ data: [], nextCursor: null });
  refused(await merchant.post(`${PATH}/check`), 'not_found');
});

test('the list takes limit and cursor like every list', async () => {
  const merchant = await newMerchant(world);
  const { body } = await merchant.put<AccountView>(PATH, right);
  expect((await merchant.get('/v1/gateway-accounts?limit=1')).body).toEqual({ data: [body], nextCursor: null });
  refusedField(await merchant.get('/v1/gateway-accounts?limit=0'), 'limit');
  refusedField(await merchant.get('/v1/gateway-accounts?cursor=zzz'), 'cursor');
  refusedField(await merchant.get('/v1/gateway-accounts?environment=live'), 'environment');
});

test.each<readonly [string, Record<string, unknown>, string]>([
  ['no environment', { environment: undefined }, 'environment'],
  ['an unknown environment', { environment: 'production' }, 'environment'],
  ['neither id nor address', { receiverId: undefined, receiverEmails: [] }, 'receiverId'],
  ['neither address nor id', { receiverId: undefined, receiverEmails: undefined }, 'receiverEmails'],
  ['a receiver that is a number', { receiverId: 7 }, 'receiverId'],
  ['a receiver with a space inside', { receiverId: 'A B' }, 'receiverId'],
  ['an e-mail address as receiver', { receiverId: 'treasurer@club.example' }, 'receiverId'],
  ['addresses that are no list', { receiverEmails: 'treasurer@club.example' }, 'receiverEmails'],
  ['an address that is none', { receiverEmails: ['treasurer@club.example', 'x'] }, 'receiverEmails.1'],
  ['an empty identity token', { pdtIdentityToken: '' }, 'pdtIdentityToken'],
  ['an identity token of 201 letters', { pdtIdentityToken: 'x'.repeat(201) }, 'pdtIdentityToken'],
  ['a field of another gateway', { webhookSecret: CANARY }, 'webhookSecret'],
  ['a path of its own', { pathToken: 'mine' }, 'pathToken'],
])(
  'credentials with %s are refused by the name of the field, without repeating any value',
  async (_what, over, field) => {
    const merchant = await newMerchant(world);
    const reply = await merchant.put(PATH, { ...right, ...over });
    refusedField(reply, field);
    expect(JSON.stringify(reply.body)).not.toContain(CANARY);
    expect((await merchant.get<Page>('/v1/gateway-accounts')).body.data).toEqual([]);
  },
);

test('credentials never come back: not in an answer, not in a list, not in the database in clear', async () => {
  const merchant = await newMerchant(world);
  const replies: Reply[] = [
    await merchant.put(PATH, right),
    await merchant.get('/v1/gateway-accounts'),
    await merchant.post(`${PATH}/check`),
    await merchant.get('/v1/merchant'),
    await merchant.put(PATH, { ...right, receiverId: 7 }),
    await merchant.put(PATH, { ...right, environment: CANARY }),
    await merchant.put('/v1/gateway-accounts/nope', right),
    await merchant.put(PATH, `{"pdtIdentityToken":"${CANARY}",`),
  ];
  for (const { body, headers } of replies) {
    expect(JSON.stringify(body)).not.toContain(CANARY);
    expect(JSON.stringify(body)).not.toContain(right.receiverId);
    expect([...headers].join()).not.toContain(CANARY);
  }
  // That a token was entered is told; in no row does one stand under its name.
  await expectNowhere(world.db, CANARY, right.receiverId, 'pdtIdentityToken":', 'pdtIdentityToken"":');
});

test('credentials lie sealed for their own account and open with the encryption key only', async () => {
  const merchant = await newMerchant(world);
  await merchant.put(PATH, right);
  const { rows } = await world.db.sql.query<{ id: string; credentials: Buffer; key_id: string }>(
    'SELECT id, credentials, key_id FROM gateway_accounts WHERE merchant_id = $1',
    [merchant.id],
  );
  const { id, credentials, key_id } = rows[0]!;
  const vault = createVault(ENCRYPTION_KEY);
  const { environment: _environment, ...fields } = right;
  expect(JSON.parse(vault.open(credentials, id).toString())).toEqual(fields);
  expect(key_id).toBe(vault.keyId);
  expect(() => vault.open(credentials, 'acc_another')).toThrow();
  expect(() => createVault(Buffer.alloc(32, 8)).open(credentials, id)).toThrow();
});

test('changed credentials keep the notification address, and replace the old ones whole', async () => {
  const merchant = await newMerchant(world);
  const { body: first } = await merchant.put<AccountView>(PATH, right);
  const { body: second } = await merchant.put<AccountView>(PATH, {
    environment: 'simulator',
    receiverId: 'SELLER0000002',
  });
  expect(second.notificationUrl).toBe(first.notificationUrl);
  expect(second.checks.find(({ name }) => name === 'pdt_token')).not.toEqual(
    first.checks.find(({ name }) => name === 'pdt_token'),
  );
  const { rows } = await world.db.sql.query<{ id: string; credentials: Buffer }>(
    'SELECT id, credentials FROM gateway_accounts WHERE merchant_id = $1',
    [merchant.id],
  );
  expect(JSON.parse(createVault(ENCRYPTION_KEY).open(rows[0]!.credentials, rows[0]!.id).toString())).toEqual({
    receiverId: 'SELLER0000002',
    receiverEmails: [],
  });
});

test('credentials set several times at once for the first time make one account that can be used', async () => {
  for (let round = 0; round < 3; round++) {
    const merchant = await newMerchant(world);
    const { body: member } = await merchant.post<{ id: string }>('/v1/members', { name: 'x' });
    const replies = await Promise.all(Array.from({ length: 6 }, () => merchant.put<AccountView>(PATH, right)));
    expect(replies.map((reply) => reply.status)).toEqual(replies.map(() => 200));
    expect(new Set(replies.map((reply) => tokenOf(reply.body))).size).toBe(1);
    const payment = await merchant.post('/v1/payments', { member: member.id, gateway: 'paypal-standard', amount: 500 });
    expect(payment.status).toBe(201);
  }
});

test('the environment changes freely until money was booked in it, and never afterwards', async () => {
  const merchant = await Merchant.create(world);
  const put = (environment: string, receiverId = merchant.seller.id) =>
    asking(world, merchant.secretKey).put<AccountView>(PATH, { environment, receiverId });

  for (const environment of ['live', 'sandbox', 'simulator'])
    expect((await put(environment)).body.environment).toBe(environment);
  const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
  expect((await put('sandbox')).status).toBe(200);
  expect((await put('simulator')).status).toBe(200);
  await payAs(merchant, payment);
  await untilStatus(merchant, payment.id, 'paid');

  for (const environment of ['live', 'sandbox']) refused(await put(environment), 'environment_has_books');
  const { status, body } = await put('simulator', 'SELLER0000009');
  expect({ status, environment: body.environment }).toEqual({ status: 200, environment: 'simulator' });
});

test('the check of notifications is passed by the first verified message', async () => {
  const merchant = await Merchant.create(world);
  const check = async () =>
    (await merchant.post<AccountView>(`${PATH}/check`)).body.checks.find(({ name }) => name === 'notifications');
  expect(await check()).toMatchObject({ ok: null });
  const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
  await payAs(merchant, payment);
  await untilStatus(merchant, payment.id, 'paid');
  expect(await check()).toMatchObject({ ok: true });
});

test.each([['nope'], ['stripe'], ['__proto__'], ['constructor'], ['PAYPAL-STANDARD'], ['%00'], ['x'.repeat(500)]])(
  'the gateway %s is not found',
  async (gateway) => {
    const merchant = await newMerchant(world);
    refused(await merchant.put(`/v1/gateway-accounts/${gateway}`, right), 'not_found');
    refused(await merchant.post(`/v1/gateway-accounts/${gateway}/check`), 'not_found');
  },
);

test("each merchant has its own accounts and addresses; nobody sees another's", async () => {
  const [one, two] = [await newMerchant(world), await newMerchant(world)];
  const [{ body: first }, { body: second }] = [
    await one.put<AccountView>(PATH, right),
    await two.put<AccountView>(PATH, right),
  ];
  expect(tokenOf(first)).not.toBe(tokenOf(second));
  expect((await one.get<Page>('/v1/gateway-accounts')).body.data).toEqual([first]);
});

test('members and the operator touch no credentials', async () => {
  const merchant = await Merchant.create(world);
  const browser = await memberOf(merchant, await merchant.member());
  for (const who of [browser, operatorOf(world)]) {
    refused(await who.put(PATH, right), 'forbidden');
    refused(await who.get('/v1/gateway-accounts'), 'forbidden');
    refused(await who.post(`${PATH}/check`), 'forbidden');
  }
});
