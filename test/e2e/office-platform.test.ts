import { operatorOf } from '../api/asking';
import { Browser as Client, lettersTo, newPerson } from '../support/browser';
import { eventually } from '../support/client';
import { openStage } from './stage';
import { Office } from './office-browser';

const stage = openStage({ workers: 0, mail: { smtpUrl: 'smtp://127.0.0.1:1' } });
const OPERATOR = 'operator@platform.example';

beforeAll(async () => {
  await newPerson(stage.world, {}, OPERATOR);
});

interface Made {
  readonly data: readonly { readonly id: string; readonly name: string; readonly currency: string }[];
}

test('an operator who works nowhere makes an association, and its first owner is invited', async () => {
  const office = await Office.of(stage, OPERATOR);
  await office.go();
  await office.see('Everything works.');
  await office.press('Make an association');
  await office.fill('Name', 'Judo Cotonou');
  await office.fill('Currency', 'XOF');
  await office.dialog.getByRole('button', { name: 'Make an association' }).click();
  await office.see('Judo Cotonou is made');
  await office.press('I have kept it');
  const { body } = await operatorOf(stage.world).get<Made>('/v1/merchants');
  expect(body.data).toMatchObject([{ name: 'Judo Cotonou', currency: 'XOF' }]);

  await office.press('Invite the first owner of Judo Cotonou');
  await office.fill('E-mail', 'owner@judo.example');
  await office.press('Send the invitation');
  await office.see('An invitation to owner@judo.example is on its way.');
  const [letter] = await eventually(
    () => lettersTo(stage.world, 'owner@judo.example'),
    (letters) => letters.length > 0,
  );
  expect(letter).toMatchObject({ kind: 'invitation' });
});

test('where an association has an owner, the operator is told so, and may begin a recovery that waits', async () => {
  const { body } = await operatorOf(stage.world).post<{ id: string }>('/v1/merchants', {
    name: 'Tennis',
    currency: 'EUR',
  });
  const owner = await newPerson(stage.world, { [body.id]: 'owner' });
  const office = await Office.of(stage, OPERATOR);
  await office.go();
  await office.press('Invite the first owner of Tennis');
  await office.fill('E-mail', 'second@tennis.example');
  await office.press('Send the invitation');
  await office.see(/This association has an owner already/);
  await office.press('Cancel');
  await office.press('Begin a recovery of Tennis');
  await office.fill('E-mail', 'second@tennis.example');
  await office.press('Begin the recovery');
  await office.see(/Unless an owner objects, second@tennis.example is invited on/);
  expect(await lettersTo(stage.world, owner.email)).toHaveLength(1);
});

test('somebody who is no operator sees nothing of the platform, and the API refuses them', async () => {
  const { body } = await operatorOf(stage.world).post<{ id: string }>('/v1/merchants', {
    name: 'Voile',
    currency: 'EUR',
  });
  const office = await Office.open(stage, { merchant: body.id, role: 'owner' });
  await office.go('/platform');
  await office.see('This page is for those who look after the platform.');
  expect(await office.page.getByRole('link', { name: 'Platform' }).count()).toBe(0);
  const owner = new Client(stage.world);
  await owner.signIn(office.email);
  expect((await owner.get('/v1/merchants')).status).toBe(403);
});

test.each([
  [360, 'fr-FR'],
  [1280, 'en-GB'],
] as const)('at %i px the platform shuts nobody out: %s', async (width, locale) => {
  const office = await Office.of(stage, OPERATOR, { width, locale });
  await office.go();
  await office.page.getByRole('row').nth(1).waitFor();
  await office.isForEverybody(`platform-${width}`);
});
