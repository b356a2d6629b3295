import { Link } from '@tanstack/react-router';
import type { Schema } from '../../api';
import { useFilters } from '../../address';
import { useList } from '../../listing';
import { Choice } from '../../ui/fields';
import { Money } from '../../ui/money';
import { More } from '../../ui/more';
import { Answered, Empty } from '../../ui/page';
import { Tag } from '../../ui/status';
import type { Tone } from '../../ui/status';
import { Table } from '../../ui/table';
import { day, t } from '../../words';
import { BooksPage } from './books-page';

type Dispute = Schema<'Dispute'>;
const STATUSES = ['open', 'won', 'lost', 'withdrawn'] as const;
const TONES: Readonly<Record<Dispute['status'], Tone>> = {
  open: 'person',
  won: 'good',
  lost: 'bad',
  withdrawn: 'good',
};

const DAY_MS = 86_400_000;

/** Each case that a payer opened: what is claimed, what is held, and until when to answer. */
export function DisputesPage() {
  const [filters, change] = useFilters();
  const status = STATUSES.find((known) => known === filters['status']) ?? null;
  const { query, more } = useList('/v1/disputes', { query: status === null ? {} : { status } });
  return (
    <BooksPage>
      <div className="filters">
        <Choice
          label={t('books.dispute_status')}
          options={[
            { key: 'all', text: t('books.dispute_all') },
            ...STATUSES.map((key) => ({ key, text: t(`books.dispute_${key}`) })),
          ]}
          value={status ?? 'all'}
          onChange={(key) => change({ status: key === 'all' ? '' : key })}
        />
      </div>
      <Answered query={query}>
        {(disputes) =>
          disputes.length === 0 ? (
            <Empty>{t(status === null ? 'books.no_dispute' : 'books.no_such_dispute')}</Empty>
          ) : (
            <section className="card">
              <Disputes disputes={disputes} />
              <More more={more} />
            </section>
          )
        }
      </Answered>
    </BooksPage>
  );
}

function Disputes({ disputes }: { readonly disputes: readonly Dispute[] }) {
  return (
    <Table
      caption={t('books.disputes')}
      rows={disputes}
      keyOf={({ id }) => id}
      columns={[
        {
          key: 'case',
          title: t('books.dispute_case'),
          isName: true,
          cell: ({ payment, gatewayReference }) => (
            <Link to="/payments/$id" params={{ id: payment }}>
              {gatewayReference}
            </Link>
          ),
        },
        { key: 'gateway', title: t('today.gateway'), cell: ({ gateway }) => t(`gateway.${gateway}`) },
        {
          key: 'claimed',
          title: t('books.dispute_claimed'),
          isFigure: true,
          cell: ({ amount, currency }) => (amount === null ? '–' : <Money amount={amount} currency={currency} />),
        },
        {
          key: 'held',
          title: t('books.dispute_held'),
          isFigure: true,
          cell: ({ held, currency }) => <Money amount={held} currency={currency} />,
        },
        {
          key: 'status',
          title: t('today.status'),
          cell: ({ status }) => <Tag tone={TONES[status]}>{t(`books.dispute_${status}`)}</Tag>,
        },
        { key: 'opened', title: t('books.dispute_opened'), cell: ({ openedAt }) => day(openedAt) },
        { key: 'answer', title: t('books.dispute_answer'), cell: (dispute) => <Answer dispute={dispute} /> },
      ]}
    />
  );
}

/** Until when an open case is to be answered, and where. */
function Answer({ dispute: { status, answerBy, gatewayUrl } }: { readonly dispute: Dispute }) {
  if (status !== 'open') return <>–</>;
  const days = answerBy === null ? null : Math.ceil((new Date(answerBy).getTime() - new Date().getTime()) / DAY_MS);
  return (
    <>
      {answerBy !== null && days !== null && (
        <>
          {day(answerBy)}{' '}
          <Tag tone={days <= 2 ? 'bad' : 'waiting'}>{t('books.dispute_days', { days: Math.max(0, days) })}</Tag>{' '}
        </>
      )}
      {gatewayUrl !== null && (
        <a href={gatewayUrl} target="_blank" rel="noreferrer">
          {t('books.dispute_at_gateway')}
        </a>
      )}
    </>
  );
}
