import { PAYMENT_STATUSES } from '../../../../workflows/domain/payment';
import type { Filters } from '../../address';
import { daysFrom, noonOf } from '../../../shared/days';
import { day, isSaid, money, t } from '../../words';

/** What the list of payments can be filtered by, in the API's own words: a filter that is kept is an address, and an address a filter. */
const NAMES = ['q', 'status', 'attention', 'gateway', 'member', 'minAmount', 'maxAmount', 'from', 'to'] as const;
type Name = (typeof NAMES)[number];
export type PaymentFilter = Readonly<Partial<Record<Name, string>>>;

/** The filter that the address holds; what else stands there is about the page, and a day that is none is no filter. */
export function filterOf(address: Filters): PaymentFilter {
  const isGiven = (name: Name): boolean =>
    address[name] !== undefined && ((name !== 'from' && name !== 'to') || isDay(address[name]));
  return Object.fromEntries(NAMES.filter(isGiven).map((name) => [name, address[name]]));
}

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

export const STATUS_CHOICES: readonly string[] = PAYMENT_STATUSES;

/** What of the filter hides something, in words, and the names that take it away. */
export function describeFilter(
  filter: PaymentFilter,
  currency: string,
): readonly { readonly name: Name; readonly text: string }[] {
  return NAMES.flatMap((name) => {
    const value = filter[name];
    return value === undefined ? [] : [{ name, text: describe(name, value, currency) }];
  });
}

/** What one or several of them, separated by commas, are called. */
export const namesOf = (of: 'status' | 'gateway', keys: string): string =>
  keys
    .split(',')
    .map((key) => t(`${of}.${key}`))
    .join(', ');

function describe(name: Name, value: string, currency: string): string {
  switch (name) {
    case 'q':
      return t('payments.filtered.q', { value });
    case 'status':
    case 'gateway':
      return namesOf(name, value);
    case 'attention':
      return value === 'any' || !isSaid(`attention.${value}`)
        ? t('payments.filter.attention')
        : t(`attention.${value}`);
    case 'member':
      return t('payments.filtered.member');
    case 'minAmount':
    case 'maxAmount':
      return t(`payments.filtered.${name}`, { value: money(Number(value), currency) });
    case 'from':
      return t('payments.filtered.from', { value: day(noonOf(value)) });
    case 'to':
      return t('payments.filtered.to', { value: day(noonOf(daysFrom(value, -1))) });
  }
}
