import { inTransaction } from '../../books/sql';
import { eventually, Merchant, net, untilStatus } from '../support/client';
import type { NotificationView, PaymentView, Reply } from '../support/client';
import { encode, ipn, newTransactionId, payAs, postRaw, sendGenuine } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, memberOf, operatorOf } from './asking';
import { refused, refusedField } from './refusal';

interface Notification extends NotificationView {
  readonly gateway: string;
  readonly currency: string | null;
  readonly gatewayReference: string | null;
  readonly note: string | null;
  readonly receivedAt: string;
}

let world: World;
let merchant: Merchant;
let stranger: Merchant;
beforeAll(async () => {
  world = await startWorld();
  merchant = await Merchant.create(world);
  stranger = await Merchant.create(world);
});
afterAll(() => world.stop());

const unknown = `ntf_${'0'.repeat(26)}`;
const list = async (query = '', by = merchant) =>
  (await by.get<{ data: Notification[]; nextCursor: string | null }>(`/v1/notifications?limit=100${query}`)).body.data;

/** The message about this transaction, once it has ended in this state. */
async function settled(txnId: string, state: string, by = merchant): Promise<Notification> {
  const found = await eventually(
    async () => (await list(`&state=${state}`, by)).find((row) => row.gatewayReference === txnId) ?? null,
    (row) => row !== null,
  );
  return found!;
}

/** Genuine money that names no payment of ours. */
async function unmatchedMoney(over: Record<string, string | undefined> = {}, by = merchant): Promise<Notification> {
  const txnId = newTransactionId();
  const money = {
    mc_gross: '25.00',
    mc_currency: 'EUR',
    mc_fee: '1.10',
    custom: undefined,
    invoice: undefined,
    txn_id: txnId,
    ...over,
  };
  await sendGenuine(by, ipn(by, { nextAction: null }, money));
  return settled(txnId, 'unmatched', by);
}

const attach = (
  notification: string,
  member: string,
  headers: Record<string, string> = {},
): Promise<Reply<Notification>> =>
  merchant.post<Notification>(`/v1/notifications/${notification}/attachment`, { member }, headers);

describe('a notification', () => {
  test('shows no money and no payer until it is verified', async () => {
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
    await world.stopWorkers();
    const txnId = newTransactionId();
    let waiting: Notification | undefined;
    try {
      await sendGenuine(merchant, ipn(merchant, payment, { txn_id: txnId, first_name: 'Ünï' }));
      [waiting] = await eventually(
        () => list(`&payment=${payment.id}`),
        (rows) => rows.length === 1,
      );
    } finally {
      await world.startWorker();
    }
    const nothingYet = {
      kind: null,
      member: null,
      amount: null,
      currency: null,
      gatewayReference: null,
      payer: null,
      note: null,
      reason: null,
    };
    expect(waiting).toEqual({
      id: expect.stringMatching(/^ntf_/),
      gateway: 'paypal-standard',
      channel: 'ipn',
      state: 'received',
      payment: payment.id,
      attempts: 0,
      receivedAt: expect.stringMatching(/Z$/),
      ...nothingYet,
    });
    expect(await settled(txnId, 'applied')).toEqual({
      ...waiting,
      state: 'applied',
      kind: 'payment_captured',
      member: (await merchant.get<{ member: string }>(`/v1/payments/${payment.id}`)).body.member,
      amount: 5000,
      currency: 'EUR',
      gatewayReference: txnId,
      payer: { name: 'Ünï Martin', email: 'anne@example.org' },
      attempts: 1,
    });
  });

  test('whose payer wrote in an old alphabet shows the name as it is written', async () => {
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
    const txnId = newTransactionId();
    const fields = encode(ipn(merchant, payment, { txn_id: txnId, first_name: '@', charset: 'windows-1252' })).replace(
      '%40&',
      'Ren%E9%80&',
    );
    const sent = await asking({ baseUrl: world.simulator.url }, null).post('/control/messages', {
      notifyUrl: merchant.notificationUrl,
      body: fields,
    });
    expect(sent.status).toBeLessThan(300);
    expect((await settled(txnId, 'applied')).payer).toEqual({ name: 'René€ Martin', email: 'anne@example.org' });
  });

  test('that the release before received shows the payer that its bytes name', async () => {
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
    const txnId = newTransactionId();
    await sendGenuine(merchant, ipn(merchant, payment, { txn_id: txnId }));
    const { id, payer } = await settled(txnId, 'applied');
    expect(payer).toEqual({ name: 'Anne Martin', email: 'anne@example.org' });
    await inTransaction(world.db, async ({ sql }) => {
      await sql.query('SET LOCAL session_replication_role = replica'); // else its bytes stay as they came
      await sql.query('UPDATE notification_bodies SET payer = NULL WHERE notification_id = $1', [id]);
    });
    expect((await settled(txnId, 'applied')).payer).toEqual(payer);
  });

  test('that is forged ends invalid and never shows what it claimed', async () => {
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
    expect(await postRaw(merchant, encode(ipn(merchant, payment)))).toBe(200);
    const [row] = await eventually(
      () => list(`&payment=${payment.id}&state=invalid`),
      (rows) => rows.length === 1,
    );
    expect(row).toMatchObject({
      kind: null,
      amount: null,
      currency: null,
      gatewayReference: null,
      payer: null,
      member: null,
    });
    expect(row?.reason).toMatch(/^[a-z_]+$/);
    expect((await merchant.payment(payment.id)).status).toBe('awaiting_payer');
  });
});

describe('the list of notifications', () => {
  test('is newest first, by state and by payment, in pages', async () => {
    const club = await Merchant.create(world);
    const payment = await club.pay(await club.member([['fee', 5000]]));
    await payAs(club, payment);
    await untilStatus(club, payment.id, 'paid');
    const [first, second] = [await unmatchedMoney({}, club), await unmatchedMoney({}, club)];
    const ids = async (query: string) => (await list(query, club)).map((row) => row.id);
    expect(await ids('&state=unmatched')).toEqual([second.id, first.id]);
    expect(await ids('&state=duplicate')).toEqual([]);
    const [about] = await ids(`&payment=${payment.id}`);
    expect(await ids('&state=applied')).toEqual([about]);
    const page = await club.get<{ data: Notification[]; nextCursor: string }>('/v1/notifications?limit=2');
    expect(page.body.data.map((row) => row.id)).toEqual([second.id, first.id]);
    const rest = await club.get<{ data: Notification[]; nextCursor: null }>(
      `/v1/notifications?limit=2&cursor=${page.body.nextCursor}`,
    );
    expect(rest.body).toMatchObject({ data: [{ id: about }], nextCursor: null });
  });

  test.each([
    ['state=nope', 'state'],
    ['state=', 'state'],
    ['payment=%00', 'payment'],
    ['payment=mem_00000000000000000000000000', 'payment'],
    ['limit=0', 'limit'],
    ['cursor=zzz', 'cursor'],
    ['channel=ipn', 'channel'],
  ])('refuses ?%s by the name of the parameter', async (query, parameter) => {
    refusedField(await merchant.get(`/v1/notifications?${query}`), parameter);
  });

  test("shows a merchant its own, and nobody else's; members and the operator see none", async () => {
    const mine = await unmatchedMoney();
    expect((await list('', stranger)).map((row) => row.id)).not.toContain(mine.id);
    refused(await operatorOf(world).get('/v1/notifications'), 'forbidden');
    refused(await (await memberOf(merchant, await merchant.member())).get('/v1/notifications'), 'forbidden');
  });
});

describe('unmatched money', () => {
  test('is in suspense with its fee until it is given to a member, who then has a payline without a payment', async () => {
    const member = await merchant.member([['fee', 1000]]);
    const before = await merchant.entries();
    const money = await unmatchedMoney();
    expect(money).toMatchObject({
      amount: 2500,
      currency: 'EUR',
      kind: 'payment_captured',
      payment: null,
      member: null,
    });
    const booked = (await merchant.entries()).slice(0, -before.length || undefined);
    expect(net(booked, 'suspense')).toBe(-2500);
    expect(net(booked, 'gateway_fees:paypal-standard')).toBe(110);

    const { status, body } = await attach(money.id, member);
    expect(status).toBe(200);
    expect(body).toEqual({ ...money, state: 'applied', member });
    expect(await list('&state=unmatched')).not.toContainEqual(expect.objectContaining({ id: money.id }));
    const cart = await merchant.cart(member);
    expect(cart).toMatchObject({ balance: 1500, due: 0, credit: 1500, paylines: [{ amount: 2500, payment: null }] });
    const [entry] = await merchant.entries();
    expect(entry).toMatchObject({ kind: 'suspense_attached', payment: null });
    expect(net([entry!], 'suspense')).toBe(2500);
    expect(net([entry!], 'income:fee')).toBe(-1000);
    expect(net([entry!], 'member_credit')).toBe(-1500);
  });

  test('is given once: another member gets nothing, and a repeat with the key gets the first answer', async () => {
    const [one, two] = [await merchant.member(), await merchant.member()];
    const money = await unmatchedMoney();
    const headers = { 'idempotency-key': 'attach once' };
    const first = await attach(money.id, one, headers);
    const again = await attach(money.id, one, headers);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(again.body).toEqual(first.body);
    refused(await attach(money.id, two), 'not_unmatched');
    refused(await attach(money.id, one), 'not_unmatched');
    refused(await attach(money.id, two, headers), 'idempotency_key_reused');
    expect((await merchant.cart(one)).paylines).toHaveLength(1);
    expect((await merchant.cart(two)).paylines).toEqual([]);
  });

  test('that several people attach at once goes to one of them', async () => {
    const members = await Promise.all(Array.from({ length: 30 }, () => merchant.member()));
    const money = await unmatchedMoney();
    const replies = await Promise.all(members.map((member) => attach(money.id, member)));
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
    for (const reply of replies.filter((other) => other.status !== 200)) refused(reply, 'not_unmatched');
    const carts = await Promise.all(members.map((member) => merchant.cart(member)));
    expect(carts.flatMap((cart) => cart.paylines)).toHaveLength(1);
  });

  test('in another currency than the cart is not attached', async () => {
    const member = await merchant.member([['fee', 1000]]);
    const money = await unmatchedMoney({ mc_currency: 'USD' });
    expect(money).toMatchObject({ amount: 2500, currency: 'USD' });
    refused(await attach(money.id, member), 'currency_mismatch');
    expect((await merchant.cart(member)).paylines).toEqual([]);
    expect((await settled(money.gatewayReference!, 'unmatched')).member).toBeNull();
  });

  test('is attached to a member of this merchant only', async () => {
    const money = await unmatchedMoney();
    const foreign = await stranger.member();
    refused(await attach(money.id, foreign), 'not_found');
    refused(await attach(money.id, `mem_${'0'.repeat(26)}`), 'not_found');
    refusedField(await attach(money.id, 'somebody'), 'member');
    refusedField(await merchant.post(`/v1/notifications/${money.id}/attachment`, {}), 'member');
    refusedField(
      await merchant.post(`/v1/notifications/${money.id}/attachment`, { member: await merchant.member(), amount: 5 }),
      'amount',
    );
  });

  test('is given back at the gateway’s own site only, by an account that has no API credentials', async () => {
    const money = await unmatchedMoney();
    refused(
      await merchant.post(`/v1/notifications/${money.id}/refunds`, { note: 'not ours' }),
      'refund_at_gateway_only',
    );
    refusedField(await merchant.post(`/v1/notifications/${money.id}/refunds`, { amount: 0 }), 'amount');
  });
});

test('what is no unmatched money is not attached: a message that was applied, one that was forged, a refund of nothing we know', async () => {
  const member = await merchant.member([['fee', 5000]]);
  const payment: PaymentView = await merchant.pay(member);
  const { txnId } = await payAs(merchant, payment);
  const applied = await settled(txnId, 'applied');
  await postRaw(merchant, 'txn_id=FORGED0001&payment_status=Completed&mc_gross=5.00&mc_currency=EUR');
  const [forged] = await eventually(
    () => list('&state=invalid'),
    (rows) => rows.length > 0,
  );
  const refund = await unmatchedMoney({
    payment_status: 'Refunded',
    mc_gross: '-5.00',
    parent_txn_id: newTransactionId(),
  });
  for (const row of [applied, forged!, refund]) refused(await attach(row.id, member), 'not_unmatched');
  expect((await merchant.cart(member)).paylines).toHaveLength(1);
});

describe('a message that holds no money', () => {
  const dismiss = (id: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    merchant.post<Notification>(`/v1/notifications/${id}/dismissal`, body, headers);

  /** A genuine message that a person must read. */
  async function inFrontOfAPerson(
    over: Record<string, string | undefined> = { txn_type: 'masspay' },
  ): Promise<Notification> {
    const before = await list('&state=attention');
    await sendGenuine(
      merchant,
      ipn(merchant, { nextAction: null }, { mc_gross: '25.00', mc_currency: 'EUR', ...over }),
    );
    const rows = await eventually(
      () => list('&state=attention'),
      (all) => all.length > before.length,
    );
    return rows[0]!;
  }

  test('is put away by a person, with their note', async () => {
    const message = await inFrontOfAPerson();
    expect(message).toMatchObject({ state: 'attention', reason: 'money_out', kind: null, note: null });
    const { status, body } = await dismiss(message.id, { note: 'prizes for the tournament' });
    expect(status).toBe(200);
    expect(body).toEqual({ ...message, state: 'applied', reason: 'dismissed', note: 'prizes for the tournament' });
    expect(await list('&state=attention')).not.toContainEqual(expect.objectContaining({ id: message.id }));
    expect(await list('&state=applied')).toContainEqual(body);
    const { rows } = await world.db.sql.query('SELECT dismissal FROM notifications WHERE id = $1', [message.id]);
    expect(rows).toMatchObject([{ dismissal: { note: 'prizes for the tournament', reason: 'money_out' } }]);
  });

  test('is put away once, and a repeat with the key gets the first answer', async () => {
    const message = await inFrontOfAPerson({ txn_type: 'subscr_signup' });
    const headers = { 'idempotency-key': 'put away once' };
    const first = await dismiss(message.id, {}, headers);
    const again = await dismiss(message.id, {}, headers);
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 200, 'true']);
    expect(again.body).toEqual(first.body);
    refused(await dismiss(message.id), 'not_dismissible');
  });

  test.each<readonly [string, unknown, string]>([
    ['501 characters', { note: 'x'.repeat(501) }, 'note'],
    ['blank', { note: ' ' }, 'note'],
    ['a number', { note: 5 }, 'note'],
    ['another field', { comment: 'x' }, 'comment'],
  ])('with a note that is %s is refused by the name of the field', async (_what, body, field) => {
    refusedField(await dismiss(unknown, body), field);
  });

  test('is no money: what is unmatched, applied or forged is not put away', async () => {
    const money = await unmatchedMoney();
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
    const { txnId } = await payAs(merchant, payment);
    const applied = await settled(txnId, 'applied');
    for (const row of [money, applied]) refused(await dismiss(row.id), 'not_dismissible');
    expect((await settled(money.gatewayReference!, 'unmatched')).note).toBeNull();
  });

  test('does not prove that messages of the gateway arrive', async () => {
    const club = await Merchant.create(world);
    await sendGenuine(
      club,
      ipn(club, { nextAction: null }, { txn_type: 'masspay', mc_gross: '25.00', mc_currency: 'EUR' }),
    );
    const [row] = await eventually(
      () => list('&state=attention', club),
      (all) => all.length === 1,
    );
    await club.post(`/v1/notifications/${row!.id}/dismissal`);
    const { body } = await club.post<{ checks: { name: string; ok: boolean | null }[] }>(
      '/v1/gateway-accounts/paypal-standard/check',
    );
    expect(body.checks).toContainEqual(expect.objectContaining({ name: 'notifications', ok: null }));
  });
});

test("somebody else's notification looks like none at all", async () => {
  const money = await unmatchedMoney();
  const member = await stranger.member();
  for (const id of [money.id, unknown, 'x', '%00', 'ntf_%00']) {
    refused(await stranger.post(`/v1/notifications/${id}/attachment`, { member }), 'not_found');
    refused(await stranger.post(`/v1/notifications/${id}/refunds`), 'not_found');
    refused(await stranger.post(`/v1/notifications/${id}/dismissal`), 'not_found');
  }
  const browser = await memberOf(merchant, await merchant.member());
  refused(await browser.post(`/v1/notifications/${money.id}/attachment`, { member }), 'forbidden');
  refused(await browser.post(`/v1/notifications/${money.id}/dismissal`), 'forbidden');
});
