import { eventually, Merchant, untilAttention, untilStatus } from '../support/client';
import type { PaymentView, Reply } from '../support/client';
import { ipn, payAs, sendGenuine } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { memberOf, operatorOf } from './asking';
import { refused, refusedField } from './refusal';

let world: World;
let merchant: Merchant;
let stranger: Merchant;
beforeAll(async () => {
  world = await startWorld();
  merchant = await Merchant.create(world);
  stranger = await Merchant.create(world);
});
afterAll(() => world.stop());

const unknown = `pay_${'0'.repeat(26)}`;
const owing = async (amount = 5000) => merchant.pay(await merchant.member([['fee', amount]]));
const cancel = (id: string, headers: Record<string, string> = {}) =>
  merchant.post<PaymentView>(`/v1/payments/${id}/cancel`, {}, headers);
const resolve = (id: string, action: string, headers: Record<string, string> = {}) =>
  merchant.post<PaymentView>(`/v1/payments/${id}/resolution`, { action, note: 'seen with the bank' }, headers);

/** Payments by where they stand, each brought there as in life. */
const standing = {
  awaiting_payer: () => owing(),
  async paid(): Promise<PaymentView> {
    const payment = await owing();
    await payAs(merchant, payment);
    return untilStatus(merchant, payment.id, 'paid');
  },
  async processing() {
    const payment = await owing();
    await sendGenuine(merchant, ipn(merchant, payment, { payment_status: 'Pending', pending_reason: 'echeck' }));
    return untilStatus(merchant, payment.id, 'processing');
  },
  async failed() {
    const payment = await owing();
    await sendGenuine(merchant, ipn(merchant, payment, { payment_status: 'Failed' }));
    return untilStatus(merchant, payment.id, 'failed');
  },
  async cancelled() {
    const payment = await owing();
    return (await cancel(payment.id)).body;
  },
  async expired() {
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]), { expiresInMs: 1_000 });
    return untilStatus(merchant, payment.id, 'expired');
  },
  async needs_review() {
    const payment = await owing();
    await sendGenuine(merchant, ipn(merchant, payment, { mc_gross: '49.99' }));
    return untilStatus(merchant, payment.id, 'needs_review');
  },
  async paidTwice(): Promise<PaymentView> {
    const payment: PaymentView = await standing.paid();
    await sendGenuine(merchant, ipn(merchant, await owing(), { custom: payment.id, invoice: payment.id }));
    return untilAttention(merchant, payment.id);
  },
  async otherCurrency() {
    const payment = await owing();
    await sendGenuine(merchant, ipn(merchant, payment, { mc_currency: 'USD' }));
    return untilStatus(merchant, payment.id, 'needs_review');
  },
} satisfies Record<string, () => Promise<PaymentView>>;

describe('cancelling', () => {
  test('closes an unpaid payment and answers with it; the cart is as before', async () => {
    const member = await merchant.member([['fee', 5000]]);
    const payment = await merchant.pay(member);
    const { status, body } = await cancel(payment.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: payment.id,
      status: 'cancelled',
      reason: null,
      captured: 0,
      nextAction: null,
      attention: null,
    });
    expect(body.timeline.map((row) => row.kind)).toEqual(['checkout_opened', 'payment_cancelled']);
    expect(await merchant.payment(payment.id)).toEqual(body);
    expect(await merchant.cart(member)).toMatchObject({ due: 5000, paylines: [] });
    expect(await merchant.entries(payment.id)).toEqual([]);
  });

  test.each([
    ['paid', 'already_paid'],
    ['processing', 'payment_processing'],
    ['failed', 'already_failed'],
    ['cancelled', 'already_cancelled'],
    ['expired', 'already_expired'],
    ['needs_review', 'payment_needs_review'],
    ['paidTwice', 'already_paid'],
  ] as const)('a payment that stands at %s is refused as %s and stays as it is', async (where, code) => {
    const payment = await standing[where]();
    refused(await cancel(payment.id), code);
    expect(await merchant.payment(payment.id)).toEqual(payment);
  });

  test('is for the member whose payment it is, and for no other', async () => {
    const [member, other] = [await merchant.member([['fee', 1000]]), await merchant.member([['fee', 1000]])];
    const payment = await merchant.pay(member);
    refused(await (await memberOf(merchant, other)).post(`/v1/payments/${payment.id}/cancel`), 'not_found');
    const { status, body } = await (
      await memberOf(merchant, member)
    ).post<PaymentView>(`/v1/payments/${payment.id}/cancel`);
    expect({ status, now: body.status }).toEqual({ status: 200, now: 'cancelled' });
  });

  test('takes no fields, and no body is none', async () => {
    const payment = await owing();
    refusedField(await merchant.post(`/v1/payments/${payment.id}/cancel`, { reason: 'x' }), 'reason');
    const { status } = await operatorlessPost(`/v1/payments/${payment.id}/cancel`);
    expect(status).toBe(200);
  });

  const operatorlessPost = (path: string) =>
    fetch(new URL(path, world.baseUrl), { method: 'POST', headers: { authorization: `Bearer ${merchant.secretKey}` } });
});

describe('resolving', () => {
  test('accepts a sum that does not fit: the member is credited and the payment paid', async () => {
    const member = await merchant.member([['fee', 5000]]);
    const payment = await merchant.pay(member);
    await sendGenuine(merchant, ipn(merchant, payment, { mc_gross: '60.00', mc_fee: undefined }));
    expect(await untilStatus(merchant, payment.id, 'needs_review')).toMatchObject({
      attention: { code: 'amount_mismatch' },
    });
    const { status, body } = await resolve(payment.id, 'accept');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'paid', captured: 6000, attention: null });
    expect(await merchant.payment(payment.id)).toEqual(body);
    expect(await merchant.cart(member)).toMatchObject({ balance: 1000, due: 0, credit: 1000 });
  });

  test.each([
    ['awaiting_payer', 'accept', 'nothing_to_resolve'],
    ['awaiting_payer', 'refund', 'nothing_to_resolve'],
    ['paid', 'accept', 'nothing_to_resolve'],
    ['cancelled', 'accept', 'nothing_to_resolve'],
    ['otherCurrency', 'accept', 'currency_mismatch'],
    ['needs_review', 'refund', 'refund_at_gateway_only'],
    ['paidTwice', 'refund', 'refund_at_gateway_only'],
  ] as const)('a payment that stands at %s by %s is refused as %s', async (where, action, code) => {
    const payment = await standing[where]();
    refused(await resolve(payment.id, action), code);
    expect(await merchant.payment(payment.id)).toEqual(payment);
  });

  test.each<readonly [string, unknown, string]>([
    ['no action', { note: 'x' }, 'action'],
    ['an unknown action', { action: 'keep', note: 'x' }, 'action'],
    ['a blank note', { action: 'accept', note: ' ' }, 'note'],
    ['a note with a NUL', { action: 'accept', note: 'x\u0000' }, 'note'],
    ['a note with half a character', { action: 'accept', note: 'x\udfff' }, 'note'],
    ['a note of 1001 letters', { action: 'accept', note: 'x'.repeat(1001) }, 'note'],
    ['an unknown field', { action: 'accept', note: 'x', amount: 5 }, 'amount'],
  ])('with %s is refused by the name of the field', async (_what, body, field) => {
    const payment = await owing();
    refusedField(await merchant.post(`/v1/payments/${payment.id}/resolution`, body), field);
  });
});

describe('refunding', () => {
  test.each([
    ['awaiting_payer', 'nothing_to_refund'],
    ['needs_review', 'nothing_to_refund'],
    ['cancelled', 'nothing_to_refund'],
    ['paid', 'refund_at_gateway_only'],
    ['paidTwice', 'refund_at_gateway_only'],
  ] as const)('of a payment that stands at %s is refused as %s, and no refund is to be seen', async (where, code) => {
    const payment = await standing[where]();
    refused(await merchant.post(`/v1/payments/${payment.id}/refunds`, { amount: 100, note: 'rain' }), code);
    refused(await merchant.post(`/v1/payments/${payment.id}/refunds`), code);
    const { status, body } = await merchant.get(`/v1/payments/${payment.id}/refunds`);
    expect({ status, body }).toEqual({ status: 200, body: { data: [], nextCursor: null } });
    expect(await merchant.payment(payment.id)).toEqual(payment);
  });

  test.each<readonly [unknown, string]>([
    [{ amount: 0 }, 'amount'],
    [{ amount: -5 }, 'amount'],
    [{ amount: '5' }, 'amount'],
    [{ note: ' ' }, 'note'],
    [{ note: 'x'.repeat(1001) }, 'note'],
    [{ noteToPayer: 'x'.repeat(256) }, 'noteToPayer'],
    [{ cancelCharges: 'chg_x' }, 'cancelCharges'],
    [{ reason: 'rain' }, 'reason'],
    [{ amuont: 5 }, 'amuont'],
  ])('by %j is refused by the name of the field', async (body, field) => {
    const payment = await owing();
    refusedField(await merchant.post(`/v1/payments/${payment.id}/refunds`, body), field);
  });
});

test("a command for somebody else's payment, or for none, finds nothing and does nothing", async () => {
  const payment = await owing();
  for (const id of [payment.id, unknown, 'pay_%00', 'x']) {
    refused(await stranger.post(`/v1/payments/${id}/cancel`), 'not_found');
    refused(await stranger.post(`/v1/payments/${id}/resolution`, { action: 'accept', note: 'x' }), 'not_found');
    refused(await stranger.post(`/v1/payments/${id}/refunds`), 'not_found');
  }
  expect(await merchant.payment(payment.id)).toEqual(payment);
});

test('only a merchant resolves and refunds; the operator commands nothing', async () => {
  const member = await merchant.member([['fee', 1000]]);
  const payment = await merchant.pay(member);
  const browser = await memberOf(merchant, member);
  refused(await browser.post(`/v1/payments/${payment.id}/resolution`, { action: 'accept', note: 'x' }), 'forbidden');
  refused(await browser.post(`/v1/payments/${payment.id}/refunds`), 'forbidden');
  refused(await operatorOf(world).post(`/v1/payments/${payment.id}/cancel`), 'forbidden');
});

describe('a command with an Idempotency-Key', () => {
  const commandsOf = async (payment: string) =>
    (
      await world.db.sql.query<{ id: string; outcome: unknown }>(
        'SELECT id, outcome FROM commands WHERE payment_id = $1',
        [payment],
      )
    ).rows;
  const keptUnder = async (key: string) =>
    (await world.db.sql.query('SELECT 1 FROM idempotency_keys WHERE key = $1', [key])).rows.length;

  test('is one command however often it is sent', async () => {
    const payment = await owing();
    const headers = { 'idempotency-key': 'cancel once' };
    const first = await cancel(payment.id, headers);
    const again = await cancel(payment.id, headers);
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(await commandsOf(payment.id)).toHaveLength(1);
    refused(await cancel(payment.id), 'already_cancelled');
  });

  test('sent many times at once is one command, and every answer says so', async () => {
    const payment = await owing();
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => cancel(payment.id, { 'idempotency-key': 'cancel at once' })),
    );
    expect(replies.map((reply) => [reply.status, reply.body.status])).toEqual(replies.map(() => [200, 'cancelled']));
    expect(await commandsOf(payment.id)).toHaveLength(1);
  });

  test('resolves one sum, not the next one too', async () => {
    const payment = await standing.needs_review();
    await sendGenuine(
      merchant,
      ipn(merchant, await owing(), { custom: payment.id, invoice: payment.id, mc_gross: '1.00', mc_fee: '0.10' }),
    );
    await eventually(
      () => merchant.payment(payment.id),
      (seen) => seen.captured === 5099,
    );
    const headers = { 'idempotency-key': 'accept the older' };
    const first = await resolve(payment.id, 'accept', headers);
    expect(first.body).toMatchObject({ status: 'paid', attention: { code: 'duplicate_payment' } });
    const again = await resolve(payment.id, 'accept', headers);
    expect({ status: again.status, body: again.body }).toEqual({ status: 200, body: first.body });
    refused(
      await merchant.post(`/v1/payments/${payment.id}/resolution`, { action: 'refund', note: 'x' }, headers),
      'idempotency_key_reused',
    );
  });

  test('that was refused is not kept: the same key may try again when things have changed', async () => {
    const payment = await owing();
    const headers = { 'idempotency-key': 'too early' };
    refused(await resolve(payment.id, 'accept', headers), 'nothing_to_resolve');
    expect(await keptUnder('too early')).toBe(0);
    expect(await commandsOf(payment.id)).toEqual([]);
    await sendGenuine(merchant, ipn(merchant, payment, { mc_gross: '10.00' }));
    await untilStatus(merchant, payment.id, 'needs_review');
    const { status, headers: answered } = await resolve(payment.id, 'accept', headers);
    expect({ status, replayed: answered.get('idempotency-replayed') }).toEqual({ status: 200, replayed: null });
  });

  test('that lost a race in the run is refused and not kept either', async () => {
    const payment = await owing();
    const keys = Array.from({ length: 6 }, (_, i) => `racing ${i}`);
    const replies = await Promise.all(keys.map((key) => cancel(payment.id, { 'idempotency-key': key })));
    const won = replies.filter((reply) => reply.status === 200);
    expect(won).toHaveLength(1);
    for (const [index, reply] of replies.entries()) {
      if (reply.status === 200) continue;
      refused(reply, 'already_cancelled');
      expect(await keptUnder(keys[index]!)).toBe(0);
    }
    expect(
      (await merchant.payment(payment.id)).timeline.filter((row) => row.kind === 'payment_cancelled'),
    ).toHaveLength(1);
  });

  test('while no worker runs is stored and answered 202; once one runs it is done, and a repeat finds that same command', async () => {
    const payment = await owing();
    await world.stopWorkers();
    let waited: Reply<PaymentView>;
    const headers = { 'idempotency-key': 'nobody there' };
    try {
      waited = await cancel(payment.id, headers);
    } finally {
      await world.startWorker();
    }
    expect(waited.status).toBe(202);
    expect(waited.body).toEqual(payment);
    await untilStatus(merchant, payment.id, 'cancelled');
    const { status, body } = await cancel(payment.id, headers);
    expect({ status, now: body.status }).toEqual({ status: 200, now: 'cancelled' });
    expect(await commandsOf(payment.id)).toMatchObject([{ outcome: { outcome: 'accepted' } }]);
  });
});
