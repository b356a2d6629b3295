import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useFilters } from '../../address';
import { answerOf, api } from '../../api';
import { useCommand } from '../../command';
import { useStanding } from '../../session';
import { Button } from '../../ui/button';
import { Radios } from '../../ui/fields';
import { Answered, Section } from '../../ui/page';
import { usePaused } from '../../ui/paused';
import { Trouble } from '../../ui/trouble';
import { t } from '../../words';
import { ColumnFields } from './column-fields';
import { apiFile, guess, missing } from './columns';
import type { ImportKind } from './columns';
import type { Draft } from './import';
import { Fates } from './import-fates';

interface ImportPlanProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}

/** How a file is understood, what would become of each of its lines, and the one button that makes it so. */
export function ImportPlan({ draft, onChange }: ImportPlanProps) {
  const { sheet, kind, mapping } = draft;
  const { currency } = useStanding().merchant;
  const [, filter] = useFilters();
  const lacks = missing(kind, mapping);
  /** What was tried last, while more is being said. */
  const tried = usePaused(draft);
  const file = useMemo(() => fileOf(tried, currency), [tried, currency]);
  const trial = useQuery({
    queryKey: ['import', tried.kind, file],
    queryFn: ({ signal }) => sendFile(tried.kind, file ?? '', { dryRun: '1' }, signal),
    enabled: file !== null,
    placeholderData: keepPreviousData,
  });
  const importing = useCommand((text: string) => sendFile(tried.kind, text, {}), {
    changes: ['/v1/members'],
    then: ({ id, created }) => filter({ made: id ?? '', count: String(created), kind: tried.kind }),
  });
  return (
    <>
      <Section title={t('members.import_columns')}>
        <Radios
          label={t('members.import_kind')}
          value={kind}
          onChange={(chosen) => onChange({ sheet, kind: chosen, mapping: guess(chosen, sheet) })}
          options={(['charges', 'members'] as const).map((key) => ({ key, text: t(`members.import_kind_${key}`) }))}
        />
        <ColumnFields draft={draft} onChange={(changed) => onChange({ ...draft, mapping: changed })} />
        {lacks.map((group) => (
          <p key={group.join()} className="note" role="status">
            {t('members.import_lacks', { fields: group.map((field) => t(`members.field_${field}`)).join(' / ') })}
          </p>
        ))}
      </Section>
      {file !== null && (
        <Answered query={trial}>
          {({ rows, created }) => (
            <Section
              title={t('members.import_fates')}
              actions={
                <Button
                  kind="primary"
                  onPress={() => importing.run(file)}
                  isRunning={importing.isRunning}
                  isDisabled={tried !== draft || trial.isPlaceholderData}
                  reason={created === 0 ? t('members.import_nothing') : null}
                >
                  {t(`members.import_do_${tried.kind}`, { count: created })}
                </Button>
              }
            >
              <Trouble text={importing.trouble} />
              <Fates sheet={tried.sheet} rows={rows} />
            </Section>
          )}
        </Answered>
      )}
    </>
  );
}

/** What the API would be sent; null: not all of it is said yet. */
function fileOf({ sheet, kind, mapping }: Draft, currency: string): string | null {
  return missing(kind, mapping).length === 0 ? apiFile(kind, sheet, mapping, currency) : null;
}

/** One file, as the API takes it; the same bytes make nothing twice. */
function sendFile(kind: ImportKind, text: string, over: { readonly dryRun?: '1' }, signal?: AbortSignal) {
  return answerOf(
    api.POST('/v1/imports', {
      params: { query: { kind, ...over } },
      body: text,
      bodySerializer: (body) => body,
      headers: { 'content-type': 'text/csv' },
      ...(signal && { signal }),
    }),
  );
}
