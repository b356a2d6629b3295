import { brokenInvariants } from '../support/audit';
import { call, eventually, Merchant, net, untilAttention, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { ipn, newTransactionId, payAs } from '../support/paypal';
import { deliver, untilQuiet, untilSettled } from '../support/quiet';
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

/** 30.00 EUR that were paid, and paid a charge. */
async function openPaid() {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 3000]]);
  const payment = await merchant.pay(member);
  const { txnId } = await payAs(merchant, payment);
  await untilStatus(merchant, payment.id, 'paid');
  return { merchant, member, payment, txnId };
}

const happens = (txnId: string, event: Record<string, unknown>) =>
  call(world.simulator.url, null, 'POST', `/control/payments/${txnId}/events`, event);

/** Told about money of ours, and not by its own first message. */
const aboutMoney = (
  merchant: Merchant,
  payment: PaymentView,
  parent: string | undefined,
  over: Partial<Record<string, string>>,
) =>
  ipn(merchant, payment, {
    txn_type: undefined,
    txn_id: newTransactionId(),
    parent_txn_id: parent,
    mc_gross: '-30.00',
    mc_fee: undefined,
    ...over,
  });

const kindsOf = ({ timeline }: PaymentView) => timeline.map(({ kind }) => kind);
const until = (merchant: Merchant, { id }: PaymentView, isSo: (payment: PaymentView) => boolean) =>
  eventually(() => merchant.payment(id), isSo);
const refundsOf = async (merchant: Merchant, { id }: PaymentView) =>
  (await merchant.get<{ data: unknown[] }>(`/v1/payments/${id}/refunds`)).body.data;
const disputesOf = async (merchant: Merchant, { id }: PaymentView) =>
  (await merchant.get<{ data: { id: string }[] }>(`/v1/disputes?payment=${id}`)).body.data;

/** Debits minus credits of what a payment's money may lie in, without those that are even. */
async function booksOf(merchant: Merchant): Promise<Record<string, number>> {
  const entries = await merchant.entries();
  const accounts = [
    'income:fee',
    'member_credit',
    'suspense',
    'disputed_funds',
    'refund_costs',
    'gateway_clearing:paypal-standard',
  ];
  return Object.fromEntries(
    accounts.map((name) => [name, net(entries, name)] as const).filter(([, amount]) => amount !== 0),
  );
}

test.concurrent('a refund made at PayPal is adopted and booked, and what it had paid is due again', async () => {
  const { merchant, member, payment, txnId } = await openPaid();
  const { 'gateway_clearing:paypal-standard': before } = await booksOf(merchant);
  await happens(txnId, { status: 'Refunded', amount: '12.00' });

  const shown = await untilStatus(merchant, payment.id, 'partially_refunded');
  expect(shown).toMatchObject({ captured: 3000, refunded: 1200, refundable: 1800, disputed: 0, attention: null });
  expect(await refundsOf(merchant, payment)).toMatchObject([
    { status: 'succeeded', origin: 'gateway', amount: 1200, reason: null },
  ]);
  expect(await booksOf(merchant)).toEqual({
    'income:fee': -1800,
    'gateway_clearing:paypal-standard': (before ?? 0) - 1200,
  });
  expect(await merchant.cart(member)).toMatchObject({
    due: 1200,
    paylines: [
      { amount: 3000, kind: 'payment' },
      { amount: -1200, kind: 'refund' },
    ],
  });
  expect((await untilQuiet(merchant))[0]).toMatchObject({ state: 'applied', kind: 'payment_refunded', amount: 1200 });
});

test.concurrent('two refunds add up, and one that is told three times counts once', async () => {
  const { merchant, member, payment, txnId } = await openPaid();
  await happens(txnId, { status: 'Refunded', amount: '12.00' });
  await happens(txnId, { status: 'Refunded', amount: '8.00' });
  const messages = await call<{ data: { id: string }[] }>(
    world.simulator.url,
    null,
    'GET',
    `/control/messages?about=${txnId}`,
  );
  await call(world.simulator.url, null, 'POST', `/control/messages/${messages.body.data[0]!.id}/replay`, { times: 2 });
  await call(world.simulator.url, null, 'POST', `/control/messages/${messages.body.data[0]!.id}/resend`);

  await untilQuiet(merchant);
  const shown = await until(merchant, payment, ({ refunded }) => refunded >= 2000);
  expect(shown).toMatchObject({ status: 'partially_refunded', refunded: 2000 });
  expect(kindsOf(shown).filter((kind) => kind === 'payment_refunded')).toHaveLength(2);
  expect(await refundsOf(merchant, payment)).toHaveLength(2);
  expect((await merchant.cart(member)).due).toBe(2000);
});

test.concurrent('all of it given back in two parts: the payment is refunded', async () => {
  const { merchant, member, payment, txnId } = await openPaid();
  await happens(txnId, { status: 'Refunded', amount: '12.00' });
  await happens(txnId, { status: 'Refunded', amount: '18.00' });
  expect(await untilStatus(merchant, payment.id, 'refunded')).toMatchObject({
    refunded: 3000,
    refundable: 0,
    attention: null,
  });
  expect(await merchant.cart(member)).toMatchObject({ due: 3000, credit: 0 });
  expect(await merchant.post(`/v1/payments/${payment.id}/refunds`)).toMatchObject({
    status: 409,
    body: { code: 'nothing_to_refund' },
  });
});

test.concurrent('a reversal is held: neither cart nor income moves, and once it is cancelled nothing was', async () => {
  const { merchant, member, payment, txnId } = await openPaid();
  const before = await booksOf(merchant);
  await happens(txnId, { status: 'Reversed' });
  const reversed = await untilStatus(merchant, payment.id, 'disputed');
  expect(reversed).toMatchObject({
    captured: 3000,
    disputed: 3000,
    chargedBack: 0,
    attention: { code: 'reversal_received' },
  });
  expect(await booksOf(merchant)).toMatchObject({ 'income:fee': -3000, disputed_funds: 3000 });
  expect(await merchant.cart(member)).toMatchObject({ due: 0, paylines: [{ amount: 3000 }] });
  expect(await disputesOf(merchant, payment)).toMatchObject([{ stage: 'reversal', status: 'open', held: 3000 }]);
  expect(await merchant.post(`/v1/payments/${payment.id}/refunds`)).toMatchObject({
    status: 409,
    body: { code: 'payment_disputed' },
  });

  await happens(txnId, { status: 'Canceled_Reversal' });
  const back = await untilStatus(merchant, payment.id, 'paid');
  expect(back).toMatchObject({ captured: 3000, disputed: 0, chargedBack: 0, attention: null });
  expect(kindsOf(back)).toEqual(expect.arrayContaining(['payment_reversed', 'reversal_cancelled']));
  expect(await booksOf(merchant)).toEqual(before);
  expect(await disputesOf(merchant, payment)).toMatchObject([{ stage: 'reversal', status: 'won', held: 0 }]);
});

test.concurrent(
  'a reversal that a person gives up is lost, and one cancelled after that is won after all',
  async () => {
    const { merchant, member, payment, txnId } = await openPaid();
    await happens(txnId, { status: 'Reversed' });
    await untilStatus(merchant, payment.id, 'disputed');
    const [dispute] = await disputesOf(merchant, payment);

    const given = await merchant.post(`/v1/disputes/${dispute!.id}/resolution`, {
      outcome: 'lost',
      note: 'no word for weeks',
    });
    expect(given).toMatchObject({ status: 200, body: { status: 'lost', held: 0 } });
    expect(await merchant.payment(payment.id)).toMatchObject({
      status: 'charged_back',
      disputed: 0,
      chargedBack: 3000,
      attention: { code: 'dispute_lost' },
    });
    expect(await booksOf(merchant)).not.toHaveProperty('disputed_funds');
    expect(await merchant.cart(member)).toMatchObject({
      due: 3000,
      paylines: [
        { amount: 3000, kind: 'payment' },
        { amount: -3000, kind: 'charge_back' },
      ],
    });

    await happens(txnId, { status: 'Canceled_Reversal', amount: '30.00' });
    expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ chargedBack: 0, attention: null });
    expect(await disputesOf(merchant, payment)).toMatchObject([{ id: dispute!.id, status: 'won' }]);
    expect(await booksOf(merchant)).toMatchObject({ 'income:fee': -3000 });
    expect(await merchant.cart(member)).toMatchObject({
      due: 0,
      paylines: [{ kind: 'payment' }, { kind: 'charge_back' }, { amount: 3000, kind: 'reversal_cancelled' }],
    });
  },
);

test.concurrent('a reversal that PayPal tells as a refund is a refund', async () => {
  const { merchant, member, payment, txnId } = await openPaid();
  await happens(txnId, { kind: 'refund', amount: '10.00', told: 'as_reversal' });
  expect(await untilStatus(merchant, payment.id, 'partially_refunded')).toMatchObject({ refunded: 1000, disputed: 0 });
  expect(await disputesOf(merchant, payment)).toEqual([]);
  expect((await merchant.cart(member)).due).toBe(1000);
});

test.concurrent('a case moves no money, and the payment is disputed while it is open', async () => {
  const { merchant, payment, txnId } = await openPaid();
  const before = await merchant.entries();
  await happens(txnId, { status: 'new_case' });
  const shown = await untilStatus(merchant, payment.id, 'disputed');
  expect(shown).toMatchObject({
    captured: 3000,
    refunded: 0,
    disputed: 0,
    attention: { code: 'dispute_opened' },
  });
  expect(await merchant.entries()).toEqual(before);
  expect(await disputesOf(merchant, payment)).toMatchObject([{ stage: 'claim', status: 'open', held: 0, lost: 0 }]);
  expect((await untilQuiet(merchant))[0]).toMatchObject({ state: 'applied', kind: 'dispute_opened', amount: null });
});

for (const [order, events] of [
  ['after its case', ['dispute', 'reverse']],
  ['before its case', ['reverse', 'dispute']],
] as const) {
  test.concurrent(`a reversal told ${order} is one dispute with it, and ends with the money’s return`, async () => {
    const { merchant, member, payment, txnId } = await openPaid();
    for (const kind of events) {
      await happens(txnId, { kind });
      await untilQuiet(merchant);
    }
    expect(await until(merchant, payment, ({ disputed }) => disputed > 0)).toMatchObject({
      status: 'disputed',
      disputed: 3000,
      attention: { code: 'dispute_opened' },
    });
    expect(await disputesOf(merchant, payment)).toMatchObject([{ stage: 'claim', status: 'open', held: 3000 }]);

    await happens(txnId, { kind: 'win' });
    expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ disputed: 0, attention: null });
    expect(await disputesOf(merchant, payment)).toMatchObject([{ status: 'won', held: 0 }]);
    expect(await booksOf(merchant)).not.toHaveProperty('disputed_funds');
    expect((await merchant.cart(member)).due).toBe(0);
  });
}

test.concurrent('a correction after a case says that what was taken is kept: the case is lost', async () => {
  const { merchant, member, payment, txnId } = await openPaid();
  for (const kind of ['dispute', 'reverse']) await happens(txnId, { kind });
  await until(merchant, payment, ({ disputed }) => disputed === 3000);
  await happens(txnId, { kind: 'lose' });
  expect(await untilStatus(merchant, payment.id, 'charged_back')).toMatchObject({
    captured: 3000,
    disputed: 0,
    chargedBack: 3000,
    attention: { code: 'dispute_lost' },
  });
  expect(await booksOf(merchant)).not.toHaveProperty('disputed_funds');
  expect((await merchant.cart(member)).due).toBe(3000);
});

test.concurrent('refund, reversal and case at once: all of them are recorded and booked', async () => {
  const { merchant, member, payment, txnId } = await openPaid();
  await Promise.all([
    happens(txnId, { status: 'Refunded', amount: '1.00' }),
    happens(txnId, { status: 'Reversed', amount: '2.00' }),
    happens(txnId, { status: 'new_case' }),
  ]);
  await untilQuiet(merchant);
  const shown = await until(merchant, payment, (now) => kindsOf(now).length === 6);
  expect(shown).toMatchObject({ status: 'disputed', refunded: 100, disputed: 200 });
  expect(kindsOf(shown).sort()).toEqual([
    'checkout_opened',
    'dispute_opened',
    'fee_charged',
    'payment_captured',
    'payment_refunded',
    'payment_reversed',
  ]);
  expect(await booksOf(merchant)).toMatchObject({ 'income:fee': -2900, disputed_funds: 200 });
  expect((await merchant.cart(member)).due).toBe(100);
});

for (const [what, payment_status, status, end] of [
  ['refund', 'Refunded', 'refunded', { due: 3000, paylines: [{ amount: 3000 }, { amount: -3000 }] }],
  ['reversal', 'Reversed', 'disputed', { due: 0, paylines: [{ amount: 3000 }] }],
] as const) {
  test.concurrent(`a ${what} that arrives before its money loses nothing: both stand, in whichever order`, async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 3000]]);
    const payment = await merchant.pay(member);
    const txn_id = newTransactionId();
    await deliver(merchant, aboutMoney(merchant, payment, txn_id, { payment_status }));
    await until(merchant, payment, ({ timeline }) => timeline.length > 1);
    expect(await merchant.payment(payment.id)).toMatchObject({ captured: 0, refunded: 0 });
    expect(await merchant.entries()).toEqual([]);
    expect(await brokenInvariants(world)).toEqual({});

    await deliver(merchant, ipn(merchant, payment, { txn_id }));
    expect(await untilStatus(merchant, payment.id, status)).toMatchObject({ captured: 3000 });
    expect(await merchant.cart(member)).toMatchObject(end);
    expect((await untilSettled(merchant, 2)).map(({ state }) => state)).toEqual(['applied', 'applied']);
  });
}

test.concurrent(
  'a cancellation told before its reversal waits in suspense, and the reversal takes it from there',
  async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 3000]]);
    const payment = await merchant.pay(member);
    const txn_id = newTransactionId();
    await deliver(merchant, ipn(merchant, payment, { txn_id }));
    await untilStatus(merchant, payment.id, 'paid');
    const before = await booksOf(merchant);
    await deliver(
      merchant,
      aboutMoney(merchant, payment, txn_id, { payment_status: 'Canceled_Reversal', mc_gross: '30.00' }),
    );
    const surplus = await untilAttention(merchant, payment.id);
    expect(surplus).toMatchObject({ status: 'paid', disputed: 0, attention: { code: 'reversal_excess' } });
    expect(await booksOf(merchant)).toMatchObject({ suspense: -3000, 'income:fee': -3000 });

    await deliver(merchant, aboutMoney(merchant, payment, txn_id, { payment_status: 'Reversed' }));
    expect(await until(merchant, payment, ({ attention }) => attention === null)).toMatchObject({
      status: 'paid',
      disputed: 0,
    });
    expect(await booksOf(merchant)).toEqual(before);
    expect(await merchant.cart(member)).toMatchObject({ due: 0, paylines: [{ amount: 3000 }] });
  },
);

test.concurrent('more came back than was taken: it is in suspense until a person gives it to the member', async () => {
  const { merchant, member, payment, txnId } = await openPaid();
  await happens(txnId, { status: 'Reversed', amount: '20.00' });
  await untilStatus(merchant, payment.id, 'disputed');
  await deliver(
    merchant,
    aboutMoney(merchant, payment, txnId, { payment_status: 'Canceled_Reversal', mc_gross: '25.00' }),
  );
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({
    disputed: 0,
    attention: { code: 'reversal_excess' },
  });
  expect(await booksOf(merchant)).toMatchObject({ suspense: -500, 'income:fee': -3000 });

  expect((await merchant.post(`/v1/payments/${payment.id}/resolution`, { action: 'accept' })).status).toBe(200);
  expect(await merchant.payment(payment.id)).toMatchObject({ attention: null });
  expect(await booksOf(merchant)).toMatchObject({ member_credit: -500, 'income:fee': -3000 });
  expect((await merchant.cart(member)).credit).toBe(500);
});

test.concurrent(
  'more went back than the payment had brought: the rest is a debit of suspense until a person writes it off',
  async () => {
    const { merchant, member, payment, txnId } = await openPaid();
    await deliver(merchant, aboutMoney(merchant, payment, txnId, { payment_status: 'Refunded', mc_gross: '-31.00' }));
    expect(await untilStatus(merchant, payment.id, 'refunded')).toMatchObject({
      refunded: 3100,
      refundable: 0,
      attention: { code: 'refund_exceeds_payment' },
    });
    expect(await booksOf(merchant)).toMatchObject({ suspense: 100 });
    expect(await merchant.cart(member)).toMatchObject({ due: 3000, credit: 0 });

    expect((await merchant.post(`/v1/payments/${payment.id}/resolution`, { action: 'accept' })).status).toBe(200);
    expect(await merchant.payment(payment.id)).toMatchObject({ attention: null });
    const books = await booksOf(merchant);
    expect(books).toMatchObject({ refund_costs: 100 });
    expect(books).not.toHaveProperty('suspense');
  },
);

test.concurrent('a lost reversal that proves to be a refund is given back once', async () => {
  const { merchant, member, payment, txnId } = await openPaid();
  const { 'gateway_clearing:paypal-standard': before } = await booksOf(merchant);
  const txn_id = newTransactionId();
  await deliver(merchant, aboutMoney(merchant, payment, txnId, { txn_id, payment_status: 'Reversed' }));
  await untilStatus(merchant, payment.id, 'disputed');
  const [dispute] = await disputesOf(merchant, payment);
  await merchant.post(`/v1/disputes/${dispute!.id}/resolution`, { outcome: 'lost' });
  await untilStatus(merchant, payment.id, 'charged_back');
  await deliver(merchant, aboutMoney(merchant, payment, txnId, { txn_id, payment_status: 'Refunded' }));

  expect(await untilStatus(merchant, payment.id, 'refunded')).toMatchObject({
    refunded: 3000,
    chargedBack: 0,
    disputed: 0,
  });
  expect(await booksOf(merchant)).toEqual({ 'gateway_clearing:paypal-standard': (before ?? 0) - 3000 });
  expect((await merchant.cart(member)).due).toBe(3000);
});

test.concurrent(
  'a review that PayPal decides against the payer: the money never came, and nobody need look',
  async () => {
    const merchant = await Merchant.create(world);
    const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
    const { txnId } = await payAs(merchant, payment, 'gilles');
    await untilStatus(merchant, payment.id, 'processing');
    await happens(txnId, { status: 'Reversed', amount: '30.00' });

    const over = await untilStatus(merchant, payment.id, 'failed');
    expect(over).toMatchObject({ reason: 'buyer_complaint', captured: 0, disputed: 0, attention: null });
    expect(await merchant.entries()).toEqual([]);
  },
);

test.concurrent('a held sum of which PayPal tells only that a reversal was cancelled never came', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
  const held = ipn(merchant, payment, { payment_status: 'Pending', pending_reason: 'unilateral', mc_fee: undefined });
  await deliver(merchant, held);
  await untilStatus(merchant, payment.id, 'processing');
  // It names its parent alone: the payment is known by that.
  const parted = {
    payment_status: 'Canceled_Reversal',
    txn_type: undefined,
    txn_id: newTransactionId(),
    parent_txn_id: held['txn_id'],
  };
  await deliver(
    merchant,
    ipn(merchant, payment, { ...parted, custom: undefined, invoice: undefined, mc_fee: undefined }),
  );

  expect(await untilStatus(merchant, payment.id, 'failed')).toMatchObject({
    captured: 0,
    disputed: 0,
    attention: null,
  });
  expect(await merchant.entries()).toEqual([]);
});

test.concurrent('a reversal that names only its parent waits until the held sum is known, and ends it', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
  const held = ipn(merchant, payment, {
    payment_status: 'Pending',
    pending_reason: 'paymentreview',
    mc_fee: undefined,
  });
  const parted = {
    payment_status: 'Reversed',
    txn_type: undefined,
    txn_id: newTransactionId(),
    parent_txn_id: held['txn_id'],
  };
  await deliver(
    merchant,
    ipn(merchant, payment, { ...parted, custom: undefined, invoice: undefined, mc_fee: undefined }),
  );
  await untilSettled(merchant, 1);
  await deliver(merchant, held);

  expect(await untilStatus(merchant, payment.id, 'failed')).toMatchObject({
    captured: 0,
    disputed: 0,
    attention: null,
  });
});

test.concurrent('a misfit that was given back at PayPal can be accepted no more', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 3000]]);
  const payment = await merchant.pay(member);
  const misfit = ipn(merchant, payment, { mc_gross: '29.00' });
  await deliver(merchant, misfit);
  await untilStatus(merchant, payment.id, 'needs_review');
  await deliver(
    merchant,
    aboutMoney(merchant, payment, misfit['txn_id'], { payment_status: 'Refunded', mc_gross: '-29.00' }),
  );
  expect(await untilStatus(merchant, payment.id, 'refunded')).toMatchObject({ refunded: 2900, attention: null });
  expect(await booksOf(merchant)).not.toHaveProperty('suspense');

  const answer = await merchant.post(`/v1/payments/${payment.id}/resolution`, { action: 'accept' });
  expect(answer).toMatchObject({ status: 409, body: { code: 'nothing_to_resolve' } });
  expect(await merchant.cart(member)).toMatchObject({ balance: -3000, paylines: [] });
});

test.concurrent('of a misfit given back in part, accepting gives the member what is left', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 3000]]);
  const payment = await merchant.pay(member);
  const misfit = ipn(merchant, payment, { mc_gross: '29.00' });
  await deliver(merchant, misfit);
  await deliver(
    merchant,
    aboutMoney(merchant, payment, misfit['txn_id'], { payment_status: 'Refunded', mc_gross: '-9.00' }),
  );
  expect(await until(merchant, payment, ({ refunded }) => refunded === 900)).toMatchObject({ status: 'needs_review' });

  expect(await merchant.post(`/v1/payments/${payment.id}/resolution`, { action: 'accept' })).toMatchObject({
    status: 200,
  });
  expect(await merchant.cart(member)).toMatchObject({ balance: -1000, paylines: [{ amount: 2000 }] });
  expect(await booksOf(merchant)).not.toHaveProperty('suspense');
});

test.concurrent('unmatched money that was given back at PayPal can be attached to nobody', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 3000]]);
  const money = { custom: undefined, invoice: undefined, mc_gross: '25.00', mc_currency: 'EUR' };
  const stray = ipn(merchant, { nextAction: null }, money);
  await deliver(merchant, stray);
  const [row] = await untilSettled(merchant, 1);
  const back = {
    payment_status: 'Refunded',
    txn_type: undefined,
    txn_id: newTransactionId(),
    parent_txn_id: stray['txn_id'],
  };
  await deliver(
    merchant,
    ipn(merchant, { nextAction: null }, { ...money, ...back, mc_gross: '-25.00', mc_fee: undefined }),
  );
  await untilSettled(merchant, 2);

  const answer = await merchant.post(`/v1/notifications/${row!.id}/attachment`, { member });
  expect(answer).toMatchObject({ status: 409, body: { code: 'not_unmatched' } });
  expect(await merchant.cart(member)).toMatchObject({ balance: -3000, paylines: [] });
});
