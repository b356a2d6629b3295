/** PayPal's units of time, how it names them, and the most of each that a form may ask for. */
export const PERIOD_UNITS = [
  { letter: 'D', noun: 'Day', cycle: 'Daily', most: 90 },
  { letter: 'W', noun: 'Week', cycle: 'Weekly', most: 52 },
  { letter: 'M', noun: 'Month', cycle: 'Monthly', most: 24 },
  { letter: 'Y', noun: 'Year', cycle: 'Yearly', most: 5 },
] as const;

/** The time between two payments. */
export interface Period {
  readonly count: number;
  readonly unit: (typeof PERIOD_UNITS)[number]['letter'];
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The moment so many periods later. A month without that day ends on its last one. */
export function addPeriods(start: Date, periods: number, { count, unit }: Period): Date {
  const units = periods * count;
  if (unit === 'D') return addDays(start, units);
  if (unit === 'W') return addDays(start, 7 * units);
  const months = unit === 'M' ? units : 12 * units;
  const lastDay = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months + 1, 0)).getUTCDate();
  const moved = new Date(start);
  moved.setUTCDate(1);
  moved.setUTCMonth(start.getUTCMonth() + months);
  moved.setUTCDate(Math.min(start.getUTCDate(), lastDay));
  return moved;
}

export function addDays(start: Date, days: number): Date {
  return new Date(start.getTime() + days * DAY_MS);
}

/** `1 M`, as in `period3`. */
export function writePeriod({ count, unit }: Period): string {
  return `${count} ${unit}`;
}

/** `Monthly`, `every 3 Months`: as in `payment_cycle`. */
export function writeCycle(period: Period): string {
  const { noun, cycle } = unitOf(period);
  return period.count === 1 ? cycle : `every ${period.count} ${noun}s`;
}

/** `month`, `3 months`: for people, after "every". */
export function describePeriod(period: Period): string {
  return period.count === 1 ? unitOf(period).noun.toLowerCase() : describeLength(period);
}

/** `1 month`, `3 months`: for people. */
export function describeLength(period: Period): string {
  const noun = unitOf(period).noun.toLowerCase();
  return `${period.count} ${noun}${period.count === 1 ? '' : 's'}`;
}

export function nounOf(period: Period): string {
  return unitOf(period).noun;
}

function unitOf({ unit }: Period): (typeof PERIOD_UNITS)[number] {
  return PERIOD_UNITS.find(({ letter }) => letter === unit) ?? PERIOD_UNITS[0];
}
