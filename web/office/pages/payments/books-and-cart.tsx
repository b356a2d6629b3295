import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { Entries } from '../../ui/entries';
import { Money } from '../../ui/money';
import { Answered, Section } from '../../ui/page';
import { t } from '../../words';

type Payment = Schema<'Payment'>;
interface OfPayment {
  readonly payment: Payment;
}

/** The entries of a payment, newest first. */
export const entriesReading = ({ id }: Payment) =>
  reading('/v1/ledger/entries', { query: { payment: id, limit: 100 } });
/** Which charges it pays now. */
export const chargesReading = ({ id }: Payment) => reading('/v1/payments/{id}/charges', { path: { id } });

/** What the books say of it, the oldest first. */
export function InTheBooks({ payment }: OfPayment) {
  const query = useQuery(entriesReading(payment));
  return (
    <Section title={t('payments.books')}>
      <Answered query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="note">{t('payments.books_nothing')}</p>
          ) : (
            <Entries caption={t('payments.books_entries')} entries={[...data].reverse()} />
          )
        }
      </Answered>
    </Section>
  );
}

/** What of the member's cart it pays. */
export function InTheCart({ payment }: OfPayment) {
  const query = useQuery(chargesReading(payment));
  return (
    <Section title={t('payments.cart')}>
      <Answered query={query}>
        {({ data, credit }) => (
          <>
            {data.length === 0 && credit === 0 && <p className="note">{t('payments.cart_nothing')}</p>}
            <dl>
              {data.map(({ id, label, amount }) => (
                <div key={id}>
                  <dt>{label}</dt>
                  <dd>
                    <Money amount={amount} currency={payment.currency} />
                  </dd>
                </div>
              ))}
              {credit > 0 && (
                <div>
                  <dt>{t('payments.cart_credit')}</dt>
                  <dd>
                    <Money amount={credit} currency={payment.currency} />
                  </dd>
                </div>
              )}
            </dl>
            <p>
              <Link to="/members/$id" params={{ id: payment.member }}>
                {t('payments.to_cart')}
              </Link>
            </p>
          </>
        )}
      </Answered>
    </Section>
  );
}
