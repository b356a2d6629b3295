import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock';
import { Newest } from '../newest';
import { idOf } from '../paypal-standard/random-ids';
import type { Messenger } from './messenger';
import { whyRefused, type Person } from './persons';
import type { Consent, Seller, Sellers } from './sellers';
import { when } from './views';

/** A partner's invitation of a seller to let its app act for him. */
export interface Referral {
  readonly token: string;
  readonly clientId: string;
  readonly trackingId: string;
  readonly features: readonly string[];
  readonly returnUrl: string | null;
}

/** What a person did with an invitation. */
export type Decision =
  | { readonly kind: 'granted'; readonly seller: Seller; readonly returnUrl: string | null }
  | { readonly kind: 'declined'; readonly returnUrl: string | null }
  /** PayPal does not let them. They stay on the page. */
  | { readonly kind: 'refused'; readonly reason: string };

const REFERRALS_KEPT = 1_000;

/** What each feature that a partner asks for lets its app do. */
const SCOPES: Readonly<Record<string, string>> = {
  PAYMENT: 'https://uri.paypal.com/services/payments/realtimepayment',
  REFUND: 'https://uri.paypal.com/services/payments/refund',
  PARTNER_FEE: 'https://uri.paypal.com/services/payments/partnerfee',
  DELAY_FUNDS_DISBURSEMENT: 'https://uri.paypal.com/services/payments/delay-funds-disbursement',
  READ_SELLER_DISPUTE: 'https://uri.paypal.com/services/disputes/read-seller',
  UPDATE_SELLER_DISPUTE: 'https://uri.paypal.com/services/disputes/update-seller',
  ADVANCED_TRANSACTIONS_SEARCH: 'https://uri.paypal.com/services/reporting/search/read',
  ACCESS_MERCHANT_INFORMATION: 'https://uri.paypal.com/services/customer/merchant-integrations/read',
  VAULT: 'https://uri.paypal.com/services/vault/payment-tokens/readwrite',
  BILLING_AGREEMENT: 'https://uri.paypal.com/services/billing-agreements',
};

export interface OnboardingDeps {
  readonly clock: Clock;
  readonly sellers: Sellers;
  readonly messenger: Messenger;
}

/** Invitations and permissions, and telling the partner of them. */
export class Onboarding {
  readonly #referrals = new Newest<Referral>(REFERRALS_KEPT);

  constructor(private readonly deps: OnboardingDeps) {}

  invite(asked: Omit<Referral, 'token'>): Referral {
    const referral: Referral = { ...asked, token: randomUUID() };
    this.#referrals.set(referral.token, referral);
    return referral;
  }

  referral(token: string): Referral | undefined {
    return this.#referrals.get(token);
  }

  /** A person answers an invitation. Each tracking id meets its own five people, so that two merchants never share an account. */
  decide(referral: Referral, person: Person): Decision {
    const reason = whyRefused(person);
    if (reason !== null) return { kind: 'refused', reason };
    if (!person.grants) return { kind: 'declined', returnUrl: returnAddress(referral, null) };
    const { clientId, trackingId, features } = referral;
    const { merchantId } = this.deps.sellers.change(idOf(`${person.key} ${trackingId}`), person.account);
    const scopes = features.map(
      (feature) => SCOPES[feature] ?? `https://uri.paypal.com/services/${feature.toLowerCase()}`,
    );
    const consent = { clientId, trackingId, scopes, grantedAt: this.deps.clock.now() };
    this.deps.sellers.grant(merchantId, consent);
    this.#tell('MERCHANT.ONBOARDING.COMPLETED', 'The merchant account setup is completed', merchantId, consent);
    const seller = this.deps.sellers.of(merchantId);
    return { kind: 'granted', seller, returnUrl: returnAddress(referral, seller) };
  }

  /** A seller takes his permission back. False if there was none. */
  revoke(merchantId: string, clientId: string): boolean {
    const consent = this.deps.sellers.revoke(merchantId, clientId);
    if (consent === null) return false;
    this.#tell(
      'MERCHANT.PARTNER-CONSENT.REVOKED',
      'The Account setup consents has been revoked or the merchant account is closed',
      merchantId,
      consent,
    );
    return true;
  }

  clear(): void {
    this.#referrals.clear();
  }

  #tell(type: string, summary: string, merchantId: string, { clientId, trackingId }: Consent): void {
    const { clock, messenger } = this.deps;
    const resource = {
      partner_client_id: clientId,
      merchant_id: merchantId,
      tracking_id: trackingId,
      date_created: when(clock.now()),
    };
    messenger.tell(clientId, '', [{ type, resourceType: 'merchant-onboarding', summary, resource }]);
  }
}

/** Where the browser goes from PayPal's pages. None of it proves anything; the partner has to ask. */
function returnAddress({ returnUrl, trackingId }: Referral, seller: Seller | null): string | null {
  if (returnUrl === null) return null;
  const url = new URL(returnUrl);
  const said = {
    merchantId: trackingId,
    ...(seller !== null && { merchantIdInPayPal: seller.merchantId }),
    permissionsGranted: String(seller !== null),
    consentStatus: String(seller !== null),
    productIntentId: 'addipmt',
    productIntentID: 'addipmt',
    isEmailConfirmed: String(seller?.primaryEmailConfirmed ?? false),
    ...(seller !== null && { accountStatus: 'BUSINESS_ACCOUNT' }),
  };
  for (const [name, value] of Object.entries(said)) url.searchParams.set(name, value);
  return url.href;
}
