import { notificationReceived, STORY, taskQueueOf } from '../../workflows/messages';
import { brokenInvariants } from '../support/audit';
import { listenIn } from '../support/asked';
import { eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { behave, encode, ipn, misbehave, postRaw } from '../support/paypal';
import { deliver, untilSettled } from '../support/quiet';
import { describeRun } from '../support/runs';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

jest.setTimeout(90_000);

const FORGED = 300;
const QUESTIONS_PER_MINUTE = 40;

const listener = listenIn();
let world: World;
beforeAll(async () => {
  world = await startWorld({ fetch: listener.fetch, verificationsPerMinute: QUESTIONS_PER_MINUTE });
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

async function open(merchant: Merchant): Promise<PaymentView> {
  return merchant.pay(await merchant.member([['fee', 3000]]));
}

/** Anybody can write these: the address is known to every payer. Gives the statuses that came. */
async function flood(merchant: Merchant, forge: () => Record<string, string>): Promise<number[]> {
  const statuses: number[] = [];
  for (let left = FORGED; left > 0; left -= 20)
    statuses.push(...(await Promise.all(Array.from({ length: 20 }, () => postRaw(merchant, encode(forge()))))));
  return statuses;
}

test('300 forged messages about one payment: all are taken, PayPal is asked about few, and nobody else waits for them', async () => {
  const merchant = await Merchant.create(world);
  const [flooded, other] = [await open(merchant), await open(merchant)];
  const started = Date.now();
  expect(new Set(await flood(merchant, () => ipn(merchant, flooded)))).toEqual(new Set([200]));
  await deliver(merchant, ipn(merchant, other));
  expect(await untilStatus(merchant, other.id, 'paid')).toMatchObject({ captured: 3000 });

  // The sweeper has been through all of them: told, or put off because the run has enough to ask about.
  const due = `SELECT count(*) AS due FROM outbox WHERE payment_id = $1 AND due_at < now() + interval '10 seconds'`;
  await eventually(
    async () => (await world.db.sql.query<{ due: number }>(due, [flooded.id])).rows[0]!.due,
    (count) => count === 0,
    60_000,
  );
  const third = await open(merchant);
  await deliver(merchant, ipn(merchant, third));
  await untilStatus(merchant, third.id, 'paid');

  const windows = Math.ceil((Date.now() - started) / 60_000) + 1; // of the limit; the first began before
  expect(listener.postBacks(flooded.id)).toBeLessThanOrEqual(QUESTIONS_PER_MINUTE * windows);
  expect(await merchant.payment(flooded.id)).toMatchObject({ status: 'awaiting_payer', captured: 0, attention: null });
  const { historyLength } = await describeRun(world, flooded);
  process.stdout.write(`a payment with ${FORGED} forged messages: ${historyLength} events\n`);
  expect(historyLength).toBeLessThan(FORGED);
  await world.temporal.workflow.getHandle(flooded.workflowId).terminate('the story is told');
});

test('a flood of messages that name no payment of one merchant holds up no unmatched money of another', async () => {
  const [flooded, other] = await Promise.all([Merchant.create(world), Merchant.create(world)]);
  const nameless = (merchant: Merchant) => ipn(merchant, { nextAction: null }, { mc_gross: '25.00', mc_currency: 'EUR' });
  await Promise.all(Array.from({ length: QUESTIONS_PER_MINUTE + 10 }, () => postRaw(flooded, encode(nameless(flooded)))));
  await eventually(
    async () => listener.postBacks(flooded.seller.id),
    (asked) => asked >= QUESTIONS_PER_MINUTE,
  );
  await deliver(other, nameless(other));
  expect(await untilSettled(other, 1)).toMatchObject([{ state: 'unmatched', amount: 2500 }]);
  await terminateAll(
    `TaskQueue = '${taskQueueOf(world.taskQueue, STORY)}' AND WorkflowType = 'notification' AND ExecutionStatus = 'Running'`,
  );
});

test('a history that a flood makes long goes on in a new run, and takes along what was still to be verified', async () => {
  const roomy = await startWorld({ verificationsPerMinute: 1_000_000 });
  try {
    const merchant = await Merchant.create(roomy);
    const payment = await open(merchant);
    await misbehave(merchant, { where: 'postback', mode: 'http_500' });
    await deliver(merchant, ipn(merchant, payment));
    const handle = roomy.temporal.workflow.getHandle(payment.workflowId);
    const { runId } = await handle.describe();
    await eventually(
      () => merchant.notifications(),
      ([message]) => (message?.attempts ?? 0) > 0,
    );
    // Told again and again of a message that it is verifying, the run does nothing; but every word is an event.
    const [verifying] = await merchant.notifications();
    const tell = (notificationId: string) => handle.signal(notificationReceived, { notificationId });
    for (let told = 0; told < 4000; told += 200) await Promise.all(Array.from({ length: 200 }, () => tell(verifying!.id)));
    await eventually(
      async () => {
        const run = await handle.describe();
        // With every turn the run sees how long it has become.
        if (run.runId === runId && !run.raw.pendingWorkflowTask) await tell(`ntf_nowhere${run.historyLength}`);
        return run.runId;
      },
      (now) => now !== runId,
      60_000,
    );
    await behave(merchant);
    await postRaw(merchant, encode(ipn(merchant, payment))); // the flood goes on, and wakes the new run
    expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000, fee: 195 });
    expect((await untilSettled(merchant, 2)).map(({ state }) => state)).toEqual(['invalid', 'applied']);
    expect(await brokenInvariants(roomy)).toEqual({});
  } finally {
    await roomy.stop();
  }
});

/** So that no later test pays for what is left of a flood. */
async function terminateAll(query: string): Promise<void> {
  for await (const { workflowId } of world.temporal.workflow.list({ query }))
    await world.temporal.workflow
      .getHandle(workflowId)
      .terminate('the story is told')
      .catch(() => undefined); // it may have ended since it was listed
}
