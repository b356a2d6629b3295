import type { Page } from 'playwright-core';
import { newId } from '../../platform/ids';
import { Browser as Client, codeOf, lettersTo, newPerson, PASSWORD, signedIn, signInAs } from '../support/browser';
import { newMerchant, operatorOf } from '../api/asking';
import { takePicture } from './for-everybody';
import { openStage } from './stage';

const stage = openStage({ workers: 0, mail: { smtpUrl: 'smtp://127.0.0.1:1' } });
let page: Page;
let club: { readonly id: string };

beforeEach(async () => {
  club = await newMerchant(stage.world, { name: 'Rowing Club' });
  page = await openPage('en-GB');
});

const openPage = (locale: string): Promise<Page> => stage.openPage({ viewport: { width: 420, height: 800 }, locale });
const see = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
const click = (name: string): Promise<void> => page.getByRole('button', { name }).click();
const type = (label: string | RegExp, text: string): Promise<void> => page.getByLabel(label).fill(text);
async function openLetterTo(email: string): Promise<void> {
  const letter = (await lettersTo(stage.world, email)).at(-1)!;
  await page.goto((letter.data as { url: string }).url);
}
async function invite(email: string): Promise<void> {
  const { status, body } = await operatorOf(stage.world).post(`/v1/merchants/${club.id}/invitations`, { email });
  if (status !== 201) throw new Error(`${email} was not invited: ${status} ${JSON.stringify(body)}`);
}
/** Who is signed in in this browser. */
const session = () =>
  page.evaluate(async () => (await (await fetch('/v1/session')).json()) as { user?: { email: string }; role?: string });

test('somebody new accepts an invitation with a name and a password, and is signed in', async () => {
  const email = `${newId('per')}@club.example`;
  await invite(email);
  await openLetterTo(email);
  await see('Join Rowing Club');
  await takePicture(page, 'invitation');
  await type('Your name', 'Anne Martin');
  await type(/Choose a password/, 'short');
  await click('Accept the invitation');
  await see('That is not right.');
  await type(/Choose a password/, PASSWORD);
  await click('Accept the invitation');
  await see('Welcome to Rowing Club!');
  expect(await session()).toMatchObject({ user: { email }, role: 'owner' });
  await openLetterTo(email);
  await see('This link was used');
});

test('somebody with an account and a second factor signs in on the page, and accepts', async () => {
  const { email } = await newPerson(stage.world);
  const phone = await signInAs(stage.world, email);
  const { body } = await phone.post<{ totpURI: string }>('/auth/two-factor/enable', { password: PASSWORD });
  await phone.post('/auth/two-factor/verify-totp', { code: codeOf(body.totpURI) });
  await invite(email);
  await openLetterTo(email);
  await click('Accept the invitation');
  await see('This address has an account.');
  await type(/Password/, 'wrong password');
  await click('Accept the invitation');
  await see('That is not right.');
  await type(/Password/, PASSWORD);
  await click('Accept the invitation');
  await type(/Code/, codeOf(body.totpURI));
  await click('Accept the invitation');
  await see('Welcome to Rowing Club!');
  expect(await session()).toMatchObject({ user: { email }, role: 'owner' });
});

test('a new password is chosen by the link of a letter, in French where the browser speaks it', async () => {
  const person = await signedIn(stage.world, { [club.id]: 'desk' });
  await new Client(stage.world).post('/auth/request-password-reset', { email: person.email });
  page = await openPage('fr-FR');
  await openLetterTo(person.email);
  await type(/Nouveau mot de passe/, 'another long password');
  await click('Utiliser ce mot de passe');
  await see('Le mot de passe est changé');
  await signInAs(stage.world, person.email, 'another long password');
  await openLetterTo(person.email);
  await see('Ce lien ne fonctionne pas');
});

test('an owner ends a recovery by the button of a letter', async () => {
  const owner = await newPerson(stage.world, { [club.id]: 'owner' });
  await operatorOf(stage.world).post(`/v1/merchants/${club.id}/recovery`, { email: 'eve@example.org' });
  await openLetterTo(owner.email);
  await see('Shall eve@example.org become an owner of Rowing Club?');
  await click('End this');
  await see('This is ended');
  expect((await stage.world.db.sql.query('SELECT FROM recoveries WHERE merchant_id = $1', [club.id])).rows).toEqual([]);
});
