import { DAY_MS } from './transactions';

// PayPal Payments Standard, "HTML Variables", `p1` and `p2`: at most so many of each unit.
const MOST_DAYS = 90;
const MOST_WEEKS = 52;
const MOST_MONTHS = 24;

/**
 * The periods without payment that lead from today to the first instalment: PayPal knows no starting day, but up to two trials
 * before the regular amount. Empty where it starts at once; null where it is further away than they reach. PayPal counts from the
 * moment at which the payer agrees. `day`: YYYY-MM-DD; `now`: milliseconds since 1970.
 */
export function freeUntil(day: string | null, now: number): Readonly<Record<string, string>> | null {
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const days = day === null ? 0 : Math.round((Date.parse(day) - today) / DAY_MS);
  if (days <= 0) return {};
  if (days <= MOST_DAYS) return trials([days, 'D']);
  const weeks = Math.floor(days / 7);
  if (weeks <= MOST_WEEKS) return trials([weeks, 'W'], [days % 7, 'D']);
  let months = MOST_MONTHS;
  while (daysIn(months, today) > days) months--;
  const rest = days - daysIn(months, today);
  return rest <= MOST_DAYS ? trials([months, 'M'], [rest, 'D']) : null;
}

type Trial = readonly [count: number, unit: 'D' | 'W' | 'M'];

function trials(...given: readonly Trial[]): Readonly<Record<string, string>> {
  const periods = given.filter(([count]) => count > 0);
  return Object.fromEntries(
    periods.flatMap(([count, unit], index) => [
      [`a${index + 1}`, '0'],
      [`p${index + 1}`, String(count)],
      [`t${index + 1}`, unit],
    ]),
  );
}

/** How many days the months after `today` have. The 31st of a shorter month is its last day. */
function daysIn(months: number, today: number): number {
  const from = new Date(today);
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months + 1, 0)).getUTCDate();
  const to = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, Math.min(from.getUTCDate(), lastDay));
  return Math.round((to - today) / DAY_MS);
}
