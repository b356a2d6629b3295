import { Link } from '@tanstack/react-router';
import { AGREEMENT_STATUSES } from '../../../../workflows/domain/agreement';
import { useFilters } from '../../address';
import type { Schema } from '../../api';
import { useList } from '../../listing';
import { Button } from '../../ui/button';
import { Choice, Tick } from '../../ui/fields';
import { Money } from '../../ui/money';
import { More } from '../../ui/more';
import { Answered, Empty } from '../../ui/page';
import { Table } from '../../ui/table';
import type { Column } from '../../ui/table';
import { t } from '../../words';
import { AgreementStanding } from './agreement-status';
import { AgreementsPage } from './agreements-page';
import { BeginButton } from './begin-button';
import { dateOf, termsOf, whoOf } from './sayings';

type Agreement = Schema<'Agreement'>;
const ALL = 'all';

/** Which members agreed to be collected from, and how each of that stands; newest first. */
export function AgreementListPage() {
  const [{ status, member, attention }] = useFilters();
  const filter = {
    ...(status !== undefined && { status }),
    ...(member !== undefined && { member }),
    ...(attention !== undefined && { attention: 'any' as const }),
  };
  const { query, more } = useList('/v1/agreements', { query: filter });
  return (
    <AgreementsPage title={t('agreements.title')} actions={<BeginButton />}>
      <Filters />
      <Answered query={query}>
        {(agreements) =>
          agreements.length === 0 ? (
            <Nothing isFiltered={Object.keys(filter).length > 0} />
          ) : (
            <>
              <Table caption={t('agreements.title')} columns={columns()} rows={agreements} keyOf={({ id }) => id} />
              <More more={more} />
            </>
          )
        }
      </Answered>
    </AgreementsPage>
  );
}

const columns = (): readonly Column<Agreement>[] => [
  {
    key: 'member',
    title: t('payments.column.member'),
    isName: true,
    cell: (agreement) => (
      <Link to="/agreements/$id" params={{ id: agreement.id }}>
        {whoOf(agreement)}
      </Link>
    ),
  },
  { key: 'label', title: t('members.charge_label'), cell: ({ label }) => label },
  { key: 'terms', title: t('agreements.agreed'), cell: (agreement) => termsOf(agreement) },
  {
    key: 'status',
    title: t('payments.column.status'),
    cell: (agreement) => <AgreementStanding of={agreement} />,
  },
  { key: 'next', title: t('agreements.next'), cell: ({ nextDueOn }) => dateOf(nextDueOn) },
  {
    key: 'collected',
    title: t('agreements.collected'),
    isFigure: true,
    cell: ({ collected, currency }) => <Money amount={collected} currency={currency} />,
  },
];

/** What is shown of them; it stands in the address. */
function Filters() {
  const [{ status, attention, member }, change] = useFilters();
  const choices: readonly string[] = AGREEMENT_STATUSES;
  return (
    <div role="search" aria-label={t('payments.filters')} className="filters">
      <Choice
        label={t('payments.filter.status')}
        options={[
          { key: ALL, text: t('payments.filter.all') },
          ...choices.map((key) => ({ key, text: t(`agreements.status.${key}`) })),
        ]}
        value={status ?? ALL}
        onChange={(key) => change({ status: key === ALL ? '' : key })}
      />
      <Tick isSelected={attention !== undefined} onChange={(isOn) => change({ attention: isOn ? 'any' : '' })}>
        {t('payments.filter.attention')}
      </Tick>
      {member !== undefined && (
        <Button onPress={() => change({ member: '' })}>
          {t('payments.clear', { text: t('payments.filtered.member') })}
        </Button>
      )}
    </div>
  );
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  const [, change] = useFilters();
  if (!isFiltered) return <Empty action={<BeginButton />}>{t('agreements.empty')}</Empty>;
  return (
    <Empty
      action={
        <Button onPress={() => change({ status: '', attention: '', member: '' })}>{t('payments.clear_all')}</Button>
      }
    >
      {t('agreements.none_so')}
    </Empty>
  );
}
