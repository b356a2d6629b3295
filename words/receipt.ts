import type { PaylineKind } from '../workflows/domain/booking';
import type { PageLanguage } from './language';

/** What the paper about a payment says. */
interface ReceiptWords {
  readonly title: string;
  readonly receivedBy: string;
  readonly paidBy: string;
  readonly amount: string;
  readonly day: string;
  readonly through: string;
  readonly reference: string;
  readonly since: string;
  /** Each line after the money came. */
  readonly lines: Readonly<Record<Exclude<PaylineKind, 'payment' | 'attachment'>, string>>;
  readonly pays: string;
  readonly credit: string;
  readonly paysNothing: string;
  readonly test: string;
  readonly print: string;
}

/** In French it is an *attestation*: a *reçu fiscal* is another paper, which the law regulates. */
export const RECEIPT: Readonly<Record<PageLanguage, ReceiptWords>> = {
  en: {
    title: 'Receipt',
    receivedBy: 'Received by',
    paidBy: 'Paid by',
    amount: 'Amount',
    day: 'On',
    through: 'Through',
    reference: 'Payment',
    since: 'Since then',
    lines: {
      refund: 'given back',
      charge_back: 'taken back',
      reversal_cancelled: 'had been taken back, and counts again',
      refund_failed: 'could not be given back, and counts again',
    },
    pays: 'It pays',
    credit: 'kept for later',
    paysNothing: 'nothing any more',
    test: 'Test: no real money moved.',
    print: 'This page can be printed or saved as it is.',
  },
  fr: {
    title: 'Attestation de paiement',
    receivedBy: 'Reçu par',
    paidBy: 'Payé par',
    amount: 'Montant',
    day: 'Le',
    through: 'Par',
    reference: 'Paiement',
    since: 'Depuis',
    lines: {
      refund: 'remboursés',
      charge_back: 'repris',
      reversal_cancelled: 'avaient été repris et comptent de nouveau',
      refund_failed: 'n’ont pas pu être remboursés et comptent de nouveau',
    },
    pays: 'Ce qui est réglé',
    credit: 'conservés pour plus tard',
    paysNothing: 'plus rien',
    test: 'Test\u00a0: aucun argent réel n’a circulé.',
    print: 'Cette page peut être imprimée ou enregistrée telle quelle.',
  },
};
