import { confirmTold } from '../../books/outbox';
import { LEASE_MS, TOLD_PAUSE_MS } from '../../outbox/deliveries';
import type { Deliveries } from '../../outbox/deliveries';
import { createInbox } from '../../api/desks/reception';
import { createRuns } from '../../outbox/runs';
import { createVault } from '../../vault/vault';
import { planRenewals, renew } from '../../outbox/renewal';
import { backgroundQueueOf, notificationWorkflowId, taskQueueOf } from '../../workflows/messages';
import { brokenInvariants } from '../support/audit';
import { eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import {
  approveAs,
  connectCheckout,
  control,
  kkiapayMerchant,
  orderOf,
  payInWidget,
  transactionsOf,
  visit,
} from '../support/gateways';
import { holdFacts } from '../support/gate';
import { ipn, newTransactionId, payAs } from '../support/paypal';
import { deliver, untilSettled, vouchFor } from '../support/quiet';
import { describeRun, untilAtRest } from '../support/runs';
import { ENCRYPTION_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';

// A person's command is waited for five seconds, and a call of the release before has until its time-out.

/** What workers asked gateways, as `METHOD url body`. */
const asked: string[] = [];
/** What is asked about these is done, and the answer comes only when the promise is kept. */
const held = new Map<string, Promise<void>>();
/** Nothing is answered about these. */
const silent = new Set<string>();

const gateways: typeof globalThis.fetch = async (input, init) => {
  const body = init?.body instanceof Uint8Array ? Buffer.from(init.body).toString('latin1') : init?.body;
  const question = `${init?.method ?? 'GET'} ${input instanceof Request ? input.url : String(input)} ${typeof body === 'string' ? body : ''}`;
  asked.push(question);
  if ([...silent].some((about) => question.includes(about))) return new Response('', { status: 500 });
  const [, release] = [...held].find(([about]) => question.includes(about)) ?? [];
  if (!release) return globalThis.fetch(input, init);
  // Whoever asked may be told to stop; what was asked is on its way all the same.
  const answer = await globalThis.fetch(input, { ...init, signal: null });
  await release;
  return answer;
};
/** How often a gateway was asked for something with these words in it. */
const timesAsked = (...words: string[]) =>
  asked.filter((question) => words.every((word) => question.includes(word))).length;
const untilAsked = (...words: string[]) =>
  eventually(
    async () => timesAsked(...words),
    (times) => times > 0,
  );

function hold(about: string): () => void {
  let release: () => void = () => undefined;
  held.set(about, new Promise((resolve) => (release = resolve)));
  return () => {
    held.delete(about);
    release();
  };
}

let world: World;
/** Every test is a release of its own, whose runs are those that the test before left. */
let story = 1;
beforeAll(async () => {
  world = await startWorld({ story, fetch: gateways, lookEveryMs: 300 });
});
afterEach(async () => {
  silent.clear();
  expect(await openOfOlderStories()).toEqual([]);
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

const nextRelease = (parts?: readonly ('api' | 'worker')[]) => world.release((story += 1), parts);
const runsOf = (of: number) => createRuns(world.temporal, { taskQueue: world.taskQueue, story: of });
const openOfOlderStories = () => runsOf(story).leftBehind(1000, 0);
const untilRenewed = () => eventually(openOfOlderStories, (runs) => runs.length === 0);
const queueOf = async (payment: PaymentView) => (await describeRun(world, payment)).taskQueue;

async function openPayment(over: Record<string, unknown> = {}) {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 3000]]);
  return { merchant, member, payment: await merchant.pay(member, over) };
}
async function openOrder() {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  const member = await merchant.member([['fee', 3000]]);
  return { merchant, member, payment: await merchant.pay(member, { gateway: 'paypal-checkout' }) };
}
async function openPaidOrder() {
  const opened = await openOrder();
  await visit(await approveAs(opened.merchant, opened.payment));
  await untilStatus(opened.merchant, opened.payment.id, 'paid');
  return opened;
}
async function openPaidWidget() {
  const merchant = await kkiapayMerchant(world);
  const member = await merchant.member([['fee', 3000]]);
  const payment = await merchant.pay(member, { gateway: 'kkiapay' });
  await visit((await payInWidget(merchant, payment)).callbackUrl);
  await untilStatus(merchant, payment.id, 'paid');
  return { merchant, member, payment };
}
interface RefundView {
  readonly id: string;
  readonly status: string;
  readonly origin: string;
  readonly reason: string | null;
}
type Opened = Awaited<ReturnType<typeof openPayment>>;
const refund = ({ merchant, payment }: Opened) => merchant.post<RefundView>(`/v1/payments/${payment.id}/refunds`);
const refundsOf = async ({ merchant, payment }: Opened) =>
  (await merchant.get<{ data: RefundView[] }>(`/v1/payments/${payment.id}/refunds`)).body.data;
let phones = 0;
async function openPrompt(over: Record<string, unknown> = {}) {
  const merchant = await kkiapayMerchant(world);
  const member = await merchant.member([['fee', 3000]]);
  const phone = `+22961${String((phones += 1)).padStart(6, '3')}`;
  return {
    merchant,
    member,
    payment: await merchant.pay(member, { gateway: 'kkiapay', method: 'mobile_money', phone, ...over }),
  };
}
async function approvePrompt({ id }: PaymentView): Promise<void> {
  const [prompt] = await transactionsOf(world, id);
  await control(world, 'POST', `/kkiapay/transactions/${prompt!.id}/settle`, { status: 'SUCCESS' });
}
const nameless = (merchant: Merchant, txn_id: string) =>
  ipn(merchant, { nextAction: null }, { mc_gross: '25.00', mc_currency: 'EUR', txn_id });
const entriesOf = async ({ merchant, payment }: { merchant: Merchant; payment: PaymentView }) =>
  (await merchant.entries(payment.id)).map(({ kind }) => kind).sort();

test('payments in every open status go on under the next story: each ends right, and no payer is asked or charged twice', async () => {
  const [asleep, heldSum, order, open, opening, unverified] = await Promise.all([
    openPayment(),
    openPayment(),
    openOrder(),
    openPrompt(),
    (async () => {
      const answer = hold('"amount":2345');
      return { answer, ...(await openPrompt({ amount: 2345 })) };
    })(),
    openPayment(),
  ]);
  expect(opening.payment.status).toBe('created');
  await untilAsked('/payments/request', opening.payment.id);

  const { txnId } = await payAs(heldSum.merchant, heldSum.payment, 'bruno');
  await untilStatus(heldSum.merchant, heldSum.payment.id, 'processing');

  const [stuck, stray] = [newTransactionId(), newTransactionId()];
  silent.add(stuck).add(stray);
  await deliver(unverified.merchant, ipn(unverified.merchant, unverified.payment, { txn_id: stuck }));
  await deliver(asleep.merchant, nameless(asleep.merchant, stray));
  await Promise.all([untilAsked('_notify-validate', stuck), untilAsked('_notify-validate', stray)]);

  const capture = hold(`/orders/${orderOf(order.payment)}/capture`);
  await visit(await approveAs(order.merchant, order.payment));
  await untilAsked(`/orders/${orderOf(order.payment)}/capture`);

  const expiring = await openPayment({ expiresInMs: 8_000 });
  const [told] = (await asleep.merchant.notifications()).filter(({ payment }) => payment === null);
  await nextRelease();
  await untilRenewed();
  const { taskQueue } = await world.temporal.workflow.getHandle(notificationWorkflowId(told!.id)).describe();
  expect(taskQueue).toBe(backgroundQueueOf(world.taskQueue, story));
  for (const { payment } of [asleep, heldSum, order, open, opening, unverified])
    expect(await queueOf(payment)).toBe(taskQueueOf(world.taskQueue, story));

  // The renewed run finds the money taken, while the call that took it still waits for its answer.
  await untilStatus(order.merchant, order.payment.id, 'paid');
  capture();
  opening.answer();
  silent.clear();
  await control(world, 'POST', `/payments/${txnId}/events`, { status: 'Completed', fee: '1.95' });
  await payAs(asleep.merchant, asleep.payment);
  await untilStatus(opening.merchant, opening.payment.id, 'awaiting_payer');
  await Promise.all([approvePrompt(open.payment), approvePrompt(opening.payment)]);

  for (const paid of [asleep, heldSum, order, open, opening, unverified]) {
    expect(await untilStatus(paid.merchant, paid.payment.id, 'paid')).toMatchObject({ attention: null });
    expect((await entriesOf(paid)).filter((kind) => kind === 'payment_captured')).toHaveLength(1);
    expect(await paid.merchant.cart(paid.member)).toMatchObject({ paylines: [{ payment: paid.payment.id }] });
  }
  await untilStatus(expiring.merchant, expiring.payment.id, 'expired');
  const messages = await untilSettled(asleep.merchant, 2);
  expect(messages.map(({ state }) => state).sort()).toEqual(['applied', 'unmatched']);

  expect(timesAsked('POST', `/orders/${orderOf(order.payment)}/capture`)).toBe(1);
  expect([open, opening].map(({ payment }) => timesAsked('/payments/request', payment.id))).toEqual([1, 1]);
});

test('refunds under way go on under the next story: the one whose answer was not there yet, the one on its way, and the one that waits for funds', async () => {
  const [answered, onItsWay] = [await openPaidOrder(), await openPaidOrder()];
  const waiting = await openPaidWidget();
  await control(world, 'POST', '/paypal-checkout/next', { call: 'refund', status: 'PENDING' });
  const pending = await refund(onItsWay);
  expect(pending.body).toMatchObject({ status: 'pending', reason: expect.stringMatching(/./) });
  await control(world, 'POST', '/kkiapay/next', { call: 'revert', refusal: 'INSUFFICIENT_FUND' });
  expect((await refund(waiting)).body).toMatchObject({ status: 'pending', reason: 'insufficient_fund' });

  // PayPal has the question and gives the money back; its answer is held.
  const { gatewayReference: capture } = (await answered.merchant.payment(answered.payment.id)).timeline.find(
    ({ kind }) => kind === 'payment_captured',
  )!;
  const answer = hold(`/captures/${capture}/refund`);
  const held = refund(answered);
  await untilAsked('POST', `/captures/${capture}/refund`);

  await nextRelease();
  await untilRenewed();
  answer();
  expect((await held).status).toBe(201);
  await control(world, 'POST', `/paypal-checkout/captures/${onItsWay.payment.id}/events`, {
    kind: 'settle_refund',
    status: 'COMPLETED',
  });
  // The one that waits is asked for again once in a while, and is done when there are funds.
  for (const done of [answered, onItsWay, waiting]) {
    expect(await untilStatus(done.merchant, done.payment.id, 'refunded')).toMatchObject({
      refunded: 3000,
      attention: null,
    });
    await untilAtRest(world, done.payment);
    expect((await refundsOf(done)).map(({ status, origin }) => [status, origin])).toEqual([['succeeded', 'merchant']]);
    expect((await entriesOf(done)).filter((kind) => kind === 'payment_refunded')).toHaveLength(1);
    expect(await done.merchant.cart(done.member)).toMatchObject({ due: 3000, credit: 0 });
  }
});

test('a refund that was admitted while no worker was there is made by a run of the next story, once', async () => {
  const paid = await openPaidOrder();
  await world.stopWorkers();
  expect((await refund(paid)).body).toMatchObject({ status: 'pending', reason: 'awaiting_gateway' });
  expect((await refund(paid)).status).toBe(409);
  await nextRelease();
  await untilStatus(paid.merchant, paid.payment.id, 'refunded');
  await untilRenewed();
  expect(await refundsOf(paid)).toMatchObject([{ status: 'succeeded', origin: 'merchant' }]);
});

test('a command that no worker of the story before obeyed any more is obeyed by the run that takes its place', async () => {
  const { merchant, payment } = await openPayment();
  await world.stopWorkers();
  expect((await merchant.post(`/v1/payments/${payment.id}/cancel`)).status).toBe(202);
  await nextRelease();
  await untilStatus(merchant, payment.id, 'cancelled');
  await untilRenewed();
});

test('while an API of the release before is still there, the runs that it starts are renewed as well', async () => {
  await nextRelease(['worker']);
  const [paid, cancelled] = [await openPayment(), await openPayment()];
  await untilRenewed();
  expect(await queueOf(paid.payment)).toBe(taskQueueOf(world.taskQueue, story));
  await payAs(paid.merchant, paid.payment);
  await untilStatus(paid.merchant, paid.payment.id, 'paid');
  expect((await cancelled.merchant.post(`/v1/payments/${cancelled.payment.id}/cancel`)).status).toBe(200);
  await world.release(story, ['api']);
});

test('a message that a run of the story before swallowed is told to the run that takes its place', async () => {
  const { merchant, payment } = await openPayment();
  await merchant.post(`/v1/payments/${payment.id}/cancel`);
  await untilAtRest(world, payment);
  await nextRelease();

  // An API of the release before keeps the message, has a run of its own story told, and confirms that it was.
  const before = runsOf(story - 1);
  const told: { id: string; paymentId: string | null }[] = [];
  const deliveries: Deliveries = {
    started: async () => undefined,
    notified: (id, paymentId) => void told.push({ id, paymentId }),
    leaseMs: () => LEASE_MS,
    close: async () => undefined,
  };
  const inbox = createInbox({ db: world.db, vault: createVault(ENCRYPTION_KEY), deliveries });
  const { rows } = await world.db.sql.query<{ id: string }>('SELECT id FROM gateway_accounts WHERE merchant_id = $1', [
    merchant.id,
  ]);
  const body = Buffer.from(await vouchFor(merchant, ipn(merchant, payment)));
  await inbox.receive({ accountId: rows[0]!.id, gateway: 'paypal-standard' }, { channel: 'ipn', headers: {}, body });
  await before.notify(told[0]!.id, told[0]!.paymentId);
  await confirmTold(world.db, told, TOLD_PAUSE_MS);

  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000, reason: 'late_payment' });
  await untilRenewed();
});

test('a message of nobody that a release before told on the queue of the payments is verified there, and not renewed', async () => {
  const merchant = await Merchant.create(world);
  const stuck = newTransactionId();
  silent.add(stuck);
  await world.stopWorkers();
  await deliver(merchant, nameless(merchant, stuck));
  const [message] = await merchant.notifications();
  const workflowId = notificationWorkflowId(message!.id);
  // As that release told it: the run takes the place of ours.
  const { firstExecutionRunId } = await world.temporal.workflow.start('notification', {
    workflowId,
    taskQueue: taskQueueOf(world.taskQueue, story),
    args: [{ notificationId: message!.id }],
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
  });
  await world.startWorker();
  await untilAsked('_notify-validate', stuck);
  expect(await openOfOlderStories()).toEqual([]);
  silent.clear();
  expect(await untilSettled(merchant, 1)).toMatchObject([{ state: 'unmatched', amount: 2500 }]);
  const ended = await world.temporal.workflow.getHandle(workflowId).describe();
  expect([ended.runId, ended.taskQueue]).toEqual([firstExecutionRunId, taskQueueOf(world.taskQueue, story)]);
});

test('what a run of the story before is writing when another takes its place is booked once', async () => {
  const opened = await openPayment();
  const gate = await holdFacts(world, 'payment_captured');
  await payAs(opened.merchant, opened.payment);
  await gate.arrival();
  await nextRelease();
  await untilRenewed();
  await gate.open();
  expect(await untilStatus(opened.merchant, opened.payment.id, 'paid')).toMatchObject({
    captured: 3000,
    attention: null,
  });
  await untilAtRest(world, opened.payment);
  await gate.close();
  expect(await entriesOf(opened)).toEqual(['fee_charged', 'payment_captured']);
});

test('no more runs than a bounded number are renewed at once', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 3000]]);
  const payments = await Promise.all([1, 2, 3].map((euro) => merchant.pay(member, { amount: euro * 100 })));
  await eventually(
    () => Promise.all(payments.map((payment) => describeRun(world, payment).catch(() => null))),
    (runs) => runs.every((run) => run !== null),
  );
  // A release after, whose sweeper is this test.
  const deps = { db: world.db, runs: runsOf(story + 1) };
  const untilBehind = (count: number) =>
    eventually(
      () => deps.runs.leftBehind(10, 0),
      (runs) => runs.length === count,
    );
  await untilBehind(3);
  const waiting = async () =>
    (
      await world.db.sql.query<{ subjectId: string; paymentId: string }>(
        `SELECT subject_id AS "subjectId", payment_id AS "paymentId" FROM outbox WHERE kind = 'renewal'`,
      )
    ).rows;
  expect(await planRenewals(deps, 2)).toBe(2);
  expect(await planRenewals(deps, 2)).toBe(2);
  const first = await waiting();
  expect(first).toHaveLength(2);

  // The sweeper of the release that goes leaves them to the release that comes.
  for (const due of first) await renew({ db: world.db, runs: runsOf(story) }, due);
  expect(await waiting()).toHaveLength(2);
  expect(new Set(await Promise.all(payments.map(queueOf)))).toEqual(new Set([taskQueueOf(world.taskQueue, story)]));

  for (const due of first) await renew(deps, due);
  expect(await waiting()).toEqual([]);
  await untilBehind(1);
  expect(await planRenewals(deps, 2)).toBe(1);
  await nextRelease();
  await untilRenewed();
  for (const payment of payments) expect(await queueOf(payment)).toBe(taskQueueOf(world.taskQueue, story));
});
