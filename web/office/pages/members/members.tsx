import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useFilters } from '../../address';
import type { Schema } from '../../api';
import { useList } from '../../listing';
import { useStanding } from '../../session';
import { Button } from '../../ui/button';
import { Tick } from '../../ui/fields';
import { More } from '../../ui/more';
import { Answered, Empty, Page } from '../../ui/page';
import { Tag } from '../../ui/status';
import { Table } from '../../ui/table';
import type { Column } from '../../ui/table';
import { money, t } from '../../words';
import { AddMember } from './add-member';
import { nameOf } from './name';
import { RemindAll } from './remind-all';
import { useMemberRights } from './rights';
import { SearchBox } from './search-box';

const MOST_AT_ONCE = 50;

type Listed = Schema<'ListedMember'>;

/** Who belongs to the association, and what each of them owes. */
export function MembersPage() {
  const [{ q = '', owes = '' }, filter] = useFilters();
  const query = { ...(q !== '' && { q }), ...(owes === '1' && { owes: '1' as const }), limit: MOST_AT_ONCE };
  const members = useList('/v1/members', { query });
  return (
    <Page title={t('menu.members')} actions={<Actions />}>
      <div className="filters">
        <SearchBox label={t('members.search')} value={q} onChange={(text) => filter({ q: text })} />
        <Tick isSelected={owes === '1'} onChange={(isSelected) => filter({ owes: isSelected ? '1' : '' })}>
          {t('members.only_owing')}
        </Tick>
      </div>
      <Answered query={members.query}>
        {(rows) =>
          rows.length === 0 ? (
            <Nobody q={q} isOwing={owes === '1'} />
          ) : (
            <section className="card">
              <MemberTable rows={rows} />
              <More more={members.more} />
            </section>
          )
        }
      </Answered>
    </Page>
  );
}

type Opened = 'add' | 'remind' | null;

function Actions() {
  const { mayManage } = useMemberRights();
  const [opened, open] = useState<Opened>(null);
  if (!mayManage) return null;
  const close = () => open(null);
  return (
    <>
      <Button kind="primary" onPress={() => open('add')}>
        {t('members.add')}
      </Button>
      <Link to="/members/import" className="pressable">
        {t('members.import')}
      </Link>
      <Button onPress={() => open('remind')}>{t('members.remind_all')}</Button>
      {opened === 'add' && <AddMember onClose={close} />}
      {opened === 'remind' && <RemindAll onClose={close} />}
    </>
  );
}

function MemberTable({ rows }: { readonly rows: readonly Listed[] }) {
  const columns: readonly Column<Listed>[] = [
    {
      key: 'name',
      title: t('members.name'),
      isName: true,
      cell: (member) => (
        <Link to="/members/$id" params={{ id: member.id }}>
          {nameOf(member)}
        </Link>
      ),
    },
    { key: 'email', title: t('members.email'), cell: ({ email }) => email ?? '–' },
    { key: 'reference', title: t('members.reference'), cell: ({ reference }) => reference ?? '–' },
    { key: 'balance', title: t('members.balance'), isFigure: true, cell: ({ balance }) => <Balance of={balance} /> },
  ];
  return <Table caption={t('menu.members')} columns={columns} rows={rows} keyOf={({ id }) => id} />;
}

function Balance({ of: balance }: { readonly of: number }) {
  const { currency } = useStanding().merchant;
  if (balance === 0) return <span className="note">{t('members.owes_nothing')}</span>;
  const sum = money(Math.abs(balance), currency);
  return balance < 0 ? (
    <Tag tone="waiting">{t('members.owes', { sum })}</Tag>
  ) : (
    <Tag tone="good">{t('members.in_advance', { sum })}</Tag>
  );
}

function Nobody({ q, isOwing }: { readonly q: string; readonly isOwing: boolean }) {
  const [, filter] = useFilters();
  const { mayManage } = useMemberRights();
  if (q === '' && !isOwing)
    return (
      <Empty
        action={
          mayManage && (
            <Link to="/members/import" className="pressable primary">
              {t('members.import_first')}
            </Link>
          )
        }
      >
        {t('members.empty')}
      </Empty>
    );
  return (
    <Empty action={<Button onPress={() => filter({ q: '', owes: '' })}>{t('members.show_all')}</Button>}>
      {q === '' ? t('members.nobody_owes') : t('members.nobody_called', { q })}
    </Empty>
  );
}
