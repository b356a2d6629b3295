import { backgroundQueueOf, notificationReceived, STORY } from '../../workflows/messages';
import { brokenInvariants } from '../support/audit';
import { listenIn } from '../support/asked';
import { eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { behave, encode, ipn, misbehave, postRaw } from '../support/paypal';
import { deliver, untilSettled } from '../support/quiet';
import { describeRun } from '../support/runs';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

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
async function flood(
  merchant: Merchant,
  forge: (index: number) => Record<string, string>,
  count = FORGED,
): Promise<number[]> {
  const statuses: number[] = [];
  for (let from = 0; from < count; from += 20)
    statuses.push(
      ...(await Promise.all(Array.from({ length: 20 }, (_, place) => postRaw(merchant, encode(forge(from + place)))))),
    );
  return statuses;
}

/** How many of a merchant's messages are with Temporal, of them those that name no living payment, the most of one payment; and how many wait. */
async function standing(
  { db }: World,
  merchant: Merchant,
): Promise<{ told: number; strays: number; ofOnePayment: number; waiting: number }> {
  const { rows } = await db.sql.query<Awaited<ReturnType<typeof standing>>>(
    `WITH of_merchant AS (SELECT o.* FROM outbox o JOIN gateway_accounts a ON a.id = o.account_id WHERE a.merchant_id = $1)
     SELECT count(told_at)::int AS told, (count(told_at) FILTER (WHERE stray))::int AS strays, (count(*) - count(told_at))::int AS waiting,
       (SELECT coalesce(max(n), 0)::int FROM (SELECT count(told_at) AS n FROM of_merchant WHERE payment_id IS NOT NULL GROUP BY payment_id) p) AS "ofOnePayment"
     FROM of_merchant`,
    [merchant.id],
  );
  return rows[0]!;
}

const openRuns = async ({ temporal, taskQueue }: World, type: string): Promise<number> =>
  (
    await temporal.workflow.count(
      `TaskQueue = '${backgroundQueueOf(taskQueue, STORY)}' AND WorkflowType = '${type}' AND ExecutionStatus = 'Running'`,
    )
  ).count;

/** A PayPal that says nothing of messages with `FORGED` in them until it is let, and then that they are forged. */
function silentAboutForged() {
  let letSpeak: () => void = () => undefined;
  const allowed = new Promise<void>((resolve) => (letSpeak = resolve));
  const answer = async (_url: string, body: string) => {
    if (!body.includes('FORGED')) return undefined;
    await allowed;
    return new Response('INVALID');
  };
  return { fetch: listenIn(answer).fetch, speak: () => letSpeak() };
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
    180_000,
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
  const nameless = (merchant: Merchant) =>
    ipn(merchant, { nextAction: null }, { mc_gross: '25.00', mc_currency: 'EUR' });
  await Promise.all(
    Array.from({ length: QUESTIONS_PER_MINUTE + 10 }, () => postRaw(flooded, encode(nameless(flooded)))),
  );
  await eventually(
    async () => listener.postBacks(flooded.seller.id),
    (asked) => asked >= QUESTIONS_PER_MINUTE,
  );
  await deliver(other, nameless(other));
  expect(await untilSettled(other, 1)).toMatchObject([{ state: 'unmatched', amount: 2500 }]);
  await terminateAll(
    `TaskQueue = '${backgroundQueueOf(world.taskQueue, STORY)}' AND WorkflowType = 'notification' AND ExecutionStatus = 'Running'`,
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
    for (let told = 0; told < 4000; told += 200)
      await Promise.all(Array.from({ length: 200 }, () => tell(verifying!.id)));
    await eventually(
      async () => {
        const run = await handle.describe();
        // With every turn the run sees how long it has become.
        if (run.runId === runId && !run.raw.pendingWorkflowTask) await tell(`ntf_nowhere${run.historyLength}`);
        return run.runId;
      },
      (now) => now !== runId,
      180_000,
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

describe('while one merchant is flooded, and PayPal is silent about what is forged', () => {
  const paypal = silentAboutForged();
  let flooded: World;
  beforeAll(async () => {
    flooded = await startWorld({ fetch: paypal.fetch, verificationsPerMinute: 1_000_000, inboxBacklog: 1_500 });
  });
  afterAll(async () => {
    const broken = await brokenInvariants(flooded);
    await flooded.stop();
    expect(broken).toEqual({});
  });

  /** Looks again and again while something goes on; gives all that was seen. */
  async function watching<Seen>(look: () => Promise<Seen>, what: Promise<unknown>): Promise<Seen[]> {
    const seen: Seen[] = [];
    const going = { on: true };
    const end = what.finally(() => (going.on = false));
    end.catch(() => undefined); // thrown below, once nobody looks any more
    while (going.on) seen.push(await look());
    await end;
    return seen;
  }

  test('1,000 messages about fifty of its own payments: a hundred are with Temporal at most, and another merchant is paid', async () => {
    const [merchant, other] = [await Merchant.create(flooded), await Merchant.create(flooded)];
    const payments = await Promise.all(Array.from({ length: 50 }, () => open(merchant)));
    const paying = await open(other);
    const forging = flood(merchant, (index) => ipn(merchant, payments[index % 50]!, { memo: 'FORGED' }), 1_000).then(
      async (statuses) => {
        expect(new Set(statuses)).toEqual(new Set([200]));
        await deliver(other, ipn(other, paying));
        await untilStatus(other, paying.id, 'paid');
      },
    );
    const seen = await watching(() => standing(flooded, merchant), forging);
    expect(Math.max(...seen.map(({ told }) => told))).toBeLessThanOrEqual(100);
    expect(Math.max(...seen.map(({ ofOnePayment }) => ofOnePayment))).toBeLessThanOrEqual(20);
    expect(seen.at(-1)!.waiting).toBeGreaterThanOrEqual(900);
    expect(await merchant.payment(payments[0]!.id)).toMatchObject({ status: 'awaiting_payer', captured: 0 });
  });

  test('2,000 messages that name no payment: twenty are with Temporal at most, and every payment is paid all the same', async () => {
    const [merchant, other] = [await Merchant.create(flooded), await Merchant.create(flooded)];
    const [own, paying] = [await open(merchant), await open(other)];
    const forge = (index: number) => ({ txn_id: `FORGED${index}` });
    const forging = flood(merchant, forge, 1_500).then(async (statuses) => {
      expect(new Set(statuses)).toEqual(new Set([200]));
      await deliver(other, ipn(other, paying));
      await untilStatus(other, paying.id, 'paid');
    });
    const seen = await watching(
      async () => ({ ...(await standing(flooded, merchant)), runs: await openRuns(flooded, 'notification') }),
      forging,
    );
    expect(Math.max(...seen.map(({ strays }) => strays))).toBeLessThanOrEqual(20);
    expect(Math.max(...seen.map(({ runs }) => runs))).toBeLessThanOrEqual(25); // one that gave its place to another may still be ending
    expect(seen.at(-1)!.waiting).toBeGreaterThanOrEqual(1_480);

    // The account is full now: what names no payment is to come again, and the money of its own payments is taken.
    const refused = await eventually(
      () => flood(merchant, (index) => forge(1_500 + index), 500),
      (statuses) => statuses.every((status) => status === 503),
    );
    expect(refused).toHaveLength(500);
    expect(await deliver(merchant, ipn(merchant, own))).toBe(200);
    expect(await untilStatus(merchant, own.id, 'paid')).toMatchObject({ captured: 3000 });
    expect(await postRaw(other, 'txn_id=1')).toBe(200);
  });

  test('what waited is verified in turns once PayPal speaks', async () => {
    paypal.speak();
    const merchant = await Merchant.create(flooded);
    await flood(merchant, (index) => ({ txn_id: `FORGED${index}` }), 60);
    await eventually(
      () => standing(flooded, merchant),
      ({ told, waiting }) => told + waiting === 0,
      180_000, // what is left of the other floods is verified as well
    );
    expect((await merchant.notifications()).map(({ state }) => state)).toEqual(
      Array.from({ length: 60 }, () => 'invalid'),
    );
  });
});

test('300 messages that name no payment, and nobody who works at such: every payment is paid, and they are verified once somebody does', async () => {
  const idle = await startWorld({ workers: 0, verificationsPerMinute: 1_000_000 });
  try {
    await idle.startWorker(['payments']);
    const [merchant, other] = [await Merchant.create(idle), await Merchant.create(idle)];
    const payments = [await open(merchant), await open(other)];
    expect(new Set(await flood(merchant, (index) => ({ txn_id: `FORGED${index}` })))).toEqual(new Set([200]));
    for (const [index, who] of [merchant, other].entries()) {
      await deliver(who, ipn(who, payments[index]!));
      expect(await untilStatus(who, payments[index]!.id, 'paid')).toMatchObject({ captured: 3000 });
    }
    await eventually(
      () => openRuns(idle, 'notification'),
      (runs) => runs > 0,
    );
    expect((await standing(idle, merchant)).strays).toBeLessThanOrEqual(20);
    expect((await merchant.notifications('&state=invalid')).map(({ state }) => state)).toEqual([]);

    await idle.startWorker(['background']);
    await eventually(
      () => merchant.notifications('&state=invalid'),
      (invalid) => invalid.length >= 20,
    );
    expect(await brokenInvariants(idle)).toEqual({});
  } finally {
    await idle.stop();
  }
});

test('a message that was throttled comes back, and its money is booked', async () => {
  let refusals = 5;
  const throttled = await startWorld({ throttle: async () => (refusals-- > 0 ? 50 : 0) });
  try {
    const merchant = await Merchant.create(throttled);
    const payment = await open(merchant);
    await deliver(merchant, ipn(merchant, payment));
    await flood(merchant, () => ipn(merchant, { nextAction: null }), 40);
    expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000 });
    const ended = await untilSettled(merchant, 41);
    expect(ended.map(({ state }) => state).sort()).toEqual(['applied', ...Array.from({ length: 40 }, () => 'invalid')]);
    expect(refusals).toBeLessThan(0);
    expect(await brokenInvariants(throttled)).toEqual({});
  } finally {
    await throttled.stop();
  }
});

test('messages that are never answered do not keep out the unmatched money that waits behind them', async () => {
  const answer = async (_url: string, body: string) =>
    body.includes('POISON') ? new Response('', { status: 403 }) : undefined;
  const poisoned = await startWorld({ fetch: listenIn(answer).fetch, verificationsPerMinute: 1_000_000 });
  try {
    const merchant = await Merchant.create(poisoned);
    await flood(merchant, (index) => ({ txn_id: `POISON${index}` }), 20);
    await postRaw(merchant, 'txn_id=POISON');
    await deliver(merchant, ipn(merchant, { nextAction: null }, { mc_gross: '25.00', mc_currency: 'EUR' }));
    const found = await eventually(
      () => merchant.notifications('&state=unmatched'),
      (unmatched) => unmatched.length === 1,
      180_000,
    );
    expect(found).toMatchObject([{ amount: 2500 }]);
  } finally {
    await poisoned.stop();
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
