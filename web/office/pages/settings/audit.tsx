import type { Schema } from '../../api';
import { useFilters } from '../../address';
import { useList } from '../../listing';
import { Button } from '../../ui/button';
import { Choice, TextBox } from '../../ui/fields';
import { More } from '../../ui/more';
import { Answered, Empty } from '../../ui/page';
import { usePaused } from '../../ui/paused';
import { Table } from '../../ui/table';
import { When } from '../../ui/time';
import { t } from '../../words';
import { ACTIONS, actionWord, actorWord, browserWord, changesOf, objectWord } from './audit-words';
import { SettingsPage } from './settings-page';

/** Who did what, newest first. */
export function AuditPage() {
  return (
    <SettingsPage place="audit">
      <p>{t('audit.text')}</p>
      <Filters />
      <Trail />
    </SettingsPage>
  );
}

function Filters() {
  const [{ action, from = '', to = '', actor, object }, filter] = useFilters();
  const isFiltered = [action, actor, object, from, to].some((value) => value !== undefined && value !== '');
  return (
    <div className="filters">
      <Choice
        label={t('audit.action')}
        options={[{ key: 'all', text: t('inbox.all') }, ...ACTIONS.map((key) => ({ key, text: actionWord(key) }))]}
        value={ACTIONS.find((one) => one === action) ?? 'all'}
        onChange={(chosen) => filter({ action: chosen === 'all' ? '' : chosen })}
      />
      <TextBox label={t('audit.from')} type="date" value={from} onChange={(day) => filter({ from: day })} />
      <TextBox label={t('audit.to')} type="date" value={to} onChange={(day) => filter({ to: day })} />
      {isFiltered && (
        <Button kind="quiet" onPress={() => filter({ action: '', actor: '', object: '', from: '', to: '' })}>
          {t('audit.clear')}
        </Button>
      )}
    </div>
  );
}

function Trail() {
  const [{ action, actor, object, from, to }, filter] = useFilters();
  const given = { action, actor, object, from: usePaused(from), to: usePaused(to) };
  const query = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== ''));
  const trail = useList('/v1/audit', { query });
  return (
    <section className="card">
      <Answered query={trail.query}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty>{t(Object.keys(query).length === 0 ? 'audit.empty' : 'audit.none_such')}</Empty>
          ) : (
            <Rows rows={rows} onFilter={filter} />
          )
        }
      </Answered>
      <More more={trail.more} />
    </section>
  );
}

interface RowsProps {
  readonly rows: readonly Schema<'AuditRow'>[];
  readonly onFilter: (filter: { readonly actor?: string; readonly object?: string }) => void;
}

function Rows({ rows, onFilter }: RowsProps) {
  return (
    <Table
      caption={t('settings.audit')}
      rows={rows}
      keyOf={({ id }) => id}
      columns={[
        { key: 'what', title: t('audit.what'), isName: true, cell: ({ action }) => actionWord(action) },
        {
          key: 'who',
          title: t('audit.who'),
          cell: (row) => (
            <Only
              label={t('audit.only_by', { who: actorWord(row) })}
              onPress={() => onFilter({ actor: row.actor.id ?? row.actor.kind })}
            >
              {actorWord(row)}
            </Only>
          ),
        },
        {
          key: 'whom',
          title: t('audit.object'),
          cell: (row) => (
            <Only
              label={t('audit.only_about', { what: objectWord(row) })}
              onPress={() => onFilter({ object: row.object.id })}
            >
              {objectWord(row)}
            </Only>
          ),
        },
        { key: 'change', title: t('audit.change'), cell: (row) => <Changes row={row} /> },
        {
          key: 'when',
          title: t('audit.when'),
          cell: ({ at, source }) => (
            <>
              <When at={at} />
              <br />
              <span className="note">{[browserWord(source.userAgent), source.ip].filter(Boolean).join(' · ')}</span>
            </>
          ),
        },
      ]}
    />
  );
}

interface OnlyProps {
  readonly label: string;
  readonly onPress: () => void;
  readonly children: string;
}

/** Shows only what is about the same. */
function Only({ label, onPress, children }: OnlyProps) {
  return (
    <button type="button" className="only" aria-label={label} onClick={onPress}>
      {children}
    </button>
  );
}

function Changes({ row }: { readonly row: Schema<'AuditRow'> }) {
  const changes = changesOf(row);
  if (changes.length === 0) return <>–</>;
  return (
    <ul className="changes">
      {changes.map(({ field, before, after }) => (
        <li key={field}>
          {field}
          {before !== null && (
            <>
              {' '}
              <del>{before}</del>
            </>
          )}
          {after !== null && (
            <>
              {before !== null && ' →'} <ins>{after}</ins>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
