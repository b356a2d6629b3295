import type { Schema } from '../../api';
import { noonOf } from '../../../shared/days';
import { day, money, t } from '../../words';

type Agreement = Schema<'Agreement'>;
type Offer = Schema<'Offer'>;
type Rhythm = Pick<Agreement, 'interval' | 'every'>;

/** `every 2 months` */
export const rhythmOf = ({ interval, every }: Rhythm): string => t(`agreements.every.${interval}`, { every });

/** `€120.00 every year` */
export const termsOf = ({ amount, currency, ...rhythm }: Rhythm & Pick<Agreement, 'amount' | 'currency'>): string =>
  t('agreements.terms', { sum: money(amount, currency), rhythm: rhythmOf(rhythm) });

/** What is offered: one sum, or a choice between two. */
export function offeredTerms({ amount, currency, ...rhythm }: Offer): string {
  if (typeof amount === 'number') return termsOf({ amount, currency, ...rhythm });
  const [min, max] = [money(amount.min, currency), money(amount.max, currency)];
  return t('agreements.terms_between', { min, max, rhythm: rhythmOf(rhythm) });
}

/** How many instalments there are, or that there is no end. */
export const numberOf = (instalments: number | null): string =>
  instalments === null ? t('agreements.without_end') : t('agreements.so_many', { count: instalments });

export const whoOf = ({ memberName }: Pick<Agreement, 'memberName'>): string => memberName ?? t('payments.erased');

/** A date without a time, as `2027-01-31`. */
export const dateOf = (date: string | null): string => (date === null ? '–' : day(noonOf(date)));
