import { source as AXE } from 'axe-core';
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import { eventually, Merchant } from '../support/client';
import type { PaymentView } from '../support/client';
import { control } from '../support/gateways';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { connectKkiapay, connectPaypalCheckout, control as controlFor } from './accounts';
import { launchBrowser, listenForComplaints, takePicture } from './chromium';

jest.setTimeout(240_000); // a browser on a busy machine takes its time, and only what hangs is to be ended

let world: World;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: readonly string[];
let merchant: Merchant;
let member: string;
let email: string;
let clicks: number;

beforeAll(async () => {
  browser = await launchBrowser();
  world = await startWorld({ mail: 'simulator' });
});
afterAll(async () => {
  await browser?.close(); // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- there is none when it did not start
  await world?.stop(); // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- likewise
});

let count = 0;
beforeEach(async () => {
  count += 1;
  email = `anne-${count}@person.example`;
  merchant = await Merchant.create(world, { name: 'Aviron', slug: `aviron-${count}` });
  member = (await merchant.post<{ id: string }>('/v1/members', { name: 'Anne Martin', email })).body.id;
  const charges = [
    { label: 'Cotisation', category: 'fee', amount: 5_000, currency: 'EUR', dueOn: '2026-09-01' },
    { label: 'Sortie', category: 'outing', amount: 2_500, currency: 'EUR', dueOn: '2026-10-01' },
  ];
  for (const charge of charges) await merchant.post(`/v1/members/${member}/charges`, charge);
});
afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
});

/** A browser that asks for this language, counts what is pressed or chosen on our own pages, and forgives no error on its console. */
async function openBrowser(locale: string, width: number): Promise<void> {
  context = await browser.newContext({ viewport: { width, height: 740 }, locale });
  clicks = 0;
  await context.exposeBinding('countClick', ({ frame }) => {
    if (frame.url().startsWith(world.baseUrl)) clicks += 1;
  });
  await context.addInitScript('addEventListener("click", () => window.countClick(), true)');
  page = await context.newPage();
  complaints = listenForComplaints(page);
  page.on('console', (message) => {
    if (message.type() === 'error') (complaints as string[]).push(message.text());
  });
}

/** What axe finds against somebody. */
interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** The page fits its width, light and dark, and shuts nobody out. */
async function isForEverybody(name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(AXE);
    const found = await page.evaluate<readonly Violation[]>('axe.run().then(({ violations }) => violations)');
    const grave = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect([name, grave.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])]).toEqual([name, []]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    await takePicture(page, `member-${name}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

const see = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
const press = (name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().click();
const payments = async (): Promise<readonly PaymentView[]> =>
  (await merchant.get<{ data: PaymentView[] }>(`/v1/payments?member=${member}`)).body.data;
/** The link of the letter that was just asked for, the first or the one after so many. */
async function linkOfLetter(count = 1): Promise<string> {
  const letters = await eventually(
    () => control<{ data: { text: string }[] }>(world, 'GET', `/mailbox/letters?to=${email}`),
    ({ data }) => data.length >= count,
  );
  return /http\S+\/member-sign-in\/\S+/.exec(letters.data[0]!.text)![0];
}
/** Signed in, on the page of the account; by the first letter, or a later one. */
async function signIn(tab = page, letters = 1): Promise<void> {
  await tab.goto(`${world.baseUrl}/m/aviron-${count}`);
  await tab.locator('#email').fill(email);
  await tab.locator('#email').press('Enter');
  await tab.goto(await linkOfLetter(letters));
  await tab.locator('main button').click();
  await tab.locator('#account').waitFor();
}
/** Whether the page is dark, by its own ground. */
const isDark = (): Promise<boolean> =>
  page.evaluate('getComputedStyle(document.body).backgroundColor === "rgb(18, 23, 20)"');

const WORDS = {
  en: {
    owes: 'You owe €75.00',
    pay: 'Pay €75.00 with PayPal',
    paid: 'Paid. Thank you!',
    sent: 'Look into your mailbox',
    account: 'My account',
    allPaid: 'All is paid',
    payments: 'Payments',
    receipt: 'Receipt',
    paper: 'Receipt',
    me: 'Me',
  },
  fr: {
    owes: 'Vous devez 75,00 €',
    pay: 'Payer 75,00 € avec PayPal',
    paid: 'Payé. Merci !',
    sent: 'Regardez votre boîte aux lettres',
    account: 'Mon compte',
    allPaid: 'Tout est payé',
    payments: 'Paiements',
    receipt: 'Attestation',
    paper: 'Attestation de paiement',
    me: 'Moi',
  },
} as const;

test.each([
  ['en', 'en-GB', 360],
  ['fr', 'fr-FR', 360],
  ['fr', 'fr-FR', 1280],
  ['en', 'en-GB', 1280],
] as const)(
  'from the letter in the mailbox to "Paid" in one press, for everybody: %s, %s, %i px',
  async (language, locale, width) => {
    const words = WORDS[language];
    await openBrowser(locale, width);
    const name = (what: string) => `${what}-${language}-${width}`;
    await page.goto(`${world.baseUrl}/m/aviron-${count}`);
    await isForEverybody(name('club'));
    await page.locator('#email').fill(email);
    await page.locator('#email').press('Enter');
    await see(words.sent);
    await page.goto(await linkOfLetter());
    await isForEverybody(name('link'));
    await page.locator('main button').click();
    await see(words.owes);
    expect(await page.getAttribute('html', 'lang')).toBe(language);
    await isForEverybody(name('account'));

    clicks = 0;
    await press(words.pay);
    await press(/Anne Martin/); // at PayPal
    await page.getByRole('link', { name: 'Return to merchant' }).click();
    await see(words.paid); // without doing anything
    expect(clicks).toBe(1);
    await isForEverybody(name('return'));
    expect(await payments()).toMatchObject([{ status: 'paid', captured: 7_500 }]);

    await page.getByRole('link', { name: words.account }).click();
    await see(words.allPaid);
    await isForEverybody(name('all-paid'));
    clicks = 0;
    await page.getByRole('link', { name: words.payments }).click();
    await page.locator('#payments [data-status=paid]').getByText('Test', { exact: true }).waitFor();
    await isForEverybody(name('payments'));
    const [paper] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: words.receipt }).click(),
    ]);
    await paper.getByRole('heading', { name: words.paper }).waitFor(); // in the language of the page
    expect(clicks).toBe(2);
    await paper.close();
    await page.getByRole('link', { name: words.me, exact: true }).click();
    await see(email);
    await isForEverybody(name('me'));
  },
);

test('with the keyboard alone a member comes from the sign-in to "Paid", and reads before what the part that they pay is for', async () => {
  await openBrowser('en-GB', 1280);
  const focused = () =>
    page.evaluate<string>(
      'document.activeElement === document.body ? "" : document.activeElement.id || document.activeElement.textContent.trim()',
    );
  const tabTo = async (what: string | RegExp) => {
    const isThere = (text: string) => (typeof what === 'string' ? text === what : what.test(text));
    for (let presses = 0; !isThere(await focused()); presses++) {
      expect(presses).toBeLessThan(30);
      await page.keyboard.press('Tab');
    }
  };
  const pressEnterOn = async (what: string | RegExp) => {
    await tabTo(what);
    await page.keyboard.press('Enter');
  };
  await page.goto(`${world.baseUrl}/m/aviron-${count}`);
  await tabTo('email');
  await page.keyboard.type(email);
  await page.keyboard.press('Enter');
  await see('Look into your mailbox');
  await page.goto(await linkOfLetter());
  await pressEnterOn('Sign in');
  await page.locator('#account').waitFor();

  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  await tabTo('amount');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('60');
  await see('This pays Cotisation and €10.00 of Sortie. €15.00 will still be due.');
  await tabTo('pay-button');
  clicks = 0;
  expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  await page.keyboard.press('Enter');
  await see('Who pays?');
  expect(clicks).toBe(1); // by Enter
  await pressEnterOn(/Anne Martin/);
  await page.getByRole('link', { name: 'Return to merchant' }).waitFor();
  await pressEnterOn('Return to merchant');
  await see('Paid. Thank you!');
  expect(clicks).toBe(1);
  await pressEnterOn('My account');
  await see('You owe €15.00');
});

test('what a member pays beyond what is due is kept for later, by the same one press', async () => {
  await openBrowser('en-GB', 360);
  await signIn();
  await page.locator('#amount').fill('80');
  await see('€5.00 more than you owe: kept for later.');
  clicks = 0;
  await page.locator('#amount').press('Enter');
  await see('Who pays?');
  expect(clicks).toBe(1);
  await press(/Hana/); // pays and closes the tab
  await page.goto(`${world.baseUrl}/m`);
  await see('You have €5.00 in advance');
  expect(await payments()).toMatchObject([{ captured: 8_000 }]);
});

test('who comes back by the back button, and who has a second tab open, sees the payment that is begun before another one is', async () => {
  await connectPaypalCheckout(merchant);
  await openBrowser('en-GB', 360);
  await signIn();
  const second = await context.newPage();
  await second.goto(`${world.baseUrl}/m`);
  await press('Pay €75.00 with PayPal');
  await page.waitForURL(/\/paypal\/checkoutnow/);
  await page.goBack();
  await see('Begun and not finished');
  await page.locator('#open').getByText('Not paid yet').waitFor();
  await takePicture(page, 'member-begun');

  await second.getByRole('button', { name: 'Pay €75.00 with PayPal' }).click(); // it has not heard of the first
  await second.waitForURL(/\/paypal\/checkoutnow/);
  await second.goto(`${world.baseUrl}/m`);
  await second.locator('#open [data-payment]').nth(1).waitFor();
  await second.locator('#open').getByRole('button', { name: 'Cancel' }).last().click();
  await second.locator('#notice').getByText('This payment was cancelled').waitFor();
  await page.locator('#notice').getByText('This payment was cancelled').waitFor(); // the other tab hears of it
});

test('where the connection goes while somebody pays, the page says since when it knows, and opens one payment once it is back', async () => {
  await openBrowser('en-GB', 360);
  await signIn();
  await context.setOffline(true);
  await press('Pay €75.00 with PayPal');
  await see(/^No connection\. What you see is from \d\d:\d\d\./);
  await takePicture(page, 'member-offline');
  await context.setOffline(false);
  await see('Who pays?');
  expect(await payments()).toHaveLength(1);
  (complaints as string[]).length = 0; // the browser writes about the connection on its console
});

test('a member chooses the language, and signs out: nothing is shown any more', async () => {
  await openBrowser('en-GB', 360);
  await signIn();
  await page.getByRole('link', { name: 'Me', exact: true }).click();
  await press('Français');
  await see('Ce que votre club sait de vous');
  expect(await page.getAttribute('html', 'lang')).toBe('fr');
  await page.getByRole('link', { name: 'Mon compte' }).click();
  await see('Vous devez 75,00 €');
  await page.goto(`${world.baseUrl}/m?page=me`);
  const answer = page.waitForResponse((response) => response.url() === `${world.baseUrl}/m`);
  await press('Me déconnecter');
  expect((await answer).status()).toBe(401);
  await see('Vous n’êtes pas connecté');
  (complaints as string[]).length = 0; // the browser writes about the 401 on its console
});

test('a member sees where they are signed in, ends another browser, and signs out everywhere', async () => {
  await openBrowser('en-GB', 360);
  await signIn();
  const elsewhere = await browser.newContext({ userAgent: 'Mozilla/5.0 (Android 16; Mobile) Firefox/140.0' });
  const other = await elsewhere.newPage();
  await signIn(other, 2);
  await page.goto(`${world.baseUrl}/m?page=me`);
  await page.locator('#sessions [data-session]').nth(1).waitFor();
  await isForEverybody('sessions-en-360');
  await press('Sign out · Firefox on Android');
  await page.getByRole('status').getByText('Signed out: Firefox on Android.').waitFor();
  expect(await page.locator('#sessions [data-session]').count()).toBe(1);
  expect((await other.goto(`${world.baseUrl}/m`))?.status()).toBe(401);

  await signIn(other, 3);
  await page.reload();
  await press('Sign out everywhere');
  await see('You are not signed in');
  expect((await other.goto(`${world.baseUrl}/m`))?.status()).toBe(401);
  await elsewhere.close();
  (complaints as string[]).length = 0; // the browser writes about the 401 on its console
});

test('who chooses dark finds every page dark, whatever the device has, and who leaves it to the device finds it so again', async () => {
  await openBrowser('fr-FR', 360);
  await signIn();
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(`${world.baseUrl}/m?page=me`);
  expect(await isDark()).toBe(false);
  await press('Sombre');
  expect(await isDark()).toBe(true); // at once
  await isForEverybody('me-chosen-dark-fr-360');
  for (const path of ['/m', '/m?page=payments', `/m/aviron-${count}`, '/m/no-such-club', '/checkout']) {
    await page.goto(`${world.baseUrl}${path}`);
    expect([path, await isDark()]).toEqual([path, true]);
  }
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`${world.baseUrl}/m?page=me`);
  await press('Clair');
  expect(await isDark()).toBe(false);
  await press('Système');
  expect(await isDark()).toBe(true);
  await page.reload();
  expect([await isDark(), await page.getByRole('button', { name: 'Système' }).getAttribute('aria-pressed')]).toEqual([
    true,
    'true',
  ]);
  (complaints as string[]).length = 0; // the browser writes about the 404 of the club on its console
});

describe('a club in francs, with KKiaPay', () => {
  const window = (): FrameLocator => page.frameLocator('iframe[title^="KKiaPay"]');
  const settle = (payment: PaymentView, answer: object) =>
    controlFor(merchant, 'POST', `kkiapay/transactions/${payment.id}/settle`, answer);
  /** The treasurer has the member’s phone asked. */
  const askPhone = (over: Record<string, unknown> = {}): Promise<PaymentView> =>
    merchant.pay(member, { gateway: 'kkiapay', method: 'mobile_money', phone: '+229 61 00 00 77', ...over });
  const openPage = async (name: string): Promise<void> => {
    await page.goto(`${world.baseUrl}/m`);
    await page.locator('#open').getByRole('link', { name }).click();
  };

  beforeEach(async () => {
    merchant = await Merchant.create(world, { name: 'Club de Cotonou', currency: 'XOF', slug: `cotonou-${count}` });
    member = (await merchant.post<{ id: string }>('/v1/members', { name: 'Awa Dossou', email, locale: 'fr' })).body.id;
    const fee = { label: 'Cotisation', category: 'cotisation', amount: 5_000, currency: 'XOF' };
    await merchant.post(`/v1/members/${member}/charges`, fee);
    await connectKkiapay(merchant);
    await openBrowser('fr-FR', 360);
    await page.goto(`${world.baseUrl}/m/cotonou-${count}`);
    await page.locator('#email').fill(email);
    await page.locator('#email').press('Enter');
    await page.goto(await linkOfLetter());
    await page.locator('main button').click();
    await page.locator('#account').waitFor();
  });

  test('a member pays in the window over the page: one press on ours', async () => {
    await see(/^Vous devez 5\s000\sF\sCFA$/);
    await isForEverybody('kkiapay-account-fr-360');
    clicks = 0;
    await press(/^Payer 5\s000\sF\sCFA avec KKiaPay$/);
    await window()
      .getByRole('button', { name: /Awa Dossou/ })
      .waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    await takePicture(page, 'member-kkiapay-window-fr-360');
    await window()
      .getByRole('button', { name: /Awa Dossou/ })
      .click();
    await see('Payé. Merci !');
    expect(clicks).toBe(1);
    await isForEverybody('kkiapay-return-fr-360');
    expect(await payments()).toMatchObject([{ status: 'paid', captured: 5_000 }]);
  });

  test('a request on the phone that is approved late, after the page was left and without a connection, is seen as paid', async () => {
    const payment = await askPhone();
    await page.goto(`${world.baseUrl}/m`);
    await see('En attente de votre téléphone');
    await isForEverybody('prompt-account-fr-360');
    await page.route('**/events', (route) => route.abort()); // an open stream would outlive the connection
    await page.locator('#open').getByRole('link').click();
    await see('Regardez votre téléphone');
    await isForEverybody('prompt-fr-360');
    await page.goto('about:blank');
    await page.goBack();
    await see('Regardez votre téléphone');
    await context.setOffline(true);
    await see(/^La connexion est interrompue/);
    await settle(payment, { status: 'SUCCESS' });
    await context.setOffline(false);
    await see('Payé. Merci !');
    await page.getByRole('link', { name: 'Mon compte' }).click();
    await see('Tout est payé');
    expect(await payments()).toMatchObject([{ id: payment.id, status: 'paid', captured: 5_000 }]);
    (complaints as string[]).length = 0; // the browser writes about the connection on its console
  });

  test('a request that is refused on the phone leaves what was owed, and the way to pay otherwise', async () => {
    const payment = await askPhone();
    await openPage('Voir');
    await see('Regardez votre téléphone');
    await settle(payment, { status: 'FAILED', failureCode: 'payment_declined' });
    await see('KKiaPay indique que vous n’avez pas été débité');
    await isForEverybody('prompt-refused-fr-360');
    await page.getByRole('link', { name: 'Mon compte' }).click();
    await see(/^Vous devez 5\s000\sF\sCFA$/);
    await press(/^Payer 5\s000\sF\sCFA avec KKiaPay$/);
    await window()
      .getByRole('button', { name: /Awa Dossou/ })
      .click();
    await see('Payé. Merci !');
    expect((await payments()).map(({ status, captured }) => [status, captured])).toEqual([
      ['paid', 5_000],
      ['failed', 0],
    ]);
  });

  test('a request that nobody answers ends by itself, and takes nothing', async () => {
    await askPhone({ expiresInMs: 1_500 });
    await page.goto(`${world.baseUrl}/m?page=payments`);
    await see('Délai dépassé');
    await isForEverybody('prompt-ignored-fr-360');
    await page.getByRole('link', { name: 'Mon compte' }).click();
    await see(/^Vous devez 5\s000\sF\sCFA$/);
    expect(await payments()).toMatchObject([{ status: 'expired', captured: 0 }]);
  });
});

test('a payer with a pay link needs no scripts, and finds the code that a phone reads', async () => {
  await openBrowser('fr-FR', 360);
  const { url } = (await merchant.post<{ url: string }>('/v1/pay-links', { member, editable: true })).body;
  await page.goto(url);
  await page.getByText('afficher le code QR').click();
  await page.locator('svg.qr').waitFor();
  await isForEverybody('pay-link-fr');
  await context.close();

  context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  page = await context.newPage();
  await page.goto(url);
  await page.locator('#amount').fill('25');
  await press('Pay with PayPal');
  await press(/PayPal/);
  await see('Who pays?');
  await press(/Anne Martin/);
  const [payment] = await eventually(payments, ([first]) => first?.status === 'paid');
  expect(payment).toMatchObject({ captured: 2_500 });
});
