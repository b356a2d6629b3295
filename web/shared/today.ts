import { daysFrom } from './days';

/** So many days the chart of the office's first page shows, today included. */
export const DAYS_OF_CHART = 30;

/** A call that reads. */
export interface Asked {
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
}

/** What every page of the office asks. */
export const SESSION = { path: '/v1/session' } as const satisfies Asked;
export const MERCHANT = { path: '/v1/merchant' } as const satisfies Asked;

/** Whether anything was paid yet; a page without rows: nothing. */
export const PAID: Asked = { path: '/v1/payments', query: { limit: 1, status: 'paid,partially_refunded,refunded' } };

/** What the first page asks while nothing was paid. Of large books it is too dear to be asked in vain. */
export const ASKED_BEFORE_PAID: readonly Asked[] = [
  { path: '/v1/members', query: { limit: 1 } },
  { path: '/v1/members', query: { limit: 1, owes: '1' } },
];

/**
 * What the office's first page asks besides, as its parts ask it. The server answers it in the page, so that the page is there in one
 * piece as soon as its script is. `today`: the merchant's.
 */
export const askedToday = (today: string): readonly Asked[] => [
  { path: '/v1/gateway-accounts' },
  PAID,
  { path: '/v1/people' },
  { path: '/v1/attention', query: { limit: 100 } },
  { path: '/v1/statistics', query: { from: daysFrom(today, 1 - DAYS_OF_CHART), by: 'day' } },
  { path: '/v1/payments', query: { limit: 6 } },
];

/** The address of a call, by which its answer is found in the page. */
export function addressOf({ path, query = {} }: Asked): string {
  const named = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  const search = new URLSearchParams(named).toString();
  return search === '' ? path : `${path}?${search}`;
}
