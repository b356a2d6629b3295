import type { Money } from '../workflows/domain/money';
import { formatDecimal, minorUnitDecimals } from '../workflows/domain/money';
import type { PageLanguage } from './language';

/** Whose numbers and days a language writes. */
export const REGIONS: Readonly<Record<PageLanguage, string>> = { en: 'en-GB', fr: 'fr-FR' };

/** A sum as it is written in this language, to the last digit: it is formatted as text and never as a float. */
export function writeMoney(money: Money, language: PageLanguage): string {
  const digits = minorUnitDecimals(money.currency);
  const format = new Intl.NumberFormat(REGIONS[language], {
    style: 'currency',
    currency: money.currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(decimal(money) as Intl.StringNumericLiteral);
}

/** A sum as a member would type it. */
export function writeAmount(money: Money, language: PageLanguage): string {
  return language === 'fr' ? decimal(money).replace('.', ',') : decimal(money);
}

function decimal(money: Money): string {
  return formatDecimal(money, minorUnitDecimals(money.currency)) ?? String(money.amount);
}

/** A day in words, as the clock of who reads it has it. */
export function writeDay(moment: string, language: PageLanguage): string {
  return new Intl.DateTimeFormat(REGIONS[language], { dateStyle: 'medium' }).format(new Date(moment));
}

/** A time, with its day unless that is today. */
export function writeMoment(moment: string, language: PageLanguage): string {
  const at = new Date(moment);
  if (at.toDateString() === new Date().toDateString()) return writeTime(at, language);
  return new Intl.DateTimeFormat(REGIONS[language], { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

/** A time of today. */
export function writeTime(moment: Date, language: PageLanguage): string {
  return new Intl.DateTimeFormat(REGIONS[language], { timeStyle: 'short' }).format(moment);
}
