import { z } from 'zod';
import type { Onboarding } from '../port';
import { dropAccessToken, type World } from './access-token';
import { readBody, unreadableAnswer } from './answers';
import { createPartnerReferral, getMerchantIntegration, type Asker } from './client';
import { isBrowserUrl } from './hosts';
import { grantedScopes, merchantIntegration, missingScopes } from './integration';
import { paypalPartnership } from './partner';
import type { PaypalPartner } from './partner';

/** Connecting a merchant's account through the platform as PayPal's partner (Partner Referrals). */
export const paypalCheckoutOnboarding: Onboarding<PaypalPartner> = {
  partnership: paypalPartnership,

  invite: ({ trackingId, returnUrl }, { partner, ...world }) =>
    createReferral({ trackingId, returnUrl }, partner, world),

  /** `merchantIdInPayPal` is what a browser says; whose it is, and that it was agreed to, is PayPal's to say. */
  async complete({ trackingId, query }, { partner, ...world }) {
    const merchantId = query.get('merchantIdInPayPal') ?? '';
    if (!/^[A-Za-z0-9]{1,32}$/.test(merchantId))
      return { ok: false, reason: 'unfinished', detail: 'PayPal named no account: the consent was not given' };
    await forgetPartnerToken(partner, world);
    const seller = await readSeller(merchantId, partner, world);
    if (!seller) return { ok: false, reason: 'unfinished', detail: 'PayPal knows of no consent of this account' };
    // Whoever came by another invitation, or by none of ours, belongs to somebody else: a browser must not bind them to this merchant.
    if (seller.trackingId !== trackingId)
      return {
        ok: false,
        reason: 'other_invitation',
        detail: 'this PayPal account was connected by another invitation',
      };
    return { ok: true, account: merchantId, credentials: { merchantId } };
  },
};

/** How a merchant is invited to connect their account. */
export interface Referral {
  /** Ours, unguessable, at most 127 characters: the way back is bound to it. */
  readonly trackingId: string;
  /** Where PayPal sends the browser afterwards; whatever it adds to the address is untrusted. */
  readonly returnUrl: string;
}

/** A merchant as PayPal sees them in their relation to us. */
export interface Seller {
  readonly merchantId: string;
  readonly trackingId: string | null;
  readonly paymentsReceivable: boolean;
  readonly emailConfirmed: boolean;
  /** What the merchant has granted to this partner. */
  readonly scopesGranted: readonly string[];
  /** What is still missing for taking payments and giving refunds. */
  readonly scopesMissing: readonly string[];
}

/**
 * Invites a merchant (Partner Referrals v2, "Create partner referral"). Gives the address of PayPal's page where they log in
 * and agree. Throws a `GatewayFailure` when PayPal refuses or does not answer.
 */
export async function createReferral(
  { trackingId, returnUrl }: Referral,
  partner: PaypalPartner,
  world: World,
): Promise<string> {
  const reply = await createPartnerReferral(partnerAsker(partner, world), {
    tracking_id: trackingId,
    operations: [
      {
        operation: 'API_INTEGRATION',
        api_integration_preference: {
          rest_api_integration: {
            integration_method: 'PAYPAL',
            integration_type: 'THIRD_PARTY',
            third_party_details: {
              features: ['PAYMENT', 'REFUND', 'READ_SELLER_DISPUTE', 'ACCESS_MERCHANT_INFORMATION'],
            },
          },
        },
      },
    ],
    products: ['EXPRESS_CHECKOUT'],
    legal_consents: [{ type: 'SHARE_DATA_CONSENT', granted: true }],
    partner_config_override: { return_url: returnUrl },
  });
  if (!reply.accepted) throw reply.failure;
  const { links } = readBody(reply.question, reply.body, referralBody);
  const url = links.find(({ rel }) => rel === 'action_url')?.href;
  if (url === undefined || !isBrowserUrl(world, url))
    throw unreadableAnswer(reply.question, 'the answer has no address for the merchant');
  return url;
}

/** Asks PayPal how a merchant stands with us; null when it says that there is no such relation. */
export async function readSeller(merchantId: string, partner: PaypalPartner, world: World): Promise<Seller | null> {
  const reply = await getMerchantIntegration(partnerAsker(partner, world), partner.partnerId, merchantId);
  if (!reply.accepted) {
    if (reply.problem.status === 404) return null;
    throw reply.failure;
  }
  const seller = readBody(reply.question, reply.body, merchantIntegration);
  if (seller.merchant_id !== merchantId) throw unreadableAnswer(reply.question, 'the answer is about another merchant');
  return {
    merchantId,
    trackingId: seller.tracking_id ?? null,
    paymentsReceivable: seller.payments_receivable === true,
    emailConfirmed: seller.primary_email_confirmed === true,
    scopesGranted: grantedScopes(seller, partner.clientId),
    scopesMissing: missingScopes(seller, partner.clientId),
  };
}

/** After a merchant has agreed: the token we keep was issued before, and holds no right to act for them. */
export async function forgetPartnerToken(partner: PaypalPartner, world: World): Promise<void> {
  await dropAccessToken(world, partner);
}

const referralBody = z.object({ links: z.array(z.object({ rel: z.string(), href: z.string() })) });

function partnerAsker({ clientId, clientSecret }: PaypalPartner, world: World): Asker {
  return { world, caller: { clientId, clientSecret, onBehalfOf: null } };
}
