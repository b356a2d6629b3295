import { searchAttributes } from '../../workflows/messages';
import { brokenInvariants } from '../support/audit';
import { listenIn } from '../support/asked';
import { call, eventually, Merchant, untilStatus } from '../support/client';
import { encode, ipn, payAs, postRaw } from '../support/paypal';
import { deliver, untilSettled } from '../support/quiet';
import { describeRun, untilAtRest } from '../support/runs';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

/** Sellers about whose messages PayPal gives no answer for now. */
const unanswered = new Set<string>();

let world: World;
beforeAll(async () => {
  world = await startWorld({
    fetch: listenIn(async (_url, body) =>
      unanswered.has(new URLSearchParams(body).get('receiver_id') ?? '')
        ? new Response('busy', { status: 500 })
        : undefined,
    ).fetch,
  });
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

async function openPayment(over: Record<string, unknown> = {}) {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 3000]]);
  const payment = await merchant.pay(member, over);
  return { merchant, member, payment, handle: world.temporal.workflow.getHandle(payment.workflowId) };
}

/** What an operator reads in a run, as Temporal's UI asks for it. */
async function readMetadata(workflowId: string): Promise<string> {
  const metadata = await world.temporal.workflow
    .getHandle(workflowId)
    .query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}

const countOf = (query: string) => world.temporal.workflow.count(query).then(({ count }) => count);

test.concurrent(
  'before anything happens an operator sees what is waited for, and finds it by member, merchant and gateway',
  async () => {
    const { merchant, member, payment } = await openPayment();
    const run = await describeRun(world, payment);
    expect(run.status.name).toBe('RUNNING');
    expect(await run.staticSummary()).toBe('30.00 EUR by paypal-standard');
    expect(await run.staticDetails()).toContain(payment.expiresAt);
    expect(run.historyLength).toBe(1); // it costs one event while it waits
    for (const query of [
      `MemberId = '${member}'`,
      `MerchantId = '${merchant.id}' AND PaymentStatus = 'awaiting_payer'`,
      `MerchantId = '${merchant.id}' AND Gateway = 'paypal-standard' AND PaymentAttention IS NULL`,
    ])
      await eventually(
        () => countOf(query),
        (count) => count === 1,
      );
  },
);

test.concurrent('the run ends when the payment rests, and says in its result and attributes how', async () => {
  const { merchant, payment, handle } = await openPayment();
  await payAs(merchant, payment);
  await untilStatus(merchant, payment.id, 'paid');

  expect(await handle.result()).toEqual({ status: 'paid', attention: null });
  const run = await untilAtRest(world, payment);
  expect(run.status.name).toBe('COMPLETED');
  const valueOf = (key: (typeof searchAttributes)[keyof typeof searchAttributes]) => run.typedSearchAttributes.get(key);
  expect([
    valueOf(searchAttributes.status),
    valueOf(searchAttributes.gateway),
    valueOf(searchAttributes.merchant),
  ]).toEqual(['paid', 'paypal-standard', merchant.id]);
  expect(valueOf(searchAttributes.attention)).toBeUndefined();
  await eventually(
    () => countOf(`MerchantId = '${merchant.id}' AND PaymentStatus = 'paid'`),
    (count) => count === 1,
  );
  await eventually(
    () => countOf(`MerchantId = '${merchant.id}' AND PaymentStatus = 'awaiting_payer'`),
    (count) => count === 0,
  );
});

test.concurrent(
  'what comes later is another run of the same id, found by the same attributes, with what a person must see',
  async () => {
    const { merchant, member, payment } = await openPayment();
    await payAs(merchant, payment);
    await untilStatus(merchant, payment.id, 'paid');
    await untilAtRest(world, payment);
    await deliver(merchant, ipn(merchant, payment));

    const both = `WorkflowId = '${payment.workflowId}' AND MemberId = '${member}' AND MerchantId = '${merchant.id}'`;
    await eventually(
      () => countOf(both),
      (count) => count === 2,
    );
    await eventually(
      () => countOf(`${both} AND PaymentAttention = 'duplicate_payment'`),
      (count) => count === 1,
    );
  },
);

test.concurrent(
  'while a payment is held, an operator reads in the open run where it stands and how it came there',
  async () => {
    const { merchant, payment } = await openPayment();
    const { txnId } = await payAs(merchant, payment, 'bruno');
    await untilStatus(merchant, payment.id, 'processing');

    const details = await eventually(
      () => readMetadata(payment.workflowId),
      (text) => text !== '',
    );
    expect(details).toContain('**processing** (echeck)');
    expect(details).toContain(txnId);
    expect(details).not.toMatch(/@|Keller|Bruno/);
    await eventually(
      () =>
        countOf(
          `WorkflowId = '${payment.workflowId}' AND PaymentStatus = 'processing' AND ExecutionStatus = 'Running'`,
        ),
      (count) => count === 1,
    );
  },
);

test.concurrent('while the payer is waited for in an open run, an operator reads that too', async () => {
  const { merchant, payment } = await openPayment();
  await postRaw(merchant, encode(ipn(merchant, payment)));
  expect((await untilSettled(merchant, 1))[0]).toMatchObject({ state: 'invalid' });

  const details = await eventually(
    () => readMetadata(payment.workflowId),
    (text) => text !== '',
  );
  expect(details).toContain('**awaiting_payer**');
});

test.concurrent('what a run said last can still be read after it has ended', async () => {
  const { merchant, payment } = await openPayment();
  await payAs(merchant, payment);
  await untilStatus(merchant, payment.id, 'paid');
  await untilAtRest(world, payment);
  expect(await readMetadata(payment.workflowId)).toMatch(/\*\*paid\*\*[^]*payment_captured 30\.00 EUR/);
});

test.concurrent('cancelling the run of an unpaid payment cancels the payment', async () => {
  const { merchant, payment, handle } = await openPayment();
  await handle.cancel();

  const cancelled = await untilStatus(merchant, payment.id, 'cancelled');
  expect(cancelled.timeline.map(({ kind }) => kind)).toEqual(['checkout_opened', 'payment_cancelled']);
  expect(await handle.result()).toEqual({ status: 'cancelled', attention: null });
});

test.concurrent('cancelling the run twice cancels the payment once', async () => {
  const { merchant, payment, handle } = await openPayment();
  await Promise.all([handle.cancel(), handle.cancel()]);
  await untilStatus(merchant, payment.id, 'cancelled');
  await untilAtRest(world, payment);
  expect((await merchant.payment(payment.id)).timeline).toHaveLength(2);
});

test.concurrent(
  'cancelling the run of a payment that was paid changes nothing, whether the run is over or not',
  async () => {
    const { merchant, member, payment, handle } = await openPayment();
    await payAs(merchant, payment);
    await untilStatus(merchant, payment.id, 'paid');
    await untilAtRest(world, payment);
    await handle.cancel().catch(() => undefined); // it is over: Temporal says so

    // A new run that cannot end: PayPal does not answer about the message that started it.
    unanswered.add(merchant.seller.id);
    await deliver(merchant, ipn(merchant, payment));
    await eventually(
      () => describeRun(world, payment),
      ({ status }) => status.name === 'RUNNING',
    );
    await handle.cancel();
    unanswered.delete(merchant.seller.id);
    await untilSettled(merchant, 2);

    await untilAtRest(world, payment);
    expect(await merchant.payment(payment.id)).toMatchObject({
      status: 'paid',
      captured: 6000,
      attention: { code: 'duplicate_payment' },
    });
    expect((await merchant.payment(payment.id)).timeline.map(({ kind }) => kind)).not.toContain('payment_cancelled');
    expect((await merchant.cart(member)).paylines).toHaveLength(1);
  },
);

test.concurrent(
  'cancelling the run of a payment that PayPal holds does not cancel it: the money may come yet',
  async () => {
    const { merchant, payment, handle } = await openPayment();
    const { txnId } = await payAs(merchant, payment, 'bruno');
    await untilStatus(merchant, payment.id, 'processing');
    await handle.cancel();
    await call(world.simulator.url, null, 'POST', `/control/payments/${txnId}/events`, { status: 'Completed' });

    expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ reason: null, captured: 3000 });
  },
);

test.concurrent(
  'a payment can be cancelled while a message about it is being verified; the money, when it proves true, is late and not lost',
  async () => {
    const { merchant, member, payment } = await openPayment();
    unanswered.add(merchant.seller.id);
    await deliver(merchant, ipn(merchant, payment));
    await eventually(
      () => merchant.notifications(),
      ([message]) => (message?.attempts ?? 0) > 0,
    );
    expect((await merchant.post<{ status: string }>(`/v1/payments/${payment.id}/cancel`)).body.status).toBe(
      'cancelled',
    );

    unanswered.delete(merchant.seller.id);
    expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ reason: 'late_payment', captured: 3000 });
    expect((await merchant.cart(member)).paylines).toHaveLength(1);
  },
);
