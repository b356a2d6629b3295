import type { Browser, Page } from 'playwright-core';
import type { PaypalPartner } from '../../activities/gateways/paypal-checkout/partner';
import { Merchant } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { launchBrowser, listenForComplaints, takePicture } from './chromium';

jest.setTimeout(240_000); // a browser on a busy machine takes its time, and only what hangs is to be ended

let world: World;
const PARTNER: PaypalPartner = {
  environment: 'simulator',
  partnerId: 'PARTNER000001',
  clientId: 'platform-app',
  clientSecret: 'platform-secret',
};

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  world = await startWorld({
    workers: 0,
    partners: { 'paypal-checkout': PARTNER },
  });
});
afterAll(async () => {
  await browser?.close(); // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- there is none when it did not start
  await world?.stop(); // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- likewise
});

async function newClub(): Promise<{ isEnabled(): Promise<boolean | undefined>; invite(): Promise<string> }> {
  const merchant = await Merchant.create(world, { name: 'Tennis Club', returnOrigins: [world.baseUrl] });
  return {
    async isEnabled() {
      const { body } = await merchant.get<{ data: { gateway: string; enabled: boolean }[] }>('/v1/gateway-accounts');
      return body.data.find(({ gateway }) => gateway === 'paypal-checkout')?.enabled;
    },
    async invite() {
      const connect = '/v1/gateway-accounts/paypal-checkout/connect';
      return (await merchant.post<{ url: string }>(connect, { returnUrl: `${world.baseUrl}/docs/problems` })).body.url;
    },
  };
}

/** The treasurer logs in at PayPal, agrees, and comes back to our question. */
async function agree(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('button', { name: /Club des Aînés/ }).click();
  await page.getByRole('link', { name: 'Return to the partner' }).click();
  await page.getByRole('heading', { name: /Connect PayPal account \w+ to Tennis Club\?/ }).waitFor();
}

test.each([true, false])(
  'a treasurer agrees at PayPal and confirms here (with scripts: %s), reads how it stands, and goes on',
  async (javaScriptEnabled) => {
    const club = await newClub();
    const context = await browser.newContext({ javaScriptEnabled, locale: 'en-GB' });
    const page = await context.newPage();
    const complaints = listenForComplaints(page);
    await agree(page, await club.invite());
    expect(await club.isEnabled()).toBeUndefined();
    await page.reload();
    await takePicture(page, 'connect-confirm');
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('heading', { name: 'Your PayPal account is connected' }).waitFor();
    await takePicture(page, 'connect-connected');
    expect(await club.isEnabled()).toBe(true);

    await page.reload();
    await page.getByRole('heading', { name: 'Your PayPal account is connected' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Your PayPal account is connected' }).waitFor(); // no form stands there any more
    await page.getByRole('link', { name: 'Go on' }).click();
    await page.waitForURL(/\/docs\/problems$/);
    expect(complaints).toEqual([]);
    await context.close();
  },
);

test('another browser that has the link reads that it cannot connect anything', async () => {
  const club = await newClub();
  const [first, second] = [await browser.newContext(), await browser.newContext()];
  const treasurer = await first.newPage();
  await agree(treasurer, await club.invite());
  const stranger = await second.newPage();
  await stranger.goto(treasurer.url());
  await stranger.getByRole('heading', { name: 'This invitation was opened in another browser' }).waitFor();
  expect(await stranger.getByRole('button').count()).toBe(0);
  await treasurer.getByRole('button', { name: 'Connect' }).click();
  await treasurer.getByRole('heading', { name: 'Your PayPal account is connected' }).waitFor();
  await stranger.reload();
  await stranger.getByRole('heading', { name: 'This invitation was used' }).waitFor();
  await Promise.all([first.close(), second.close()]);
});

test('in French, too', async () => {
  const club = await newClub();
  const context = await browser.newContext({ locale: 'fr-FR' });
  const page = await context.newPage();
  await page.goto(await club.invite());
  await page.getByRole('button', { name: /Club des Aînés/ }).click();
  await page.getByRole('link', { name: 'Return to the partner' }).click();
  await page.getByRole('heading', { name: /Connecter le compte PayPal \w+ à Tennis Club/ }).waitFor();
  await page.getByRole('button', { name: 'Connecter' }).click();
  await page.getByRole('heading', { name: 'Votre compte PayPal est connecté' }).waitFor();
  await context.close();
});
