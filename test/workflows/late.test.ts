import { randomUUID } from 'node:crypto';
import { brokenInvariants } from '../support/audit';
import { listenIn } from '../support/asked';
import { eventually, Merchant, net, untilAttention, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { encode, ipn, newTransactionId, payAs, postRaw } from '../support/paypal';
import { deliver, untilQuiet, untilSettled } from '../support/quiet';
import { eventsOf, untilAtRest } from '../support/runs';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

/** Sellers about whose messages PayPal gives no answer for now. */
const unanswered = new Set<string>();
const listener = listenIn(async (_url, body) => {
  const receiver = new URLSearchParams(body).get('receiver_id') ?? '';
  return unanswered.has(receiver) ? new Response('busy', { status: 500 }) : undefined;
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

type LatePayments = 'credit' | 'refund';

/** A payment of 30.00 EUR; `expiresInMs` is short where the story is about the deadline. */
async function openPayment(latePayments: LatePayments, expiresInMs = 86_400_000) {
  const merchant = await Merchant.create(world, { latePayments });
  const member = await merchant.member([['fee', 3000]]);
  return { merchant, member, payment: await merchant.pay(member, { expiresInMs }) };
}

/** A payment whose payer's time is over. */
async function openExpired(latePayments: LatePayments) {
  const opened = await openPayment(latePayments, 1000);
  const expired = await untilStatus(opened.merchant, opened.payment.id, 'expired');
  return { ...opened, payment: { ...expired, nextAction: opened.payment.nextAction } }; // the payer's browser has the form still
}

/** A payment that the merchant cancelled. */
async function openCancelled(latePayments: LatePayments) {
  const opened = await openPayment(latePayments);
  const { body } = await opened.merchant.post<PaymentView>(`/v1/payments/${opened.payment.id}/cancel`);
  expect(body.status).toBe('cancelled');
  return { ...opened, payment: { ...body, nextAction: opened.payment.nextAction } };
}

test.concurrent(
  'a payment that nobody pays expires at its deadline, books nothing and asks nothing of anybody',
  async () => {
    const { merchant, member, payment } = await openExpired('credit');
    expect(await merchant.payment(payment.id)).toMatchObject({
      status: 'expired',
      captured: 0,
      attention: null,
      nextAction: null,
    });
    expect(payment.timeline.map(({ kind }) => kind)).toEqual(['checkout_opened', 'payment_expired']);
    expect(await merchant.entries()).toEqual([]);
    expect((await merchant.cart(member)).due).toBe(3000);
    expect((await untilAtRest(world, payment)).status.name).toBe('COMPLETED');
  },
);

for (const [how, open, status] of [
  ['expiry', openExpired, 'expired'],
  ['cancellation', openCancelled, 'cancelled'],
] as const) {
  test.concurrent(
    `a capture after ${how} is booked and credited to the member, where the merchant wants it so`,
    async () => {
      const { merchant, member, payment } = await open('credit');
      await deliver(merchant, ipn(merchant, payment));

      const late = await untilStatus(merchant, payment.id, 'paid');
      expect(late).toMatchObject({ reason: 'late_payment', captured: 3000, fee: 195, attention: null });
      const entries = await merchant.entries();
      expect(entries.map(({ kind }) => kind).sort()).toEqual(['fee_charged', 'payment_captured']);
      expect(net(entries, 'income:fee')).toBe(-3000);
      expect(await merchant.cart(member)).toMatchObject({ due: 0, paylines: [{ amount: 3000, payment: payment.id }] });
    },
  );

  test.concurrent(
    `a capture after ${how} that this account cannot give back waits in suspense for a person, where the merchant wants it back`,
    async () => {
      const { merchant, member, payment } = await open('refund');
      await deliver(merchant, ipn(merchant, payment));

      const late = await untilAttention(merchant, payment.id);
      expect(late).toMatchObject({
        status: 'needs_review',
        captured: 3000,
        attention: { code: 'refund_at_gateway_only' },
      });
      expect(net(await merchant.entries(), 'suspense')).toBe(-3000);
      expect((await merchant.cart(member)).paylines).toEqual([]);

      // A person may still decide otherwise.
      const accepted = await merchant.post<PaymentView>(`/v1/payments/${payment.id}/resolution`, {
        action: 'accept',
        note: 'he asked to',
      });
      expect(accepted).toMatchObject({ status: 200, body: { status: 'paid', attention: null } });
      expect(await merchant.cart(member)).toMatchObject({ due: 0, paylines: [{ amount: 3000 }] });
    },
  );

  test.concurrent(`after ${how} the payment stays ${status} for whoever cancels it again`, async () => {
    const { merchant, payment } = await open('credit');
    expect(await merchant.post(`/v1/payments/${payment.id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: `already_${status}` },
    });
  });
}

test.concurrent(
  'late money that was spent meanwhile: the charge was paid by another payment, so it is credit',
  async () => {
    const { merchant, member, payment } = await openExpired('credit');
    const second = await merchant.pay(member);
    await deliver(merchant, ipn(merchant, second));
    await untilStatus(merchant, second.id, 'paid');
    await deliver(merchant, ipn(merchant, payment));

    await untilStatus(merchant, payment.id, 'paid');
    expect(await merchant.cart(member)).toMatchObject({ due: 0, credit: 3000 });
  },
);

test.concurrent('late money that does not fit either is a matter for a person under both policies', async () => {
  for (const [policy, code] of [
    ['credit', 'amount_mismatch'],
    ['refund', 'refund_at_gateway_only'],
  ] as const) {
    const { merchant, payment } = await openCancelled(policy);
    await deliver(merchant, ipn(merchant, payment, { mc_gross: '29.99' }));
    expect(await untilAttention(merchant, payment.id)).toMatchObject({ status: 'needs_review', attention: { code } });
  }
});

test.concurrent.each(['30.00', '29.99'])(
  'late money of %s goes back by itself, where the merchant wants that and the account can',
  async (amount) => {
    const nvp = { username: randomUUID(), password: 'api-pass', signature: 'api-sig' };
    const merchant = await Merchant.create(world, { latePayments: 'refund' }, { nvp });
    const member = await merchant.member([['fee', 3000]]);
    const payment = await merchant.pay(member);
    await merchant.post(`/v1/payments/${payment.id}/cancel`);
    await payAs(merchant, {
      ...payment,
      nextAction: { ...payment.nextAction!, fields: { ...payment.nextAction!.fields, amount } },
    });

    expect(await untilStatus(merchant, payment.id, 'refunded')).toMatchObject({ attention: null, refundable: 0 });
    await untilQuiet(merchant); // PayPal's own message about it is no second refund
    const { body } = await merchant.get<{ data: unknown[] }>(`/v1/payments/${payment.id}/refunds`);
    expect(body.data).toMatchObject([{ status: 'succeeded', origin: 'policy' }]);
    const entries = await merchant.entries();
    expect(net(entries, 'suspense')).toBe(0);
    expect(entries.map(({ kind }) => kind).sort()).toEqual(['fee_charged', 'payment_suspended', 'suspense_refunded']);
    expect(await merchant.cart(member)).toMatchObject({ due: 3000, paylines: [] });
  },
);

test.concurrent(
  'money that reached us in time is never late: no expiry while PayPal does not answer, and then it is paid',
  async () => {
    const { merchant, payment } = await openPayment('refund', 1500);
    unanswered.add(merchant.seller.id);
    await deliver(merchant, ipn(merchant, payment));
    const asked = await untilAfter(payment, () => listener.postBacks(merchant.seller.id));
    await eventually(
      async () => listener.postBacks(merchant.seller.id),
      (times) => times > asked,
    );
    expect(await merchant.payment(payment.id)).toMatchObject({ status: 'awaiting_payer', captured: 0 });

    unanswered.delete(merchant.seller.id);
    const paid = await untilStatus(merchant, payment.id, 'paid');
    expect(paid).toMatchObject({ reason: null, captured: 3000, attention: null });
    expect(paid.timeline.map(({ kind }) => kind)).not.toContain('payment_expired');
  },
);

test.concurrent(
  'an unanswered message that proves to be forged holds up the deadline no longer than it must',
  async () => {
    const { merchant, payment } = await openPayment('credit', 1500);
    unanswered.add(merchant.seller.id);
    await postRaw(merchant, encode(ipn(merchant, payment)));
    await untilAfter(payment, () => null);
    expect((await merchant.payment(payment.id)).status).toBe('awaiting_payer');

    unanswered.delete(merchant.seller.id);
    expect(await untilStatus(merchant, payment.id, 'expired')).toMatchObject({ captured: 0 });
  },
);

test.concurrent(
  'a payment that PayPal holds before the deadline never expires, and what clears after it is not late',
  async () => {
    const { merchant, payment } = await openPayment('refund', 1500);
    const txn_id = newTransactionId();
    await deliver(
      merchant,
      ipn(merchant, payment, { txn_id, payment_status: 'Pending', pending_reason: 'echeck', mc_fee: undefined }),
    );
    await untilStatus(merchant, payment.id, 'processing');
    await untilAfter(payment, () => null);
    expect(await merchant.payment(payment.id)).toMatchObject({ status: 'processing', reason: 'echeck' });
    const timers = (await eventsOf(world, payment)).filter(({ timerStartedEventAttributes }) =>
      Boolean(timerStartedEventAttributes),
    );
    expect(timers).toEqual([]); // nothing is left that could expire it

    await deliver(merchant, ipn(merchant, payment, { txn_id }));
    expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ reason: null, attention: null });
  },
);

test.concurrent('a payment woken early by nothing of weight still expires at its deadline', async () => {
  const { merchant, payment } = await openPayment('credit', 2000);
  await postRaw(merchant, encode(ipn(merchant, payment)));
  expect((await untilSettled(merchant, 1))[0]).toMatchObject({ state: 'invalid' });
  expect(await untilStatus(merchant, payment.id, 'expired')).toMatchObject({ captured: 0, attention: null });
});

test.concurrent('cancelled twice: the second is refused, and one cancellation stands', async () => {
  const { merchant, payment } = await openPayment('credit');
  const answers = await Promise.all([
    merchant.post<PaymentView & { code?: string }>(`/v1/payments/${payment.id}/cancel`),
    merchant.post<PaymentView & { code?: string }>(`/v1/payments/${payment.id}/cancel`),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect((await merchant.payment(payment.id)).timeline.map(({ kind }) => kind)).toEqual([
    'checkout_opened',
    'payment_cancelled',
  ]);
});

test.concurrent('cancelled and paid at the same instant: the money is booked once, paid or credited late', async () => {
  const { merchant, member, payment } = await openPayment('credit');
  await Promise.all([merchant.post(`/v1/payments/${payment.id}/cancel`), deliver(merchant, ipn(merchant, payment))]);

  const paid = await untilStatus(merchant, payment.id, 'paid');
  const cancelled = paid.timeline.some(({ kind }) => kind === 'payment_cancelled');
  expect(paid.reason).toBe(cancelled ? 'late_payment' : null);
  expect((await merchant.cart(member)).paylines).toHaveLength(1);
});

/** Waits for the payer's deadline to pass, by our own clock, and gives what was so then. */
async function untilAfter<Value>({ expiresAt }: PaymentView, look: () => Value): Promise<Value> {
  await eventually(
    async () => Date.now(),
    (now) => now > Date.parse(expiresAt),
  );
  return look();
}
