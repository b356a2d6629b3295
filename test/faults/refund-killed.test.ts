import { readFileSync } from 'node:fs';
import path from 'node:path';
import { COMPENSATIONS } from '../../workflows/domain/compensations';
import type { TaskKind } from '../../workflows/domain/turn';
import { brokenInvariants } from '../support/audit';
import { eventually, Merchant, net, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { approveAs, connectCheckout, control, kkiapayMerchant, payInWidget, visit } from '../support/gateways';
import { holdFacts } from '../support/gate';
import { startWorkerProcess } from '../support/processes';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

// Temporal gives a dead worker ten seconds before it hands its task to another.
jest.setTimeout(240_000);

/** Which test kills a worker at this step; a step that only asks has nothing to undo. */
const KILLED: Readonly<Record<TaskKind, { readonly file: string; readonly test: string } | 'only asks'>> = {
  verification: { file: 'killed', test: 'a worker is killed while it waits for PayPal' },
  opening: { file: '../activities/open-checkout', test: 'a worker that died while it asked' },
  capture: { file: 'refund-killed', test: 'a worker is killed while the money that was approved is being booked' },
  lookup: 'only asks',
  watch: 'only asks',
  refund: { file: 'refund-killed', test: 'is killed with %s: another goes on' },
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
  const opened = await merchant.pay(member, { gateway: 'paypal-checkout' });
  const payment = await eventually(
    () => merchant.payment(opened.id),
    ({ status }) => status === 'awaiting_payer',
  );
  await visit(await approveAs(merchant, payment));
  return { merchant, member, payment: await untilStatus(merchant, payment.id, 'paid') };
}

/** 7000 francs, paid by mobile money; KKiaPay knows no key of a refund. */
async function payByKkiapay(world: World): Promise<Paid> {
  const merchant = await kkiapayMerchant(world);
  const member = await merchant.member([
    ['fee', 5000],
    ['outing', 2000],
  ]);
  const payment = await merchant.pay(member, { gateway: 'kkiapay' });
  await visit((await payInWidget(merchant, payment)).callbackUrl);
  return { merchant, member, payment: await untilStatus(merchant, payment.id, 'paid') };
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

describe.each(GATEWAYS)('a worker that gives money back through %s', (_gateway, pay) => {
  test.concurrent.each(STEPS)('is killed with %s: another goes on, and it is given back once', (_step, fact) =>
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
});

test.concurrent('a worker is killed while a charge is cancelled with its refund: both are done, once', () =>
  inWorld(async (world) => {
    const first = await startWorkerProcess(world);
    const { merchant, member, payment } = await payByCheckout(world);
    const outing = (await merchant.cart(member)).charges.find(({ category }) => category === 'outing')?.id;
    const gate = await holdFacts(world, 'payment_refunded');
    const asked = merchant.post(`/v1/payments/${payment.id}/refunds`, { cancelCharges: [outing] });
    await gate.arrival();
    await first.kill();
    await gate.turnAway();
    await gate.close();
    await world.startWorker();
    await asked;
    await eventually(
      () => merchant.payment(payment.id),
      ({ status }) => status === 'partially_refunded',
      180_000,
    );
    expect(await merchant.cart(member)).toMatchObject({ due: 0, credit: 0, balance: 0 });
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
