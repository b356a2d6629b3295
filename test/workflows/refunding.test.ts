import { randomUUID } from 'node:crypto';
import { sendCommand } from '../../api/desks/commanding';
import { storeCommand } from '../../books/commands';
import { planLooks } from '../../books/outbox';
import { inTransaction } from '../../books/sql';
import { createRuns } from '../../outbox/runs';
import { newId } from '../../platform/ids';
import { brokenInvariants } from '../support/audit';
import { eventually, Merchant, net, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import {
  approveAs,
  captureOf,
  connectCheckout,
  control,
  kkiapayMerchant,
  payInWidget,
  visit,
} from '../support/gateways';
import { payAs } from '../support/paypal';
import { untilQuiet } from '../support/quiet';
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

interface RefundView {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly amount: number;
  readonly origin: string;
  readonly cancelledCharges: readonly string[];
  readonly code?: string;
  readonly refundable?: number;
}

const refund = (merchant: Merchant, { id }: PaymentView, wish: object = {}) =>
  giveBack(merchant, `/v1/payments/${id}/refunds`, wish);
/** Asks for a refund. The API has a short patience, and on a busy machine the gateway may answer after it: then it is asked what came of it. */
async function giveBack(merchant: Merchant, path: string, wish: object = {}) {
  const asked = await merchant.post<RefundView>(path, wish);
  if (asked.body.reason !== 'awaiting_gateway') return asked;
  const { body } = await eventually(
    () => merchant.get<RefundView>(`/v1/refunds/${asked.body.id}`),
    (known) => known.body.reason !== 'awaiting_gateway',
  );
  return { ...asked, body };
}
const refundsOf = async (merchant: Merchant, { id }: PaymentView) =>
  (await merchant.get<{ data: RefundView[] }>(`/v1/payments/${id}/refunds`)).body.data;

/** A payment of 50.00 and 20.00, paid by PayPal Checkout. */
async function paidByCheckout(over: Record<string, unknown> = {}) {
  const merchant = await Merchant.create(world, over);
  await connectCheckout(merchant);
  const member = await merchant.member([
    ['fee', 5000],
    ['outing', 2000],
  ]);
  const payment = await merchant.pay(member, { gateway: 'paypal-checkout' });
  await visit(await approveAs(merchant, payment));
  const paid = await untilStatus(merchant, payment.id, 'paid');
  const capture = paid.timeline.find(({ kind }) => kind === 'payment_captured')?.gatewayReference ?? '';
  return { merchant, member, payment: paid, capture };
}

test.concurrent('a refund gives all of it back: income is undone, the charges are due again', async () => {
  const { merchant, member, payment } = await paidByCheckout();
  const { status, body } = await refund(merchant, payment, { note: 'moved away' });
  expect({ status, body }).toMatchObject({
    status: 201,
    body: { status: 'succeeded', amount: 7000, origin: 'merchant', note: 'moved away', reason: null },
  });

  expect(await merchant.payment(payment.id)).toMatchObject({
    status: 'refunded',
    refunded: 7000,
    refundable: 0,
    attention: null,
  });
  const entries = await merchant.entries(payment.id);
  expect(net(entries, 'income:fee')).toBe(0);
  expect(net(entries, 'income:outing')).toBe(0);
  expect(await merchant.cart(member)).toMatchObject({
    due: 7000,
    credit: 0,
    paylines: [
      { amount: 7000, kind: 'payment' },
      { amount: -7000, kind: 'refund' },
    ],
  });

  await untilQuiet(merchant); // PayPal's own message about it is no second refund
  expect(await refundsOf(merchant, payment)).toMatchObject([{ id: body.id, status: 'succeeded' }]);
  expect(await refund(merchant, payment)).toMatchObject({ status: 409, body: { code: 'nothing_to_refund' } });
});

test.concurrent('a part, then more than is left, then the rest', async () => {
  const { merchant, member, payment } = await paidByCheckout();
  expect(await refund(merchant, payment, { amount: 3000 })).toMatchObject({
    status: 201,
    body: { status: 'succeeded' },
  });
  expect(await merchant.payment(payment.id)).toMatchObject({
    status: 'partially_refunded',
    refunded: 3000,
    refundable: 4000,
  });
  // The newest allocation is undone first.
  expect((await merchant.cart(member)).charges).toMatchObject([
    { paid: 4000, status: 'partly_paid' },
    { paid: 0, status: 'open' },
  ]);

  expect(await refund(merchant, payment, { amount: 4001 })).toMatchObject({
    status: 409,
    body: { code: 'amount_not_refundable', refundable: 4000 },
  });
  expect(await refund(merchant, payment)).toMatchObject({ status: 201, body: { status: 'succeeded', amount: 4000 } });
  expect(await merchant.payment(payment.id)).toMatchObject({ status: 'refunded', refunded: 7000 });
});

test.concurrent('a charge that does not take place is cancelled with its refund, and owed no more', async () => {
  const { merchant, member, payment } = await paidByCheckout();
  const outing = (await merchant.cart(member)).charges.find(({ category }) => category === 'outing')?.id;
  const preview = await merchant.get<{ entries: { kind: string }[] }>(
    `/v1/payments/${payment.id}/refund-preview?cancelCharges=${outing}`,
  );
  expect(preview.body).toMatchObject({
    possible: true,
    code: null,
    amount: 2000,
    payerReceives: 2000,
    chargesDueAgain: [],
    creditReduced: 0,
  });

  const { body } = await refund(merchant, payment, { cancelCharges: [outing] });
  expect(body).toMatchObject({ status: 'succeeded', amount: 2000, cancelledCharges: [outing] });
  expect(await merchant.cart(member)).toMatchObject({
    due: 0,
    credit: 0,
    balance: 0,
    charges: [{ status: 'paid' }, { status: 'cancelled', paid: 0 }],
  });
  const kinds = (await merchant.entries(payment.id)).map(({ kind }) => kind);
  expect(preview.body.entries.map(({ kind }) => kind)).toEqual(['charge_cancelled', 'payment_refunded']);
  expect(kinds).toEqual(expect.arrayContaining(['charge_cancelled', 'payment_refunded']));
});

test.concurrent('twenty who ask at once give the money back once', async () => {
  const { merchant, payment } = await paidByCheckout();
  const answers = await Promise.all(Array.from({ length: 20 }, () => refund(merchant, payment)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  await eventually(
    () => merchant.payment(payment.id),
    ({ status }) => status === 'refunded',
  );
  expect(await refundsOf(merchant, payment)).toHaveLength(1);
});

test.concurrent('a refund made at PayPal is adopted, once', async () => {
  const { merchant, member, payment, capture } = await paidByCheckout();
  await control(world, 'POST', `/paypal-checkout/captures/${capture}/events`, { kind: 'refund', amount: '20.00' });
  await untilStatus(merchant, payment.id, 'partially_refunded');
  await untilQuiet(merchant);
  expect(await refundsOf(merchant, payment)).toMatchObject([{ status: 'succeeded', amount: 2000, origin: 'gateway' }]);
  expect((await merchant.cart(member)).due).toBe(2000);
});

// What PayPal's next answer is to be holds for the next who asks: those that run beside each other have ended.
test('a refund that PayPal has not carried out is pending, books nothing, and is done by a later look', async () => {
  const { merchant, payment, capture } = await paidByCheckout();
  await control(world, 'POST', '/paypal-checkout/next', { call: 'refund', status: 'PENDING' });
  const { body } = await refund(merchant, payment);
  expect(body).toMatchObject({ status: 'pending' });
  expect((await merchant.entries(payment.id)).map(({ kind }) => kind)).not.toContain('payment_refunded');
  expect(await refund(merchant, payment)).toMatchObject({ status: 409, body: { code: 'refund_in_flight' } });
  await control(world, 'POST', `/paypal-checkout/captures/${capture}/events`, {
    kind: 'settle_refund',
    status: 'COMPLETED',
  });
  await untilStatus(merchant, payment.id, 'refunded');
  expect(await refundsOf(merchant, payment)).toMatchObject([{ id: body.id, status: 'succeeded' }]);
});

test('KKiaPay gives a payment back whole, and nothing less', async () => {
  const merchant = await kkiapayMerchant(world);
  const member = await merchant.member([['cotisation', 5000]]);
  const payment = await merchant.pay(member, { gateway: 'kkiapay' });
  await visit((await payInWidget(merchant, payment)).callbackUrl);
  await untilStatus(merchant, payment.id, 'paid');
  expect(await refund(merchant, payment, { amount: 2000 })).toMatchObject({
    status: 409,
    body: { code: 'partial_refund_not_supported' },
  });
  expect(await refund(merchant, payment)).toMatchObject({ status: 201, body: { status: 'succeeded', amount: 5000 } });
  expect(await merchant.payment(payment.id)).toMatchObject({ status: 'refunded', refunded: 5000 });
  expect((await merchant.cart(member)).due).toBe(5000);
});

/** A payment of 5000 francs, paid by mobile money. */
async function paidByKkiapay(over: Record<string, unknown> = {}) {
  const merchant = await kkiapayMerchant(world, over);
  const member = await merchant.member([['cotisation', 5000]]);
  const payment = await merchant.pay(member, { gateway: 'kkiapay' });
  await visit((await payInWidget(merchant, payment)).callbackUrl);
  return { merchant, member, payment: await untilStatus(merchant, payment.id, 'paid') };
}

/** What is being recorded at this moment is left to the next time, as it is by the upkeep. */
const lookUntil = (merchant: Merchant, { id }: PaymentView, status: string) =>
  eventually(
    async () => {
      await planLooks(world.db, ['kkiapay'], [0, 72]);
      return merchant.payment(id);
    },
    (payment) => payment.status === status,
  );

test('a refund waits for the merchant’s balance, is asked for anew by a person, and done', async () => {
  const { merchant, payment } = await paidByKkiapay();
  await control(world, 'POST', '/kkiapay/next', { call: 'revert', refusal: 'INSUFFICIENT_FUND' });
  const { body } = await refund(merchant, payment);
  expect(body).toMatchObject({ status: 'pending', reason: 'insufficient_fund' });
  expect(await merchant.payment(payment.id)).toMatchObject({
    status: 'paid',
    attention: { code: 'refund_waits_for_funds' },
  });

  expect(await merchant.post(`/v1/refunds/${body.id}/retry`)).toMatchObject({ status: 200 });
  await untilStatus(merchant, payment.id, 'refunded');
  expect(await merchant.payment(payment.id)).toMatchObject({ attention: null });
  expect(await merchant.post(`/v1/refunds/${body.id}/retry`)).toMatchObject({
    status: 409,
    body: { code: 'refund_settled' },
  });
});

test('a retry whose answer was lost, and of which a later run is told again, is answered as it was obeyed', async () => {
  const { merchant, payment } = await paidByKkiapay();
  await control(world, 'POST', '/kkiapay/next', { call: 'revert', refusal: 'INSUFFICIENT_FUND' });
  const { body } = await refund(merchant, payment);
  const order = { kind: 'retry_refund', refundId: body.id } as const;
  const command = { id: newId('cmd'), paymentId: payment.id, order };
  await inTransaction(world.db, (tx) => storeCommand(tx, command, {}, 60_000));
  const runs = createRuns(world.temporal, { taskQueue: world.taskQueue });
  const answers: unknown[] = [];
  const tellTwice: typeof runs.command = async (given) => {
    answers.push(await runs.command(given));
    const run = world.temporal.workflow.getHandle(`payment-${payment.id}`);
    await run.result();
    await runs.wake(payment.id); // a gateway's message does the same
    await run.result();
    const second = await runs.command(given);
    answers.push(second);
    return second;
  };
  const told = await sendCommand({ db: world.db, runs: { ...runs, command: tellTwice } }, command.id);
  expect(answers).toEqual([{ outcome: 'accepted' }, { outcome: 'rejected', reason: 'refund_settled' }]);
  expect(told).toEqual({ outcome: 'accepted' });
});

test('a refund that waits is given up, and nothing was given back', async () => {
  const { merchant, payment } = await paidByKkiapay();
  await control(world, 'POST', '/kkiapay/next', { call: 'revert', refusal: 'INSUFFICIENT_FUND' });
  const { body } = await refund(merchant, payment);
  expect(body).toMatchObject({ status: 'pending', reason: 'insufficient_fund' });
  expect(await merchant.post(`/v1/refunds/${body.id}/cancel`)).toMatchObject({
    body: { status: 'failed', reason: 'given_up' },
    status: 200,
  });
  expect(await merchant.payment(payment.id)).toMatchObject({ status: 'paid', refunded: 0, refundable: 5000 });
});

test('unmatched money is given back, once', async () => {
  const merchant = await kkiapayMerchant(world);
  const member = await merchant.member([['cotisation', 5000]]);
  const payment = await merchant.pay(member, { gateway: 'kkiapay' });
  const { data: _data, partnerId: _partnerId, ...params } = payment.nextAction?.params ?? {};
  await payInWidget(merchant, { ...payment, nextAction: { ...payment.nextAction!, params } });
  const [message] = await eventually(
    () => merchant.notifications('&state=unmatched'),
    (found) => found.length === 1,
  );
  const path = `/v1/notifications/${message?.id}/refunds`;
  expect(await giveBack(merchant, path)).toMatchObject({
    status: 201,
    body: { status: 'succeeded', payment: null, notification: message?.id, amount: 5000 },
  });
  expect(net(await merchant.entries(), 'suspense')).toBe(0);
  expect((await merchant.entries()).map(({ kind }) => kind)).toContain('suspense_refunded');
  expect(await merchant.post(path)).toMatchObject({ status: 409, body: { code: 'nothing_to_refund' } });
});

test('unmatched money that names no invoice, so that nothing of it can be searched for, is given back', async () => {
  const nvp = { username: randomUUID(), password: 'api-pass', signature: 'api-sig' };
  const merchant = await Merchant.create(world, {}, { nvp });
  const payment = await merchant.pay(await merchant.member([['cotisation', 5000]]));
  const { invoice: _invoice, custom: _custom, ...fields } = payment.nextAction?.fields ?? {};
  await payAs(merchant, { ...payment, nextAction: { ...payment.nextAction!, fields } });
  const [message] = await eventually(
    () => merchant.notifications('&state=unmatched'),
    (found) => found.length === 1,
  );
  expect(await giveBack(merchant, `/v1/notifications/${message?.id}/refunds`)).toMatchObject({
    status: 201,
    body: { status: 'succeeded', amount: 5000 },
  });
});

interface DisputeView {
  readonly id: string;
  readonly status: string;
}
const disputesOf = async (merchant: Merchant, { id }: PaymentView) =>
  (await merchant.get<{ data: DisputeView[] }>(`/v1/disputes?payment=${id}`)).body.data;

test.concurrent('a case is opened, money is held, and the case is lost', async () => {
  const { merchant, member, payment, capture } = await paidByCheckout();
  const happens = (event: object) => control(world, 'POST', `/paypal-checkout/captures/${capture}/events`, event);
  await happens({ kind: 'dispute' });
  await untilStatus(merchant, payment.id, 'disputed');
  expect(await refund(merchant, payment)).toMatchObject({ status: 409, body: { code: 'payment_disputed' } });
  await happens({ kind: 'reverse' });
  await eventually(
    () => merchant.payment(payment.id),
    ({ disputed }) => disputed === 7000,
  );
  expect((await merchant.cart(member)).due).toBe(0);

  await happens({ kind: 'lose' });
  const lost = await untilStatus(merchant, payment.id, 'charged_back');
  expect(lost).toMatchObject({ disputed: 0, chargedBack: 7000, attention: { code: 'dispute_lost' } });
  expect(await disputesOf(merchant, payment)).toMatchObject([{ status: 'lost', held: 0, lost: 7000 }]);
  expect((await merchant.cart(member)).due).toBe(7000);
  expect(await merchant.post(`/v1/payments/${payment.id}/resolution`, { action: 'accept' })).toMatchObject({
    status: 200,
    body: { attention: null },
  });
});

test.concurrent('a case under which money was held is won: it comes back, and the payment is paid', async () => {
  const { merchant, payment, capture } = await paidByCheckout();
  const happens = (event: object) => control(world, 'POST', `/paypal-checkout/captures/${capture}/events`, event);
  await happens({ kind: 'dispute' });
  await happens({ kind: 'reverse' });
  await eventually(
    () => merchant.payment(payment.id),
    ({ disputed }) => disputed === 7000,
  );
  await happens({ kind: 'win' });
  await untilStatus(merchant, payment.id, 'paid');
  expect(await disputesOf(merchant, payment)).toMatchObject([{ status: 'won', held: 0 }]);
  expect(net(await merchant.entries(payment.id), 'disputed_funds')).toBe(0);
});

test.concurrent('a paid charge is cancelled: what was paid of it pays what else is open', async () => {
  const { merchant, member } = await paidByCheckout();
  await merchant.post(`/v1/members/${member}/charges`, {
    label: 'Trip',
    category: 'trip',
    amount: 1500,
    currency: 'EUR',
  });
  const outing = (await merchant.cart(member)).charges.find(({ category }) => category === 'outing');
  const path = `/v1/members/${member}/charges/${outing?.id}/cancellation`;
  expect(await merchant.post(path)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
  expect(await merchant.cart(member)).toMatchObject({ due: 0, credit: 500 });
  expect(await merchant.post(path)).toMatchObject({ status: 409, body: { code: 'charge_already_cancelled' } });
});

test('a revert made in KKiaPay’s dashboard, which it announces to nobody, is found by looking once more', async () => {
  const { merchant, payment } = await paidByKkiapay();
  await control(world, 'POST', `/kkiapay/transactions/${captureOf(payment)}/revert`);
  await lookUntil(merchant, payment, 'refunded');
  expect(await refundsOf(merchant, payment)).toMatchObject([{ status: 'succeeded', amount: 5000, origin: 'gateway' }]);
});

test('a revert in the dashboard is found also while a refund of ours waits, whose run is at work', async () => {
  const { merchant, payment } = await paidByKkiapay();
  await control(world, 'POST', '/kkiapay/next', { call: 'revert', refusal: 'INSUFFICIENT_FUND' });
  expect((await refund(merchant, payment)).body).toMatchObject({ status: 'pending', reason: 'insufficient_fund' });
  await control(world, 'POST', `/kkiapay/transactions/${captureOf(payment)}/revert`);
  await lookUntil(merchant, payment, 'refunded');
  expect(await merchant.payment(payment.id)).toMatchObject({ refunded: 5000, refundable: 0 });
});
