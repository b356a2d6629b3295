import { REGIONS } from '../../../../words/figures';
import { language } from '../../words';
import { dayOf } from '../../days';

/** A month of the books: its first day, and the first day after it. */
export interface Month {
  /** `2027-01` */
  readonly key: string;
  readonly text: string;
  readonly from: string;
  readonly to: string;
}

const MOST = 24;

/** This month and those before it, newest first. */
export function lastMonths(): readonly Month[] {
  const [year = 0, month = 0] = dayOf(new Date()).split('-').map(Number);
  return Array.from({ length: MOST }, (_, back) => monthAt(year, month - 1 - back));
}

/** `index`: months since January of that year; below 0 the years before. */
function monthAt(year: number, index: number): Month {
  const start = new Date(Date.UTC(year, index, 1, 12));
  const end = new Date(Date.UTC(year, index + 1, 1, 12));
  const format = new Intl.DateTimeFormat(REGIONS[language()], { month: 'long', year: 'numeric', timeZone: 'UTC' });
  const from = start.toISOString().slice(0, 10);
  return { key: from.slice(0, 7), text: format.format(start), from, to: end.toISOString().slice(0, 10) };
}
