import { randomBytes } from 'node:crypto';
import { NativeConnection } from '@temporalio/worker';
import { pino } from 'pino';
import { createDeliveryActivities } from '../../activities/deliveries';
import { readEventViews } from '../../api/http/event-data';
import { numberEvents } from '../../books/events';
import {
  addEndpoint,
  changeEndpoint,
  findEndpoint,
  listDeliveries,
  planForgottenRetries,
  takeDeliveries,
} from '../../books/webhooks';
import { createRuns } from '../../outbox/runs';
import { startSweeper } from '../../outbox/sweeper';
import { startWebhooks } from '../../outbox/webhooks';
import { connectLazily } from '../../platform/temporal';
import { createWebhookPost } from '../../webhooks/post';
import { spellSecret } from '../../webhooks/signature';
import { createVault } from '../../vault/vault';
import { createWorker } from '../../worker/workers';
import { EVENT_TYPES } from '../../workflows/domain/event';
import { deliveriesWorkflowId, STORY } from '../../workflows/messages';
import { newClub, newId, newMember, newPayment, openBooks, tell } from '../books/bookkeeping';
import type { Books, Club } from '../books/bookkeeping';
import { captured, failed } from '../domain/builders';
import { eventually } from '../support/client';
import { testTemporal } from '../support/environment/temporal';
import { startReceiver } from '../support/receiver';
import type { Receiver } from '../support/receiver';

const vault = createVault(Buffer.alloc(32, 1));
const RETRY_MS = Array.from({ length: 1_000 }, () => 50);

let db: Books;
let club: Club;
let member: string;
let shop: Receiver;
beforeAll(async () => {
  db = await openBooks();
});
beforeEach(async () => {
  club = await newClub(db);
  member = await newMember(db, club);
  shop = await startReceiver();
});
const stopping: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
  await shop.close();
});
afterAll(() => db.close());

/** What sends webhooks in a worker: straight, and by the run of an endpoint that did not take them. */
async function start({
  retryMs = RETRY_MS,
  disableAfterMs = 3_600_000,
  timeoutMs = 5_000,
}: { readonly retryMs?: readonly number[]; readonly disableAfterMs?: number; readonly timeoutMs?: number } = {}) {
  const { address, namespace, taskQueue, workflowBundlePath: bundle } = testTemporal('webhooks');
  const sending = {
    db,
    vault,
    post: createWebhookPost({ timeoutMs, allowHttp: true }),
    readEvents: readEventViews,
    log: pino({ level: 'silent' }),
    leaseMs: 60_000,
    retryMs,
    disableAfterMs,
  };
  const connection = await NativeConnection.connect({ address });
  const worker = await createWorker('background', {
    ...{ connection, namespace, taskQueue, bundle, story: STORY },
    activities: createDeliveryActivities(sending),
    options: {},
  });
  const working = worker.run();
  const { client, close } = connectLazily({ address, namespace });
  const sweeper = startSweeper({ db, runs: createRuns(client, { taskQueue }), log: sending.log });
  const webhooks = startWebhooks(sending);
  stopping.push(async () => {
    await Promise.all([webhooks.stop(), sweeper.stop()]);
    worker.shutdown();
    await working;
    await Promise.all([connection.close(), close()]);
  });
  return client;
}

/** An endpoint for everything. */
async function endpointAt({ url }: Receiver): Promise<string> {
  const id = newId('whe');
  const secret = vault.seal(Buffer.from(spellSecret(randomBytes(24))), id);
  await addEndpoint(db, club.merchantId, { id, url, types: EVENT_TYPES, description: null, secret });
  return id;
}
const deliveriesTo = (endpoint: string) => listDeliveries(db, endpoint, undefined, { before: null, limit: 1_000 });
const untilArrived = (receiver: Receiver, count: number) =>
  eventually(
    () => Promise.resolve(receiver.arrived),
    ({ length }) => length >= count,
  );
const untilState = (endpoint: string, state: string) =>
  eventually(
    () => deliveriesTo(endpoint),
    (all) => all.length > 0 && all.every((delivery) => delivery.state === state),
  );

test('an event that was committed before its process died is sent by the next one', async () => {
  const endpoint = await endpointAt(shop);
  const payment = await newPayment(db, club, member);
  await start();
  const [arrived] = await untilArrived(shop, 1);
  expect(arrived!.said).toMatchObject({ type: 'payment.created', data: { id: payment.id } });
  await untilState(endpoint, 'succeeded');
});

test('a delivery whose process died while it sent is sent again once it was not heard of for long enough', async () => {
  const endpoint = await endpointAt(shop);
  await newPayment(db, club, member);
  await numberEvents(db);
  const dead = { waiting: { which: 'of_well' }, most: 10, perEndpoint: 4, waitMs: 30_000 } as const;
  expect(await takeDeliveries(db, { ...dead, leaseMs: 60_000 })).toHaveLength(1);
  expect(await takeDeliveries(db, { ...dead, leaseMs: 60_000 })).toEqual([]);
  await db.sql.query('UPDATE webhook_deliveries SET due_at = now() WHERE endpoint_id = $1', [endpoint]);
  await start();
  await untilState(endpoint, 'succeeded');
  expect(shop.arrived).toHaveLength(1);
});

test('an endpoint that says nothing delays no other, and no payment', async () => {
  const silent = await startReceiver();
  stopping.push(() => silent.close());
  silent.answers = 'nothing';
  await endpointAt(silent);
  await endpointAt(shop);
  await start();
  for (let made = 0; made < 10; made++) {
    const payment = await newPayment(db, club, member);
    expect(await tell(db, payment, captured(`TX ${payment.id}`))).toEqual({ outcome: 'recorded', fresh: 1 });
  }
  await untilArrived(shop, 20);
  expect(silent.mostAtOnce).toBeLessThanOrEqual(4);
});

test('what happened while an endpoint was down is sent once it is up, few at a time, and nothing is lost', async () => {
  shop.answers = 503;
  const endpoint = await endpointAt(shop);
  const payments = [];
  for (let made = 0; made < 100; made++) payments.push(await newPayment(db, club, member));
  await start();
  await untilArrived(shop, 5);
  shop.answers = 200;
  shop.mostAtOnce = 0;
  await untilState(endpoint, 'succeeded');
  const taken = new Set(shop.arrived.map(({ said }) => (said.data as { id: string }).id));
  expect(taken).toEqual(new Set(payments.map(({ id }) => id)));
  expect(shop.mostAtOnce).toBeLessThanOrEqual(4);
});

test('an endpoint that fails now and then gets each event under one id, until it takes it', async () => {
  const endpoint = await endpointAt(shop);
  shop.answers = 500;
  await newPayment(db, club, member);
  await start();
  await untilArrived(shop, 2);
  shop.answers = 200;
  const [delivery] = await untilState(endpoint, 'succeeded');
  expect(new Set(shop.arrived.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery!.eventId]));
  expect(delivery!.attempts.at(0)).toMatchObject({ status: 500, answer: 'heard', error: null });
  expect(delivery!.attempts.at(-1)).toMatchObject({ status: 200, answer: 'heard', error: null });
  expect(delivery!.attempts).toHaveLength(shop.arrived.length);
});

test('an object’s events come in their order, though an earlier one was not taken at first', async () => {
  const endpoint = await endpointAt(shop);
  const payment = await newPayment(db, club, member);
  await tell(db, payment, failed('TX1'));
  await tell(db, payment, captured('TX2'));
  shop.answers = 500;
  await start();
  await untilArrived(shop, 2);
  expect(new Set(shop.arrived.map(({ said }) => said.type))).toEqual(new Set(['payment.created']));
  shop.answers = 200;
  await untilState(endpoint, 'succeeded');
  const types = [...new Set(shop.arrived.map(({ said }) => said.type))];
  expect(types).toEqual(['payment.created', 'payment.failed', 'payment.paid']);
});

test('an event waits for its object’s earlier one for half a minute at most', async () => {
  const endpoint = await endpointAt(shop);
  const payment = await newPayment(db, club, member);
  await numberEvents(db);
  await db.sql.query("UPDATE webhook_deliveries SET due_at = now() + interval '1 hour' WHERE endpoint_id = $1", [
    endpoint,
  ]);
  await tell(db, payment, captured());
  await numberEvents(db);
  const taking = { waiting: { which: 'of_well' }, most: 10, perEndpoint: 4, leaseMs: 60_000, waitMs: 30_000 } as const;
  expect(await takeDeliveries(db, taking)).toEqual([]);
  await db.sql.query("UPDATE webhook_deliveries SET created_at = created_at - interval '31 s' WHERE endpoint_id = $1", [
    endpoint,
  ]);
  expect(await takeDeliveries(db, taking)).toHaveLength(1);
});

test('an endpoint that is gone is told nothing more, and that it was disabled is noted', async () => {
  shop.answers = 410;
  const endpoint = await endpointAt(shop);
  await newPayment(db, club, member);
  await start();
  await untilState(endpoint, 'failed');
  expect(await findEndpoint(db, club.merchantId, endpoint)).toMatchObject({ enabled: false, disabledReason: 'gone' });
  await newPayment(db, club, member);
  await numberEvents(db);
  expect(await deliveriesTo(endpoint)).toHaveLength(1);
  const { rows } = await db.sql.query('SELECT action, actor_kind, after FROM audit_trail WHERE object_id = $1', [
    endpoint,
  ]);
  expect(rows).toEqual([
    {
      action: 'webhook_endpoint.disabled',
      actor_kind: 'clock',
      after: { enabled: false, disabledReason: 'gone' },
    },
  ]);
});

test('an endpoint that took nothing for too long is disabled, and begins anew when a person enables it', async () => {
  shop.answers = 500;
  const endpoint = await endpointAt(shop);
  await newPayment(db, club, member);
  await start({ disableAfterMs: 100 });
  await untilState(endpoint, 'failed');
  const disabled = await findEndpoint(db, club.merchantId, endpoint);
  expect(disabled).toMatchObject({ enabled: false, disabledReason: 'failing' });
  shop.answers = 200;
  await changeEndpoint(db, { ...disabled!, enabled: true });
  await newPayment(db, club, member);
  const all = await eventually(
    () => deliveriesTo(endpoint),
    ([newest]) => newest?.state === 'succeeded',
  );
  expect(all.map(({ state }) => state)).toEqual(['succeeded', 'failed']);
});

test('what waits for an endpoint whose address was mended is sent there at once', async () => {
  const broken = await startReceiver();
  stopping.push(() => broken.close());
  broken.answers = 500;
  const endpoint = await endpointAt(broken);
  await newPayment(db, club, member);
  await start({ retryMs: [3_600_000] });
  await eventually(
    () => deliveriesTo(endpoint),
    ([delivery]) => delivery?.attempts.length === 1,
  );
  const known = await findEndpoint(db, club.merchantId, endpoint);
  await changeEndpoint(db, { ...known!, url: shop.url });
  await untilState(endpoint, 'succeeded');
  expect(shop.arrived).toHaveLength(1);
});

test('after the last try a delivery has failed, and the endpoint stays', async () => {
  shop.answers = 500;
  const endpoint = await endpointAt(shop);
  await newPayment(db, club, member);
  await start({ retryMs: [10, 10] });
  const [delivery] = await untilState(endpoint, 'failed');
  expect(delivery!.attempts).toHaveLength(3);
  expect(await findEndpoint(db, club.merchantId, endpoint)).toMatchObject({ enabled: true });
});

test('an endpoint that answers too late is asked again', async () => {
  shop.answers = 'nothing';
  const endpoint = await endpointAt(shop);
  await newPayment(db, club, member);
  await start({ timeoutMs: 100 });
  const [delivery] = await eventually(
    () => deliveriesTo(endpoint),
    ([first]) => (first?.attempts.length ?? 0) > 1,
  );
  expect(delivery!.attempts[0]).toMatchObject({ status: null, answer: null, error: 'timeout' });
});

test('an endpoint that fails has one run, which waits for what is due next and ends once it is well', async () => {
  const endpoint = await endpointAt(shop);
  shop.answers = 503;
  for (let made = 0; made < 5; made++) await newPayment(db, club, member);
  const temporal = await start({ retryMs: [3_600_000, 7_200_000] });
  const runs = async () => {
    const found = [];
    for await (const run of temporal.workflow.list({ query: `WorkflowId = "${deliveriesWorkflowId(endpoint)}"` }))
      found.push(run.status.name);
    return found;
  };
  await eventually(
    () => deliveriesTo(endpoint),
    (all) => all.length === 5 && all.every(({ attempts }) => attempts.length === 1),
  );
  expect(await eventually(runs, ({ length }) => length > 0)).toEqual(['RUNNING']);
  expect(shop.arrived).toHaveLength(5);

  shop.answers = 200;
  await newPayment(db, club, member);
  await untilState(endpoint, 'succeeded');
  const ended = await eventually(runs, (found) => found.every((status) => status !== 'RUNNING'));
  expect(new Set(ended)).toEqual(new Set(['COMPLETED']));
});

test('a run that was ended by hand is begun anew for what is overdue', async () => {
  const endpoint = await endpointAt(shop);
  shop.answers = 503;
  await newPayment(db, club, member);
  const temporal = await start({ retryMs: [3_600_000] });
  const run = temporal.workflow.getHandle(deliveriesWorkflowId(endpoint));
  await eventually(
    () => run.describe().catch(() => null),
    (found) => found?.status.name === 'RUNNING',
  );
  await run.terminate();
  shop.answers = 200;
  await planForgottenRetries(db, 600_000);
  expect((await deliveriesTo(endpoint))[0]).toMatchObject({ state: 'pending' });

  await db.sql.query("UPDATE webhook_deliveries SET due_at = now() - interval '1 hour' WHERE endpoint_id = $1", [
    endpoint,
  ]);
  await planForgottenRetries(db, 600_000);
  await untilState(endpoint, 'succeeded');
});
