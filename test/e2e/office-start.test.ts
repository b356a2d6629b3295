import { eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { control, kkiapayMerchant, transactionsOf } from '../support/gateways';
import { payAs } from '../support/paypal';
import { openStage } from './stage';
import { Office } from './office-browser';

const stage = openStage();

/** Finds the member by name, with the keyboard. */
async function name(office: Office, label: string, typed: string): Promise<void> {
  await office.page.getByRole('combobox', { name: label }).waitFor();
  await office.page.keyboard.type(typed);
  await office.page.getByRole('option').filter({ hasText: 'Anne Martin' }).waitFor();
  await office.page.keyboard.press('ArrowDown');
  await office.page.keyboard.press('Enter');
}
const paymentsOf = async (merchant: Merchant, member: string): Promise<readonly PaymentView[]> =>
  (await merchant.get<{ data: PaymentView[] }>(`/v1/payments?member=${member}`)).body.data;

test.each([
  ['SUCCESS', 'have arrived from Anne Martin', 'paid'],
  ['FAILED', 'Nothing was paid', 'failed'],
] as const)(
  'who sits at the desk asks a phone with three clicks, and sees what came of it: %s',
  async (answer, said, status) => {
    const merchant = await kkiapayMerchant(stage.world);
    const member = await merchant.member([['fee', 3_000]]);
    const office = await Office.open(stage, { merchant: merchant.id, role: 'desk' });
    await office.go();
    office.clicks = 0;
    await office.follow('Payments');
    await office.follow('Start a payment');
    await name(office, 'Member', 'mart');
    await office.see(/due now/);
    await office.page.getByLabel('Phone number').fill('+22961000001');
    await office.press(/^Ask the phone for/);
    expect(office.clicks).toBe(3);
    await office.see(/\d+ seconds? left/);
    const [payment] = await paymentsOf(merchant, member);
    expect(payment).toMatchObject({ amount: 3_000, method: 'mobile_money', status: 'awaiting_payer' });
    const [transaction] = await eventually(
      () => transactionsOf(stage.world, payment!.id),
      (all) => all.length > 0,
    );
    await control(stage.world, 'POST', `/kkiapay/transactions/${transaction!.id}/settle`, { status: answer });
    await office.see(new RegExp(said));
    await untilStatus(merchant, payment!.id, status);
  },
);

test('a code on the treasurer’s screen turns green when the money is booked, and no sooner', async () => {
  const merchant = await Merchant.create(stage.world, { name: 'Aviron' });
  const member = await merchant.member([['fee', 9_000]]);
  const office = await Office.open(stage, { merchant: merchant.id });
  await office.go(`/payments/new?member=${member}`);
  await office.page.getByLabel(/^Amount/).fill('25');
  await office.press('Show the code for €25.00');
  await office.page.getByRole('img', { name: 'QR code to pay €25.00' }).waitFor();
  const url = await office.page.locator('.copyable code').textContent();
  await fetch(url!, { method: 'POST', body: new URLSearchParams({ gateway: 'paypal-standard' }), redirect: 'manual' });
  await office.see(/^It was opened\./);
  const [payment] = await paymentsOf(merchant, member);
  expect(payment).toMatchObject({ amount: 2_500 });
  await payAs(merchant, payment!);
  await office.see('€25.00 have arrived from Anne Martin.');
  expect((await merchant.cart(member)).due).toBe(6_500);
});

test('a link is made for a sum, to be copied or written to the member', async () => {
  const merchant = await Merchant.create(stage.world, { name: 'Aviron' });
  await merchant.member([['fee', 9_000]]);
  const office = await Office.open(stage, { merchant: merchant.id });
  await office.go('/payments/new');
  await name(office, 'Member', 'anne@');
  await office.page.getByLabel('Send a link').check();
  await office.press('Make a link for €90.00');
  await office.see(/^Whoever has this link can pay €90\.00 for Anne Martin/);
  const letter = await office.page.getByRole('link', { name: 'Write to Anne Martin' }).getAttribute('href');
  expect(decodeURIComponent(letter!)).toMatch(/^mailto:anne@example\.org\?subject=Aviron.*\/p\/[\w-]{16,}$/s);
});

test.each([
  [360, 'fr-FR', 'Membre'],
  [1280, 'en-GB', 'Member'],
] as const)('at %i px starting a payment shuts nobody out: %s', async (width, locale, label) => {
  const merchant = await kkiapayMerchant(stage.world);
  const member = await merchant.member([['fee', 3_000]]);
  const office = await Office.open(stage, { merchant: merchant.id, width, locale });
  await office.go('/payments/new');
  await name(office, label, 'anne');
  await office.page.getByRole('radio').first().waitFor();
  await office.isForEverybody(`start-${width}`);
  await office.go(`/payments/new?member=${member}`);
  await office.page.getByRole('radio').nth(1).check();
  await office.page.getByRole('button', { name: /3.000/ }).click();
  await office.page.locator('.qr').waitFor();
  await office.isForEverybody(`start-qr-${width}`);
});
