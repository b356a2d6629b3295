import { Newest } from '../newest';
import { isEmail } from './form-reader';
import { idOf } from './random-ids';
import type { Family } from './subscriptions/subscriptions';

/** A seller's settings at the look-alike. Every business exists; these are how it is set. */
export interface Account {
  /** What messages call the seller. */
  readonly receiverId: string;
  readonly receiverEmail: string;
  /** The PDT token it must show, or null: any token that is not empty will do. */
  readonly identityToken: string | null;
  /** PayPal's account setting "block payments with an invoice already paid". */
  readonly blockUsedInvoices: boolean;
  /** Which names the messages about new subscriptions have. */
  readonly subscriptionNames: Family;
}

const ACCOUNTS_KEPT = 1_000;

export class Accounts {
  readonly #settings = new Newest<Partial<Account>>(ACCOUNTS_KEPT);

  /** The settings of a seller, named as in the form. */
  of(business: string): Account {
    const byEmail = isEmail(business);
    return {
      receiverId: byEmail ? idOf(business.toLowerCase()) : business,
      receiverEmail: byEmail ? business.toLowerCase() : `${business.toLowerCase()}@merchant.example`,
      identityToken: null,
      blockUsedInvoices: true,
      subscriptionNames: 'subscr',
      ...this.#settings.get(keyOf(business)),
    };
  }

  change(business: string, settings: Partial<Account>): Account {
    this.#settings.set(keyOf(business), { ...this.#settings.get(keyOf(business)), ...settings });
    return this.of(business);
  }

  clear(): void {
    this.#settings.clear();
  }
}

function keyOf(business: string): string {
  return business.trim().toLowerCase();
}
