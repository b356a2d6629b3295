import { readNotification } from '../../activities/gateways/kkiapay/notification';
import type { NotificationHint, RawNotification } from '../../activities/gateways/port';
import { CREDENTIALS, OTHER_PAYMENT_ID, PAYMENT_ID, poll, webhook } from './kkiapay-messages';

/** K1, as KKiaPay documents it. */
const SUCCEEDED = {
  transactionId: '3iH6wjHJ3',
  isPaymentSucces: true,
  account: '22996000000',
  label: 'Payment',
  method: 'MOBILE_MONEY',
  amount: 1000,
  fees: 19,
  partnerId: PAYMENT_ID,
  performedAt: '2024-03-20T08:55:22.883Z',
  stateData: '',
  event: 'transaction.success',
};
/** K2. */
const FAILED = {
  ...SUCCEEDED,
  transactionId: 'erjEU5P9o',
  isPaymentSucces: false,
  failureCode: 'processing_error',
  failureMessage: 'processing_error',
  event: 'transaction.failed',
};

const read = (raw: RawNotification) => readNotification(raw, CREDENTIALS);
function hint(body: unknown): NotificationHint {
  const reading = read(webhook(body));
  if (reading.ok) return reading.hint;
  throw new Error(reading.reason);
}

describe('a webhook with the right secret', () => {
  it('K1: a success says where to look, and claims the money without its fee', () => {
    expect(hint(SUCCEEDED)).toEqual({
      identity: null,
      paymentId: PAYMENT_ID,
      references: ['3iH6wjHJ3'],
      facts: [
        {
          kind: 'payment_captured',
          gatewayReference: '3iH6wjHJ3',
          qualifier: '',
          amount: 1000,
          currency: 'XOF',
          occurredAt: '2024-03-20T08:55:22.883Z',
        },
      ],
      payer: null,
    });
  });

  it('K2: a failure claims a failed try, never the end of the payment', () => {
    expect(hint(FAILED)).toMatchObject({
      paymentId: PAYMENT_ID,
      references: ['erjEU5P9o'],
      facts: [{ kind: 'attempt_failed', gatewayReference: 'erjEU5P9o', reason: 'processing_error', amount: 1000 }],
    });
  });

  it('K3: the right spelling is read like the wrong one', () => {
    const { isPaymentSucces, ...rest } = SUCCEEDED;
    expect(hint({ ...rest, isPaymentSuccess: isPaymentSucces })).toEqual(hint(SUCCEEDED));
  });

  it('neither spelling is needed, and a message that contradicts itself claims nothing', () => {
    const { isPaymentSucces, event, ...rest } = SUCCEEDED;
    expect(hint({ ...rest, event })).toEqual(hint(SUCCEEDED));
    expect(hint({ ...rest, isPaymentSucces })).toEqual(hint(SUCCEEDED));
    expect(hint(rest)).toMatchObject({ facts: [], references: ['3iH6wjHJ3'] });
    expect(hint({ ...FAILED, isPaymentSucces: true })).toMatchObject({ facts: [] });
  });

  it.each([
    { what: 'K4: as text, with partnerId empty', partnerId: '', stateData: PAYMENT_ID, paymentId: PAYMENT_ID },
    {
      what: 'K6: in the JSON text of an object',
      partnerId: '',
      stateData: JSON.stringify({ payment: PAYMENT_ID }),
      paymentId: PAYMENT_ID,
    },
    { what: 'in both fields', partnerId: PAYMENT_ID, stateData: PAYMENT_ID, paymentId: PAYMENT_ID },
    {
      what: 'K5: not in an object of WooCommerce',
      partnerId: '',
      stateData: { order_id: 17, sdk: 'woocommerce' },
      paymentId: null,
    },
    {
      what: 'not at all in an object, whatever it holds',
      partnerId: '',
      stateData: { order_id: PAYMENT_ID },
      paymentId: null,
    },
    {
      what: 'not where the two fields name two payments',
      partnerId: PAYMENT_ID,
      stateData: OTHER_PAYMENT_ID,
      paymentId: null,
    },
    { what: 'not in another’s text', partnerId: 'order-17', stateData: '{"order":17}', paymentId: null },
    { what: 'not where it is only part of a text', partnerId: `x${PAYMENT_ID}`, stateData: '[', paymentId: null },
  ])('finds our payment id $what', ({ partnerId, stateData, paymentId }) => {
    expect(hint({ ...SUCCEEDED, partnerId, stateData })).toMatchObject({ paymentId, references: ['3iH6wjHJ3'] });
  });

  it('keeps the payer’s phone number out of the hint', () => {
    expect(JSON.stringify(hint(SUCCEEDED))).not.toContain('22996000000');
  });

  it.each([100.5, 0, -1, 'abc', '', null, true, 1e20])('an amount of %p is not claimed', (amount) => {
    expect(hint({ ...SUCCEEDED, amount })).toMatchObject({ facts: [], references: ['3iH6wjHJ3'] });
  });

  it('an amount as text is read', () => {
    expect(hint({ ...SUCCEEDED, amount: '1000' })).toEqual(hint(SUCCEEDED));
  });

  it.each([
    { test: true },
    { ...SUCCEEDED, transactionId: 17 },
    { ...SUCCEEDED, transactionId: 'a b' },
    { ...SUCCEEDED, transactionId: 'x'.repeat(65) },
  ])('without a transaction id is accepted, since the dashboard sends tests, and claims nothing', (body) => {
    expect(hint(body)).toMatchObject({ references: [], facts: [] });
  });

  it.each([
    { what: 'nothing', body: '', reason: 'empty_body' },
    { what: 'a form', body: 'transactionId=1', reason: 'body_not_json' },
    { what: 'null', body: 'null', reason: 'body_not_json' },
    { what: 'a list', body: '[]', reason: 'body_not_json' },
    { what: 'text', body: '"x"', reason: 'body_not_json' },
    { what: 'broken JSON', body: '{"a":', reason: 'body_not_json' },
  ])('is refused with 400 when it is $what', ({ body, reason }) => {
    expect(read(webhook(body))).toEqual({ ok: false, status: 400, reason });
  });
});

describe('K17: a webhook without exactly our secret is refused at the door', () => {
  const secret = CREDENTIALS.webhookSecret;
  it.each([
    { what: 'missing', headers: {}, reason: 'secret_missing' },
    { what: 'wrong', headers: { 'x-kkiapay-secret': 'hash secret as typeD' }, reason: 'secret_wrong' },
    { what: 'shorter', headers: { 'x-kkiapay-secret': secret.slice(0, -1) }, reason: 'secret_wrong' },
    { what: 'longer', headers: { 'x-kkiapay-secret': `${secret} ` }, reason: 'secret_wrong' },
    { what: 'empty', headers: { 'x-kkiapay-secret': '' }, reason: 'secret_wrong' },
    { what: 'there twice', headers: { 'x-kkiapay-secret': `${secret}, ${secret}` }, reason: 'secret_wrong' },
    { what: 'the secret key instead', headers: { 'x-kkiapay-secret': CREDENTIALS.secret }, reason: 'secret_wrong' },
    { what: 'in another header', headers: { 'x-secret-key': secret }, reason: 'secret_missing' },
  ])('$what', ({ headers, reason }) => {
    expect(read(webhook(SUCCEEDED, headers))).toEqual({ ok: false, status: 401, reason });
  });

  it('the header’s own letter case does not matter, and a wrong secret is told before a broken body', () => {
    expect(read(webhook(SUCCEEDED, { 'X-KKiaPay-Secret': secret }))).toMatchObject({ ok: true });
    expect(read(webhook('', { 'x-kkiapay-secret': 'wrong' }))).toMatchObject({ status: 401 });
  });
});

describe('a browser’s return', () => {
  it('is known by its transaction id, and nothing else of the query is read', () => {
    expect(read(poll(`transaction_id=3iH6wjHJ3&payment=${OTHER_PAYMENT_ID}&status=SUCCESS&amount=1`))).toEqual({
      ok: true,
      hint: { identity: '3iH6wjHJ3', paymentId: null, references: ['3iH6wjHJ3'], facts: [], payer: null },
    });
    expect(read(poll('transaction_id=1RNX12Q-8_x'))).toMatchObject({ ok: true, hint: { identity: '1RNX12Q-8_x' } });
  });

  it.each([
    '',
    'transaction_id=',
    'transactionId=3iH6wjHJ3',
    'transaction_id=a%20b',
    `transaction_id=${'x'.repeat(65)}`,
    'transaction_id=..%2Fx',
  ])('with "%s" is refused', (query) => {
    expect(read(poll(query))).toEqual({ ok: false, status: 400, reason: 'no_transaction_id' });
  });
});

it.each(['ipn', 'pdt'] as const)('KKiaPay has no %s messages', (channel) => {
  expect(read({ channel, headers: {}, body: Buffer.from('x') })).toEqual({
    ok: false,
    status: 400,
    reason: 'channel_not_supported',
  });
});
