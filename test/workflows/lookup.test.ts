import { brokenInvariants } from '../support/audit';
import { eventually, Merchant, untilStatus } from '../support/client';
import { control } from '../support/gateways';
import { deliver, untilSettled } from '../support/quiet';
import { behave, ipn, misbehave, payAs } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

let users = 0;
/** A merchant at PayPal Standard who also gave the credentials of PayPal's classic API; without a PDT token the browser's return tells nothing. */
async function openPayment(expiresInMs = 6000) {
  const username = `api-user-${(users += 1)}`;
  const merchant = await Merchant.create(
    world,
    {},
    { pdtIdentityToken: undefined, nvp: { username, password: 'api-pass', signature: 'api-sig' } },
  );
  const member = await merchant.member([['fee', 3000]]);
  return { merchant, member, payment: await merchant.pay(member, { expiresInMs }) };
}
const loseMessages = (drop: boolean) => control(world, 'POST', '/delivery', { drop });

test('case 54: a payment whose IPN and PDT were both lost is found before it would expire, and booked with its fee', async () => {
  const { merchant, member, payment } = await openPayment();
  await loseMessages(true);
  await payAs(merchant, payment);
  const paid = await untilStatus(merchant, payment.id, 'paid', 'expired');
  await loseMessages(false);
  expect(paid).toMatchObject({ status: 'paid', reason: null, captured: 3000, fee: 127 });
  expect((await merchant.cart(member)).due).toBe(0);
});

test('the IPN that arrives after the look-up says nothing new', async () => {
  const { merchant, payment } = await openPayment();
  await loseMessages(true);
  const { txnId } = await payAs(merchant, payment);
  const paid = await untilStatus(merchant, payment.id, 'paid');
  await loseMessages(false);
  await deliver(merchant, ipn(merchant, payment, { txn_id: txnId, mc_fee: '1.27' }));
  const [message] = await untilSettled(merchant, 1);
  expect([message?.state, (await merchant.entries(payment.id)).length]).toEqual(['duplicate', 2]);
  expect(paid.timeline).toHaveLength(3);
});

test('a payment of which PayPal knows nothing expires; while PayPal gives no answer it does not', async () => {
  const { merchant, payment } = await openPayment(4000);
  await misbehave(merchant, { where: 'nvp', mode: 'http_500' });
  await eventually(
    async () =>
      (await world.temporal.workflow.getHandle(payment.workflowId).describe()).raw.pendingActivities?.length ?? 0,
    (pending) => pending > 0, // the deadline asks, and goes on asking
  );
  expect((await merchant.payment(payment.id)).status).toBe('awaiting_payer');
  await behave(merchant);
  await untilStatus(merchant, payment.id, 'expired');
});

test('a held eCheck of which nobody tells any more is asked about until it clears', async () => {
  const { merchant, payment } = await openPayment(86_400_000);
  const { txnId } = await payAs(merchant, payment, 'bruno');
  await untilStatus(merchant, payment.id, 'processing');
  await loseMessages(true);
  await control(world, 'POST', `/payments/${txnId}/events`, { status: 'Completed' });
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000 });
  await loseMessages(false);
});
