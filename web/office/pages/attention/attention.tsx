import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useFilters } from '../../address';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { Answered, Empty, Page, Section } from '../../ui/page';
import { Table } from '../../ui/table';
import type { Column } from '../../ui/table';
import { Ago } from '../../ui/time';
import { t } from '../../words';
import { Item } from './item';
import { sumOf, titleOf } from './sayings';

type AttentionItem = Schema<'AttentionItem'>;

const MOST_SHOWN = 100;

/** What waits for a person: one thing at a time, the oldest first. `?id=` opens one, by its own id or that of what it is about. */
export function AttentionPage() {
  const [{ id = '' }, filter] = useFilters();
  const queue = useQuery(reading('/v1/attention', { query: { limit: MOST_SHOWN } }));
  return (
    <Page title={t('menu.attention')}>
      <Answered query={queue}>
        {({ data, nextCursor }) => {
          const wanted = id === '' ? undefined : data.find((item) => isAbout(item, id));
          const [oldest] = data;
          const opened = wanted ?? oldest;
          if (opened === undefined) return <Empty>{t('attention.empty')}</Empty>;
          const others = data.filter((item) => item !== opened);
          return (
            <>
              {id !== '' && wanted === undefined && (
                <p role="status">{t(nextCursor === null ? 'attention.gone' : 'attention.not_among')}</p>
              )}
              <p>{t('attention.count', { count: data.length, isMore: nextCursor === null ? 'no' : 'yes' })}</p>
              <Item key={opened.id} item={opened} isFetching={queue.isFetching} onDone={() => filter({ id: '' })} />
              {others.length > 0 && <Others items={others} />}
            </>
          );
        }}
      </Answered>
    </Page>
  );
}

const isAbout = (item: AttentionItem, id: string): boolean =>
  [item.id, item.payment, item.refund, item.dispute, item.notification, item.endpoint].includes(id);

function Others({ items }: { readonly items: readonly AttentionItem[] }) {
  const columns: readonly Column<AttentionItem>[] = [
    {
      key: 'title',
      title: t('attention.what'),
      isName: true,
      cell: (item) => (
        <Link to="/attention" search={{ id: item.id }}>
          {titleOf(item)}
        </Link>
      ),
    },
    { key: 'sum', title: t('attention.sum'), isFigure: true, cell: (item) => sumOf(item) ?? '–' },
    {
      key: 'gateway',
      title: t('attention.where'),
      cell: ({ gateway }) => (gateway === null ? '–' : t(`gateway.${gateway}`)),
    },
    { key: 'since', title: t('attention.since'), cell: ({ since }) => <Ago at={since} /> },
  ];
  return (
    <Section title={t('attention.others')}>
      <Table caption={t('attention.others')} columns={columns} rows={items} keyOf={({ id }) => id} />
    </Section>
  );
}
