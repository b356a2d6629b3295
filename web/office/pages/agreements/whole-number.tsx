import { TextBox } from '../../ui/fields';
import { t } from '../../words';

/** What is typed as a whole number: `none` where nothing is, `wrong` where it is no number within the bounds. */
export function readWhole(text: string, most: number): number | 'none' | 'wrong' {
  const typed = text.trim();
  if (typed === '') return 'none';
  const number = /^\d{1,4}$/.test(typed) ? Number(typed) : 0;
  return number >= 1 && number <= most ? number : 'wrong';
}

interface WholeBoxProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly most: number;
  readonly error: string | null;
  readonly description?: string;
}

/** A whole number from one on. */
export function WholeBox({ most, value, error, ...field }: WholeBoxProps) {
  const problem = readWhole(value, most) === 'wrong' ? t('agreements.whole', { most }) : null;
  return <TextBox inputMode="numeric" value={value} error={problem ?? error} {...field} />;
}
