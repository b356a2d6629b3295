import { brokenInvariants } from '../support/audit';
import { listenIn } from '../support/asked';
import { eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { approveAs, connectCheckout, control, orderOf, visit } from '../support/gateways';
import { untilQuiet } from '../support/quiet';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

/** Captures that reach PayPal, by order; while an order is held its answer waits. */
const captures: string[] = [];
/** Questions about captured money. */
let questions = 0;
const held = new Map<string, Promise<void>>();
const listener = listenIn(async (url) => {
  if (url.includes('/v2/payments/captures/')) questions += 1;
  const order = /\/orders\/(\w+)\/capture$/.exec(url)?.[1];
  if (order === undefined) return undefined;
  captures.push(order);
  await held.get(order);
  return undefined;
});

let world: World;
beforeAll(async () => {
  world = await startWorld({ fetch: listener.fetch });
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

async function openPayment(over: Record<string, unknown> = {}) {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  const member = await merchant.member([['fee', 3000]]);
  const payment = await merchant.pay(member, { gateway: 'paypal-checkout', ...over });
  return { merchant, member, payment, order: orderOf(payment) };
}
const capturesOf = (order: string) => captures.filter((captured) => captured === order).length;

test('what PayPal says of money that we have just taken is known, and costs no question', async () => {
  const { merchant, payment } = await openPayment();
  await visit(await approveAs(merchant, payment));
  await untilStatus(merchant, payment.id, 'paid');
  await untilQuiet(merchant);
  const last = await eventually(
    () => merchant.notifications(),
    (all) => all.length === 3 && all.every(({ state }) => state !== 'received'),
  );
  expect(last.map(({ state }) => state).sort()).toEqual(['applied', 'duplicate', 'duplicate']);
  expect(questions).toBe(0);
});

test.concurrent('a payer who approves and closes the tab is charged once, by the webhook that says so', async () => {
  const { merchant, payment, order } = await openPayment();
  expect(await approveAs(merchant, payment, 'hana')).toBeNull();
  await untilStatus(merchant, payment.id, 'paid');
  await untilQuiet(merchant);
  expect(capturesOf(order)).toBe(1);
});

test.concurrent('an approval that nobody told us about is found before the payment would expire', async () => {
  const { merchant, payment, order } = await openPayment({ expiresInMs: 6000 });
  const returnUrl = await approveAs(merchant, payment, 'ivan'); // its webhook is lost, and the browser never comes back
  expect(returnUrl).not.toBeNull();
  const paid = await untilStatus(merchant, payment.id, 'paid', 'expired');
  expect(paid).toMatchObject({ status: 'paid', reason: null, captured: 3000 });
  expect(capturesOf(order)).toBe(1);
});

test.concurrent(
  'an order that nobody approved expires without a capture, and an approval afterwards is not charged',
  async () => {
    const { merchant, payment, order } = await openPayment({ expiresInMs: 1500 });
    await untilStatus(merchant, payment.id, 'expired');
    await visit(await approveAs(merchant, payment));
    const settled = await untilQuiet(merchant);
    expect(new Set(settled.map(({ state, reason }) => `${state} ${reason}`))).toEqual(
      new Set(['applied payment_closed']),
    );
    expect([capturesOf(order), (await merchant.payment(payment.id)).status]).toEqual([0, 'expired']);
  },
);

test.concurrent(
  'a declined card sends the payer back for another try, which is charged under a key of its own',
  async () => {
    const { merchant, payment, order } = await openPayment();
    await visit(await approveAs(merchant, payment, 'denis'));
    const again = await eventually(
      () => merchant.payment(payment.id),
      ({ timeline }) => timeline.some(({ kind }) => kind === 'attempt_failed'),
    );
    expect(again).toMatchObject({
      status: 'awaiting_payer',
      reason: 'instrument_declined',
      nextAction: { kind: 'redirect' },
    });
    await visit(await approveAs(merchant, payment, 'denis'));
    const paid = await untilStatus(merchant, payment.id, 'paid');
    expect(paid.timeline.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['attempt_failed', 'payment_captured']),
    );
    expect((await merchant.entries(payment.id)).filter(({ kind }) => kind === 'payment_captured')).toHaveLength(1);
    expect(capturesOf(order)).toBeGreaterThanOrEqual(2);
  },
);

test.concurrent(
  'a payer whose card is declined and who does not come back is asked for nothing more: the payment expires',
  async () => {
    const { merchant, payment, order } = await openPayment({ expiresInMs: 4000 });
    await visit(await approveAs(merchant, payment, 'denis'));
    expect(await untilStatus(merchant, payment.id, 'expired')).toMatchObject({ captured: 0 });
    await untilQuiet(merchant);
    expect(capturesOf(order)).toBeLessThanOrEqual(4); // by return, by webhook, and once at the deadline; each may be looked at again
  },
);

test.concurrent('while the money is being taken the payment cannot be cancelled: it is paid', async () => {
  const { merchant, payment, order } = await openPayment();
  let letGo = (): void => undefined;
  held.set(order, new Promise((resolve) => (letGo = resolve)));
  await visit(await approveAs(merchant, payment, 'ivan'));
  await eventually(
    async () => capturesOf(order),
    (count) => count > 0,
  );
  const cancelling = merchant.post<{ code: string }>(`/v1/payments/${payment.id}/cancel`);
  await eventually(
    async () => (await world.db.sql.query('SELECT FROM commands WHERE payment_id = $1', [payment.id])).rowCount,
    (count) => count === 1,
  );
  letGo();
  const { status, body } = await cancelling;
  expect([status, ['payment_processing', 'already_paid'].includes(body.code)]).toEqual([409, true]);
  await untilStatus(merchant, payment.id, 'paid');
});

test.concurrent('of two payments, the order that a browser brings to the wrong page pays its own payment', async () => {
  const { merchant, member, payment } = await openPayment();
  const other = await merchant.pay(member, { gateway: 'paypal-checkout', amount: 700 });
  await approveAs(merchant, other, 'ivan');
  await visit(`${world.baseUrl}/return/${payment.id}?token=${orderOf(other)}`);
  await untilStatus(merchant, other.id, 'paid');
  expect((await merchant.payment(payment.id)).status).toBe('awaiting_payer');
});

test.concurrent('a payer who comes back too early and then approves is charged when they come back again', async () => {
  const { merchant, payment, order } = await openPayment();
  await visit(`${world.baseUrl}/return/${payment.id}?token=${order}`);
  await eventually(
    () => merchant.notifications(),
    ([first]) => first?.state === 'invalid',
  );
  await visit(`${world.baseUrl}/return/${payment.id}?token=${order}`);
  await eventually(
    () => merchant.notifications(),
    ([first]) => first?.state === 'invalid',
  );
  await visit(await approveAs(merchant, payment, 'ivan'));
  await untilStatus(merchant, payment.id, 'paid');
});

test.concurrent(
  'money that PayPal holds is processing, is asked about by itself, and is paid when PayPal lets go of it',
  async () => {
    const { merchant, payment } = await openPayment();
    await visit(await approveAs(merchant, payment, 'bruno'));
    expect(await untilStatus(merchant, payment.id, 'processing')).toMatchObject({
      reason: 'echeck',
      captured: 0,
      fee: 0,
    });
    const lost = await merchant.post<PaymentView>(`/v1/payments/${payment.id}/cancel`);
    expect(lost.status).toBe(409);
    await control(world, 'POST', `/paypal-checkout/captures/${payment.id}/events`, { kind: 'complete' });
    expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000, fee: 127 });
  },
);
