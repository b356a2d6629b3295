import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { useFilters } from '../../address';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { useStanding } from '../../session';
import { Button } from '../../ui/button';
import { Entries } from '../../ui/entries';
import { Money } from '../../ui/money';
import { Answered, Section } from '../../ui/page';
import { StatusBadge } from '../../ui/status';
import { t } from '../../words';
import { entriesReading } from './books-and-cart';
import { sayFact } from './timeline';

type Payment = Schema<'Payment'>;
interface Moment {
  readonly payment: Payment;
  /** How many facts were known. */
  readonly facts: number;
}

/** The payment as it stood when its first n facts were known, with books and cart of that moment. The address says n. */
export function AsItStood({ payment }: { readonly payment: Payment }) {
  const slider = useId();
  const [{ facts: chosen }, change] = useFilters();
  const all = payment.timeline.length;
  const facts = chosen === undefined ? all : Math.min(all, Math.max(0, Number(chosen) || 0));
  const go = (to: number) => change({ facts: to === all ? '' : String(to) });
  const last = payment.timeline[facts - 1];
  return (
    <Section title={t('payments.stood')}>
      <p className="note">{t('payments.stood_why')}</p>
      <div className="slider">
        <Button onPress={() => go(facts - 1)} isDisabled={facts === 0}>
          {t('payments.stood_before')}
        </Button>
        <label htmlFor={slider} className="hidden">
          {t('payments.stood')}
        </label>
        <input
          id={slider}
          type="range"
          min={0}
          max={all}
          value={facts}
          aria-valuetext={t('payments.stood_after', { number: facts, all })}
          onChange={(event) => go(Number(event.target.value))}
        />
        <Button onPress={() => go(facts + 1)} isDisabled={facts === all}>
          {t('payments.stood_next')}
        </Button>
      </div>
      <p>
        <strong>{t('payments.stood_after', { number: facts, all })}</strong>{' '}
        {last === undefined ? t('payments.happened_nothing') : sayFact(last, payment)}
      </p>
      {facts < all && <Stood payment={payment} facts={facts} />}
    </Section>
  );
}

function Stood({ payment, facts }: Moment) {
  const { role } = useStanding();
  const query = useQuery({
    ...reading('/v1/payments/{id}', { path: { id: payment.id }, query: { facts: String(facts) } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Answered query={query}>
      {(then) => (
        <>
          <p className="actions" id="stood">
            <StatusBadge status={then.status} />
            {(['captured', 'fee', 'refunded'] as const)
              .filter((name) => then[name] > 0)
              .map((name) => (
                <span key={name}>
                  {t(`payments.column.${name}`)} <Money amount={then[name]} currency={then.currency} />
                </span>
              ))}
          </p>
          {role !== 'desk' && <BooksThen payment={payment} facts={facts} />}
        </>
      )}
    </Answered>
  );
}

/** Entries are made with the facts they are about: those of the moment are those that were recorded up to its last fact. */
function BooksThen({ payment, facts }: Moment) {
  const { data } = useQuery(entriesReading(payment));
  const until = payment.timeline[facts - 1]?.recordedAt ?? '';
  const entries = (data?.data ?? []).filter(({ recordedAt }) => recordedAt <= until).reverse();
  const inCart = entries
    .flatMap(({ postings }) => postings)
    .filter(({ account, currency }) => currency === payment.currency && /^(income:|member_credit$)/.test(account))
    .reduce((sum, { side, amount }) => sum + (side === 'credit' ? amount : -amount), 0);
  return (
    <>
      <p>
        {t('payments.stood_cart')} <Money amount={inCart} currency={payment.currency} />
      </p>
      {entries.length === 0 ? (
        <p className="note">{t('payments.stood_no_books')}</p>
      ) : (
        <Entries caption={t('payments.stood_books')} entries={entries} />
      )}
    </>
  );
}
