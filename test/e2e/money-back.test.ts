import type { Page } from 'playwright-core';
import { call, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { connectCheckout, control, payByOrder } from '../support/gateways';
import { payAs } from '../support/paypal';
import { fitsEveryWidth, takePicture } from './for-everybody';
import { openStage } from './stage';

const stage = openStage();
let page: Page;
let merchant: Merchant;
let member: string;

beforeEach(async () => {
  merchant = await Merchant.create(stage.world, { name: 'Tennis Club', returnOrigins: [stage.world.baseUrl] });
  member = await merchant.member([
    ['membership', 5_000],
    ['outing', 2_000],
  ]);
  page = await stage.openPage();
});

const charge = (label: string) => page.locator('#charges li').filter({ hasText: label });
const paymentRow = ({ id }: PaymentView) => page.locator(`[data-payment="${id}"]`);

/** Opens the member's cart as it is now. */
async function openCart(): Promise<void> {
  await page.goto(await merchant.checkoutLink(member));
  await page.locator('#account').waitFor();
}

/** Goes on to the list of the member's payments. */
async function openPayments(): Promise<void> {
  await page.getByRole('link', { name: 'Payments' }).click();
  await page.locator('#payments').waitFor();
}

/** 50.00 and 20.00, paid in one at PayPal Checkout, which gives back whatever part is asked for. */
async function paidAtCheckout(): Promise<PaymentView> {
  await connectCheckout(merchant);
  return payByOrder(merchant, member);
}

/** 50.00 and 20.00, paid in one at PayPal Standard, and what PayPal tells of it later. */
async function paidAtStandard() {
  const payment = await merchant.pay(member);
  const { txnId } = await payAs(merchant, payment);
  await untilStatus(merchant, payment.id, 'paid');
  const happens = (event: object) =>
    call(stage.world.simulator.url, null, 'POST', `/control/payments/${txnId}/events`, event);
  return { payment, happens };
}

test('a charge that does not take place is struck, and what was given back for it is seen in cart and payment', async () => {
  const payment = await paidAtCheckout();
  const outing = (await merchant.cart(member)).charges.find(({ category }) => category === 'outing')!;
  const given = await merchant.post(`/v1/payments/${payment.id}/refunds`, { cancelCharges: [outing.id] });
  expect(given.status).toBe(201);
  await untilStatus(merchant, payment.id, 'partially_refunded');

  await openCart();
  await page.getByText('All is paid', { exact: true }).waitFor();
  expect(await charge('outing').locator('s').textContent()).toBe('€20.00');
  expect(await charge('outing').textContent()).toMatch(/cancelled on .*: you do not owe it/);
  expect(await charge('membership').textContent()).toContain('paid');
  expect(await page.locator('#choices input').count()).toBe(0); // nothing of it can be paid again
  expect(await page.locator('#paylines li').allTextContents()).toEqual([
    expect.stringMatching(/-€20\.00.*given back to you/),
    expect.stringContaining('€70.00'),
  ]);
  await fitsEveryWidth(page, 'cart-partly-refunded');
  await openPayments();
  expect(await paymentRow(payment).textContent()).toContain('€20.00 of €70.00 was given back');
  await fitsEveryWidth(page, 'payments-partly-refunded');

  await page.goto(`${stage.world.baseUrl}/return/${payment.id}`);
  await page.getByRole('heading', { name: '€20.00 of €70.00 was given back' }).waitFor();
  await fitsEveryWidth(page, 'standing-partly-refunded');
});

test('what was given back of a charge that still stands is due again', async () => {
  const payment = await paidAtCheckout();
  await merchant.post(`/v1/payments/${payment.id}/refunds`, { amount: 1_500 });
  await untilStatus(merchant, payment.id, 'partially_refunded');

  await openCart();
  await page.getByText('You owe €15.00').waitFor();
  await page.getByText('What it had paid for may be due again').waitFor();
  expect(await charge('outing').textContent()).toContain('€15.00 open');
  expect(await page.getByLabel('Amount in EUR').inputValue()).toBe('15.00');
});

test('a refund that PayPal refuses is told calmly, and one on its way is seen to arrive', async () => {
  const payment = await paidAtCheckout();
  const capture = payment.timeline.find(({ kind }) => kind === 'payment_captured')!.gatewayReference!;
  const giveBack = async (amount: number, answer: object) => {
    await control(stage.world, 'POST', '/paypal-checkout/next', { call: 'refund', ...answer });
    await merchant.post(`/v1/payments/${payment.id}/refunds`, { amount });
  };
  await giveBack(2_000, { issue: 'REFUND_NOT_ALLOWED' });
  await giveBack(1_000, { status: 'PENDING' });

  await openCart();
  await page.getByText('All is paid', { exact: true }).waitFor();
  await openPayments();
  const row = paymentRow(payment);
  await row.getByText('€10.00 is on its way back to you').waitFor();
  await row.getByText('€20.00 could not be given back; Tennis Club was told').waitFor();
  expect(await row.locator('[data-tone=bad]').count()).toBe(0);
  await fitsEveryWidth(page, 'payments-refund-pending');
  const standing = await page.context().newPage();
  await standing.goto(`${stage.world.baseUrl}/return/${payment.id}`);
  await standing.getByText('€10.00 is on its way back to you.').waitFor();
  await takePicture(standing, 'standing-refund-pending');

  await control(stage.world, 'POST', `/paypal-checkout/captures/${capture}/events`, {
    kind: 'settle_refund',
    status: 'COMPLETED',
  });
  await row.getByText('€10.00 of €70.00 was given back').waitFor(); // the page was not loaded anew
  await openCart();
  await page.getByText('You owe €10.00').waitFor();
});

test('money in a case counts until the case is decided; once it is lost it was taken back, and is due again', async () => {
  const { payment, happens } = await paidAtStandard();
  await happens({ status: 'Reversed' });
  await untilStatus(merchant, payment.id, 'disputed');
  await openCart();
  await page.getByText('All is paid', { exact: true }).waitFor();
  expect(await paymentRow(payment).textContent()).toContain('€70.00 of €70.00 is in dispute');
  await fitsEveryWidth(page, 'cart-disputed');

  const { data } = (await merchant.get<{ data: { id: string }[] }>(`/v1/disputes?payment=${payment.id}`)).body;
  const lost = await merchant.post(`/v1/disputes/${data[0]!.id}/resolution`, { outcome: 'lost' });
  expect(lost.status).toBe(200);
  await untilStatus(merchant, payment.id, 'charged_back');
  await openCart();
  await page.getByText('You owe €70.00').waitFor();
  expect(await page.locator('#paylines li').first().textContent()).toMatch(/-€70\.00.*taken back/);
  await fitsEveryWidth(page, 'cart-charged-back');
  await openPayments();
  expect(await paymentRow(payment).textContent()).toContain('€70.00 was taken back');
  expect(await paymentRow(payment).locator('[data-tone=bad]').count()).toBe(0);

  await page.goto(`${stage.world.baseUrl}/return/${payment.id}`);
  await page.getByRole('heading', { name: '€70.00 was taken back' }).waitFor();
  await fitsEveryWidth(page, 'standing-charged-back');
});
