import { startSimulator, type RunningSimulator, type StartOptions } from '../../simulator/start';
import { ManualClock } from './manual-clock';
import { AT_ONCE } from './merchant';
import { startReceiver, type Receiver } from './receiver';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const KEYS = { 'x-api-key': 'public-1', 'x-private-key': 'tpk_1', 'x-secret-key': 'tsk_1' };
const ORDER = {
  amount: 1000,
  key: 'public-1',
  data: 'pay_1',
  partnerId: 'pay_1',
  reason: 'Annual fee',
  callback: 'http://shop.example/return/pay_1?a=1#top',
};

let simulator: RunningSimulator;
let receiver: Receiver;
async function open(options: Partial<StartOptions> = {}): Promise<void> {
  receiver = await startReceiver();
  simulator = await startSimulator({
    port: 0,
    host: '127.0.0.1',
    resendSpeed: AT_ONCE,
    laterEvents: 'by_hand',
    ...options,
  });
  await control('PUT', '/accounts/public-1', {
    privateKey: 'tpk_1',
    secret: 'tsk_1',
    webhookUrl: receiver.url,
    webhookSecret: 'hook-1',
  });
}
afterEach(async () => {
  await simulator.stop();
  await receiver.stop();
});

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${simulator.url}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json', ...headers },
    redirect: 'manual',
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}
const control = (method: string, path: string, body?: unknown): Promise<Answer> =>
  send(method, `/control/kkiapay${path}`, body);
const api = (path: string, body: unknown, headers: Record<string, string> = KEYS): Promise<Answer> =>
  send('POST', `/kkiapay/api/v1/${path}`, body, headers);
const status = (transactionId: unknown, headers?: Record<string, string>): Promise<Answer> =>
  api('transactions/status', { transactionId }, headers);
const idle = (): Promise<Answer> => send('GET', '/control/idle');

async function pay(payer: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const { body } = await control('POST', '/pay', { payer, params: { ...ORDER, ...params } });
  await idle();
  return body;
}
async function prompt(phoneNumber: string): Promise<string> {
  const { body } = await api('payments/request', {
    phoneNumber,
    amount: 1000,
    partnerId: 'pay_1',
    stateData: 'pay_1',
    firstname: 'Awa',
  });
  return String(body['internalTransactionId']);
}
const webhooks = (): Record<string, unknown>[] =>
  receiver.received.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);

describe('a payer in the widget', () => {
  beforeEach(() => open());

  it('pays by mobile money: SUCCESS, one webhook with the secret in clear, and back with the transaction id', async () => {
    const { outcome, transactionId, callbackUrl, failureCode } = await pay('awa');
    expect({ outcome, callbackUrl, failureCode }).toEqual({
      outcome: 'paid',
      callbackUrl: `http://shop.example/return/pay_1?a=1&transaction_id=${String(transactionId)}#top`,
      failureCode: null,
    });
    expect(await status(transactionId)).toMatchObject({
      status: 200,
      body: {
        transactionId,
        status: 'SUCCESS',
        amount: 1000,
        fees: 19,
        isFeesBorneByMerchant: false,
        source: 'MOBILE_MONEY',
        source_common_name: 'mtn-benin',
        state: 'pay_1',
        partnerId: 'pay_1',
        performed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        performedAt: expect.stringMatching(/^\d\d\/\d\d\/\d{4}$/),
      },
    });
    expect(receiver.received[0]?.headers).toMatchObject({
      'x-kkiapay-secret': 'hook-1',
      'content-type': 'application/json',
    });
    expect(webhooks()).toEqual([
      {
        transactionId,
        isPaymentSucces: true,
        account: '22961000000',
        label: 'Annual fee',
        method: 'MOBILE_MONEY',
        amount: 1000,
        fees: 19,
        partnerId: 'pay_1',
        performedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        stateData: 'pay_1',
        event: 'transaction.success',
      },
    ]);
  });

  it.each([
    ['benoit', 'processing_error'],
    ['celine', 'insufficient_fund'],
    ['david', 'payment_declined'],
  ])(
    '%s fails with %s, is told by webhook and goes nowhere; the next try is another transaction',
    async (payer, failureCode) => {
      const failed = await pay(payer);
      expect(failed).toMatchObject({ outcome: 'failed', failureCode, callbackUrl: null });
      const paid = await pay('awa');
      expect(paid['transactionId']).not.toBe(failed['transactionId']);
      expect(await status(failed['transactionId'])).toMatchObject({
        body: { status: 'FAILED', failureCode, reason: failureCode },
      });
      expect(webhooks()).toMatchObject([
        {
          transactionId: failed['transactionId'],
          isPaymentSucces: false,
          event: 'transaction.failed',
          failureCode,
          failureMessage: failureCode,
        },
        { transactionId: paid['transactionId'], isPaymentSucces: true },
      ]);
    },
  );

  it('Moov and cards are told apart', async () => {
    expect(await status((await pay('moussa'))['transactionId'])).toMatchObject({
      body: { source: 'MOBILE_MONEY', source_common_name: 'moov-benin' },
    });
    expect(await status((await pay('edith'))['transactionId'])).toMatchObject({
      body: { source: 'CARD', status: 'SUCCESS' },
    });
  });

  it('on a slow network is PENDING without a webhook until it is settled', async () => {
    const { outcome, transactionId, callbackUrl } = await pay('fatou');
    expect({ outcome, callbackUrl }).toMatchObject({
      outcome: 'pending',
      callbackUrl: expect.stringContaining(`transaction_id=${String(transactionId)}`),
    });
    expect(await status(transactionId)).toMatchObject({ body: { status: 'PENDING' } });
    expect(webhooks()).toEqual([]);
    await control('POST', `/transactions/${String(transactionId)}/settle`, { status: 'SUCCESS' });
    await idle();
    expect(await status(transactionId)).toMatchObject({ body: { status: 'SUCCESS' } });
    expect(webhooks()).toMatchObject([{ transactionId, event: 'transaction.success' }]);
  });

  it('who closes the tab is told of by webhook only, and whose webhook is lost by the browser only', async () => {
    expect(await pay('gaston')).toMatchObject({ outcome: 'paid', callbackUrl: null });
    expect(webhooks()).toHaveLength(1);
    const { transactionId, callbackUrl } = await pay('helene');
    expect(callbackUrl).toContain(`transaction_id=${String(transactionId)}`);
    expect(webhooks()).toHaveLength(1);
    expect(await control('GET', `/transactions/${String(transactionId)}`)).toMatchObject({
      body: { messages: [{ state: 'Lost' }] },
    });
  });

  it('what was sent as data comes back as the type it was', async () => {
    const { transactionId } = await pay('awa', { data: { order_id: 17, sdk: 'woocommerce' }, partnerId: undefined });
    expect(await status(transactionId)).toMatchObject({
      body: { state: { order_id: 17, sdk: 'woocommerce' }, partnerId: '' },
    });
    expect(webhooks()).toMatchObject([{ stateData: { order_id: 17, sdk: 'woocommerce' }, partnerId: '' }]);
  });

  it.each([
    { amount: 100.5 },
    { amount: 0 },
    { amount: 'abc' },
    { key: undefined },
    { callback: 'javascript:alert(1)' },
  ])('cannot pay with the options %j', async (params) => {
    expect(await control('POST', '/pay', { payer: 'awa', params: { ...ORDER, ...params } })).toMatchObject({
      status: 400,
      body: { code: 'invalid_form' },
    });
    expect(await control('GET', '/transactions')).toMatchObject({ body: { data: [] } });
  });

  it.each([
    { amount: 100, fees: 2 },
    { amount: 1000, fees: 19 },
    { amount: 5000, fees: 95 },
    { amount: '1050', fees: 20 },
  ])('$amount francs cost $fees', async ({ amount, fees }) => {
    expect(await status((await pay('awa', { amount }))['transactionId'])).toMatchObject({
      body: { amount: Number(amount), fees, net: Number(amount) },
    });
  });

  it('needs no data of the merchant’s: it comes back empty', async () => {
    const { transactionId } = await pay('awa', { data: undefined });
    expect(await status(transactionId)).toMatchObject({ body: { status: 'SUCCESS', state: '' } });
  });

  it('the fee is the merchant’s where the account says so', async () => {
    await control('PUT', '/accounts/public-1', { feesBorneByMerchant: true });
    expect(await status((await pay('awa'))['transactionId'])).toMatchObject({
      body: { amount: 1000, fees: 19, net: 981, isFeesBorneByMerchant: true, feeSupportedBy: 'merchant' },
    });
  });
});

describe('the widget’s pages', () => {
  beforeEach(() => open());

  const frame = async (fields?: Record<string, string>): Promise<string> => {
    const options = JSON.stringify(ORDER);
    const answer = fields
      ? await fetch(`${simulator.url}/kkiapay/widget`, {
          method: 'POST',
          body: new URLSearchParams({ options, session: 's', ...fields }),
        })
      : await fetch(`${simulator.url}/kkiapay/widget?${new URLSearchParams({ options }).toString()}`);
    return answer.text();
  };
  const told = (page: string): string | undefined => /data-event="(\w+)"/.exec(page)?.[1];

  it('are loaded by a script that has KKiaPay’s functions', async () => {
    const answer = await fetch(`${simulator.url}/kkiapay/k.js`);
    const script = await answer.text();
    expect(answer.headers.get('content-type')).toContain('javascript');
    for (const name of [
      'openKkiapayWidget',
      'closeKkiapayWidget',
      'addSuccessListener',
      'addFailedListener',
      'addKkiapayListener',
      'removeKkiapayListener',
      'addKkiapayCloseListener',
    ])
      expect(script).toContain(name);
  });

  it('may stand in the frame of a merchant’s page, run one script, and show what each payer will do', async () => {
    const answer = await fetch(
      `${simulator.url}/kkiapay/widget?${new URLSearchParams({ options: JSON.stringify(ORDER) }).toString()}`,
    );
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain('frame-ancestors http: https:');
    expect(policy).not.toContain('unsafe');
    const page = await answer.text();
    for (const text of ['Pay 1000 F CFA', 'Awa Dossou', 'insufficient_fund', 'closes the tab'])
      expect(page).toContain(text);
    expect(told(page)).toBeUndefined();
  });

  it('show only card payers for card, and only phones for momo', async () => {
    const page = async (paymentmethod: string): Promise<string> => {
      const query = new URLSearchParams({ options: JSON.stringify({ ...ORDER, paymentmethod }) });
      return (await fetch(`${simulator.url}/kkiapay/widget?${query.toString()}`)).text();
    };
    expect(await page('card')).not.toContain('Awa Dossou');
    expect(await page('momo')).not.toContain('Houngbédji');
  });

  it('tell of a failed try and let the payer try again in the same widget, where a second click pays nothing more', async () => {
    expect(told(await frame())).toBeUndefined();
    expect(told(await frame({ payer: 'david' }))).toBe('failed');
    const paid = await frame({ payer: 'awa' });
    expect(told(paid)).toBe('success');
    expect(paid).toContain('data-go-to="http://shop.example/return/pay_1?a=1&#38;transaction_id=');
    expect(told(await frame({ payer: 'awa' }))).toBe('success');
    const { body } = await control('GET', '/transactions');
    expect(body).toMatchObject({
      data: [{ status: 'SUCCESS' }, { status: 'FAILED', failureCode: 'payment_declined' }],
    });
  });

  it('tell the merchant’s page nothing once the payer has closed the tab', async () => {
    const page = await frame({ payer: 'gaston' });
    expect(told(page)).toBeUndefined();
    expect(page).toContain('closed the tab');
  });

  it('tell of a pending payment as pending', async () => {
    expect(told(await frame({ payer: 'fatou' }))).toBe('pending');
  });

  it('refuse options that are not in order, and say why', async () => {
    const answer = await fetch(`${simulator.url}/kkiapay/widget?options=%7B%7D`);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('amount');
  });
});

describe('the status call', () => {
  beforeEach(() => open());

  it('says 400 TRANSACTION_NOT_FOUND for an unknown id, and INVALID_TRANSACTION for another merchant’s', async () => {
    const { transactionId } = await pay('awa');
    expect(await status('nothing')).toEqual({ status: 400, body: { status: 'TRANSACTION_NOT_FOUND' } });
    const other = { 'x-api-key': 'public-2', 'x-private-key': 'tpk_2', 'x-secret-key': 'tsk_2' };
    expect(await status(transactionId, other)).toEqual({ status: 400, body: { status: 'INVALID_TRANSACTION' } });
  });

  it.each([
    { ...KEYS, 'x-secret-key': 'wrong' },
    { ...KEYS, 'x-private-key': 'wrong' },
    { 'x-api-key': 'public-1' },
    {},
  ])('says 401 to %j', async (headers) => {
    expect(await status('nothing', headers)).toMatchObject({ status: 401, body: { message: 'Unauthorized' } });
  });

  it('an account that nobody set up is opened by the first who has keys for it, and keeps them', async () => {
    const first = { 'x-api-key': 'public-9', 'x-private-key': 'a', 'x-secret-key': 'b' };
    const { transactionId } = await pay('awa', { key: 'public-9' });
    expect(await status(transactionId, first)).toMatchObject({ status: 200 });
    expect(await status(transactionId, { ...first, 'x-secret-key': 'c' })).toMatchObject({ status: 401 });
    expect(webhooks()).toEqual([]);
  });

  it('reads a form as well as JSON', async () => {
    const { transactionId } = await pay('awa');
    const body = new URLSearchParams({ transactionId: String(transactionId) });
    const answer = await fetch(`${simulator.url}/kkiapay/api/v1/transactions/status`, {
      method: 'POST',
      body,
      headers: KEYS,
    });
    expect(answer.status).toBe(200);
  });
});

describe('a prompt', () => {
  beforeEach(() => open());

  it('waits on the phone until it is answered, and names its network', async () => {
    const { body } = await api(
      'payments/request',
      { phoneNumber: '22968000000', amount: 1000, partnerId: 'pay_1', stateData: 'pay_1' },
      { 'x-api-key': 'public-1' },
    );
    expect(body).toEqual({ internalTransactionId: expect.any(String), status: 'PENDING', providerCommonName: 'MOOV' });
    const id = String(body['internalTransactionId']);
    expect(await status(id)).toMatchObject({ body: { status: 'PENDING', partnerId: 'pay_1', state: 'pay_1' } });
    await control('POST', `/transactions/${id}/settle`, { status: 'FAILED', failureCode: 'payment_declined' });
    await idle();
    expect(await status(id)).toMatchObject({ body: { status: 'FAILED', failureCode: 'payment_declined' } });
    expect(webhooks()).toMatchObject([{ transactionId: id, event: 'transaction.failed' }]);
  });

  it.each([{ phoneNumber: '+22961000000' }, { phoneNumber: '' }, { amount: 100.5 }, { amount: 0 }])(
    'is refused for %j',
    async (over) => {
      expect(await api('payments/request', { phoneNumber: '22961000000', amount: 1000, ...over })).toMatchObject({
        status: 400,
        body: { status: expect.stringMatching(/^INVALID_/) },
      });
      expect(await control('GET', '/transactions')).toMatchObject({ body: { data: [] } });
    },
  );
});

describe('time that passes by itself', () => {
  const clock = new ManualClock();
  const speed = 600;
  beforeEach(() => open({ clock, resendSpeed: speed, laterEvents: 'by_themselves' }));

  it.each([
    ['22961000000', { status: 'SUCCESS' }],
    ['22997000000', { status: 'SUCCESS' }],
    ['2290168000001', { status: 'FAILED', failureCode: 'processing_error' }],
    ['22995000002', { status: 'FAILED', failureCode: 'insufficient_fund' }],
    ['2290161000003', { status: 'FAILED', failureCode: 'payment_declined' }],
  ])('the sandbox number %s answers its prompt: %j', async (phone, end) => {
    const id = await prompt(phone);
    expect(await status(id)).toMatchObject({ body: { status: 'PENDING' } });
    await clock.pass(3000);
    expect(await status(id)).toMatchObject({ body: end });
  });

  it('a slow network has its money after twelve seconds', async () => {
    const { body } = await control('POST', '/pay', { payer: 'fatou', params: ORDER });
    await clock.pass(12_000);
    expect(await status(body['transactionId'])).toMatchObject({ body: { status: 'SUCCESS' } });
  });

  it('what was settled by hand stays so', async () => {
    const id = await prompt('22961000000');
    await control('POST', `/transactions/${id}/settle`, { status: 'FAILED' });
    await clock.pass(3000);
    expect(await status(id)).toMatchObject({ body: { status: 'FAILED' } });
  });
});

describe('a refund', () => {
  beforeEach(() => open());
  const revert = (transactionId: unknown): Promise<Answer> => api('transactions/revert', { transactionId });

  it('gives mobile money back once, whole, without a webhook', async () => {
    const { transactionId } = await pay('awa');
    expect(await revert(transactionId)).toEqual({ status: 200, body: { code: 'SUCCESS', transactionId } });
    expect(await status(transactionId)).toMatchObject({ body: { status: 'REVERTED', amount: 1000 } });
    expect(await revert(transactionId)).toEqual({ status: 400, body: { status: 'TRANSACTION_NOT_ELIGIBLE' } });
    await idle();
    expect(webhooks()).toHaveLength(1);
  });

  it('is refused for cards, for what was not paid, and for what nobody knows', async () => {
    expect(await revert((await pay('edith'))['transactionId'])).toMatchObject({
      status: 400,
      body: { status: 'INVALID_TRANSACTION_TYPE' },
    });
    expect(await revert((await pay('fatou'))['transactionId'])).toMatchObject({
      status: 400,
      body: { status: 'TRANSACTION_NOT_ELIGIBLE' },
    });
    expect(await revert('nothing')).toMatchObject({ status: 400, body: { status: 'TRANSACTION_NOT_FOUND' } });
  });

  it('made in the dashboard is seen by who looks, and announced to nobody', async () => {
    await control('PUT', '/accounts/public-1', { balance: 1000 });
    const { transactionId } = await pay('awa');
    expect(await control('POST', `/transactions/${String(transactionId)}/revert`)).toMatchObject({
      status: 200,
      body: { status: 'REVERTED' },
    });
    await idle();
    expect(await status(transactionId)).toMatchObject({ body: { status: 'REVERTED' } });
    expect(webhooks()).toHaveLength(1);
    expect(await revert(transactionId)).toEqual({ status: 400, body: { status: 'TRANSACTION_NOT_ELIGIBLE' } });
    expect(await control('GET', '/accounts/public-1')).toMatchObject({ body: { balance: 0 } });
  });

  it('is not made in the dashboard either where KKiaPay makes none', async () => {
    const { transactionId } = await pay('edith');
    expect(await control('POST', `/transactions/${String(transactionId)}/revert`)).toMatchObject({
      status: 409,
      body: { code: 'not_possible', detail: expect.stringContaining('INVALID_TRANSACTION_TYPE') },
    });
  });

  it('can be refused with any word, once', async () => {
    const { transactionId } = await pay('awa');
    await control('POST', '/next', { call: 'revert', refusal: 'INSUFFICIENT_FUND' });
    expect(await revert(transactionId)).toEqual({ status: 400, body: { status: 'INSUFFICIENT_FUND' } });
    expect(await status(transactionId)).toMatchObject({ body: { status: 'SUCCESS' } });
    expect(await revert(transactionId)).toMatchObject({ status: 200 });
  });

  it('may be answered in the other spelling, and made later than it is answered', async () => {
    const { transactionId } = await pay('awa');
    await control('POST', '/next', { call: 'revert', spelling: 'status', later: true });
    expect(await revert(transactionId)).toEqual({ status: 200, body: { status: 'SUCCESS', transactionId } });
    expect(await status(transactionId)).toMatchObject({ body: { status: 'SUCCESS' } });
    await control('POST', `/transactions/${String(transactionId)}/revert`);
    expect(await status(transactionId)).toMatchObject({ body: { status: 'REVERTED' } });
  });

  it('is paid from the merchant’s balance, while there is some', async () => {
    await control('PUT', '/accounts/public-1', { balance: 1500 });
    const [first, second] = [await pay('awa'), await pay('awa')];
    expect(await revert(first['transactionId'])).toMatchObject({ status: 200 });
    expect(await revert(second['transactionId'])).toEqual({ status: 400, body: { status: 'INSUFFICIENT_FUND' } });
    await control('PUT', '/accounts/public-1', { balance: 1000 });
    expect(await revert(second['transactionId'])).toMatchObject({ status: 200 });
  });
});

describe('webhooks', () => {
  it('are tried five times, half a second and more apart, and 3xx counts as not taken', async () => {
    const clock = new ManualClock();
    await open({ clock, resendSpeed: 1 });
    receiver.answerNext(500, 302, 404, 500, 500);
    const { body } = await control('POST', '/pay', { payer: 'awa', params: ORDER });
    for (const pause of [500, 1000, 1500, 2000]) await clock.pass(pause);
    await idle();
    expect(receiver.received).toHaveLength(5);
    expect(new Set(receiver.received.map(({ body: bytes }) => bytes.toString())).size).toBe(1);
    expect(await control('GET', `/transactions/${String(body['transactionId'])}`)).toMatchObject({
      body: { messages: [{ state: 'Failed' }] },
    });
  });

  it('are content with any 2xx', async () => {
    await open();
    receiver.answerNext(204);
    await pay('awa');
    expect(receiver.received).toHaveLength(1);
  });

  it('are forged with the secret that everybody has seen, or another, and lost, doubled and replayed like any message', async () => {
    await open();
    const { transactionId } = await pay('awa');
    await control('POST', '/forge', { like: transactionId, fields: { amount: 1, transactionId: 'forged' } });
    await idle();
    await control('POST', '/forge', { webhookUrl: receiver.url, secret: 'wrong', fields: { transactionId: 'forged' } });
    await idle();
    expect(webhooks()[1]).toMatchObject({ transactionId: 'forged', amount: 1, partnerId: 'pay_1' });
    expect(receiver.received.map(({ headers }) => headers['x-kkiapay-secret'])).toEqual(['hook-1', 'hook-1', 'wrong']);

    await send('POST', '/control/delivery', { duplicates: 2 });
    await pay('awa');
    expect(receiver.received).toHaveLength(6);
    await send('POST', '/control/delivery', { drop: 1 });
    const lost = await pay('awa');
    expect(receiver.received).toHaveLength(6);
    const { body } = await control('GET', `/transactions/${String(lost['transactionId'])}`);
    const [message] = body['messages'] as { id: string }[];
    await send('POST', `/control/messages/${String(message?.id)}/replay`, {});
    expect(await send('POST', `/control/messages/${String(message?.id)}/resend`)).toMatchObject({ status: 400 });
    await idle();
    expect(webhooks()[6]).toMatchObject({ transactionId: lost['transactionId'] });
  });
});

describe('misbehaviour', () => {
  beforeEach(() => open());
  const misbehave = (where: string, mode: string, afterActing = false): Promise<Answer> =>
    send('POST', '/control/misbehave', { where, mode, times: 1, afterActing });
  const raw = async (path: string, body: unknown): Promise<string> => {
    const answer = await fetch(`${simulator.url}/kkiapay/api/v1/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...KEYS },
      redirect: 'manual',
    });
    return `${answer.status} ${(await answer.text()).slice(0, 9)}`;
  };

  it.each([
    ['http_500', '500 <!doctype'],
    ['http_403', '403 <!doctype'],
    ['html', '200 <!doctype'],
    ['empty', '200 '],
    ['invalid', '200 {"unexpec'],
  ])('%s is answered at all three calls, once', async (mode, answer) => {
    for (const [where, path] of [
      ['kkiapay_status', 'transactions/status'],
      ['kkiapay_prompt', 'payments/request'],
      ['kkiapay_revert', 'transactions/revert'],
    ] as const) {
      await misbehave(where, mode);
      expect(await raw(path, { transactionId: 'nothing' })).toBe(answer);
      expect(await raw(path, { transactionId: 'nothing' })).toMatch(/^400 /);
    }
  });

  it('a prompt whose answer is cut off may be on the phone all the same, or not', async () => {
    await misbehave('kkiapay_prompt', 'drop', true);
    await expect(prompt('22961000000')).rejects.toThrow();
    await misbehave('kkiapay_prompt', 'drop');
    await expect(prompt('22961000000')).rejects.toThrow();
    expect(await control('GET', '/transactions')).toMatchObject({
      body: { data: [{ by: 'prompt', status: 'PENDING', partnerId: 'pay_1' }] },
    });
  });

  it('a refund whose answer is cut off has been made', async () => {
    const { transactionId } = await pay('awa');
    await misbehave('kkiapay_revert', 'drop', true);
    await expect(api('transactions/revert', { transactionId })).rejects.toThrow();
    expect(await status(transactionId)).toMatchObject({ body: { status: 'REVERTED' } });
  });

  it('a webhook can leave spoilt, and is then sent as it should be', async () => {
    await misbehave('kkiapay_webhook', 'empty');
    await pay('awa');
    expect(receiver.received.map(({ body }) => body.length > 0)).toEqual([false, true]);
  });
});

describe('the control API', () => {
  beforeEach(() => open());

  it('writes over what a status answer says, and finds a transaction by its partnerId', async () => {
    const { transactionId } = await pay('awa');
    await control('POST', '/transactions/pay_1/settle', { status: 'SUCCESS', over: { amount: 1, partnerId: 'other' } });
    expect(await status(transactionId)).toMatchObject({ body: { amount: 1, partnerId: 'other', state: 'pay_1' } });
  });

  it('shows a transaction reverted from the dashboard, of which no webhook tells', async () => {
    const { transactionId } = await pay('awa');
    await control('POST', `/transactions/${String(transactionId)}/settle`, { status: 'REVERTED' });
    await idle();
    expect(await status(transactionId)).toMatchObject({ body: { status: 'REVERTED' } });
    expect(webhooks()).toHaveLength(1);
  });

  it('shows no secret', async () => {
    expect(await control('GET', '/accounts/public-1')).toEqual({
      status: 200,
      body: {
        publicKey: 'public-1',
        hasKeys: true,
        webhookUrl: receiver.url,
        feesBorneByMerchant: false,
        balance: null,
      },
    });
  });

  it.each([
    ['POST', '/pay', { payer: 'nobody', params: ORDER }, 404],
    ['POST', '/pay', { payer: 'awa' }, 400],
    ['POST', '/transactions/nothing/settle', { status: 'SUCCESS' }, 404],
    ['PUT', '/accounts/public-1', { privateKey: 'alone' }, 400],
    ['PUT', '/accounts/public-1', { webhookUrl: 'ftp://x' }, 400],
    ['POST', '/forge', {}, 400],
  ])('refuses %s %s %j with %i', async (method, path, body, code) => {
    expect(await control(method, path, body)).toMatchObject({ status: code, body: { detail: expect.any(String) } });
  });

  it('forgets everything', async () => {
    await pay('awa');
    await send('POST', '/control/reset');
    expect(await control('GET', '/transactions')).toMatchObject({ body: { data: [] } });
    expect(await control('GET', '/accounts/public-1')).toMatchObject({ body: { hasKeys: false, webhookUrl: null } });
  });
});

it('the control page shows each transaction with its webhooks, and its buttons settle it', async () => {
  await open();
  const { transactionId } = await pay('fatou');
  const press = await fetch(`${simulator.url}/actions/kkiapay/transactions/${String(transactionId)}/settle`, {
    method: 'POST',
    body: new URLSearchParams({ status: 'SUCCESS' }),
    redirect: 'manual',
  });
  expect(press.headers.get('location')).toBe(`/#${String(transactionId)}`);
  await idle();
  const page = await (await fetch(`${simulator.url}/`)).text();
  for (const text of [String(transactionId), 'Fatou Ndiaye', 'transaction.success', 'KKiaPay'])
    expect(page).toContain(text);
});
