import { kkiapay } from '../../activities/gateways/kkiapay';
import type { GatewayContext, Lookup, OpenedCheckout, RawNotification } from '../../activities/gateways/port';
import type { KkiapayCredentials } from '../../activities/gateways/kkiapay/credentials';
import {
  checkout,
  CREDENTIALS,
  failureOf,
  json,
  NO_ANSWERS,
  nobody,
  notFound,
  OTHER_PAYMENT_ID,
  PAYMENT_ID,
  poll,
  startKkiapay,
  transaction,
  webhook,
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

const HEARD = webhook({ transactionId: 'kk_1', event: 'transaction.success', amount: 5000 });

type Over = Partial<GatewayContext<KkiapayCredentials>>;
const notified = (
  raw: RawNotification = HEARD,
  about: OpenedCheckout | null = checkout(),
  over: Over = {},
): Promise<Lookup> => kkiapay.fetchFacts({ by: 'notification', raw, checkout: about }, server.context(over));
const standing = (about: OpenedCheckout, over: Over = {}): Promise<Lookup> =>
  kkiapay.fetchFacts({ by: 'payment', checkout: about }, server.context(over));
const says = (over: Record<string, unknown>): void => {
  server.answers('status', json(200, transaction(over)));
};

const PROMPTED = checkout({ handed: 'prompt', reference: 'kk_1', method: 'mobile_money' });
const CAPTURED = {
  kind: 'payment_captured',
  gatewayReference: 'kk_1',
  qualifier: '',
  amount: 5000,
  currency: 'XOF',
  occurredAt: '2026-10-05T15:01:49.499Z',
};

describe('a payout of the merchant', () => {
  const PAYOUTS = [
    { type: 'CREDIT' },
    { type: 'payout' },
    { type: 17 },
    { is_payout: true },
    { is_payout: 'true' },
    { is_payout: 1 },
    { type: 'DEBIT', is_payout: '1' },
  ];

  it.each(PAYOUTS)('told as %j is no payment, in a message, on the return page and in a look-up', async (over) => {
    for (const status of ['SUCCESS', 'PENDING', 'FAILED', 'REVERTED']) {
      says({ ...over, status });
      const none = { found: false, reason: 'not_a_payment' };
      await expect(notified()).resolves.toEqual(none);
      await expect(
        notified({ channel: 'poll', headers: {}, body: Buffer.from('transaction_id=kk_1') }),
      ).resolves.toEqual(none);
      await expect(standing(PROMPTED)).resolves.toEqual(none);
      await expect(standing(checkout({ pending: ['kk_1'] }))).resolves.toEqual(none);
    }
  });

  it.each([
    { type: undefined },
    { type: '' },
    { type: null },
    { type: 'debit' },
    { is_payout: undefined },
    { is_payout: 'false' },
    { is_payout: 0 },
  ])('%j is a payment', async (over) => {
    says(over);
    await expect(notified()).resolves.toMatchObject({ facts: [CAPTURED, {}] });
  });
});

describe('a transaction that KKiaPay calls SUCCESS', () => {
  it('K7: is captured, with the fee that the payer bore beside it', async () => {
    says({});
    await expect(notified()).resolves.toEqual({
      found: true,
      facts: [CAPTURED, { ...CAPTURED, kind: 'payer_fee_charged', amount: 95 }],
      paymentId: PAYMENT_ID,
      references: ['kk_1'],
      remarks: [],
    });
  });

  it('is asked for once, as JSON, with the three keys', async () => {
    says({});
    await notified();
    expect(server.asked).toMatchObject([
      {
        path: '/kkiapay/api/v1/transactions/status',
        headers: {
          'content-type': 'application/json',
          'x-api-key': CREDENTIALS.publicKey,
          'x-private-key': CREDENTIALS.privateKey,
          'x-secret-key': CREDENTIALS.secret,
        },
        body: { transactionId: 'kk_1' },
      },
    ]);
  });

  it.each([
    { bearer: { isFeesBorneByMerchant: true, feeSupportedBy: 'merchant' }, kind: 'fee_charged' },
    { bearer: { isFeesBorneByMerchant: undefined, feeSupportedBy: 'merchant' }, kind: 'fee_charged' },
    { bearer: { isFeesBorneByMerchant: true, feeSupportedBy: undefined }, kind: 'fee_charged' },
    { bearer: { isFeesBorneByMerchant: false, feeSupportedBy: 'customer' }, kind: 'payer_fee_charged' },
    { bearer: { isFeesBorneByMerchant: undefined, feeSupportedBy: undefined }, kind: 'payer_fee_charged' },
  ])('$bearer makes the fee a $kind', async ({ bearer, kind }) => {
    says(bearer);
    await expect(notified()).resolves.toMatchObject({ facts: [CAPTURED, { ...CAPTURED, kind, amount: 95 }] });
  });

  it.each([0, null, undefined, ''])('with fees of %p has no fee', async (fees) => {
    says({ fees });
    await expect(notified()).resolves.toMatchObject({ facts: [CAPTURED], remarks: [] });
  });

  it.each([
    { fees: -95, remark: { word: 'fee_negative', wrote: '-95' } },
    { fees: '-95', remark: { word: 'fee_negative', wrote: '-95' } },
    { fees: 95.5, remark: { word: 'fee_unreadable', wrote: '95.5' } },
    { fees: 'free', remark: { word: 'fee_unreadable', wrote: 'free' } },
    { fees: { amount: 95 }, remark: { word: 'fee_unreadable', wrote: null } },
  ])('with fees of $fees is captured, and a person is told what KKiaPay wrote', async ({ fees, remark }) => {
    says({ fees });
    await expect(notified()).resolves.toMatchObject({ facts: [CAPTURED], remarks: [{ ...remark, about: 'kk_1' }] });
  });

  it('K27: an amount as text is read', async () => {
    says({ amount: '5000', fees: '95' });
    await expect(notified()).resolves.toMatchObject({ facts: [CAPTURED, { amount: 95 }] });
  });

  it.each([100.5, 'abc', 0, -5000, null, '5 000', 1e15])(
    'K27: an amount of %p is no money, and a person looks',
    async (amount) => {
      says({ amount });
      await expect(notified()).resolves.toMatchObject({
        found: true,
        facts: [],
        remarks: [{ word: 'unreadable_amount' }],
        references: ['kk_1'],
      });
    },
  );

  it.each([
    { what: 'K12: a smaller sum', amount: 100 },
    { what: 'K13: a larger sum', amount: 50_000 },
  ])('$what is told as it is, whatever the webhook said, for the payment to refuse or flag', async ({ amount }) => {
    says({ amount });
    await expect(notified()).resolves.toMatchObject({ facts: [{ ...CAPTURED, amount }, {}], paymentId: PAYMENT_ID });
  });

  it('is found by the browser’s return as well', async () => {
    says({});
    await expect(notified(poll('transaction_id=kk_1&amount=1'))).resolves.toMatchObject({
      facts: [CAPTURED, {}],
      paymentId: PAYMENT_ID,
    });
  });

  it.each(['07/11/2019', 'yesterday', '', null, '2026-10-05T15:01:49'])(
    'performed at %p has no certain time',
    async (performed_at) => {
      says({ performed_at });
      await expect(notified()).resolves.toMatchObject({ facts: [{ ...CAPTURED, occurredAt: null }, {}] });
    },
  );
});

describe('whose transaction it is', () => {
  it.each([
    { what: 'partnerId alone', partnerId: PAYMENT_ID, state: '', paymentId: PAYMENT_ID },
    { what: 'K4: state alone, as text', partnerId: '', state: PAYMENT_ID, paymentId: PAYMENT_ID },
    {
      what: 'K6: state as the JSON text of an object',
      partnerId: null,
      state: `{"id":"${PAYMENT_ID}"}`,
      paymentId: PAYMENT_ID,
    },
    {
      what: 'K5: nobody of ours in WooCommerce’s object',
      partnerId: '',
      state: { order_id: 17, sdk: 'woocommerce' },
      paymentId: null,
    },
    { what: 'nobody without an echo', partnerId: '', state: '', paymentId: null },
    {
      what: 'K11: another payment of ours',
      partnerId: OTHER_PAYMENT_ID,
      state: OTHER_PAYMENT_ID,
      paymentId: OTHER_PAYMENT_ID,
    },
  ])('is said by the status answer, never by the message: $what', async ({ partnerId, state, paymentId }) => {
    says({ partnerId, state });
    const lied = webhook({
      transactionId: 'kk_1',
      partnerId: PAYMENT_ID,
      stateData: PAYMENT_ID,
      amount: 1,
      event: 'transaction.success',
    });
    await expect(notified(lied)).resolves.toMatchObject({ found: true, facts: [CAPTURED, {}], paymentId, remarks: [] });
  });

  it('an echo that names two payments names none, and a person looks', async () => {
    says({ partnerId: PAYMENT_ID, state: OTHER_PAYMENT_ID });
    await expect(notified()).resolves.toMatchObject({
      facts: [CAPTURED, {}],
      paymentId: null,
      remarks: [{ word: 'contradicting_echo', about: 'kk_1', wrote: `${PAYMENT_ID} ${OTHER_PAYMENT_ID}` }],
    });
  });

  it('a prompt without an echo belongs to the payment whose prompt it is: KKiaPay gave us its id', async () => {
    says({ partnerId: '', state: '' });
    await expect(standing(PROMPTED)).resolves.toMatchObject({ facts: [CAPTURED, {}], paymentId: PAYMENT_ID });
  });

  it('a prompt that echoes another payment belongs to nobody, and a person looks', async () => {
    says({ partnerId: OTHER_PAYMENT_ID, state: '' });
    await expect(standing(PROMPTED)).resolves.toMatchObject({
      paymentId: null,
      remarks: [{ word: 'contradicting_echo' }],
    });
  });
});

describe('a transaction that KKiaPay calls FAILED', () => {
  it('is a failed try of a payment in the widget, where the payer may try again', async () => {
    says({ status: 'FAILED', failureCode: 'payment_declined', reason: 'other' });
    await expect(notified()).resolves.toMatchObject({
      facts: [
        { kind: 'attempt_failed', gatewayReference: 'kk_1', qualifier: '', reason: 'payment_declined', amount: 5000 },
      ],
      paymentId: PAYMENT_ID,
    });
  });

  it('K16: takes no money, though the webhook with the right secret says success', async () => {
    says({ status: 'FAILED', failureCode: 'insufficient_fund' });
    const lookup = await notified(HEARD);
    expect(lookup).toMatchObject({ found: true, facts: [{ kind: 'attempt_failed', reason: 'insufficient_fund' }] });
  });

  it('K8: in the shape of 2019, the cause is read from reason and the time from performed_at', async () => {
    says({
      status: 'FAILED',
      reason: 'invalid_number',
      failureCode: undefined,
      performed_at: '2019-07-11T09:03:00.000Z',
      performedAt: '07/11/2019',
    });
    await expect(notified()).resolves.toMatchObject({
      facts: [{ kind: 'attempt_failed', reason: 'invalid_number', occurredAt: '2019-07-11T09:03:00.000Z' }],
    });
  });

  it.each([
    { what: 'K24: suffix 01', failureCode: 'processing_error', reason: 'processing_error' },
    { what: 'K24: suffix 02', failureCode: 'insufficient_fund', reason: 'insufficient_fund' },
    { what: 'K24: suffix 03', failureCode: 'payment_declined', reason: 'payment_declined' },
    { what: 'a spelling of the old script', failureCode: 'insufficent_fund', reason: 'insufficient_fund' },
    { what: 'a sentence', failureCode: 'Card-Declined!', reason: 'card_declined' },
    { what: 'nothing', failureCode: '', reason: 'failed' },
  ])('says why in lower snake case: $what', async ({ failureCode, reason }) => {
    says({ status: 'FAILED', failureCode, reason: '' });
    await expect(notified()).resolves.toMatchObject({ facts: [{ reason }] });
  });

  it('ends a prompted payment, which has no other try', async () => {
    says({ status: 'FAILED', failureCode: 'payment_declined' });
    const failed = {
      found: true,
      facts: [{ kind: 'payment_failed', gatewayReference: 'kk_1', reason: 'payment_declined' }],
    };
    await expect(standing(PROMPTED)).resolves.toMatchObject(failed);
    await expect(notified(HEARD, PROMPTED)).resolves.toMatchObject(failed);
    await expect(notified(HEARD, { ...PROMPTED, reference: null })).resolves.toMatchObject(failed);
  });

  it.each([
    { what: 'another transaction than its prompt', about: { ...PROMPTED, reference: 'kk_9' }, echo: PAYMENT_ID },
    {
      what: 'a prompt of another payment, while its own answer was lost',
      about: { ...PROMPTED, reference: null },
      echo: OTHER_PAYMENT_ID,
    },
  ])('does not end a prompted payment when it is $what', async ({ about, echo }) => {
    says({ status: 'FAILED', partnerId: echo, state: echo });
    await expect(notified(HEARD, about)).resolves.toMatchObject({ facts: [{ kind: 'attempt_failed' }] });
  });
});

describe('a transaction that is not decided', () => {
  it.each(['PENDING', 'INIT', 'pending'])('%s in the widget holds the money', async (status) => {
    says({ status });
    await expect(notified()).resolves.toMatchObject({
      found: true,
      facts: [
        { kind: 'payment_pending', gatewayReference: 'kk_1', qualifier: 'pending', reason: 'pending', amount: 5000 },
      ],
      paymentId: PAYMENT_ID,
    });
  });

  it('of a prompt that nobody has answered holds nothing: it is asked about again', async () => {
    says({ status: 'PENDING' });
    await expect(notified(HEARD, PROMPTED)).resolves.toEqual({ found: 'undecided' });
    await expect(standing(PROMPTED)).resolves.toEqual({ found: 'undecided' });
  });

  it('stays undecided when the payment is asked about, and is captured once KKiaPay says so', async () => {
    server.answers('status', json(200, transaction({ status: 'PENDING' })), json(200, transaction()));
    await expect(standing(checkout({ pending: ['kk_1'] }))).resolves.toEqual({ found: 'undecided' });
    await expect(standing(checkout({ pending: ['kk_1'] }))).resolves.toMatchObject({
      found: true,
      facts: [CAPTURED, {}],
    });
  });

  it('with a status that nobody knows is never taken for an end', async () => {
    says({ status: 'COMPLETE' });
    await expect(notified()).resolves.toMatchObject({
      found: true,
      facts: [],
      remarks: [{ word: 'unknown_status' }],
      paymentId: PAYMENT_ID,
    });
    await expect(standing(PROMPTED)).resolves.toEqual({ found: 'unknown', reason: 'unknown_status' });
  });
});

it('K23: a transaction that was given back from the dashboard was captured and refunded, whole and without its fee', async () => {
  says({ status: 'REVERTED' });
  await expect(notified()).resolves.toMatchObject({
    facts: [
      CAPTURED,
      { kind: 'payer_fee_charged', amount: 95 },
      {
        kind: 'payment_refunded',
        gatewayReference: 'kk_1',
        parent: 'kk_1',
        qualifier: '',
        amount: 5000,
        currency: 'XOF',
        feeReturned: 0,
        reason: 'reverted',
        occurredAt: null,
      },
    ],
    paymentId: PAYMENT_ID,
  });
});

describe('how a payment stands', () => {
  it('cannot be asked before a transaction was heard of: KKiaPay has no search', async () => {
    await expect(standing(checkout())).resolves.toEqual({ found: false, reason: 'no_transaction_heard' });
    expect(server.asked).toEqual([]);
  });

  it('is what all its transactions say together, each asked for once', async () => {
    server.answers('status', (response, body) => {
      const { transactionId } = body as { transactionId: string };
      const fields = { kk_1: { status: 'FAILED' }, kk_2: { status: 'SUCCESS' }, kk_3: { status: 'PENDING' } }[
        transactionId
      ];
      json(200, transaction({ transactionId, ...fields }))(response, body);
    });
    await expect(standing(checkout({ reference: 'kk_1', pending: ['kk_1', 'kk_2', 'kk_3'] }))).resolves.toMatchObject({
      found: true,
      facts: [
        { kind: 'attempt_failed', gatewayReference: 'kk_1' },
        { kind: 'payment_captured', gatewayReference: 'kk_2' },
        { kind: 'payer_fee_charged', gatewayReference: 'kk_2' },
      ],
      paymentId: PAYMENT_ID,
      references: ['kk_1', 'kk_2'],
    });
    expect(server.asked.map(({ body }) => body)).toEqual([
      { transactionId: 'kk_1' },
      { transactionId: 'kk_2' },
      { transactionId: 'kk_3' },
    ]);
  });
});

describe('an id that KKiaPay does not know', () => {
  const NOW = Date.parse('2026-10-05T15:00:00.000Z');
  const now = () => NOW;

  it('K9: makes a message untrue', async () => {
    server.answers('status', notFound);
    await expect(notified()).resolves.toEqual({ found: false, reason: 'transaction_not_found' });
    await expect(notified(poll('transaction_id=kk_1'))).resolves.toEqual({
      found: false,
      reason: 'transaction_not_found',
    });
  });

  it.each([
    {
      receivedAt: '2026-10-05T14:59:55.000Z',
      lookup: { found: 'unknown', reason: 'transaction_not_found', retryAfterMs: 2000 },
    },
    {
      receivedAt: '2026-10-05T15:00:01.000Z',
      lookup: { found: 'unknown', reason: 'transaction_not_found', retryAfterMs: 2000 },
    },
    { receivedAt: '2026-10-05T14:59:52.000Z', lookup: { found: false, reason: 'transaction_not_found' } },
  ])(
    'may only not be shown yet when a message about it reached us at $receivedAt, and it is 15:00',
    async ({ receivedAt, lookup }) => {
      server.answers('status', notFound);
      for (const raw of [HEARD, poll('transaction_id=kk_1')])
        await expect(
          kkiapay.fetchFacts({ by: 'notification', raw, checkout: checkout(), receivedAt }, server.context({ now })),
        ).resolves.toEqual(lookup);
    },
  );

  it.each([
    {
      createdAt: '2026-10-05T14:59:55.000Z',
      lookup: { found: 'unknown', reason: 'transaction_not_found', retryAfterMs: 2000 },
    },
    { createdAt: '2026-10-05T14:30:00.000Z', lookup: { found: 'unknown', reason: 'transaction_not_found' } },
    { createdAt: '2026-10-05T13:59:59.000Z', lookup: { found: false, reason: 'transaction_not_found' } },
  ])('is waited for an hour when KKiaPay gave it to us itself ($createdAt)', async ({ createdAt, lookup }) => {
    server.answers('status', notFound);
    await expect(standing({ ...PROMPTED, createdAt }, { now })).resolves.toEqual(lookup);
  });
});

describe('K10: whatever is no answer says nothing about the money', () => {
  it.each(NO_ANSWERS)('$what', async ({ says: answer }) => {
    server.answers('status', answer);
    for (const ask of [() => notified(), () => standing(PROMPTED)]) {
      const { moved, retry } = await failureOf(ask());
      expect({ moved, retry }).toEqual({ moved: 'no', retry: 'later' });
    }
  });

  it('no connection', async () => {
    expect(await failureOf(notified(HEARD, checkout(), { simulatorUrl: await nobody() }))).toMatchObject({
      code: 'no_connection',
      moved: 'no',
    });
  });

  it('refused keys are told apart from a page that refuses', async () => {
    server.answers('status', json(403, { message: 'Forbidden' }));
    expect(await failureOf(notified())).toMatchObject({ code: 'keys_refused' });
    server.answers('status', (response) => response.writeHead(403).end('<h1>Forbidden</h1>'));
    expect(await failureOf(notified())).toMatchObject({ code: 'http_403' });
  });

  it('a pause that KKiaPay asks for is kept', async () => {
    server.answers('status', (response) => response.writeHead(429, { 'retry-after': '7' }).end('{}'));
    expect(await failureOf(notified())).toMatchObject({ retry: { afterMs: 7000 } });
  });

  it.each([{ transactionId: 'kk_2' }, { transactionId: 'KK_1' }, { transactionId: 17 }, { transactionId: undefined }])(
    'an answer about another transaction (%j) is believed by nobody',
    async (over) => {
      says(over);
      await expect(notified()).resolves.toEqual({ found: 'unknown', reason: 'other_transaction' });
      await expect(standing(PROMPTED)).resolves.toEqual({ found: 'unknown', reason: 'other_transaction' });
    },
  );
});

describe('a transaction of another merchant', () => {
  const OLD = { ...CREDENTIALS, publicKey: 'the-account-before' };

  it('is not ours, and a person is told', async () => {
    server.answers('status', json(400, { status: 'INVALID_TRANSACTION' }));
    await expect(notified()).resolves.toMatchObject({ found: 'elsewhere', reason: 'receiver_mismatch' });
  });

  it.each(['TRANSACTION_NOT_FOUND', 'INVALID_TRANSACTION'])(
    'is ours when the account that the payment was opened with knows it, and today’s says %s',
    async (status) => {
      server.answers('status', json(400, { status }), json(200, transaction()));
      await expect(notified(HEARD, checkout(), { openedWith: OLD })).resolves.toMatchObject({
        found: true,
        facts: [CAPTURED, {}],
      });
      expect(server.asked.map(({ headers }) => headers['x-api-key'])).toEqual([CREDENTIALS.publicKey, OLD.publicKey]);
    },
  );

  it('is asked for with today’s keys alone when they were only renewed', async () => {
    server.answers('status', notFound);
    await expect(
      notified(HEARD, checkout(), { openedWith: { ...CREDENTIALS, secret: 'tsk_old' } }),
    ).resolves.toMatchObject({
      found: false,
    });
    expect(server.asked).toHaveLength(1);
  });
});

it('a webhook that names no transaction is genuine, moves nothing, and is shown to a person', async () => {
  await expect(notified(webhook({ test: true }))).resolves.toEqual({
    found: true,
    facts: [],
    paymentId: null,
    references: [],
    remarks: [{ word: 'no_transaction_id', about: null, wrote: null }],
  });
  expect(server.asked).toEqual([]);
});

it('the environment of the account decides which host is asked, and nothing in the message does', async () => {
  const hosts: string[] = [];
  const fetch: typeof globalThis.fetch = async (url) => {
    hosts.push(new Request(url).url);
    return new Response(JSON.stringify(transaction()));
  };
  for (const environment of ['live', 'sandbox', 'simulator'] as const)
    await notified(webhook({ transactionId: 'kk_1', sandbox: true }), checkout(), { environment, fetch });
  expect(hosts).toEqual([
    'https://api.kkiapay.me/api/v1/transactions/status',
    'https://api-sandbox.kkiapay.me/api/v1/transactions/status',
    `${server.url}/kkiapay/api/v1/transactions/status`,
  ]);
});
