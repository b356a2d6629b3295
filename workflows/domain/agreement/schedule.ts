import type { AgreementTerms, Instalment, Rhythm } from './types';

const DAY_MS = 86_400_000;
/** A gateway's day may begin before ours: what it collects so long before an instalment is due is that instalment. */
const EARLY_DAYS = 2;

/** The day on which instalment `number` is due, YYYY-MM-DD. The 31st of a month that is shorter is its last day, and the next month's 31st again. */
export function dueOn(terms: Rhythm & Pick<AgreementTerms, 'startsOn'>, number: number): string {
  const [year = 0, month = 1, day = 1] = terms.startsOn.split('-').map(Number);
  const steps = (number - 1) * terms.every;
  if (terms.interval === 'week') return isoDay(Date.UTC(year, month - 1, day + 7 * steps));
  const months = steps * (terms.interval === 'year' ? 12 : 1);
  const lastDay = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return isoDay(Date.UTC(year, month - 1 + months, Math.min(day, lastDay)));
}

/** The number of the last instalment that is due by this day, YYYY-MM-DD; at least 1. */
export function numberOn(terms: Rhythm & Pick<AgreementTerms, 'startsOn'>, day: string): number {
  let number = 1;
  while (dueOn(terms, number + 1) <= day) number++;
  return number;
}

/** The number of the instalment whose period `at` lies in, at least 1. `at`: ISO 8601. */
export function numberAt(terms: Rhythm & Pick<AgreementTerms, 'startsOn'>, at: string): number {
  return numberOn(terms, isoDay(Date.parse(at) + EARLY_DAYS * DAY_MS));
}

/** Which instalment the money of `at` is: of the period that it was collected in, else the oldest that nothing was collected of, else the next. */
export function numberOfMoney(
  terms: Rhythm & Pick<AgreementTerms, 'startsOn'>,
  known: readonly Instalment[],
  at: string,
): number {
  const isFree = (number: number) => known.every((one) => one.number !== number || one.paymentId === null);
  const period = numberAt(terms, at);
  if (isFree(period)) return period;
  let number = 1;
  while (!isFree(number)) number++;
  return number;
}

/** What an instalment's charge is called: the label with its period, for example `Membership 2026-11`. */
export function chargeLabel(terms: Pick<AgreementTerms, 'label' | 'interval'>, day: string): string {
  const period = { week: day, month: day.slice(0, 7), year: day.slice(0, 4) }[terms.interval];
  return `${terms.label} ${period}`;
}

function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
