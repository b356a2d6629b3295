import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { COMPENSATIONS } from '../../workflows/domain/compensations';
import type { TaskKind } from '../../workflows/domain/turn';
import { brokenInvariants } from '../support/audit';
import { eventually, Merchant, net, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import {
  connectCheckout,
  control,
  kkiapayMerchant,
  payByOrder,
  payByWidget,
  payInWidget,
  visit,
} from '../support/gateways';
import { holdFacts } from '../support/gate';
import { payAs } from '../support/paypal';
import { startWorkerProcess } from '../support/processes';
import { untilQuiet } from '../support/quiet';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

// Temporal gives a dead worker ten seconds before it hands its task to another.

/** Which test kills a worker at this step; a step that only asks has nothing to undo. */
const KILLED: Readonly<Record<TaskKind, { readonly file: string; readonly test: string } | 'only asks'>> = {
  verification: { file: 'killed', test: 'a worker is killed while it waits for PayPal' },
  opening: { file: '../activities/open-checkout', test: 'a worker that died while it asked' },
  capture: { file: 'refund-killed', test: 'a worker is killed while the money that was approved is being booked' },
  lookup: 'only asks',
  watch: 'only asks',
  refund: { file: 'refund-killed', test: 'is killed with %s: another goes on, and it is given back once' },
  refund_watch: { file: 'refund-killed', test: 'a worker is killed while a refund is on its way' },
  refund_check: 'only asks',
};

test('every step that moves money has a test that kills a worker at it', () => {
  for (const kind of Object.keys(COMPENSATIONS) as TaskKind[]) {
    const killed = KILLED[kind];
    if (killed === 'only asks') continue;
    const source = readFileSync(path.join(__dirname, `${killed.file}.test.ts`), 'utf8');
    expect(source.replaceAll(`test: '${killed.test}'`, '')).toContain(killed.test);
  }
});

/** A world of its own for each story: each kills its own worker. */
async function inWorld(story: (world: World) => Promise<void>): Promise<void> {
  const world = await startWorld({ workers: 0 });
  try {
    await story(world);
    expect(await brokenInvariants(world)).toEqual({});
  } finally {
    await world.stop();
  }
}

interface Paid {
  readonly merchant: Merchant;
  readonly member: string;
  readonly payment: PaymentView;
}

/** 50 and 20 in EUR, paid by an order. */
async function payByCheckout(world: World): Promise<Paid> {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  const member = await merchant.member([
    ['fee', 5000],
    ['outing', 2000],
  ]);
  return { merchant, member, payment: await payByOrder(merchant, member) };
}

/** 7000 francs, paid by mobile money; KKiaPay knows no key of a refund. */
async function payByKkiapay(world: World): Promise<Paid> {
  const merchant = await kkiapayMerchant(world);
  const member = await merchant.member([
    ['fee', 5000],
    ['outing', 2000],
  ]);
  return { merchant, member, payment: await payByWidget(merchant, member) };
}

async function expectGivenBackOnce({ merchant, payment }: Paid): Promise<void> {
  await eventually(
    () => merchant.payment(payment.id),
    ({ status }) => status === 'refunded',
    180_000,
  );
  const refunds = await merchant.get<{ data: { status: string }[] }>(`/v1/payments/${payment.id}/refunds`);
  expect(refunds.body.data).toMatchObject([{ status: 'succeeded', amount: 7000 }]);
  const entries = await merchant.entries(payment.id);
  expect(entries.filter(({ kind }) => kind === 'payment_refunded')).toHaveLength(1);
  expect(net(entries, 'income:fee')).toBe(0);
}

const STEPS = [
  ['the wish in its hands', 'refund_requested'],
  ["the gateway's answer in its hands", 'payment_refunded'],
] as const;
const GATEWAYS = [
  ['PayPal Checkout', payByCheckout],
  ['KKiaPay', payByKkiapay],
] as const;

test.concurrent.each(
  GATEWAYS.flatMap(([gateway, pay]) => STEPS.map(([step, fact]) => [gateway, step, fact, pay] as const)),
)(
  'a worker that gives money back through %s is killed with %s: another goes on, and it is given back once',
  (_gateway, _step, fact, pay) =>
    inWorld(async (world) => {
      const first = await startWorkerProcess(world);
      const paid = await pay(world);
      const gate = await holdFacts(world, fact);
      const asked = paid.merchant.post(`/v1/payments/${paid.payment.id}/refunds`);
      await gate.arrival();
      await first.kill();
      await gate.turnAway();
      await gate.close();
      await world.startWorker();
      expect((await asked).status).toBe(201);
      await expectGivenBackOnce(paid);
    }),
);

test.concurrent.each(STEPS)(
  'a worker that cancels a charge with its refund is killed with %s: both are done, once',
  (_step, fact) =>
    inWorld(async (world) => {
      const first = await startWorkerProcess(world);
      const { merchant, member, payment } = await payByCheckout(world);
      const outing = (await merchant.cart(member)).charges.find(({ category }) => category === 'outing')?.id;
      const gate = await holdFacts(world, fact);
      const asked = merchant.post(`/v1/payments/${payment.id}/refunds`, { cancelCharges: [outing] });
      await gate.arrival();
      await first.kill();
      expect(await merchant.cart(member)).toMatchObject({ due: 0, charges: [{ paid: 5000 }, { paid: 2000 }] });
      await gate.turnAway();
      await gate.close();
      await world.startWorker();
      await asked;
      await eventually(
        () => merchant.payment(payment.id),
        ({ status }) => status === 'partially_refunded',
        180_000,
      );
      const kinds = (await merchant.entries(payment.id)).map(({ kind }) => kind);
      for (const once of ['charge_cancelled', 'payment_refunded'])
        expect(kinds.filter((kind) => kind === once)).toHaveLength(1);
      expect(await merchant.cart(member)).toMatchObject({ due: 0, credit: 0, balance: 0 });
    }),
);

/** A payment that we closed, of a merchant who gives late money back, and its payer who pays all the same. */
interface Closed extends Paid {
  comesLate(): Promise<unknown>;
}

/** 30.00 EUR, expired; PayPal's NVP may have forgotten the key of a refund. */
async function expireAtPaypal(world: World): Promise<Closed> {
  const nvp = { username: randomUUID(), password: 'api-pass', signature: 'api-sig' };
  const merchant = await Merchant.create(world, { latePayments: 'refund' }, { nvp });
  const member = await merchant.member([['fee', 3000]]);
  const payment = await merchant.pay(member, { expiresInMs: 1000 });
  await untilStatus(merchant, payment.id, 'expired');
  return { merchant, member, payment, comesLate: () => payAs(merchant, payment) };
}

/** 3000 francs, cancelled. */
async function cancelAtKkiapay(world: World): Promise<Closed> {
  const merchant = await kkiapayMerchant(world, { latePayments: 'refund' });
  const member = await merchant.member([['fee', 3000]]);
  const payment = await merchant.pay(member, { gateway: 'kkiapay' });
  await merchant.post(`/v1/payments/${payment.id}/cancel`);
  const comesLate = async () => visit((await payInWidget(merchant, payment)).callbackUrl);
  return { merchant, member, payment, comesLate };
}

async function expectLateMoneyGivenBackOnce({ merchant, member, payment }: Paid): Promise<void> {
  await eventually(
    () => merchant.payment(payment.id),
    ({ status }) => status === 'refunded',
    180_000,
  );
  await untilQuiet(merchant); // the gateway's own message about it is no second refund
  expect(await merchant.payment(payment.id)).toMatchObject({ attention: null, refundable: 0 });
  const refunds = await merchant.get<{ data: unknown[] }>(`/v1/payments/${payment.id}/refunds`);
  expect(refunds.body.data).toMatchObject([{ status: 'succeeded', origin: 'policy', amount: 3000 }]);
  const entries = await merchant.entries(payment.id);
  expect(net(entries, 'suspense')).toBe(0);
  expect(entries.map(({ kind }) => kind).filter((kind) => kind !== 'fee_charged')).toEqual(
    expect.arrayContaining(['payment_suspended', 'suspense_refunded']),
  );
  expect(entries.filter(({ kind }) => kind !== 'fee_charged')).toHaveLength(2);
  expect(await merchant.cart(member)).toMatchObject({ due: 3000, paylines: [] });
}

/** Where a worker can die that gives late money back. `fact`: what it is about to write then. */
const LATE_STEPS: readonly {
  readonly step: string;
  readonly fact: 'refund_requested' | 'payment_refunded';
  readonly itsTransaction: 'turnAway' | 'open';
}[] = [
  // One transaction books the late money and records the wish: there is no line between the two.
  { step: 'the late money and the wish in its hands', fact: 'refund_requested', itsTransaction: 'turnAway' },
  { step: 'the wish recorded and the gateway not asked', fact: 'refund_requested', itsTransaction: 'open' },
  { step: "the gateway's answer in its hands", fact: 'payment_refunded', itsTransaction: 'turnAway' },
  { step: 'the answer recorded and nobody told', fact: 'payment_refunded', itsTransaction: 'open' },
];

test.concurrent.each(LATE_STEPS)(
  'a worker that gives late money back is killed with $step: another goes on, and it is given back once',
  ({ fact, itsTransaction }) =>
    inWorld(async (world) => {
      const first = await startWorkerProcess(world);
      const closed = await Promise.all([expireAtPaypal(world), cancelAtKkiapay(world)]);
      const gate = await holdFacts(world, fact);
      await Promise.all(closed.map(({ comesLate }) => comesLate()));
      await gate.arrival(closed.length);
      await first.kill();
      await gate[itsTransaction]();
      await gate.close();
      await world.startWorker();
      await Promise.all(closed.map(expectLateMoneyGivenBackOnce));
    }),
);

test.concurrent(
  'a worker is killed after the gateway has given late money back and before it could say so: it is given back once',
  () =>
    inWorld(async (world) => {
      const first = await startWorkerProcess(world);
      const closed = await Promise.all([expireAtPaypal(world), cancelAtKkiapay(world)]);
      for (const where of ['nvp', 'kkiapay_revert'])
        await control(world, 'POST', '/misbehave', { where, mode: 'timeout', times: 1, afterActing: true });
      await Promise.all(closed.map(({ comesLate }) => comesLate()));
      await eventually(
        () => control<{ data: unknown[] }>(world, 'GET', '/misbehave'),
        ({ data }) => data.length === 0,
      );
      await first.kill();
      await world.startWorker();
      await Promise.all(closed.map(expectLateMoneyGivenBackOnce));
    }),
);

test.concurrent(
  'a worker is killed while the money that was approved is being booked: it is taken and booked once',
  () =>
    inWorld(async (world) => {
      const first = await startWorkerProcess(world);
      const gate = await holdFacts(world, 'payment_captured');
      const paying = payByCheckout(world);
      await gate.arrival();
      await first.kill();
      await gate.turnAway();
      await gate.close();
      await world.startWorker();
      const { merchant, payment } = await paying;
      expect((await merchant.entries(payment.id)).filter(({ kind }) => kind === 'payment_captured')).toHaveLength(1);
    }),
);

test.concurrent('a worker is killed while a refund is on its way: another asks on, and it is given back once', () =>
  inWorld(async (world) => {
    const first = await startWorkerProcess(world);
    const paid = await payByKkiapay(world);
    await control(world, 'POST', '/kkiapay/next', { call: 'revert', refusal: 'INSUFFICIENT_FUND' });
    const { body } = await paid.merchant.post<{ id: string; status: string }>(
      `/v1/payments/${paid.payment.id}/refunds`,
    );
    expect(body.status).toBe('pending');
    await first.kill();
    await world.startWorker();
    expect((await paid.merchant.post(`/v1/refunds/${body.id}/retry`)).status).toBe(200);
    await expectGivenBackOnce(paid);
  }),
);
