import { call, eventually, Merchant, untilStatus } from '../support/client';
import { payAs } from '../support/paypal';
import { openStage } from './stage';
import { Office } from './office-browser';

const stage = openStage({ mail: 'simulator', merchant: { name: 'Aviron' } });

interface MemberView {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
}

let made = 0;
/** A member with a name of their own. */
async function newMember(name: string, charges: readonly (readonly [string, number])[] = []): Promise<string> {
  const email = `member-${++made}@person.example`;
  const { id } = (await stage.merchant.post<MemberView>('/v1/members', { name, email })).body;
  for (const [label, amount] of charges)
    await stage.merchant.post(`/v1/members/${id}/charges`, { label, category: 'fees', amount, currency: 'EUR' });
  return id;
}
const untilDue = (club: Merchant, member: string, due: number) =>
  eventually(
    () => club.cart(member),
    (cart) => cart.due === due,
  );

test('a member is added, found by a part of the name, and seen with what they owe', async () => {
  const office = await Office.open(stage);
  await office.go('/members');
  await office.see('Your members will be here');
  await office.press('Add a member');
  await office.page.getByRole('dialog').getByLabel('Name').fill('Zoé Lefèvre');
  await office.fill(/^E-mail/, 'zoe@person.example');
  await office.page.keyboard.press('Enter');
  await office.see('Nothing was asked of Zoé Lefèvre so far.');
  await newMember('Bruno Petit', [['Outing', 2_500]]);
  await newMember('Carla Roux');
  await office.go('/members');
  await office.see('owes €25.00');
  await office.fill('Name, e-mail, phone or reference', 'lefev');
  await office.page.getByRole('link', { name: 'Bruno Petit' }).waitFor({ state: 'detached' });
  await office.see('Zoé Lefèvre');
  await office.go('/members?owes=1');
  await office.see('Bruno Petit');
  expect(await office.page.getByText('Carla Roux').count()).toBe(0);
  await office.go('/members?q=nobody');
  await office.see('Nobody is found by “nobody”.');
  await office.press('Show all members');
  await office.see('Carla Roux');
});

test('a member is asked for a sum, and one that was not due is cancelled', async () => {
  const office = await Office.open(stage);
  const member = await newMember('Anne Martin');
  await office.go(`/members/${member}`);
  await office.press('Ask for money');
  await office.fill('What for', 'Membership 2027');
  await office.fill('Amount', '120,00');
  await office.fill('Category', 'fees');
  await office.page.keyboard.press('Enter');
  await office.see('Anne Martin owes €120.00.');
  expect(await stage.merchant.cart(member)).toMatchObject({
    due: 12_000,
    charges: [{ category: 'fees', amount: 12_000 }],
  });
  await office.press('Cancel Membership 2027');
  await office.press('Cancel the charge');
  await office.see('Anne Martin has paid everything.');
  expect((await stage.merchant.cart(member)).due).toBe(0);
});

test('a charge that is paid is cancelled, and its money goes back as the books foretold', async () => {
  const nvp = { username: 'api', password: 'api-pass', signature: 'api-sig' };
  const club = await Merchant.create(stage.world, { name: 'Rowing' }, { nvp });
  const member = await club.member([['outing', 4_000]]);
  const payment = await club.pay(member);
  await payAs(club, payment);
  await untilStatus(club, payment.id, 'paid');
  const rowing = await Office.open(stage, { merchant: club.id });
  await rowing.go(`/members/${member}`);
  await rowing.press('Cancel outing');
  await rowing.page.getByRole('radio', { name: /give €40.00 back by PayPal/ }).check();
  await rowing.see('What your books will say');
  await rowing.see('Income · outing');
  await rowing.press('Cancel it and give €40.00 back');
  await rowing.prove();
  const refunded = await untilStatus(club, payment.id, 'refunded');
  expect(refunded.refunded).toBe(4_000);
  expect(await club.cart(member)).toMatchObject({ due: 0, credit: 0, charges: [{ status: 'cancelled' }] });
  await rowing.see('cancelled');
});

test('who opens a pay link pays, and the member’s page shows it at once', async () => {
  const office = await Office.open(stage);
  const member = await newMember('Denis Moreau', [['Membership', 6_000]]);
  await office.go(`/members/${member}`);
  await office.press('Pay link');
  await office.press('Make the link');
  await office.page.getByRole('img', { name: 'QR code of the pay link for Denis Moreau' }).waitFor();
  const url = await office.page.getByRole('link', { name: /\/p\// }).getAttribute('href');
  await office.page.keyboard.press('Escape');
  const payer = await stage.openPage();
  await payer.goto(url!);
  await payer.getByRole('button', { name: /Pay/ }).first().click();
  await payer.getByRole('button', { name: 'Go on to PayPal' }).click();
  await payer.getByRole('button', { name: /Anne/ }).first().click();
  await office.see('Denis Moreau has paid everything.');
  await untilDue(stage.merchant, member, 0);
});

test('what is shown “as the member” is what the member’s page says, in their language', async () => {
  const office = await Office.open(stage);
  const member = await newMember('Élodie Blanc', [['Cotisation', 5_000]]);
  await stage.merchant.patch(`/v1/members/${member}`, { locale: 'fr' });
  await office.go(`/members/${member}`);
  await office.press('See as the member');
  await office.see(/Vous devez 50,00\s€/u);
  await office.isForEverybody('member-as-seen');
  await office.press('Back to your view');
  await office.see('Élodie Blanc owes €50.00.');
});

test('a changed e-mail asks who changes it to prove themself; a person’s data are saved, and then erased, and the money stays', async () => {
  const office = await Office.open(stage);
  const member = await newMember('Farid Noir', [['Membership', 3_000]]);
  await office.go(`/members/${member}`);
  await office.press('Change');
  await office.fill(/^E-mail/, 'farid@new.example');
  await office.press(/^Save$/);
  await office.prove();
  await office.see('Farid Noir is changed.');
  await office.see('farid@new.example');
  const download = office.page.waitForEvent('download');
  await office.press('Save their data');
  expect((await download).suggestedFilename()).toBe(`${member}.json`);
  await office.press('Erase');
  await office.see('What stays: charges, payments and entries in your books');
  await office.press('Erase Farid Noir for good');
  await office.see('Erased member owes €30.00.');
  expect((await stage.merchant.get<MemberView>(`/v1/members/${member}`)).body.email).toBeNull();
  expect((await stage.merchant.cart(member)).due).toBe(3_000);
});

test('all who owe are reminded at once, and who was left out is named with the reason', async () => {
  const club = await Merchant.create(stage.world, { name: 'Reminding' });
  const debtor = await club.member([['fee', 1_000]]);
  const { id } = (await club.post<MemberView>('/v1/members', { name: 'Without Address' })).body;
  await club.post(`/v1/members/${id}/charges`, { label: 'fee', category: 'fee', amount: 500, currency: 'EUR' });
  const reminding = await Office.open(stage, { merchant: club.id, role: 'desk' });
  await reminding.go('/members');
  await reminding.press('Remind all who owe');
  await reminding.press('Send the letters');
  await reminding.see('2 letters are on their way.');
  await reminding.see('no e-mail address');
  await reminding.page.getByText('sent', { exact: true }).waitFor();
  const told = (await club.get<{ data: { member: string; state: string }[] }>('/v1/reminders')).body.data;
  expect(new Map(told.map(({ member, state }) => [member, state]))).toEqual(
    new Map([
      [debtor, 'sent'],
      [id, 'left_out'],
    ]),
  );
});

test('who only reads is offered nothing that would be refused', async () => {
  const member = await newMember('Gaëlle Vert', [['Membership', 1_000]]);
  const reading = await Office.open(stage, { role: 'accountant' });
  await reading.go('/members');
  await reading.see('Gaëlle Vert');
  expect(await reading.page.getByRole('button', { name: 'Add a member' }).count()).toBe(0);
  await reading.go(`/members/${member}`);
  await reading.see('Gaëlle Vert owes €10.00.');
  for (const name of ['Ask for money', 'Pay link', 'Cancel Membership', 'Erase'])
    expect([name, await reading.page.getByRole('button', { name }).count()]).toEqual([name, 0]);
});

test('200 lines of a spreadsheet are charged in 4 clicks, 3 wrong ones are shown with what is wrong, and all is taken back but what is paid', async () => {
  const club = await Merchant.create(stage.world, { name: 'Voile' });
  const names = Array.from({ length: 198 }, (_, index) => `p${index}`);
  const members = ['name,email', ...names.map((name) => `${name},${name}@person.example`)].join('\n');
  const imported = await call<{ created: number }>(
    stage.world.baseUrl,
    club.secretKey,
    'POST',
    '/v1/imports?kind=members',
    members,
    { 'content-type': 'text/csv' },
  );
  expect(imported.body.created).toBe(198);
  const lines = names.map((name) => `${name};${name}@person.example;Cotisation;fees;"1 020,50 €"`);
  lines[10] = 'p10;p10@person.example;Cotisation;fees;beaucoup';
  lines.push('Nobody;nobody@person.example;Cotisation;fees;10', 'Somebody;;Cotisation;fees;10');
  const file = ['Nom;Courriel;Libellé;Catégorie;Montant', ...lines].join('\r\n');

  const treasurer = await Office.open(stage, { merchant: club.id });
  await treasurer.go();
  treasurer.clicks = 0;
  await treasurer.follow('Members');
  await treasurer.follow('Import from a file');
  const choosing = treasurer.page.waitForEvent('filechooser');
  await treasurer.press('Choose a file');
  await (await choosing).setFiles({ name: 'cotisations.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
  await treasurer.see('3 lines are left out');
  await treasurer.see('197 lines are good');
  const rowOf = (line: number) =>
    treasurer.page.getByRole('row').filter({ has: treasurer.page.getByRole('rowheader', { name: `${line}` }) });
  expect(await rowOf(12).innerText()).toMatch(/left out.*Amount: this is no sum\..*beaucoup/s);
  expect(await rowOf(200).innerText()).toMatch(/left out.*E-mail: none of your members has it\./s);
  expect(await rowOf(201).innerText()).toMatch(/left out.*Neither e-mail nor reference says who it is\./s);
  await treasurer.isForEverybody('import');
  await treasurer.press('Ask 197 times for money');
  await treasurer.see('197 sums are asked for.');
  expect(treasurer.clicks).toBe(4);

  const owing = async () =>
    (await club.get<{ data: { id: string; name: string; balance: number }[] }>('/v1/members?owes=1&limit=100')).body
      .data;
  const [first] = await owing();
  expect(first?.balance).toBe(-102_050);
  const payment = await club.pay(first!.id);
  await payAs(club, payment);
  await untilDue(club, first!.id, 0);
  await treasurer.press('Take the import back');
  await treasurer.press('Cancel what is unpaid');
  await treasurer.see('196 sums are owed no more.');
  expect(await owing()).toEqual([]);
  expect(await club.cart(first!.id)).toMatchObject({ charges: [{ status: 'paid' }] });
});

test('a pasted table without a purpose asks for one, which then holds for every line', async () => {
  const club = await Merchant.create(stage.world, { name: 'Tennis' });
  const member = await club.member();
  const desk = await Office.open(stage, { merchant: club.id, role: 'desk', width: 360, locale: 'fr-FR' });
  await desk.go('/members/import');
  await desk.isForEverybody('import-empty');
  await desk.press('ou coller un tableau');
  await desk.fill('Tableau', 'Courriel;Montant\nanne@example.org;12,50');
  await desk.see('Précisez où se trouve');
  await desk.fill('Pour quoi, pour chaque ligne', 'Sortie');
  await desk.fill('Catégorie, pour chaque ligne', 'sorties');
  await desk.see('1 ligne est bonne');
  await desk.isForEverybody('import');
  await desk.press('Créer une demande');
  await desk.see('Une somme est demandée.');
  expect(await club.cart(member)).toMatchObject({ due: 1_250, charges: [{ category: 'sorties' }] });
});

test('the pages of members shut nobody out', async () => {
  const member = await newMember('Hélène Martin-Dupont', [
    ['Cotisation 2027', 12_000],
    ['Sortie en mer', 2_500],
  ]);
  const payment = await stage.merchant.pay(member, { amount: 13_000 });
  await payAs(stage.merchant, payment);
  await untilDue(stage.merchant, member, 1_500);
  const office = await Office.open(stage, { locale: 'fr-FR' });
  await office.go('/members');
  await office.see('Hélène Martin-Dupont');
  await office.isForEverybody('members');
  await office.go(`/members/${member}`);
  await office.see(/15,00/);
  await office.isForEverybody('member');
  await office.press('Demander une somme');
  await office.page.getByRole('dialog').waitFor();
  await office.isForEverybody('member-charge');
});
