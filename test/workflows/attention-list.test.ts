import { Merchant, untilAttention, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { ipn, sendGenuine } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test('a second sum for a paid payment is found among those that a person must look at, until it is resolved', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
  await sendGenuine(merchant, ipn(merchant, payment));
  await untilStatus(merchant, payment.id, 'paid');
  const listed = async (filter: string) =>
    (await merchant.get<{ data: PaymentView[] }>(`/v1/payments?attention=${filter}`)).body.data.map(({ id }) => id);
  expect(await listed('any')).toEqual([]);

  await sendGenuine(merchant, ipn(merchant, payment));
  await untilAttention(merchant, payment.id);
  expect(await listed('any')).toEqual([payment.id]);
  expect(await listed('duplicate_payment')).toEqual([payment.id]);
  expect(await listed('amount_mismatch')).toEqual([]);

  await merchant.post(`/v1/payments/${payment.id}/resolution`, { action: 'accept', note: 'a gift' });
  expect(await listed('any')).toEqual([]);
});
