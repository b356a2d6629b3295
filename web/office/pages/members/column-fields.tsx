import { Choice, TextBox } from '../../ui/fields';
import { t } from '../../words';
import { FIELDS } from './columns';
import type { Field, Mapping, Source } from './columns';
import type { Draft } from './import';

interface ColumnFieldsProps {
  readonly draft: Draft;
  readonly onChange: (mapping: Mapping) => void;
}

/** Fields of which one text may hold for every line. */
const SAME_FOR_ALL: readonly Field[] = ['label', 'category', 'amount', 'dueOn'];

/** Which column of the file is what. */
export function ColumnFields({ draft: { sheet, kind, mapping }, onChange }: ColumnFieldsProps) {
  const set = (field: Field, source: Source | null) =>
    onChange(
      source === null
        ? Object.fromEntries(Object.entries(mapping).filter(([key]) => key !== field))
        : { ...mapping, [field]: source },
    );
  return (
    <div className="mapping">
      {FIELDS[kind].map((field) => {
        const source = mapping[field];
        const canBeSame = SAME_FOR_ALL.includes(field);
        return (
          <div key={field}>
            <Choice
              label={t(`members.field_${field}`)}
              value={source === undefined ? 'none' : source.from === 'text' ? 'text' : String(source.index)}
              onChange={(key) => set(field, sourceOf(key))}
              options={[
                ...sheet.columns.map((name, index) => ({ key: String(index), text: name })),
                ...(canBeSame ? [{ key: 'text', text: t('members.import_same') }] : []),
                { key: 'none', text: t('members.import_not_there') },
              ]}
            />
            {source?.from === 'text' && (
              <TextBox
                label={t('members.import_same_of', { field: t(`members.field_${field}`) })}
                value={source.text}
                onChange={(text) => set(field, { from: 'text', text })}
              />
            )}
          </div>
        );
      })}
    </div>
  );
}

function sourceOf(key: string): Source | null {
  switch (key) {
    case 'none':
      return null;
    case 'text':
      return { from: 'text', text: '' };
    default:
      return { from: 'column', index: Number(key) };
  }
}
