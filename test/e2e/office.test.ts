import { newPerson, PASSWORD } from '../support/browser';
import { Merchant, untilStatus } from '../support/client';
import { ipn, payAs, sendGenuine } from '../support/paypal';
import { newMerchant } from '../api/asking';
import { openStage } from './stage';
import { Office } from './office-browser';

const stage = openStage({ merchant: { name: 'Aviron' } });

test('a treasurer signs in with a password and is where they wanted to go', async () => {
  const { email } = await newPerson(stage.world, { [stage.merchant.id]: 'treasurer' });
  const page = await stage.openPage({ locale: 'fr-FR' });
  await page.goto(`${stage.world.baseUrl}/office/payments`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Mot de passe').fill('not this one');
  await page.keyboard.press('Enter');
  await page.getByText('Cette adresse et ce mot de passe ne vont pas ensemble.').waitFor();
  await page.getByLabel('Mot de passe').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Paiements' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('fr');
});

test('on the first page a treasurer sees what came in, what waits and whether gateways work, live', async () => {
  const member = await stage.merchant.member([['fee', 5_000]]);
  const office = await Office.open(stage);
  await office.go();
  await office.see('Nothing waits for you.');
  await office.see('Nothing came in these 30 days.');
  const payment = await stage.merchant.pay(member);
  await office.page.getByRole('row', { name: /Anne Martin .*€50.00 .*Not paid yet/ }).waitFor();
  await sendGenuine(stage.merchant, ipn(stage.merchant, payment, { mc_gross: '40.00' })); // less than was asked: a person decides
  await untilStatus(stage.merchant, payment.id, 'needs_review');
  await office.page.getByRole('row', { name: /Anne Martin .*€50.00 .*To look at/ }).waitFor();
  await office.see('1 waits for a decision');
  await office.see('The most in a day: €40.00');
  await office.isForEverybody('today-1280');
});

test.each(['paid', 'new'])(
  'the first page comes with all that it shows, and is there in one piece: %s',
  async (books) => {
    const merchant = await Merchant.create(stage.world);
    if (books === 'paid') {
      const payment = await merchant.pay(await merchant.member([['fee', 5_000]]));
      await payAs(merchant, payment);
      await untilStatus(merchant, payment.id, 'paid');
    }
    const office = await Office.open(stage, { merchant: merchant.id, role: 'owner' });
    const { page } = office;
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname, search } = new URL(request.url());
      if (pathname.startsWith('/v1/')) asked.push(pathname + search);
    });
    await page.addInitScript(
      `new PerformanceObserver((list) => (window.shifted = [...(window.shifted ?? []), ...list.getEntries().map(({ value }) => value)])).observe({ type: 'layout-shift', buffered: true })`,
    );
    await office.go();
    await page.locator('.bars svg').waitFor();
    await page.waitForLoadState('load');
    expect(asked.filter((address) => !address.startsWith('/v1/events'))).toEqual([]);
    expect(await page.evaluate('window.shifted ?? []')).toEqual([]);
  },
);

test('on a phone, in French, a desk sees the first steps that are left', async () => {
  const fresh = await newMerchant(stage.world, { name: 'Club neuf' });
  const office = await Office.open(stage, { merchant: fresh.id, role: 'desk', width: 360, locale: 'fr-FR' });
  await office.go();
  await office.see('Une passerelle est connectée et fonctionne');
  await office.see('Rien ne reçoit encore d’argent.');
  await office.isForEverybody('today-360');
});

test('a treasurer finds PayPal’s address for messages, and is told of what is wrong with an account', async () => {
  const office = await Office.open(stage);
  await office.go('/gateways');
  await office.see('PayPal’s messages: token and address');
  await office.press(/Copy: The address/);
  await office.isForEverybody('gateways-1280');
  await office.page.getByText('Connect by the keys of KKiaPay').click();
  await office.fill('Public key', 'not-a-key');
  await office.fill('Private key', 'tpk_x');
  await office.fill('Secret key', 'tsk_x');
  await office.fill('Secret hash of the webhook', 'sixteen-signs-are-enough');
  await office.choose(/Where/, 'simulator');
  await office.press('Use these keys');
  await office.fill('Your password', PASSWORD);
  await office.press('Go on');
  await office.see('It does not take your currency');
});

test('on a phone, in French, the gateways shut nobody out', async () => {
  const office = await Office.open(stage, {
    role: 'owner',
    width: 360,
    locale: 'fr-FR',
  });
  await office.go('/gateways');
  await office.see('Connecter avec PayPal');
  await office.isForEverybody('gateways-360');
});

test('who stands before the door asks once who they are; a session that is ended elsewhere shows the door again', async () => {
  const out = await stage.openPage();
  let questions = 0;
  out.on('request', (request) => {
    if (request.url().endsWith('/v1/session')) questions += 1;
  });
  await out.goto(`${stage.world.baseUrl}/office`);
  await out.getByLabel('Password').waitFor();
  await out.waitForLoadState('networkidle');
  expect(questions).toBe(1);

  const office = await Office.open(stage);
  await office.go();
  await stage.world.db.sql.query(
    'DELETE FROM auth.session USING auth."user" u WHERE u.id = "userId" AND u.email = $1',
    [office.email],
  );
  await office.page.getByLabel('Password').waitFor();
});

test('a test drive goes through every station, each lit when we have seen the payment pass', async () => {
  const office = await Office.open(stage);
  await office.go('/gateways');
  await office.press('Begin with €1.00');
  const [payer] = await Promise.all([
    office.page.context().waitForEvent('page'),
    office.follow('Open the payment page'),
  ]);
  for (const name of ['Pay with PayPal', 'Go on to PayPal', /Anne Martin/])
    await payer.getByRole('button', { name }).first().click();
  const lit = office.page.locator('.step[data-tone="good"]');
  await lit.nth(5).waitFor();
  expect(await lit.allInnerTexts()).toEqual([
    expect.stringContaining('Opened at the gateway'),
    expect.stringContaining('Paid'),
    expect.stringContaining('The gateway told us'),
    expect.stringContaining('Verified with the gateway'),
    expect.stringContaining('Booked'),
    expect.stringContaining('In the member’s cart'),
  ]);
});
