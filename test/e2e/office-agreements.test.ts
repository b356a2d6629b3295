import { eventually } from '../support/client';
import { connectCheckout, control, visit } from '../support/gateways';
import { openStage } from './stage';
import { Office } from './office-browser';

const stage = openStage({ merchant: { name: 'Aviron' } });

interface AgreementView {
  readonly id: string;
  readonly status: string;
  readonly amount: number;
  readonly gatewayReference: string | null;
  readonly nextAction: { readonly url: string } | null;
  readonly instalments: { readonly collected: number };
}
const read = async (id: string) => (await stage.merchant.get<AgreementView>(`/v1/agreements/${id}`)).body;
const untilStanding = (id: string, status: string) =>
  eventually(
    () => read(id),
    (agreement) => agreement.status === status,
  );

/** The payer agrees at PayPal, by the link that was handed over. */
async function agree(id: string): Promise<void> {
  const { gatewayReference } = await read(id);
  const path = `/paypal-checkout/subscriptions/${gatewayReference ?? ''}/approve`;
  const { returnUrl } = await control<{ returnUrl: string | null }>(stage.world, 'POST', path, { buyer: 'anne' });
  await visit(returnUrl);
  await eventually(
    () => read(id),
    ({ instalments }) => instalments.collected === 1,
  );
}

/** A yearly membership that a member was given a link for. */
async function begun(amount: number): Promise<string> {
  const body = { gateway: 'paypal-checkout', interval: 'year', label: 'Membership', category: 'fees', amount };
  const member = await stage.merchant.member();
  return (await stage.merchant.post<AgreementView>('/v1/agreements', { ...body, member })).body.id;
}

beforeAll(() => connectCheckout(stage.merchant));

test('a treasurer offers a yearly membership, begins one for a member, sees it collected, and pauses, resumes and ends it', async () => {
  const office = await Office.open(stage);
  await office.go('/payments');
  await office.follow('Offers');
  await office.see('Your offers will be here');
  await office.press('Add an offer');
  await office.isForEverybody('offer-new');
  const { dialog } = office;
  await dialog.getByLabel('What for').fill('Membership');
  await dialog.getByLabel('Category').fill('fees');
  await dialog.getByLabel('Amount of an instalment').fill('120');
  await dialog.getByRole('button', { name: 'Add an offer' }).click();
  await office.row('Membership').getByText('€120.00 every year').waitFor();
  await office.isForEverybody('offers');

  const member = await stage.merchant.member();
  await office.go(`/members/${member}`);
  await office.see('Nothing is collected from this member by itself.');
  await office.press('Begin an agreement');
  await dialog.getByText('Membership · €120.00 every year').first().waitFor();
  await office.isForEverybody('agreement-begin');
  await office.press('Begin it and get the link');
  await dialog.getByRole('img', { name: /^QR code of the link for/ }).waitFor();
  await office.isForEverybody('agreement-begun');
  const link = await office.copy(/^Copy: link for/);
  await dialog.getByRole('link', { name: 'See the agreement' }).click();
  await office.page.getByText('Not agreed yet').first().waitFor();
  const id = new URL(office.page.url()).pathname.split('/').at(-1) ?? '';
  expect(link).toBe((await read(id)).nextAction?.url);

  await agree(id);
  await office.see('and PayPal (REST) collects €120.00 by itself');
  await office.follow('Payment of instalment 1');
  await office.see('What happened');
  await office.page.getByText('Received').first().waitFor();
  await office.follow('To its agreement');
  await office.row('collected').first().waitFor();
  await office.isForEverybody('agreement');
  const run = office.page.getByRole('link', { name: 'Open the run' });
  expect(await run.getAttribute('href')).toContain(`agreement-${id}`);

  await office.press('Pause');
  await office.fill('Note', 'a year abroad');
  await office.press('Pause it');
  await office.see('Paused: nothing is collected from');
  await untilStanding(id, 'suspended');
  await office.press('Resume');
  await office.press('Collect again');
  await office.see('Resumed: €120.00 every year');
  await untilStanding(id, 'active');
  await office.press(/^End$/);
  await office.isForEverybody('agreement-end');
  await office.press('End it for good');
  await office.see('Ended: nothing more is collected from');
  await untilStanding(id, 'cancelled');
  await eventually(
    () => office.page.getByRole('button', { name: /^(End|Pause|Resume|Change the amount)$/ }).count(),
    (buttons) => buttons === 0,
  );
});

test('a rise is agreed to by the member once more, and the link for that stays on the page', async () => {
  const id = await begun(12_000);
  await agree(id);
  const office = await Office.open(stage);
  await office.go(`/agreements/${id}`);
  await office.press('Change the amount');
  await office.fill('Amount of an instalment', '150');
  await office.press('Collect €150.00 from now on');
  await office.dialog.getByText('has to agree to the new amount once more').waitFor();
  await office.dialog.getByRole('button', { name: 'Close' }).click();
  await office.see('Link for the member');
  expect((await read(id)).amount).toBe(12_000);
});

test('an offer leaves the amount to the member, is changed, and withdrawn', async () => {
  const office = await Office.open(stage);
  await office.go('/agreements/offers');
  await office.press('Add an offer');
  const { dialog } = office;
  await dialog.getByRole('radio', { name: /The member chooses/ }).check();
  await dialog.getByLabel('At least').fill('5');
  await dialog.getByLabel('At most').fill('50');
  await dialog.getByLabel('What for').fill('Support');
  await dialog.getByLabel('Category').fill('gifts');
  await dialog.getByLabel('Once in').fill('3');
  await office.choose(/Interval/, 'month(s)');
  await dialog.getByRole('button', { name: 'Add an offer' }).click();
  const support = office.row('Support');
  await support.getByText('€5.00 to €50.00 every 3 months').waitFor();
  await office.press('Change Support');
  await dialog.getByLabel('At most').fill('80');
  await dialog.getByLabel('How many instalments').fill('8');
  await office.press('Save');
  await support.getByText('€5.00 to €80.00 every 3 months').waitFor();
  await support.getByText('8 instalments').waitFor();
  await office.press('Withdraw Support');
  await dialog.getByRole('button', { name: 'Withdraw Support' }).click();
  await support.waitFor({ state: 'detached' });
});

test('who reads French finds those that wait for their member, and begins one on other terms, on a telephone', async () => {
  await begun(4_000);
  const office = await Office.open(stage, { width: 360, locale: 'fr-FR', role: 'desk' });
  await office.go('/agreements');
  await office.choose(/^.*État/, 'Pas encore accepté');
  await office.row(/40,00\s€ chaque année/u).waitFor();
  await office.isForEverybody('agreements-fr');
  await office.press('Démarrer un paiement régulier');
  const { dialog } = office;
  await dialog.getByLabel('Membre').fill('Anne');
  await office.page.getByRole('option', { name: /Anne/ }).first().click();
  await office.choose(/Ce qui est convenu/, 'Autre chose');
  await dialog.getByLabel('Pour quoi').fill('Licence');
  await dialog.getByLabel('Catégorie').fill('licences');
  await dialog.getByLabel('Montant d’une échéance').fill('7,50');
  await office.choose(/Intervalle/, 'mois');
  await office.isForEverybody('agreement-own-fr');
  await office.press('Démarrer et obtenir le lien');
  await dialog.getByText(/donnera son accord pour 7,50\s€ chaque mois/u).waitFor();
  await dialog.getByRole('link', { name: 'Voir le paiement régulier' }).click();
  await office.see('rien n’est prélevé');
  await office.isForEverybody('agreement-fr');
});

test('the accountant reads agreements and offers, and begins and offers none', async () => {
  const office = await Office.open(stage, { role: 'accountant' });
  await office.go('/agreements');
  await office.see('Membership');
  await office.isForEverybody('agreements');
  await office.page.getByLabel('Somebody must look').check();
  await office.see('No agreement is so.');
  await office.go('/agreements/offers');
  await office.see('What members can begin by themselves');
  expect(await office.page.getByRole('button', { name: /Begin|Add an offer|Withdraw/ }).count()).toBe(0);
});
