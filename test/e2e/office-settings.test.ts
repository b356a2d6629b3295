import { newId } from '../../platform/ids';
import { asking, newMerchant } from '../api/asking';
import { refused } from '../api/refusal';
import { Browser as Client, codeOf, lettersTo, newPerson, PASSWORD, signedIn } from '../support/browser';
import { eventually } from '../support/client';
import { startReceiver } from '../support/receiver';
import { takePicture } from './for-everybody';
import { openStage } from './stage';
import { Office } from './office-browser';

const stage = openStage({ host: 'localhost', mail: { smtpUrl: 'smtp://127.0.0.1:1' } });
type Club = Awaited<ReturnType<typeof newMerchant>>;
interface List<Row> {
  readonly data: readonly Row[];
}

let club: Club;

beforeAll(async () => {
  // Passkeys belong to a name, which no number is.
});
beforeEach(async () => {
  club = await newMerchant(stage.world, { name: 'Aviron', country: 'FR' });
});

const open = (role: 'owner' | 'treasurer' | 'desk' | 'accountant', width = 1280, locale: 'en-GB' | 'fr-FR' = 'en-GB') =>
  Office.open(stage, { merchant: club.id, role, width, locale });
const latestLetterTo = async (email: string) =>
  (
    await eventually(
      () => lettersTo(stage.world, email),
      (letters) => letters.length > 0,
    )
  ).at(-1)!;

test('an owner invites somebody, who comes in by the letter, sets up a second factor, and signs in by it', async () => {
  const owner = await open('owner');
  await owner.go('/settings/people');
  await owner.press('Invite somebody');
  const email = `${newId('per')}@club.example`;
  await owner.fill('E-mail', email);
  await owner.page.getByLabel('Treasurer').check();
  await owner.press('Send the invitation');
  await owner.prove();
  await owner.see(`An invitation to ${email} is on its way.`);
  await owner.see('On its way');

  const page = await stage.openPage({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  await page.goto(((await latestLetterTo(email)).data as { url: string }).url);
  await page.getByLabel('Your name').fill('Anne Martin');
  await page.getByLabel(/Choose a password/).fill(PASSWORD);
  await page.getByRole('button', { name: 'Accept the invitation' }).click();
  await page.getByText('Welcome to Aviron!').waitFor();

  await page.goto(`${stage.world.baseUrl}/office/settings/me`);
  const press = (name: string) => page.getByRole('button', { name, exact: true }).first().click();
  await press('Set up an app');
  await page.getByLabel('Your password').fill('not this one');
  await press('Go on');
  await page.getByText('This is not your password.').waitFor();
  await page.getByLabel('Your password').fill(PASSWORD);
  await press('Go on');
  await page.getByRole('img', { name: 'QR code for your app' }).waitFor();
  await takePicture(page, 'office-factor');
  const secret = (await page.locator('.dialog .secret code').innerText()).replaceAll(' ', '');
  const uri = `otpauth://totp/x?secret=${secret}`;
  await page.getByLabel('Code of your app').fill(codeOf(uri));
  await press('Switch it on');
  await page.getByText('Your backup codes').waitFor();
  const codes = await page.locator('.dialog .codes code').allInnerTexts();
  expect(codes).toHaveLength(10);
  await takePicture(page, 'office-backup-codes');
  await press('I have kept it');
  await page.getByText('To come in you give your password, and then').waitFor();

  const elsewhere = new Client(stage.world);
  expect((await elsewhere.signIn(email)).body).toMatchObject({ twoFactorRedirect: true });
  expect((await elsewhere.post('/auth/two-factor/verify-backup-code', { code: codes[0] })).status).toBe(200);

  await owner.page.reload();
  const row = owner.page.getByRole('row', { name: /Anne Martin/ });
  await row.getByText('Treasurer').waitFor();
  await row.getByText('yes').waitFor();
  await owner.go('/settings/audit');
  const trail = owner.page.getByRole('row');
  await trail.filter({ hasText: 'Somebody invited' }).filter({ hasText: 'Paul Petit' }).waitFor();
  await trail.filter({ hasText: 'Invitation accepted' }).filter({ hasText: 'Anne Martin' }).waitFor();
});

test('a session is ended elsewhere, and is out', async () => {
  const office = await open('desk');
  const elsewhere = new Client(stage.world);
  await elsewhere.signIn(office.email);
  expect((await elsewhere.get('/v1/session')).status).toBe(200);
  await office.go('/settings/me');
  await office.press(/^End the session/);
  await office.see('The session is ended.');
  expect((await elsewhere.get('/v1/session')).status).toBe(401);
  await office.see('this one');
});

test('a key is made, works over HTTP, is revoked, and is refused', async () => {
  const office = await open('owner');
  await office.go('/settings/keys');
  await office.press('Make a key');
  await office.fill('Name', 'Website');
  await office.dialog.getByRole('button', { name: 'Make a key' }).click();
  await office.prove();
  await office.see('Website is made');
  const secret = await office.page.locator('.dialog .secret code').innerText();
  const program = asking(stage.world, secret);
  expect((await program.get('/v1/members')).status).toBe(200);
  refused(await program.post('/v1/members', { name: 'Anne' }), 'forbidden');
  await office.press('I have kept it');
  await office.press('Revoke Website');
  await office.dialog.getByRole('button', { name: 'Revoke Website' }).click();
  await office.see('Website is revoked.');
  expect((await program.get('/v1/members')).status).toBe(401);
  await office.go('/settings/audit?action=key.revoked');
  await office.page
    .getByRole('row', { name: /Key revoked/ })
    .getByText('Paul Petit')
    .waitFor();
});

test('a program is told of a test, is told again, and hears nothing more when it is switched off', async () => {
  const receiver = await startReceiver();
  const office = await open('treasurer');
  await office.go('/settings/webhooks');
  await office.press('Add an address');
  await office.page.getByRole('textbox', { name: 'Address' }).fill(receiver.url);
  await office.dialog.getByRole('button', { name: 'Add an address' }).click();
  await office.prove();
  await office.see(/^whsec_/);
  await office.press('I have kept it');
  await office.follow(receiver.url);
  await office.press('Send a test');
  await eventually(
    async () => receiver.arrived.length,
    (count) => count === 1,
  );
  expect(receiver.arrived[0]!.said.type).toBe('webhook.test');
  await office.page.getByRole('row').getByText('Arrived').waitFor();
  await office.page.getByText('1 try').click();
  await office.see(/answered 200/);
  await office.see('heard');
  await takePicture(office.page, 'office-deliveries');
  await office.press(/^Send again/);
  await eventually(
    async () => receiver.arrived.length,
    (count) => count === 2,
  );
  await office.see('2 tries');
  await office.press('Switch off');
  await office.see('Switch it on first.');
  const { body } = await club.get<List<{ enabled: boolean }>>('/v1/webhook-endpoints');
  expect(body.data).toMatchObject([{ enabled: false }]);
  await receiver.close();
});

test('a person adds a passkey, proves by it who they are, and takes it away', async () => {
  const office = await open('owner');
  const devtools = await office.page.context().newCDPSession(office.page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasUserVerification: true, isUserVerified: true },
  });
  await office.go('/settings/me');
  await office.press('Add a passkey');
  await office.fill('Name', 'My laptop');
  await office.dialog.getByRole('button', { name: 'Add a passkey' }).click();
  await office.prove();
  await office.see('My laptop is added.');
  await office.see('To come in you give your password, and then');
  expect((await new Client(stage.world).signIn(office.email)).body).toMatchObject({ twoFactorRedirect: true });

  await stage.world.db.sql.query('UPDATE staff_sessions SET stepped_up_until = NULL');
  await office.press('Remove My laptop');
  await office.dialog.getByRole('button', { name: 'Remove' }).click();
  await office.press('Use a passkey');
  await office.see('My laptop is removed.');
  await office.see('With an app that shows codes');
});

test('what is saved of the association is saved, and what the API will not take is said beside its field', async () => {
  const office = await open('treasurer');
  await office.go('/settings');
  await office.fill('Registration number', 'W741234567');
  await office.fill('Name in addresses', 'Not So Good');
  await office.press('Save');
  await office.see(/Please look at this again/);
  await office.fill('Name in addresses', 'aviron-annecy');
  await office.press('Save');
  await office.see('Saved.');
  await office.see(`${stage.world.baseUrl}/m/aviron-annecy`);
  const { body } = await club.get('/v1/merchant');
  expect(body).toMatchObject({ registration: 'W741234567', slug: 'aviron-annecy', name: 'Aviron' });
});

test('an owner makes the association for trying out, works in it, and goes back', async () => {
  const office = await open('owner');
  await office.go('/settings');
  await office.press('Go to the test association');
  await office.see('Your test association is made');
  await office.press('I have kept it');
  await office.see('Test: no real money moves.');
  await office.go('/settings');
  await office.press('Go back to Aviron');
  await office.page.waitForURL(/\/office$/);
  await office.page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  await eventually(
    () => office.page.title(),
    (title) => title.endsWith('Aviron'),
  );
});

test('where a second factor is wanted, whoever has none sets one up before anything else', async () => {
  await club.patch('/v1/merchant', { requireSecondFactor: true });
  const office = await open('treasurer');
  await office.go();
  await office.see('A second factor is needed');
  await office.press('Set up an app');
  await office.prove();
  const secret = (await office.page.locator('.dialog .secret code').innerText()).replaceAll(' ', '');
  await office.fill('Code of your app', codeOf(`otpauth://totp/x?secret=${secret}`));
  await office.press('Switch it on');
  await office.press('I have kept it');
  await office.page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
});

test('desk and accountant are told who may see what they may not', async () => {
  const desk = await open('desk');
  await desk.go('/settings/keys');
  await desk.see('It is for: Owner.');
  await desk.go('/settings');
  await desk.see('An owner or a treasurer can change this.');
  expect(await desk.page.getByRole('link', { name: 'API keys' }).count()).toBe(0);
});

describe('shuts nobody out', () => {
  const PAGES = ['', '/people', '/keys', '/webhooks', '/audit', '/me'];
  test.each([
    [360, 'fr-FR'],
    [1280, 'en-GB'],
  ] as const)('at %i px: %s', async (width, locale) => {
    const office = await open('owner', width, locale);
    await newPerson(stage.world, { [club.id]: 'desk' });
    const owner = await signedIn(stage.world, { [club.id]: 'owner' });
    await owner.stepUp();
    await owner.post('/v1/invitations', { email: 'anne@club.example', role: 'accountant' });
    const { body } = await owner.post<{ id: string }>('/v1/webhook-endpoints', {
      url: 'https://shop.example/quittance',
      types: ['payment.paid', 'refund.failed'],
    });
    await owner.patch('/v1/merchant', { name: 'Aviron d’Annecy', latePayments: 'refund' });
    for (const path of [...PAGES, `/webhooks/${body.id}`]) {
      await office.go(`/settings${path}`);
      await office.page.locator('main .card').first().waitFor();
      await office.page.locator('.loading').first().waitFor({ state: 'detached' });
      await office.isForEverybody(`settings${path.replaceAll('/', '-').slice(0, 12)}-${width}`);
    }
  });
});
