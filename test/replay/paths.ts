import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { call, eventually, Merchant, untilAttention, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import {
  approveAs,
  connectCheckout,
  control,
  kkiapayMerchant,
  payInWidget,
  transactionsOf,
  visit,
} from '../support/gateways';
import { behave, encode, ipn, misbehave, payAs, postRaw } from '../support/paypal';
import { deliver, untilSettled } from '../support/quiet';
import { untilAtRest } from '../support/runs';
import type { World } from '../support/world';

/** Where the histories of a story are kept. */
export const historiesOf = (story: number): string => path.join(__dirname, 'histories', `story-${story}`);

/** Lives a path to its end, and gives the workflow whose newest run is its history. */
type Path = (world: World) => Promise<{ readonly workflowId: string }>;

/** One per way that a run can go. A run that is open somewhere when new code of the same story is deployed has gone one of these. */
export const PATHS: Readonly<Record<string, Path>> = {
  'paid-at-first-try': async (world) => {
    const { merchant, payment } = await openPayment(world);
    await payAs(merchant, payment);
    return finished(world, await untilStatus(merchant, payment.id, 'paid'));
  },

  'paid-after-outage': async (world) => {
    const { merchant, payment } = await openPayment(world);
    await misbehave(merchant, { where: 'postback', mode: 'http_500', times: 2 });
    await deliver(merchant, ipn(merchant, payment));
    const paid = await untilStatus(merchant, payment.id, 'paid');
    await behave(merchant);
    return finished(world, paid);
  },

  // Takes the fifteen seconds for which a PDT token is left alone.
  'pdt-answered-later': async (world) => {
    const { merchant, payment } = await openPayment(world);
    await misbehave(merchant, { where: 'pdt', mode: 'http_500', times: 1 });
    const { returnUrl } = await payAs(merchant, payment, 'ivan');
    await fetch(returnUrl!);
    return finished(world, await untilStatus(merchant, payment.id, 'paid'));
  },

  'echeck-cleared': async (world) => {
    const { merchant, payment } = await openPayment(world);
    const { txnId } = await payAs(merchant, payment, 'bruno');
    await untilStatus(merchant, payment.id, 'processing');
    await call(world.simulator.url, null, 'POST', `/control/payments/${txnId}/events`, { status: 'Completed' });
    return finished(world, await untilStatus(merchant, payment.id, 'paid'));
  },

  'echeck-bounced': async (world) => {
    const { merchant, payment } = await openPayment(world);
    const { txnId } = await payAs(merchant, payment, 'chantal');
    await untilStatus(merchant, payment.id, 'processing');
    await call(world.simulator.url, null, 'POST', `/control/payments/${txnId}/events`, { status: 'Failed' });
    return finished(world, await untilStatus(merchant, payment.id, 'failed'));
  },

  'held-then-reversed': async (world) => {
    const { merchant, payment } = await openPayment(world);
    const { txnId } = await payAs(merchant, payment, 'gilles');
    await untilStatus(merchant, payment.id, 'processing');
    await call(world.simulator.url, null, 'POST', `/control/payments/${txnId}/events`, { status: 'Reversed' });
    return finished(world, await untilStatus(merchant, payment.id, 'failed'));
  },

  'forged-then-expired': async (world) => {
    const { merchant, payment } = await openPayment(world, { expiresInMs: 2500 });
    await postRaw(merchant, encode(ipn(merchant, payment)));
    await untilSettled(merchant, 1);
    return finished(world, await untilStatus(merchant, payment.id, 'expired'));
  },

  expired: async (world) => {
    const { merchant, payment } = await openPayment(world, { expiresInMs: 1000 });
    return finished(world, await untilStatus(merchant, payment.id, 'expired'));
  },

  cancelled: async (world) => {
    const { merchant, payment } = await openPayment(world);
    await merchant.post(`/v1/payments/${payment.id}/cancel`);
    return finished(world, await untilStatus(merchant, payment.id, 'cancelled'));
  },

  'run-cancelled': async (world) => {
    const { merchant, payment } = await openPayment(world);
    await world.temporal.workflow.getHandle(payment.workflowId).cancel();
    return finished(world, await untilStatus(merchant, payment.id, 'cancelled'));
  },

  misfit: async (world) => {
    const { merchant, payment } = await openMisfit(world);
    return finished(world, await untilStatus(merchant, payment.id, 'needs_review'));
  },

  'misfit-accepted': async (world) => {
    const { merchant, payment } = await openMisfit(world);
    await finished(world, await untilStatus(merchant, payment.id, 'needs_review'));
    await merchant.post(`/v1/payments/${payment.id}/resolution`, { action: 'accept', note: 'agreed' });
    return finished(world, await untilStatus(merchant, payment.id, 'paid'));
  },

  late: async (world) => {
    const { merchant, payment } = await openPayment(world);
    await merchant.post(`/v1/payments/${payment.id}/cancel`);
    await finished(world, payment);
    await deliver(merchant, ipn(merchant, payment));
    return finished(world, await untilStatus(merchant, payment.id, 'paid'));
  },

  'other-content': async (world) => {
    const { merchant, payment } = await openPayment(world);
    const first = ipn(merchant, payment);
    await deliver(merchant, first);
    await finished(world, await untilStatus(merchant, payment.id, 'paid'));
    await deliver(merchant, { ...first, mc_gross: '31.00' });
    await eventually(
      () => merchant.payment(payment.id),
      ({ attention }) => attention !== null,
    );
    return finished(world, payment);
  },

  'refund-arrived': async (world) => {
    const { merchant, payment } = await openPayment(world);
    const { txnId } = await payAs(merchant, payment);
    await finished(world, await untilStatus(merchant, payment.id, 'paid'));
    await call(world.simulator.url, null, 'POST', `/control/payments/${txnId}/events`, {
      status: 'Refunded',
      amount: '10.00',
    });
    await eventually(
      () => merchant.payment(payment.id),
      ({ refunded }) => refunded > 0,
    );
    return finished(world, payment);
  },

  'order-captured': async (world) => {
    const { merchant, payment } = await openOrder(world);
    await visit(await approveAs(merchant, payment));
    return finished(world, await untilStatus(merchant, payment.id, 'paid'));
  },

  'order-captured-after-outage': async (world) => {
    const { merchant, payment } = await openOrder(world);
    // PayPal takes the money and its answer is lost: the durable call finds it taken.
    await control(world, 'POST', '/misbehave', {
      where: 'paypal_capture',
      mode: 'http_500',
      times: 1,
      afterActing: true,
    });
    await visit(await approveAs(merchant, payment));
    return finished(world, await untilStatus(merchant, payment.id, 'paid'));
  },

  'capture-refused-then-cancelled': async (world) => {
    const { merchant, payment } = await openOrder(world);
    // Once in a hurry, and thrice by the durable call; what is told twice of one approval is asked about twice.
    for (let call = 0; call < 8; call++)
      await control(world, 'POST', '/paypal-checkout/next', { call: 'capture', issue: 'INVENTED_WORD' });
    await visit(await approveAs(merchant, payment, 'ivan'));
    await untilAttention(merchant, payment.id);
    await merchant.post(`/v1/payments/${payment.id}/cancel`);
    return finished(world, await untilStatus(merchant, payment.id, 'cancelled'));
  },

  'order-declined-then-captured': async (world) => {
    const { merchant, payment } = await openOrder(world);
    await visit(await approveAs(merchant, payment, 'denis'));
    await eventually(
      () => merchant.payment(payment.id),
      ({ reason }) => reason === 'instrument_declined',
    );
    await visit(await approveAs(merchant, payment, 'denis'));
    return finished(world, await untilStatus(merchant, payment.id, 'paid'));
  },

  'order-held-then-captured': async (world) => {
    const { merchant, payment } = await openOrder(world);
    await visit(await approveAs(merchant, payment, 'bruno'));
    await untilStatus(merchant, payment.id, 'processing');
    await control(world, 'POST', `/paypal-checkout/captures/${payment.id}/events`, { kind: 'complete' });
    return finished(world, await untilStatus(merchant, payment.id, 'paid'));
  },

  'order-found-at-deadline': async (world) => {
    const { merchant, payment } = await openOrder(world, { expiresInMs: 2500 });
    await approveAs(merchant, payment, 'ivan');
    return finished(world, await untilStatus(merchant, payment.id, 'paid'));
  },

  'order-cancelled-then-approved': async (world) => {
    const { merchant, payment } = await openOrder(world);
    await merchant.post(`/v1/payments/${payment.id}/cancel`);
    await visit(await approveAs(merchant, payment, 'ivan'));
    await untilSettled(merchant, 1);
    return finished(world, payment);
  },

  'refund-made': async (world) => {
    const { merchant, payment } = await openPaidOrder(world);
    await merchant.post(`/v1/payments/${payment.id}/refunds`, { amount: 1000 });
    return finished(world, await untilStatus(merchant, payment.id, 'partially_refunded'));
  },

  'refund-made-after-outage': async (world) => {
    const { merchant, payment } = await openPaidOrder(world);
    // PayPal gives the money back and its answer is lost: the durable call is answered as the first one was.
    await control(world, 'POST', '/misbehave', {
      where: 'paypal_refund',
      mode: 'http_500',
      times: 1,
      afterActing: true,
    });
    await merchant.post(`/v1/payments/${payment.id}/refunds`);
    return finished(world, await untilStatus(merchant, payment.id, 'refunded'));
  },

  'refund-refused': async (world) => {
    const { merchant, payment } = await openPaidOrder(world);
    await control(world, 'POST', '/paypal-checkout/next', { call: 'refund', issue: 'REFUND_NOT_ALLOWED' });
    await merchant.post(`/v1/payments/${payment.id}/refunds`);
    return finished(world, payment);
  },

  'refund-on-its-way-then-done': async (world) => {
    const { merchant, payment } = await openPaidOrder(world);
    await control(world, 'POST', '/paypal-checkout/next', { call: 'refund', status: 'PENDING' });
    await merchant.post(`/v1/payments/${payment.id}/refunds`);
    const arrival = { kind: 'settle_refund', status: 'COMPLETED' };
    await control(world, 'POST', `/paypal-checkout/captures/${payment.id}/events`, arrival);
    return finished(world, await untilStatus(merchant, payment.id, 'refunded'));
  },

  // Takes the twenty seconds after which it is asked for again, where the person is faster than the first watch.
  'refund-waits-for-funds-then-retried': async (world) => {
    const merchant = await kkiapayMerchant(world);
    const payment = await merchant.pay(await merchant.member([['fee', 3000]]), { gateway: 'kkiapay' });
    await visit((await payInWidget(merchant, payment)).callbackUrl);
    await finished(world, await untilStatus(merchant, payment.id, 'paid'));
    for (let call = 0; call < 2; call++)
      await control(world, 'POST', '/kkiapay/next', { call: 'revert', refusal: 'INSUFFICIENT_FUND' });
    const { body } = await merchant.post<{ id: string }>(`/v1/payments/${payment.id}/refunds`);
    await untilAttention(merchant, payment.id);
    await merchant.post(`/v1/refunds/${body.id}/retry`);
    return finished(world, await untilStatus(merchant, payment.id, 'refunded'));
  },

  'refund-given-up': async (world) => {
    const merchant = await kkiapayMerchant(world);
    const payment = await merchant.pay(await merchant.member([['fee', 3000]]), { gateway: 'kkiapay' });
    await visit((await payInWidget(merchant, payment)).callbackUrl);
    await finished(world, await untilStatus(merchant, payment.id, 'paid'));
    await control(world, 'POST', '/kkiapay/next', { call: 'revert', refusal: 'INSUFFICIENT_FUND' });
    const { body } = await merchant.post<{ id: string }>(`/v1/payments/${payment.id}/refunds`);
    await untilAttention(merchant, payment.id);
    await merchant.post(`/v1/refunds/${body.id}/cancel`);
    return finished(world, payment);
  },

  'refund-made-then-bounced': async (world) => {
    const { merchant, payment } = await openPaidOrder(world);
    await merchant.post(`/v1/payments/${payment.id}/refunds`);
    await finished(world, await untilStatus(merchant, payment.id, 'refunded'));
    const bounce = { kind: 'settle_refund', status: 'FAILED' };
    await control(world, 'POST', `/paypal-checkout/captures/${payment.id}/events`, bounce);
    return finished(world, await untilAttention(merchant, payment.id));
  },

  'late-given-back': async (world) => {
    const nvp = { username: randomUUID(), password: 'api-pass', signature: 'api-sig' };
    const merchant = await Merchant.create(world, { latePayments: 'refund' }, { nvp });
    const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
    await merchant.post(`/v1/payments/${payment.id}/cancel`);
    await finished(world, payment);
    await payAs(merchant, payment);
    return finished(world, await untilStatus(merchant, payment.id, 'refunded'));
  },

  'reversal-given-up': async (world) => {
    const { merchant, payment } = await openPayment(world);
    const { txnId } = await payAs(merchant, payment);
    await finished(world, await untilStatus(merchant, payment.id, 'paid'));
    await control(world, 'POST', `/payments/${txnId}/events`, { kind: 'reverse' });
    await finished(world, await untilStatus(merchant, payment.id, 'disputed'));
    const { body } = await merchant.get<{ data: { id: string }[] }>(`/v1/disputes?payment=${payment.id}`);
    await merchant.post(`/v1/disputes/${body.data[0]!.id}/resolution`, { outcome: 'lost' });
    return finished(world, await untilStatus(merchant, payment.id, 'charged_back'));
  },

  'widget-failed-then-paid': async (world) => {
    const merchant = await kkiapayMerchant(world);
    const payment = await merchant.pay(await merchant.member([['fee', 3000]]), { gateway: 'kkiapay' });
    await payInWidget(merchant, payment, 'celine');
    await eventually(
      () => merchant.payment(payment.id),
      ({ reason }) => reason === 'insufficient_fund',
    );
    await visit((await payInWidget(merchant, payment)).callbackUrl);
    return finished(world, await untilStatus(merchant, payment.id, 'paid'));
  },

  'prompt-approved': async (world) => {
    const { merchant, payment } = await openPrompt(world);
    await answerPrompt(world, payment, 'SUCCESS');
    return finished(world, await untilStatus(merchant, payment.id, 'paid'));
  },

  'prompt-refused': async (world) => {
    const { merchant, payment } = await openPrompt(world);
    await answerPrompt(world, payment, 'FAILED');
    return finished(world, await untilStatus(merchant, payment.id, 'failed'));
  },

  'prompt-approved-late': async (world) => {
    const { merchant, payment } = await openPrompt(world, { expiresInMs: 1500 });
    await untilStatus(merchant, payment.id, 'expired');
    await answerPrompt(world, payment, 'SUCCESS');
    return finished(world, await untilStatus(merchant, payment.id, 'paid'));
  },

  'money-of-nobody': async (world) => {
    const merchant = await Merchant.create(world);
    await deliver(merchant, ipn(merchant, { nextAction: null }, { mc_gross: '25.00', mc_currency: 'EUR' }));
    const [message] = await untilSettled(merchant, 1);
    return finished(world, { workflowId: `notification-${message!.id}` });
  },
};

async function openPayment(
  world: World,
  over: Record<string, unknown> = {},
): Promise<{ merchant: Merchant; payment: PaymentView }> {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 3000]]);
  return { merchant, payment: await merchant.pay(member, over) };
}

async function openOrder(world: World, over: Record<string, unknown> = {}) {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  return {
    merchant,
    payment: await merchant.pay(await merchant.member([['fee', 3000]]), { gateway: 'paypal-checkout', ...over }),
  };
}

async function openPaidOrder(world: World) {
  const { merchant, payment } = await openOrder(world);
  await visit(await approveAs(merchant, payment));
  await finished(world, await untilStatus(merchant, payment.id, 'paid'));
  return { merchant, payment };
}

async function openPrompt(world: World, over: Record<string, unknown> = {}) {
  const merchant = await kkiapayMerchant(world);
  const order = { gateway: 'kkiapay', method: 'mobile_money', phone: '+22961777777', ...over };
  return { merchant, payment: await merchant.pay(await merchant.member([['fee', 3000]]), order) };
}

async function answerPrompt(world: World, { id }: PaymentView, status: 'SUCCESS' | 'FAILED'): Promise<void> {
  const [prompt] = await transactionsOf(world, id);
  await control(world, 'POST', `/kkiapay/transactions/${prompt!.id}/settle`, { status });
}

async function openMisfit(world: World) {
  const opened = await openPayment(world);
  await deliver(opened.merchant, ipn(opened.merchant, opened.payment, { mc_gross: '29.99' }));
  return opened;
}

async function finished(
  world: World,
  { workflowId }: Pick<PaymentView, 'workflowId'>,
): Promise<{ workflowId: string }> {
  await untilAtRest(world, { workflowId });
  return { workflowId };
}
