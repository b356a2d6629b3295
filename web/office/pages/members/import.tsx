import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useFilters } from '../../address';
import { Page } from '../../ui/page';
import { t } from '../../words';
import { guess, kindOf } from './columns';
import type { ImportKind, Mapping } from './columns';
import { readSheet } from './csv';
import type { Sheet } from './csv';
import { FileIn } from './file-in';
import { ImportDone } from './import-done';
import { ImportPlan } from './import-plan';
import { useMemberRights } from './rights';

/** A file that somebody brought, and how it is understood so far. */
export interface Draft {
  readonly sheet: Sheet;
  readonly kind: ImportKind;
  readonly mapping: Mapping;
}

/** Many members or charges from a file: what would become of each line is seen before anything is made. */
export function ImportPage() {
  const [{ made }] = useFilters();
  const { mayManage } = useMemberRights();
  return (
    <Page title={t('members.import')} actions={<Link to="/members">{t('members.all')}</Link>}>
      {mayManage ? made === undefined ? <Bringing /> : <ImportDone id={made} /> : <p>{t('trouble.forbidden')}</p>}
    </Page>
  );
}

function Bringing() {
  const [draft, setDraft] = useState<Draft | null>(null);
  const [isUnreadable, setUnreadable] = useState(false);
  const take = (text: string) => {
    const sheet = readSheet(text);
    setUnreadable(sheet === null || sheet.lines.length === 0);
    if (sheet === null || sheet.lines.length === 0) return;
    const kind = kindOf(sheet);
    setDraft({ sheet, kind, mapping: guess(kind, sheet) });
  };
  return (
    <>
      <FileIn onText={take} isUnreadable={isUnreadable} hasFile={draft !== null} />
      {draft !== null && <ImportPlan draft={draft} onChange={setDraft} />}
    </>
  );
}
