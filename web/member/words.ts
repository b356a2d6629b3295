import { setupI18n } from '@lingui/core';
import type { Messages } from '@lingui/core';
import type { PageLanguage } from '../../words/language';
import { writeDay, writeMoment, writeMoney, writeTime } from '../../words/figures';

const i18n = setupI18n();
let spoken: PageLanguage = 'en';

/** From now on the page speaks this language. */
export function speak(language: PageLanguage, messages: Messages): void {
  spoken = language;
  i18n.loadAndActivate({ locale: language, messages });
}

export const language = (): PageLanguage => spoken;

/** The text of this id in `words/en.po` and `words/fr.po`, with its marks filled in. */
export function t(id: string, values: Readonly<Record<string, string | number>> = {}): string {
  return i18n._(id, { ...values });
}

/** Minor units, as the reader writes money. */
export const money = (amount: number, currency: string): string => writeMoney({ amount, currency }, spoken);

export const day = (moment: string): string => writeDay(moment, spoken);
/** A time, with its day unless that is today. */
export const moment = (at: string): string => writeMoment(at, spoken);
export const time = (moment: Date): string => writeTime(moment, spoken);
