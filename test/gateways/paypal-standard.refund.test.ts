import type { ServerResponse } from 'node:http';
import { paypalStandard } from '../../activities/gateways/paypal-standard';
import { readMessage } from '../../activities/gateways/paypal-standard/codec';
import type { PaypalStandardCredentials } from '../../activities/gateways/paypal-standard/credentials';
import { parseForm } from '../../activities/gateways/paypal-standard/form';
import { keyOf } from '../../workflows/domain/fact';
import { GatewayFailure } from '../../activities/gateways/port';
import type { GatewayContext, RefundOrder } from '../../activities/gateways/port';
import { gatewayContext } from './gateway-context';
import { encode, moneyBack, PAYMENT_ID, SELLER } from './paypal-messages';
import {
  details,
  detailsOfRefund,
  failure,
  NVP,
  REFUND,
  startNvpServer,
  TXN,
  type NvpFields,
  type NvpServer,
} from './paypal-nvp-server';

let paypal: NvpServer;
beforeAll(async () => {
  paypal = await startNvpServer();
});
afterAll(() => paypal.close());
beforeEach(() => {
  paypal.reset();
});

const CREDENTIALS: PaypalStandardCredentials = { ...SELLER, nvp: NVP };
const orderOf = (over: Partial<RefundOrder>): RefundOrder => ({
  refundId: 'ref_1',
  paymentId: PAYMENT_ID,
  capture: TXN,
  captured: { amount: 5000, currency: 'EUR' },
  method: null,
  money: { amount: 2000, currency: 'EUR' },
  whole: false,
  note: null,
  idempotencyKey: 'refund:ref_1',
  again: false,
  reference: null,
  known: [],
  ...over,
});
type World = Partial<GatewayContext<PaypalStandardCredentials>>;
const worldOf = (over: World) =>
  gatewayContext<PaypalStandardCredentials>({ credentials: CREDENTIALS, simulatorUrl: paypal.url }, over);
const refund = (over: Partial<RefundOrder> = {}, world: World = {}) =>
  paypalStandard.refund(orderOf(over), worldOf(world));
const lookUp = (over: Partial<RefundOrder> = {}, world: World = {}) =>
  paypalStandard.lookUpRefund(orderOf(over), worldOf(world));
const asksToRefund = () => paypal.calls.filter(({ METHOD }) => METHOD === 'RefundTransaction');
const done = (over: NvpFields = {}): NvpFields => ({
  ACK: 'Success',
  REFUNDTRANSACTIONID: REFUND,
  GROSSREFUNDAMT: '20.00',
  FEEREFUNDAMT: '0.40',
  NETREFUNDAMT: '19.60',
  TOTALREFUNDEDAMT: '20.00',
  CURRENCYCODE: 'EUR',
  REFUNDSTATUS: 'Instant',
  PENDINGREASON: 'None',
  ...over,
});
const says = (fields: NvpFields): void => {
  paypal.says(fields, 'RefundTransaction');
};

async function failureOf(work: Promise<unknown>): Promise<GatewayFailure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof GatewayFailure) return error;
  throw new Error(`expected a GatewayFailure, got ${String(error)}`);
}

describe('what PayPal is told', () => {
  const common = {
    METHOD: 'RefundTransaction',
    VERSION: '124',
    USER: NVP.username,
    PWD: NVP.password,
    SIGNATURE: NVP.signature,
  };
  const base = { ...common, TRANSACTIONID: TXN, MSGSUBID: 'refund:ref_1' };

  it.each<[string, Partial<RefundOrder>, Record<string, string>]>([
    ['a part, with its amount', {}, { REFUNDTYPE: 'Partial', AMT: '20.00', CURRENCYCODE: 'EUR' }],
    ['the whole, without an amount', { whole: true, money: { amount: 5000, currency: 'EUR' } }, { REFUNDTYPE: 'Full' }],
    [
      'a part in a currency without decimals',
      { money: { amount: 500, currency: 'JPY' } },
      { REFUNDTYPE: 'Partial', AMT: '500', CURRENCYCODE: 'JPY' },
    ],
    [
      'a note on one line',
      { whole: true, note: ' Match\n cancelled\u0000 ' },
      { REFUNDTYPE: 'Full', NOTE: 'Match cancelled' },
    ],
    [
      'a note of at most 255 characters, no letter in two',
      { whole: true, note: `${'x'.repeat(254)}😀` },
      { REFUNDTYPE: 'Full', NOTE: 'x'.repeat(254) },
    ],
    ['no empty note', { whole: true, note: ' ' }, { REFUNDTYPE: 'Full' }],
  ])('%s', async (_, over, fields) => {
    says(done());
    await refund(over);
    expect(paypal.calls).toEqual([{ ...base, ...fields }]);
  });

  it('a repetition has the key of the first call', async () => {
    says(done());
    paypal.knows({ details: details() });
    await refund();
    await refund({ again: true });
    expect(asksToRefund().map(({ MSGSUBID }) => MSGSUBID)).toEqual(['refund:ref_1', 'refund:ref_1']);
  });

  it('money of a former account is refunded by that account', async () => {
    says(done());
    await refund(
      {},
      { openedWith: { receiverId: 'FORMER0000001', receiverEmails: [], nvp: { ...NVP, username: 'former' } } },
    );
    expect(paypal.calls).toMatchObject([{ USER: 'former' }]);
  });
});

describe('what PayPal answers', () => {
  it('done at once is the very fact of the message that follows', async () => {
    says(done());
    const answer = await refund();
    expect(answer).toEqual({
      status: 'succeeded',
      fact: {
        kind: 'payment_refunded',
        gatewayReference: REFUND,
        qualifier: '',
        occurredAt: '2026-03-12T09:00:00.000Z',
        parent: TXN,
        amount: 2000,
        currency: 'EUR',
        feeReturned: 40,
        reason: 'refund',
        refundId: 'ref_1',
      },
    });
    const [told] = readMessage(parseForm(encode(moneyBack('Refunded')))).facts;
    expect(answer.status === 'succeeded' && keyOf(answer.fact)).toBe(keyOf(told!));
    expect(told).toMatchObject({ parent: TXN, amount: 2000, currency: 'EUR', feeReturned: 40 });
  });

  it.each([
    { what: 'without a fee given back', fields: { FEEREFUNDAMT: undefined }, fact: { feeReturned: 0 } },
    {
      what: 'with another sum than was asked, which is what moved',
      fields: { GROSSREFUNDAMT: '19.00' },
      fact: { amount: 1900 },
    },
    { what: 'without a currency', fields: { CURRENCYCODE: undefined }, fact: { currency: 'EUR' } },
    { what: 'with an instant that cannot be read', fields: { TIMESTAMP: 'N/A' }, fact: { occurredAt: null } },
    { what: 'with a warning', fields: { ACK: 'SuccessWithWarning' }, fact: { amount: 2000 } },
  ])('done $what', async ({ fields, fact }) => {
    says(done(fields));
    expect(await refund()).toMatchObject({ status: 'succeeded', fact });
  });

  it.each([
    { fields: { REFUNDSTATUS: 'Delayed', PENDINGREASON: 'echeck' }, reference: REFUND, reason: 'echeck' },
    {
      fields: { REFUNDSTATUS: 'delayed', PENDINGREASON: 'regulatoryreview' },
      reference: REFUND,
      reason: 'regulatoryreview',
    },
    { fields: { REFUNDSTATUS: 'delayed', PENDINGREASON: 'none' }, reference: REFUND, reason: 'delayed' },
    { fields: { REFUNDSTATUS: undefined }, reference: REFUND, reason: 'unreadable_answer' },
    { fields: { GROSSREFUNDAMT: '20,00' }, reference: REFUND, reason: 'instant' },
    { fields: { REFUNDTRANSACTIONID: undefined }, reference: null, reason: 'instant' },
  ])('accepted with $fields is not done yet: $reason', async ({ fields, reference, reason }) => {
    says(done(fields));
    expect(await refund()).toEqual({ status: 'pending', reference, reason });
  });

  const INVALID = 'Transaction refused because of an invalid argument. See additional error messages for details.';
  it.each([
    {
      code: '10009',
      short: 'Transaction refused',
      long: 'You are over the time limit to perform a refund on this transaction',
      reason: 'transaction_refused',
    },
    {
      code: '10009',
      short: 'Transaction refused',
      long: 'This transaction has already been fully refunded',
      reason: 'transaction_refused',
    },
    {
      code: '10004',
      short: INVALID,
      long: 'The transaction id is not valid',
      reason: 'transaction_refused_because_of_an_invalid_argument',
    },
    {
      code: '10007',
      short: 'Permission denied',
      long: 'You do not have permission to refund this transaction',
      reason: 'permission_denied',
    },
    { code: '10002', short: 'Security error', long: 'Username/Password is incorrect', reason: 'security_error' },
    { code: '10416', short: '', long: '', reason: 'nvp_10416' },
  ])('$code "$long" is a clear no', async ({ code, short, long, reason }) => {
    says(failure(code, short, long));
    expect(await refund()).toEqual({
      status: 'refused',
      reason,
      detail: `${long || 'PayPal gave no reason'} (${code})`,
    });
    expect(paypal.calls).toHaveLength(1);
  });

  it('without API credentials PayPal is not asked', async () => {
    expect(await refund({}, { credentials: SELLER })).toMatchObject({
      status: 'refused',
      reason: 'no_nvp_credentials',
    });
    expect(paypal.calls).toHaveLength(0);
  });

  it('an amount that PayPal cannot write is not asked for', async () => {
    expect(await refund({ money: { amount: 1050, currency: 'HUF' } })).toMatchObject({
      status: 'refused',
      reason: 'amount_not_supported',
    });
    expect(paypal.calls).toHaveLength(0);
  });

  const page = (status: number, body: string) => (response: ServerResponse) =>
    void response.writeHead(status).end(body);
  it.each([
    { what: 'an internal error', fields: failure('10001', 'Internal Error'), answers: null, code: 'gateway_error' },
    {
      what: 'an answer without ACK',
      fields: { REFUNDTRANSACTIONID: REFUND },
      answers: null,
      code: 'unreadable_answer',
    },
    { what: 'a page', fields: {}, answers: page(200, '<html>down</html>'), code: 'unreadable_answer' },
    { what: 'a 500', fields: {}, answers: page(500, ''), code: 'http_500' },
    {
      what: 'a lost connection',
      fields: {},
      answers: (response: ServerResponse) => void response.destroy(),
      code: 'connection_lost',
    },
  ])('$what leaves open whether money moved', async ({ fields, answers, code }) => {
    says(fields);
    if (answers) paypal.answers(answers);
    const failed = await failureOf(refund());
    expect(failed).toMatchObject({ code, moved: 'perhaps', retry: 'later' });
    expect(failed.message).not.toMatch(/nvp-password|nvp-signature|seller_api1/);
  });
});

describe('a repetition looks first, since PayPal forgets keys', () => {
  const part = { money: { amount: 2000, currency: 'EUR' } };
  const whole = { whole: true, money: { amount: 5000, currency: 'EUR' } };
  const original = { details: details({ PAYMENTSTATUS: 'PartiallyRefunded' }) };
  const shown = (over: NvpFields = {}) => ({ details: detailsOfRefund(over), type: 'Refund' });
  const ofAll = { AMT: '-50.00', FEEAMT: '0.00' };
  beforeEach(() => {
    says(failure('10009', 'Transaction refused', 'This transaction has already been fully refunded'));
  });

  it.each([
    { what: 'a part', order: part, as: {}, amount: 2000, feeReturned: 40 },
    { what: 'the whole', order: whole, as: ofAll, amount: 5000, feeReturned: 0 },
  ])('$what that PayPal shows and nobody told of is this refund', async ({ order, as, amount, feeReturned }) => {
    paypal.knows(original, shown(as));
    const answer = {
      status: 'succeeded',
      fact: {
        kind: 'payment_refunded',
        gatewayReference: REFUND,
        parent: TXN,
        amount,
        feeReturned,
        refundId: 'ref_1',
      },
    };
    expect(await lookUp(order)).toMatchObject(answer);
    expect(await refund({ ...order, again: true })).toMatchObject(answer);
    expect(asksToRefund()).toEqual([]);
    expect(paypal.calls.map(({ METHOD, INVNUM }) => [METHOD, INVNUM])).toContainEqual([
      'TransactionSearch',
      PAYMENT_ID,
    ]);
  });

  it.each([
    { as: { PAYMENTSTATUS: 'Pending', PENDINGREASON: 'echeck' }, answer: { status: 'pending', reason: 'echeck' } },
    { as: { PAYMENTSTATUS: 'Failed' }, answer: { status: 'refused', reason: 'failed' } },
  ])('a refund that is $as.PAYMENTSTATUS is $answer.status', async ({ as, answer }) => {
    paypal.knows(original, shown(as));
    expect(await lookUp()).toMatchObject({ ...answer, reference: REFUND });
    expect(await refund({ again: true })).toMatchObject({ ...answer, reference: REFUND });
    expect(asksToRefund()).toEqual([]);
  });

  it('of two such refunds the one that gave money back is taken', async () => {
    paypal.knows(original, shown({ PAYMENTSTATUS: 'Failed' }), shown({ TRANSACTIONID: 'SECONDREFUND00001' }));
    expect(await lookUp()).toMatchObject({ status: 'succeeded', fact: { gatewayReference: 'SECONDREFUND00001' } });
  });

  it.each([
    { what: 'nothing', listed: [], known: [] },
    { what: 'another sum', listed: [shown({ AMT: '-10.00' })], known: [] },
    {
      what: 'the same sum of another payment',
      listed: [shown({ PARENTTRANSACTIONID: 'OTHERPAYMENT00001' })],
      known: [],
    },
    {
      what: 'the same sum by a refund that is told already',
      listed: [shown()],
      known: [{ reference: REFUND, money: part.money }],
    },
  ])('is asked for once more where $what was given back', async ({ listed, known }) => {
    paypal.knows(original, ...listed);
    expect(await lookUp({ known })).toEqual({ status: 'none' });
    expect(asksToRefund()).toEqual([]);
    says(done({ REFUNDTRANSACTIONID: 'SECONDREFUND00001' }));
    expect(await refund({ again: true, known })).toMatchObject({
      status: 'succeeded',
      fact: { gatewayReference: 'SECONDREFUND00001' },
    });
    expect(asksToRefund()).toHaveLength(1);
  });

  it('and what PayPal refuses then is a no', async () => {
    paypal.knows(original);
    expect(await refund({ again: true })).toMatchObject({ status: 'refused', reason: 'transaction_refused' });
  });

  it('what an earlier call has done meanwhile is this refund, though PayPal refuses to do it again', async () => {
    paypal.knows(original);
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const answer = await globalThis.fetch(input, init);
      if (asksToRefund().length > 0) paypal.knows(original, shown());
      return answer;
    };
    expect(await refund({ again: true }, { fetch })).toMatchObject({
      status: 'succeeded',
      fact: { gatewayReference: REFUND },
    });
  });

  it.each([
    { what: 'PayPal does not know', known: [] },
    { what: 'has no invoice number to search by', known: [{ details: details({ INVNUM: undefined }) }] },
  ])('money that $what is for a person', async ({ known }) => {
    paypal.knows(...known);
    expect(await failureOf(refund({ ...whole, again: true }))).toMatchObject({
      code: 'refund_uncertain',
      moved: 'perhaps',
      retry: 'never',
    });
    expect(await failureOf(lookUp(whole))).toMatchObject({ code: 'refund_uncertain', moved: 'no', retry: 'never' });
    expect(asksToRefund()).toEqual([]);
  });

  it('while PayPal cannot be asked nothing is asked for: the earlier call may have moved the money', async () => {
    paypal.says(failure('10002', 'Security error'), 'GetTransactionDetails');
    expect(await failureOf(refund({ again: true }))).toMatchObject({ moved: 'perhaps', retry: 'later' });
    expect(asksToRefund()).toEqual([]);
  });

  it('a first call that is refused is a no without looking', async () => {
    paypal.knows(original, shown());
    expect(await refund()).toMatchObject({ status: 'refused' });
    expect(paypal.calls).toHaveLength(1);
  });

  describe('by PayPal’s own id of the refund', () => {
    const accepted = { reference: REFUND, again: true };

    it.each([
      { as: {}, answer: { status: 'succeeded', fact: { gatewayReference: REFUND, amount: 2000, refundId: 'ref_1' } } },
      {
        as: { PAYMENTSTATUS: 'Pending', PENDINGREASON: 'echeck', REASONCODE: 'None' },
        answer: { status: 'pending', reference: REFUND, reason: 'echeck' },
      },
      { as: { PAYMENTSTATUS: 'Failed' }, answer: { status: 'refused', reason: 'failed', reference: REFUND } },
    ])('tells what became of it: $answer.status', async ({ as, answer }) => {
      paypal.knows(shown(as));
      expect(await lookUp(accepted)).toMatchObject(answer);
      expect(await refund(accepted)).toMatchObject(answer);
      expect(paypal.calls.map(({ METHOD }) => METHOD)).toEqual(['GetTransactionDetails', 'GetTransactionDetails']);
    });

    it('is no word on the money where PayPal does not show it', async () => {
      expect(await failureOf(lookUp(accepted))).toMatchObject({
        code: 'refund_not_shown',
        moved: 'no',
        retry: 'later',
      });
      expect(await failureOf(refund(accepted))).toMatchObject({ code: 'refund_not_shown', moved: 'perhaps' });
    });
  });

  it('an account without API credentials cannot be asked', async () => {
    expect(await failureOf(lookUp({}, { credentials: SELLER }))).toMatchObject({
      code: 'refund_uncertain',
      moved: 'no',
      retry: 'never',
    });
    expect(paypal.calls).toEqual([]);
  });
});
