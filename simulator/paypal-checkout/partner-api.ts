import { z } from 'zod';
import { isWebAddress } from '../paypal-standard/checkout-form';
import type { Onboarding } from './onboarding';
import { notFound, Problem } from './problem';
import { readBody, type Call, type Reply } from './rest';
import type { Seller, Sellers } from './sellers';
import { link } from './views';

export interface PartnerApiDeps {
  readonly sellers: Sellers;
  readonly onboarding: Onboarding;
  /** Where a browser finds the simulator, given where the app does. */
  readonly browserOrigin: (origin: string) => string;
}

const referralShape = z.object({
  tracking_id: z.string().min(1).max(127),
  operations: z
    .array(
      z.object({
        operation: z.literal('API_INTEGRATION'),
        api_integration_preference: z.object({
          rest_api_integration: z.object({
            integration_method: z.literal('PAYPAL'),
            integration_type: z.literal('THIRD_PARTY'),
            third_party_details: z.object({ features: z.array(z.string().min(1)).min(1) }),
          }),
        }),
      }),
    )
    .min(1),
  products: z.array(z.string().min(1)).min(1),
  legal_consents: z.array(z.object({ type: z.string(), granted: z.boolean() })).min(1),
  partner_config_override: z
    .object({
      return_url: z.string().max(2048).refine(isWebAddress, 'not an absolute http or https address').optional(),
    })
    .optional(),
});

/** `POST /v2/customer/partner-referrals`. */
export function referSeller(call: Call<object>, { onboarding, browserOrigin }: PartnerApiDeps): Reply {
  const asked = readBody(referralShape, call.body);
  const consents = asked.legal_consents.some(({ type, granted }) => type === 'SHARE_DATA_CONSENT' && granted);
  if (!consents)
    throw new Problem(400, 'INVALID_PARAMETER_VALUE', {
      field: '/legal_consents',
      description: 'SHARE_DATA_CONSENT must be granted.',
    });
  const referral = onboarding.invite({
    clientId: call.clientId,
    trackingId: asked.tracking_id,
    features: asked.operations.flatMap(
      (one) => one.api_integration_preference.rest_api_integration.third_party_details.features,
    ),
    returnUrl: asked.partner_config_override?.return_url ?? null,
  });
  const page = link(
    browserOrigin(call.origin),
    `/bizsignup/partner/entry?referralToken=${referral.token}`,
    'action_url',
  );
  const links = [
    {
      ...link(call.origin, `/v2/customer/partner-referrals/${referral.token}`, 'self'),
      description: 'Read Referral Data shared by the Caller.',
    },
    {
      ...page,
      description:
        'Target WEB REDIRECT URL for the next action. Customer should be redirected to this URL in the browser.',
    },
  ];
  return { status: 201, body: { links } };
}

/** `GET /v1/customer/partners/:partner/merchant-integrations?tracking_id=`: the seller behind a tracking id. */
export function findIntegration(call: Call<{ partner: string }>, { sellers }: PartnerApiDeps): Reply {
  const trackingId = call.query.get('tracking_id');
  const seller = trackingId === null ? null : sellers.trackedAs(trackingId, call.clientId);
  if (seller === null) throw notFound();
  const path = `/v1/customer/partners/${call.params.partner}/merchant-integrations/${seller.merchantId}`;
  return {
    status: 200,
    body: { merchant_id: seller.merchantId, tracking_id: trackingId, links: [link(call.origin, path, 'self')] },
  };
}

/** `GET /v1/customer/partners/:partner/merchant-integrations/:merchant`: how a seller really stands, whatever the browser said. */
export function getIntegration(call: Call<{ partner: string; merchant: string }>, { sellers }: PartnerApiDeps): Reply {
  const { merchant } = call.params;
  if (!sellers.isKnown(merchant) && merchant !== sellers.ownerOf(call.clientId).merchantId) throw notFound();
  return { status: 200, body: viewIntegration(sellers.of(merchant), call.clientId) };
}

/** `GET /v1/identity/oauth2/userinfo`: whose app it is. */
export function userInfo(call: Call<object>, { sellers }: PartnerApiDeps): Reply {
  const seller = sellers.ownerOf(call.clientId);
  return {
    status: 200,
    body: {
      user_id: `https://www.paypal.com/webapps/auth/identity/user/${seller.merchantId}`,
      sub: `https://www.paypal.com/webapps/auth/identity/user/${seller.merchantId}`,
      payer_id: seller.merchantId,
      name: seller.name,
      account_type: seller.accountType,
      verified_account: String(seller.accountType === 'BUSINESS'),
      address: { country: seller.country },
      emails: [{ value: seller.email, primary: true, confirmed: seller.primaryEmailConfirmed }],
    },
  };
}

function viewIntegration(seller: Seller, clientId: string) {
  const { merchantId, consents, paymentsReceivable } = seller;
  const own = consents.filter((consent) => consent.clientId === clientId);
  return {
    merchant_id: merchantId,
    ...(own[0] !== undefined && { tracking_id: own[0].trackingId }),
    legal_name: seller.name,
    primary_email: seller.email,
    primary_email_confirmed: seller.primaryEmailConfirmed,
    payments_receivable: paymentsReceivable,
    country: seller.country,
    primary_currency: seller.currency,
    products: [
      {
        name: 'EXPRESS_CHECKOUT',
        status: paymentsReceivable ? 'ACTIVE' : 'INACTIVE',
        vetting_status: 'SUBSCRIBED',
        capabilities: [],
      },
    ],
    oauth_integrations: own.map(({ scopes }) => ({
      integration_type: 'OAUTH_THIRD_PARTY',
      integration_method: 'PAYPAL',
      oauth_third_party: [{ partner_client_id: clientId, merchant_client_id: `merchant-client-${merchantId}`, scopes }],
    })),
  };
}
