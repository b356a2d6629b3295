import fc from 'fast-check';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { USER_AGENT } from '../../activities/gateways/http';
import { PAYPAL_CURRENCIES, writePaypalAmount } from '../../activities/gateways/paypal/money';
import { paypalStandard } from '../../activities/gateways/paypal-standard';
import { readMessage } from '../../activities/gateways/paypal-standard/codec';
import type { PaypalStandardCredentials } from '../../activities/gateways/paypal-standard/credentials';
import { parseForm } from '../../activities/gateways/paypal-standard/form';
import { askNvp } from '../../activities/gateways/paypal-standard/nvp';
import { GatewayFailure } from '../../activities/gateways/port';
import type { GatewayContext, OpenedCheckout } from '../../activities/gateways/port';
import { gatewayContext } from './gateway-context';
import {
  completed,
  encode,
  moneyBack,
  OTHER_PAYMENT_ID,
  PAYMENT_ID,
  SELLER,
  type MessageFields,
} from './paypal-messages';
import {
  details,
  detailsOfRefund,
  encodeNvp,
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
const context = (
  over: Partial<GatewayContext<PaypalStandardCredentials>> = {},
): GatewayContext<PaypalStandardCredentials> =>
  gatewayContext<PaypalStandardCredentials>({ credentials: CREDENTIALS, simulatorUrl: paypal.url }, over);
const checkout = (over: Partial<OpenedCheckout> = {}): OpenedCheckout => ({
  paymentId: PAYMENT_ID,
  money: { amount: 5000, currency: 'EUR' },
  method: null,
  handed: 'form',
  reference: null,
  pending: [],
  createdAt: '2026-03-10T13:00:00.000Z',
  ...over,
});
const lookUp = (over: Partial<OpenedCheckout> = {}, world: Partial<GatewayContext<PaypalStandardCredentials>> = {}) =>
  paypalStandard.fetchFacts({ by: 'payment', checkout: checkout(over) }, context(world));
const factsOf = async () => {
  const lookup = await lookUp();
  return lookup.found === true ? lookup.facts : lookup;
};
const toldByIpn = (fields: MessageFields) => readMessage(parseForm(encode(fields)));

async function failureOf(work: Promise<unknown>): Promise<GatewayFailure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof GatewayFailure) return error;
  throw new Error(`expected a GatewayFailure, got ${String(error)}`);
}

describe('a payment of which neither message nor return came', () => {
  it('is found by its invoice number, with its fee', async () => {
    paypal.knows({ details: details() });
    expect(await lookUp()).toEqual({ found: true, ...toldByIpn(completed()), payer: undefined });
  });

  it('is asked for with the credentials of the account, from the day before it was opened', async () => {
    paypal.knows({ details: details() });
    await lookUp();
    const common = { VERSION: '124', USER: NVP.username, PWD: NVP.password, SIGNATURE: NVP.signature };
    expect(paypal.calls).toEqual([
      { METHOD: 'TransactionSearch', ...common, STARTDATE: '2026-03-09T13:00:00Z', INVNUM: PAYMENT_ID },
      { METHOD: 'GetTransactionDetails', ...common, TRANSACTIONID: TXN },
    ]);
  });

  it('is not there when PayPal lists nothing', async () => {
    expect(await lookUp()).toEqual({ found: false, reason: 'no_transaction' });
    expect(paypal.calls).toHaveLength(1);
  });

  it('is found with its refunds, the payment first', async () => {
    paypal.knows(
      { details: detailsOfRefund(), type: 'Refund' },
      {
        details: detailsOfRefund({ TRANSACTIONID: 'SECONDREFUND00001', AMT: '-5.00', FEEAMT: '0.00' }),
        type: 'Refund',
      },
      { details: details({ PAYMENTSTATUS: 'PartiallyRefunded' }) },
    );
    const refund = { gatewayReference: REFUND, kind: 'payment_refunded', parent: TXN, amount: 2000, feeReturned: 40 };
    expect(await lookUp()).toMatchObject({
      found: true,
      paymentId: PAYMENT_ID,
      references: [TXN, REFUND, 'SECONDREFUND00001'],
      facts: [
        { kind: 'payment_captured', gatewayReference: TXN, amount: 5000 },
        { kind: 'fee_charged', gatewayReference: TXN, amount: 195 },
        refund,
        { ...refund, gatewayReference: 'SECONDREFUND00001', amount: 500, feeReturned: 0 },
      ],
      remarks: [],
    });
  });

  it.each([
    { over: { PAYMENTSTATUS: 'Pending', PENDINGREASON: 'echeck' }, type: 'Refund' },
    { over: { PAYMENTSTATUS: 'Pending', PENDINGREASON: 'echeck' }, type: '' },
  ])('tells of a refund that is on its way, listed as "$type"', async ({ over, type }) => {
    paypal.knows({ details: detailsOfRefund(over), type }, { details: details() });
    expect(await lookUp()).toMatchObject({
      facts: [
        { kind: 'payment_captured' },
        { kind: 'fee_charged' },
        { kind: 'refund_pending', gatewayReference: REFUND, parent: TXN, amount: 2000, qualifier: 'echeck' },
      ],
      remarks: [],
    });
  });

  it('tells of a refund that failed', async () => {
    paypal.knows({ details: detailsOfRefund({ PAYMENTSTATUS: 'Failed' }), type: 'Refund' }, { details: details() });
    expect(await lookUp()).toMatchObject({
      facts: [{}, {}, { kind: 'refund_failed', gatewayReference: REFUND, parent: TXN, reason: 'failed' }],
    });
  });

  it('is found when its details do not echo our id, and then names none', async () => {
    paypal.knows({ details: details({ CUSTOM: undefined }) });
    expect(await lookUp()).toMatchObject({ found: true, paymentId: PAYMENT_ID });
    paypal.says({ ACK: 'Success', ...details({ CUSTOM: undefined, INVNUM: undefined }) }, 'GetTransactionDetails');
    expect(await lookUp()).toMatchObject({ found: true, paymentId: null, facts: [{ amount: 5000 }, { amount: 195 }] });
  });

  it('is not paid by the money of another payment of ours that a payer gave its invoice number', async () => {
    paypal.knows({ details: details({ CUSTOM: OTHER_PAYMENT_ID }) });
    expect(await lookUp()).toEqual({ found: false, reason: 'no_transaction' });
  });

  it('with more transactions than are asked is found all the same, and a person looks', async () => {
    const refunds = Array.from({ length: 30 }, (_, i) => ({
      details: detailsOfRefund({ TRANSACTIONID: `REFUND${i}`, AMT: '-1.00', FEEAMT: '0.00' }),
      type: 'Refund',
    }));
    paypal.knows(...refunds, { details: details() });
    expect(await lookUp()).toMatchObject({
      found: true,
      facts: expect.arrayContaining([expect.objectContaining({ kind: 'payment_captured' })]),
      remarks: [{ word: 'more_transactions' }],
    });
    expect(paypal.calls).toHaveLength(9);
  });

  it.each([
    { what: 'listed, and then not known', pending: [] },
    { what: 'held, and then not known', pending: [TXN] },
  ])('that is $what is neither there nor not there', async ({ pending }) => {
    paypal.says(
      { ACK: 'Success', ...(pending.length === 0 && { L_TRANSACTIONID0: TXN, L_TYPE0: 'Payment' }) },
      'TransactionSearch',
    );
    expect(await lookUp({ pending })).toEqual({ found: 'unknown', reason: 'transaction_not_shown' });
  });
});

describe('money that PayPal held', () => {
  it('is asked about by its own reference, whether the search lists it or not', async () => {
    paypal.knows({ details: details({ INVNUM: 'another' }) });
    expect(await lookUp({ pending: [TXN] })).toMatchObject({
      found: true,
      facts: [{ kind: 'payment_captured' }, { kind: 'fee_charged' }],
    });
  });

  it('is asked about once where the search lists it too', async () => {
    paypal.knows({ details: details() });
    await lookUp({ pending: [TXN] });
    expect(paypal.calls.map(({ METHOD }) => METHOD)).toEqual(['TransactionSearch', 'GetTransactionDetails']);
  });

  it('does not hide other money of the same payment', async () => {
    paypal.knows({ details: details({ TRANSACTIONID: 'SECONDTRY00000001' }) });
    expect(await lookUp({ pending: ['FIRSTTRY000000001'] })).toMatchObject({
      facts: [{ gatewayReference: 'SECONDTRY00000001' }, {}],
    });
  });
});

describe('the same money, told by message and by look-up, gives the same facts', () => {
  const same = async (message: MessageFields, shown: NvpFields, type?: string) => {
    const parent = details({ TRANSACTIONID: 'unused', INVNUM: 'unused' });
    paypal.knows({ details: shown, ...(type !== undefined && { type }) }, { details: parent });
    const { facts } = toldByIpn(message);
    expect(facts).not.toHaveLength(0);
    expect(await factsOf()).toEqual(facts);
  };

  it.each([
    'webaccept',
    'web-accept',
    'web_accept',
    'subscrpayment',
    'recurring-payment',
    'cart',
    'expresscheckout',
    'express-checkout',
    'sendmoney',
    'merchtpmt',
    'None',
    undefined,
  ])('a completed payment of type %p', (TRANSACTIONTYPE) => same(completed(), details({ TRANSACTIONTYPE })));

  it.each(['Refunded', 'PartiallyRefunded', 'Partially-Refunded'])(
    'a payment that was completed once, and is %s now, with the fee that PayPal kept',
    (PAYMENTSTATUS) => same(completed(), details({ PAYMENTSTATUS })),
  );

  it.each([
    { status: 'Reversed', shown: 'Reversed', over: {} },
    { status: 'Reversed', shown: 'Reversed', over: { FEEAMT: undefined, REASONCODE: 'chargeback' } },
    { status: 'Canceled_Reversal', shown: 'Canceled-Reversal', over: { FEEAMT: undefined } },
    { status: 'Canceled_Reversal', shown: 'CanceledReversal', over: {} },
    { status: 'Refunded', shown: 'Refunded', over: { FEEAMT: undefined } },
    { status: 'Refunded', shown: 'Refunded', over: { FEEAMT: '0.00' } },
  ])('a payment of which nothing is told but that it is $shown ($over)', ({ status, shown, over }) => {
    const reason_code = 'REASONCODE' in over ? over.REASONCODE : undefined;
    const mc_fee = 'FEEAMT' in over ? over.FEEAMT : '1.95';
    return same(completed({ payment_status: status, reason_code, mc_fee }), details({ PAYMENTSTATUS: shown, ...over }));
  });

  it.each([
    ['echeck', 'echeck'],
    ['paymentreview', 'PaymentReview'],
    ['paymentreview', 'payment-review'],
    ['multi_currency', 'multicurrency'],
    ['multi_currency', 'multi-currency'],
    ['regulatory_review', 'regulatoryreview'],
    ['delayed_disbursement', 'delayed-disbursement'],
    ['address', 'address'],
    ['authorization', 'authorization'],
    ['intl', 'intl'],
    ['order', 'order'],
    ['unilateral', 'unilateral'],
    ['upgrade', 'upgrade'],
    ['verify', 'verify'],
    ['other', 'other'],
    ['', 'None'],
  ])('a payment held for %s, here spelt %s', (pending_reason, PENDINGREASON) =>
    same(
      completed({ payment_status: 'Pending', pending_reason, mc_fee: '' }),
      details({ PAYMENTSTATUS: 'Pending', PENDINGREASON, FEEAMT: undefined }),
    ),
  );

  it.each(['In-Progress', 'Processed', 'Created'])('a payment that is %s', (status) =>
    same(completed({ payment_status: status, mc_fee: '' }), details({ PAYMENTSTATUS: status, FEEAMT: undefined })),
  );

  it.each([
    ['Failed', undefined, 'None'],
    ['Denied', undefined, 'None'],
    ['Denied', 'regulatory_block', 'regulatory_block'],
    ['Expired', undefined, undefined],
    ['Voided', undefined, undefined],
  ])('a payment that %s (%s)', (status, reason_code, REASONCODE) =>
    same(
      completed({ payment_status: status, reason_code, mc_fee: '' }),
      details({ PAYMENTSTATUS: status, REASONCODE, FEEAMT: undefined }),
    ),
  );

  it.each([
    { what: 'done, by its list entry', over: { REASONCODE: 'refund' }, type: 'Refund' },
    { what: 'done, by its reason', over: { REASONCODE: 'refund' }, type: 'Payment' },
    { what: 'called Refunded', over: { PAYMENTSTATUS: 'Refunded' }, type: '' },
    { what: 'written above zero', over: { PAYMENTSTATUS: 'Refunded', AMT: '20.00', FEEAMT: '0.40' }, type: 'Refund' },
  ])('a refund $what', ({ over, type }) => same(moneyBack('Refunded'), detailsOfRefund(over), type));

  it.each([
    {
      what: 'a reversal',
      status: 'Reversed',
      reason: 'chargeback',
      over: { REASONCODE: 'chargeback' },
      type: 'Reversal',
    },
    {
      what: 'a reversal by its reason',
      status: 'Reversed',
      reason: 'buyer_complaint',
      over: { REASONCODE: 'buyercomplaint' },
      type: '',
    },
    {
      what: 'a reversal called so',
      status: 'Reversed',
      reason: 'chargeback',
      over: { REASONCODE: 'chargeback', PAYMENTSTATUS: 'Reversed' },
      type: 'Reversal',
    },
    {
      what: 'a reversal that was cancelled',
      status: 'Canceled_Reversal',
      reason: 'other',
      over: { REASONCODE: 'other', AMT: '20.00' },
      type: 'Cancelled Reversal',
    },
    {
      what: 'a cancelled reversal called so',
      status: 'Canceled_Reversal',
      reason: 'other',
      over: { REASONCODE: 'other', AMT: '20.00', PAYMENTSTATUS: 'Canceled-Reversal' },
      type: '',
    },
  ])('$what', ({ status, reason, over, type }) =>
    same(moneyBack(status, { reason_code: reason, mc_fee: '' }), detailsOfRefund({ ...over, FEEAMT: undefined }), type),
  );

  it('a correction of the balance after a case', () =>
    same(
      moneyBack('Completed', { txn_type: 'adjustment', reason_code: 'chargeback_settlement' }),
      detailsOfRefund({ TRANSACTIONTYPE: 'adjustment', REASONCODE: 'chargebacksettlement' }),
      'Reversal',
    ));

  it('any amount in any currency that PayPal takes', async () => {
    const money = fc.tuple(fc.integer({ min: 1, max: 10_000_000 }), fc.constantFrom(...PAYPAL_CURRENCIES));
    await fc.assert(
      fc.asyncProperty(money, fc.boolean(), async ([units, currency], isRefund) => {
        const amount = ['HUF', 'TWD'].includes(currency) ? units * 100 : units;
        const written = writePaypalAmount({ amount, currency }) ?? '';
        const over = isRefund
          ? { mc_gross: `-${written}`, mc_fee: '', mc_currency: currency }
          : { mc_gross: written, mc_fee: '', mc_currency: currency };
        const shown = { AMT: over.mc_gross, FEEAMT: undefined, CURRENCYCODE: currency };
        await (isRefund
          ? same(moneyBack('Refunded', over), detailsOfRefund(shown), 'Refund')
          : same(completed(over), details(shown)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('what a look-up does not understand', () => {
  it.each([
    { what: 'the start of a subscription', over: { TRANSACTIONTYPE: 'subscrsignup' }, word: 'unknown_type' },
    { what: 'a new status', over: { PAYMENTSTATUS: 'Surprising' }, word: 'unknown_status' },
    { what: 'an amount that cannot be read', over: { AMT: '1.000,00' }, word: 'unreadable_amount' },
  ])('$what gives no facts and is shown to a person', async ({ over, word }) => {
    paypal.knows({ details: details(over) });
    expect(await lookUp()).toMatchObject({ found: true, facts: [], remarks: [{ word }] });
  });

  it.each(['Fee', 'Temporary Hold', ''])(
    'money that left as "%s" is neither a refund nor a correction after a case, and no reason to look',
    async (type) => {
      for (const PAYMENTSTATUS of ['Completed', 'Pending']) {
        paypal.knows({ details: details() }, { details: detailsOfRefund({ REASONCODE: 'None', PAYMENTSTATUS }), type });
        expect(await lookUp()).toMatchObject({
          facts: [{ kind: 'payment_captured' }, { kind: 'fee_charged' }],
          remarks: [],
        });
      }
    },
  );

  it('two values for one field are none', async () => {
    paypal.says({ ACK: 'Success', L_TRANSACTIONID0: TXN }, 'TransactionSearch');
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const answer = await globalThis.fetch(input, init);
      const text = await answer.text();
      return new Response(text.includes('PAYMENTSTATUS') ? `${text}&AMT=5%2e00` : text);
    };
    paypal.says({ ACK: 'Success', ...details() }, 'GetTransactionDetails');
    expect(await lookUp({}, { fetch })).toMatchObject({ facts: [], remarks: [{ word: 'repeated_field' }] });
  });
});

describe('whose money it is', () => {
  const FORMER = { receiverId: 'FORMER0000001', receiverEmails: [] };

  it('another receiver is not ours', async () => {
    paypal.knows({ details: details({ RECEIVERID: 'OTHER00000001' }) });
    expect(await lookUp()).toMatchObject({
      found: 'elsewhere',
      reason: 'receiver_mismatch',
      detail: expect.stringContaining('OTHER00000001'),
    });
  });

  it.each([
    { what: 'a second address of ours', over: { RECEIVERID: undefined, RECEIVERBUSINESS: 'Second@Club.example' } },
    {
      what: 'nobody, since an account is only shown its own',
      over: { RECEIVERID: undefined, RECEIVERBUSINESS: undefined, RECEIVEREMAIL: '' },
    },
  ])('money for $what is ours', async ({ over }) => {
    paypal.knows({ details: details(over) });
    expect(await lookUp()).toMatchObject({ found: true, facts: [{ amount: 5000 }, { amount: 195 }] });
  });

  it('a refund that names the payer as its receiver is ours by its parent', async () => {
    paypal.knows({ details: details() }, { details: detailsOfRefund({ RECEIVERID: 'PAYER00000001' }), type: 'Refund' });
    expect(await lookUp()).toMatchObject({ found: true, facts: [{}, {}, { kind: 'payment_refunded' }] });
  });

  it('a payment opened with a former account is looked up with the credentials of that account', async () => {
    paypal.knows({ details: details({ RECEIVERID: 'FORMER0000001' }) });
    const openedWith = { ...FORMER, nvp: NVP };
    const credentials = { ...SELLER, nvp: { ...NVP, username: 'of_today' } };
    expect(await lookUp({}, { credentials, openedWith })).toMatchObject({ found: true });
    expect(paypal.calls.map(({ USER }) => USER)).toEqual([NVP.username, NVP.username]);
  });

  it.each([
    { what: 'an account', world: { credentials: SELLER } },
    { what: 'the former account of a payment', world: { openedWith: FORMER } },
  ])('$what without API credentials is not asked, and that is no "no"', async ({ world }) => {
    expect(await lookUp({}, world)).toEqual({ found: 'unaskable' });
    expect(paypal.calls).toHaveLength(0);
  });
});

describe('a look-up without an answer stays open', () => {
  it.each([
    {
      what: 'wrong credentials',
      says: failure('10002', 'Security error', 'Username/Password is incorrect'),
      code: 'credentials_refused',
    },
    { what: 'a missing permission', says: failure('10007', 'Permission denied'), code: 'permission_denied' },
    { what: 'an internal error', says: failure('10001', 'Internal Error'), code: 'gateway_error' },
    { what: 'any other refusal', says: failure('10006', 'Version error'), code: 'nvp_10006' },
    {
      what: 'a refusal with a warning',
      says: { ...failure('81002', 'Unspecified Method'), ACK: 'FailureWithWarning' },
      code: 'nvp_81002',
    },
    { what: 'a refusal without a code', says: { ACK: 'Failure' }, code: 'nvp_unknown' },
    { what: 'an answer without ACK', says: details(), code: 'unreadable_answer' },
    { what: 'an ACK that is none', says: { ...details(), ACK: 'Perhaps' }, code: 'unreadable_answer' },
  ])('$what', async ({ says, code }) => {
    paypal.says(says);
    expect(await failureOf(lookUp())).toMatchObject({ code, moved: 'no', retry: 'later' });
  });

  it.each([
    { what: 'a refusal of the details', says: failure('10007', 'Permission denied'), code: 'permission_denied' },
    { what: 'details that cannot be read', says: { AMT: '50.00' }, code: 'unreadable_answer' },
  ])('$what, after the payment was listed', async ({ says, code }) => {
    paypal.knows({ details: details() });
    paypal.says(says, 'GetTransactionDetails');
    expect(await failureOf(lookUp())).toMatchObject({ code, moved: 'no', retry: 'later' });
  });

  it.each(['SuccessWithWarning', 'Warning', 'SUCCESS'])('%s is an answer', async (ACK) => {
    paypal.says({ ACK, L_ERRORCODE0: '11002', L_SEVERITYCODE0: 'Warning' }, 'TransactionSearch');
    expect(await lookUp()).toEqual({ found: false, reason: 'no_transaction' });
  });

  const page =
    (status: number, body: string | Buffer, headers: Record<string, string> = {}) =>
    (response: ServerResponse) =>
      void response.writeHead(status, headers).end(body);

  it.each([
    { what: 'a page', answers: page(200, '<html>ACK=Success</html>'), code: 'unreadable_answer' },
    { what: 'nothing', answers: page(200, ''), code: 'unreadable_answer' },
    { what: 'bytes', answers: page(200, Buffer.from([0xff, 0x00, 0x25, 0x25])), code: 'unreadable_answer' },
    { what: 'a 500', answers: page(500, encodeNvp({ ACK: 'Success' })), code: 'http_500' },
    { what: 'a 403', answers: page(403, '<html>Access Denied</html>'), code: 'http_403' },
    { what: 'a huge body', answers: page(200, Buffer.alloc(2 * 1024 * 1024, 'A')), code: 'body_too_large' },
  ])('$what', async ({ answers, code }) => {
    paypal.answers(answers);
    const failed = await failureOf(lookUp());
    expect(failed).toMatchObject({ code, moved: 'no', retry: 'later' });
    expect(failed.message).toMatch(/^asking PayPal what was paid under pay_/);
    expect(failed.message).not.toMatch(/nvp-password|nvp-signature|seller_api1/);
  });

  it('a redirect to somebody who says Success: the credentials go nowhere else', async () => {
    const asked: string[] = [];
    const stranger = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end(encodeNvp({ ACK: 'Success' }));
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    paypal.answers(page(307, '', { location: `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/` }));
    expect(await failureOf(lookUp())).toMatchObject({ code: 'redirected', moved: 'no', retry: 'later' });
    expect(asked).toEqual([]);
    await new Promise((resolve) => stranger.close(resolve));
  });

  it.each([
    { moves: false, moved: 'no' },
    { moves: true, moved: 'perhaps' },
  ])(
    'a PayPal that says nothing is given up; money may have moved if the call moves some ($moves)',
    async ({ moves, moved }) => {
      paypal.answers(() => undefined);
      const call = { method: 'TransactionSearch', fields: {}, attempt: 'asking', moves, timeoutMs: 50 } as const;
      expect(await failureOf(askNvp(NVP, call, context()))).toMatchObject({ code: 'timed_out', moved, retry: 'later' });
    },
  );
});

it.each([
  ['live', 'https://api-3t.paypal.com/nvp'],
  ['sandbox', 'https://api-3t.sandbox.paypal.com/nvp'],
  ['simulator', 'http://simulator.example/paypal/nvp'],
] as const)('a %s account asks %s, with a name', async (environment, url) => {
  const asked: [string, unknown][] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    asked.push([input instanceof Request ? input.url : String(input), init?.headers]);
    return Promise.resolve(new Response('ACK=Success'));
  };
  await lookUp({}, { environment, fetch, simulatorUrl: 'http://simulator.example/' });
  expect(asked).toEqual([[url, { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': USER_AGENT }]]);
});
