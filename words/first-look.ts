import type { Currency } from '../workflows/domain/money';
import { writeMoney } from './figures';
import { fillIn } from './filling';
import type { PageLanguage } from './language';

/** What is seen first of a member's page: the server writes it, and the script goes on with the same. */
interface FirstLook {
  readonly skip: string;
  readonly pages: Readonly<Record<'account' | 'payments' | 'me', string>>;
  /** What the way between the pages is called. */
  readonly way: string;
  readonly test: string;
  readonly owes: string;
  readonly owesPending: string;
  readonly credit: string;
  readonly paid: string;
  readonly nothing: string;
}

export const FIRST_LOOK: Readonly<Record<PageLanguage, FirstLook>> = {
  en: {
    skip: 'Skip to the content',
    pages: { account: 'My account', payments: 'Payments', me: 'Me' },
    way: 'Pages',
    test: 'Test: no real money moves.',
    owes: 'You owe {due}',
    owesPending: 'You owe {due}, of which {pending} is on its way',
    credit: 'You have {credit} in advance',
    paid: 'All is paid',
    nothing: 'Nothing to pay',
  },
  fr: {
    skip: 'Aller au contenu',
    pages: { account: 'Mon compte', payments: 'Paiements', me: 'Moi' },
    way: 'Pages',
    test: 'Test\u202f: aucun argent réel ne circule.',
    owes: 'Vous devez {due}',
    owesPending: 'Vous devez {due}, dont {pending} en cours',
    credit: 'Vous avez {credit} d’avance',
    paid: 'Tout est payé',
    nothing: 'Rien à payer',
  },
};

/** What of a cart its first sentence says; minor units. */
interface Balance {
  readonly due: number;
  readonly credit: number;
  readonly pending: number;
  readonly currency: Currency;
  readonly charges: readonly unknown[];
  readonly paylines: readonly unknown[];
}

/** How the account stands, in one sentence. */
export function balanceInWords(cart: Balance, language: PageLanguage): string {
  const { due, credit, pending, currency, charges, paylines } = cart;
  const words = FIRST_LOOK[language];
  const money = (amount: number) => writeMoney({ amount, currency }, language);
  const known = { due: money(due), credit: money(credit), pending: money(pending) };
  if (due > 0) return fillIn(pending > 0 ? words.owesPending : words.owes, known);
  if (credit > 0) return fillIn(words.credit, known);
  return charges.length === 0 && paylines.length === 0 ? words.nothing : words.paid;
}
