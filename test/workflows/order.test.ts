import { brokenInvariants } from '../support/audit';
import { listenIn } from '../support/asked';
import { call, eventually, Merchant, net, untilAttention, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { encode, ipn, newTransactionId, payAs, postRaw, sendGenuine } from '../support/paypal';
import { deliver, untilQuiet, untilSettled, vouchFor } from '../support/quiet';
import { runsOf, untilAtRest } from '../support/runs';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

/** PDT answers of these transactions come without their fee. */
const feeless = new Set<string>();

let world: World;
beforeAll(async () => {
  world = await startWorld({ fetch: listenIn(withoutFee).fetch });
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

async function withoutFee(url: string, body: string): Promise<Response | undefined> {
  const token = new URLSearchParams(body).get('tx');
  if (token === null || !feeless.has(token)) return undefined;
  const answer = await globalThis.fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'a test' },
  });
  return new Response((await answer.text()).replace(/^mc_fee=.*\n/m, ''));
}

/** A payment of 30.00 EUR that is about to be paid. */
async function openPayment(): Promise<{ merchant: Merchant; member: string; payment: PaymentView }> {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 3000]]);
  return { merchant, member, payment: await merchant.pay(member) };
}

async function expectBookedOnce(merchant: Merchant, member: string, payment: PaymentView, fee = 195): Promise<void> {
  expect(await merchant.payment(payment.id)).toMatchObject({ status: 'paid', captured: 3000, fee, attention: null });
  const entries = await merchant.entries();
  expect(entries.map((entry) => entry.kind).sort()).toEqual(['fee_charged', 'payment_captured']);
  expect(net(entries, 'income:fee')).toBe(-3000);
  expect(net(entries, 'gateway_fees:paypal-standard')).toBe(fee);
  expect((await merchant.cart(member)).paylines).toMatchObject([{ payment: payment.id, amount: 3000 }]);
}

const statesOf = (notifications: readonly { state: string }[]) => notifications.map(({ state }) => state).sort();

test.concurrent('an eCheck is processing with its reason until it clears, then paid', async () => {
  const { merchant, member, payment } = await openPayment();
  const { txnId } = await payAs(merchant, payment, 'bruno');
  const held = await untilStatus(merchant, payment.id, 'processing');
  expect(held).toMatchObject({ reason: 'echeck', captured: 0, fee: 0, nextAction: null, attention: null });
  expect(await merchant.entries()).toEqual([]);

  await call(world.simulator.url, null, 'POST', `/control/payments/${txnId}/events`, {
    status: 'Completed',
    fee: '1.95',
  });
  const paid = await untilStatus(merchant, payment.id, 'paid');
  expect(paid.reason).toBeNull();
  await expectBookedOnce(merchant, member, payment);
});

test.concurrent('an eCheck that bounces fails with the reason, and books nothing', async () => {
  const { merchant, payment } = await openPayment();
  const { txnId } = await payAs(merchant, payment, 'chantal');
  await untilStatus(merchant, payment.id, 'processing');
  await call(world.simulator.url, null, 'POST', `/control/payments/${txnId}/events`, { status: 'Failed' });

  const failed = await untilStatus(merchant, payment.id, 'failed');
  expect(failed).toMatchObject({ captured: 0, attention: null, nextAction: null });
  expect(failed.reason).toMatch(/^[a-z][a-z_]*$/);
  expect(await merchant.entries()).toEqual([]);
});

test.concurrent('a payment under review is processing with its reason, then paid', async () => {
  const { merchant, member, payment } = await openPayment();
  const { txnId } = await payAs(merchant, payment, 'farid');
  expect((await untilStatus(merchant, payment.id, 'processing')).reason).toBe('paymentreview');
  await call(world.simulator.url, null, 'POST', `/control/payments/${txnId}/events`, {
    status: 'Completed',
    fee: '1.95',
  });

  await untilStatus(merchant, payment.id, 'paid');
  await expectBookedOnce(merchant, member, payment);
});

test.concurrent('Completed before Pending, each three times: paid, and it stays paid', async () => {
  const { merchant, payment } = await openPayment();
  await payAs(merchant, payment, 'jana');
  const notifications = await untilQuiet(merchant);

  expect(await merchant.payment(payment.id)).toMatchObject({
    status: 'paid',
    reason: null,
    captured: 3000,
    attention: null,
  });
  expect((await merchant.entries()).map((entry) => entry.kind).sort()).toEqual(['fee_charged', 'payment_captured']);
  expect(notifications).toHaveLength(2); // identical bytes have no second row
});

test.concurrent('a Pending that is resent after the Completed changes nothing', async () => {
  const { merchant, member, payment } = await openPayment();
  const txn_id = newTransactionId();
  const pending = ipn(merchant, payment, {
    txn_id,
    payment_status: 'Pending',
    pending_reason: 'echeck',
    mc_fee: undefined,
  });
  await deliver(merchant, pending);
  await untilStatus(merchant, payment.id, 'processing');
  await deliver(merchant, ipn(merchant, payment, { txn_id }));
  await untilStatus(merchant, payment.id, 'paid');

  await deliver(merchant, { ...pending, resend: 'true' });
  expect(statesOf(await untilSettled(merchant, 3))).toEqual(['applied', 'applied', 'duplicate']);
  await expectBookedOnce(merchant, member, payment);
});

test.concurrent('a Pending that comes only after the Completed is applied, and the payment stays paid', async () => {
  const { merchant, member, payment } = await openPayment();
  const txn_id = newTransactionId();
  await deliver(merchant, ipn(merchant, payment, { txn_id }));
  await untilStatus(merchant, payment.id, 'paid');
  await deliver(
    merchant,
    ipn(merchant, payment, { txn_id, payment_status: 'Pending', pending_reason: 'echeck', mc_fee: undefined }),
  );

  expect(statesOf(await untilSettled(merchant, 2))).toEqual(['applied', 'applied']);
  await expectBookedOnce(merchant, member, payment);
});

test.concurrent(
  'the same bytes three times, one after the other: each is answered 200, booked once, one row',
  async () => {
    const { merchant, member, payment } = await openPayment();
    const body = await vouchFor(merchant, ipn(merchant, payment));
    expect(await postRaw(merchant, body)).toBe(200);
    await untilStatus(merchant, payment.id, 'paid');
    expect(await postRaw(merchant, body)).toBe(200);
    expect(await postRaw(merchant, body)).toBe(200);

    expect(statesOf(await untilSettled(merchant, 1))).toEqual(['applied']);
    await expectBookedOnce(merchant, member, payment);
  },
);

test.concurrent('the same bytes twenty times at once: each is answered 200, booked once, one row', async () => {
  const { merchant, member, payment } = await openPayment();
  const body = await vouchFor(merchant, ipn(merchant, payment));
  const answers = await Promise.all(Array.from({ length: 20 }, () => postRaw(merchant, body)));
  expect(answers).toEqual(Array(20).fill(200));

  await untilStatus(merchant, payment.id, 'paid');
  expect(statesOf(await untilSettled(merchant, 1))).toEqual(['applied']);
  await expectBookedOnce(merchant, member, payment);
});

test.concurrent(
  'twenty messages with bytes of their own about one sum, at once: booked once, the others are duplicates',
  async () => {
    const { merchant, member, payment } = await openPayment();
    const txn_id = newTransactionId();
    const bodies = await Promise.all(
      Array.from({ length: 20 }, () => vouchFor(merchant, ipn(merchant, payment, { txn_id }))),
    );
    await Promise.all(bodies.map((body) => postRaw(merchant, body)));

    const states = statesOf(await untilSettled(merchant, 20));
    expect(states).toEqual(['applied', ...Array<string>(19).fill('duplicate')]);
    await expectBookedOnce(merchant, member, payment);
  },
);

test.concurrent('other bytes about a known sum are a duplicate at once: Temporal hears nothing of it', async () => {
  const { merchant, member, payment } = await openPayment();
  const txn_id = newTransactionId();
  await deliver(merchant, ipn(merchant, payment, { txn_id }));
  await untilStatus(merchant, payment.id, 'paid');
  await untilAtRest(world, payment);
  const before = await runsOf(world, payment);

  await deliver(merchant, ipn(merchant, payment, { txn_id, resend: 'true' }));
  const [duplicate] = await merchant.notifications();
  expect(duplicate).toMatchObject({ state: 'duplicate', attempts: 0 });
  expect(await runsOf(world, payment)).toEqual(before);
  await expectBookedOnce(merchant, member, payment);
});

test.concurrent('another transaction that fails while one is held changes nothing: the held one decides', async () => {
  const { merchant, member, payment } = await openPayment();
  const txn_id = newTransactionId();
  await deliver(
    merchant,
    ipn(merchant, payment, { txn_id, payment_status: 'Pending', pending_reason: 'echeck', mc_fee: undefined }),
  );
  await untilStatus(merchant, payment.id, 'processing');
  await deliver(merchant, ipn(merchant, payment, { payment_status: 'Failed', mc_fee: undefined }));
  await untilSettled(merchant, 2);
  expect(await merchant.payment(payment.id)).toMatchObject({ status: 'processing', reason: 'echeck' });

  await deliver(merchant, ipn(merchant, payment, { txn_id }));
  await untilStatus(merchant, payment.id, 'paid');
  await expectBookedOnce(merchant, member, payment);
});

test.concurrent(
  'the return page and the IPN tell of one sum at the same instant: one booking, one payline',
  async () => {
    const { merchant, member, payment } = await openPayment();
    const { txnId, returnUrl } = await payAs(merchant, payment, 'ivan'); // his IPN is lost at first
    const lost = await call<{ data: { id: string }[] }>(
      world.simulator.url,
      null,
      'GET',
      `/control/messages?about=${txnId}`,
    );
    await Promise.all([
      fetch(returnUrl!),
      call(world.simulator.url, null, 'POST', `/control/messages/${lost.body.data[0]!.id}/replay`),
    ]);

    const notifications = await untilSettled(merchant, 2);
    expect(notifications.map(({ channel }) => channel).sort()).toEqual(['ipn', 'pdt']);
    expect(statesOf(notifications)).toEqual(['applied', 'duplicate']);
    await expectBookedOnce(merchant, member, payment, 127);
  },
);

test.concurrent('an IPN that never comes is no matter: what PDT says is enough', async () => {
  const { merchant, member, payment } = await openPayment();
  const { returnUrl } = await payAs(merchant, payment, 'ivan');
  await fetch(returnUrl!);

  await untilStatus(merchant, payment.id, 'paid');
  await expectBookedOnce(merchant, member, payment, 127);
});

test.concurrent('PDT without the fee, then the IPN with it: the fee is added, once, and the money is not', async () => {
  const { merchant, member, payment } = await openPayment();
  const { txnId, returnUrl } = await payAs(merchant, payment, 'ivan');
  feeless.add(txnId);
  await fetch(returnUrl!);
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000, fee: 0 });
  expect((await merchant.entries()).map((entry) => entry.kind)).toEqual(['payment_captured']);

  const [lost] = (
    await call<{ data: { id: string }[] }>(world.simulator.url, null, 'GET', `/control/messages?about=${txnId}`)
  ).body.data;
  await call(world.simulator.url, null, 'POST', `/control/messages/${lost!.id}/replay`, { times: 3 });
  await eventually(
    () => merchant.payment(payment.id),
    ({ fee }) => fee > 0,
  );
  await untilSettled(merchant, 2);
  await expectBookedOnce(merchant, member, payment, 127);
});

test.concurrent(
  'one transaction with two amounts: neither is guessed to be right, the first stays booked and a person sees both',
  async () => {
    const { merchant, payment } = await openPayment();
    const txn_id = newTransactionId();
    await deliver(merchant, ipn(merchant, payment, { txn_id }));
    await untilStatus(merchant, payment.id, 'paid');
    await deliver(merchant, ipn(merchant, payment, { txn_id, mc_gross: '31.00' }));

    expect((await untilAttention(merchant, payment.id)).attention).toMatchObject({ code: 'fact_conflict' });
    expect(await merchant.payment(payment.id)).toMatchObject({ status: 'paid', captured: 3000 });
    expect((await merchant.entries()).map((entry) => entry.kind).sort()).toEqual(['fee_charged', 'payment_captured']);
  },
);

test.concurrent(
  'a message about one payment that was sent to the page of another goes to the one it names',
  async () => {
    const { merchant, member, payment } = await openPayment();
    const other = await merchant.pay(member, { amount: 100 });
    const { txnId } = await payAs(merchant, payment, 'ivan');
    await fetch(`${world.baseUrl}/return/${other.id}?tx=${txnId}`);

    await untilStatus(merchant, payment.id, 'paid');
    expect(await merchant.payment(other.id)).toMatchObject({ status: 'awaiting_payer', captured: 0 });
    expect((await untilSettled(merchant, 1))[0]).toMatchObject({
      channel: 'pdt',
      payment: payment.id,
      state: 'applied',
    });
  },
);

test.concurrent('a forged message is invalid, and nothing is booked', async () => {
  const { merchant, payment } = await openPayment();
  expect(await postRaw(merchant, encode(ipn(merchant, payment)))).toBe(200);

  expect((await untilSettled(merchant, 1))[0]).toMatchObject({ state: 'invalid', payer: null, amount: null });
  expect(await merchant.payment(payment.id)).toMatchObject({ status: 'awaiting_payer', captured: 0, attention: null });
  expect(await merchant.entries()).toEqual([]);
});

test.concurrent('a status that nobody knows is kept for a person, and the payment goes on', async () => {
  const { merchant, member, payment } = await openPayment();
  await sendGenuine(merchant, ipn(merchant, payment, { payment_status: 'Teleported' }));
  expect((await untilQuiet(merchant))[0]).toMatchObject({ state: 'attention', reason: 'unknown_status' });

  await deliver(merchant, ipn(merchant, payment));
  await untilStatus(merchant, payment.id, 'paid');
  await expectBookedOnce(merchant, member, payment);
});
