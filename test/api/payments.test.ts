import type { Pool } from 'pg';
import { inTransaction } from '../../books/sql';
import { call, eventually, Merchant, untilAttention, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { ipn, payAs, sendGenuine } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { startApi } from './api-alone';
import { asking, memberOf, newMerchant, operatorOf, watcherOf } from './asking';
import { openEvents } from './event-stream';
import type { EventStream } from './event-stream';
import { refused, refusedField } from './refusal';

interface Page {
  readonly data: readonly PaymentView[];
  readonly nextCursor: string | null;
}

let world: World;
let merchant: Merchant;
let stranger: Merchant;
beforeAll(async () => {
  world = await startWorld();
  merchant = await Merchant.create(world, { returnOrigins: ['https://club.example', 'http://localhost:8080'] });
  stranger = await Merchant.create(world);
});
afterAll(() => world.stop());

const chargeIds = async (member: string) => (await merchant.cart(member)).charges.map((charge) => charge.id);
const open = (body: Record<string, unknown>, by = merchant) =>
  by.post<PaymentView>('/v1/payments', { gateway: 'paypal-standard', ...body });

describe('a payment', () => {
  test('of the whole balance answers with everything that DESIGN promises, and reads the same afterwards', async () => {
    const member = await merchant.member([
      ['fee', 3000],
      ['insurance', 1250],
    ]);
    const before = Date.now();
    const { status, body } = await open({ member });
    expect(status).toBe(201);
    const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(body).toEqual({
      id: expect.stringMatching(/^pay_[0-9a-z]{26}$/),
      member,
      agreement: null,
      gateway: 'paypal-standard',
      method: null,
      status: 'awaiting_payer',
      reason: null,
      amount: 4250,
      currency: 'EUR',
      captured: 0,
      fee: 0,
      refunded: 0,
      disputed: 0,
      chargedBack: 0,
      refundable: 0,
      nextAction: expect.objectContaining({ kind: 'form' }),
      attention: null,
      attentions: [],
      charges: [],
      createdAt: moment,
      expiresAt: moment,
      timeline: [
        {
          kind: 'checkout_opened',
          amount: 4250,
          currency: 'EUR',
          gatewayReference: null,
          reason: null,
          occurredAt: moment,
          recordedAt: moment,
        },
      ],
      workflowId: `payment-${body.id}`,
      temporalUrl: expect.stringMatching(/^http:\/\/localhost:8233\/namespaces\/default\/workflows\?query=/),
      environment: 'simulator',
      memberName: 'Anne Martin',
      actions: ['cancel', 'refund', 'resolution'].map((kind) => expect.objectContaining({ kind })),
    });
    expect(Math.abs(Date.parse(body.expiresAt) - before - 86_400_000)).toBeLessThan(60_000);
    expect(new URL((body as unknown as { temporalUrl: string }).temporalUrl).searchParams.get('query')).toBe(
      `WorkflowId="payment-${body.id}"`,
    );
    expect(await merchant.payment(body.id)).toEqual(body);
  });

  test('hands the payer a form for PayPal that names merchant, sum, payment and the way back', async () => {
    const member = await merchant.member([['fee', 4250]]);
    const { body } = await open({ member });
    expect(body.nextAction).toEqual({
      kind: 'form',
      action: `${world.simulator.url}/paypal/cgi-bin/webscr`,
      method: 'POST',
      fields: expect.objectContaining({
        amount: '42.50',
        currency_code: 'EUR',
        business: merchant.seller.id,
        invoice: body.id,
        custom: body.id,
        item_name: 'Club',
        charset: 'utf-8',
        notify_url: merchant.notificationUrl,
        return: `${world.baseUrl}/return/${body.id}`,
        cancel_return: `${world.baseUrl}/cancel/${body.id}`,
      }),
    });
  });

  test.each<readonly [string, readonly (readonly [string, number])[], Record<string, unknown>, number]>([
    ['of part of the balance', [['fee', 3000]], { amount: 1000 }, 1000],
    ['of more than the balance', [['fee', 3000]], { amount: 5000 }, 5000],
    ['of one cent', [['fee', 3000]], { amount: 1 }, 1],
    ['of the largest amount', [], { amount: 999_999_999_999 }, 999_999_999_999],
    ['in advance of an empty cart', [], { amount: 700 }, 700],
    ["in the merchant's currency by name", [['fee', 3000]], { currency: 'EUR' }, 3000],
    ['by the method that the gateway has', [['fee', 3000]], { method: 'paypal' }, 3000],
    ['back to a registered origin', [['fee', 3000]], { returnUrl: 'https://club.example/thanks?x=1' }, 3000],
    ['back to a registered origin with a port', [['fee', 3000]], { cancelUrl: 'http://localhost:8080/' }, 3000],
    ['that waits a second', [['fee', 3000]], { expiresInMs: 1_000 }, 3000],
    ['that waits 30 days', [['fee', 3000]], { expiresInMs: 30 * 86_400_000 }, 3000],
  ])('%s is opened', async (_what, charges, over, amount) => {
    const member = await merchant.member(charges);
    const { status, body } = await open({ member, ...over });
    expect({ status, amount: body.amount, paying: body.status }).toEqual({
      status: 201,
      amount,
      paying: 'awaiting_payer',
    });
  });

  test('of named charges asks for what is open of them, each once', async () => {
    const member = await merchant.member([
      ['fee', 3000],
      ['outing', 2000],
      ['insurance', 500],
    ]);
    const [fee, outing] = await chargeIds(member);
    expect((await open({ member, charges: [outing] })).body).toMatchObject({ amount: 2000, charges: [outing] });
    expect((await open({ member, charges: [outing, fee] })).body.amount).toBe(5000);
    expect((await open({ member, charges: [outing, outing] })).body.amount).toBe(2000);
    expect((await open({ member, charges: [outing], amount: 700 })).body.amount).toBe(700);

    const part = await merchant.pay(member, { charges: [outing], amount: 1500 });
    await payAs(merchant, part);
    await untilStatus(merchant, part.id, 'paid');
    expect((await open({ member, charges: [outing] })).body.amount).toBe(500);
    expect((await open({ member })).body.amount).toBe(4000);
  });

  test('of nothing is refused: the cart is empty, or what was named is paid', async () => {
    refused(await open({ member: await merchant.member() }), 'nothing_due');
    const member = await merchant.member([
      ['fee', 1000],
      ['outing', 500],
    ]);
    const [fee] = await chargeIds(member);
    const payment = await merchant.pay(member, { charges: [fee] });
    await payAs(merchant, payment);
    await untilStatus(merchant, payment.id, 'paid');
    refused(await open({ member, charges: [fee] }), 'nothing_due');
  });

  test('without an amount is of what is due and not on its way already', async () => {
    const member = await merchant.member([['fee', 5000]]);
    const hold = async (amount: number) => {
      const payment = (await open({ member, amount })).body;
      await sendGenuine(
        merchant,
        ipn(merchant, payment, { payment_status: 'Pending', pending_reason: 'echeck', mc_fee: undefined }),
      );
      await untilStatus(merchant, payment.id, 'processing');
    };
    await hold(3000);
    expect(await merchant.cart(member)).toMatchObject({ due: 5000, pending: 3000 });
    expect((await open({ member })).body.amount).toBe(2000);

    await hold(2000);
    expect(await merchant.cart(member)).toMatchObject({ due: 5000, pending: 5000 });
    refused(await open({ member }), 'payment_pending');
    const options = await merchant.get<{ data: { reason: string | null }[] }>(`/v1/members/${member}/checkout-options`);
    expect(options.body.data.map(({ reason }) => reason)).toContain('payment_pending');
    expect((await open({ member, amount: 700 })).body.amount).toBe(700);
    expect((await open({ member, charges: await chargeIds(member) })).body.amount).toBe(5000);
  });

  test.each<readonly [string, Record<string, unknown>, string]>([
    ['no member', { member: undefined }, 'member'],
    ['something else than a member', { member: 'pay_00000000000000000000000000' }, 'member'],
    ['no gateway', { gateway: undefined }, 'gateway'],
    ['an unknown gateway', { gateway: 'stripe' }, 'gateway'],
    ['a gateway by its prototype', { gateway: '__proto__' }, 'gateway'],
    ['zero', { amount: 0 }, 'amount'],
    ['less than zero', { amount: -1 }, 'amount'],
    ['a fraction', { amount: 1.5 }, 'amount'],
    ['text', { amount: '1000' }, 'amount'],
    ['10¹²', { amount: 1e12 }, 'amount'],
    ['1e21', { amount: 1e21 }, 'amount'],
    ['null', { amount: null }, 'amount'],
    ['a float past the integers', { amount: Number.MAX_SAFE_INTEGER + 2 }, 'amount'],
    ['no currency of the world', { currency: 'EURO' }, 'currency'],
    ['an empty currency', { currency: '' }, 'currency'],
    ['an empty list of charges', { charges: [] }, 'charges'],
    ['a charge that is none', { charges: ['chg_x'] }, 'charges.0'],
    ['charges that are no list', { charges: 'chg_x' }, 'charges'],
    ['a wait of less than a second', { expiresInMs: 999 }, 'expiresInMs'],
    ['a wait of more than 30 days', { expiresInMs: 30 * 86_400_000 + 1 }, 'expiresInMs'],
    ['a wait in text', { expiresInMs: '1000' }, 'expiresInMs'],
    ['a return address that is none', { returnUrl: 'thanks' }, 'returnUrl'],
    ['a script as return address', { returnUrl: 'javascript:alert(1)' }, 'returnUrl'],
    ['a return address with a NUL', { returnUrl: 'https://club.example/\u0000' }, 'returnUrl'],
    ['a return address with half a character', { returnUrl: 'https://club.example/\ud800' }, 'returnUrl'],
    ['an empty cancel address', { cancelUrl: '' }, 'cancelUrl'],
    ['a method with a control character', { method: 'a\u0000' }, 'method'],
    ['a phone number of letters', { phone: 'x' }, 'phone'],
    ['a misspelled field', { amuont: 5 }, 'amuont'],
    ['a status of its own', { status: 'paid' }, 'status'],
  ])('of %s is refused by the name of the field', async (_what, over, field) => {
    const member = await merchant.member([['fee', 1000]]);
    refusedField(await open({ member, ...over }), field);
  });

  test.each([
    ['returnUrl', 'https://evil.example/'],
    ['cancelUrl', 'https://club.example.evil.example/'],
    ['returnUrl', 'http://club.example/'],
    ['returnUrl', 'https://club.example:8443/'],
    ['returnUrl', 'https://club.example@evil.example/'],
    ['returnUrl', 'https://sub.club.example/'],
    ['cancelUrl', 'http://localhost:8081/'],
  ])('whose %s is %s is refused: nobody registered that origin', async (field, url) => {
    const member = await merchant.member([['fee', 1000]]);
    const problem = refused(await open({ member, [field]: url }), 'origin_not_registered');
    expect(problem.errors?.map((error) => error.path)).toEqual([field]);
  });

  test('for nobody, for a stranger or of charges that are not theirs is not found', async () => {
    const member = await merchant.member([['fee', 1000]]);
    const [charge] = await chargeIds(member);
    refused(await open({ member: `mem_${'0'.repeat(26)}`, amount: 5 }), 'not_found');
    refused(await open({ member, amount: 5 }, stranger), 'not_found');
    refused(await open({ member, charges: [`chg_${'0'.repeat(26)}`] }), 'not_found');
    refused(await open({ member: await stranger.member([['fee', 1]]), charges: [charge] }, stranger), 'not_found');
    refused(await open({ member: await merchant.member([['fee', 1]]), charges: [charge] }), 'not_found');
  });

  test('needs an account at the gateway, and an enabled one', async () => {
    const bare = await newMerchant(world);
    const { body: someone } = await bare.post<{ id: string }>('/v1/members', { name: 'x' });
    refused(
      await bare.post('/v1/payments', { member: someone.id, gateway: 'paypal-standard', amount: 500 }),
      'gateway_not_configured',
    );

    const disabled = await Merchant.create(world);
    const member = await disabled.member([['fee', 1000]]);
    await world.db.sql.query('UPDATE gateway_accounts SET enabled = false WHERE merchant_id = $1', [disabled.id]);
    refused(await open({ member }, disabled), 'gateway_not_enabled');
  });

  test.each([
    ['HUF', 1050],
    ['TWD', 199],
    ['XOF', 5000],
    ['KWD', 5000],
  ])('in %s of %i minor units is refused where PayPal cannot take it', async (currency, amount) => {
    const club = await Merchant.create(world, { currency });
    const member = await club.member([['fee', amount]]);
    refused(await open({ member }, club), 'amount_not_supported');
  });

  test.each([
    ['HUF', 105_000, '1050'],
    ['JPY', 1200, '1200'],
    ['USD', 5, '0.05'],
  ])('in %s of %i minor units asks PayPal for %s', async (currency, amount, text) => {
    const club = await Merchant.create(world, { currency });
    const { body } = await open({ member: await club.member([['fee', amount]]) }, club);
    expect(body.nextAction?.fields).toMatchObject({ amount: text, currency_code: currency });
  });

  test('of a balance beyond the largest amount is refused until a part is named', async () => {
    const member = await merchant.member([
      ['fee', 999_999_999_999],
      ['fee', 1],
    ]);
    refused(await open({ member }), 'amount_not_supported');
    expect((await open({ member, amount: 1 })).status).toBe(201);
  });

  test("in another currency than the merchant's, or by a method that does not exist, is refused", async () => {
    const member = await merchant.member([['fee', 1000]]);
    refused(await open({ member, currency: 'USD' }), 'currency_not_supported');
    refused(await open({ member, method: 'carrier_pigeon' }), 'method_not_supported');
    refused(await open({ member, method: 'constructor' }), 'method_not_supported');
    refused(await open({ member, method: '__proto__' }), 'method_not_supported');
  });

  test('tells its story oldest first, and offers no next action once it is paid', async () => {
    const member = await merchant.member([['fee', 5000]]);
    const payment = await merchant.pay(member);
    await sendGenuine(
      merchant,
      ipn(merchant, payment, { payment_status: 'Pending', pending_reason: 'echeck', txn_id: 'TXN0STORY' }),
    );
    expect(await untilStatus(merchant, payment.id, 'processing')).toMatchObject({ reason: 'echeck', nextAction: null });
    await sendGenuine(merchant, ipn(merchant, payment, { txn_id: 'TXN0STORY' }));
    const paid = await untilStatus(merchant, payment.id, 'paid');
    expect(paid).toMatchObject({ captured: 5000, fee: 195, reason: null, nextAction: null });
    expect(paid.timeline.map(({ kind, gatewayReference, reason }) => [kind, gatewayReference, reason])).toEqual([
      ['checkout_opened', null, null],
      ['payment_pending', 'TXN0STORY', 'echeck'],
      ['payment_captured', 'TXN0STORY', null],
      ['fee_charged', 'TXN0STORY', null],
    ]);
    const places = paid.timeline.map((row) => Date.parse(row.recordedAt));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });
});

describe("a member's own browser", () => {
  test('opens, reads and lists its own payments, and finds no others', async () => {
    const [member, other] = [await merchant.member([['fee', 1000]]), await merchant.member([['fee', 1000]])];
    const browser = await memberOf(merchant, member);
    const { status, body } = await browser.post<PaymentView>('/v1/payments', {
      member,
      gateway: 'paypal-standard',
      amount: 500,
    });
    expect(status).toBe(201);
    expect((await browser.get(`/v1/payments/${body.id}`)).body).toEqual(body);
    const theirs = await merchant.pay(other);
    refused(await browser.get(`/v1/payments/${theirs.id}`), 'not_found');
    refused(await browser.get(`/v1/payments/${theirs.id}/events`), 'not_found');
    refused(await browser.get(`/v1/payments/${theirs.id}/refunds`), 'not_found');
    refused(await browser.post('/v1/payments', { member: other, gateway: 'paypal-standard', amount: 5 }), 'not_found');
    expect((await browser.get<Page>('/v1/payments')).body.data.map((payment) => payment.id)).toEqual([body.id]);
    expect((await browser.get<Page>(`/v1/payments?member=${other}`)).body.data).toEqual([]);
  });

  test('has at most ten open payments, though it asks for twenty at once; the merchant may open more, and each that ends makes room', async () => {
    const member = await merchant.member([['fee', 1000]]);
    const browser = await memberOf(merchant, member);
    const body = { member, gateway: 'paypal-standard', amount: 50 };
    const asked = await Promise.all(
      Array.from({ length: 20 }, () => browser.post<PaymentView & { code: string }>('/v1/payments', body)),
    );
    const opened = asked.filter(({ status }) => status === 201);
    expect(opened).toHaveLength(10);
    for (const reply of asked.filter(({ status }) => status !== 201)) refused(reply, 'too_many_open_payments');
    const open = await merchant.payments(member);
    expect(open.map(({ id }) => id).sort()).toEqual(opened.map(({ body: { id } }) => id).sort());

    expect((await merchant.post('/v1/payments', body)).status).toBe(201);
    for (const { body: ended } of opened.slice(0, 2)) await browser.post(`/v1/payments/${ended.id}/cancel`);
    await untilStatus(merchant, opened[0]!.body.id, 'cancelled');
    await untilStatus(merchant, opened[1]!.body.id, 'cancelled');
    expect((await browser.post('/v1/payments', body)).status).toBe(201);
    refused(await browser.post('/v1/payments', body), 'too_many_open_payments');
  });

  test('is told the first answer again however many are open, and another member is not held up', async () => {
    const [member, other] = [await merchant.member([['fee', 1000]]), await merchant.member([['fee', 1000]])];
    const browser = await memberOf(merchant, member);
    const body = { member, gateway: 'paypal-standard', amount: 50 };
    const first = await browser.post<PaymentView>('/v1/payments', body, { 'idempotency-key': 'first' });
    for (let opened = 1; opened < 10; opened++) await browser.post('/v1/payments', body);
    refused(await browser.post('/v1/payments', body), 'too_many_open_payments');
    const again = await browser.post<PaymentView>('/v1/payments', body, { 'idempotency-key': 'first' });
    expect([again.status, again.body.id]).toEqual([201, first.body.id]);
    const theirs = await (await memberOf(merchant, other)).post('/v1/payments', { ...body, member: other });
    expect(theirs.status).toBe(201);
  });

  test('reads no books, no accounts and no notifications', async () => {
    const browser = await memberOf(merchant, await merchant.member());
    for (const path of [
      '/v1/ledger/entries',
      '/v1/ledger/balances',
      '/v1/gateway-accounts',
      '/v1/notifications',
      '/v1/merchant',
    ])
      refused(await browser.get(path), 'forbidden');
    refused(await browser.put('/v1/gateway-accounts/paypal-standard', {}), 'forbidden');
  });
});

describe('a page that watches one payment', () => {
  test('reads that payment and nothing else, and commands nothing', async () => {
    const member = await merchant.member([['fee', 1000]]);
    const [payment, other] = [await merchant.pay(member), await merchant.pay(member)];
    const watcher = await watcherOf(merchant, payment.id);
    const hidden = { memberName: null, actions: expect.any(Array) };
    expect((await watcher.get(`/v1/payments/${payment.id}`)).body).toEqual({ ...payment, ...hidden });
    refused(await watcher.get(`/v1/payments/${other.id}`), 'not_found');
    for (const path of [
      `/v1/members/${member}/cart`,
      `/v1/members/${member}`,
      '/v1/payments',
      `/v1/payments/${payment.id}/refunds`,
    ])
      refused(await watcher.get(path), 'forbidden');
    refused(await watcher.post(`/v1/payments/${payment.id}/cancel`), 'forbidden');
    refused(await watcher.post('/v1/payments', { member, gateway: 'paypal-standard' }), 'forbidden');
  });
});

describe('the list of payments', () => {
  test('is newest first, filters by status, member and gateway, and pages stably while payments are added', async () => {
    const club = await Merchant.create(world);
    const [anne, bob] = [await club.member([['fee', 1000]]), await club.member([['fee', 1000]])];
    const made: string[] = [];
    for (const amount of [101, 102, 103, 104, 105]) made.unshift((await club.pay(anne, { amount })).id);
    const his = await club.pay(bob);
    await payAs(club, his);
    await untilStatus(club, his.id, 'paid');

    const ids = async (query: string) =>
      (await club.get<Page>(`/v1/payments?${query}`)).body.data.map((payment) => payment.id);
    expect(await ids('')).toEqual([his.id, ...made]);
    expect(await ids(`member=${anne}`)).toEqual(made);
    expect(await ids('status=paid')).toEqual([his.id]);
    expect(await ids('status=awaiting_payer')).toEqual(made);
    expect(await ids('status=expired')).toEqual([]);
    expect(await ids('gateway=paypal-standard&status=paid')).toEqual([his.id]);
    expect(await ids(`status=paid&member=${anne}`)).toEqual([]);
    expect(await ids(`member=mem_${'0'.repeat(26)}`)).toEqual([]);
    expect(await ids('attention=any')).toEqual([]);

    const first = await club.get<Page>(`/v1/payments?member=${anne}&limit=3`);
    expect(first.body.data).toEqual(await Promise.all(made.slice(0, 3).map((id) => club.payment(id))));
    await club.pay(anne, { amount: 106 });
    const second = await club.get<Page>(`/v1/payments?member=${anne}&limit=3&cursor=${first.body.nextCursor!}`);
    expect(second.body.data.map((payment) => payment.id)).toEqual(made.slice(3));
    expect(second.body.nextCursor).toBeNull();
  });

  test('filters by several values, by amounts and by days of the merchant’s clock', async () => {
    const club = await Merchant.create(world, { timeZone: 'Africa/Porto-Novo' }); // an hour before UTC
    const anne = await club.member([['fee', 9000]]);
    const [first, second, third, fourth] = [
      await club.pay(anne, { amount: 100 }),
      await club.pay(anne, { amount: 200 }),
      await club.pay(anne, { amount: 300 }),
      await club.pay(anne, { amount: 400 }),
    ].map(({ id }) => id);
    await club.post(`/v1/payments/${first}/cancel`);
    await payAs(club, await club.payment(second!));
    await untilStatus(club, second!, 'paid');
    const ids = async (query: string) =>
      (await club.get<Page>(`/v1/payments?${query}`)).body.data.map((payment) => payment.id);

    expect(await ids('status=paid,cancelled')).toEqual([second, first]);
    expect(await ids('status=paid,paid')).toEqual([second]);
    expect(await ids('status=paid,cancelled,awaiting_payer&limit=3')).toEqual([fourth, third, second]);
    expect(await ids('gateway=kkiapay,paypal-standard&status=cancelled')).toEqual([first]);
    expect(await ids('gateway=kkiapay,paypal-checkout')).toEqual([]);
    expect(await ids('attention=duplicate_payment,amount_mismatch')).toEqual([]);
    expect(await ids('minAmount=200&maxAmount=300')).toEqual([third, second]);
    expect(await ids('minAmount=301')).toEqual([fourth]);
    expect(await ids('maxAmount=99')).toEqual([]);

    // As they would stand after a quarter of a year.
    const moments = ['2027-01-30T22:59:59Z', '2027-01-30T23:00:00Z', '2027-02-28T10:00:00Z', '2027-03-31T10:00:00Z'];
    await inTransaction(world.db, async ({ sql }) => {
      await sql.query('SET LOCAL session_replication_role = replica'); // the terms of a payment are fixed
      for (const [index, id] of [first, second, third, fourth].entries())
        await sql.query('UPDATE payments SET created_at = $2 WHERE id = $1', [id, moments[index]]);
    });
    expect(await ids('from=2027-01-31')).toEqual([fourth, third, second]);
    expect(await ids('to=2027-01-31')).toEqual([first]);
    expect(await ids('from=2027-01-31&to=2027-03-31')).toEqual([third, second]);
    expect(await ids('from=2027-03-31T10:00:00Z')).toEqual([fourth]);
    expect(await ids('to=2027-03-31T10:00:00Z&status=awaiting_payer,paid')).toEqual([third, second]);
    expect(await ids('from=2027-04-01')).toEqual([]);
    expect(await ids('to=2026-01-01')).toEqual([]);
  });

  test('shows those that a person must look at, paid ones among them, until they were looked at', async () => {
    const club = await Merchant.create(world);
    const fine = await club.pay(await club.member([['fee', 5000]]));
    const twice = await club.pay(await club.member([['fee', 5000]]));
    for (const payment of [fine, twice]) {
      await payAs(club, payment);
      await untilStatus(club, payment.id, 'paid');
    }
    const short = await club.pay(await club.member([['fee', 5000]]));
    await sendGenuine(club, ipn(club, twice));
    await sendGenuine(club, ipn(club, short, { mc_gross: '49.99' }));
    for (const payment of [twice, short]) await untilAttention(club, payment.id);

    const ids = async (query: string) =>
      (await club.get<Page>(`/v1/payments?${query}`)).body.data.map((payment) => payment.id);
    expect(await ids('attention=any')).toEqual([short.id, twice.id]);
    expect(await ids('attention=duplicate_payment')).toEqual([twice.id]);
    expect(await ids('attention=any&status=paid')).toEqual([twice.id]);
    await club.post(`/v1/payments/${short.id}/resolution`, { action: 'accept', note: 'seen' });
    expect(await ids('attention=any')).toEqual([twice.id]);
  });

  test('shows no payment of another merchant', async () => {
    const payment = await merchant.pay(await merchant.member([['fee', 1000]]));
    const { body } = await stranger.get<Page>('/v1/payments?limit=100');
    expect(body.data.map((theirs) => theirs.id)).not.toContain(payment.id);
  });

  test.each([
    ['status=nope', 'status'],
    ['status=', 'status'],
    ['status=paid&status=failed', 'status'],
    ['gateway=stripe', 'gateway'],
    ['status=paid,lost', 'status'],
    ['status=', 'status'],
    ['minAmount=1.5', 'minAmount'],
    ['maxAmount=0', 'maxAmount'],
    ['from=yesterday', 'from'],
    ['to=2027-02-30', 'to'],
    ['attention=nope', 'attention'],
    ['attention=', 'attention'],
    ['member=%00', 'member'],
    ['member=pay_00000000000000000000000000', 'member'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['cursor=zzz', 'cursor'],
    ['unknown=1', 'unknown'],
    ['Status=paid', 'Status'],
  ])('refuses ?%s by the name of the parameter', async (query, parameter) => {
    refusedField(await merchant.get(`/v1/payments?${query}`), parameter);
  });
});

describe('a payment that is not there', () => {
  test("or is somebody else's is not found, whatever is asked of it", async () => {
    const payment = await merchant.pay(await merchant.member([['fee', 1000]]));
    for (const id of [
      payment.id,
      `pay_${'0'.repeat(26)}`,
      "pay_' OR 1=1--",
      '%27',
      'pay_%00',
      '..%2f..',
      'x'.repeat(3000),
    ]) {
      refused(await stranger.get(`/v1/payments/${id}`), 'not_found');
      refused(await stranger.get(`/v1/payments/${id}/events`), 'not_found');
      refused(await stranger.get(`/v1/payments/${id}/refunds`), 'not_found');
    }
  });

  test('takes no parameters that it does not know', async () => {
    const payment = await merchant.pay(await merchant.member([['fee', 1000]]));
    refusedField(await merchant.get(`/v1/payments/${payment.id}?expand=all`), 'expand');
    refusedField(await merchant.get(`/v1/payments/${payment.id}/events?expand=all`), 'expand');
  });
});

describe('the event stream of a payment', () => {
  const streams: EventStream[] = [];
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.close();
  });
  const watch = async (key: string, id: string, headers: Record<string, string> = {}) => {
    const stream = await openEvents(world, key, id, headers);
    streams.push(stream);
    return stream;
  };

  test('begins with what happened so far and goes on as it happens', async () => {
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
    const stream = await watch(merchant.secretKey, payment.id);
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(stream.headers.get('cache-control')).toBe('no-store');
    expect(await stream.take(1)).toEqual([{ id: '1', event: 'checkout_opened', data: payment.timeline[0] }]);
    await payAs(merchant, payment);
    const live = await stream.take(2);
    const { timeline } = await untilStatus(merchant, payment.id, 'paid');
    expect(live).toEqual([
      { id: '2', event: 'payment_captured', data: timeline[1] },
      { id: '3', event: 'fee_charged', data: timeline[2] },
    ]);
  });

  test('goes on after the event that was seen last', async () => {
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
    await payAs(merchant, payment);
    await untilStatus(merchant, payment.id, 'paid');
    const all = await (await watch(merchant.secretKey, payment.id)).take(3);
    for (const seen of [1, 2]) {
      const stream = await watch(merchant.secretKey, payment.id, { 'last-event-id': `${seen}` });
      expect(await stream.take(3 - seen)).toEqual(all.slice(seen));
    }
    for (const nonsense of ['x', '-1', '1.5', '']) {
      const stream = await watch(merchant.secretKey, payment.id, { 'last-event-id': nonsense });
      expect(await stream.take(3)).toEqual(all);
    }
  });

  test('is open to the member whose payment it is, and to a page that watches it', async () => {
    const member = await merchant.member([['fee', 5000]]);
    const payment = await merchant.pay(member);
    const { body } = await merchant.post<{ token: string }>(`/v1/members/${member}/tokens`);
    const { token } = await watcherOf(merchant, payment.id);
    for (const key of [body.token, token]) {
      const [first] = await (await watch(key, payment.id)).take(1);
      expect(first).toMatchObject({ id: '1', event: 'checkout_opened' });
    }
  });

  test('ends when the token that opened it expires, and nothing comes after', async () => {
    const member = await merchant.member([['fee', 5000]]);
    const payment = await merchant.pay(member);
    const { body } = await merchant.post<{ token: string }>(`/v1/members/${member}/tokens`, { expiresInMs: 2_000 });
    const stream = await watch(body.token, payment.id);
    expect(stream.status).toBe(200);
    expect(await stream.rest()).toMatchObject([{ event: 'checkout_opened' }]);
  });

  test('is opened at most twenty times at once with one token; each that is closed makes room, and others are not held up', async () => {
    const member = await merchant.member([['fee', 5000]]);
    const payment = await merchant.pay(member);
    const { token } = await memberOf(merchant, member);
    const streams = await Promise.all(Array.from({ length: 20 }, () => watch(token, payment.id)));
    expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
    const refusal = await asking(world, token).get(`/v1/payments/${payment.id}/events`);
    refused(refusal, 'too_many_requests');
    expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
    for (const key of [merchant.secretKey, (await watcherOf(merchant, payment.id)).token])
      expect(await (await watch(key, payment.id)).take(1)).toMatchObject([{ event: 'checkout_opened' }]);

    streams[0]!.close();
    const again = await eventually(
      () => watch(token, payment.id),
      ({ status }) => status === 200,
    );
    expect(await again.take(1)).toMatchObject([{ event: 'checkout_opened' }]);
  });

  test('ends soon after the key that opened it was revoked', async () => {
    const leaver = await Merchant.create(world);
    const payment = await leaver.pay(await leaver.member([['fee', 5000]]));
    const stream = await watch(leaver.secretKey, payment.id);
    await stream.take(1);
    await world.db.sql.query('UPDATE api_keys SET revoked_at = now() WHERE merchant_id = $1', [leaver.id]);
    expect(await stream.rest()).toEqual([]);
  });

  test('tells nothing more once the key is not recognised, whatever happens', async () => {
    const leaver = await Merchant.create(world);
    const payment = await leaver.pay(await leaver.member([['fee', 5000]]));
    const stream = await watch(leaver.secretKey, payment.id);
    await stream.take(1);
    await world.db.sql.query('UPDATE api_keys SET revoked_at = now() WHERE merchant_id = $1', [leaver.id]);
    await eventually(
      () => asking(world, leaver.secretKey).get('/v1/merchant'),
      ({ status }) => status === 401,
    );
    await payAs(leaver, payment);
    expect(await stream.rest()).toEqual([]);
  });

  test('is not watched for somebody who left before it began', async () => {
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
    let watched = 0;
    let enter: () => void = () => undefined;
    let goOn: () => void = () => undefined;
    const entered = new Promise<void>((resolve) => (enter = resolve));
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const sql = Object.create(world.db.sql) as Pool;
    sql.query = (async (statement: { text: string }, ...values: unknown[]) => {
      const answer: unknown = await (world.db.sql.query as (...all: unknown[]) => Promise<unknown>)(
        statement,
        ...values,
      );
      if (statement.text.includes('FROM payments')) {
        enter();
        await gate;
      }
      return answer;
    }) as Pool['query'];
    const live = { watch: () => ((watched += 1), () => (watched -= 1)), close: () => Promise.resolve() };
    const { token } = await watcherOf(merchant, payment.id);
    const api = await startApi({ db: { ...world.db, sql }, live });
    const leaving = new AbortController();
    const asked = fetch(new URL(`/v1/payments/${payment.id}/events`, api.baseUrl), {
      headers: { authorization: `Bearer ${token}` },
      signal: leaving.signal,
    });
    await entered;
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await eventually(api.connections, (count) => count === 0);
    goOn();
    await new Promise(setImmediate);
    expect(watched).toBe(0);
    await api.stop();
  });

  test('is closed to everybody else', async () => {
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
    const other = await merchant.pay(await merchant.member([['fee', 5000]]));
    const path = `/v1/payments/${payment.id}/events`;
    refused(await asking(world, null).get(path), 'unauthenticated');
    refused(await asking(world, 'nope').get(path), 'unauthenticated');
    refused(await operatorOf(world).get(path), 'forbidden');
    refused(await stranger.get(path), 'not_found');
    refused(await (await watcherOf(merchant, other.id)).get(path), 'not_found');
    refused(
      await call(world.baseUrl, merchant.secretKey, 'GET', `/v1/payments/pay_${'0'.repeat(26)}/events`),
      'not_found',
    );
  });
});
