import type { Page } from 'playwright-core';
import type { PaypalPartner } from '../../activities/gateways/paypal-checkout/partner';
import { Merchant } from '../support/client';
import { isForEverybody } from './for-everybody';
import { openStage } from './stage';

const PARTNER: PaypalPartner = {
  environment: 'simulator',
  partnerId: 'PARTNER000001',
  clientId: 'platform-app',
  clientSecret: 'platform-secret',
};
const stage = openStage({ workers: 0, partners: { 'paypal-checkout': PARTNER } });

async function newClub(): Promise<{ isEnabled(): Promise<boolean | undefined>; invite(): Promise<string> }> {
  const merchant = await Merchant.create(stage.world, { name: 'Tennis Club', returnOrigins: [stage.world.baseUrl] });
  return {
    async isEnabled() {
      const { body } = await merchant.get<{ data: { gateway: string; enabled: boolean }[] }>('/v1/gateway-accounts');
      return body.data.find(({ gateway }) => gateway === 'paypal-checkout')?.enabled;
    },
    async invite() {
      const connect = '/v1/gateway-accounts/paypal-checkout/connect';
      return (await merchant.post<{ url: string }>(connect, { returnUrl: `${stage.world.baseUrl}/docs/problems` })).body
        .url;
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
    const page = await stage.openPage({ javaScriptEnabled, locale: 'en-GB' });
    await agree(page, await club.invite());
    expect(await club.isEnabled()).toBeUndefined();
    await page.reload();
    expect(await page.title()).toBe('Connect PayPal to Tennis Club?');
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('heading', { name: 'Your PayPal account is connected' }).waitFor();
    expect(await page.title()).toBe('Your PayPal account is connected');
    expect(await club.isEnabled()).toBe(true);

    await page.reload();
    await page.getByRole('heading', { name: 'Your PayPal account is connected' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Your PayPal account is connected' }).waitFor(); // no form stands there any more
    await page.getByRole('link', { name: 'Go on' }).click();
    await page.waitForURL(/\/docs\/problems$/);
  },
);

test('another browser that has the link reads that it cannot connect anything', async () => {
  const club = await newClub();
  const treasurer = await stage.openPage();
  await agree(treasurer, await club.invite());
  const stranger = await stage.openPage();
  await stranger.goto(treasurer.url());
  await stranger.getByRole('heading', { name: 'This invitation was opened in another browser' }).waitFor();
  expect(await stranger.getByRole('button').count()).toBe(0);
  await treasurer.getByRole('button', { name: 'Connect' }).click();
  await treasurer.getByRole('heading', { name: 'Your PayPal account is connected' }).waitFor();
  await stranger.reload();
  await stranger.getByRole('heading', { name: 'This invitation was used' }).waitFor();
});

test('in French the pages say the same, and shut nobody out', async () => {
  const club = await newClub();
  const page = await stage.openPage({ locale: 'fr-FR' });
  await page.goto(await club.invite());
  await page.getByRole('button', { name: /Club des Aînés/ }).click();
  await page.getByRole('link', { name: 'Return to the partner' }).click();
  await page.getByRole('heading', { name: /Connecter le compte PayPal \w+ à Tennis Club\s\?/ }).waitFor();
  expect(await page.getAttribute('html', 'lang')).toBe('fr');
  expect(await page.title()).toBe('Connecter PayPal à Tennis Club\u202f?');
  await isForEverybody(page, 'connect-confirm');
  await page.getByRole('button', { name: 'Connecter' }).click();
  await page.getByRole('heading', { name: 'Votre compte PayPal est connecté' }).waitFor();
  expect(await page.getAttribute('html', 'lang')).toBe('fr');
  expect(await page.title()).toBe('Votre compte PayPal est connecté');
  await isForEverybody(page, 'connect-connected');
  expect(await club.isEnabled()).toBe(true);
  await page.getByRole('link', { name: 'Continuer' }).click();
  await page.waitForURL(/\/docs\/problems$/);
});
