import { dayIn, daysFrom, noonOf } from '../shared/days';
import { timeZone } from './words';

/** The day of the merchant's clock, as `2027-01-31`. */
export const dayOf = (moment: Date): string => dayIn(timeZone(), moment);

/** The Monday of its week. */
export function mondayOf(day: string): string {
  return daysFrom(day, -((new Date(noonOf(day)).getUTCDay() + 6) % 7));
}
