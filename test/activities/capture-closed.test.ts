import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../activities';
import { createVault } from '../../vault/vault';
import { memoryCache } from '../gateways/gateway-context';
import { Merchant, untilStatus } from '../support/client';
import { connectCheckout, orderOf } from '../support/gateways';
import { ENCRYPTION_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

// An attempt of a run may have closed the payment and been lost with what it knew; the next one must not take money then.
test('of a payment that our records have closed nothing is taken, though the run that asks does not remember it', async () => {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  const opened = await merchant.pay(await merchant.member([['fee', 3000]]), { gateway: 'paypal-checkout' });
  const payment = await untilStatus(merchant, opened.id, 'awaiting_payer');
  await merchant.post(`/v1/payments/${payment.id}/cancel`);
  await untilStatus(merchant, payment.id, 'cancelled');

  const asked: string[] = [];
  const { capturePayment } = createActivities({
    db: world.db,
    vault: createVault(ENCRYPTION_KEY),
    gateways: {
      simulatorUrl: world.simulator.url,
      simulatorPublicUrl: world.simulator.url,
      partners: {},
      fetch: async (input) => {
        asked.push(input instanceof Request ? input.url : new URL(input).href);
        return Response.json({});
      },
      now: Date.now,
      cache: memoryCache(),
    },
    throttle: async () => 0,
    announce: () => undefined,
  });
  const request = { paymentId: payment.id, pending: [], reference: orderOf(payment), attempt: 1, again: false };
  await expect(new MockActivityEnvironment().run(capturePayment, request)).resolves.toEqual({
    outcome: 'not_approved',
    reason: 'payment_closed',
  });
  expect(asked).toEqual([]);
});
