import { brokenInvariants } from '../support/audit';
import { Merchant, untilStatus } from '../support/client';
import { holdFacts } from '../support/gate';
import { historyOf, personalDataIn, readable } from '../support/histories';
import { ipn, newTransactionId, payAs } from '../support/paypal';
import { deliver, untilSettled } from '../support/quiet';
import { describeRun, runsOf, untilAtRest } from '../support/runs';
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

async function openPayment() {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 3000]]);
  return { merchant, member, payment: await merchant.pay(member) };
}

test('a payment that is paid at once costs at most fourteen events', async () => {
  const { merchant, payment } = await openPayment();
  await payAs(merchant, payment);
  await untilStatus(merchant, payment.id, 'paid');
  const { historyLength } = await untilAtRest(world, payment);
  process.stdout.write(`a payment that is paid at once: ${historyLength} events\n`);
  expect(historyLength).toBeLessThanOrEqual(14);
});

test('no message, no name and no address of a person enters the history', async () => {
  const { merchant, payment } = await openPayment();
  await payAs(merchant, payment);
  await untilStatus(merchant, payment.id, 'paid');
  await untilAtRest(world, payment);
  const history = await historyOf(world, payment);
  expect(readable(history)).toContain(payment.id); // it can be read indeed
  expect(personalDataIn(history)).toEqual([]);
});

test('a refused command adds neither a run nor an event', async () => {
  const { merchant, payment } = await openPayment();
  await payAs(merchant, payment);
  await untilStatus(merchant, payment.id, 'paid');
  await untilAtRest(world, payment);
  const before = await runsOf(world, payment);

  expect((await merchant.post(`/v1/payments/${payment.id}/cancel`)).status).toBe(409);
  expect((await merchant.post(`/v1/payments/${payment.id}/refunds`)).status).toBe(409);
  expect((await merchant.post(`/v1/payments/${payment.id}/resolution`, { action: 'accept', note: 'x' })).status).toBe(
    409,
  );
  expect(await runsOf(world, payment)).toEqual(before);
});

test('a message that comes while a run is ending is not lost, and the run that saw nothing of it ends all the same', async () => {
  const { merchant, member, payment } = await openPayment();
  const txn_id = newTransactionId();
  const gate = await holdFacts(world, 'payment_captured');
  await deliver(merchant, ipn(merchant, payment, { txn_id }));
  await gate.arrival();
  // The run is in the middle of its task: this makes Temporal refuse what the task will answer, and run it once more.
  await deliver(
    merchant,
    ipn(merchant, payment, { txn_id, payment_status: 'Pending', pending_reason: 'echeck', mc_fee: undefined }),
  );
  await gate.open();

  await untilStatus(merchant, payment.id, 'paid');
  await untilSettled(merchant, 2);
  const run = await untilAtRest(world, payment);
  expect(run.status.name).toBe('COMPLETED');
  await gate.close();
  const listed = await merchant.get<{ data: { id: string }[] }>('/v1/payments?status=paid');
  expect(listed.body.data).toMatchObject([{ id: payment.id }]);
  expect((await merchant.cart(member)).paylines).toHaveLength(1);
});

test('a second sum that comes while the first is being booked is seen as the second, not as the first', async () => {
  const { merchant, payment } = await openPayment();
  const gate = await holdFacts(world, 'payment_captured');
  await deliver(merchant, ipn(merchant, payment));
  await gate.arrival();
  await deliver(merchant, ipn(merchant, payment));
  await gate.open();

  await untilSettled(merchant, 2);
  await untilAtRest(world, payment);
  await gate.close();
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
  expect((await describeRun(world, payment)).status.name).toBe('COMPLETED');
});
