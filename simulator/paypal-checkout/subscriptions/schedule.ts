/** How far payments are apart. */
export interface Interval {
  readonly unit: 'DAY' | 'WEEK' | 'MONTH' | 'YEAR';
  readonly count: number;
}

/** So many intervals after `start`, in UTC. The 31st becomes the last day of a shorter month, and the 31st again after it. */
export function after(start: Date, { unit, count }: Interval, times: number): Date {
  const steps = count * times;
  const date = new Date(start);
  switch (unit) {
    case 'DAY':
      date.setUTCDate(date.getUTCDate() + steps);
      return date;
    case 'WEEK':
      date.setUTCDate(date.getUTCDate() + 7 * steps);
      return date;
    case 'MONTH':
      return monthsAfter(start, steps);
    case 'YEAR':
      return monthsAfter(start, 12 * steps);
  }
}

/** `every month`, `every 2 weeks`. */
export function describeInterval({ unit, count }: Interval): string {
  const word = unit.toLowerCase();
  return count === 1 ? `every ${word}` : `every ${count} ${word}s`;
}

function monthsAfter(start: Date, months: number): Date {
  const date = new Date(start);
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(start.getUTCDate(), lastDay));
  return date;
}
