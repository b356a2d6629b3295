const DAY_MS = 86_400_000;

/** The day of this clock, as `2027-01-31`. */
export function dayIn(timeZone: string, moment: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(moment);
}

/** A moment that lies in this day by every clock of the merchants we know. */
export const noonOf = (day: string): string => `${day}T12:00:00Z`;

/** The day so many days later, or before; days are counted at noon, which no change of the clock moves to another day. */
export function daysFrom(day: string, days: number): string {
  return new Date(Date.parse(noonOf(day)) + days * DAY_MS).toISOString().slice(0, 10);
}
