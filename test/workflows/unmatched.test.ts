import { brokenInvariants } from '../support/audit';
import { listenIn } from '../support/asked';
import { Merchant, net, untilAttention, untilStatus } from '../support/client';
import type { NotificationView } from '../support/client';
import { ipn, newTransactionId } from '../support/paypal';
import { deliver, untilSettled } from '../support/quiet';
import { untilAtRest } from '../support/runs';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
beforeAll(async () => {
  // The real PayPal is out of reach here; it would verify what it sent.
  world = await startWorld({
    fetch: listenIn(async (url) =>
      new URL(url).hostname.endsWith('paypal.com') ? new Response('VERIFIED') : undefined,
    ).fetch,
  });
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

/** Money that names nobody: sent from the gateway's own site. */
const nameless = (merchant: Merchant, over: Record<string, string | undefined> = {}) =>
  ipn(merchant, { nextAction: null }, { mc_gross: '25.00', mc_currency: 'EUR', txn_type: 'send_money', ...over });

const unmatched = async (merchant: Merchant) =>
  (await merchant.get<{ data: NotificationView[] }>('/v1/notifications?state=unmatched')).body.data;

test.concurrent(
  'money that names no payment is suspended at once with its fee, and listed for a person with who sent it',
  async () => {
    const merchant = await Merchant.create(world);
    await deliver(merchant, nameless(merchant));

    await untilSettled(merchant, 1);
    expect(await unmatched(merchant)).toMatchObject([
      {
        state: 'unmatched',
        kind: 'payment_captured',
        payment: null,
        member: null,
        amount: 2500,
        payer: { name: 'Anne Martin', email: 'anne@example.org' },
      },
    ]);
    const entries = await merchant.entries();
    expect(entries.map(({ kind, payment }) => [kind, payment]).sort()).toEqual([
      ['fee_charged', null],
      ['payment_suspended', null],
    ]);
    expect([net(entries, 'suspense'), net(entries, 'gateway_fees:paypal-standard')]).toEqual([-2500, 195]);
  },
);

test.concurrent('unmatched money given to a member pays the charges: a payline without a payment', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 2000]]);
  await deliver(merchant, nameless(merchant));
  const [message] = await untilSettled(merchant, 1);

  const answer = await merchant.post<NotificationView>(`/v1/notifications/${message!.id}/attachment`, { member });
  expect(answer).toMatchObject({ status: 200, body: { state: 'applied', member, payment: null } });
  expect(await merchant.cart(member)).toMatchObject({
    due: 0,
    credit: 500,
    paylines: [{ amount: 2500, payment: null }],
  });
  const entries = await merchant.entries();
  expect([net(entries, 'suspense'), net(entries, 'income:fee'), net(entries, 'member_credit')]).toEqual([
    0, -2000, -500,
  ]);

  const again = await merchant.post(`/v1/notifications/${message!.id}/attachment`, { member });
  expect(again.status).toBe(409);
  expect((await merchant.cart(member)).paylines).toHaveLength(1);
});

test.concurrent.each(['subscr_payment', 'recurring_payment', 'request_money', 'brand_new_type'])(
  'money of type %s that names no payment is unmatched money like any other, and can be attached',
  async (txn_type) => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 2500]]);
    await deliver(merchant, nameless(merchant, { txn_type }));
    const [message] = await untilSettled(merchant, 1);
    const payer = { name: 'Anne Martin', email: 'anne@example.org' };
    expect(message).toMatchObject({ state: 'unmatched', reason: null, amount: 2500, currency: 'EUR', payer });
    expect(net(await merchant.entries(), 'suspense')).toBe(-2500);
    await merchant.post(`/v1/notifications/${message!.id}/attachment`, { member });
    expect(await merchant.cart(member)).toMatchObject({ due: 0, paylines: [{ amount: 2500, payment: null }] });
  },
);

test.concurrent('money of an unknown type that names a payment pays it', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
  await deliver(merchant, ipn(merchant, payment, { txn_type: 'subscr_payment' }));
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000, fee: 195, attention: null });
});

test.concurrent.each([
  {
    what: 'a mass payment to somebody else',
    over: { txn_type: 'masspay', receiver_id: 'SOMEBODYELSE1' },
    reason: 'money_out',
  },
  { what: 'a message without a status', over: { payment_status: undefined }, reason: 'nothing_said' },
  {
    what: 'the start of a subscription',
    over: { txn_type: 'subscr_signup', txn_id: undefined, payment_status: undefined },
    reason: 'unknown_type',
  },
])('$what is put before a person, and touches neither books nor payment', async ({ over, reason }) => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
  await deliver(merchant, ipn(merchant, payment, over));
  expect(await untilSettled(merchant, 1)).toMatchObject([{ state: 'attention', reason, kind: null, amount: null }]);
  expect(await merchant.payment(payment.id)).toMatchObject({ status: 'awaiting_payer', captured: 0 });
  expect(await merchant.entries()).toEqual([]);
});

test.concurrent('two people attach the same money at once: one member gets it', async () => {
  const merchant = await Merchant.create(world);
  const members = [await merchant.member(), await merchant.member()];
  await deliver(merchant, nameless(merchant));
  const [message] = await untilSettled(merchant, 1);

  const answers = await Promise.all(
    members.map((member) => merchant.post(`/v1/notifications/${message!.id}/attachment`, { member })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  const carts = await Promise.all(members.map((member) => merchant.cart(member)));
  expect(carts.flatMap(({ paylines }) => paylines)).toHaveLength(1);
});

test.concurrent('unmatched money is booked once, however often and in whatever bytes it is told', async () => {
  const merchant = await Merchant.create(world);
  const txn_id = newTransactionId();
  const told = nameless(merchant, { txn_id });
  await Promise.all([
    deliver(merchant, told),
    deliver(merchant, told),
    deliver(merchant, { ...told, ipn_track_id: 'other' }),
    deliver(merchant, { ...told, resend: 'true' }),
  ]);

  const states = (await untilSettled(merchant, 3)).map(({ state }) => state).sort();
  expect(states).toEqual(['duplicate', 'duplicate', 'unmatched']);
  expect((await merchant.entries()).map(({ kind }) => kind).sort()).toEqual(['fee_charged', 'payment_suspended']);
});

test.concurrent('money that names a payment of another merchant is unmatched here, and nothing there', async () => {
  const [here, there] = await Promise.all([Merchant.create(world), Merchant.create(world)]);
  const payment = await there.pay(await there.member([['fee', 3000]]));
  await deliver(here, ipn(here, payment));

  await untilSettled(here, 1);
  expect(await unmatched(here)).toMatchObject([{ payment: null, amount: 3000 }]);
  expect(await there.payment(payment.id)).toMatchObject({ status: 'awaiting_payer', captured: 0 });
  expect(await there.entries()).toEqual([]);
});

test.concurrent('two merchants, one transaction id: each has its own money', async () => {
  const merchants = await Promise.all([Merchant.create(world), Merchant.create(world)]);
  const txn_id = newTransactionId();
  for (const merchant of merchants) {
    const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
    await deliver(merchant, ipn(merchant, payment, { txn_id }));
    expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000 });
  }
});

test.concurrent(
  'a message for another receiver is put before a person, and the payment that it names is untouched',
  async () => {
    const merchant = await Merchant.create(world);
    const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
    await deliver(
      merchant,
      ipn(merchant, payment, {
        receiver_id: 'SOMEBODYELSE1',
        receiver_email: 'else@else.example',
        business: 'else@else.example',
      }),
    );
    await deliver(
      merchant,
      ipn(merchant, payment, {
        receiver_id: 'SOMEBODYELSE1',
        payment_status: 'Refunded',
        parent_txn_id: newTransactionId(),
        txn_type: undefined,
      }),
    );

    const notifications = await untilSettled(merchant, 2);
    expect(notifications).toMatchObject([
      { state: 'attention', reason: 'receiver_mismatch' },
      { state: 'attention', reason: 'receiver_mismatch' },
    ]);
    expect(await merchant.payment(payment.id)).toMatchObject({
      status: 'awaiting_payer',
      captured: 0,
      refunded: 0,
      attention: null,
    });
    expect(await merchant.entries()).toEqual([]);
  },
);

test.concurrent('a receiver written in capitals, or by another of his addresses, is still ours', async () => {
  const merchant = await Merchant.create(
    world,
    {},
    { receiverEmails: ['treasurer@club.example', 'second@club.example'] },
  );
  const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
  await deliver(
    merchant,
    ipn(merchant, payment, {
      receiver_id: undefined,
      receiver_email: 'primary@elsewhere.example',
      business: 'SECOND@club.example',
    }),
  );
  await untilStatus(merchant, payment.id, 'paid');
});

test.concurrent('simulated money without its mark is refused by a simulated account', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
  await deliver(merchant, ipn(merchant, payment, { test_ipn: undefined }));
  expect((await untilSettled(merchant, 1))[0]).toMatchObject({ state: 'attention', reason: 'environment_mismatch' });
  expect(await merchant.payment(payment.id)).toMatchObject({ status: 'awaiting_payer', captured: 0 });
});

test.concurrent('test money is refused by a live account, even when PayPal verifies it', async () => {
  const merchant = await Merchant.create(world, {}, { environment: 'live' });
  const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
  await deliver(merchant, ipn(merchant, payment, { test_ipn: '1' }));
  expect((await untilSettled(merchant, 1))[0]).toMatchObject({ state: 'attention', reason: 'environment_mismatch' });
  expect(await merchant.payment(payment.id)).toMatchObject({ status: 'awaiting_payer', captured: 0 });

  await deliver(merchant, ipn(merchant, payment, { test_ipn: undefined }));
  await untilStatus(merchant, payment.id, 'paid');
});

test.concurrent(
  'a refund of money that we do not know is unmatched, and finds its payment when the money becomes known',
  async () => {
    const merchant = await Merchant.create(world);
    const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
    const parent = newTransactionId();
    const refund = ipn(merchant, payment, {
      custom: undefined,
      invoice: undefined,
      payment_status: 'Refunded',
      txn_type: undefined,
      parent_txn_id: parent,
      mc_gross: '-30.00',
      mc_fee: undefined,
      reason_code: 'refund',
    });
    await deliver(merchant, refund);
    expect((await untilSettled(merchant, 1))[0]).toMatchObject({
      state: 'unmatched',
      kind: 'payment_refunded',
      payment: null,
    });

    await deliver(merchant, ipn(merchant, payment, { txn_id: parent }));
    expect(await untilStatus(merchant, payment.id, 'refunded')).toMatchObject({
      captured: 3000,
      refunded: 3000,
      attention: null,
    });
    const notifications = await untilSettled(merchant, 2);
    expect(notifications.map(({ state, payment: of }) => [state, of])).toEqual([
      ['applied', payment.id],
      ['applied', payment.id],
    ]);
  },
);

test.concurrent('a refund that names only its parent finds the payment of that money', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
  const parent = newTransactionId();
  await deliver(merchant, ipn(merchant, payment, { txn_id: parent }));
  await untilStatus(merchant, payment.id, 'paid');
  await deliver(
    merchant,
    ipn(merchant, payment, {
      custom: undefined,
      invoice: undefined,
      payment_status: 'Refunded',
      txn_type: undefined,
      parent_txn_id: parent,
      mc_gross: '-10.00',
      mc_fee: undefined,
    }),
  );
  expect(await untilStatus(merchant, payment.id, 'partially_refunded')).toMatchObject({
    refunded: 1000,
    attention: null,
  });
});

test.concurrent(
  'money that came nameless and is named later waits in suspense for a person, and no payment takes it by itself',
  async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 2500]]);
    const payment = await merchant.pay(member);
    const txn_id = newTransactionId();
    await deliver(merchant, nameless(merchant, { txn_id }));
    const [nobodys] = await untilSettled(merchant, 1);
    await deliver(merchant, ipn(merchant, payment, { txn_id, mc_fee: '2.95' }));

    const shown = await untilAttention(merchant, payment.id);
    expect(shown).toMatchObject({ status: 'awaiting_payer', captured: 0, attention: { code: 'fact_conflict' } });
    expect(net(await merchant.entries(), 'suspense')).toBe(-2500);
    expect(await unmatched(merchant)).toMatchObject([{ id: nobodys!.id }]);

    expect((await merchant.post(`/v1/notifications/${nobodys!.id}/attachment`, { member })).status).toBe(200);
    expect(await merchant.cart(member)).toMatchObject({ due: 0, paylines: [{ amount: 2500, payment: null }] });
  },
);

test.concurrent('a message that names no payment takes one short run of its own', async () => {
  const merchant = await Merchant.create(world);
  await deliver(merchant, nameless(merchant));
  const [message] = await untilSettled(merchant, 1);
  const run = await untilAtRest(world, { workflowId: `notification-${message!.id}` });
  expect(run.status.name).toBe('COMPLETED');
  expect(run.historyLength).toBeLessThanOrEqual(8);
});
