import { Link } from '@tanstack/react-router';
import type { Schema } from '../../api';
import { useList } from '../../listing';
import { More } from '../../ui/more';
import { Answered, Section } from '../../ui/page';
import { Tag } from '../../ui/status';
import type { Tone } from '../../ui/status';
import { Table } from '../../ui/table';
import type { Column } from '../../ui/table';
import { count, t } from '../../words';
import { dateOf } from './sayings';

type Instalment = Schema<'Instalment'>;

const TONES: Readonly<Record<Instalment['status'], Tone>> = {
  scheduled: 'waiting',
  collected: 'good',
  failed: 'bad',
  skipped: 'plain',
};

/** What was collected, oldest first, and what comes next. */
export function Instalments({ agreement: { id } }: { readonly agreement: Schema<'Agreement'> }) {
  const { query, more } = useList('/v1/agreements/{id}/instalments', { path: { id } });
  return (
    <Section title={t('agreements.instalments')}>
      <Answered query={query}>
        {(instalments) =>
          instalments.length === 0 ? (
            <p className="note">{t('agreements.no_instalments')}</p>
          ) : (
            <Table
              caption={t('agreements.instalments')}
              columns={columns()}
              rows={instalments}
              keyOf={({ number }) => String(number)}
            />
          )
        }
      </Answered>
      <More more={more} />
    </Section>
  );
}

const columns = (): readonly Column<Instalment>[] => [
  { key: 'number', title: t('agreements.number'), isName: true, cell: ({ number }) => count(number) },
  { key: 'due', title: t('agreements.due'), cell: ({ dueOn }) => dateOf(dueOn) },
  { key: 'status', title: t('payments.column.status'), cell: (instalment) => <State of={instalment} /> },
  {
    key: 'payment',
    title: t('payments.one'),
    cell: ({ number, payment }) =>
      payment === null ? (
        '–'
      ) : (
        <Link to="/payments/$id" params={{ id: payment }}>
          {t('agreements.payment_of', { number })}
        </Link>
      ),
  },
  { key: 'tries', title: t('agreements.tries'), isFigure: true, cell: ({ attempts }) => count(attempts) },
];

function State({ of: { status, reason, nextAttemptOn } }: { readonly of: Instalment }) {
  return (
    <>
      <Tag tone={TONES[status]}>{t(`agreements.instalment.${status}`)}</Tag>{' '}
      <span className="note">
        {reason !== null && t('payments.reason', { reason: reason.replaceAll('_', ' ') })}
        {nextAttemptOn !== null && ` ${t('agreements.again_on', { day: dateOf(nextAttemptOn) })}`}
      </span>
    </>
  );
}
