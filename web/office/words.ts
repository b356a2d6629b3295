import { setupI18n } from '@lingui/core';
import type { Messages } from '@lingui/core';
import { REGIONS, writeMoney } from '../../words/figures';
import type { PageLanguage } from '../../words/language';

const i18n = setupI18n();
let spoken: PageLanguage = 'en';
let zone = 'UTC';

/** Asks for the words of all pages but the first. */
export type LaterWords = () => Promise<{ readonly messages: Messages }>;
let askLater: LaterWords | null = null;
let coming: Promise<void> | null = null;

/** From now on the office speaks this language, of which it knows the words of the first page. */
export function speak(language: PageLanguage, messages: Messages, later: LaterWords): void {
  spoken = language;
  askLater = later;
  i18n.loadAndActivate({ locale: language, messages });
}

/** Comes when the office knows all its words; every page but the first waits for it. */
export function laterWords(): Promise<void> {
  coming ??= Promise.resolve(askLater?.())
    .then((words) => {
      if (words) i18n.load(spoken, words.messages);
    })
    .catch((error: unknown) => {
      coming = null; // the next page asks again
      throw error;
    });
  return coming;
}

/** From now on times are those of this place: the merchant's, whose books they are. */
export function keepTimeOf(timeZone: string): void {
  zone = timeZone;
}

export const language = (): PageLanguage => spoken;
export const timeZone = (): string => zone;

/** The sentence of this id in `words/office/<language>/`, with its marks filled in. */
export function t(id: string, values: Readonly<Record<string, string | number>> = {}): string {
  return i18n._(id, { ...values });
}

/** Whether there is a sentence of this id. */
export const isSaid = (id: string): boolean => id in i18n.messages;

/** Minor units, as the reader writes money. */
export const money = (amount: number, currency: string): string => writeMoney({ amount, currency }, spoken);

const write = (moment: string | Date, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(REGIONS[spoken], { timeZone: zone, ...options }).format(new Date(moment));

/** A day of the merchant's clock. */
export const day = (moment: string | Date): string => write(moment, { dateStyle: 'medium' });
/** A day and a minute of the merchant's clock. */
export const moment = (at: string | Date): string => write(at, { dateStyle: 'medium', timeStyle: 'short' });
/** To the second, with the zone: for who compares two clocks. */
export const exactly = (at: string | Date): string => write(at, { dateStyle: 'long', timeStyle: 'long' });
/** A day in few letters, for the axis of a drawing. */
export const shortDay = (moment: string | Date): string => write(moment, { day: 'numeric', month: 'short' });

const DAY_MS = 86_400_000;

/** `3 minutes ago`: under a day only; earlier it is the day itself. */
export function ago(at: string | Date): string {
  const passed = Date.now() - new Date(at).getTime();
  if (passed < 0 || passed >= DAY_MS) return moment(at);
  const format = new Intl.RelativeTimeFormat(REGIONS[spoken], { numeric: 'auto' });
  if (passed < 60_000) return format.format(0, 'second');
  const minutes = Math.floor(passed / 60_000);
  return minutes < 60 ? format.format(-minutes, 'minute') : format.format(-Math.floor(minutes / 60), 'hour');
}

/** A whole number, as the reader writes it. */
export const count = (number: number): string => new Intl.NumberFormat(REGIONS[spoken]).format(number);
