import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { buildBundle } from '../../worker/bundle';
import { createWorker } from '../../worker/workers';
import { STORY } from '../../workflows/messages';
import { brokenInvariants } from '../support/audit';
import { eventually, Merchant, net, untilStatus } from '../support/client';
import { testTemporal } from '../support/environment/temporal';
import { ipn, newTransactionId } from '../support/paypal';
import { deliver } from '../support/quiet';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'another-release-'));
  world = await startWorld({ workers: 0, lookEveryMs: 300, failedForMs: 0 });
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  rmSync(folder, { recursive: true });
  expect(broken).toEqual({});
});

/** A worker of a release that did other things under the same number. */
async function anotherRelease(): Promise<{ stop(): Promise<void> }> {
  const { address, namespace } = testTemporal();
  const bundle = path.join(folder, 'bundle.js');
  await buildBundle(bundle, path.join(__dirname, 'another-release', 'workflows.ts'));
  const connection = await NativeConnection.connect({ address });
  const plan = { connection, namespace, taskQueue: world.taskQueue, story: STORY, bundle, activities: {}, options: {} };
  const worker = await createWorker('payments', plan);
  const done = worker.run().then(() => connection.close());
  return {
    stop: () => {
      worker.shutdown();
      return done;
    },
  };
}

test('a run that no worker can go on with is begun anew from the record, and its money is booked once', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
  const run = world.temporal.workflow.getHandle(payment.workflowId);
  const { runId } = await run.describe();

  const before = await anotherRelease();
  const txnId = newTransactionId();
  await deliver(merchant, ipn(merchant, payment, { txn_id: txnId }));
  await eventually(
    async () => (await run.fetchHistory()).events ?? [],
    (events) => events.some(({ timerStartedEventAttributes }) => timerStartedEventAttributes),
  );
  await before.stop();
  await world.startWorker();
  await deliver(merchant, ipn(merchant, payment, { txn_id: txnId, payer_status: 'unverified' })); // has the run go on

  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000, attention: null });
  expect(net(await merchant.entries(), 'income:fee')).toBe(-3000);
  const [first, last] = await Promise.all([
    world.temporal.workflow.getHandle(payment.workflowId, runId).describe(),
    run.describe(),
  ]);
  expect(first.status.name).toBe('FAILED');
  expect(last.runId).not.toBe(runId);
});
