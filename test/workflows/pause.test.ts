import { call, eventually, Merchant } from '../support/client';
import { misbehave } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test('a PDT token that PayPal did not answer about is left alone for a while before it is asked about again', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
  await misbehave(merchant, { where: 'pdt', mode: 'http_500' });
  await call(world.baseUrl, null, 'GET', `/return/${payment.id}?tx=8AB12345CD678901E`);

  const events = async () => (await world.temporal.workflow.getHandle(payment.workflowId).fetchHistory()).events ?? [];
  const history = await eventually(events, (seen) => seen.some((event) => event.timerStartedEventAttributes));
  expect(
    history.map((event) => Number(event.timerStartedEventAttributes?.startToFireTimeout?.seconds ?? 0)).filter(Boolean),
  ).toEqual([15]);
  expect(history.filter((event) => event.activityTaskScheduledEventAttributes)).toEqual([]);
  expect(await merchant.notifications()).toMatchObject([{ channel: 'pdt', state: 'received', attempts: 1 }]);
});
