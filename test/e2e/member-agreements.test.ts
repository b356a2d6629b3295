import type { Page } from 'playwright-core';
import { call, eventually, Merchant } from '../support/client';
import { connectCheckout, control } from '../support/gateways';
import { isForEverybody } from './for-everybody';
import { openStage } from './stage';

const stage = openStage({ mail: 'simulator', forgiven: [] });
let page: Page;
let merchant: Merchant;
let member: string;
let email: string;
let slug: string;

interface AgreementView {
  readonly id: string;
  readonly status: string;
  readonly amount: number;
  readonly instalments: { readonly planned: number | null; readonly collected: number; readonly failed: number };
  readonly gatewayReference: string | null;
}

let count = 0;
beforeEach(async () => {
  count += 1;
  email = `anne-${count}@person.example`;
  slug = `chorale-${count}`;
  merchant = await Merchant.create(stage.world, { name: 'Chorale', slug });
  await connectCheckout(merchant);
  member = (await merchant.post<{ id: string }>('/v1/members', { name: 'Anne Martin', email })).body.id;
});

const offer = async (over: Record<string, unknown> = {}): Promise<string> =>
  (
    await merchant.post<{ id: string }>('/v1/offers', {
      label: 'Cotisation',
      category: 'fee',
      interval: 'month',
      amount: 1_000,
      ...over,
    })
  ).body.id;
const agreements = async (): Promise<readonly AgreementView[]> =>
  (await merchant.get<{ data: AgreementView[] }>(`/v1/agreements?member=${member}`)).body.data;
/** The newest agreement of the member, once it is so. */
async function until(isSo: (agreement: AgreementView) => boolean): Promise<AgreementView> {
  const [newest] = await eventually(agreements, ([first]) => first !== undefined && isSo(first));
  return newest!;
}
const happen = ({ gatewayReference }: AgreementView, what: object) =>
  control(stage.world, 'POST', `/paypal-checkout/subscriptions/${gatewayReference}/events`, what);

const see = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
const press = (name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().click();
const openAccount = async (): Promise<void> => {
  await page.goto(`${stage.world.baseUrl}/m`);
  await page.locator('#account').waitFor();
};

/** Signed in, on the page of the account. */
async function signIn(locale: string): Promise<void> {
  page = await stage.openPage({ viewport: { width: 360, height: 740 }, locale });
  await page.goto(`${stage.world.baseUrl}/m/${slug}`);
  await page.locator('#email').fill(email);
  await page.locator('#email').press('Enter');
  const letters = await eventually(
    () => control<{ data: { text: string }[] }>(stage.world, 'GET', `/mailbox/letters?to=${email}`),
    ({ data }) => data.length > 0,
  );
  await page.goto(/http\S+\/member-sign-in\/\S+/.exec(letters.data[0]!.text)![0]);
  await page.locator('main button').click();
  await page.locator('#account').waitFor();
}
/** Approves at the gateway, and is back on the page of the account. */
async function agree(): Promise<void> {
  await press(/Anne Martin/);
  await page.getByRole('link', { name: 'Return to merchant' }).click();
  await page.locator('#account').waitFor();
}

const WORDS = {
  en: {
    begin: 'Begin: €10.00 every month',
    agreed: 'Agreed. Thank you!',
    active: 'Running',
    second: 'Begin a second one: €10.00 every month',
    unfold: 'What is collected when',
    payments: 'Payments',
    automatic: 'Collected automatically',
    owes: 'You owe €10.00',
    missed: /could not be collected/,
    end: 'End it · Cotisation',
    question: 'End Cotisation?',
    keep: 'Keep it',
    doEnd: 'End Cotisation',
    ended: 'Cotisation is ended. Nothing is collected any more.',
    none: 'Nothing is collected by itself at the moment.',
    endedOnes: 'Those that have ended',
  },
  fr: {
    begin: /^Commencer\s: 10,00\s€ chaque mois$/,
    agreed: /^C’est convenu/,
    active: 'En cours',
    second: /^Commencer un second\s: 10,00\s€ chaque mois$/,
    unfold: 'Ce qui est prélevé, et quand',
    payments: 'Paiements',
    automatic: 'Prélevé automatiquement',
    owes: /^Vous devez 10,00\s€$/,
    missed: /n’a pas pu être prélevée/,
    end: 'Arrêter · Cotisation',
    question: /^Arrêter Cotisation\s\?$/,
    keep: 'Le garder',
    doEnd: 'Arrêter Cotisation',
    ended: /^C’est arrêté\s: Cotisation/,
    none: 'Rien n’est prélevé automatiquement en ce moment.',
    endedOnes: 'Ceux qui sont terminés',
  },
} as const;

test.each([
  ['en', 'en-GB'],
  ['fr', 'fr-FR'],
] as const)(
  'a member begins what is offered, sees what is collected and what could not be, and ends it: %s, %s',
  async (language, locale) => {
    const words = WORDS[language];
    const row = (status: string) => page.locator(`[data-agreement][data-status=${status}]`);
    const looksRight = (what: string) => isForEverybody(page, `member-agreement-${what}-${language}`);
    await offer();
    await signIn(locale);
    await looksRight('offered');
    await press(words.begin);
    await agree();
    await page.locator('#notice').getByText(words.agreed).waitFor();
    await row('active').getByText(words.active).waitFor();
    await page.getByRole('button', { name: words.second }).waitFor(); // it says that one is there
    await looksRight('agreed');

    const first = await until(({ instalments }) => instalments.collected === 1);
    await happen(first, { kind: 'collect' });
    await until(({ instalments }) => instalments.collected === 2);
    await openAccount();
    await page.getByText(words.unfold).click();
    await page.locator('.instalments [data-status=scheduled]').waitFor();
    expect(await page.locator('.instalments [data-status=collected]').count()).toBe(2);
    await looksRight('collected');
    await page.getByRole('link', { name: words.payments, exact: true }).click();
    await page.locator('#payments').getByText(words.automatic).nth(1).waitFor();
    await looksRight('payments');

    await happen(first, { kind: 'fail' });
    await until(({ status }) => status === 'past_due');
    await openAccount();
    await see(words.owes);
    await row('past_due').getByText(words.missed).waitFor();
    await looksRight('past-due');

    await press(words.end);
    await page.getByRole('group', { name: words.question }).waitFor();
    await looksRight('question');
    await page.keyboard.press('Escape');
    await page.locator(`button:focus[aria-label="${words.end}"]`).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: words.keep }).click();
    await press(words.end);
    await page.getByRole('group', { name: words.question }).getByRole('button', { name: words.doEnd }).click();
    await page.getByRole('status').getByText(words.ended).waitFor();
    await see(words.none);
    await page.getByText(words.endedOnes).click();
    await row('cancelled').waitFor();
    await looksRight('ended');
    expect(await agreements()).toMatchObject([{ status: 'cancelled', instalments: { collected: 2, failed: 1 } }]);
  },
);

test('with an amount to choose, one agreement is begun by two presses and a lost connection, and gone on with after the back button', async () => {
  await offer({ label: 'Soutien', amount: { min: 500, max: 5_000 }, instalments: 12 });
  await signIn('en-GB');
  await press('Begin');
  await see('Please write the amount like 1234.50.');
  const field = page.locator('[data-offer] input');
  expect(await page.evaluate('document.activeElement.getAttribute("aria-invalid")')).toBe('true');
  await field.fill('60');
  await see('Please choose an amount between €5.00 and €50.00.');
  await isForEverybody(page, 'member-agreement-amount-en');
  await field.fill('7,50');
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Begin: €7.50 every month' }).dblclick();
  await see(/^No connection/);
  await page.context().setOffline(false);
  await see('Who pays?');
  expect(await agreements()).toMatchObject([{ status: 'awaiting_payer', amount: 750 }]);

  await openAccount();
  await page.locator('[data-agreement]').getByText('Not agreed to yet').waitFor();
  await field.fill('7.50');
  await see(/you go on with the same/);
  await isForEverybody(page, 'member-agreement-open-en');
  await press('Go on: €7.50 every month');
  await agree();
  await page.locator('#notice').getByText('Agreed. Thank you!').waitFor();
  await see(/of 12 collected/);
  expect(await agreements()).toMatchObject([{ status: 'active', amount: 750, instalments: { planned: 12 } }]);
  stage.forgive(/ERR_INTERNET_DISCONNECTED/);
});

test('what is withdrawn meanwhile, or asks for another amount, is begun by nobody, and the page says so', async () => {
  const withdrawn = await offer();
  await signIn('en-GB');
  await merchant.patch(`/v1/offers/${withdrawn}`, { amount: 1_500 });
  await press('Begin: €10.00 every month');
  await see('This amount is not offered any more. Please look at what is offered now.');
  await page.getByRole('button', { name: 'Begin: €15.00 every month' }).waitFor();
  await call(stage.world.baseUrl, merchant.secretKey, 'DELETE', `/v1/offers/${withdrawn}`);
  await press('Begin: €15.00 every month');
  await see('This is not offered any more.');
  expect(await agreements()).toEqual([]);
  stage.forgive(/a status of (404|422)/);
});
