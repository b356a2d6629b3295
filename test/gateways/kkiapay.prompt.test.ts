import { kkiapay } from '../../activities/gateways/kkiapay';
import type { KkiapayCredentials } from '../../activities/gateways/kkiapay/credentials';
import type { CheckoutOrder, GatewayContext } from '../../activities/gateways/port';
import {
  CREDENTIALS,
  failureOf,
  deaf,
  json,
  NO_ANSWERS,
  nobody,
  order,
  PAYMENT_ID,
  startKkiapay,
  text,
  type KkiapayServer,
} from './kkiapay-messages';

let server: KkiapayServer;
beforeAll(async () => {
  server = await startKkiapay();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.reset();
});

const start = (over: Partial<CheckoutOrder> = {}, context: Partial<GatewayContext<KkiapayCredentials>> = {}) =>
  kkiapay.startCheckout(
    order({ startedBy: 'merchant', method: 'mobile_money', phone: '+229 01 61 00 00 00', ...over }),
    server.context(context),
  );
const SENT = { kind: 'prompt', to: '+2290161000000', patienceMs: 90_000 };

it.each(['internalTransactionId', 'transactionId'])(
  'K25: a prompt was opened, whose reference is in %s',
  async (name) => {
    server.answers('request', json(200, { [name]: 'kk_1', status: 'PENDING', providerCommonName: 'MOOV' }));
    await expect(start()).resolves.toEqual({ opened: true, nextAction: SENT, reference: 'kk_1' });
  },
);

it('asks KKiaPay once, for the whole sum, with our id twice, and as a server does', async () => {
  server.answers('request', json(200, { internalTransactionId: 'kk_1', status: 'PENDING' }));
  await start();
  expect(server.asked).toMatchObject([
    { path: '/kkiapay/api/v1/payments/request', headers: { 'x-api-key': CREDENTIALS.publicKey } },
  ]);
  expect(server.asked[0]?.body).toEqual({
    phoneNumber: '2290161000000',
    amount: 5000,
    partnerId: PAYMENT_ID,
    stateData: PAYMENT_ID,
    reason: 'Club de Cotonou',
    firstname: 'Awa',
    lastname: 'Dossou Payer',
    email: 'awa@example.test',
  });
});

it('a payer without a name and an address is prompted all the same', async () => {
  server.answers('request', json(200, { internalTransactionId: 'kk_1', status: 'PENDING' }));
  await expect(start({ payer: { name: null, email: null } })).resolves.toMatchObject({ opened: true });
  expect(server.asked[0]?.body).toMatchObject({ firstname: '', lastname: '', email: '' });
});

describe('a clear no of KKiaPay’s', () => {
  it.each([
    {
      what: 'a prompt that failed at once',
      says: json(200, { status: 'FAILED', failureCode: 'processing_error' }),
      reason: 'processing_error',
    },
    {
      what: 'a prompt that failed and has an id',
      says: json(200, { status: 'FAILED', failureCode: 'payment_declined', internalTransactionId: 'kk_1' }),
      reason: 'payment_declined',
    },
    { what: 'a prompt that failed without a word', says: json(200, { status: 'FAILED' }), reason: 'failed' },
    {
      what: 'a phone number that it does not take',
      says: json(400, { status: 'INVALID_PHONE_NUMBER' }),
      reason: 'invalid_phone_number',
    },
    { what: 'a payer whom it does not serve', says: json(422, { statusCode: 422, message: 'no' }), reason: 'http_422' },
    { what: 'a path that it does not serve', says: json(404, { status: 'NOT_AVAILABLE' }), reason: 'not_available' },
    { what: 'a request that it does not like, in no word', says: json(400, { message: 'no' }), reason: 'http_400' },
    {
      what: 'keys that it does not know',
      says: json(401, { statusCode: 401, message: 'Unauthorized' }),
      reason: 'keys_refused',
    },
    { what: 'keys of another environment', says: json(403, { message: 'Forbidden' }), reason: 'keys_refused' },
  ])('$what opens nothing', async ({ says, reason }) => {
    server.answers('request', says);
    await expect(start()).resolves.toMatchObject({ opened: false, reason });
    expect(server.asked).toHaveLength(1);
  });

  it('says nothing of the payer', async () => {
    server.answers('request', json(400, { status: 'INVALID_PHONE_NUMBER', message: '2290161000000' }));
    expect(JSON.stringify(await start())).not.toContain('61000000');
  });
});

/** What is no answer to a question is a no to a prompt: KKiaPay refuses in JSON. */
const REFUSALS = ['HTTP 401 in JSON', 'HTTP 404', 'HTTP 400 without a word'];

describe('whatever may have reached the phone is never sent again', () => {
  it.each([
    ...NO_ANSWERS.filter(({ what }) => !REFUSALS.includes(what)),
    { what: '200 without an id', says: json(200, { status: 'PENDING' }) },
    { what: '200 with an id that is a number', says: json(200, { internalTransactionId: 17, status: 'PENDING' }) },
    { what: '400 with an id', says: json(400, { status: 'INVALID', internalTransactionId: 'kk_1' }) },
    { what: '400 that says SUCCESS', says: json(400, { status: 'SUCCESS' }) },
    { what: '422 with an id that is a number', says: json(422, { transactionId: 17 }) },
    { what: '409: there is another call of ours', says: json(409, { status: 'CONFLICT' }) },
    { what: '422 with a page', says: text(422, '<h1>no</h1>') },
    { what: '429', says: text(429, '{}', { 'retry-after': '1' }) },
  ])('$what', async ({ says }) => {
    server.answers('request', says);
    const { moved, retry } = await failureOf(start());
    expect({ moved, retry }).toEqual({ moved: 'perhaps', retry: 'never' });
    expect(server.asked).toHaveLength(1);
  });

  it('an answer that never comes, though the prompt was sent', async () => {
    server.answers('request', json(200, { internalTransactionId: 'kk_1', status: 'PENDING' }));
    const asked = kkiapay.startCheckout(
      order({ startedBy: 'merchant', method: 'mobile_money', phone: '22961000000' }),
      deaf(server),
    );
    expect(await failureOf(asked)).toMatchObject({ moved: 'perhaps', retry: 'never' });
    expect(server.asked).toHaveLength(1);
  });

  it('only a request that never left may be repeated', async () => {
    expect(await failureOf(start({}, { simulatorUrl: await nobody() }))).toMatchObject({
      code: 'no_connection',
      moved: 'no',
      retry: 'later',
    });
  });
});

it.each([
  { what: 'a number of Orange', over: { phone: '+225 07 11 22 33 44' }, reason: 'phone_not_supported' },
  { what: 'no number', over: { phone: null }, reason: 'phone_not_supported' },
  { what: 'a card', over: { method: 'card' }, reason: 'method_not_supported' },
  { what: 'half a franc', over: { money: { amount: 0.5, currency: 'XOF' } }, reason: 'amount_not_supported' },
])('$what is refused before the network', async ({ over, reason }) => {
  await expect(start(over)).resolves.toMatchObject({ opened: false, reason });
  expect(server.asked).toEqual([]);
});

it('nothing is sent for a merchant who has turned prompts off', async () => {
  await expect(start({}, { credentials: { ...CREDENTIALS, merchantInitiated: false } })).resolves.toMatchObject({
    opened: false,
    reason: 'method_not_supported',
  });
  expect(server.asked).toEqual([]);
});
