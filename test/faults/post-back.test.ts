import { brokenInvariants } from '../support/audit';
import { listenIn } from '../support/asked';
import { eventually, Merchant, net, untilStatus } from '../support/client';
import { behave, encode, ipn, misbehave, postRaw } from '../support/paypal';
import { deliver, untilSettled, vouchFor } from '../support/quiet';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

const listener = listenIn();
let world: World;
beforeAll(async () => {
  world = await startWorld({ fetch: listener.fetch });
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

async function openPayment() {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 3000]]);
  return { merchant, member, payment: await merchant.pay(member) };
}

// One after the other: the simulator misbehaves towards everybody.
test.each([
  ['HTTP 500', 'http_500', 2],
  ['HTTP 403 with a page', 'http_403', 2],
  ['HTTP 200 with a page', 'html', 2],
  ['an empty answer', 'empty', 2],
  ['a redirect to somebody who says VERIFIED', 'redirect', 2],
  ['a cut connection', 'drop', 2],
  ['silence', 'timeout', 1],
])(
  'PayPal answers a post-back with %s: the money waits, and is booked once when it answers',
  async (_how, mode, times) => {
    const { merchant, member, payment } = await openPayment();
    await misbehave(merchant, { where: 'postback', mode, times });
    await deliver(merchant, ipn(merchant, payment));

    const paid = await untilStatus(merchant, payment.id, 'paid');
    expect(paid).toMatchObject({ captured: 3000, fee: 195, attention: null });
    expect(listener.postBacks(merchant.seller.id)).toBe(times + 1);
    expect((await untilSettled(merchant, 1))[0]).toMatchObject({ state: 'applied', attempts: times + 1 });
    const entries = await merchant.entries();
    expect(entries.map(({ kind }) => kind).sort()).toEqual(['fee_charged', 'payment_captured']);
    expect(net(entries, 'income:fee')).toBe(-3000);
    expect((await merchant.cart(member)).paylines).toHaveLength(1);
  },
);

test('a forged message gains nothing by an outage: it is no money before PayPal says so, and then it is invalid', async () => {
  const { merchant, payment } = await openPayment();
  await misbehave(merchant, { where: 'postback', mode: 'redirect' });
  expect(await postRaw(merchant, encode(ipn(merchant, payment)))).toBe(200);
  await eventually(
    async () => listener.postBacks(merchant.seller.id),
    (asked) => asked >= 2,
  );
  expect(await merchant.payment(payment.id)).toMatchObject({ status: 'awaiting_payer', captured: 0 });

  await behave(merchant);
  expect((await untilSettled(merchant, 1))[0]).toMatchObject({ state: 'invalid' });
  expect(await merchant.payment(payment.id)).toMatchObject({ status: 'awaiting_payer', captured: 0, attention: null });
  expect(await merchant.entries()).toEqual([]);
});

test('a message called invalid is never booked; sent again it is verified once more, and then never again', async () => {
  const { merchant, payment } = await openPayment();
  const forged = encode(ipn(merchant, payment));
  await postRaw(merchant, forged);
  expect((await untilSettled(merchant, 1))[0]).toMatchObject({
    state: 'invalid',
    attempts: 1,
    kind: null,
    amount: null,
  });

  await postRaw(merchant, forged);
  await eventually(
    () => merchant.notifications(),
    ([message]) => message?.state === 'invalid' && message.attempts === 2,
  );
  for (let i = 0; i < 3; i++) expect(await postRaw(merchant, forged)).toBe(200);
  expect(await merchant.notifications()).toMatchObject([{ state: 'invalid', attempts: 2 }]);
  expect(listener.postBacks(merchant.seller.id)).toBe(2);
  expect(await merchant.entries()).toEqual([]);
});

test('a genuine message that PayPal once called invalid is booked when PayPal sends it again', async () => {
  const { merchant, member, payment } = await openPayment();
  const body = await vouchFor(merchant, ipn(merchant, payment));
  await misbehave(merchant, { where: 'postback', mode: 'invalid', times: 1 });
  await postRaw(merchant, body);
  expect((await untilSettled(merchant, 1))[0]).toMatchObject({ state: 'invalid' });

  await postRaw(merchant, body);
  await untilStatus(merchant, payment.id, 'paid');
  expect(await untilSettled(merchant, 1)).toMatchObject([{ state: 'applied', attempts: 2 }]);
  expect((await merchant.cart(member)).paylines).toHaveLength(1);
});

test('one message without an answer holds up no other: the payment is paid by the one that is answered', async () => {
  const { merchant, payment } = await openPayment();
  await misbehave(merchant, { where: 'pdt', mode: 'http_500' });
  await fetch(`${world.baseUrl}/return/${payment.id}?tx=0AB12345CD678901E`);
  await eventually(
    () => merchant.notifications(),
    ([message]) => (message?.attempts ?? 0) > 0,
  );
  await deliver(merchant, ipn(merchant, payment));

  await untilStatus(merchant, payment.id, 'paid');
  expect((await merchant.notifications()).map(({ channel, state }) => [channel, state])).toEqual([
    ['ipn', 'applied'],
    ['pdt', 'received'],
  ]);
  await behave(merchant);
});
