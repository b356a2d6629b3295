import { Link } from '@tanstack/react-router';
import type { AnswerTo } from '../../api';
import { useFilters } from '../../address';
import { useList } from '../../listing';
import { Answered, Empty } from '../../ui/page';
import { Choice } from '../../ui/fields';
import { More } from '../../ui/more';
import { When } from '../../ui/time';
import { Entries } from '../../ui/entries';
import { t } from '../../words';
import { BooksPage } from './books-page';
import { ExportMonth } from './export-month';
import { lastMonths } from './months';

type Entry = AnswerTo<'/v1/ledger/entries'>['data'][number];

/** Every entry of a month, newest first: each balanced, none ever changed. */
export function JournalPage() {
  const [filters, change] = useFilters();
  const months = lastMonths();
  const month = months.find(({ key }) => key === filters['month']) ?? months[0];
  const { query, more } = useList('/v1/ledger/entries', { query: { from: month?.from ?? '', to: month?.to ?? '' } });
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
      <Answered query={query}>
        {(entries) =>
          entries.length === 0 ? (
            <Empty>{t('books.empty', { month: month?.text ?? '' })}</Empty>
          ) : (
            <section className="card">
              <Entries
                caption={t('books.journal')}
                isCaptionHidden
                entries={entries.map((entry) => ({ ...entry, about: <About entry={entry} /> }))}
              />
              <More more={more} />
            </section>
          )
        }
      </Answered>
    </BooksPage>
  );
}

function About({ entry: { payment, recordedAt } }: { readonly entry: Entry }) {
  return (
    <>
      <When at={recordedAt} />
      {payment !== null && (
        <>
          {' · '}
          <Link to="/payments/$id" params={{ id: payment }}>
            {t('books.its_payment')}
          </Link>
        </>
      )}
    </>
  );
}
