import { kkiapay } from '../../activities/gateways/kkiapay';
import type { RefundOrder } from '../../activities/gateways/port';
import {
  CREDENTIALS,
  failureOf,
  deaf,
  json,
  NO_ANSWERS,
  notFound,
  startKkiapay,
  transaction,
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

const refundOrder = (over: Partial<RefundOrder> = {}): RefundOrder => ({
  refundId: 'ref_0123456789abcdefghijkmnpqr',
  paymentId: 'pay_0123456789abcdefghijkmnpqr',
  capture: 'kk_1',
  captured: { amount: 5000, currency: 'XOF' },
  method: 'mobile_money',
  money: { amount: 5000, currency: 'XOF' },
  whole: true,
  note: null,
  idempotencyKey: 'refund:ref_1',
  again: false,
  reference: null,
  known: [],
  ...over,
});
const refund = (over: Partial<RefundOrder> = {}) => kkiapay.refund(refundOrder(over), server.context());
const lookUp = (over: Partial<RefundOrder> = {}) => kkiapay.lookUpRefund(refundOrder(over), server.context());
const shown = (status: string, over: Record<string, unknown> = {}) => json(200, transaction({ status, ...over }));
const reverts = () => server.asked.filter(({ path }) => path.endsWith('/revert'));

const REFUNDED = {
  status: 'succeeded',
  fact: {
    kind: 'payment_refunded',
    gatewayReference: 'kk_1',
    parent: 'kk_1',
    qualifier: '',
    amount: 5000,
    currency: 'XOF',
    feeReturned: 0,
    reason: 'reverted',
    occurredAt: null,
    refundId: 'ref_0123456789abcdefghijkmnpqr',
  },
};

it('a payout is not given back', async () => {
  server.answers('status', shown('SUCCESS', { is_payout: true }));
  await expect(refund()).resolves.toMatchObject({ status: 'refused', reason: 'not_a_payment' });
  expect(reverts()).toEqual([]);
});

it.each(['code', 'status'])('K19: SUCCESS in %s is a refund once the transaction says REVERTED', async (name) => {
  server.answers('status', shown('SUCCESS'), shown('REVERTED'));
  server.answers('revert', json(200, { [name]: 'SUCCESS', transactionId: 'kk_1' }));
  await expect(refund()).resolves.toEqual(REFUNDED);
  expect(reverts()).toMatchObject([
    { body: { transactionId: 'kk_1' }, headers: { 'x-private-key': CREDENTIALS.privateKey } },
  ]);
});

it('K19: SUCCESS of a transaction that is not reverted yet is accepted and not done', async () => {
  server.answers('status', shown('SUCCESS'));
  server.answers('revert', json(200, { code: 'SUCCESS' }));
  await expect(refund()).resolves.toEqual({ status: 'pending', reference: 'kk_1', reason: 'not_reverted_yet' });
});

it('SUCCESS stays accepted when KKiaPay cannot be asked any more whether it is done', async () => {
  server.answers('status', shown('SUCCESS'), json(500, {}));
  server.answers('revert', json(200, { code: 'SUCCESS' }));
  await expect(refund()).resolves.toMatchObject({ status: 'pending' });
});

describe('K20: a refund that may have been made already', () => {
  it('is looked at first, and is not made twice', async () => {
    server.answers('status', shown('REVERTED'));
    await expect(refund({ again: true })).resolves.toEqual(REFUNDED);
    expect(reverts()).toEqual([]);
  });

  it('is made when the first call never arrived', async () => {
    server.answers('status', shown('SUCCESS'), shown('REVERTED'));
    server.answers('revert', json(200, { status: 'SUCCESS' }));
    await expect(refund({ again: true })).resolves.toEqual(REFUNDED);
    expect(reverts()).toHaveLength(1);
  });

  it('has succeeded when KKiaPay says TRANSACTION_NOT_ELIGIBLE and the transaction is reverted', async () => {
    server.answers('status', shown('SUCCESS'), shown('REVERTED'));
    server.answers('revert', json(400, { status: 'TRANSACTION_NOT_ELIGIBLE' }));
    await expect(refund({ again: true })).resolves.toEqual(REFUNDED);
  });

  it('stays open while the look is not answered: the earlier call may have moved the money', async () => {
    server.answers('status', json(500, {}));
    expect(await failureOf(refund({ again: true }))).toMatchObject({ moved: 'perhaps', retry: 'later' });
    expect(await failureOf(refund())).toMatchObject({ moved: 'no', retry: 'later' });
    expect(reverts()).toEqual([]);
  });
});

it('K21: what was given back from the dashboard is not given back again', async () => {
  server.answers('status', shown('REVERTED'));
  await expect(refund()).resolves.toEqual(REFUNDED);
  expect(reverts()).toEqual([]);
});

it('K21: what another refund has given back is not given back for this one', async () => {
  server.answers('status', shown('REVERTED'));
  const known = [{ reference: 'kk_1', money: { amount: 5000, currency: 'XOF' } }];
  await expect(refund({ known })).resolves.toMatchObject({ status: 'refused', reason: 'transaction_not_eligible' });
  await expect(lookUp({ known })).resolves.toEqual({ status: 'none' });
  expect(reverts()).toEqual([]);
});

describe('the look at a refund moves nothing', () => {
  const pending = { status: 'pending', reference: 'kk_1', reason: 'not_reverted_yet' };
  afterEach(() => {
    expect(reverts()).toEqual([]);
  });

  it.each([
    { what: 'reverted', says: shown('REVERTED'), reference: null, answer: REFUNDED },
    { what: 'reverted as accepted', says: shown('REVERTED'), reference: 'kk_1', answer: REFUNDED },
    { what: 'paid', says: shown('SUCCESS'), reference: null, answer: { status: 'none' } },
    { what: 'paid, and a refund of it accepted', says: shown('SUCCESS'), reference: 'kk_1', answer: pending },
    { what: 'failed', says: shown('FAILED'), reference: null, answer: { status: 'none' } },
    { what: 'unknown', says: notFound, reference: null, answer: { status: 'none' } },
    {
      what: 'another merchant’s',
      says: json(400, { status: 'INVALID_TRANSACTION' }),
      reference: null,
      answer: { status: 'none' },
    },
  ])('at a transaction that is $what', async ({ says, reference, answer }) => {
    server.answers('status', says);
    await expect(lookUp({ reference })).resolves.toEqual(answer);
  });

  it.each([
    { what: 'a state that nobody knows', says: shown('TELEPORTED'), reference: null },
    { what: 'another transaction', says: shown('SUCCESS', { transactionId: 'kk_2' }), reference: null },
    { what: 'nothing of what it had accepted', says: notFound, reference: 'kk_1' },
  ])('and $what is neither yes nor no', async ({ says, reference }) => {
    server.answers('status', says);
    expect(await failureOf(lookUp({ reference }))).toMatchObject({ code: 'refund_unclear', moved: 'no' });
  });

  it('and no answer leaves it open', async () => {
    server.answers('status', json(500, {}));
    expect(await failureOf(lookUp())).toMatchObject({ moved: 'no', retry: 'later' });
  });
});

it('what KKiaPay had accepted is not refused because it is not eligible once more', async () => {
  server.answers('status', shown('SUCCESS'));
  server.answers('revert', json(400, { status: 'TRANSACTION_NOT_ELIGIBLE' }));
  await expect(refund({ again: true, reference: 'kk_1' })).resolves.toMatchObject({
    status: 'pending',
    reason: 'not_reverted_yet',
  });
});

describe('K21: is refused before the network', () => {
  it.each([
    { what: 'a card payment', over: { method: 'card' }, reason: 'method_not_refundable' },
    {
      what: 'a part of a payment',
      over: { whole: false, money: { amount: 100, currency: 'XOF' } },
      reason: 'partial_refund_not_supported',
    },
    { what: 'a second refund', over: { whole: false }, reason: 'partial_refund_not_supported' },
  ])('$what', async ({ over, reason }) => {
    await expect(refund(over)).resolves.toMatchObject({ status: 'refused', reason });
    expect(server.asked).toEqual([]);
  });
});

describe('is refused before anything moves', () => {
  it.each([
    {
      what: 'a card payment whose method the payer chose',
      says: shown('SUCCESS', { source: 'CARD' }),
      reason: 'method_not_refundable',
    },
    { what: 'a wallet payment', says: shown('SUCCESS', { source: 'WALLET' }), reason: 'method_not_refundable' },
    {
      what: 'another sum than was captured',
      says: shown('SUCCESS', { amount: 4000 }),
      reason: 'partial_refund_not_supported',
    },
    { what: 'a pending transaction', says: shown('PENDING'), reason: 'transaction_not_eligible' },
    { what: 'a failed transaction', says: shown('FAILED'), reason: 'transaction_not_eligible' },
    { what: 'an unknown transaction', says: notFound, reason: 'transaction_not_found' },
    { what: 'another merchant’s', says: json(400, { status: 'INVALID_TRANSACTION' }), reason: 'invalid_transaction' },
  ])('$what', async ({ says, reason }) => {
    server.answers('status', says);
    await expect(refund({ method: null })).resolves.toMatchObject({ status: 'refused', reason });
    expect(reverts()).toEqual([]);
  });
});

it.each([
  { word: 'INVALID_TRANSACTION_TYPE', reason: 'invalid_transaction_type' },
  { word: 'TRANSACTION_NOT_ELIGIBLE', reason: 'transaction_not_eligible' },
  { word: 'INVALID_TRANSACTION', reason: 'invalid_transaction' },
])('KKiaPay’s $word is a clear no, and the money stays', async ({ word, reason }) => {
  server.answers('status', shown('SUCCESS'));
  server.answers('revert', json(400, { status: word }));
  await expect(refund()).resolves.toMatchObject({ status: 'refused', reason });
});

it.each([400, 200])('K22: a merchant’s balance that is too low (HTTP %i) leaves the refund waiting', async (status) => {
  server.answers('status', shown('SUCCESS'));
  server.answers('revert', json(status, { status: 'INSUFFICIENT_FUND' }));
  await expect(refund()).resolves.toEqual({ status: 'pending', reference: null, reason: 'insufficient_fund' });
});

describe('a refund without an answer may have moved the money', () => {
  it.each([
    ...NO_ANSWERS.filter(({ what }) => !['HTTP 401 in JSON', 'HTTP 404'].includes(what)),
    { what: '200 with a word that nobody knows', says: json(200, { status: 'ACCEPTED' }) },
    { what: '400 that says SUCCESS', says: json(400, { status: 'SUCCESS_NOT' }) },
  ])('$what', async ({ says }) => {
    server.answers('status', shown('SUCCESS'));
    server.answers('revert', says);
    const { moved, retry } = await failureOf(refund());
    expect({ moved, retry }).toEqual({ moved: 'perhaps', retry: 'later' });
    expect(reverts()).toHaveLength(1);
  });

  it('refused keys have moved nothing', async () => {
    server.answers('status', shown('SUCCESS'));
    server.answers('revert', json(401, { message: 'Unauthorized' }));
    expect(await failureOf(refund())).toMatchObject({ code: 'keys_refused', moved: 'no' });
  });

  it('an answer about another transaction asks for nothing', async () => {
    server.answers('status', shown('SUCCESS', { transactionId: 'kk_2' }));
    expect(await failureOf(refund())).toMatchObject({ code: 'refund_unclear', moved: 'no' });
    expect(reverts()).toEqual([]);
  });

  it('a time-out after KKiaPay has acted', async () => {
    server.answers('status', shown('SUCCESS'));
    const asked = deaf(server);
    let calls = 0;
    const fetch: typeof globalThis.fetch = async (...request) =>
      (calls += 1) === 1 ? globalThis.fetch(...request) : asked.fetch(...request);
    server.answers('revert', json(200, { code: 'SUCCESS' }));
    expect(await failureOf(kkiapay.refund(refundOrder(), { ...asked, fetch }))).toMatchObject({
      moved: 'perhaps',
      retry: 'later',
    });
    expect(reverts()).toHaveLength(1);
  });
});

it('money of an account that the merchant used before is given back with that account’s keys', async () => {
  const old = { ...CREDENTIALS, publicKey: 'the-account-before' };
  server.answers('status', notFound, shown('SUCCESS'), notFound, shown('REVERTED'));
  server.answers('revert', json(200, { code: 'SUCCESS' }));
  await expect(kkiapay.refund(refundOrder(), server.context({ openedWith: old }))).resolves.toEqual(REFUNDED);
  expect(reverts()).toMatchObject([{ headers: { 'x-api-key': 'the-account-before' } }]);
});
