import { call, eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { approveAs, connectCheckout, kkiapayMerchant, visit } from '../support/gateways';
import { payAs } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { memberOf, newMerchant } from './asking';
import { refused, refusedField } from './refusal';

interface Options {
  readonly amount: number;
  readonly currency: string;
  readonly data: readonly {
    readonly gateway: string;
    readonly available: boolean;
    readonly reason: string | null;
    readonly detail: string | null;
    readonly methods: readonly { readonly method: string; readonly refund: string }[];
  }[];
}

let world: World;
/** While set, gateways are asked and do not answer yet. */
let asking: Promise<void> | undefined;
const fetch: typeof globalThis.fetch = async (...question) => {
  await asking;
  return globalThis.fetch(...question);
};
beforeAll(async () => {
  world = await startWorld({ fetch });
});
afterAll(() => world.stop());

const inShort = ({ data }: Options) =>
  Object.fromEntries(data.map(({ gateway, available, reason }) => [gateway, available || reason]));

test('a member sees each gateway, and for each one left out the reason', async () => {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  const member = await merchant.member([['fee', 3000]]);
  const browser = await memberOf(merchant, member);
  const { status, body } = await browser.get<Options>(`/v1/members/${member}/checkout-options`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ amount: 3000, currency: 'EUR', nextCursor: null });
  expect(inShort(body)).toEqual({
    'paypal-standard': true,
    'paypal-checkout': true,
    kkiapay: 'gateway_not_configured',
  });
  // As these accounts can: without API credentials PayPal Standard gives nothing back.
  expect(body.data.slice(0, 2).map(({ methods }) => methods)).toMatchObject([
    [{ method: 'paypal', refund: 'none' }],
    [{ method: 'paypal', refund: 'partial' }],
  ]);
});

test('each reason is the code with which the payment itself would be refused', async () => {
  const merchant = await Merchant.create(world, { currency: 'HUF' });
  const member = await merchant.member();
  const ask = async (query: string) =>
    (await merchant.get<Options>(`/v1/members/${member}/checkout-options${query}`)).body;
  for (const [query, order] of [
    ['', {}],
    ['?amount=1050', { amount: 1050 }], // 10.50 forints, which PayPal cannot write
    ['?amount=1000&currency=EUR', { amount: 1000, currency: 'EUR' }],
  ] as const) {
    const { reason } = (await ask(query)).data[0]!;
    const { body } = await merchant.post<{ code: string }>('/v1/payments', {
      member,
      gateway: 'paypal-standard',
      ...order,
    });
    expect(reason).toBe(body.code);
  }
  expect(inShort(await ask('?amount=1000'))).toMatchObject({ 'paypal-standard': true });
});

test('an account whose keys are wrong is left out, with what is wrong', async () => {
  const merchant = await newMerchant(world, { currency: 'XOF' });
  const keys = { publicKey: 'a-public-key', privateKey: 'tpk_right', secret: 'tsk_right', webhookSecret: 'w' };
  await merchant.put('/v1/gateway-accounts/kkiapay', { environment: 'simulator', ...keys });
  await merchant.put('/v1/gateway-accounts/kkiapay', { environment: 'simulator', ...keys, privateKey: 'tpk_wrong' });
  const { body: member } = await merchant.post<{ id: string }>('/v1/members', { name: 'Awa' });
  const { body } = await merchant.get<Options>(`/v1/members/${member.id}/checkout-options?amount=500`);
  expect(body.data[2]).toMatchObject({
    available: false,
    reason: 'gateway_not_enabled',
    detail: expect.stringContaining('keys'),
    methods: [],
  });
});

test('new keys are not used before they were checked, however good the old ones were', async () => {
  const merchant = await kkiapayMerchant(world);
  const member = await merchant.member([['fee', 3000]]);
  const pay = async () =>
    (await merchant.post<{ code?: string }>('/v1/payments', { member, gateway: 'kkiapay' })).body.code;
  expect(await pay()).toBeUndefined();
  let answer = (): void => undefined;
  asking = new Promise((resolve) => (answer = resolve));
  const keys = { publicKey: 'another-public-key', privateKey: 'tpk_new', secret: 'tsk_new', webhookSecret: 'w' };
  const changing = call(world.baseUrl, merchant.secretKey, 'PUT', '/v1/gateway-accounts/kkiapay', {
    environment: 'simulator',
    ...keys,
  });
  await eventually(pay, (code) => code === 'gateway_not_enabled');
  answer();
  expect((await changing).body).toMatchObject({ enabled: true, disabledReason: null });
  expect(await pay()).toBeUndefined();
});

test('francs go through KKiaPay, by mobile money or card', async () => {
  const merchant = await kkiapayMerchant(world);
  const member = await merchant.member([['fee', 3000]]);
  const { body } = await merchant.get<Options>(`/v1/members/${member}/checkout-options`);
  expect(inShort(body)).toEqual({
    'paypal-standard': 'amount_not_supported',
    'paypal-checkout': 'gateway_not_configured',
    kkiapay: true,
  });
  expect(body.data[2]!.methods).toEqual([
    { method: 'mobile_money', refund: 'full', feesReturned: 'none' },
    { method: 'card', refund: 'none', feesReturned: 'none' },
  ]);
});

test('another member, a wrong amount and unknown parameters are refused', async () => {
  const merchant = await Merchant.create(world);
  const [member, other] = [await merchant.member(), await merchant.member()];
  const browser = await memberOf(merchant, member);
  refused(await browser.get(`/v1/members/${other}/checkout-options`), 'not_found');
  refused(await merchant.get('/v1/members/mem_nobody/checkout-options'), 'not_found');
  for (const amount of ['0', '-5', '1.5', 'abc', '9999999999999'])
    refusedField(await merchant.get(`/v1/members/${member}/checkout-options?amount=${amount}`), 'amount');
  refusedField(await merchant.get(`/v1/members/${member}/checkout-options?currency=XXX`), 'currency');
  refusedField(await merchant.get(`/v1/members/${member}/checkout-options?x=1`), 'x');
});

test('a payment given up at one gateway and paid at another; paid at both, the second is late money of the cancelled one', async () => {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  const member = await merchant.member([['fee', 3000]]);
  const first = await merchant.pay(member);
  expect((await merchant.post<PaymentView>(`/v1/payments/${first.id}/cancel`)).body.status).toBe('cancelled');
  const second = await merchant.pay(member, { gateway: 'paypal-checkout' });
  await visit(await approveAs(merchant, second));
  await untilStatus(merchant, second.id, 'paid');
  await payAs(merchant, first); // the form was still open in another tab
  expect(await untilStatus(merchant, first.id, 'paid')).toMatchObject({ reason: 'late_payment', captured: 3000 });
  expect(await merchant.cart(member)).toMatchObject({ due: 0, credit: 3000 });
});
