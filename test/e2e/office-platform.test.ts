import type { Browser } from 'playwright-core';
import { operatorOf } from '../api/asking';
import { Browser as Client, lettersTo, newPerson } from '../support/browser';
import { eventually } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { launchBrowser } from './chromium';
import { Office } from './office-browser';

jest.setTimeout(240_000); // a browser on a busy machine takes its time, and only what hangs is to be ended

const OPERATOR = 'operator@platform.example';
let world: World;
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  world = await startWorld({ workers: 0, mail: { smtpUrl: 'smtp://127.0.0.1:1' } });
  await newPerson(world, {}, OPERATOR);
});
afterAll(async () => {
  await browser?.close(); // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- there is none when it did not start
  await world?.stop(); // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- likewise
});

interface Made {
  readonly data: readonly { readonly id: string; readonly name: string; readonly currency: string }[];
}

test('an operator who works nowhere makes an association, and its first owner is invited', async () => {
  const office = await Office.of(world, browser, OPERATOR);
  await office.go();
  await office.see('Everything works.');
  await office.press('Make an association');
  await office.fill('Name', 'Judo Cotonou');
  await office.fill('Currency', 'XOF');
  await office.page.locator('.dialog').getByRole('button', { name: 'Make an association' }).click();
  await office.see('Judo Cotonou is made');
  await office.press('I have kept it');
  const { body } = await operatorOf(world).get<Made>('/v1/merchants');
  expect(body.data).toMatchObject([{ name: 'Judo Cotonou', currency: 'XOF' }]);

  await office.press('Invite the first owner of Judo Cotonou');
  await office.fill('E-mail', 'owner@judo.example');
  await office.press('Send the invitation');
  await office.see('An invitation to owner@judo.example is on its way.');
  const [letter] = await eventually(
    () => lettersTo(world, 'owner@judo.example'),
    (letters) => letters.length > 0,
  );
  expect(letter).toMatchObject({ kind: 'invitation' });
  await office.close();
});

test('where an association has an owner, the operator is told so, and may begin a recovery that waits', async () => {
  const { body } = await operatorOf(world).post<{ id: string }>('/v1/merchants', { name: 'Tennis', currency: 'EUR' });
  const owner = await newPerson(world, { [body.id]: 'owner' });
  const office = await Office.of(world, browser, OPERATOR);
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
  expect(await lettersTo(world, owner.email)).toHaveLength(1);
  await office.close();
});

test('somebody who is no operator sees nothing of the platform, and the API refuses them', async () => {
  const { body } = await operatorOf(world).post<{ id: string }>('/v1/merchants', { name: 'Voile', currency: 'EUR' });
  const office = await Office.open(world, browser, { merchant: body.id, role: 'owner' });
  await office.go('/platform');
  await office.see('This page is for those who look after the platform.');
  expect(await office.page.getByRole('link', { name: 'Platform' }).count()).toBe(0);
  const owner = new Client(world);
  await owner.signIn(office.email);
  expect((await owner.get('/v1/merchants')).status).toBe(403);
  await office.close();
});

test.each([
  [360, 'fr-FR'],
  [1280, 'en-GB'],
] as const)('at %i px the platform shuts nobody out: %s', async (width, locale) => {
  const office = await Office.of(world, browser, OPERATOR, { width, locale });
  await office.go();
  await office.page.getByRole('row').nth(1).waitFor();
  await office.isForEverybody(`platform-${width}`);
  await office.close();
});
