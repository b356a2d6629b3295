import { Merchant, net, untilStatus } from '../support/client';
import { payAs } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test('a member pays the whole balance: income by category, the fee, one payline, nothing due', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 3000], ['insurance', 2000]]); // prettier-ignore
  const payment = await merchant.pay(member);
  await payAs(merchant, payment);

  const paid = await untilStatus(merchant, payment.id, 'paid');
  expect(paid).toMatchObject({ amount: 5000, captured: 5000, fee: 195, refunded: 0, disputed: 0, attention: null });
  const entries = await merchant.entries(payment.id);
  expect(entries.map((entry) => entry.kind).sort()).toEqual(['fee_charged', 'payment_captured']);
  expect(net(entries, 'income:fee')).toBe(-3000);
  expect(net(entries, 'income:insurance')).toBe(-2000);
  expect(net(entries, 'gateway_clearing:paypal-standard')).toBe(4805);
  const cart = await merchant.cart(member);
  expect(cart).toMatchObject({ balance: 0, due: 0, credit: 0 });
  expect(cart.paylines).toMatchObject([{ amount: 5000, payment: payment.id }]);
});
