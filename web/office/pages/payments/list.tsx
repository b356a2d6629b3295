import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { useFilters } from '../../address';
import { useStanding } from '../../session';
import { Button } from '../../ui/button';
import { Money } from '../../ui/money';
import { Answered, Empty } from '../../ui/page';
import { StatusBadge, Tag } from '../../ui/status';
import { Table } from '../../ui/table';
import type { Column } from '../../ui/table';
import { When } from '../../ui/time';
import { count, money, t } from '../../words';
import { CancelPayment, isCancellable } from './cancel';
import { ExportButton } from './export';
import { describeFilter } from './filter';
import type { PaymentFilter } from './filter';
import { askPayments } from './reading';
import type { PaymentPage } from './reading';

type Payment = Schema<'Payment'>;
type Unmatched = Schema<'Notification'>;
/** Money of a member; or money that nobody knows the member of. */
type Row =
  | { readonly kind: 'payment'; readonly id: string; readonly at: string; readonly payment: Payment }
  | { readonly kind: 'unmatched'; readonly id: string; readonly at: string; readonly message: Unmatched };

const PAGE = 50;

/** The payments that a filter shows, newest first. What comes meanwhile waits until it is asked for, so that nothing moves under the eyes. */
export function PaymentList({ filter }: { readonly filter: PaymentFilter }) {
  const query = useInfiniteQuery({
    queryKey: ['/v1/payments', { list: filter }],
    queryFn: ({ pageParam, signal }) => askPayments(filter, pageParam, PAGE, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
  const unmatched = useUnmatched(filter);
  const [newest, setNewest] = useState<string | null>(null);
  const payments = query.data?.pages.flatMap((page) => page.data) ?? [];
  if (newest === null && query.isSuccess && !query.isFetching) setNewest(payments[0]?.createdAt ?? '');
  const isNew = ({ createdAt }: Payment) => newest !== null && createdAt > newest;
  const waiting = payments.filter(isNew).length;
  const shown = mixed(
    payments.filter((payment) => !isNew(payment)),
    unmatched,
    query.hasNextPage,
  );
  return (
    <Answered query={query}>
      {({ pages }) => (
        <>
          <Sums page={pages[0]} filter={filter} unmatched={unmatched.length} />
          {waiting > 0 && (
            <p className="actions" role="status">
              {t('payments.new', { count: waiting })}
              <Button onPress={() => setNewest(payments[0]?.createdAt ?? '')}>{t('payments.show_new')}</Button>
            </p>
          )}
          {shown.length === 0 && waiting === 0 ? <Nothing filter={filter} /> : <Rows rows={shown} />}
          {query.hasNextPage && (
            <p className="actions">
              <Button onPress={() => void query.fetchNextPage()} isRunning={query.isFetchingNextPage}>
                {t('shell.more')}
              </Button>
            </p>
          )}
        </>
      )}
    </Answered>
  );
}

/** Money that belongs to nobody yet, where no filter leaves it out: it has neither a status nor a member. */
function useUnmatched({ q, gateway, from, to, ...others }: PaymentFilter): readonly Unmatched[] {
  const { attention = 'any', ...excluding } = others;
  const isShown = attention === 'any' && Object.keys(excluding).length === 0;
  const asked = { ...(q && { q }), ...(gateway && { gateway }), ...(from && { from }), ...(to && { to }) };
  const { data } = useQuery({
    ...reading('/v1/notifications', { query: { state: 'unmatched', limit: 100, ...asked } }),
    enabled: isShown,
  });
  return isShown ? (data?.data ?? []) : [];
}

/** Both by their time; of unmatched money, what is older than the last payment waits for the next page. */
function mixed(payments: readonly Payment[], unmatched: readonly Unmatched[], isCut: boolean): readonly Row[] {
  const oldest = payments.at(-1)?.createdAt ?? '';
  const rows: Row[] = [
    ...payments.map((payment) => ({ kind: 'payment', id: payment.id, at: payment.createdAt, payment }) as const),
    ...unmatched
      .filter(({ receivedAt }) => !isCut || receivedAt >= oldest)
      .map((message) => ({ kind: 'unmatched', id: message.id, at: message.receivedAt, message }) as const),
  ];
  return rows.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

interface SumsProps {
  readonly page: PaymentPage | undefined;
  readonly filter: PaymentFilter;
  readonly unmatched: number;
}

/** Of all that the filter shows, and not of what is on the page. */
function Sums({ page, filter, unmatched }: SumsProps) {
  const { currency } = useStanding().merchant;
  const sums = page?.summary;
  if (sums === undefined) return null;
  const parts = [
    t(sums.exact ? 'payments.sum.count' : 'payments.sum.at_least', { count: sums.count, number: count(sums.count) }),
    t('payments.sum.captured', { sum: money(sums.captured, currency) }),
    t('payments.sum.fee', { sum: money(sums.fee, currency) }),
    ...(sums.refunded === 0 ? [] : [t('payments.sum.refunded', { sum: money(sums.refunded, currency) })]),
    ...(unmatched === 0 ? [] : [t('payments.sum.unmatched', { count: unmatched })]),
  ];
  return (
    <div className="heading">
      <p className="sums" id="sums">
        {parts.join(' · ')}
      </p>
      {sums.count > 0 && <ExportButton filter={filter} />}
    </div>
  );
}

function Rows({ rows }: { readonly rows: readonly Row[] }) {
  const [{ columns: more }] = useFilters();
  const [cancelled, setCancelled] = useState<Payment | null>(null);
  const sum = (of: 'captured' | 'fee' | 'refunded'): Column<Row> => ({
    key: of,
    title: t(`payments.column.${of}`),
    isFigure: true,
    cell: (row) => row.kind === 'payment' && <Money amount={row.payment[of]} currency={row.payment.currency} />,
  });
  const columns: readonly Column<Row>[] = [
    { key: 'who', title: t('payments.column.member'), isName: true, cell: (row) => <Who row={row} /> },
    { key: 'amount', title: t('payments.column.amount'), isFigure: true, cell: (row) => <Asked row={row} /> },
    { key: 'status', title: t('payments.column.status'), cell: (row) => <Standing row={row} /> },
    {
      key: 'gateway',
      title: t('payments.column.gateway'),
      cell: (row) => t(`gateway.${row.kind === 'payment' ? row.payment.gateway : row.message.gateway}`),
    },
    { key: 'when', title: t('payments.column.when'), cell: ({ at }) => <When at={at} /> },
    ...(more === undefined ? [] : (['captured', 'fee', 'refunded'] as const).map(sum)),
    {
      key: 'act',
      title: t('payments.column.act'),
      cell: (row) =>
        row.kind === 'payment' &&
        isCancellable(row.payment) && (
          <Button
            kind="quiet"
            label={t('payments.cancel_of', { name: row.payment.memberName ?? row.id })}
            onPress={() => setCancelled(row.payment)}
          >
            {t('payments.cancel')}
          </Button>
        ),
    },
  ];
  return (
    <>
      <Table caption={t('menu.payments')} columns={columns} rows={rows} keyOf={({ id }) => id} />
      {cancelled !== null && <CancelPayment payment={cancelled} onClose={() => setCancelled(null)} />}
    </>
  );
}

/** The name is the link. */
function Who({ row }: { readonly row: Row }) {
  if (row.kind === 'payment')
    return (
      <Link to="/payments/$id" params={{ id: row.id }}>
        {row.payment.memberName ?? t('payments.erased')}
      </Link>
    );
  return (
    <Link to="/attention" search={{ id: row.id }}>
      {row.message.payer?.name ?? row.message.payer?.email ?? t('payments.unknown_payer')}
    </Link>
  );
}

function Asked({ row }: { readonly row: Row }) {
  const { amount, currency } = row.kind === 'payment' ? row.payment : row.message;
  return amount === null || currency === null ? '–' : <Money amount={amount} currency={currency} />;
}

function Standing({ row }: { readonly row: Row }) {
  if (row.kind === 'unmatched') return <Tag tone="person">{t('payments.unmatched')}</Tag>;
  const { status, attention, environment } = row.payment;
  return (
    <span className="actions">
      <StatusBadge status={status} />
      {attention !== null && status !== 'needs_review' && <Tag tone="person">{t('status.needs_review')}</Tag>}
      {environment !== 'live' && <Tag>{t('payments.test')}</Tag>}
    </span>
  );
}

/** What will be here; or which filter hides what is here. */
function Nothing({ filter }: { readonly filter: PaymentFilter }) {
  const { currency } = useStanding().merchant;
  const [, change] = useFilters();
  const hiding = describeFilter(filter, currency);
  const clear = (names: readonly string[]) => change(Object.fromEntries(names.map((name) => [name, ''])));
  if (hiding.length === 0) return <Empty action={<StartLink />}>{t('payments.empty')}</Empty>;
  return (
    <Empty
      action={
        <span className="actions centred">
          {hiding.map(({ name, text }) => (
            <Button key={name} onPress={() => clear([name])}>
              {t('payments.clear', { text })}
            </Button>
          ))}
          {hiding.length > 1 && (
            <Button kind="quiet" onPress={() => clear(hiding.map(({ name }) => name))}>
              {t('payments.clear_all')}
            </Button>
          )}
        </span>
      }
    >
      {t('payments.hidden', { filters: hiding.map(({ text }) => text).join(' · ') })}
    </Empty>
  );
}

/** Leads to where a payment is started, for those who may. */
export function StartLink() {
  const { role } = useStanding();
  if (role === 'accountant') return null;
  return (
    <Link to="/payments/new" className="pressable primary">
      {t('payments.start')}
    </Link>
  );
}
