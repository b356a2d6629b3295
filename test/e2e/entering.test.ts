import type { Browser, BrowserContext, Page } from 'playwright-core';
import { newId } from '../../platform/ids';
import { Browser as Client, codeOf, lettersTo, newPerson, PASSWORD, signedIn } from '../support/browser';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { newMerchant, operatorOf } from '../api/asking';
import { launchBrowser, listenForComplaints, takePicture } from './chromium';

jest.setTimeout(240_000); // a browser on a busy machine takes its time, and only what hangs is to be ended

let world: World;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: readonly string[];
let club: { readonly id: string };

beforeAll(async () => {
  browser = await launchBrowser();
  world = await startWorld({ workers: 0, mail: { smtpUrl: 'smtp://127.0.0.1:1' } });
});
afterAll(async () => {
  await browser?.close(); // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- there is none when it did not start
  await world?.stop(); // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- likewise
});
beforeEach(async () => {
  club = await newMerchant(world, { name: 'Rowing Club' });
  await openBrowser('en-GB');
});
afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
});

async function openBrowser(locale: string): Promise<void> {
  context = await browser.newContext({ viewport: { width: 420, height: 800 }, locale });
  page = await context.newPage();
  complaints = listenForComplaints(page);
}
const see = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
const click = (name: string): Promise<void> => page.getByRole('button', { name }).click();
const type = (label: string | RegExp, text: string): Promise<void> => page.getByLabel(label).fill(text);
async function openLetterTo(email: string): Promise<void> {
  const letter = (await lettersTo(world, email)).at(-1)!;
  await page.goto((letter.data as { url: string }).url);
}
const invite = (email: string) => operatorOf(world).post(`/v1/merchants/${club.id}/invitations`, { email });
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
  const { email } = await newPerson(world);
  const phone = new Client(world);
  await phone.signIn(email);
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
  const person = await signedIn(world, { [club.id]: 'desk' });
  await new Client(world).post('/auth/request-password-reset', { email: person.email });
  await context.close();
  await openBrowser('fr-FR');
  await openLetterTo(person.email);
  await type(/Nouveau mot de passe/, 'another long password');
  await click('Utiliser ce mot de passe');
  await see('Le mot de passe est changé');
  expect((await new Client(world).signIn(person.email, 'another long password')).status).toBe(200);
  await openLetterTo(person.email);
  await see('Ce lien ne fonctionne pas');
});

test('an owner ends a recovery by the button of a letter', async () => {
  const owner = await newPerson(world, { [club.id]: 'owner' });
  await operatorOf(world).post(`/v1/merchants/${club.id}/recovery`, { email: 'eve@example.org' });
  await openLetterTo(owner.email);
  await see('Shall eve@example.org become an owner of Rowing Club?');
  await click('End this');
  await see('This is ended');
  expect((await world.db.sql.query('SELECT FROM recoveries WHERE merchant_id = $1', [club.id])).rows).toEqual([]);
});
