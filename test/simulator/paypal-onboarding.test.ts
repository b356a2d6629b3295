import { openApp, orderOf, type App } from './app';

let app: App;
beforeEach(async () => {
  app = await openApp();
});
afterEach(() => app.stop());

const REFERRAL = {
  tracking_id: 'mer_1',
  operations: [
    {
      operation: 'API_INTEGRATION',
      api_integration_preference: {
        rest_api_integration: {
          integration_method: 'PAYPAL',
          integration_type: 'THIRD_PARTY',
          third_party_details: { features: ['PAYMENT', 'REFUND'] },
        },
      },
    },
  ],
  products: ['EXPRESS_CHECKOUT'],
  legal_consents: [{ type: 'SHARE_DATA_CONSENT', granted: true }],
  partner_config_override: { return_url: 'http://quittance.example/back' },
};

/** The address of the page to which a seller is sent. */
async function invite(): Promise<URL> {
  const { status, body } = await app.call('POST', '/v2/customer/partner-referrals', REFERRAL);
  expect(status).toBe(201);
  return new URL(body.links.find((link: { rel: string }) => link.rel === 'action_url').href);
}

async function onboard(person: string) {
  const referralToken = (await invite()).searchParams.get('referralToken');
  const { body } = await app.control('POST', '/onboard', { referralToken, person });
  await app.shop.idle();
  return { ...body, back: body.returnUrl === null ? null : Object.fromEntries(new URL(body.returnUrl).searchParams) };
}
const integration = (merchantId: string) =>
  app.call('GET', `/v1/customer/partners/PARTNER/merchant-integrations/${merchantId}`);

it('a seller who grants everything can be paid through the partner', async () => {
  await app.listen();
  const { merchantId, back } = await onboard('grants');
  expect(back).toMatchObject({
    merchantId: 'mer_1',
    merchantIdInPayPal: merchantId,
    permissionsGranted: 'true',
    consentStatus: 'true',
    isEmailConfirmed: 'true',
  });
  expect((await integration(merchantId)).body).toMatchObject({
    merchant_id: merchantId,
    tracking_id: 'mer_1',
    payments_receivable: true,
    primary_email_confirmed: true,
    oauth_integrations: [
      {
        oauth_third_party: [
          {
            partner_client_id: 'client-1',
            scopes: [
              'https://uri.paypal.com/services/payments/realtimepayment',
              'https://uri.paypal.com/services/payments/refund',
            ],
          },
        ],
      },
    ],
  });
  expect(app.events()).toMatchObject([
    { event_type: 'MERCHANT.ONBOARDING.COMPLETED', resource: { merchant_id: merchantId, tracking_id: 'mer_1' } },
  ]);
  const found = await app.call('GET', '/v1/customer/partners/PARTNER/merchant-integrations?tracking_id=mer_1');
  expect(found.body.merchant_id).toBe(merchantId);
});

it.each([
  { person: 'unconfirmed_email', receivable: true, confirmed: false },
  { person: 'cannot_receive', receivable: false, confirmed: true },
])('the browser of $person says all is well; only the question tells', async ({ person, receivable, confirmed }) => {
  const { merchantId, back } = await onboard(person);
  expect(back).toMatchObject({ permissionsGranted: 'true', isEmailConfirmed: String(confirmed) });
  expect((await integration(merchantId)).body).toMatchObject({
    payments_receivable: receivable,
    primary_email_confirmed: confirmed,
  });
});

it('a Personal account is refused on the page, with the reason', async () => {
  expect(await onboard('personal')).toMatchObject({
    outcome: 'refused',
    returnUrl: null,
    reason: expect.stringContaining('Business account'),
  });
});

it('who says no is sent back without a permission', async () => {
  const { outcome, merchantId, back } = await onboard('declines');
  expect([outcome, merchantId, back]).toEqual([
    'declined',
    null,
    expect.objectContaining({ permissionsGranted: 'false' }),
  ]);
  expect(back).not.toHaveProperty('merchantIdInPayPal');
});

it('the page shows who one may be, and sends back whom one chose', async () => {
  const page = await invite();
  expect(await (await fetch(page)).text()).toContain('Paul Durand');
  const fields = { referralToken: page.searchParams.get('referralToken') ?? '', person: 'personal' };
  const press = async (person: string) =>
    (
      await fetch(page.origin + page.pathname, { method: 'POST', body: new URLSearchParams({ ...fields, person }) })
    ).text();
  expect(await press('personal')).toContain('You need a PayPal Business account');
  expect(await press('grants')).toContain('url=http://quittance.example/back?merchantId=mer_1');
});

describe('acting for a seller', () => {
  const asserting = (merchantId: string) => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return { 'paypal-auth-assertion': `${part({ alg: 'none' })}.${part({ iss: 'client-1', payer_id: merchantId })}.` };
  };

  it('is for those whom he let', async () => {
    const { merchantId } = await onboard('grants');
    const made = await app.call('POST', '/v2/checkout/orders', orderOf(), asserting(merchantId));
    expect(made.body.purchase_units[0].payee.merchant_id).toBe(merchantId);
    expect((await app.call('POST', '/v2/checkout/orders', orderOf(), asserting('STRANGER00001'))).status).toBe(403);
  });

  it('needs a token that is newer than the permission', async () => {
    const { body } = await app.token('client-1', 'secret-of-it');
    const { merchantId } = await onboard('grants');
    const old = { authorization: `Bearer ${body.access_token}` };
    expect(
      (await app.call('POST', '/v2/checkout/orders', orderOf(), { ...asserting(merchantId), ...old })).status,
    ).toBe(403);
  });

  it('ends when he takes the permission back, and the partner is told', async () => {
    await app.listen();
    const { merchantId } = await onboard('grants');
    await app.control('POST', `/sellers/${merchantId}/revoke`, { clientId: 'client-1' });
    await app.shop.idle();
    expect((await integration(merchantId)).body.oauth_integrations).toEqual([]);
    expect((await app.call('POST', '/v2/checkout/orders', orderOf(), asserting(merchantId))).status).toBe(403);
    expect(app.events().at(-1)).toMatchObject({
      event_type: 'MERCHANT.PARTNER-CONSENT.REVOKED',
      resource: { merchant_id: merchantId },
    });
  });

  it('who cannot receive payments is not paid', async () => {
    const { merchantId } = await onboard('cannot_receive');
    const refused = await app.call('POST', '/v2/checkout/orders', orderOf(), asserting(merchantId));
    expect(refused.body.details[0].issue).toBe('PAYEE_ACCOUNT_RESTRICTED');
  });
});

it('an app is told whose it is', async () => {
  await app.control('PUT', '/clients/client-1', { merchantId: 'SELLER0000001' });
  await app.control('PUT', '/sellers/SELLER0000001', {
    accountType: 'PERSONAL',
    primaryEmailConfirmed: false,
    email: 'club@seller.example',
  });
  expect((await app.call('GET', '/v1/identity/oauth2/userinfo?schema=paypalv1.1')).body).toMatchObject({
    payer_id: 'SELLER0000001',
    account_type: 'PERSONAL',
    emails: [{ value: 'club@seller.example', primary: true, confirmed: false }],
  });
});
