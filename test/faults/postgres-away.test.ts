import { randomUUID } from 'node:crypto';
import { listenIn } from '../support/asked';
import { brokenInvariants } from '../support/audit';
import { eventually, Merchant, untilStatus } from '../support/client';
import { throughCut } from '../support/cut';
import type { Cut } from '../support/cut';
import { holdFacts, holdInserts } from '../support/gate';
import { captureOf, connectCheckout, payByOrder } from '../support/gateways';
import { ipn, postRaw } from '../support/paypal';
import { deliver, untilSettled, vouchFor } from '../support/quiet';
import { openDatabase } from '../../prisma/client';
import type { Database } from '../../prisma/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
let wire: Cut;
/** Looks into the database past the wire. */
let inside: Database;
const listener = listenIn();
beforeAll(async () => {
  world = await startWorld({
    databaseVia: throughCut((cut) => (wire = cut)),
    patienceMs: 5_000,
    fetch: listener.fetch,
  });
  inside = openDatabase(world.database.url, { connections: 1 });
});
afterAll(async () => {
  wire.heal();
  const broken = await brokenInvariants(world);
  await inside.close();
  await world.stop();
  await wire.stop();
  expect(broken).toEqual({});
});

async function openPayment() {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 3000]]);
  const payment = await merchant.pay(member);
  return { merchant, member, payment, body: await vouchFor(merchant, ipn(merchant, payment)) };
}

const kept = async () =>
  (await inside.sql.query<{ count: number }>('SELECT count(*) FROM notifications')).rows[0]!.count;

async function expectBookedOnce({ merchant, member, payment }: Awaited<ReturnType<typeof openPayment>>): Promise<void> {
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000, fee: 195, attention: null });
  await untilSettled(merchant, 1);
  expect((await merchant.entries()).map(({ kind }) => kind).sort()).toEqual(['fee_charged', 'payment_captured']);
  expect((await merchant.cart(member)).paylines).toMatchObject([{ amount: 3000, payment: payment.id }]);
}

test('PostgreSQL is away when a message comes: it is refused, nothing of it is kept, and the resend completes it', async () => {
  const opened = await openPayment();
  const before = await kept();
  wire.cut();
  expect(await postRaw(opened.merchant, opened.body)).toBeGreaterThanOrEqual(500);
  expect(await kept()).toBe(before);

  wire.heal();
  await eventually(
    () => postRaw(opened.merchant, opened.body),
    (status) => status === 200,
  );
  await expectBookedOnce(opened);
  expect(await kept()).toBe(before + 1);
});

test('PostgreSQL goes after it has kept a message and before we hear so: refused all the same, and the resend makes no second row', async () => {
  const opened = await openPayment();
  const before = await kept();
  const gate = await holdInserts(world, 'notifications');
  const answer = postRaw(opened.merchant, opened.body);
  await gate.arrival();
  wire.deafen();
  await gate.open();
  await eventually(kept, (count) => count === before + 1);
  await gate.close();
  wire.cut();
  expect(await answer).toBeGreaterThanOrEqual(500);

  wire.heal();
  await eventually(
    () => postRaw(opened.merchant, opened.body),
    (status) => status === 200,
  );
  await expectBookedOnce(opened);
  expect(await kept()).toBe(before + 1);
});

test('PostgreSQL goes in the middle of a booking: the booking is made once, when it is back', async () => {
  const opened = await openPayment();
  const gate = await holdFacts(world, 'payment_captured');
  await postRaw(opened.merchant, opened.body);
  await gate.arrival();
  wire.cut();
  await gate.turnAway();
  await gate.close();
  expect((await inside.sql.query('SELECT FROM entries WHERE payment_id = $1', [opened.payment.id])).rowCount).toBe(0);

  wire.heal();
  await expectBookedOnce(opened);
});

test('PostgreSQL goes after a booking and before the worker hears so: nothing is booked twice', async () => {
  const opened = await openPayment();
  const gate = await holdFacts(world, 'fee_charged');
  await postRaw(opened.merchant, opened.body);
  await gate.arrival();
  wire.deafen();
  await gate.open();
  await eventually(
    async () => (await inside.sql.query('SELECT FROM paylines WHERE payment_id = $1', [opened.payment.id])).rowCount,
    (paylines) => paylines === 1,
  );
  await gate.close();
  wire.cut();
  wire.heal();
  await expectBookedOnce(opened);
});

/** 30.00 EUR paid by an order, and asked back while the answer to that cannot be recorded. */
async function refundUpToRecording() {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  const member = await merchant.member([['fee', 3000]]);
  const payment = await payByOrder(merchant, member);
  const gate = await holdFacts(world, 'payment_refunded');
  const key = { 'idempotency-key': randomUUID() };
  const ask = () => merchant.post<{ id: string }>(`/v1/payments/${payment.id}/refunds`, {}, key);
  const asked = ask();
  await gate.arrival();
  return { merchant, member, payment, gate, ask, asked };
}

async function expectGivenBackOnce({
  merchant,
  member,
  payment,
  ask,
}: Awaited<ReturnType<typeof refundUpToRecording>>): Promise<void> {
  expect(await untilStatus(merchant, payment.id, 'refunded')).toMatchObject({ refunded: 3000, attention: null });
  const again = await ask(); // as its client does that was answered by no refund
  expect(again.status).toBe(201);
  const { body } = await merchant.get<{ data: unknown[] }>(`/v1/payments/${payment.id}/refunds`);
  expect(body.data).toMatchObject([{ id: again.body.id, status: 'succeeded', amount: 3000 }]);
  expect((await merchant.entries()).filter(({ kind }) => kind === 'payment_refunded')).toHaveLength(1);
  expect(await merchant.cart(member)).toMatchObject({ due: 3000, paylines: [{ amount: 3000 }, { amount: -3000 }] });
  expect(listener.times(`/captures/${captureOf(payment)}/refund`)).toBe(1);
}

test('PostgreSQL goes while the answer to a refund is recorded: recorded when it is back, and PayPal is not asked again', async () => {
  const refund = await refundUpToRecording();
  wire.cut();
  await refund.gate.turnAway();
  await refund.gate.close();
  await refund.asked; // whatever it says while the database is away
  const booked = `SELECT FROM entries WHERE payment_id = $1 AND kind = 'payment_refunded'`;
  expect((await inside.sql.query(booked, [refund.payment.id])).rowCount).toBe(0);

  wire.heal();
  await expectGivenBackOnce(refund);
});

test('PostgreSQL goes after the answer to a refund is recorded and before the worker hears so: it is given back once', async () => {
  const refund = await refundUpToRecording();
  wire.deafen();
  await refund.gate.open();
  await eventually(
    async () => (await inside.sql.query('SELECT FROM paylines WHERE payment_id = $1', [refund.payment.id])).rowCount,
    (paylines) => paylines === 2,
  );
  await refund.gate.close();
  wire.cut();
  wire.heal();
  await refund.asked;
  await expectGivenBackOnce(refund);
});

test('PostgreSQL is away for a moment again and again while ten payments are paid: ten are booked, each once', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 10_000]]);
  const payments = await Promise.all(Array.from({ length: 10 }, () => merchant.pay(member, { amount: 1000 })));
  await Promise.all(payments.map((payment) => deliver(merchant, ipn(merchant, payment))));
  for (let i = 0; i < 5; i++) {
    wire.cut();
    wire.heal();
    await inside.sql.query('SELECT 1'); // a moment of the database's own
  }
  await Promise.all(payments.map(({ id }) => untilStatus(merchant, id, 'paid')));
  expect((await merchant.cart(member)).paylines).toHaveLength(10);
  expect(await merchant.cart(member)).toMatchObject({ due: 0, credit: 0 });
});
