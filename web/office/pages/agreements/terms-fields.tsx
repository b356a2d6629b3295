import type { ReactNode } from 'react';
import { INTERVALS } from '../../../../workflows/domain/agreement';
import type { Schema } from '../../api';
import { useStanding } from '../../session';
import { Choice, MoneyBox, TextBox } from '../../ui/fields';
import { errorOf } from '../../ui/form';
import type { WrongField } from '../../ui/form';
import { t } from '../../words';
import { readWhole, WholeBox } from './whole-number';

type Interval = Schema<'Agreement'>['interval'];

/** The API takes no more. */
const MOST_EVERY = 12;
const MOST_INSTALMENTS = 1_000;

/** What is typed of an agreement's terms. */
export interface Terms {
  readonly label: string;
  readonly category: string;
  readonly amount: number | null;
  readonly interval: Interval;
  readonly every: string;
  readonly instalments: string;
}
export const NO_TERMS: Terms = {
  label: '',
  category: '',
  amount: null,
  interval: 'year',
  every: '1',
  instalments: '',
};

/** The terms as the API takes them; null while something is missing or wrong. The sum apart: an offer may leave it to the member. */
export function readTerms({ label, category, interval, every, instalments }: Terms) {
  const [times, number] = [readWhole(every, MOST_EVERY), readWhole(instalments, MOST_INSTALMENTS)];
  const isWhole = label.trim() !== '' && category.trim() !== '';
  if (!isWhole || typeof times !== 'number' || number === 'wrong') return null;
  return {
    label: label.trim(),
    category: category.trim(),
    interval,
    every: times,
    instalments: number === 'none' ? null : number,
  };
}

interface TermsFieldsProps {
  readonly terms: Terms;
  readonly onChange: (terms: Terms) => void;
  readonly wrong: readonly WrongField[];
  /** How often is agreed already, and stays. */
  readonly isRhythmKept?: boolean;
  /** What asks for the sum; by default a field for one. */
  readonly children?: ReactNode;
}

/** Those that say themselves what is wrong with them. */
export const FIELDS_OF_TERMS = ['label', 'category', 'amount', 'interval', 'every', 'instalments'];

/** What for, how much, how often, and until when. */
export function TermsFields({ terms, onChange, wrong, isRhythmKept = false, children }: TermsFieldsProps) {
  const set =
    <Field extends keyof Terms>(field: Field) =>
    (value: Terms[Field]) =>
      onChange({ ...terms, [field]: value });
  return (
    <>
      <TextBox
        label={t('members.charge_label')}
        value={terms.label}
        onChange={set('label')}
        error={errorOf(wrong, 'label')}
        description={t('agreements.label_for')}
        isRequired
      />
      <TextBox
        label={t('members.category')}
        value={terms.category}
        onChange={set('category')}
        error={errorOf(wrong, 'category')}
        description={t('members.category_for')}
        isRequired
      />
      {children ?? <AmountField terms={terms} onChange={onChange} wrong={wrong} />}
      {!isRhythmKept && (
        <>
          <WholeBox
            label={t('agreements.once_in')}
            value={terms.every}
            onChange={set('every')}
            most={MOST_EVERY}
            error={errorOf(wrong, 'every')}
          />
          <Choice
            label={t('agreements.interval')}
            options={INTERVALS.map((key) => ({ key, text: t(`agreements.interval.${key}`) }))}
            value={terms.interval}
            onChange={set('interval')}
          />
        </>
      )}
      <WholeBox
        label={t('agreements.how_many')}
        value={terms.instalments}
        onChange={set('instalments')}
        most={MOST_INSTALMENTS}
        error={errorOf(wrong, 'instalments')}
        description={t('agreements.how_many_for')}
      />
    </>
  );
}

/** How much an instalment is of. */
export function AmountField({ terms, onChange, wrong }: Pick<TermsFieldsProps, 'terms' | 'onChange' | 'wrong'>) {
  const { currency } = useStanding().merchant;
  return (
    <MoneyBox
      label={t('agreements.amount')}
      currency={currency}
      value={terms.amount}
      onChange={(amount) => onChange({ ...terms, amount })}
      error={errorOf(wrong, 'amount')}
      isRequired
    />
  );
}
