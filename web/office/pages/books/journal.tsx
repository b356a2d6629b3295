import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { answerOf, api } from '../../api';
import type { AnswerTo } from '../../api';
import { useFilters } from '../../address';
import { Answered, Empty } from '../../ui/page';
import { Choice } from '../../ui/fields';
import { More } from '../../ui/more';
import { When } from '../../ui/time';
import { accountName } from '../../ui/entries';
import { money, t } from '../../words';
import { BooksPage } from './books-page';
import { ExportMonth } from './export-month';
import { lastMonths } from './months';

type Entry = AnswerTo<'/v1/ledger/entries'>['data'][number];

/** Every entry of a month, newest first: each balanced, none ever changed. */
export function JournalPage() {
  const [filters, change] = useFilters();
  const months = lastMonths();
  const month = months.find(({ key }) => key === filters['month']) ?? months[0];
  const query = { from: month?.from ?? '', to: month?.to ?? '' };
  const entries = useInfiniteQuery({
    queryKey: ['/v1/ledger/entries', query, 'pages'],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET('/v1/ledger/entries', {
          params: { query: { ...query, ...(pageParam !== null && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  return (
    <BooksPage actions={month && <ExportMonth month={month} />}>
      <div className="filters">
        <Choice
          label={t('books.month')}
          options={months.map(({ key, text }) => ({ key, text }))}
          value={month?.key ?? null}
          onChange={(key) => change({ month: key })}
        />
      </div>
      <Answered query={entries}>
        {({ pages }) => {
          const all = pages.flatMap(({ data }) => data);
          return all.length === 0 ? (
            <Empty>{t('books.empty', { month: month?.text ?? '' })}</Empty>
          ) : (
            <section className="card">
              <Journal entries={all} />
              <More more={entries.hasNextPage ? () => void entries.fetchNextPage() : null} />
            </section>
          );
        }}
      </Answered>
    </BooksPage>
  );
}

function Journal({ entries }: { readonly entries: readonly Entry[] }) {
  return (
    <div className="scrolling" role="region" aria-label={t('books.journal')} tabIndex={0}>
      <table className="entries">
        <caption className="hidden">{t('books.journal')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('books.account')}</th>
            <th scope="col" className="figure">
              {t('books.debit')}
            </th>
            <th scope="col" className="figure">
              {t('books.credit')}
            </th>
          </tr>
        </thead>
        {entries.map(({ id, kind, payment, recordedAt, postings }) => (
          <tbody key={id}>
            <tr>
              <th scope="rowgroup" colSpan={3}>
                <When at={recordedAt} /> · {t(`entry.${kind}`)}
                {payment !== null && (
                  <>
                    {' · '}
                    <Link to="/payments/$id" params={{ id: payment }}>
                      {t('books.its_payment')}
                    </Link>
                  </>
                )}
              </th>
            </tr>
            {postings.map(({ account, side, amount, currency }, row) => (
              <tr key={row}>
                <td>{accountName(account)}</td>
                <td className="figure">{side === 'debit' && money(amount, currency)}</td>
                <td className="figure">{side === 'credit' && money(amount, currency)}</td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}
