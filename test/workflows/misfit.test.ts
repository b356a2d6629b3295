import { randomUUID } from 'node:crypto';
import { brokenInvariants } from '../support/audit';
import { eventually, Merchant, net, untilAttention, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { ipn, payAs } from '../support/paypal';
import { deliver, untilQuiet, untilSettled } from '../support/quiet';
import { runsOf, untilAtRest } from '../support/runs';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

/** A payment of 30.00 EUR, for a fee of 20.00 and an insurance of 10.00. */
async function openPayment(): Promise<{ merchant: Merchant; member: string; payment: PaymentView }> {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([
    ['fee', 2000],
    ['insurance', 1000],
  ]);
  return { merchant, member, payment: await merchant.pay(member) };
}

const resolve = (merchant: Merchant, { id }: PaymentView, action: 'accept' | 'refund') =>
  merchant.post<PaymentView & { code?: string }>(`/v1/payments/${id}/resolution`, {
    action,
    note: 'looked at the statement',
  });

test.concurrent.each([
  ['short by one cent', '29.99', 2999],
  ['over by one cent', '30.01', 3001],
  ['ten times as much', '300.00', 30_000],
])('money that is %s is suspended with its fee, and a person is asked', async (_how, mc_gross, amount) => {
  const { merchant, member, payment } = await openPayment();
  await deliver(merchant, ipn(merchant, payment, { mc_gross }));

  const held = await untilStatus(merchant, payment.id, 'needs_review');
  expect(held).toMatchObject({ captured: amount, fee: 195, attention: { code: 'amount_mismatch' }, nextAction: null });
  expect(held.attention?.since).toEqual(expect.any(String));
  const entries = await merchant.entries();
  expect(entries.map(({ kind }) => kind).sort()).toEqual(['fee_charged', 'payment_suspended']);
  expect([net(entries, 'suspense'), net(entries, 'gateway_clearing:paypal-standard')]).toEqual([-amount, amount - 195]);
  expect((await merchant.cart(member)).paylines).toEqual([]);
  expect((await untilSettled(merchant, 1))[0]).toMatchObject({ state: 'applied' });
});

test.concurrent(
  'the right number in another currency is suspended in that currency, and no person can accept it',
  async () => {
    const { merchant, payment } = await openPayment();
    await deliver(merchant, ipn(merchant, payment, { mc_currency: 'USD' }));

    const held = await untilStatus(merchant, payment.id, 'needs_review');
    expect(held).toMatchObject({ captured: 0, attention: { code: 'currency_mismatch' } }); // `captured` is in the payment's currency
    const before = await runsOf(world, await rested(payment));
    expect(await resolve(merchant, payment, 'accept')).toMatchObject({
      status: 409,
      body: { code: 'currency_mismatch' },
    });
    expect(await runsOf(world, payment)).toEqual(before);
    expect((await merchant.entries()).flatMap(({ postings }) => postings).map(({ currency }) => currency)).toEqual(
      Array(4).fill('USD'),
    );
  },
);

test.concurrent(
  'accepted money is allocated like any capture: oldest charge first, the surplus is credit',
  async () => {
    const { merchant, member, payment } = await openPayment();
    await deliver(merchant, ipn(merchant, payment, { mc_gross: '35.00' }));
    await untilStatus(merchant, payment.id, 'needs_review');

    const answer = await resolve(merchant, payment, 'accept');
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'paid', captured: 3500, attention: null, reason: null },
    });
    const entries = await merchant.entries(payment.id);
    expect(entries.map(({ kind }) => kind).sort()).toEqual(['fee_charged', 'payment_suspended', 'suspense_accepted']);
    expect(
      ['suspense', 'income:fee', 'income:insurance', 'member_credit'].map((account) => net(entries, account)),
    ).toEqual([0, -2000, -1000, -500]);
    expect(await merchant.cart(member)).toMatchObject({
      due: 0,
      credit: 500,
      paylines: [{ amount: 3500, payment: payment.id }],
    });
  },
);

test.concurrent('accepted money that is too little leaves the rest due', async () => {
  const { merchant, member, payment } = await openPayment();
  await deliver(merchant, ipn(merchant, payment, { mc_gross: '25.00' }));
  await untilStatus(merchant, payment.id, 'needs_review');

  expect((await resolve(merchant, payment, 'accept')).body.status).toBe('paid');
  expect(await merchant.cart(member)).toMatchObject({ due: 500, credit: 0 });
});

test.concurrent(
  'a second transaction for a paid payment is suspended: the payment stays paid and a person is asked',
  async () => {
    const { merchant, member, payment } = await openPayment();
    await deliver(merchant, ipn(merchant, payment));
    await untilStatus(merchant, payment.id, 'paid');
    await deliver(merchant, ipn(merchant, payment));

    const twice = await untilAttention(merchant, payment.id);
    expect(twice).toMatchObject({ status: 'paid', captured: 6000, fee: 390, attention: { code: 'duplicate_payment' } });
    const entries = await merchant.entries();
    expect(entries.map(({ kind }) => kind).sort()).toEqual([
      'fee_charged',
      'fee_charged',
      'payment_captured',
      'payment_suspended',
    ]);
    expect(net(entries, 'suspense')).toBe(-3000);
    expect((await merchant.cart(member)).paylines).toHaveLength(1);

    expect((await resolve(merchant, payment, 'accept')).body).toMatchObject({ status: 'paid', attention: null });
    expect(await merchant.cart(member)).toMatchObject({ due: 0, credit: 3000 });
  },
);

test.concurrent('two transactions at once: one pays, the other is suspended, whichever comes first', async () => {
  const { merchant, member, payment } = await openPayment();
  await Promise.all([deliver(merchant, ipn(merchant, payment)), deliver(merchant, ipn(merchant, payment))]);

  await untilSettled(merchant, 2);
  expect(await merchant.payment(payment.id)).toMatchObject({
    status: 'paid',
    captured: 6000,
    attention: { code: 'duplicate_payment' },
  });
  expect((await merchant.entries()).map(({ kind }) => kind).sort()).toEqual([
    'fee_charged',
    'fee_charged',
    'payment_captured',
    'payment_suspended',
  ]);
  expect((await merchant.cart(member)).paylines).toHaveLength(1);
});

test.concurrent(
  'money that fits lifts the review: the payment is paid, the sum that does not fit stays in suspense',
  async () => {
    const { merchant, payment } = await openPayment();
    await deliver(merchant, ipn(merchant, payment, { mc_gross: '29.99' }));
    await untilStatus(merchant, payment.id, 'needs_review');
    await deliver(merchant, ipn(merchant, payment));

    expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({
      captured: 5999,
      attention: { code: 'duplicate_payment' },
    });
    expect(net(await merchant.entries(), 'suspense')).toBe(-2999);
  },
);

test.concurrent('two sums in suspense: attention shows the older, and one resolution settles one', async () => {
  const { merchant, member, payment } = await openPayment();
  await deliver(merchant, ipn(merchant, payment, { mc_gross: '10.00' }));
  await untilStatus(merchant, payment.id, 'needs_review');
  await deliver(merchant, ipn(merchant, payment, { mc_gross: '7.00' }));
  await untilSettled(merchant, 2);
  expect((await merchant.payment(payment.id)).attention?.detail).toContain('10.00');

  const first = await resolve(merchant, payment, 'accept');
  expect(first.body).toMatchObject({ status: 'paid', captured: 1700, attention: { code: 'duplicate_payment' } });
  expect(first.body.attention?.detail).toContain('7.00');
  expect((await merchant.cart(member)).paylines.map(({ amount }) => amount)).toEqual([1000]);

  expect((await resolve(merchant, payment, 'accept')).body).toMatchObject({ status: 'paid', attention: null });
  expect((await merchant.cart(member)).paylines.map(({ amount }) => amount)).toEqual([1000, 700]);
  expect(net(await merchant.entries(), 'suspense')).toBe(0);
  expect(await resolve(merchant, payment, 'accept')).toMatchObject({
    status: 409,
    body: { code: 'nothing_to_resolve' },
  });
});

test.concurrent('two people accept at once what is there once: it is booked once', async () => {
  const { merchant, member, payment } = await openPayment();
  await deliver(merchant, ipn(merchant, payment, { mc_gross: '29.00' }));
  await rested(await untilStatus(merchant, payment.id, 'needs_review'));

  const answers = await Promise.all([resolve(merchant, payment, 'accept'), resolve(merchant, payment, 'accept')]);
  expect(answers.map(({ status, body }) => [status, body.code ?? body.status]).sort()).toEqual([
    [200, 'paid'],
    [409, 'nothing_to_resolve'],
  ]);
  expect((await merchant.cart(member)).paylines).toHaveLength(1);
});

test.concurrent('a resolution that repeats its Idempotency-Key accepts one sum, not the next as well', async () => {
  const { merchant, member, payment } = await openPayment();
  await deliver(merchant, ipn(merchant, payment, { mc_gross: '10.00' }));
  await deliver(merchant, ipn(merchant, payment, { mc_gross: '7.00' }));
  await untilSettled(merchant, 2);

  const accept = () =>
    merchant.post(
      `/v1/payments/${payment.id}/resolution`,
      { action: 'accept', note: 'once' },
      { 'idempotency-key': 'the same' },
    );
  expect((await accept()).status).toBe(200);
  expect((await accept()).status).toBe(200);
  expect((await merchant.cart(member)).paylines).toHaveLength(1);
});

test.concurrent(
  'a refund of what is in suspense is refused where the account cannot make one, and the money stays where it is',
  async () => {
    const { merchant, payment } = await openPayment();
    await deliver(merchant, ipn(merchant, payment, { mc_gross: '29.99' }));
    const held = await rested(await untilStatus(merchant, payment.id, 'needs_review'));
    const before = await runsOf(world, held);

    expect(await resolve(merchant, payment, 'refund')).toMatchObject({
      status: 409,
      body: { code: 'refund_at_gateway_only' },
    });
    expect(await runsOf(world, held)).toEqual(before);
    expect(net(await merchant.entries(), 'suspense')).toBe(-2999);
  },
);

test.concurrent(
  'a sum that does not fit is given back by a person’s word, and nothing of it is left to accept',
  async () => {
    const nvp = { username: randomUUID(), password: 'api-pass', signature: 'api-sig' };
    const merchant = await Merchant.create(world, {}, { nvp });
    const member = await merchant.member([['fee', 3000]]);
    const payment = await merchant.pay(member);
    const fields = { ...payment.nextAction!.fields, amount: '29.99' };
    await payAs(merchant, { ...payment, nextAction: { ...payment.nextAction!, fields } });
    await untilStatus(merchant, payment.id, 'needs_review');

    expect(await resolve(merchant, payment, 'refund')).toMatchObject({
      status: 200,
      body: { status: 'refunded', refunded: 2999, attention: null },
    });
    await untilQuiet(merchant);
    const { body } = await merchant.get<{ data: unknown[] }>(`/v1/payments/${payment.id}/refunds`);
    expect(body.data).toMatchObject([{ status: 'succeeded', origin: 'merchant', amount: 2999 }]);
    expect(net(await merchant.entries(), 'suspense')).toBe(0);
    expect(await merchant.cart(member)).toMatchObject({ due: 3000, paylines: [] });
    for (const action of ['accept', 'refund'] as const)
      expect(await resolve(merchant, payment, action)).toMatchObject({
        status: 409,
        body: { code: 'nothing_to_resolve' },
      });
  },
);

test.concurrent('where nothing is in suspense there is nothing to resolve', async () => {
  const { merchant, payment } = await openPayment();
  expect(await resolve(merchant, payment, 'accept')).toMatchObject({
    status: 409,
    body: { code: 'nothing_to_resolve' },
  });
  await deliver(merchant, ipn(merchant, payment));
  await untilStatus(merchant, payment.id, 'paid');
  expect(await resolve(merchant, payment, 'accept')).toMatchObject({
    status: 409,
    body: { code: 'nothing_to_resolve' },
  });
});

test.concurrent('a payment under review cannot be cancelled: money has come', async () => {
  const { merchant, payment } = await openPayment();
  await deliver(merchant, ipn(merchant, payment, { mc_gross: '29.99' }));
  await untilStatus(merchant, payment.id, 'needs_review');
  expect(await merchant.post(`/v1/payments/${payment.id}/cancel`)).toMatchObject({
    status: 409,
    body: { code: 'payment_needs_review' },
  });
});

async function rested(payment: PaymentView): Promise<PaymentView> {
  await untilAtRest(world, payment);
  return payment;
}

test.concurrent('the search attributes of a payment under review tell an operator why', async () => {
  const { merchant, payment } = await openPayment();
  await deliver(merchant, ipn(merchant, payment, { mc_gross: '29.99' }));
  await untilStatus(merchant, payment.id, 'needs_review');
  const query = `MerchantId = '${merchant.id}' AND PaymentStatus = 'needs_review' AND PaymentAttention = 'amount_mismatch'`;
  await eventually(
    () => world.temporal.workflow.count(query),
    ({ count }) => count === 1,
  );
});
