import { Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { connectCheckout, payByOrder } from '../support/gateways';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { memberOf } from './asking';

interface Paid {
  readonly data: readonly { readonly label: string; readonly category: string; readonly amount: number }[];
  readonly credit: number;
}

let world: World;
let merchant: Merchant;
let payment: PaymentView;
let member: string;

beforeAll(async () => {
  world = await startWorld();
  merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  member = await merchant.member([
    ['membership', 5_000],
    ['outing', 2_000],
  ]);
  payment = await payByOrder(merchant, member);
});
afterAll(() => world.stop());

const paidBy = async ({ id }: PaymentView): Promise<Paid> =>
  (await merchant.get<Paid>(`/v1/payments/${id}/charges`)).body;

test('what a payment pays is told by charge; given back in part, it pays the newest no more', async () => {
  expect(await paidBy(payment)).toMatchObject({
    data: [
      { label: 'membership', category: 'membership', amount: 5_000 },
      { label: 'outing', category: 'outing', amount: 2_000 },
    ],
    credit: 0,
  });
  await merchant.post(`/v1/payments/${payment.id}/refunds`, { amount: 2_500 });
  await untilStatus(merchant, payment.id, 'partially_refunded');
  expect(await paidBy(payment)).toMatchObject({ data: [{ label: 'membership', amount: 4_500 }], credit: 0 });
});

test('a payment is read as it stood when its first facts were known', async () => {
  const { timeline } = await merchant.payment(payment.id);
  const after = timeline.findIndex(({ kind }) => kind === 'payment_captured') + 1;
  const stood = async (facts: number) =>
    (await merchant.get<PaymentView>(`/v1/payments/${payment.id}?facts=${facts}`)).body;
  expect(await stood(0)).toMatchObject({ status: 'created', captured: 0, timeline: [] });
  expect(await stood(1)).toMatchObject({ status: 'awaiting_payer', nextAction: null, actions: [] }); // it is over
  expect(await stood(after)).toMatchObject({ status: 'paid', captured: 7_000, refunded: 0 });
  expect(await stood(timeline.length)).toMatchObject({ status: 'partially_refunded', refunded: 2_500 });
  expect((await merchant.get(`/v1/payments/${payment.id}?facts=-1`)).status).toBe(400);
});

test('what a payment of somebody else pays is told to nobody', async () => {
  const other = await Merchant.create(world);
  expect((await other.get(`/v1/payments/${payment.id}/charges`)).status).toBe(404);
  const stranger = await memberOf(merchant, await merchant.member());
  expect((await stranger.get(`/v1/payments/${payment.id}/charges`)).status).toBe(404);
  const own = await memberOf(merchant, member);
  expect((await own.get(`/v1/payments/${payment.id}/charges`)).status).toBe(200);
});
