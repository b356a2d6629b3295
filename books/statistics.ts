import type { Currency } from '../workflows/domain/money';
import type { EntryKind } from '../workflows/domain/ledger';
import { inPeriod } from './period';
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

/** The sums of a merchant's entries that were recorded in a period. Every entry of it is read. */
export async function readStatistics(
  { sql }: Sql,
  merchantId: string,
  by: StatisticsKey,
  period: Period,
): Promise<Statistics> {
  const values: unknown[] = [merchantId];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const side = by === 'category' ? OF_MEMBERS : OF_GATEWAYS;
  const when = (test: string) => `coalesce(sum(p.amount) FILTER (WHERE ${test}), 0)`;
  // It has no name, so that it is planned for the period that it is given.
  const { rows } = await sql.query<StatisticsRow & { readonly isTotal: boolean; readonly currency: Currency }>(
    `WITH posted AS (
       SELECT p.kind, p.entry_id, p.side, p.amount, p.account, ${KEYS[by]} AS key
       FROM (SELECT e.kind, e.id AS entry_id, e.recorded_at, e.fact_id, o.side, o.amount, a.name AS account, m.time_zone
             FROM merchants m JOIN entries e ON e.merchant_id = m.id JOIN postings o ON o.entry_id = e.id
               JOIN ledger_accounts a ON a.id = o.account_id AND a.currency = m.currency
             WHERE m.id = $1 AND ${['e.kind = ANY (' + given(SUMMED) + ')', ...inPeriod('e.recorded_at', period, given)].join(' AND ')}) p),
     summed AS (
       SELECT p.key, grouping(p.key) = 1 AS "isTotal",
         ${when(side.collected)}::bigint AS collected,
         (${when(FEES)} - ${when(FEES_RETURNED)})::bigint AS fees,
         (${when(side.refunded)} - ${when(side.refundFailed)})::bigint AS refunded,
         (${when(side.lost)} - ${when(REGAINED)})::bigint AS "chargedBack",
         count(DISTINCT p.entry_id) FILTER (WHERE ${side.collected}) AS count
       FROM posted p GROUP BY GROUPING SETS ((p.key), ()))
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

/** The entries that say what came from payers and what went back, or was kept of it. */
const SUMMED: readonly EntryKind[] = [
  ...(['payment_captured', 'payment_suspended'] as const),
  ...(['fee_charged', 'fee_returned', 'dispute_fee_charged', 'refund_fee_charged'] as const),
  ...(['payment_refunded', 'suspense_refunded', 'refund_failed'] as const),
  ...(['dispute_lost', 'reversal_cancelled'] as const),
];

/**
 * Which postings `p` of an entry tell the sum: those on the gateway's accounts, or those opposite to them, which tell whose the money
 * was. An entry is balanced, so both tell the same sum.
 */
const OF_GATEWAYS = {
  collected: "p.kind IN ('payment_captured', 'payment_suspended') AND p.side = 'debit'",
  refunded: "p.kind IN ('payment_refunded', 'suspense_refunded') AND p.side = 'credit'",
  refundFailed: "p.kind = 'refund_failed' AND p.side = 'debit'",
  lost: "p.kind = 'dispute_lost' AND p.side = 'credit'",
};
const OF_MEMBERS = {
  collected: "p.kind IN ('payment_captured', 'payment_suspended') AND p.side = 'credit'",
  refunded: "p.kind IN ('payment_refunded', 'suspense_refunded') AND p.side = 'debit'",
  refundFailed: "p.kind = 'refund_failed' AND p.side = 'credit'",
  lost: "p.kind = 'dispute_lost' AND p.side = 'debit'",
};
const FEES = "p.kind IN ('fee_charged', 'dispute_fee_charged', 'refund_fee_charged') AND p.side = 'credit'";
const FEES_RETURNED = "p.kind = 'fee_returned' AND p.side = 'debit'";
/** What comes back was held, and is held no more; was never taken, and waits in suspense; or had been lost, and is the member's again. */
const REGAINED =
  "p.kind = 'reversal_cancelled' AND p.side = 'credit' AND p.account NOT IN ('disputed_funds', 'suspense')";

const LOCAL = 'p.recorded_at AT TIME ZONE p.time_zone';
const KEYS: Readonly<Record<StatisticsKey, string>> = {
  day: `to_char(${LOCAL}, 'YYYY-MM-DD')`,
  week: `to_char(${LOCAL}, 'IYYY-"W"IW')`,
  month: `to_char(${LOCAL}, 'YYYY-MM')`,
  // What is lost was held, so that its entry names no gateway: its fact does.
  gateway: `CASE WHEN p.kind IN ('dispute_lost', 'reversal_cancelled')
    THEN (SELECT g.gateway FROM facts f JOIN gateway_accounts g ON g.id = f.account_id WHERE f.id = p.fact_id)
    ELSE substring(p.account FROM '^gateway_clearing:(.*)$') END`,
  category: `substring(p.account FROM '^income:(.*)$')`,
};
