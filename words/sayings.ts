import type { Money } from '../workflows/domain/money';
import { formatDecimal, minorUnitDecimals } from '../workflows/domain/money';

/** A language in which letters and papers are written. */
type Locale = 'en' | 'fr';

/** How a language says what is no word: money, an instant, a day. Instants are ISO 8601. */
export interface Sayings {
  readonly money: (money: Money) => string;
  readonly instant: (iso: string, timeZone: string) => string;
  readonly day: (iso: string, timeZone: string) => string;
}

/** Of a language, whose numbers and days are written. */
const REGIONS: Readonly<Record<Locale, string>> = { en: 'en-GB', fr: 'fr-FR' };

export function sayingsIn(locale: Locale): Sayings {
  const region = REGIONS[locale];
  return {
    money({ amount, currency }) {
      const digits = minorUnitDecimals(currency);
      const format = new Intl.NumberFormat(region, {
        style: 'currency',
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      });
      return format.format(Number(formatDecimal({ amount, currency }, digits)));
    },
    instant: (iso, timeZone) =>
      new Intl.DateTimeFormat(region, { dateStyle: 'long', timeStyle: 'short', timeZone }).format(new Date(iso)),
    day: (iso, timeZone) => new Intl.DateTimeFormat(region, { dateStyle: 'long', timeZone }).format(new Date(iso)),
  };
}
