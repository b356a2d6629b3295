import { brokenInvariants } from '../support/audit';
import { Merchant, net, untilStatus } from '../support/client';
import type { EntryView } from '../support/client';
import { payAs } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: 2 }); // every story below holds with two workers at once
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

const kinds = (entries: readonly EntryView[]) => entries.map((entry) => entry.kind).sort();

test.concurrent('a member pays the whole balance: income by category, the fee, one payline, nothing due', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([
    ['fee', 3000],
    ['insurance', 2000],
  ]);
  const payment = await merchant.pay(member);
  await payAs(merchant, payment);

  const paid = await untilStatus(merchant, payment.id, 'paid');
  expect(paid).toMatchObject({
    amount: 5000,
    captured: 5000,
    fee: 195,
    refunded: 0,
    disputed: 0,
    reason: null,
    attention: null,
    nextAction: null,
  });
  const entries = await merchant.entries(payment.id);
  expect(kinds(entries)).toEqual(['fee_charged', 'payment_captured']);
  expect(net(entries, 'income:fee')).toBe(-3000);
  expect(net(entries, 'income:insurance')).toBe(-2000);
  expect(net(entries, 'gateway_fees:paypal-standard')).toBe(195);
  expect(net(entries, 'gateway_clearing:paypal-standard')).toBe(4805);
  const cart = await merchant.cart(member);
  expect(cart).toMatchObject({ balance: 0, due: 0, credit: 0 });
  expect(cart.paylines).toMatchObject([{ amount: 5000, payment: payment.id }]);
});

test.concurrent('a part payment pays the oldest charge first and leaves the rest due', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([
    ['fee', 3000],
    ['insurance', 2000],
  ]);
  const payment = await merchant.pay(member, { amount: 3500 });
  await payAs(merchant, payment);

  await untilStatus(merchant, payment.id, 'paid');
  const entries = await merchant.entries(payment.id);
  expect(net(entries, 'income:fee')).toBe(-3000);
  expect(net(entries, 'income:insurance')).toBe(-500);
  const cart = await merchant.cart(member);
  expect(cart).toMatchObject({ balance: -1500, due: 1500, credit: 0 });
  expect(cart.charges.map((charge) => charge.paid)).toEqual([3000, 500]);
});

test.concurrent('a payment in advance is credit of the member, and a later charge consumes it', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 1000]]);
  const payment = await merchant.pay(member, { amount: 2500 });
  await payAs(merchant, payment);

  await untilStatus(merchant, payment.id, 'paid');
  expect(net(await merchant.entries(payment.id), 'member_credit')).toBe(-1500);
  expect(await merchant.cart(member)).toMatchObject({ balance: 1500, due: 0, credit: 1500 });

  await merchant.post(`/v1/members/${member}/charges`, {
    label: 'Outing',
    category: 'outing',
    amount: 400,
    currency: 'EUR',
  });
  expect(await merchant.cart(member)).toMatchObject({ balance: 1100, due: 0, credit: 1100 });
  const entries = await merchant.entries();
  expect(kinds(entries)).toEqual(['credit_used', 'fee_charged', 'payment_captured']);
  expect(net(entries, 'member_credit')).toBe(-1100);
  expect(net(entries, 'income:outing')).toBe(-400);
});

test.concurrent('a member who owes nothing pays in advance: all of it is credit', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member();
  const payment = await merchant.pay(member, { amount: 4200 });
  await payAs(merchant, payment);

  await untilStatus(merchant, payment.id, 'paid');
  expect(net(await merchant.entries(payment.id), 'member_credit')).toBe(-4200);
  expect(await merchant.cart(member)).toMatchObject({ balance: 4200, due: 0, credit: 4200 });
});

test.concurrent('named charges are paid first, whatever is older', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([
    ['fee', 3000],
    ['insurance', 2000],
    ['outing', 700],
  ]);
  const [fee, insurance, outing] = (await merchant.cart(member)).charges;
  const payment = await merchant.pay(member, { charges: [insurance!.id, outing!.id] });
  expect(payment.amount).toBe(2700);
  await payAs(merchant, payment);

  await untilStatus(merchant, payment.id, 'paid');
  const cart = await merchant.cart(member);
  expect(cart.charges.map(({ id, paid }) => [id, paid])).toEqual([
    [fee!.id, 0],
    [insurance!.id, 2000],
    [outing!.id, 700],
  ]);
  expect(cart.due).toBe(3000);
});

test.concurrent('a surplus over the named charges goes to the other open charges, then to credit', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([
    ['fee', 300],
    ['insurance', 200],
  ]);
  const insurance = (await merchant.cart(member)).charges[1]!;
  const payment = await merchant.pay(member, { charges: [insurance.id], amount: 1000 });
  await payAs(merchant, payment);

  await untilStatus(merchant, payment.id, 'paid');
  const entries = await merchant.entries(payment.id);
  expect([net(entries, 'income:insurance'), net(entries, 'income:fee'), net(entries, 'member_credit')]).toEqual([
    -200, -300, -500,
  ]);
});

test.concurrent('two payments of one cart at once pay each charge once, and together all of them', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([
    ['fee', 3000],
    ['insurance', 2000],
  ]);
  const payments = await Promise.all([merchant.pay(member, { amount: 2500 }), merchant.pay(member, { amount: 2500 })]);
  await Promise.all(payments.map((payment) => payAs(merchant, payment)));

  await Promise.all(payments.map(({ id }) => untilStatus(merchant, id, 'paid')));
  const entries = await merchant.entries();
  expect([net(entries, 'income:fee'), net(entries, 'income:insurance'), net(entries, 'member_credit')]).toEqual([
    -3000, -2000, 0,
  ]);
  const cart = await merchant.cart(member);
  expect(cart).toMatchObject({ balance: 0, due: 0, credit: 0 });
  expect(cart.charges.map((charge) => charge.paid)).toEqual([3000, 2000]);
});

test.concurrent(
  'a cart paid twice in full at once: the charges are paid once and the second sum is credit',
  async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 3000]]);
    const payments = await Promise.all([merchant.pay(member), merchant.pay(member)]);
    await Promise.all(payments.map((payment) => payAs(merchant, payment)));

    await Promise.all(payments.map(({ id }) => untilStatus(merchant, id, 'paid')));
    const entries = await merchant.entries();
    expect([net(entries, 'income:fee'), net(entries, 'member_credit')]).toEqual([-3000, -3000]);
    expect(await merchant.cart(member)).toMatchObject({ balance: 3000, due: 0, credit: 3000 });
  },
);

test.concurrent('twelve payments at once of one cart, two workers: twelve paylines, each booked once', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member([['fee', 10_000]]);
  const payments = await Promise.all(Array.from({ length: 12 }, () => merchant.pay(member, { amount: 1000 })));
  await Promise.all(payments.map((payment) => payAs(merchant, payment)));

  await Promise.all(payments.map(({ id }) => untilStatus(merchant, id, 'paid')));
  const entries = await merchant.entries();
  expect(kinds(entries)).toEqual([...Array(12).fill('fee_charged'), ...Array(12).fill('payment_captured')]);
  expect([net(entries, 'income:fee'), net(entries, 'member_credit')]).toEqual([-10_000, -2000]);
  expect((await merchant.cart(member)).paylines).toHaveLength(12);
});

test.concurrent(
  'a payer whose name is not in ASCII pays like anybody, whatever the charset of the message',
  async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 1000]]);
    const payment = await merchant.pay(member);
    await payAs(merchant, payment, 'elodie');

    await untilStatus(merchant, payment.id, 'paid');
    expect((await merchant.notifications())[0]?.payer).toMatchObject({ name: 'Élodie Jörg' });
  },
);
