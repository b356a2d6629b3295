import { createInbox } from '../../api/desks/reception';
import { LEASE_MS } from '../../outbox/deliveries';
import type { Deliveries } from '../../outbox/deliveries';
import { createVault } from '../../vault/vault';
import { brokenInvariants } from '../support/audit';
import { eventually, Merchant, net, untilStatus } from '../support/client';
import { startCut } from '../support/cut';
import { testAddress } from '../support/environment/addresses';
import { holdFacts } from '../support/gate';
import { ipn, misbehave } from '../support/paypal';
import { startApiProcess, startWorkerProcess } from '../support/processes';
import { deliver, untilSettled, vouchFor } from '../support/quiet';
import { ENCRYPTION_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';

// Temporal gives a dead worker ten seconds before it hands its task to another.

/** A world of its own for each story, without a worker: the stories run side by side and each kills its own. */
async function inWorld(workers: 0 | 1, story: (world: World) => Promise<void>): Promise<void> {
  const world = await startWorld({ workers });
  try {
    await story(world);
    expect(await brokenInvariants(world)).toEqual({});
  } finally {
    await world.stop();
  }
}

async function openPayment(world: World) {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([
    ['fee', 2000],
    ['insurance', 1000],
  ]);
  return { merchant, member, payment: await merchant.pay(member) };
}

/** The same books as if nobody had died. */
async function expectBookedOnce({ merchant, member, payment }: Awaited<ReturnType<typeof openPayment>>): Promise<void> {
  const paid = await eventually(
    () => merchant.payment(payment.id),
    ({ status }) => status === 'paid',
    180_000,
  );
  expect(paid).toMatchObject({ captured: 3000, fee: 195, reason: null, attention: null });
  expect(paid.timeline.map(({ kind }) => kind).sort()).toEqual(['checkout_opened', 'fee_charged', 'payment_captured']);
  await untilSettled(merchant, 1);
  const entries = await merchant.entries();
  expect(entries.map(({ kind }) => kind).sort()).toEqual(['fee_charged', 'payment_captured']);
  expect(
    ['income:fee', 'income:insurance', 'gateway_fees:paypal-standard'].map((account) => net(entries, account)),
  ).toEqual([-2000, -1000, 195]);
  expect(await merchant.cart(member)).toMatchObject({ due: 0, credit: 0, paylines: [{ amount: 3000 }] });
}

test.concurrent(
  'the API dies between keeping a message and telling of it: a sweeper tells, and the money is booked once',
  () =>
    inWorld(1, async (world) => {
      const opened = await openPayment(world);
      const nothing: Deliveries = {
        started: async () => undefined,
        notified: () => undefined,
        leaseMs: () => LEASE_MS,
        close: async () => undefined,
      };
      const inbox = createInbox({ db: world.db, vault: createVault(ENCRYPTION_KEY), deliveries: nothing });
      const { rows } = await world.db.sql.query<{ id: string }>(
        'SELECT id FROM gateway_accounts WHERE merchant_id = $1',
        [opened.merchant.id],
      );
      const body = Buffer.from(await vouchFor(opened.merchant, ipn(opened.merchant, opened.payment)));
      const reception = await inbox.receive(
        { accountId: rows[0]!.id, gateway: 'paypal-standard' },
        { channel: 'ipn', headers: {}, body },
      );
      expect(reception).toEqual({ ok: true });
      await expectBookedOnce(opened);
    }),
);

test.concurrent(
  'an API process is killed with a message kept and Temporal not told: another process tells, and the money is booked once',
  () =>
    inWorld(1, async (world) => {
      const opened = await openPayment(world);
      const [host = '', port = ''] = testAddress('temporalAddress').split(':');
      const wire = await startCut({ host, port: Number(port) });
      const api = await startApiProcess(world, { TEMPORAL_ADDRESS: wire.address });
      wire.swallow();
      const body = await vouchFor(opened.merchant, ipn(opened.merchant, opened.payment));
      const answer = await fetch(new URL(new URL(opened.merchant.notificationUrl).pathname, api.baseUrl), {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      expect(answer.status).toBe(200);
      await api.kill();
      await wire.stop();
      await expectBookedOnce(opened);
    }),
);

test.concurrent(
  'a worker is killed between verification and booking, and takes its transaction with it: another books once',
  () =>
    inWorld(0, async (world) => {
      const opened = await openPayment(world);
      const gate = await holdFacts(world, 'payment_captured');
      const worker = await startWorkerProcess(world);
      await deliver(opened.merchant, ipn(opened.merchant, opened.payment));
      await gate.arrival();
      await worker.kill();
      await gate.turnAway();
      await gate.close();
      expect(await opened.merchant.entries()).toEqual([]);

      await world.startWorker();
      await expectBookedOnce(opened);
    }),
);

test.concurrent(
  'a worker is killed and its transaction is committed after its death: another sees it, and books nothing more',
  () =>
    inWorld(0, async (world) => {
      const opened = await openPayment(world);
      const gate = await holdFacts(world, 'payment_captured');
      const worker = await startWorkerProcess(world);
      await deliver(opened.merchant, ipn(opened.merchant, opened.payment));
      await gate.arrival();
      await worker.kill();
      await gate.open();
      await untilStatus(opened.merchant, opened.payment.id, 'paid');
      await gate.close();

      await world.startWorker();
      await expectBookedOnce(opened);
      await expectRunEnded(world, opened.payment.workflowId);
    }),
);

test.concurrent(
  'a worker is killed after booking, before Temporal hears that it is done: another sees it, and books nothing more',
  () =>
    inWorld(0, async (world) => {
      const opened = await openPayment(world);
      const gate = await holdFacts(world, 'fee_charged');
      const [host = '', port = ''] = testAddress('temporalAddress').split(':');
      const wire = await startCut({ host, port: Number(port) });
      const worker = await startWorkerProcess(world, { TEMPORAL_ADDRESS: wire.address });
      await deliver(opened.merchant, ipn(opened.merchant, opened.payment));
      await gate.arrival();
      wire.swallow();
      await gate.open();
      await untilStatus(opened.merchant, opened.payment.id, 'paid');
      await worker.kill();
      await Promise.all([gate.close(), wire.stop()]);

      await world.startWorker();
      await expectBookedOnce(opened);
      await expectRunEnded(world, opened.payment.workflowId);
    }),
);

test.concurrent('a worker is killed while it waits for PayPal: another asks again, and the money is booked once', () =>
  inWorld(0, async (world) => {
    const opened = await openPayment(world);
    await misbehave(opened.merchant, { where: 'postback', mode: 'timeout', times: 1 });
    const worker = await startWorkerProcess(world);
    await deliver(opened.merchant, ipn(opened.merchant, opened.payment));
    await eventually(
      () => opened.merchant.notifications(),
      ([message]) => message?.attempts === 1,
    );
    await worker.kill();

    await world.startWorker();
    await expectBookedOnce(opened);
  }),
);

test.concurrent(
  'a worker process is killed again and again while twelve payments are paid: twelve are booked, each once',
  () =>
    inWorld(0, async (world) => {
      const merchant = await Merchant.create(world);
      const member = await merchant.member([['fee', 10_000]]);
      const payments = await Promise.all(Array.from({ length: 12 }, () => merchant.pay(member, { amount: 1000 })));
      for (const some of [payments.slice(0, 4), payments.slice(4, 8), payments.slice(8)]) {
        const worker = await startWorkerProcess(world);
        await Promise.all(some.map((payment) => deliver(merchant, ipn(merchant, payment))));
        await eventually(
          () => merchant.payment(some[0]!.id),
          ({ status }) => status === 'paid',
          180_000,
        );
        await worker.kill();
      }
      await world.startWorker();
      for (const { id } of payments)
        await eventually(
          () => merchant.payment(id),
          ({ status }) => status === 'paid',
          180_000,
        );
      expect((await merchant.cart(member)).paylines).toHaveLength(12);
      expect((await merchant.entries()).filter(({ kind }) => kind === 'payment_captured')).toHaveLength(12);
    }),
);

async function expectRunEnded(world: World, workflowId: string): Promise<void> {
  const handle = world.temporal.workflow.getHandle(workflowId);
  await eventually(
    () => handle.describe(),
    ({ status }) => status.name === 'COMPLETED',
    180_000,
  );
}
