import { paypalCheckout } from '../../activities/gateways/paypal-checkout';
import type { PaypalCheckoutCredentials } from '../../activities/gateways/paypal-checkout/credentials';
import type { PaypalPartner } from '../../activities/gateways/paypal-checkout/partner';
import { TOPICS } from '../../activities/gateways/paypal-checkout/events';
import { paypalCheckoutOnboarding } from '../../activities/gateways/paypal-checkout/onboarding';
import { GatewayFailure } from '../../activities/gateways/port';
import type { AccountCheck, GatewayContext, Inspection } from '../../activities/gateways/port';
import { gatewayContext, memoryCache } from './gateway-context';
import { startPaypal, type PaypalServer } from './paypal-rest-server';

const KEYS: PaypalCheckoutCredentials = { clientId: 'app-1', clientSecret: 'secret-1' };
const PARTNER = {
  environment: 'simulator',
  clientId: 'app-1',
  clientSecret: 'secret-1',
  partnerId: 'PARTNER1',
} as const;
const USE = { notificationUrl: 'https://club.example/hooks/paypal-checkout/token', currency: 'EUR' };
const EVERY_EVENT = Object.keys(TOPICS).map((name) => ({ name }));
const SCOPES = ['realtimepayment', 'refund'].map((name) => `https://uri.paypal.com/services/payments/${name}`);
const granted = (scopes: string[], to = 'app-1') => ({
  oauth_integrations: [{ oauth_third_party: [{ partner_client_id: to, scopes }] }],
});

let paypal: PaypalServer;
let cache: ReturnType<typeof memoryCache>;
beforeEach(async () => {
  paypal = await startPaypal();
  cache = memoryCache();
});
afterEach(() => paypal.close());

const context = (
  credentials: PaypalCheckoutCredentials,
  over: Partial<GatewayContext<PaypalCheckoutCredentials, PaypalPartner>> = {},
) => gatewayContext({ credentials, simulatorUrl: paypal.url }, { cache, ...over });
const inspect = (
  credentials = KEYS,
  over: Partial<GatewayContext<PaypalCheckoutCredentials, PaypalPartner>> = {},
  use = USE,
) => paypalCheckout.inspectAccount(use, context(credentials, over));
const check = ({ checks }: Inspection<unknown>, name: string): AccountCheck => checks.find((one) => one.name === name)!;
/** Whether the account may be used. */
const usable = ({ checks }: Inspection<unknown>): boolean =>
  checks.every(({ ok, required }) => ok === true || !required);

describe('an account with keys of its own', () => {
  it('is checked, learns its merchant id, and gets a webhook for the events that are understood', async () => {
    const inspection = await inspect();
    expect(usable(inspection)).toBe(true);
    const [webhook] = paypal.webhooks;
    expect(webhook).toMatchObject({ url: USE.notificationUrl, event_types: EVERY_EVENT });
    expect(inspection.learned).toEqual({ merchantId: 'MERCHANT1', webhookId: webhook!.id });
    for (const { ok, remedy } of inspection.checks) expect(ok === false).toBe(remedy !== null && ok !== null);
  });

  it('is checked again without making anything twice', async () => {
    const { learned } = await inspect();
    const again = await inspect({ ...KEYS, ...learned });
    expect(again.learned).toEqual({});
    expect(paypal.webhooks).toHaveLength(1);
  });

  it('a webhook that lacks events gets them; one for all events is left alone', async () => {
    paypal.webhooks.push({
      id: 'WH-OLD',
      url: USE.notificationUrl,
      event_types: [{ name: 'CHECKOUT.ORDER.APPROVED' }],
    });
    expect(await inspect()).toMatchObject({ learned: { webhookId: 'WH-OLD' } });
    expect(paypal.webhooks[0]!.event_types).toEqual(EVERY_EVENT);
    paypal.webhooks[0]!.event_types = [{ name: '*' }];
    await inspect();
    expect(paypal.webhooks[0]!.event_types).toEqual([{ name: '*' }]);
  });

  it('a webhook id that belongs to another address is told, and ours is made', async () => {
    paypal.webhooks.push({ id: 'WH-OTHER', url: 'https://other.example/', event_types: [{ name: '*' }] });
    const inspection = await inspect({ ...KEYS, webhookId: 'WH-OTHER' });
    expect(check(inspection, 'notifications')).toMatchObject({ ok: true, detail: expect.stringContaining('WH-OTHER') });
    expect(inspection.learned.webhookId).toBe(paypal.webhooks[1]!.id);
  });

  it('without a webhook payments still work, and a person reads why there is none', async () => {
    paypal.misbehave(/^POST \/v1\/notifications\/webhooks/, {
      status: 400,
      body: JSON.stringify({
        name: 'VALIDATION_ERROR',
        message: 'Not a valid webhook URL',
        details: [{ issue: 'URL_NOT_HTTPS', description: 'Only https.' }],
      }),
    });
    const inspection = await inspect();
    expect(check(inspection, 'notifications')).toMatchObject({
      ok: false,
      required: false,
      detail: 'PayPal says: Only https.',
      remedy: expect.stringContaining('https'),
    });
    expect(usable(inspection)).toBe(true);
    expect(inspection.learned).toEqual({ merchantId: 'MERCHANT1' });
  });

  it('wrong keys are told in PayPal’s words, even while a token of the right ones is kept', async () => {
    await inspect();
    paypal.secrets.set('app-1', 'renewed');
    const inspection = await inspect();
    expect(check(inspection, 'credentials_accepted')).toMatchObject({
      ok: false,
      required: true,
      detail: expect.stringContaining('Client Authentication failed'),
    });
    expect(usable(inspection)).toBe(false);
    expect(inspection.learned).toEqual({});
  });

  it.each([['drop' as const], [{ status: 503 }], [{ body: '<html>' }]])(
    'whether keys are right is not known while PayPal answers %j',
    async (odd) => {
      paypal.misbehave(/oauth2/, odd);
      expect(check(await inspect(), 'credentials_accepted')).toMatchObject({ ok: null, required: true });
    },
  );

  it.each([401, 403, 404])('what PayPal refuses to tell it with %i does not block it', async (status) => {
    paypal.refuse(/merchant-integrations|userinfo/, status, 'PERMISSION_DENIED');
    const inspection = await inspect({ ...KEYS, merchantId: 'MERCHANT1' });
    for (const name of ['payments_receivable', 'email_confirmed', 'permissions', 'business_account', 'merchant_id'])
      expect(check(inspection, name)).toMatchObject({ ok: null, required: false });
    expect(check(inspection, 'payments_receivable').detail).toContain('PERMISSION_DENIED it is.');
    expect(usable(inspection)).toBe(true);
  });

  it.each([
    ['cannot receive payments', () => (paypal.integration = { payments_receivable: false }), 'payments_receivable'],
    ['has an unconfirmed address', () => (paypal.integration = { primary_email_confirmed: false }), 'email_confirmed'],
    [
      'has an unconfirmed address by its own data',
      () => Object.assign(paypal, { integration: {}, userInfo: { emails: [{ primary: true, confirmed: 'false' }] } }),
      'email_confirmed',
    ],
    [
      'is a personal account',
      () => (paypal.userInfo = { payer_id: 'MERCHANT1', account_type: 'PERSONAL' }),
      'business_account',
    ],
    ['is another account than was entered', () => (paypal.userInfo = { payer_id: 'MERCHANT9' }), 'merchant_id'],
  ])('an account that %s is not used, and a person reads what to do', async (_what, arrange, name) => {
    arrange();
    const inspection = await inspect({ ...KEYS, merchantId: 'MERCHANT1' });
    expect(check(inspection, name)).toMatchObject({ ok: false, required: true, remedy: expect.any(String) });
    expect(usable(inspection)).toBe(false);
  });

  it('a business account is told to be one', async () => {
    paypal.userInfo = { payer_id: 'MERCHANT1', account_type: 'BUSINESS' };
    expect(check(await inspect(), 'business_account')).toMatchObject({ ok: true });
  });

  it('francs of West Africa are not taken', async () => {
    const inspection = await inspect(KEYS, {}, { ...USE, currency: 'XOF' });
    expect(check(inspection, 'currency_accepted')).toMatchObject({ ok: false, required: true });
  });

  it.each([['drop' as const], [{ status: 500 }], [{ body: '<html>' }], [{ body: 'null' }], [{ status: 429 }]])(
    'no check throws when everything behind the token answers %j',
    async (odd) => {
      paypal.misbehave(/userinfo|merchant-integrations|webhooks/, odd);
      const inspection = await inspect();
      expect(check(inspection, 'notifications')).toMatchObject({ ok: null, required: false });
      expect(usable(inspection)).toBe(true);
    },
  );
});

describe('an account that was connected through the platform', () => {
  const CONNECTED: PaypalCheckoutCredentials = { merchantId: 'MERCHANT1' };

  it('must have permitted payments and refunds to this partner', async () => {
    paypal.integration = { ...paypal.integration, ...granted(SCOPES) };
    expect(usable(await inspect(CONNECTED, { partner: PARTNER }))).toBe(true);
    expect(paypal.asked()).toContain('GET /v1/customer/partners/PARTNER1/merchant-integrations/MERCHANT1');
    for (const lacking of [
      granted(SCOPES.slice(0, 1)),
      granted(SCOPES, 'another-app'),
      { oauth_integrations: [] },
      { oauth_integrations: undefined },
    ]) {
      Object.assign(paypal.integration, lacking);
      const inspection = await inspect(CONNECTED, { partner: PARTNER });
      expect(check(inspection, 'permissions')).toMatchObject({ ok: false, required: true });
      expect(usable(inspection)).toBe(false);
    }
  });

  it('is not used while PayPal does not tell how it stands', async () => {
    paypal.misbehave(/merchant-integrations/, { status: 500 });
    const inspection = await inspect(CONNECTED, { partner: PARTNER });
    expect(check(inspection, 'payments_receivable')).toMatchObject({ ok: null, required: true });
    expect(usable(inspection)).toBe(false);
  });

  it('is not used while the platform has no partner credentials', async () => {
    expect(usable(await inspect(CONNECTED))).toBe(false);
  });
});

describe('connecting through the platform', () => {
  const {
    credentials: _none,
    openedWith: _neither,
    ...world
  } = gatewayContext({ credentials: null, simulatorUrl: '' });
  const onboarding = () => ({ ...world, simulatorUrl: paypal.url, cache, partner: PARTNER });
  const complete = (query: string, trackingId = 'onb_1') =>
    paypalCheckoutOnboarding.complete({ trackingId, query: new URLSearchParams(query) }, onboarding());

  it('invites for payments, refunds and cases', async () => {
    const url = await paypalCheckoutOnboarding.invite(
      { trackingId: 'onb_1', returnUrl: 'https://platform.example/connect/onb_1' },
      onboarding(),
    );
    expect(url).toBe(`${paypal.url}/paypal/sign-up`);
    expect(JSON.parse(paypal.calls.at(-1)!.body.toString())).toMatchObject({
      tracking_id: 'onb_1',
      operations: [
        {
          api_integration_preference: {
            rest_api_integration: {
              integration_type: 'THIRD_PARTY',
              third_party_details: {
                features: ['PAYMENT', 'REFUND', 'READ_SELLER_DISPUTE', 'ACCESS_MERCHANT_INFORMATION'],
              },
            },
          },
        },
      ],
      partner_config_override: { return_url: 'https://platform.example/connect/onb_1' },
    });
  });

  it.each([
    'https://www.sandbox.paypal.com/bizsignup',
    'https://paypal.com@evil.example/',
    'https://evil.example/',
    'http://www.paypal.com/',
  ])('an answer that would send a live merchant to %s is none', async (href) => {
    paypal.misbehave(/referrals/, { status: 201, body: JSON.stringify({ links: [{ rel: 'action_url', href }] }) });
    const fetch: typeof globalThis.fetch = (url, init) =>
      globalThis.fetch(String(url).replace('https://api-m.paypal.com', `${paypal.url}/paypal`), init); // eslint-disable-line @typescript-eslint/no-base-to-string -- it is a string here
    const work = paypalCheckoutOnboarding.invite(
      { trackingId: 'onb_1', returnUrl: 'https://platform.example/' },
      { ...onboarding(), environment: 'live', fetch },
    );
    await expect(work).rejects.toMatchObject({ code: 'unreadable_answer' });
  });

  it('an invitation that PayPal refuses is a failure', async () => {
    paypal.refuse(/referrals/, 403, 'PERMISSION_DENIED');
    const work = paypalCheckoutOnboarding.invite(
      { trackingId: 'onb_1', returnUrl: 'https://platform.example/' },
      onboarding(),
    );
    await expect(work).rejects.toThrow(GatewayFailure);
  });

  it('believes PayPal about who agreed, with a token of after the consent', async () => {
    paypal.integration = { tracking_id: 'onb_1' };
    await inspect(KEYS);
    paypal.asked();
    expect(await complete('merchantIdInPayPal=MERCHANT7&permissionsGranted=false')).toEqual({
      ok: true,
      account: 'MERCHANT7',
      credentials: { merchantId: 'MERCHANT7' },
    });
    expect(paypal.asked()).toEqual([
      'POST /v1/oauth2/token',
      'GET /v1/customer/partners/PARTNER1/merchant-integrations/MERCHANT7',
    ]);
  });

  it.each([
    ['another invitation', { tracking_id: 'onb_2' }],
    ['an invitation that named the account itself', { tracking_id: 'MERCHANT7' }],
    ['no invitation of ours', {}],
  ])('an account that was connected by %s is not given to this merchant', async (_what, integration) => {
    paypal.integration = integration;
    expect(await complete('merchantIdInPayPal=MERCHANT7')).toMatchObject({ ok: false, reason: 'other_invitation' });
  });

  it.each(['', 'merchantIdInPayPal=', 'merchantIdInPayPal=../../v1'])(
    'coming back with %j has connected nothing',
    async (query) => {
      expect(await complete(query)).toMatchObject({ ok: false, reason: 'unfinished' });
      expect(paypal.asked()).toEqual([]);
    },
  );

  it('a consent that PayPal does not know has connected nothing', async () => {
    paypal.refuse(/merchant-integrations/, 404, 'RESOURCE_NOT_FOUND');
    expect(await complete('merchantIdInPayPal=MERCHANT7')).toMatchObject({ ok: false, reason: 'unfinished' });
  });
});
