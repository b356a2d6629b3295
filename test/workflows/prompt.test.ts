import { brokenInvariants } from '../support/audit';
import { listenIn } from '../support/asked';
import { eventually, net, untilStatus } from '../support/client';
import type { Merchant, PaymentView } from '../support/client';
import { control, kkiapayMerchant, payInWidget, transactionsOf, visit } from '../support/gateways';
import { untilAtRest } from '../support/runs';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

/** Prompts that reached KKiaPay, by payment; the answer to those named is lost on its way back. */
const prompted: string[] = [];
const unheard = new Set<string>();
const listener = listenIn(async (url, body) => {
  if (!url.endsWith('/payments/request')) return undefined;
  const { partnerId, amount } = JSON.parse(body) as { partnerId: string; amount: number };
  prompted.push(partnerId);
  if (!unheard.has(String(amount))) return undefined;
  const answer = await globalThis.fetch(url, { method: 'POST', body, headers: lastHeaders });
  await answer.arrayBuffer();
  throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
});
let lastHeaders: NonNullable<RequestInit['headers']> = {};
const fetch: typeof globalThis.fetch = async (input, init) => {
  lastHeaders = init?.headers ?? {};
  return listener.fetch(input, init);
};

let world: World;
beforeAll(async () => {
  world = await startWorld({ fetch });
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

let phones = 0;
/** Each test has a payer of its own, who answers when told to. */
const newPhone = () => `+22961${String((phones += 1)).padStart(6, '1')}`;

async function prompt(over: Record<string, unknown> = {}) {
  const merchant = await kkiapayMerchant(world);
  const member = await merchant.member([['fee', 3000]]);
  const payment = await merchant.pay(member, {
    gateway: 'kkiapay',
    method: 'mobile_money',
    phone: newPhone(),
    ...over,
  });
  return { merchant, member, payment };
}
async function answer({ id }: PaymentView, status: 'SUCCESS' | 'FAILED', failureCode?: string): Promise<void> {
  const [transaction] = await transactionsOf(world, id);
  if (!transaction) throw new Error('KKiaPay knows of no prompt');
  await control(world, 'POST', `/kkiapay/transactions/${transaction.id}/settle`, {
    status,
    ...(failureCode && { failureCode }),
  });
}
const loseWebhooks = (drop: boolean) => control(world, 'POST', '/delivery', { drop });
const promptsFor = ({ id }: PaymentView) => prompted.filter((partner) => partner === id).length;

test('a merchant asks a phone: the payer approves, and the income is booked without the fee that the payer bore', async () => {
  const { merchant, member, payment } = await prompt();
  expect(payment).toMatchObject({
    status: 'awaiting_payer',
    method: 'mobile_money',
    nextAction: { kind: 'prompt', patienceMs: 90_000 },
  });
  await answer(payment, 'SUCCESS');
  const paid = await untilStatus(merchant, payment.id, 'paid');
  expect(paid).toMatchObject({ captured: 3000, fee: 0 });
  expect(paid.timeline).toContainEqual(
    expect.objectContaining({ kind: 'payer_fee_charged', amount: 57, currency: 'XOF' }),
  );
  const entries = await merchant.entries(payment.id);
  expect([net(entries, 'gateway_clearing:kkiapay'), net(entries, 'income:fee')]).toEqual([3000, -3000]);
  expect((await merchant.cart(member)).due).toBe(0);
  expect((await untilAtRest(world, payment)).status.name).toBe('COMPLETED');
});

test('a payer who says no ends the payment: a prompt is its only try', async () => {
  const { merchant, payment } = await prompt();
  await answer(payment, 'FAILED', 'insufficient_fund');
  expect(await untilStatus(merchant, payment.id, 'failed')).toMatchObject({ reason: 'insufficient_fund', captured: 0 });
});

test('a phone is not prompted again while its first prompt may still be approved, and is once that was refused', async () => {
  const phone = newPhone();
  const { merchant, member, payment } = await prompt({ phone });
  const again = { member, gateway: 'kkiapay', method: 'mobile_money', phone };
  const replies = await Promise.all(
    [1, 2, 3].map(() => merchant.post<{ code: string; detail: string }>('/v1/payments', again)),
  );
  expect(replies.map(({ status, body }) => [status, body.code])).toEqual(replies.map(() => [409, 'prompt_open']));
  expect(replies[0]!.body.detail).toContain(payment.id);

  await merchant.post(`/v1/payments/${payment.id}/cancel`);
  expect((await merchant.post<{ code: string }>('/v1/payments', again)).body.code).toBe('prompt_open'); // cancelled by us, and still on the phone
  await answer(payment, 'FAILED', 'payment_declined');
  await eventually(
    () => merchant.payment(payment.id),
    ({ timeline }) => timeline.some(({ kind }) => kind === 'payment_failed'),
  );
  expect((await merchant.post('/v1/payments', again)).status).toBe(201);
});

test.each([
  ['+2290197', '+22997'],
  ['+22997', '+2290197'],
  ['+22997', '00229 01 97 '],
  ['+2290197', '229-97-'],
])(
  'a line of Benin is one phone, prompted as %s… and again as %s…, and each is asked as it was written',
  async (before, after) => {
    const line = newPhone().slice(-6);
    const { merchant, member, payment } = await prompt({ phone: `${before}${line}` });
    expect(payment.nextAction?.to).toBe(`${before}${line}`);
    const again = { member, gateway: 'kkiapay', method: 'mobile_money', phone: `${after}${line}` };
    const { status, body } = await merchant.post<{ code: string; detail: string }>('/v1/payments', again);
    expect([status, body.code]).toEqual([409, 'prompt_open']);
    expect(body.detail).toContain(payment.id);
  },
);

test('two prompts to one line asked for at the same moment are one, however it is written', async () => {
  const merchant = await kkiapayMerchant(world);
  const member = await merchant.member([['fee', 3000]]);
  const line = newPhone().slice(-6);
  const order = { member, gateway: 'kkiapay', method: 'mobile_money' };
  const replies = await Promise.all(
    ['+22997', '+2290197', '229 97', '229 01 97', '0022997', '002290197'].map((start) =>
      merchant.post<PaymentView>('/v1/payments', { ...order, phone: `${start}${line}` }),
    ),
  );
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
});

test('two prompts to one phone asked for at the same moment are one', async () => {
  const merchant = await kkiapayMerchant(world);
  const member = await merchant.member([['fee', 3000]]);
  const order = { member, gateway: 'kkiapay', method: 'mobile_money', phone: newPhone() };
  const replies = await Promise.all(Array.from({ length: 6 }, () => merchant.post<PaymentView>('/v1/payments', order)));
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
});

test('K26: a prompt that was ignored and approved after our deadline is late money, found though every webhook was lost', async () => {
  await loseWebhooks(true);
  const { merchant, member, payment } = await prompt({ expiresInMs: 1500 });
  await untilStatus(merchant, payment.id, 'expired');
  await answer(payment, 'SUCCESS');
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ reason: 'late_payment', captured: 3000 });
  await loseWebhooks(false);
  expect((await merchant.cart(member)).due).toBe(0);
  expect((await untilAtRest(world, payment)).status.name).toBe('COMPLETED');
});

test('K18: a prompt approved while no worker runs, and whose webhook is lost, is paid once one runs again', async () => {
  await loseWebhooks(true);
  const { merchant, payment } = await prompt();
  await world.stopWorkers();
  await answer(payment, 'SUCCESS');
  await world.startWorker();
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000, reason: null });
  await loseWebhooks(false);
  expect(promptsFor(payment)).toBe(1);
});

test('a prompt whose answer was lost is never sent again; its payer may still approve it', async () => {
  unheard.add('4100');
  const { merchant, payment } = await prompt({ amount: 4100 });
  expect(payment).toMatchObject({ status: 'awaiting_payer', nextAction: { kind: 'prompt' } });
  await answer(payment, 'SUCCESS');
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 4100 });
  expect(promptsFor(payment)).toBe(1);
});

test('a prompt whose answer was lost and that nobody approves expires, and what comes later is late money', async () => {
  unheard.add('4200');
  const { merchant, payment } = await prompt({ amount: 4200, expiresInMs: 1500 });
  await untilStatus(merchant, payment.id, 'expired');
  expect(promptsFor(payment)).toBe(1);
  await answer(payment, 'SUCCESS');
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ reason: 'late_payment', captured: 4200 });
});

describe('the widget', () => {
  async function openWidget(): Promise<{ merchant: Merchant; payment: PaymentView }> {
    const merchant = await kkiapayMerchant(world);
    return { merchant, payment: await merchant.pay(await merchant.member([['fee', 3000]]), { gateway: 'kkiapay' }) };
  }

  test('K14: a failed try leaves the payment open, and the success after it is booked once', async () => {
    const { merchant, payment } = await openWidget();
    expect((await payInWidget(merchant, payment, 'celine')).outcome).toBe('failed');
    const tried = await eventually(
      () => merchant.payment(payment.id),
      ({ timeline }) => timeline.length > 1,
    );
    expect(tried).toMatchObject({
      status: 'awaiting_payer',
      reason: 'insufficient_fund',
      nextAction: { kind: 'widget' },
    });
    await visit((await payInWidget(merchant, payment)).callbackUrl);
    const paid = await untilStatus(merchant, payment.id, 'paid');
    expect(paid.timeline.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['attempt_failed', 'payment_captured']),
    );
    expect((await merchant.entries(payment.id)).map(({ kind }) => kind)).toEqual(['payment_captured']);
  });

  test('K15: webhook and twenty returns of the browser are one payment, booked once', async () => {
    const { merchant, payment } = await openWidget();
    const { callbackUrl } = await payInWidget(merchant, payment);
    await Promise.all(Array.from({ length: 20 }, () => visit(callbackUrl)));
    await untilStatus(merchant, payment.id, 'paid');
    expect((await merchant.entries(payment.id)).map(({ kind }) => kind)).toEqual(['payment_captured']);
  });

  test.each([
    ['K12: a smaller', 2999],
    ['K13: a larger', 3001],
  ])(
    '%s sum than was asked, since the amount passes through the browser, waits in suspense for a person',
    async (_what, amount) => {
      const { merchant, payment } = await openWidget();
      const tampered = {
        ...payment,
        nextAction: { ...payment.nextAction!, params: { ...payment.nextAction!.params, amount } },
      };
      await visit((await payInWidget(merchant, tampered)).callbackUrl);
      const review = await untilStatus(merchant, payment.id, 'needs_review');
      expect(review).toMatchObject({ captured: amount, attention: { code: 'amount_mismatch' } });
      const entries = await merchant.entries(payment.id);
      expect([net(entries, 'suspense'), net(entries, 'income:fee')]).toEqual([-amount, 0]);
    },
  );

  test('K11: a genuine transaction of another payment, brought to this one’s page, pays the other', async () => {
    const { merchant, payment } = await openWidget();
    const other = await merchant.pay(await merchant.member([['fee', 3000]]), { gateway: 'kkiapay' });
    await loseWebhooks(true);
    const { transactionId } = await payInWidget(merchant, other);
    await visit(`${world.baseUrl}/return/${payment.id}?transaction_id=${transactionId}`);
    await untilStatus(merchant, other.id, 'paid');
    expect((await merchant.payment(payment.id)).status).toBe('awaiting_payer');
    await loseWebhooks(false);
  });

  test('K5: money of another shop on the same KKiaPay account is nobody’s until a person says whose', async () => {
    const { merchant, payment } = await openWidget();
    const params = { ...payment.nextAction!.params, data: '', partnerId: '', amount: 700 };
    await payInWidget(merchant, { ...payment, nextAction: { ...payment.nextAction!, params } });
    const [message] = await eventually(
      () => merchant.notifications(),
      ([first]) => first?.state === 'unmatched',
    );
    expect(message).toMatchObject({ channel: 'webhook', payment: null, amount: 700 });
    expect(net(await merchant.entries(), 'suspense')).toBe(-700);
    expect((await merchant.payment(payment.id)).status).toBe('awaiting_payer');
  });

  test('a payment that the network holds is processing and is asked about by itself, though the webhook is lost', async () => {
    await loseWebhooks(true);
    const { merchant, payment } = await openWidget();
    const { transactionId, callbackUrl } = await payInWidget(merchant, payment, 'fatou');
    await visit(callbackUrl ?? `${world.baseUrl}/return/${payment.id}?transaction_id=${transactionId}`);
    await untilStatus(merchant, payment.id, 'processing');
    await control(world, 'POST', `/kkiapay/transactions/${transactionId}/settle`, { status: 'SUCCESS' });
    expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000 });
    await loseWebhooks(false);
  });
});
