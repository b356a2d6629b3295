import type { Currency } from '../workflows/domain/money';
import { momentOf } from './period';
import type { Period } from './period';
import type { Sql } from './sql';

/** By what sums are told apart. Days, weeks and months are those of the merchant's clock when an entry was recorded. */
export const STATISTICS_KEYS = ['day', 'week', 'month', 'gateway', 'category'] as const;
export type StatisticsKey = (typeof STATISTICS_KEYS)[number];

/** Sums of ledger entries in the currency of the merchant's books, in minor units. */
export interface StatisticsRow {
  /** `2027-01-31`, `2027-W04`, `2027-01`, a gateway, or a category; null: in no category. */
  readonly key: string | null;
  /** What gateways took of payers, whether it fits or not. */
  readonly collected: number;
  /** What gateways kept for taking, giving back and cases, less what they returned of it. */
  readonly fees: number;
  /** What was given back, less the refunds that failed later. */
  readonly refunded: number;
  /** What was taken back for good, less what came back of it after all. */
  readonly chargedBack: number;
  /** What was collected, less the other three. */
  readonly net: number;
  /** How many sums were collected. */
  readonly count: number;
}

export interface Statistics {
  readonly currency: Currency;
  /** In the order of their keys; keys of which nothing was recorded are left out. */
  readonly data: readonly StatisticsRow[];
  readonly total: Omit<StatisticsRow, 'key'>;
}

/** The sums of a merchant's entries that were recorded in a period: of whole days they are kept, but for the newest entries. */
export async function readStatistics(
  { sql }: Sql,
  merchantId: string,
  by: StatisticsKey,
  { from, to }: Period,
): Promise<Statistics> {
  const values: unknown[] = [merchantId];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const moment = (text: string | undefined) => (text === undefined ? 'NULL::timestamptz' : momentOf(text, given));
  const days = (toldBy: string) => `read_statistics($1, ${toldBy}, ${moment(from)}, ${moment(to)})`;
  // What came for several categories at once is counted under each, and once in all.
  const [each, all] = by === 'category' ? [days("'category'"), days("'gateway'")] : [days("'gateway'"), null];
  const { rows } = await sql.query<StatisticsRow & { readonly isTotal: boolean; readonly currency: Currency }>(
    `WITH days AS MATERIALIZED (SELECT d.*, ${KEYS[by]} AS shown FROM ${each} d),
     summed AS (
       SELECT d.shown AS key, false AS "isTotal", ${SUMS} FROM days d GROUP BY d.shown
       UNION ALL SELECT NULL, true, ${SUMS} FROM ${all ?? 'days'} d)
     SELECT s.*, s.collected - s.fees - s.refunded - s."chargedBack" AS net, (SELECT currency FROM merchants WHERE id = $1) AS currency
     FROM summed s WHERE s."isTotal" OR (s.collected, s.fees, s.refunded, s."chargedBack", s.count) <> (0, 0, 0, 0, 0)
     ORDER BY s.key COLLATE "C" NULLS LAST`,
    values,
  );
  const total = rows.find(({ isTotal }) => isTotal);
  if (!total) throw new Error(`the entries of ${merchantId} have no sum`);
  const sums = ({ collected, fees, refunded, chargedBack, net, count }: StatisticsRow) => {
    return { collected, fees, refunded, chargedBack, net, count };
  };
  return {
    currency: total.currency,
    data: rows.filter(({ isTotal }) => !isTotal).map((row) => ({ key: row.key, ...sums(row) })),
    total: sums(total),
  };
}

const SUMS = (
  [
    ['collected', 'collected'],
    ['fees', 'fees'],
    ['refunded', 'refunded'],
    ['charged_back', 'chargedBack'],
    ['count', 'count'],
  ] as const
)
  .map(([column, name]) => `coalesce(sum(d.${column}), 0)::bigint AS "${name}"`)
  .join(', ');

/** What a day's sums `d` are shown under. */
const KEYS: Readonly<Record<StatisticsKey, string>> = {
  day: `to_char(d.day, 'YYYY-MM-DD')`,
  week: `to_char(d.day, 'IYYY-"W"IW')`,
  month: `to_char(d.day, 'YYYY-MM')`,
  gateway: `nullif(d.key, '')`,
  category: `nullif(d.key, '')`,
};
