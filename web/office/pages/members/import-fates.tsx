import { useState } from 'react';
import { Button } from '../../ui/button';
import { Tag } from '../../ui/status';
import type { Tone } from '../../ui/status';
import { Table } from '../../ui/table';
import type { Column } from '../../ui/table';
import { t } from '../../words';
import type { Line, Sheet } from './csv';
import { whyNot } from './import-refusal';

/** What becomes of a line of the file. */
interface Fate {
  readonly line: number;
  readonly outcome: 'created' | 'unchanged' | 'refused';
  readonly message: string | null;
}

const TONES: Readonly<Record<Fate['outcome'], Tone>> = { created: 'good', unchanged: 'plain', refused: 'bad' };
const OUTCOMES = ['refused', 'unchanged', 'created'] as const;
const SHOWN_AT_ONCE = 50;

/** What would become of each line, the refused ones first, since only they ask for somebody. */
export function Fates({ sheet, rows }: { readonly sheet: Sheet; readonly rows: readonly Fate[] }) {
  const [shown, show] = useState(SHOWN_AT_ONCE);
  const sorted = OUTCOMES.flatMap((outcome) => rows.filter((row) => row.outcome === outcome));
  const count = (outcome: Fate['outcome']) => rows.filter((row) => row.outcome === outcome).length;
  // The API's file has one line for each of the person's, after that of the columns.
  const written = ({ line }: Fate): Line | undefined => sheet.lines[line - 2];
  const columns: readonly Column<Fate>[] = [
    { key: 'line', title: t('members.import_line'), isName: true, cell: (row) => written(row)?.line ?? row.line },
    {
      key: 'outcome',
      title: t('members.import_fate'),
      cell: ({ outcome, message }) => (
        <>
          <Tag tone={TONES[outcome]}>{t(`members.import_${outcome}`)}</Tag>{' '}
          {message !== null && <span className="note">{whyNot(message)}</span>}
        </>
      ),
    },
    { key: 'cells', title: t('members.import_written'), cell: (row) => written(row)?.cells.join(' · ') ?? '' },
  ];
  return (
    <>
      <p role="status">
        {OUTCOMES.filter((outcome) => count(outcome) > 0)
          .map((outcome) => t(`members.import_count_${outcome}`, { count: count(outcome) }))
          .join(' · ')}
      </p>
      <Table
        caption={t('members.import_fates')}
        columns={columns}
        rows={sorted.slice(0, shown)}
        keyOf={({ line }) => String(line)}
      />
      {shown < sorted.length && <Button onPress={() => show(shown + 200)}>{t('shell.more')}</Button>}
    </>
  );
}
