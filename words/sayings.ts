import type { Money } from '../workflows/domain/money';
import { REGIONS, writeMoney } from './figures';
import type { PageLanguage } from './language';

/** How a language says what is no word: money, an instant, a day. Instants are ISO 8601. */
export interface Sayings {
  readonly money: (money: Money) => string;
  readonly instant: (iso: string, timeZone: string) => string;
  readonly day: (iso: string, timeZone: string) => string;
}

export function sayingsIn(language: PageLanguage): Sayings {
  const region = REGIONS[language];
  return {
    money: (money) => writeMoney(money, language),
    instant: (iso, timeZone) =>
      new Intl.DateTimeFormat(region, { dateStyle: 'long', timeStyle: 'short', timeZone }).format(new Date(iso)),
    day: (iso, timeZone) => new Intl.DateTimeFormat(region, { dateStyle: 'long', timeZone }).format(new Date(iso)),
  };
}
