import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX } from 'lucide-react';
import type { AnswerTo, Schema } from '../../api';
import { Section } from '../../ui/page';
import { money, moment, t } from '../../words';
import { chargesReading, entriesReading } from './books-and-cart';

type Payment = Schema<'Payment'>;
type Entry = AnswerTo<'/v1/ledger/entries'>['data'][number];
type Charges = AnswerTo<'/v1/payments/{id}/charges'>;

/** Two sums that come by different ways, and must be one. */
interface Comparison {
  readonly what: 'captured' | 'fee' | 'refunded' | 'cart' | 'balanced';
  readonly one: number;
  readonly other: number;
}

/** Compares what the payment's facts say with the books, and the books with the cart; and says when it did. */
export function Proof({ payment }: { readonly payment: Payment }) {
  const books = useQuery(entriesReading(payment));
  const charges = useQuery(chargesReading(payment));
  // A part of the entries proves nothing.
  if (books.data === undefined || charges.data === undefined || books.data.nextCursor !== null) return null;
  const at = new Date(Math.min(books.dataUpdatedAt, charges.dataUpdatedAt));
  return (
    <Section title={t('payments.proof')}>
      <ul className="proof">
        {compare(payment, books.data.data, charges.data).map(({ what, one, other }) => {
          const isSame = one === other;
          const Icon = isSame ? CircleCheck : CircleX;
          const values = { one: money(one, payment.currency), other: money(other, payment.currency) };
          return (
            <li key={what} data-tone={isSame ? 'good' : 'bad'}>
              <Icon size={16} aria-hidden />
              <span>{t(isSame ? `payments.proof.${what}` : `payments.proof.not_${what}`, values)}</span>
            </li>
          );
        })}
      </ul>
      <p className="note">{t('payments.proof.when', { time: moment(at) })}</p>
    </Section>
  );
}

function compare(payment: Payment, entries: readonly Entry[], charges: Charges): readonly Comparison[] {
  /** Debits less credits of some accounts in some entries, in the payment's currency. */
  const sum = (isAccount: (account: string) => boolean, kinds?: readonly string[]) =>
    entries
      .filter(({ kind }) => kinds === undefined || kinds.includes(kind))
      .flatMap(({ postings }) => postings)
      .filter(({ account, currency }) => currency === payment.currency && isAccount(account))
      .reduce((total, { side, amount }) => total + (side === 'debit' ? amount : -amount), 0);
  const atGateway = (account: string) => account.startsWith('gateway_clearing:');
  const inCart = (account: string) => account.startsWith('income:') || account === 'member_credit';
  // Money that comes back brings its fee once more, which the gateway tells of with the money and not by itself.
  const cameBack = entries.some(({ kind }) => kind === 'reversal_cancelled' || kind === 'refund_failed');
  const ofFees = sum((account) => account.startsWith('gateway_fees:'), ['fee_charged']);
  const fees: readonly Comparison[] = cameBack ? [] : [{ what: 'fee', one: payment.fee, other: ofFees }];
  return [
    {
      what: 'captured',
      one: payment.captured,
      other: sum(atGateway, ['payment_captured', 'payment_suspended']),
    },
    ...fees,
    {
      what: 'refunded',
      one: payment.refunded,
      other: -sum(atGateway, ['payment_refunded', 'suspense_refunded', 'refund_failed']),
    },
    {
      what: 'cart',
      one: -sum(inCart),
      other: charges.data.reduce((total, { amount }) => total + amount, charges.credit),
    },
    { what: 'balanced', one: sum(() => true), other: 0 },
  ];
}
