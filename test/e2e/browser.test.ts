import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Page } from 'playwright-core';
import { call, eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { misbehave, behave, payAs } from '../support/paypal';
import { isForEverybody, takePicture } from './for-everybody';
import { openStage } from './stage';

const stage = openStage();
let page: Page;
let merchant: Merchant;
let member: string;

beforeEach(async () => {
  merchant = await Merchant.create(stage.world, { name: 'Tennis Club', returnOrigins: [stage.world.baseUrl] });
  member = await merchant.member([
    ['membership', 12_000],
    ['insurance', 2_350],
  ]);
  page = await stage.openPage({ viewport: { width: 1000, height: 800 } });
});
afterEach(() => behave(merchant));

const picture = (name: string): Promise<void> => takePicture(page, name);
const see = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
const click = (name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().click();
/** A way to the product that can be cut. */
async function startNetwork(): Promise<{ url: string; cut(): void; mend(): void; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    const far = connect(Number(new URL(stage.world.baseUrl).port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    }
    near.pipe(far).pipe(near);
    if (isCut) near.destroy();
  });
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend: () => (isCut = false),
    stop: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const payments = (): Promise<readonly PaymentView[]> => merchant.payments(member);

test('a member pays the cart at PayPal, comes back, sees that it is paid, and finds the payline and a receipt', async () => {
  await page.goto(await merchant.checkoutLink(member));
  await see('You owe €143.50');
  expect(page.url()).not.toContain('#'); // the token is taken out of the address
  expect(await page.getByLabel('Amount in EUR').inputValue()).toBe('143.50');
  await picture('checkout-desktop');
  await click('Pay €143.50 with PayPal');

  await see('Who pays?');
  await click(/Anne Martin/);
  await page.getByRole('link', { name: 'Return to merchant' }).click();
  await page.waitForURL(/\/return\/pay_/);
  await see('Paid. Thank you!');
  await picture('return-paid');

  await page.waitForURL(/\/checkout\?payment=pay_/); // by itself
  await see('All is paid');
  await see('Paid. Thank you!');
  const [payment] = await payments();
  expect(payment).toMatchObject({ status: 'paid', captured: 14_350 });
  const payline = page.locator('#paylines li');
  expect(await payline.count()).toBe(1);
  expect(await payline.textContent()).toContain('€143.50');
  expect((await merchant.cart(member)).paylines).toMatchObject([{ payment: payment!.id, amount: 14_350 }]);

  await page.getByRole('link', { name: 'Payments' }).click();
  const [receipt] = await Promise.all([page.context().waitForEvent('page'), click('Receipt')]);
  await receipt.getByRole('heading', { name: 'Receipt' }).waitFor();
  await receipt.getByText('€143.50').first().waitFor();
  await receipt.getByText(payment!.id).waitFor();
  await picture('payments');
});

test('a payer who closes the tab at PayPal has paid all the same: the open checkout turns to paid by itself', async () => {
  const link = await merchant.checkoutLink(member);
  await page.goto(link);
  await page.getByLabel('Amount in EUR').fill('43,5');
  await see('€100.00 will still be due.');
  await click('Pay €43.50 with PayPal');
  await see('Who pays?');

  const checkout = await page.context().newPage();
  await checkout.goto(link);
  await checkout.locator('#open').getByText('Not paid yet').waitFor();
  await click(/Hana/); // pays and closes the tab
  await see('The tab is closed now');
  await page.close();

  await checkout.locator('#notice').getByText('Paid. Thank you!').waitFor();
  await checkout.getByText('You owe €100.00').waitFor();
  page = checkout;
  await picture('checkout-partly-paid');
  expect((await merchant.cart(member)).paylines).toMatchObject([{ amount: 4_350 }]);
});

test('a payer on the return page sees the money arrive without doing anything', async () => {
  const payment = await merchant.pay(member);
  await page.goto(`${stage.world.baseUrl}/return/${payment.id}?st=Completed&amt=143.50&cc=EUR`);
  await see('Waiting for PayPal');
  await picture('return-waiting');
  await payAs(merchant, payment, 'hana');
  await see('Paid. Thank you!');
  expect(await page.locator('#standing').getAttribute('data-status')).toBe('paid');
  expect(page.url()).toContain('/return/'); // nowhere else to go: the merchant named no address
});

test('an eCheck is shown as on its way, and as paid once it has cleared', async () => {
  const payment = await merchant.pay(member);
  const { txnId } = await payAs(merchant, payment, 'bruno');
  await untilStatus(merchant, payment.id, 'processing');
  await page.goto(`${stage.world.baseUrl}/return/${payment.id}`);
  await see('Your bank is still sending the money');
  await picture('return-processing');
  await call(stage.world.simulator.url, null, 'POST', `/control/payments/${txnId}/events`, { status: 'Completed' });
  await see('Paid. Thank you!');
});

test('a member who cancels at PayPal may go on paying from there, and pays once', async () => {
  await page.goto(await merchant.checkoutLink(member));
  await click('Pay €143.50 with PayPal');
  await page.getByRole('link', { name: /Cancel and return/ }).click();
  await page.waitForURL(/\/cancel\/pay_/);
  await see('Nothing paid so far');
  await picture('cancel');

  await click('Go on paying with PayPal');
  await see('Who pays?');
  await click(/Anne Martin/);
  const [payment] = await payments();
  await untilStatus(merchant, payment!.id, 'paid');
  expect(await payments()).toHaveLength(1);
});

test('a member who gives up cancels the payment, and owes what was owed', async () => {
  await page.goto(await merchant.checkoutLink(member));
  await click('Pay €143.50 with PayPal');
  await page.getByRole('link', { name: /Cancel and return/ }).click();
  await page.getByRole('link', { name: 'Back to Tennis Club' }).click();
  await page.waitForURL(/\/checkout\?payment=pay_/);
  await click('Cancel');
  await page.locator('#notice').getByText('This payment was cancelled').waitFor();
  await see('You owe €143.50');
  expect(await payments()).toMatchObject([{ status: 'cancelled' }]);
});

test('the payer who asks to stay is not sent on', async () => {
  const payment = await merchant.pay(member, { returnUrl: `${stage.world.baseUrl}/checkout` });
  await page.clock.install();
  await page.goto(`${stage.world.baseUrl}/cancel/${payment.id}`);
  await see('You go back to Tennis Club');
  await click('Stay here');
  await page.clock.runFor(60_000);
  expect(page.url()).toContain('/cancel/');
});

test('a double click, and a click after an answer that was lost, make one payment', async () => {
  let lost = 0;
  await page.route('**/v1/payments', async (route) => {
    if (route.request().method() !== 'POST' || lost++ > 0) return route.continue();
    await route.fetch(); // it arrives; its answer does not
    return route.abort('connectionreset');
  });
  await page.goto(await merchant.checkoutLink(member));
  await page.getByRole('button', { name: 'Pay €143.50 with PayPal' }).dblclick();
  await see('Who pays?');
  expect(lost).toBeGreaterThan(1);
  expect(await payments()).toHaveLength(1);
});

test('a merchant who has not registered this page is paid all the same', async () => {
  const strict = await Merchant.create(stage.world, { name: 'Rowing Club' });
  await page.goto(await strict.checkoutLink(await strict.member([['boat', 5_000]])));
  await click('Pay €50.00 with PayPal');
  await see('Who pays?');
  await click(/Anne Martin/);
  await page.getByRole('link', { name: 'Return to merchant' }).click();
  await see('Paid. Thank you!');
  expect(await page.getByRole('link', { name: /Back to/ }).count()).toBe(0);
});

test('charges that a member chooses are paid first, and make the amount', async () => {
  await page.goto(await merchant.checkoutLink(member));
  await page.getByText('Choose what to pay first').click();
  await page.getByLabel(/insurance/).check();
  await click('Pay €23.50 with PayPal');
  await click(/Anne Martin/);
  await eventually(
    () => merchant.cart(member),
    (cart) => cart.charges.some((charge) => charge.category === 'insurance' && charge.paid === 2_350),
  );
});

test('a link whose time is over says so and shows nothing', async () => {
  const link = await merchant.checkoutLink(member, { expiresInMs: 1_000 });
  await eventually(
    () => call(stage.world.baseUrl, link.split('#')[1]!, 'GET', `/v1/members/${member}`),
    ({ status }) => status === 401,
  );
  await page.goto(link);
  await see('Please ask for a new link');
  expect(await page.locator('#account').isVisible()).toBe(false);
});

test('when the network goes, the page says so, and catches up when it is back', async () => {
  const network = await startNetwork();
  const payment = await merchant.pay(member);
  await page.goto(`${network.url}/return/${payment.id}`);
  await see('Waiting for PayPal');
  network.cut();
  await see('The connection is interrupted');
  await payAs(merchant, payment, 'hana');
  await untilStatus(merchant, payment.id, 'paid');
  network.mend();
  await see('Paid. Thank you!');
  expect(await page.getByText('The connection is interrupted').isVisible()).toBe(false);
  await network.stop();
});

test('where streams do not come through, the page asks', async () => {
  await page.route('**/events', (route) => route.abort());
  const payment = await merchant.pay(member);
  await page.goto(`${stage.world.baseUrl}/return/${payment.id}`);
  await payAs(merchant, payment, 'hana');
  await see('Paid. Thank you!');
});

test('without scripts the return page says the same and looks again by itself', async () => {
  page = await stage.openPage({ javaScriptEnabled: false });
  const payment = await merchant.pay(member);
  await page.goto(`${stage.world.baseUrl}/return/${payment.id}`);
  await see('Waiting for PayPal');
  await payAs(merchant, payment, 'hana');
  await see('Paid. Thank you!');
});

test('the pages shut nobody out, whatever the sum', async () => {
  const payment = await merchant.pay(member, { amount: 100_000_000 });
  for (const [name, address, title] of [
    ['checkout', await merchant.checkoutLink(member), 'My account · Tennis Club'],
    ['return', `${stage.world.baseUrl}/return/${payment.id}`, 'Waiting for PayPal · Tennis Club'],
    ['cancel', `${stage.world.baseUrl}/cancel/${payment.id}`, 'Nothing paid so far · Tennis Club'],
  ] as const) {
    await page.goto(address);
    await see('€1,000,000.00');
    expect(await page.title()).toBe(title);
    await isForEverybody(page, name);
  }
});

test('while the gateway keeps us waiting, nobody says more than is known', async () => {
  await misbehave(merchant, { where: 'postback', mode: 'http_500' });
  const payment = await merchant.pay(member);
  await payAs(merchant, payment, 'hana');
  await page.goto(`${stage.world.baseUrl}/return/${payment.id}`);
  await see('Waiting for PayPal');
  await behave(merchant);
  await see('Paid. Thank you!');
});
