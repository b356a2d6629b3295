import { Newest } from '../newest';
import { idOf } from '../paypal-standard/random-ids';

/** A permission that a seller gave a partner's app. */
export interface Consent {
  readonly clientId: string;
  readonly trackingId: string;
  readonly scopes: readonly string[];
  readonly grantedAt: Date;
}

/** An account at PayPal that may be paid. */
export interface Seller {
  readonly merchantId: string;
  readonly name: string;
  readonly email: string;
  readonly country: string;
  readonly currency: string;
  readonly accountType: 'BUSINESS' | 'PERSONAL';
  readonly paymentsReceivable: boolean;
  readonly primaryEmailConfirmed: boolean;
  readonly consents: readonly Consent[];
}

export type SellerSettings = Partial<Omit<Seller, 'merchantId' | 'consents'>>;

const SELLERS_KEPT = 1_000;

/** Every seller exists, in good order; what is kept is how some of them differ. */
export class Sellers {
  readonly #settings = new Newest<Partial<Seller>>(SELLERS_KEPT);
  readonly #owners = new Newest<string>(SELLERS_KEPT);

  of(merchantId: string): Seller {
    return {
      merchantId,
      name: 'Sample Club Société',
      email: `${merchantId.toLowerCase()}@merchant.example`,
      country: 'FR',
      currency: 'EUR',
      accountType: 'BUSINESS',
      paymentsReceivable: true,
      primaryEmailConfirmed: true,
      consents: [],
      ...this.#settings.get(merchantId),
    };
  }

  /** Whether anything was ever said of this seller. */
  isKnown(merchantId: string): boolean {
    return this.#settings.has(merchantId);
  }

  /** The seller who let this app act for him under this tracking id. */
  trackedAs(trackingId: string, clientId: string): Seller | null {
    const tracked = this.#settings
      .list()
      .find(({ consents = [] }) => consents.some((one) => one.clientId === clientId && one.trackingId === trackingId));
    return tracked?.merchantId === undefined ? null : this.of(tracked.merchantId);
  }

  /** The seller who made this app. */
  ownerOf(clientId: string): Seller {
    return this.of(this.#owners.get(clientId) ?? idOf(clientId));
  }

  /** From now on this app is that seller's. */
  own(clientId: string, merchantId: string): void {
    this.#owners.set(clientId, merchantId);
  }

  change(merchantId: string, settings: SellerSettings): Seller {
    this.#set(merchantId, settings);
    return this.of(merchantId);
  }

  /** The seller lets a partner's app act for him, instead of what he let it before. */
  grant(merchantId: string, consent: Consent): void {
    this.#set(merchantId, { consents: [...this.#others(merchantId, consent.clientId), consent] });
  }

  /** Takes the permission back. Null if there was none. */
  revoke(merchantId: string, clientId: string): Consent | null {
    const consent = this.consentOf(merchantId, clientId);
    this.#set(merchantId, { consents: this.#others(merchantId, clientId) });
    return consent;
  }

  consentOf(merchantId: string, clientId: string): Consent | null {
    return this.of(merchantId).consents.find((consent) => consent.clientId === clientId) ?? null;
  }

  clear(): void {
    this.#settings.clear();
    this.#owners.clear();
  }

  #others(merchantId: string, clientId: string): Consent[] {
    return this.of(merchantId).consents.filter((consent) => consent.clientId !== clientId);
  }

  #set(merchantId: string, settings: Partial<Seller>): void {
    this.#settings.set(merchantId, { ...this.#settings.get(merchantId), ...settings, merchantId });
  }
}
