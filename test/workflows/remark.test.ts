import { brokenInvariants } from '../support/audit';
import { Merchant, net, untilStatus } from '../support/client';
import { control, kkiapayMerchant, payInWidget } from '../support/gateways';
import { ipn, newTransactionId } from '../support/paypal';
import { deliver, untilSettled } from '../support/quiet';
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

const feesOf = async (merchant: Merchant): Promise<number> =>
  net(await merchant.entries(), 'gateway_fees:paypal-standard');

test.concurrent.each(['1,95', '-1.95', 'N/A'])(
  'a fee of "%s" is not booked, and message and payment say so until a person accepts',
  async (mc_fee) => {
    const merchant = await Merchant.create(world);
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
    await deliver(merchant, ipn(merchant, payment, { mc_fee }));

    const paid = await untilStatus(merchant, payment.id, 'paid');
    expect(paid).toMatchObject({ captured: 5000, fee: 0, attention: { code: 'fee_unreadable' } });
    expect(paid.attention?.detail).toContain(mc_fee);
    expect(await untilSettled(merchant, 1)).toMatchObject([
      { state: 'applied', reason: 'fee_unreadable', kind: 'payment_captured', amount: 5000 },
    ]);
    expect(await feesOf(merchant)).toBe(0);

    const accepted = await merchant.post(`/v1/payments/${payment.id}/resolution`, {
      action: 'accept',
      note: 'seen at PayPal',
    });
    expect(accepted).toMatchObject({ status: 200, body: { status: 'paid', attention: null } });
    const again = await merchant.post(`/v1/payments/${payment.id}/resolution`, { action: 'accept' });
    expect(again).toMatchObject({ status: 409, body: { code: 'nothing_to_resolve' } });
  },
);

test.concurrent('a fee that is told readably later is booked then, and never called a repetition', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
  const txn_id = newTransactionId();
  await deliver(merchant, ipn(merchant, payment, { txn_id, mc_fee: '1,95' }));
  await untilSettled(merchant, 1);
  await deliver(merchant, ipn(merchant, payment, { txn_id, mc_fee: '1,95', resend: 'true' }));
  await untilSettled(merchant, 2);
  await deliver(merchant, ipn(merchant, payment, { txn_id, mc_fee: '1.95' }));

  const ends = (await untilSettled(merchant, 3)).map(({ state, reason }) => [state, reason]);
  expect(ends).toEqual([
    ['applied', null],
    ['duplicate', null],
    ['applied', 'fee_unreadable'],
  ]);
  expect(await merchant.payment(payment.id)).toMatchObject({ captured: 5000, fee: 195, attention: null });
  expect(await feesOf(merchant)).toBe(195);
});

test.concurrent('KKiaPay tells a readable fee later, in a message that claims no more than the first', async () => {
  const merchant = await kkiapayMerchant(world);
  const payment = await merchant.pay(await merchant.member([['fee', 5000]]), { gateway: 'kkiapay' });
  const { transactionId } = await payInWidget(merchant, payment, 'fatou');
  const says = (fees: number) =>
    control(world, 'POST', `/kkiapay/transactions/${transactionId}/settle`, { status: 'SUCCESS', over: { fees } });
  await says(95.5);
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 5000 });
  expect(await untilSettled(merchant, 1)).toMatchObject([{ state: 'applied', reason: 'fee_unreadable' }]);

  await says(95);
  const [later] = await untilSettled(merchant, 2);
  expect(later).toMatchObject({ state: 'applied', reason: null });
  const { timeline } = await merchant.payment(payment.id);
  expect(timeline.filter(({ kind }) => kind === 'payer_fee_charged')).toMatchObject([{ amount: 95 }]);
});

test.concurrent('unmatched money whose fee cannot be read says so, once; told again it is a repetition', async () => {
  const merchant = await Merchant.create(world);
  const nameless = ipn(
    merchant,
    { nextAction: null },
    { mc_gross: '25.00', mc_currency: 'EUR', mc_fee: 'N/A', txn_type: 'send_money' },
  );
  await deliver(merchant, nameless);
  await untilSettled(merchant, 1);
  await deliver(merchant, { ...nameless, resend: 'true' });

  const ends = (await untilSettled(merchant, 2)).map(({ state, reason }) => [state, reason]);
  expect(ends).toEqual([
    ['duplicate', null],
    ['unmatched', 'fee_unreadable'],
  ]);
  expect((await merchant.entries()).map(({ kind }) => kind)).toEqual(['payment_suspended']);
});

test.concurrent('a fee above the gross is booked as PayPal told it, and shown', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 1000]]));
  await deliver(merchant, ipn(merchant, payment, { mc_fee: '9999.00' }));
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({
    fee: 999_900,
    attention: { code: 'fee_above_gross' },
  });
  expect(await feesOf(merchant)).toBe(999_900);
});
