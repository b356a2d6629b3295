import type { SellerSettings } from './sellers';

/** Who may be sitting in front of PayPal's sign-up page. */
export interface Person {
  readonly key: string;
  readonly name: string;
  /** Shown on the page: what will happen when they are chosen. */
  readonly does: string;
  readonly grants: boolean;
  /** The account they have at PayPal. */
  readonly account: SellerSettings;
}

/** The test sellers. Who is chosen decides everything: nothing here is random. */
export const PERSONS: readonly Person[] = [
  {
    key: 'grants',
    name: 'Club des Aînés',
    does: 'A Business account in good order. Grants everything that is asked for.',
    grants: true,
    account: { name: 'Club des Aînés' },
  },
  {
    key: 'unconfirmed_email',
    name: 'Boutique Neuve',
    does: 'A Business account that has not confirmed its e-mail address. Grants everything.',
    grants: true,
    account: { name: 'Boutique Neuve', primaryEmailConfirmed: false },
  },
  {
    key: 'cannot_receive',
    name: 'Atelier Bloqué',
    does: 'A Business account that cannot receive payments. Grants everything.',
    grants: true,
    account: { name: 'Atelier Bloqué', paymentsReceivable: false },
  },
  {
    key: 'personal',
    name: 'Paul Durand',
    does: 'A Personal account. PayPal refuses it.',
    grants: true,
    account: { name: 'Paul Durand', accountType: 'PERSONAL' },
  },
  {
    key: 'declines',
    name: 'Association Prudente',
    does: 'A Business account. Reads what is asked for and says no.',
    grants: false,
    account: { name: 'Association Prudente' },
  },
];

export function findPerson(key: string): Person | undefined {
  return PERSONS.find((person) => person.key === key);
}

/** Why PayPal does not let this person connect, or null. */
export function whyRefused({ account }: Person): string | null {
  if (account.accountType !== 'PERSONAL') return null;
  return 'You need a PayPal Business account to connect with this partner. Upgrade your Personal account to a Business account, then try again.';
}
