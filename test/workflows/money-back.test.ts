import { brokenInvariants } from '../support/audit';
import { call, eventually, Merchant, untilAttention, untilStatus } from '../support/client';
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

/** 30.00 EUR that were paid; until refunds and disputes have their chapter, what follows is recorded and shown. */
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

const kindsOf = ({ timeline }: PaymentView) => timeline.map(({ kind }) => kind);

test.concurrent(
  'a refund made at PayPal is recorded and shown to a person; the payment stays paid, the books stay as they are',
  async () => {
    const { merchant, member, payment, txnId } = await openPaid();
    const before = await merchant.entries();
    await happens(txnId, { status: 'Refunded', amount: '12.00' });

    const shown = await untilAttention(merchant, payment.id);
    expect(shown).toMatchObject({
      status: 'paid',
      captured: 3000,
      refunded: 1200,
      disputed: 0,
      attention: { code: 'refund_received' },
    });
    expect(kindsOf(shown)).toContain('payment_refunded');
    expect(await merchant.entries()).toEqual(before);
    expect((await merchant.cart(member)).due).toBe(0);
    expect((await untilQuiet(merchant))[0]).toMatchObject({ state: 'applied', kind: 'payment_refunded', amount: 1200 });
  },
);

test.concurrent('two refunds add up, and one that is told three times counts once', async () => {
  const { merchant, payment, txnId } = await openPaid();
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
  const shown = await eventually(
    () => merchant.payment(payment.id),
    ({ refunded }) => refunded >= 2000,
  );
  expect(shown.refunded).toBe(2000);
  expect(kindsOf(shown).filter((kind) => kind === 'payment_refunded')).toHaveLength(2);
});

test.concurrent('a reversal is recorded and shown, and nothing more is shown once it is cancelled', async () => {
  const { merchant, payment, txnId } = await openPaid();
  await happens(txnId, { status: 'Reversed' });
  const reversed = await untilAttention(merchant, payment.id);
  expect(reversed).toMatchObject({
    status: 'paid',
    captured: 3000,
    disputed: 3000,
    attention: { code: 'reversal_received' },
  });

  await happens(txnId, { status: 'Canceled_Reversal' });
  const back = await eventually(
    () => merchant.payment(payment.id),
    ({ disputed }) => disputed === 0,
  );
  expect(back).toMatchObject({ status: 'paid', captured: 3000, attention: null });
  expect(kindsOf(back)).toEqual(expect.arrayContaining(['payment_reversed', 'reversal_cancelled']));
});

test.concurrent('a case is recorded and shown: no money moved', async () => {
  const { merchant, payment, txnId } = await openPaid();
  await happens(txnId, { status: 'new_case' });
  const shown = await untilAttention(merchant, payment.id);
  expect(shown).toMatchObject({
    status: 'paid',
    captured: 3000,
    refunded: 0,
    disputed: 0,
    attention: { code: 'dispute_opened' },
  });
  expect((await untilQuiet(merchant))[0]).toMatchObject({ state: 'applied', kind: 'dispute_opened', amount: null });
});

test.concurrent('a correction after a case is recorded and shown', async () => {
  const { merchant, payment, txnId } = await openPaid();
  await happens(txnId, { status: 'adjustment', amount: '5.00' });
  expect(await untilAttention(merchant, payment.id)).toMatchObject({
    status: 'paid',
    captured: 3000,
    attention: { code: 'dispute_adjusted' },
  });
});

test.concurrent('refund, reversal and case at once: all of them are recorded', async () => {
  const { merchant, payment, txnId } = await openPaid();
  await Promise.all([
    happens(txnId, { status: 'Refunded', amount: '1.00' }),
    happens(txnId, { status: 'Reversed', amount: '2.00' }),
    happens(txnId, { status: 'new_case' }),
  ]);
  await untilQuiet(merchant);
  const shown = await eventually(
    () => merchant.payment(payment.id),
    (now) => kindsOf(now).length === 6,
  );
  expect(shown).toMatchObject({ status: 'paid', refunded: 100, disputed: 200 });
  expect(kindsOf(shown).sort()).toEqual([
    'checkout_opened',
    'dispute_opened',
    'fee_charged',
    'payment_captured',
    'payment_refunded',
    'payment_reversed',
  ]);
});

for (const [what, payment_status, code] of [
  ['refund', 'Refunded', 'refund_received'],
  ['reversal', 'Reversed', 'reversal_received'],
] as const) {
  test.concurrent(`a ${what} that arrives before its money loses nothing: both stand, in whichever order`, async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 3000]]);
    const payment = await merchant.pay(member);
    const txn_id = newTransactionId();
    await deliver(
      merchant,
      ipn(merchant, payment, {
        payment_status,
        txn_type: undefined,
        parent_txn_id: txn_id,
        mc_gross: '-30.00',
        mc_fee: undefined,
      }),
    );
    expect(await untilAttention(merchant, payment.id)).toMatchObject({
      status: 'awaiting_payer',
      captured: 0,
      attention: { code },
    });

    await deliver(merchant, ipn(merchant, payment, { txn_id }));
    expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000, attention: { code } });
    expect((await merchant.cart(member)).paylines).toHaveLength(1);
    expect((await untilSettled(merchant, 2)).map(({ state }) => state)).toEqual(['applied', 'applied']);
  });
}

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
  const back = {
    payment_status: 'Refunded',
    txn_type: undefined,
    txn_id: newTransactionId(),
    parent_txn_id: misfit['txn_id'],
  };
  await deliver(merchant, ipn(merchant, payment, { ...back, mc_gross: '-29.00', mc_fee: undefined }));
  const shown = await eventually(
    () => merchant.payment(payment.id),
    ({ attention }) => attention?.code === 'refund_received',
  );
  expect(shown.attention?.detail).toContain('nothing of it is left');

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
  const back = {
    payment_status: 'Refunded',
    txn_type: undefined,
    txn_id: newTransactionId(),
    parent_txn_id: misfit['txn_id'],
  };
  await deliver(merchant, ipn(merchant, payment, { ...back, mc_gross: '-9.00', mc_fee: undefined }));
  await eventually(
    () => merchant.payment(payment.id),
    ({ refunded }) => refunded === 900,
  );

  expect(await merchant.post(`/v1/payments/${payment.id}/resolution`, { action: 'accept' })).toMatchObject({
    status: 200,
  });
  expect(await merchant.cart(member)).toMatchObject({ balance: -1000, paylines: [{ amount: 2000 }] });
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
