import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { readEventViews } from '../../api/http/event-data';
import { numberEvents } from '../../books/events';
import { addEndpoint, changeEndpoint, findEndpoint, listDeliveries, takeDeliveries } from '../../books/webhooks';
import { startWebhooks } from '../../outbox/webhooks';
import { createWebhookPost } from '../../platform/webhook-post';
import { spellSecret } from '../../platform/webhook-signature';
import { createVault } from '../../vault/vault';
import { EVENT_TYPES } from '../../workflows/domain/event';
import { newClub, newId, newMember, newPayment, openBooks, tell } from '../books/bookkeeping';
import type { Books, Club } from '../books/bookkeeping';
import { captured, failed } from '../domain/builders';
import { eventually } from '../support/client';
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

/** What sends webhooks in a worker. */
function start({
  retryMs = RETRY_MS,
  disableAfterMs = 3_600_000,
  timeoutMs = 5_000,
}: { readonly retryMs?: readonly number[]; readonly disableAfterMs?: number; readonly timeoutMs?: number } = {}) {
  const webhooks = startWebhooks({
    db,
    vault,
    post: createWebhookPost({ timeoutMs, allowHttp: true }),
    readEvents: readEventViews,
    log: pino({ level: 'silent' }),
    leaseMs: 60_000,
    retryMs,
    disableAfterMs,
  });
  stopping.push(() => webhooks.stop());
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
  start();
  const [arrived] = await untilArrived(shop, 1);
  expect(arrived!.said).toMatchObject({ type: 'payment.created', data: { id: payment.id } });
  await untilState(endpoint, 'succeeded');
});

test('a delivery whose process died while it sent is sent again once it was not heard of for long enough', async () => {
  const endpoint = await endpointAt(shop);
  await newPayment(db, club, member);
  await numberEvents(db);
  const dead = { failing: false, most: 10, perEndpoint: 4, waitMs: 30_000 };
  expect(await takeDeliveries(db, { ...dead, leaseMs: 60_000 })).toHaveLength(1);
  expect(await takeDeliveries(db, { ...dead, leaseMs: 60_000 })).toEqual([]);
  await db.sql.query('UPDATE webhook_deliveries SET due_at = now() WHERE endpoint_id = $1', [endpoint]);
  start();
  await untilState(endpoint, 'succeeded');
  expect(shop.arrived).toHaveLength(1);
});

test('an endpoint that says nothing delays no other, and no payment', async () => {
  const silent = await startReceiver();
  stopping.push(() => silent.close());
  silent.answers = 'nothing';
  await endpointAt(silent);
  await endpointAt(shop);
  start();
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
  start();
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
  start();
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
  start();
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
  const taking = { failing: false, most: 10, perEndpoint: 4, leaseMs: 60_000, waitMs: 30_000 };
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
  start();
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
  start({ disableAfterMs: 100 });
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
  start({ retryMs: [3_600_000] });
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
  start({ retryMs: [10, 10] });
  const [delivery] = await untilState(endpoint, 'failed');
  expect(delivery!.attempts).toHaveLength(3);
  expect(await findEndpoint(db, club.merchantId, endpoint)).toMatchObject({ enabled: true });
});

test('whoever answers too late is asked again', async () => {
  shop.answers = 'nothing';
  const endpoint = await endpointAt(shop);
  await newPayment(db, club, member);
  start({ timeoutMs: 100 });
  const [delivery] = await eventually(
    () => deliveriesTo(endpoint),
    ([first]) => (first?.attempts.length ?? 0) > 1,
  );
  expect(delivery!.attempts[0]).toMatchObject({ status: null, answer: null, error: 'timeout' });
});
