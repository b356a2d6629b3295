import { brokenInvariants } from '../support/audit';
import { eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { startCut } from '../support/cut';
import type { Cut } from '../support/cut';
import { testAddress } from '../support/environment/addresses';
import { captureOf, connectCheckout, control, payByOrder } from '../support/gateways';
import { holdFacts } from '../support/gate';
import { ipn } from '../support/paypal';
import { startWorkerProcess } from '../support/processes';
import { deliver, untilSettled } from '../support/quiet';
import { untilAtRest } from '../support/runs';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

/** A world of its own for each story, with a wire between Temporal and the API with its sweeper; what a story does takes it several seconds of waiting. */
async function inWorld(story: (world: World, wire: Cut) => Promise<void>, workers: 0 | 1 = 1): Promise<void> {
  const [host = '', port = ''] = testAddress('temporalAddress').split(':');
  const wire = await startCut({ host, port: Number(port) });
  const world = await startWorld({ temporalAddress: wire.address, workers });
  try {
    await story(world, wire);
    expect(await brokenInvariants(world)).toEqual({});
  } finally {
    wire.heal();
    await world.stop();
    await wire.stop();
  }
}

async function open(world: World, over: Record<string, unknown> = {}) {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 3000]]);
  return { merchant, member, payment: await merchant.pay(member, over) };
}

async function expectBookedOnce({ merchant, member, payment }: Awaited<ReturnType<typeof open>>): Promise<void> {
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({
    captured: 3000,
    fee: 195,
    reason: null,
    attention: null,
  });
  await untilSettled(merchant, 1);
  expect((await merchant.entries()).map(({ kind }) => kind).sort()).toEqual(['fee_charged', 'payment_captured']);
  expect((await merchant.cart(member)).paylines).toHaveLength(1);
}

test.concurrent(
  'Temporal is away when messages come: they are kept and answered 200, and their money is booked when it is back',
  () =>
    inWorld(async (world, wire) => {
      const opened = await Promise.all([open(world), open(world), open(world)]);
      wire.cut();
      for (const { merchant, payment } of opened) expect(await deliver(merchant, ipn(merchant, payment))).toBe(200);
      for (const { merchant } of opened)
        expect(await merchant.notifications()).toMatchObject([{ state: 'received', attempts: 0 }]);

      wire.heal();
      await Promise.all(opened.map(expectBookedOnce));
    }),
);

test.concurrent('Temporal swallows what it is told when a message comes: told again, its money is booked once', () =>
  inWorld(async (world, wire) => {
    const opened = await open(world);
    wire.swallow();
    expect(await deliver(opened.merchant, ipn(opened.merchant, opened.payment))).toBe(200);
    wire.heal();
    await expectBookedOnce(opened);
  }),
);

test.concurrent(
  'Temporal is away when a payment is created: the payer can pay at once, and the money is booked when it is back',
  () =>
    inWorld(async (world, wire) => {
      wire.cut();
      const opened = await open(world);
      expect(opened.payment).toMatchObject({ status: 'awaiting_payer', nextAction: { kind: 'form' } });
      expect(await deliver(opened.merchant, ipn(opened.merchant, opened.payment))).toBe(200);

      wire.heal();
      await expectBookedOnce(opened);
    }),
);

test.concurrent(
  'Temporal is away from the creation until after the deadline: the payment expires when it is back',
  () =>
    inWorld(async (world, wire) => {
      wire.cut();
      const { merchant, payment } = await open(world, { expiresInMs: 1000 });
      await eventually(
        async () => Date.now(),
        (now) => now > Date.parse(payment.expiresAt),
      );
      expect((await merchant.payment(payment.id)).status).toBe('awaiting_payer');
      wire.heal();
      await untilStatus(merchant, payment.id, 'expired');
    }),
);

test.concurrent('Temporal is away over the deadline with money already told to us: it is paid and not late', () =>
  inWorld(async (world, wire) => {
    const opened = await open(world, { expiresInMs: 3000 });
    wire.cut();
    expect(await deliver(opened.merchant, ipn(opened.merchant, opened.payment))).toBe(200);
    await eventually(
      async () => Date.now(),
      (now) => now > Date.parse(opened.payment.expiresAt),
    );
    wire.heal();
    await expectBookedOnce(opened);
  }),
);

test.concurrent(
  'Temporal is away when a payment is cancelled: the command is kept, answered 202, and obeyed when it is back',
  () =>
    inWorld(async (world, wire) => {
      const { merchant, payment } = await open(world);
      wire.cut();
      const answer = await merchant.post<PaymentView>(`/v1/payments/${payment.id}/cancel`);
      expect(answer).toMatchObject({ status: 202, body: { status: 'awaiting_payer' } });

      wire.heal();
      await untilStatus(merchant, payment.id, 'cancelled');
    }),
);

test.concurrent(
  'no worker is there: a command is answered 202 and obeyed by the first that comes; a message waits for it as well',
  () =>
    inWorld(async (world) => {
      const [toCancel, toPay] = await Promise.all([open(world), open(world)]);
      await world.stopWorkers();
      const [answer] = await Promise.all([
        toCancel.merchant.post(`/v1/payments/${toCancel.payment.id}/cancel`),
        deliver(toPay.merchant, ipn(toPay.merchant, toPay.payment)),
      ]);
      expect(answer.status).toBe(202);

      await world.startWorker();
      await untilStatus(toCancel.merchant, toCancel.payment.id, 'cancelled');
      await expectBookedOnce(toPay);
    }),
);

/** 30.00 EUR, paid by an order. */
async function paid(world: World) {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  const member = await merchant.member([['fee', 3000]]);
  const payment = await payByOrder(merchant, member);
  const refund = () => merchant.post<{ status: string; code?: string }>(`/v1/payments/${payment.id}/refunds`);
  return { merchant, member, payment, refund };
}

async function expectGivenBackOnce({ merchant, member, payment }: Awaited<ReturnType<typeof paid>>): Promise<void> {
  const path = `/v1/payments/${payment.id}/refunds`;
  await eventually(
    async () => (await merchant.get<{ data: { status: string }[] }>(path)).body.data.map(({ status }) => status),
    ([status, ...others]) => status === 'succeeded' && others.length === 0,
  );
  expect(await untilStatus(merchant, payment.id, 'refunded')).toMatchObject({ refunded: 3000, attention: null });
  expect((await merchant.entries()).filter(({ kind }) => kind === 'payment_refunded')).toHaveLength(1);
  expect(await merchant.cart(member)).toMatchObject({ due: 3000, paylines: [{ amount: 3000 }, { amount: -3000 }] });
  expect(await control(merchant.world, 'GET', `/paypal-checkout/captures/${captureOf(payment)}`)).toMatchObject({
    refunds: [{ amount: '30.00', status: 'COMPLETED' }],
  });
}

test.concurrent(
  'Temporal is away when a refund is asked for: it is pending and the only one, and the money is given back once when it is back',
  () =>
    inWorld(async (world, wire) => {
      const opened = await paid(world);
      wire.cut();
      expect(await opened.refund()).toMatchObject({ status: 201, body: { status: 'pending' } });
      expect(await opened.refund()).toMatchObject({ status: 409, body: { code: 'refund_in_flight' } });
      expect((await opened.merchant.payment(opened.payment.id)).status).toBe('paid');

      wire.heal();
      await expectGivenBackOnce(opened);
    }),
);

test.concurrent(
  'Temporal goes while PayPal gives money back, and PayPal’s answer is lost: asked again under the same key, it is given back once',
  () =>
    inWorld(async (world, wire) => {
      const worker = await startWorkerProcess(world, { TEMPORAL_ADDRESS: wire.address });
      const opened = await paid(world);
      const lost = { where: 'paypal_refund', mode: 'timeout', times: 1, afterActing: true };
      await control(world, 'POST', '/misbehave', lost);
      const asked = opened.refund();
      await eventually(
        () => control<{ data: unknown[] }>(world, 'GET', '/misbehave'),
        ({ data }) => data.length === 0,
      );
      wire.cut();
      expect(await asked).toMatchObject({ status: 201, body: { status: 'pending' } });

      wire.heal();
      await expectGivenBackOnce(opened);
      await worker.stop();
    }, 0),
);

test.concurrent(
  'Temporal goes before it hears that a refund is recorded: the run begun anew finds it, and gives nothing back again',
  () =>
    inWorld(async (world, wire) => {
      const worker = await startWorkerProcess(world, { TEMPORAL_ADDRESS: wire.address });
      const opened = await paid(world);
      const gate = await holdFacts(world, 'payment_refunded');
      const asked = opened.refund();
      await gate.arrival();
      wire.cut();
      await gate.open();
      expect((await asked).status).toBe(201);
      await untilStatus(opened.merchant, opened.payment.id, 'refunded');
      await gate.close();

      wire.heal();
      await expectGivenBackOnce(opened);
      await untilAtRest(world, opened.payment);
      await worker.stop();
    }, 0),
);
