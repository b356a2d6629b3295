import type { FrameLocator, Page } from 'playwright-core';
import { call, eventually, Merchant } from '../support/client';
import type { PaymentView } from '../support/client';
import { connectCheckout, connectKkiapay, control, payInWidget } from '../support/gateways';
import { behave, misbehave, payAs as payClassic } from '../support/paypal';
import { fitsEveryWidth, isForEverybody, takePicture } from './for-everybody';
import { openStage } from './stage';

const stage = openStage();
let page: Page;
let merchant: Merchant;
let member: string;

beforeEach(async () => {
  page = await stage.openPage({ viewport: { width: 1000, height: 800 } });
});
afterEach(async () => {
  await behave(merchant);
});

const picture = (name: string): Promise<void> => takePicture(page, name);
const see = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
const click = (name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().click();
const payments = (): Promise<readonly PaymentView[]> => merchant.payments(member);

describe('KKiaPay', () => {
  const widget = (): FrameLocator => page.frameLocator('iframe[title^="KKiaPay"]');
  const payAs = (payer: RegExp): Promise<void> => widget().getByRole('button', { name: payer }).click();
  const open = async (over: Record<string, unknown> = {}): Promise<PaymentView> =>
    merchant.pay(member, { gateway: 'kkiapay', ...over });

  beforeEach(async () => {
    merchant = await Merchant.create(stage.world, {
      name: 'Club de Cotonou',
      currency: 'XOF',
      returnOrigins: [stage.world.baseUrl],
    });
    member = await merchant.member([['cotisation', 5_000]]);
    await connectKkiapay(merchant);
  });

  test('a member pays in the window over the page, and comes back', async () => {
    await page.goto(await merchant.checkoutLink(member));
    await click('Pay F CFA 5,000 with KKiaPay');
    await widget().getByText('Pay 5000 F CFA').waitFor();
    await picture('kkiapay-window');
    await payAs(/Awa Dossou/);
    await page.waitForURL(/\/return\/pay_\w+\?transaction_id=/);
    await see('Paid. Thank you!');

    await page.waitForURL(/\/checkout\?payment=pay_/); // by itself
    await see('All is paid');
    const [payment] = await payments();
    expect(payment).toMatchObject({ status: 'paid', captured: 5_000, fee: 0 });
    const fee = payment!.timeline.find((row) => row.kind === 'payer_fee_charged')!.amount!;
    expect(fee).toBeGreaterThan(0);
  });

  test('a try that fails in the window is said, and the next one pays the same payment', async () => {
    await page.goto(await merchant.checkoutLink(member));
    await click('Pay F CFA 5,000 with KKiaPay');
    await payAs(/Céline Akpo/);
    await page.locator('#notice').getByText('That try did not go through').waitFor();
    await payAs(/Awa Dossou/);
    await page.waitForURL(/\/return\//);
    await see('Paid. Thank you!');
    expect(await payments()).toMatchObject([{ status: 'paid', captured: 5_000 }]);
  });

  test('who closes the window keeps the payment, and may go on with it', async () => {
    await page.goto(await merchant.checkoutLink(member));
    await click('Pay F CFA 5,000 with KKiaPay');
    await payAs(/Céline Akpo/);
    await widget().getByRole('button', { name: 'Close without paying' }).click();
    await page.locator('#open').getByText('The account did not hold enough money').waitFor();
    await picture('kkiapay-closed');
    await page.locator('#open').getByRole('button', { name: 'Go on' }).click();
    await widget().getByRole('button', { name: 'Close without paying' }).click();
    await click('Pay F CFA 5,000 with KKiaPay'); // the same again: the payment that is open, and no second one
    await payAs(/Awa Dossou/);
    await see('Paid. Thank you!');
    expect(await payments()).toMatchObject([{ status: 'paid', captured: 5_000 }]);
  });

  test('where the window cannot be loaded the page says so, and the next click opens it for the same payment', async () => {
    await page.route('**/k.js', (route) => route.abort());
    await page.goto(await merchant.checkoutLink(member));
    await click('Pay F CFA 5,000 with KKiaPay');
    await see(/window could not be opened here/);
    await picture('kkiapay-not-loaded');
    await page.unroute('**/k.js');
    await click('Pay F CFA 5,000 with KKiaPay');
    await widget().getByText('Pay 5000 F CFA').waitFor();
    expect(await payments()).toHaveLength(1);
  });

  test.each(['return', 'cancel'])(
    'on the %s page a declined payer reads why and tries again there, without being led away',
    async (place) => {
      const payment = await open({ returnUrl: `${stage.world.baseUrl}/checkout` });
      await page.goto(`${stage.world.baseUrl}/${place}/${payment.id}`);
      await payInWidget(merchant, payment, 'celine');
      await see('The account did not hold enough money for it');
      expect(await page.locator('#moving').isVisible()).toBe(false);
      await picture(`kkiapay-declined-${place}`);

      await click('Try again with KKiaPay');
      await payAs(/Awa Dossou/);
      await page.waitForURL(/transaction_id=/);
      await see('Paid. Thank you!');
      expect(await payments()).toHaveLength(1);
    },
  );

  test('who has perhaps just paid is not invited to pay again because of a try before', async () => {
    const payment = await open();
    await payInWidget(merchant, payment, 'celine');
    await eventually(
      () => merchant.payment(payment.id),
      ({ reason }) => reason === 'insufficient_fund',
    );
    await misbehave(merchant, { where: 'kkiapay_status', mode: 'http_500' });
    const { callbackUrl } = await payInWidget(merchant, payment, 'helene');
    await page.goto(callbackUrl!);
    await see('Waiting for KKiaPay');
    await eventually(
      () => page.locator('#continue').textContent(),
      (text) => text === '',
    );
    expect(await page.getByText('did not go through').count()).toBe(0);
    await behave(merchant);
    await see('Paid. Thank you!');
  });

  test('the pages of a declined payer shut nobody out', async () => {
    const payment = await open({ returnUrl: `${stage.world.baseUrl}/checkout` });
    await payInWidget(merchant, payment, 'benoit');
    for (const [name, address] of [
      ['checkout', await merchant.checkoutLink(member)],
      ['return', `${stage.world.baseUrl}/return/${payment.id}`],
      ['cancel', `${stage.world.baseUrl}/cancel/${payment.id}`],
    ] as const) {
      await page.goto(address);
      await see(/another request was still open on your phone/);
      await isForEverybody(page, `declined-${name}`);
    }
    await click('Try again with KKiaPay');
    await widget().getByText('Pay 5000 F CFA').waitFor();
    await fitsEveryWidth(page, 'kkiapay-window');
  });

  test('a payer who is asked on the telephone is told which, how long, and never that nothing was charged before KKiaPay says so', async () => {
    const payment = await open({ method: 'mobile_money', phone: '+229 61 00 00 77' });
    await page.goto(`${stage.world.baseUrl}/return/${payment.id}`);
    await see('Look at your phone');
    await see('+22961000077');
    await see(/^\d+ s left$/);
    await picture('kkiapay-prompt');

    await page.route(`**/v1/payments/${payment.id}`, async (route) => {
      const answer = await route.fetch().catch(() => null);
      if (!answer) return; // the page was left meanwhile, and wants no answer any more
      const long = new Date(Date.now() - 90_000).toISOString();
      const view = (await answer.json()) as PaymentView; // as it is told once the payer's time is over
      const json = { ...view, timeline: view.timeline.map((row) => ({ ...row, recordedAt: long })) };
      await route.fulfill({ response: answer, json }).catch(() => undefined);
    });
    await page.reload();
    await see('No answer yet');
    await see('If you approve the request on +22961000077 now, it still counts.');
    expect(await page.getByText(/not charged| s left/).count()).toBe(0);
    await picture('kkiapay-prompt-unanswered');

    await page.unroute(`**/v1/payments/${payment.id}`);
    await control(stage.world, 'POST', `/kkiapay/transactions/${payment.id}/settle`, {
      status: 'FAILED',
      failureCode: 'payment_declined',
    });
    await see('KKiaPay says that you were not charged');
  });
});

describe('PayPal', () => {
  /** Agrees at PayPal and goes where PayPal sends the browser. */
  const approve = async (buyer: RegExp): Promise<void> => {
    await page.waitForURL(/\/paypal\/checkoutnow\?token=/);
    await click(buyer);
    await page.getByRole('link', { name: 'Return to merchant' }).click();
    await page.waitForURL(/\/return\/pay_\w+\?token=/);
  };
  const choose = (label: string): Promise<void> => page.getByRole('radio', { name: label, exact: true }).check();

  beforeEach(async () => {
    merchant = await Merchant.create(stage.world, { name: 'Tennis Club', returnOrigins: [stage.world.baseUrl] });
    member = await merchant.member([
      ['membership', 12_000],
      ['insurance', 2_350],
    ]);
    await connectCheckout(merchant);
  });

  test('where both ways to PayPal are open they have two names, and the one that is chosen is used', async () => {
    await page.goto(await merchant.checkoutLink(member));
    expect(await page.getByRole('radio', { name: 'PayPal', exact: true }).isChecked()).toBe(true);
    await choose('PayPal (classic)');
    await picture('both-paypals');
    await click('Pay €143.50 with PayPal (classic)');
    await see('Who pays?');
    expect(await payments()).toMatchObject([{ gateway: 'paypal-standard' }]);
  });

  test('a member approves at PayPal, and the money is taken once', async () => {
    await page.goto(await merchant.checkoutLink(member));
    await click('Pay €143.50 with PayPal');
    await approve(/Anne Martin/);
    await see('Paid. Thank you!');
    expect(await payments()).toMatchObject([{ gateway: 'paypal-checkout', status: 'paid', captured: 14_350 }]);
  });

  test('a payer whose card is declined is sent back by the button to choose another one, and pays the same payment', async () => {
    await page.goto(await merchant.checkoutLink(member));
    await click('Pay €143.50 with PayPal');
    await approve(/Denis Petit/);
    await see('PayPal could not use the card or account that you chose');
    expect(await page.locator('#moving').isVisible()).toBe(false);
    await picture('paypal-declined');
    await page.getByRole('link', { name: 'Try again with PayPal' }).click();
    await approve(/Denis Petit/);
    await see('Paid. Thank you!');
    expect(await payments()).toMatchObject([{ status: 'paid', captured: 14_350 }]);
  });

  test('while PayPal has not opened the payment the page says what it waits for, and goes there as soon as it is open', async () => {
    await misbehave(merchant, { where: 'paypal_orders', mode: 'http_500' });
    await page.goto(await merchant.checkoutLink(member));
    await click('Pay €143.50 with PayPal');
    await see('We are asking PayPal to open your payment …');
    await picture('paypal-opening');
    await behave(merchant);
    await page.waitForURL(/\/paypal\/checkoutnow/);
    expect(await payments()).toHaveLength(1);
  });

  test('who does not want to wait for PayPal cancels, and may pay otherwise', async () => {
    await misbehave(merchant, { where: 'paypal_orders', mode: 'http_500' });
    await page.goto(await merchant.checkoutLink(member));
    await click('Pay €143.50 with PayPal');
    await see('We are asking PayPal to open your payment …');
    await page.locator('#opening').getByRole('button', { name: 'Cancel' }).click();
    await page.locator('#notice').getByText('This payment was cancelled').waitFor();
    await choose('PayPal (classic)');
    await click('Pay €143.50 with PayPal (classic)');
    await see('Who pays?');
    expect((await payments()).map(({ status }) => status)).toEqual(['awaiting_payer', 'cancelled']);
  });

  test('paying in another way cancels the open payment first', async () => {
    await page.goto(await merchant.checkoutLink(member));
    await click('Pay €143.50 with PayPal');
    await page.waitForURL(/\/paypal\/checkoutnow/);
    await page.goto(await merchant.checkoutLink(member));
    await click('Pay in another way');
    await see('Your open payment of €143.50 with PayPal is cancelled first.');
    await picture('another-way');
    await click('Pay €143.50 with PayPal (classic)');
    await see('Who pays?');
    expect((await payments()).map(({ status }) => status)).toEqual(['awaiting_payer', 'cancelled']);
  });

  test('a payment that can no longer be cancelled is not replaced: nothing new is opened', async () => {
    const classic = await merchant.pay(member);
    await page.route('**/events', (route) => route.abort()); // the page does not hear of it in time
    await page.route('**/cancel', async (route) => {
      await payClassic(merchant, classic, 'bruno');
      await eventually(
        () => merchant.payment(classic.id),
        ({ status }) => status === 'processing',
      );
      await route.continue();
    });
    await page.goto(await merchant.checkoutLink(member));
    await click('Pay in another way');
    await click('Pay €143.50 with PayPal');
    await see(
      'PayPal already has this payment and decides about it, so it cannot be cancelled now. Nothing new was opened.',
    );
    await picture('not-replaced');
    expect(await payments()).toMatchObject([{ id: classic.id, status: 'processing' }]);
  });

  test('a payment that is paid meanwhile is not paid again in another way', async () => {
    const classic = await merchant.pay(member);
    await page.goto(await merchant.checkoutLink(member));
    await click('Pay in another way');
    await payClassic(merchant, classic, 'hana');
    await see('All is paid');
    await page.locator('#notice').getByText('Paid. Thank you!').waitFor();
    expect(await page.getByLabel('Amount in EUR').inputValue()).toBe('');
  });

  test('an account that cannot be used is shown with the reason and cannot be chosen, and what the merchant does not have is not shown', async () => {
    await page.goto(await merchant.checkoutLink(member));
    await page.getByRole('radio', { name: 'PayPal', exact: true }).waitFor();
    expect(await page.getByText('KKiaPay').count()).toBe(0);

    const keys = { environment: 'simulator', publicKey: 'key', privateKey: 'key', secret: 'key', webhookSecret: 'key' };
    await call(stage.world.baseUrl, merchant.secretKey, 'PUT', '/v1/gateway-accounts/kkiapay', keys); // takes no euros
    await page.reload();
    const kkiapay = page.getByRole('radio', {
      name: /^KKiaPay (is not available at the moment|cannot take €143\.50)$/,
    });
    await kkiapay.waitFor();
    expect(await kkiapay.isDisabled()).toBe(true);
    await picture('one-left-out');
  });

  test('an amount that no gateway can take is said before anybody tries, and the next amount is asked about anew', async () => {
    merchant = await Merchant.create(stage.world, {
      name: 'Úszóklub',
      currency: 'HUF',
      returnOrigins: [stage.world.baseUrl],
    });
    member = await merchant.member([['tagdíj', 500_000]]);
    await page.goto(await merchant.checkoutLink(member));
    await click('Pay HUF 5,000.00 with PayPal');
    await see('Who pays?');
    await page.goto(await merchant.checkoutLink(member));
    await page.getByLabel('Amount in HUF').fill('10.50');
    await see('PayPal cannot take HUF 10.50.');
    expect(await page.locator('#pay-button').isDisabled()).toBe(true);
    await fitsEveryWidth(page, 'cannot-be-paid');
    await page.getByLabel('Amount in HUF').fill('10');
    await page.getByRole('button', { name: 'Pay HUF 10.00 with PayPal' }).waitFor();
    expect(await page.locator('#left-out').isVisible()).toBe(false);
  });

  test('when nobody says which gateways can be used, the payment is opened all the same', async () => {
    await page.route('**/checkout-options*', (route) => route.abort());
    await page.goto(await merchant.checkoutLink(member));
    await choose('PayPal (classic)');
    await click('Pay €143.50 with PayPal (classic)');
    await see('Who pays?');
  });
});
