import type { Browser } from 'playwright-core';
import { newPerson, PASSWORD } from '../support/browser';
import { Merchant } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { launchBrowser, listenForComplaints } from './chromium';
import { Office } from './office-browser';

jest.setTimeout(240_000); // a browser on a busy machine takes its time, and only what hangs is to be ended

let world: World;
let browser: Browser;
let merchant: Merchant;

beforeAll(async () => {
  browser = await launchBrowser();
  world = await startWorld();
  merchant = await Merchant.create(world, { name: 'Aviron' });
});
afterAll(async () => {
  await browser?.close(); // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- there is none when it did not start
  await world?.stop(); // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- likewise
});

test('a treasurer signs in with a password and is where they wanted to go', async () => {
  const { email } = await newPerson(world, { [merchant.id]: 'treasurer' });
  const page = await browser.newPage({ locale: 'fr-FR' });
  const complaints = listenForComplaints(page);
  await page.goto(`${world.baseUrl}/office/payments`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Mot de passe').fill('not this one');
  await page.keyboard.press('Enter');
  await page.getByText('Cette adresse et ce mot de passe ne vont pas ensemble.').waitFor();
  await page.getByLabel('Mot de passe').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Paiements' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('fr');
  expect(complaints).toEqual([]);
  await page.context().close();
});

test.each([
  [360, 'fr-FR'],
  [1280, 'en-GB'],
] as const)('at %i px the first page shuts nobody out: %s', async (width, locale) => {
  const office = await Office.open(world, browser, { merchant: merchant.id, width, locale });
  await office.go();
  await office.isForEverybody(`today-${width}`);
  await office.close();
});
