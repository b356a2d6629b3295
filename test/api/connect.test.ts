import { createVault } from '../../vault/vault';
import { approveAs, control, visit } from '../support/gateways';
import { eventually, Merchant, untilStatus } from '../support/client';
import { ENCRYPTION_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, newMerchant } from './asking';
import { refused } from './refusal';

interface AccountView {
  readonly gateway: string;
  readonly enabled: boolean;
  readonly disabledReason: string | null;
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean | null;
    readonly detail: string;
    readonly remedy: string | null;
  }[];
}

const PARTNER = {
  environment: 'simulator',
  partnerId: 'PARTNER000001',
  clientId: 'platform-app',
  clientSecret: 'platform-secret',
} as const;
const CONNECT = '/v1/gateway-accounts/paypal-checkout/connect';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partner: PARTNER });
});
afterAll(() => world.stop());

/** A person answers the invitation on PayPal's page; gives where the browser is sent, or null where they stay. */
async function answerAs(person: string, url: string): Promise<string | null> {
  const referralToken = new URL(url).searchParams.get('referralToken') ?? '';
  const page = await fetch(url.split('?')[0] ?? '', { method: 'POST', body: new URLSearchParams({ referralToken, person }) });
  const back = /href="([^"]*\/connect\/[^"]*)"/.exec(await page.text())?.[1];
  return back?.replaceAll('&#38;', '&').replaceAll('&amp;', '&') ?? null;
}
async function invite(merchant: { post: Merchant['post'] }) {
  const { status, body } = await merchant.post<{ url: string; trackingId: string }>(CONNECT, {});
  expect(status).toBe(201);
  return body;
}
async function accountOf(secretKey: string): Promise<AccountView | undefined> {
  const { body } = await asking(world, secretKey).get<{ data: AccountView[] }>('/v1/gateway-accounts');
  return body.data.find(({ gateway }) => gateway === 'paypal-checkout');
}
async function show(url: string | null): Promise<{ status: number; text: string }> {
  const answer = await fetch(url ?? '');
  return { status: answer.status, text: await answer.text() };
}

test('a treasurer connects by logging in at PayPal, and a member pays through that account at once', async () => {
  const merchant = await Merchant.create(world);
  const { url } = await invite(merchant);
  const page = await show(await answerAs('grants', url));
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('is connected')]);
  expect(await accountOf(merchant.secretKey)).toMatchObject({ enabled: true, disabledReason: null });

  const payment = await merchant.pay(await merchant.member([['fee', 3000]]), { gateway: 'paypal-checkout' });
  await visit(await approveAs(merchant, payment));
  await untilStatus(merchant, payment.id, 'paid');
});

test('no key of the merchant lies in the vault: the account is the platform’s to act for, and only as that merchant', async () => {
  const merchant = await Merchant.create(world);
  await show(await answerAs('grants', (await invite(merchant)).url));
  const { rows } = await world.db.sql.query<{ id: string; credentials: Buffer }>(
    `SELECT id, credentials FROM gateway_accounts WHERE merchant_id = $1 AND gateway = 'paypal-checkout'`,
    [merchant.id],
  );
  const stored = JSON.parse(createVault(ENCRYPTION_KEY).open(rows[0]!.credentials, rows[0]!.id).toString()) as object;
  expect(Object.keys(stored).sort()).toEqual(['merchantId', 'webhookId']);
});

test.each([
  ['unconfirmed_email', /e-?mail/i],
  ['cannot_receive', /receive/i],
])('an account that is %s is connected, not used, and says why and what to do', async (person, why) => {
  const merchant = await Merchant.create(world);
  const page = await show(await answerAs(person, (await invite(merchant)).url));
  expect(page.text).toContain('cannot be used yet');
  const account = await accountOf(merchant.secretKey);
  expect(account).toMatchObject({ enabled: false, disabledReason: expect.stringMatching(why) });
  const failing = account?.checks.filter(({ ok }) => ok === false) ?? [];
  expect(failing.map(({ remedy }) => typeof remedy)).toEqual(failing.map(() => 'string'));
  const member = await merchant.member([['fee', 3000]]);
  const problem = refused(await merchant.post('/v1/payments', { member, gateway: 'paypal-checkout' }), 'gateway_not_enabled');
  expect(problem.detail).toMatch(why);
});

test('a person who says no, or whose account is personal, connects nothing', async () => {
  const merchant = await Merchant.create(world);
  const page = await show(await answerAs('declines', (await invite(merchant)).url));
  expect(page.text).toContain('not connected');
  expect(await answerAs('personal', (await invite(merchant)).url)).toBeNull(); // PayPal keeps them, with its reason
  expect(await accountOf(merchant.secretKey)).toBeUndefined();
});

test('what the browser says on its way back counts for nothing: not another merchant’s account, not a promise', async () => {
  const [rich, thief] = [await Merchant.create(world), await Merchant.create(world)];
  const back = new URL((await answerAs('grants', (await invite(rich)).url)) ?? '');
  await show(back.href);
  const { trackingId } = await invite(thief);
  const account = back.searchParams.get('merchantIdInPayPal') ?? '';
  for (const query of [
    `merchantId=${trackingId}&merchantIdInPayPal=${account}&permissionsGranted=true&consentStatus=true`,
    'merchantIdInPayPal=NOBODY0000001&permissionsGranted=true',
    'permissionsGranted=true&consentStatus=true',
    '',
  ]) {
    const page = await show(`${world.baseUrl}/connect/${trackingId}?${query}`);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('not connected')]);
  }
  expect(await accountOf(thief.secretKey)).toBeUndefined();
  expect((await accountOf(rich.secretKey))?.enabled).toBe(true);
  expect((await show(`${world.baseUrl}/connect/onb_00000000000000000000000000?merchantIdInPayPal=${account}`)).status).toBe(404);
});

test('a consent taken back at PayPal disables the account at once and says so; granted again, a check enables it', async () => {
  const merchant = await Merchant.create(world);
  const { url } = await invite(merchant);
  const back = new URL((await answerAs('grants', url)) ?? '');
  await show(back.href);
  const seller = back.searchParams.get('merchantIdInPayPal') ?? '';
  await control(world, 'POST', `/paypal-checkout/sellers/${seller}/revoke`, { clientId: PARTNER.clientId });
  await eventually(
    () => accountOf(merchant.secretKey),
    (account) => account?.enabled === false,
  );
  expect(await accountOf(merchant.secretKey)).toMatchObject({ disabledReason: 'consent_revoked' });
  const { body } = await merchant.post<AccountView>('/v1/gateway-accounts/paypal-checkout/check');
  expect(body.enabled).toBe(false);

  await answerAs('grants', url);
  const checked = await merchant.post<AccountView>('/v1/gateway-accounts/paypal-checkout/check');
  expect(checked.body).toMatchObject({ enabled: true, disabledReason: null });
});

test('a gateway that connects by keys, and a way on to a strange origin, are refused', async () => {
  const merchant = await newMerchant(world, { returnOrigins: ['https://club.example'] });
  refused(await merchant.post('/v1/gateway-accounts/kkiapay/connect', {}), 'onboarding_not_offered');
  refused(await merchant.post('/v1/gateway-accounts/nope/connect', {}), 'not_found');
  refused(await merchant.post(CONNECT, { returnUrl: 'https://evil.example/x' }), 'origin_not_registered');
  expect((await merchant.post(CONNECT, { returnUrl: 'https://club.example/settings' })).status).toBe(201);
});

test('a body of credentials cannot pretend to be connected', async () => {
  const merchant = await newMerchant(world);
  const reply = await merchant.put('/v1/gateway-accounts/paypal-checkout', { environment: 'simulator', merchantId: 'SOMEBODYELSE1' });
  refused(reply, 'invalid_request');
});
