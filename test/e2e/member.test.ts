import type { FrameLocator, Page } from 'playwright-core';
import { eventually, Merchant } from '../support/client';
import type { PaymentView } from '../support/client';
import { connectCheckout, connectKkiapay, control } from '../support/gateways';
import { fitsEveryWidth, isForEverybody, takePicture } from './for-everybody';
import { openStage } from './stage';

const stage = openStage({ mail: 'simulator', forgiven: [] });
let page: Page;
let merchant: Merchant;
let member: string;
let email: string;
let slug: string;
let clicks: number;

let count = 0;
beforeEach(async () => {
  count += 1;
  email = `anne-${count}@person.example`;
  slug = `aviron-${count}`;
  merchant = await Merchant.create(stage.world, { name: 'Aviron', slug });
  member = (await merchant.post<{ id: string }>('/v1/members', { name: 'Anne Martin', email })).body.id;
  const charges = [
    { label: 'Cotisation', category: 'fee', amount: 5_000, currency: 'EUR', dueOn: '2026-09-01' },
    { label: 'Sortie', category: 'outing', amount: 2_500, currency: 'EUR', dueOn: '2026-10-01' },
  ];
  for (const charge of charges) await merchant.post(`/v1/members/${member}/charges`, charge);
});

/** A browser that asks for this language, and counts what is pressed or chosen on our own pages. */
async function openBrowser(locale: string, width = 360): Promise<void> {
  page = await stage.openPage({ viewport: { width, height: 740 }, locale });
  clicks = 0;
  await page.context().exposeBinding('countClick', ({ frame }) => {
    if (frame.url().startsWith(stage.world.baseUrl)) clicks += 1;
  });
  await page.context().addInitScript('addEventListener("click", () => window.countClick(), true)');
}

const see = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
const press = (name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().click();
const payments = (): Promise<readonly PaymentView[]> => merchant.payments(member);
/** The link of the letter that was just asked for, the first or the one after so many. */
async function linkOfLetter(count = 1): Promise<string> {
  const letters = await eventually(
    () => control<{ data: { text: string }[] }>(stage.world, 'GET', `/mailbox/letters?to=${email}`),
    ({ data }) => data.length >= count,
  );
  return /http\S+\/member-sign-in\/\S+/.exec(letters.data[0]!.text)![0];
}
/** Signed in, on the page of the account; by the first letter, or a later one. */
async function signIn(tab = page, letters = 1): Promise<void> {
  await tab.goto(`${stage.world.baseUrl}/m/${slug}`);
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
    signIn: 'See what you owe, and pay',
    link: 'Sign in',
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
    signIn: 'Voir ce que vous devez, et payer',
    link: 'Me connecter',
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
  ['en', 'en-GB'],
  ['fr', 'fr-FR'],
] as const)(
  'from the letter in the mailbox to "Paid" in one press, for everybody: %s, %s',
  async (language, locale) => {
    const words = WORDS[language];
    await openBrowser(locale);
    const looksRight = async (what: string, title: string) => {
      expect([what, (await page.title()).replace(/\s/g, ' ')]).toEqual([what, title]); // French has spaces of its own
      await isForEverybody(page, `member-${what}-${language}`);
    };
    await page.goto(`${stage.world.baseUrl}/m/${slug}`);
    await looksRight('club', `${words.signIn} · Aviron`);
    await page.locator('#email').fill(email);
    await page.locator('#email').press('Enter');
    await see(words.sent);
    expect(await page.title()).toBe(`${words.sent} · Aviron`);
    await page.goto(await linkOfLetter());
    await looksRight('link', `${words.link} · Aviron`);
    await page.locator('main button').click();
    await see(words.owes);
    expect(await page.getAttribute('html', 'lang')).toBe(language);
    await looksRight('account', `${words.account} · Aviron`);

    clicks = 0;
    await press(words.pay);
    await press(/Anne Martin/); // at PayPal
    await page.getByRole('link', { name: 'Return to merchant' }).click();
    await see(words.paid); // without doing anything
    expect(clicks).toBe(1);
    await looksRight('return', `${words.paid} · Aviron`);
    expect(await payments()).toMatchObject([{ status: 'paid', captured: 7_500 }]);

    await page.getByRole('link', { name: words.account }).click();
    await see(words.allPaid);
    await looksRight('all-paid', `${words.account} · Aviron`);
    clicks = 0;
    await page.getByRole('link', { name: words.payments }).click();
    await page.locator('#payments [data-status=paid]').getByText('Test', { exact: true }).waitFor();
    await looksRight('payments', words.payments);
    const [paper] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('button', { name: words.receipt }).click(),
    ]);
    await paper.getByRole('heading', { name: words.paper }).waitFor(); // in the language of the page
    expect(clicks).toBe(2);
    await paper.close();
    await page.getByRole('link', { name: words.me, exact: true }).click();
    await see(email);
    await looksRight('me', words.me);
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
  await page.goto(`${stage.world.baseUrl}/m/${slug}`);
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
  await openBrowser('en-GB');
  await signIn();
  await page.locator('#amount').fill('80');
  await see('€5.00 more than you owe: kept for later.');
  clicks = 0;
  await page.locator('#amount').press('Enter');
  await see('Who pays?');
  expect(clicks).toBe(1);
  await press(/Hana/); // pays and closes the tab
  await page.goto(`${stage.world.baseUrl}/m`);
  await see('You have €5.00 in advance');
  expect(await payments()).toMatchObject([{ captured: 8_000 }]);
});

test('who comes back by the back button, and who has a second tab open, sees the payment that is begun before another one is', async () => {
  await connectCheckout(merchant);
  await openBrowser('en-GB');
  await signIn();
  const second = await page.context().newPage();
  await second.goto(`${stage.world.baseUrl}/m`);
  await press('Pay €75.00 with PayPal');
  await page.waitForURL(/\/paypal\/checkoutnow/);
  await page.goBack();
  await see('Begun and not finished');
  await page.locator('#open').getByText('Not paid yet').waitFor();
  await takePicture(page, 'member-begun');

  await second.getByRole('button', { name: 'Pay €75.00 with PayPal' }).click(); // it has not heard of the first
  await second.waitForURL(/\/paypal\/checkoutnow/);
  await second.goto(`${stage.world.baseUrl}/m`);
  await second.locator('#open [data-payment]').nth(1).waitFor();
  await second.locator('#open').getByRole('button', { name: 'Cancel' }).last().click();
  await second.locator('#notice').getByText('This payment was cancelled').waitFor();
  await page.locator('#notice').getByText('This payment was cancelled').waitFor(); // the other tab hears of it
});

test('where the connection goes while somebody pays, the page says since when it knows, and opens one payment once it is back', async () => {
  await openBrowser('en-GB');
  await signIn();
  await page.context().setOffline(true);
  await press('Pay €75.00 with PayPal');
  await see(/^No connection\. What you see is from \d\d:\d\d\./);
  await takePicture(page, 'member-offline');
  await page.context().setOffline(false);
  await see('Who pays?');
  expect(await payments()).toHaveLength(1);
  stage.forgive(/ERR_INTERNET_DISCONNECTED/);
});

test('a member chooses the language, and signs out: nothing is shown any more', async () => {
  await openBrowser('en-GB');
  await signIn();
  await page.getByRole('link', { name: 'Me', exact: true }).click();
  await press('Français');
  await see('Ce que votre club sait de vous');
  expect(await page.getAttribute('html', 'lang')).toBe('fr');
  await page.getByRole('link', { name: 'Mon compte' }).click();
  await see('Vous devez 75,00 €');
  await page.goto(`${stage.world.baseUrl}/m?page=me`);
  const answer = page.waitForResponse((response) => response.url() === `${stage.world.baseUrl}/m`);
  await press('Me déconnecter');
  expect((await answer).status()).toBe(401);
  await see('Vous n’êtes pas connecté');
  stage.forgive(/a status of 401/);
});

test('a member sees where they are signed in, ends another browser, and signs out everywhere', async () => {
  await openBrowser('en-GB');
  await signIn();
  const other = await stage.openPage({ userAgent: 'Mozilla/5.0 (Android 16; Mobile) Firefox/140.0' });
  await signIn(other, 2);
  await page.goto(`${stage.world.baseUrl}/m?page=me`);
  await page.locator('#sessions [data-session]').nth(1).waitFor();
  await isForEverybody(page, 'member-sessions-en');
  await press('Sign out · Firefox on Android');
  await page.getByRole('status').getByText('Signed out: Firefox on Android.').waitFor();
  expect(await page.locator('#sessions [data-session]').count()).toBe(1);
  expect((await other.goto(`${stage.world.baseUrl}/m`))?.status()).toBe(401);

  await signIn(other, 3);
  await page.reload();
  await press('Sign out everywhere');
  await see('You are not signed in');
  expect((await other.goto(`${stage.world.baseUrl}/m`))?.status()).toBe(401);
  stage.forgive(/a status of 401/);
});

test('who chooses dark finds every page dark, whatever the device has, and who leaves it to the device finds it so again', async () => {
  await openBrowser('fr-FR');
  await signIn();
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(`${stage.world.baseUrl}/m?page=me`);
  expect(await isDark()).toBe(false);
  await press('Sombre');
  expect(await isDark()).toBe(true); // at once
  await isForEverybody(page, 'member-me-chosen-dark-fr');
  for (const path of ['/m', '/m?page=payments', `/m/${slug}`, '/m/no-such-club', '/checkout']) {
    await page.goto(`${stage.world.baseUrl}${path}`);
    expect([path, await isDark()]).toEqual([path, true]);
  }
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`${stage.world.baseUrl}/m?page=me`);
  await press('Clair');
  expect(await isDark()).toBe(false);
  await press('Système');
  expect(await isDark()).toBe(true);
  await page.reload();
  expect([await isDark(), await page.getByRole('button', { name: 'Système' }).getAttribute('aria-pressed')]).toEqual([
    true,
    'true',
  ]);
  stage.forgive(/a status of 404/); // the club
});

describe('a club in francs, with KKiaPay', () => {
  const window = (): FrameLocator => page.frameLocator('iframe[title^="KKiaPay"]');
  const settle = (payment: PaymentView, answer: object) =>
    control(stage.world, 'POST', `/kkiapay/transactions/${payment.id}/settle`, answer);
  /** The treasurer has the member’s phone asked. */
  const askPhone = (over: Record<string, unknown> = {}): Promise<PaymentView> =>
    merchant.pay(member, { gateway: 'kkiapay', method: 'mobile_money', phone: '+229 61 00 00 77', ...over });
  const openPage = async (name: string): Promise<void> => {
    await page.goto(`${stage.world.baseUrl}/m`);
    await page.locator('#open').getByRole('link', { name }).click();
  };

  beforeEach(async () => {
    slug = `cotonou-${count}`;
    merchant = await Merchant.create(stage.world, {
      name: 'Club de Cotonou',
      currency: 'XOF',
      slug,
    });
    member = (await merchant.post<{ id: string }>('/v1/members', { name: 'Awa Dossou', email, locale: 'fr' })).body.id;
    const fee = { label: 'Cotisation', category: 'cotisation', amount: 5_000, currency: 'XOF' };
    await merchant.post(`/v1/members/${member}/charges`, fee);
    await connectKkiapay(merchant);
    await openBrowser('fr-FR');
    await signIn();
  });

  test('a member pays in the window over the page: one press on ours', async () => {
    await see(/^Vous devez 5\s000\sF\sCFA$/);
    await isForEverybody(page, 'member-kkiapay-account-fr');
    clicks = 0;
    await press(/^Payer 5\s000\sF\sCFA avec KKiaPay$/);
    await window()
      .getByRole('button', { name: /Awa Dossou/ })
      .waitFor();
    await fitsEveryWidth(page, 'member-kkiapay-window');
    await window()
      .getByRole('button', { name: /Awa Dossou/ })
      .click();
    await see('Payé. Merci !');
    expect(clicks).toBe(1);
    await isForEverybody(page, 'member-kkiapay-return-fr');
    expect(await payments()).toMatchObject([{ status: 'paid', captured: 5_000 }]);
  });

  test('a request on the phone that is approved late, after the page was left and without a connection, is seen as paid', async () => {
    const payment = await askPhone();
    await page.goto(`${stage.world.baseUrl}/m`);
    await see('En attente de votre téléphone');
    await isForEverybody(page, 'member-prompt-account-fr');
    await page.route('**/events', (route) => route.abort()); // an open stream would outlive the connection
    await page.locator('#open').getByRole('link').click();
    await see('Regardez votre téléphone');
    await isForEverybody(page, 'member-prompt-fr');
    await page.goto('about:blank');
    await page.goBack();
    await see('Regardez votre téléphone');
    await page.context().setOffline(true);
    await see(/^La connexion est interrompue/);
    await settle(payment, { status: 'SUCCESS' });
    await page.context().setOffline(false);
    await see('Payé. Merci !');
    await page.getByRole('link', { name: 'Mon compte' }).click();
    await see('Tout est payé');
    expect(await payments()).toMatchObject([{ id: payment.id, status: 'paid', captured: 5_000 }]);
    stage.forgive(/ERR_INTERNET_DISCONNECTED|ERR_FAILED/); // the stream that is cut
  });

  test('a request that is refused on the phone leaves what was owed, and the way to pay otherwise', async () => {
    const payment = await askPhone();
    await openPage('Voir');
    await see('Regardez votre téléphone');
    await settle(payment, { status: 'FAILED', failureCode: 'payment_declined' });
    await see('KKiaPay indique que vous n’avez pas été débité');
    await isForEverybody(page, 'member-prompt-refused-fr');
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
    await page.goto(`${stage.world.baseUrl}/m?page=payments`);
    await see('Délai dépassé');
    await isForEverybody(page, 'member-prompt-ignored-fr');
    await page.getByRole('link', { name: 'Mon compte' }).click();
    await see(/^Vous devez 5\s000\sF\sCFA$/);
    expect(await payments()).toMatchObject([{ status: 'expired', captured: 0 }]);
  });
});

test('a payer with a pay link needs no scripts, and finds the code that a phone reads', async () => {
  await openBrowser('fr-FR');
  const { url } = (await merchant.post<{ url: string }>('/v1/pay-links', { member, editable: true })).body;
  await page.goto(url);
  await page.getByText('afficher le code QR').click();
  await page.locator('svg.qr').waitFor();
  await isForEverybody(page, 'member-pay-link-fr');

  page = await stage.openPage({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  await page.goto(url);
  await page.locator('#amount').fill('25');
  await press('Pay with PayPal');
  await press(/PayPal/);
  await see('Who pays?');
  await press(/Anne Martin/);
  const [payment] = await eventually(payments, ([first]) => first?.status === 'paid');
  expect(payment).toMatchObject({ captured: 2_500 });
});
