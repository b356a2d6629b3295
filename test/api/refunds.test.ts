import { Merchant, untilStatus } from '../support/client';
import { approveAs, connectCheckout, visit } from '../support/gateways';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { memberOf } from './asking';
import { refused, refusedField } from './refusal';

interface RefundView {
  readonly id: string;
  readonly status: string;
}
interface List {
  readonly data: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
}

let world: World;
let merchant: Merchant;
let stranger: Merchant;
beforeAll(async () => {
  world = await startWorld();
  [merchant, stranger] = [await Merchant.create(world), await Merchant.create(world)];
  await connectCheckout(merchant);
});
afterAll(() => world.stop());

/** A payment of 30.00 and 20.00 EUR that PayPal Checkout took. */
async function openPaid() {
  const member = await merchant.member([
    ['fee', 3000],
    ['outing', 2000],
  ]);
  const payment = await merchant.pay(member, { gateway: 'paypal-checkout' });
  await visit(await approveAs(merchant, payment));
  await untilStatus(merchant, payment.id, 'paid');
  return { member, payment, charges: (await merchant.cart(member)).charges.map(({ id }) => id) };
}
const refund = (payment: { readonly id: string }, wish: object = {}, headers = {}) =>
  merchant.post<RefundView>(`/v1/payments/${payment.id}/refunds`, wish, headers);

describe('a refund', () => {
  test('answers with everything that the contract promises, and reads the same afterwards', async () => {
    const { member, payment, charges } = await openPaid();
    const { status, body } = await refund(payment, {
      note: 'rain',
      noteToPayer: 'The outing is called off',
      cancelCharges: [charges[1]],
    });
    expect(status).toBe(201);
    const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(body).toEqual({
      id: expect.stringMatching(/^ref_[0-9a-z]{26}$/),
      payment: payment.id,
      notification: null,
      member,
      gateway: 'paypal-checkout',
      amount: 2000,
      currency: 'EUR',
      status: 'succeeded',
      reason: null,
      detail: null,
      feeReturned: 0,
      gatewayReference: expect.stringMatching(/./),
      origin: 'merchant',
      note: 'rain',
      cancelledCharges: [charges[1]],
      createdAt: moment,
      settledAt: moment,
    });
    expect((await merchant.get(`/v1/refunds/${body.id}`)).body).toEqual(body);
    expect((await merchant.get<List>(`/v1/payments/${payment.id}/refunds`)).body).toEqual({
      data: [body],
      nextCursor: null,
    });
  });

  test('that repeats its Idempotency-Key is the same one, with another wish it is refused', async () => {
    const { payment } = await openPaid();
    const headers = { 'idempotency-key': 'give back once' };
    const [first, again] = [
      await refund(payment, { amount: 100 }, headers),
      await refund(payment, { amount: 100 }, headers),
    ];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body.id).toBe(first.body.id);
    refused(await refund(payment, { amount: 200 }, headers), 'idempotency_key_reused');
    expect(await merchant.payment(payment.id)).toMatchObject({ refunded: 100 });
  });

  test('names charges of its member only, and such that the payment paid', async () => {
    const { payment, charges } = await openPaid();
    const foreign = (await merchant.cart(await merchant.member([['fee', 100]]))).charges[0]!.id;
    const unpaid = await merchant.post<{ id: string }>(`/v1/members/${payment.member}/charges`, {
      label: 'Later',
      category: 'fee',
      amount: 500,
      currency: 'EUR',
    });
    refused(await refund(payment, { cancelCharges: [foreign] }), 'not_found');
    refused(await refund(payment, { cancelCharges: [`chg_${'0'.repeat(26)}`] }), 'not_found');
    refused(await refund(payment, { amount: 100, cancelCharges: [unpaid.body.id] }), 'charge_not_paid_by_payment');
    refusedField(await refund(payment, { cancelCharges: [] }), 'cancelCharges');
    expect((await merchant.cart(payment.member)).charges.map(({ id }) => id)).toEqual([...charges, unpaid.body.id]);
    expect((await merchant.get<List>(`/v1/payments/${payment.id}/refunds`)).body.data).toEqual([]);
  });

  test('that is settled is neither retried nor given up', async () => {
    const { payment } = await openPaid();
    const { body } = await refund(payment);
    refused(await merchant.post(`/v1/refunds/${body.id}/retry`), 'refund_settled');
    refused(await merchant.post(`/v1/refunds/${body.id}/cancel`), 'refund_settled');
  });

  test('is seen by its merchant and its member, and commanded by its merchant alone', async () => {
    const { member, payment } = await openPaid();
    const { body } = await refund(payment, { amount: 700 });
    const own = await memberOf(merchant, member);
    const other = await memberOf(merchant, await merchant.member());
    expect((await own.get(`/v1/refunds/${body.id}`)).body).toEqual(body);
    expect((await own.get<List>('/v1/refunds')).body.data).toEqual([body]);
    expect((await other.get<List>('/v1/refunds')).body.data).toEqual([]);
    expect((await other.get<List>(`/v1/refunds?member=${member}`)).body.data).toEqual([]);
    expect((await stranger.get<List>('/v1/refunds')).body.data).toEqual([]);
    for (const reader of [other, stranger]) refused(await reader.get(`/v1/refunds/${body.id}`), 'not_found');
    refused(await own.post(`/v1/payments/${payment.id}/refunds`), 'forbidden');
    refused(await own.get(`/v1/payments/${payment.id}/refund-preview`), 'forbidden');
    for (const what of ['retry', 'cancel']) {
      refused(await own.post(`/v1/refunds/${body.id}/${what}`), 'forbidden');
      refused(await stranger.post(`/v1/refunds/${body.id}/${what}`), 'not_found');
    }
  });

  test('is listed newest first, by pages and by what is asked for', async () => {
    const { member, payment } = await openPaid();
    const made = [(await refund(payment, { amount: 100 })).body, (await refund(payment, { amount: 200 })).body];
    const list = (query: string) => merchant.get<List>(`/v1/refunds?member=${member}${query}`);
    expect((await list('')).body.data).toEqual([made[1], made[0]]);
    expect((await list('&status=pending')).body.data).toEqual([]);
    expect((await list('&gateway=kkiapay')).body.data).toEqual([]);
    const first = (await list('&limit=1')).body;
    expect(first.data).toEqual([made[1]]);
    expect((await list(`&limit=1&cursor=${first.nextCursor}`)).body.data).toEqual([made[0]]);
  });
});

describe('a charge', () => {
  test('is cancelled once, and what was paid of it is credit', async () => {
    const { member, charges } = await openPaid();
    const path = `/v1/members/${member}/charges/${charges[1]}/cancellation`;
    const { status, body } = await merchant.post(path, { note: 'rain' });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { id: charges[1], status: 'cancelled', paid: 0, amount: 2000, cancelledAt: expect.stringMatching(/Z$/) },
    });
    expect(await merchant.cart(member)).toMatchObject({ balance: 2000, due: 0, credit: 2000 });
    refused(await merchant.post(path), 'charge_already_cancelled');
    refused(await (await memberOf(merchant, member)).post(path), 'forbidden');
    refused(await stranger.post(path), 'not_found');
    refused(
      await merchant.post(`/v1/members/${await merchant.member()}/charges/${charges[0]}/cancellation`),
      'not_found',
    );
  });
});

test('a preview of what cannot be is no error: it says the code that the refund would be refused with', async () => {
  const member = await merchant.member([['fee', 3000]]);
  const open = await merchant.pay(member, { gateway: 'paypal-checkout' });
  const preview = (payment: { readonly id: string }, query = '') =>
    merchant.get(`/v1/payments/${payment.id}/refund-preview${query}`);
  expect(await preview(open)).toMatchObject({ status: 200, body: { possible: false, code: 'nothing_to_refund' } });
  const { payment } = await openPaid();
  expect(await preview(payment, '?amount=5001')).toMatchObject({
    status: 200,
    body: { possible: false, code: 'amount_not_refundable', refundable: 5000 },
  });
  refused(await stranger.get(`/v1/payments/${payment.id}/refund-preview`), 'not_found');
});
