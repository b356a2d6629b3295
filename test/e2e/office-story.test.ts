import type { PaypalPartner } from '../../activities/gateways/paypal-checkout/partner';
import { PASSWORD } from '../support/browser';
import { eventually, net, untilStatus } from '../support/client';
import { payByOrder } from '../support/gateways';
import { ipn, sendGenuine } from '../support/paypal';
import { Office } from './office-browser';
import { openStage } from './stage';

/** The platform's own account at PayPal. */
const PARTNER: PaypalPartner = {
  environment: 'simulator',
  partnerId: 'PARTNER000001',
  clientId: 'platform-app',
  clientSecret: 'platform-secret',
};
/** The club has the PayPal e-mail of its treasurer, nobody in its list, and nothing in its books. */
const stage = openStage({
  partners: { 'paypal-checkout': PARTNER },
  merchant: { name: 'Club des Aînés' },
});
let treasurer: Office;
beforeAll(async () => {
  treasurer = await Office.open(stage);
});

const NAMES = Array.from({ length: 60 }, (_, index) => `Member ${String(index + 1).padStart(2, '0')}`);
const emailOf = (name: string): string => `${name.replace(' ', '-').toLowerCase()}@person.example`;

/** Counts from the start page, as a person begins each task. */
async function begin(): Promise<void> {
  await treasurer.go();
  treasurer.clicks = 0;
}
/** The file is chosen in the system's own window, where no click of the page is counted. */
async function choose(name: string, lines: readonly string[]): Promise<void> {
  const choosing = treasurer.page.waitForEvent('filechooser');
  await treasurer.press('Choose a file');
  await (await choosing).setFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) });
}
async function memberOf(name: string): Promise<string> {
  const { data } = (await stage.merchant.get<{ data: { id: string }[] }>(`/v1/members?q=${encodeURIComponent(name)}`))
    .body;
  return data[0]!.id;
}
/** The member orders, approves at PayPal and comes back. */
async function payAtPaypal(name: string): Promise<string> {
  return (await payByOrder(stage.merchant, await memberOf(name))).id;
}

test('one treasurer’s season, from the first gateway to who did what', async () => {
  const { merchant: club } = stage;
  const { page } = treasurer;

  // PayPal is connected by permission: one press here, PayPal's pages, one press here.
  await begin();
  await treasurer.follow('Gateways');
  await treasurer.press('Connect with PayPal');
  await treasurer.fill('Your password', PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /Club des Aînés/ }).click();
  await page.getByRole('link', { name: 'Return to the partner' }).click();
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByRole('link', { name: 'Go on' }).click();
  await treasurer.see('Connect another PayPal account');
  expect(treasurer.clicks).toBeLessThanOrEqual(2 + 4);

  // Sixty members come from one file, and what each owes from another.
  await treasurer.go('/members/import');
  await choose('members.csv', ['Name,E-mail', ...NAMES.map((name) => `${name},${emailOf(name)}`)]);
  await treasurer.see('60 lines are good');
  await treasurer.press(/^Add 60 /);
  await treasurer.see('60 members were added.');
  await begin();
  await treasurer.follow('Members');
  await treasurer.follow('Import from a file');
  await choose('dues.csv', [
    'E-mail,What for,Category,Amount',
    ...NAMES.map((name) => `${emailOf(name)},Dues,dues,50`),
  ]);
  await treasurer.see('60 lines are good');
  await treasurer.press('Ask 60 times for money');
  await treasurer.see('60 sums are asked for.');
  expect(treasurer.clicks).toBe(4);

  // Three pay while the treasurer looks at the first page.
  await begin();
  await treasurer.see('Payments will be here as soon as the first one is begun.');
  const [first] = [await payAtPaypal('Member 01'), await payAtPaypal('Member 02'), await payAtPaypal('Member 03')];
  await page.getByRole('row').filter({ hasText: 'Member 03' }).getByText('Paid').waitFor();
  await treasurer.see('€150.00');
  expect(treasurer.clicks).toBe(0);

  // The first of them is given back, having read what it does.
  await treasurer.follow('Member 01');
  await treasurer.press('Give money back');
  await treasurer.see('What the books will say');
  await treasurer.press('Give €50.00 back to Member 01');
  await treasurer.see('As foretold');
  expect(treasurer.clicks).toBe(3);
  await untilStatus(club, first, 'refunded');

  // Another one pays twice, by the e-mail of before.
  const payment = await club.pay(await memberOf('Member 04'));
  await sendGenuine(club, ipn(club, payment));
  await sendGenuine(club, ipn(club, payment));
  await eventually(
    () => club.get<{ data: unknown[] }>('/v1/attention'),
    ({ body }) => body.data.length === 1,
  );
  await begin();
  await treasurer.follow('To look at');
  await treasurer.press('Keep €50.00 for Member 04');
  await treasurer.see('Nothing waits for you.');
  expect(treasurer.clicks).toBe(2);

  // Who did all this is written down.
  await begin();
  await treasurer.follow('Settings');
  await treasurer.follow('Audit trail');
  const rowOf = (done: string) => page.getByRole('row').filter({ hasText: done }).first();
  await rowOf('Decided about money that did not fit').waitFor();
  await rowOf('Refund asked for').waitFor();
  expect(treasurer.clicks).toBe(2);
  for (const done of ['File imported', 'Gateway connected by permission']) {
    await treasurer.choose('What was done', done);
    await rowOf(done).waitFor();
  }

  const entries = await club.entries();
  expect([net(entries, 'income:dues'), net(entries, 'suspense')]).toEqual([-15_000, 0]);
  expect((await club.cart(await memberOf('Member 04'))).credit).toBe(5_000);
  expect((await club.cart(await memberOf('Member 05'))).due).toBe(5_000);
});
