import type { Database } from '../prisma/client';
import { call } from './functions';
import { betweenPlaces, newestBetween, placesOf } from './newest';
import { inPeriod } from './period';
import type { Period } from './period';
import { BEYOND_ALL } from './sql';
import type { Page, Sql } from './sql';

/** Which entries a list shows; what is left out shows all. */
export interface EntryFilter {
  readonly paymentId?: string | undefined;
  /** When they were recorded. */
  readonly period?: Period | undefined;
}

/** A merchant's entries with their postings, newest first; one more than asked for where there are more. */
export async function listEntries(
  { sql, prisma }: Pick<Database, 'sql' | 'prisma'>,
  merchantId: string,
  { paymentId, period = {} }: EntryFilter,
  { before, limit }: Page,
) {
  const values: unknown[] = [merchantId, limit + 1];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    'e.merchant_id = $1',
    ...(paymentId === undefined ? [] : [`e.payment_id = ${given(paymentId)}`]),
    ...(before === null ? [] : [`e.id < ${given(before)}`]),
    ...inPeriod('e.recorded_at', period, given),
    ...betweenPlaces(period, 'e.id'),
  ];
  // The first entry that was recorded from then on, by the index of that time.
  const firstFrom = (moment: string) =>
    `coalesce((SELECT f.id FROM entries f WHERE f.merchant_id = $1 AND f.recorded_at >= ${moment} ORDER BY f.recorded_at LIMIT 1), ${BEYOND_ALL})`;
  const places = placesOf(period, given, firstFrom);
  // It has no name, so that it is planned for what it is given.
  const list = { columns: 'e.id, e.id AS sequence', from: 'entries e', sequence: 'e.id', limit: '$2' };
  const { rows } = await sql.query<{ id: number }>(newestBetween(places, list, conditions, []), values);
  return prisma.entry.findMany({
    where: { id: { in: rows.map(({ id }) => id) } },
    include: {
      fact: { select: { occurredAt: true } },
      postings: { orderBy: { position: 'asc' }, include: { account: true } },
    },
    orderBy: { id: 'desc' },
  });
}

export interface AccountSums {
  readonly id: number;
  readonly account: string;
  readonly currency: string;
  readonly debit: number;
  readonly credit: number;
}

/**
 * What was posted on each of a merchant's accounts, newest account first; one more than asked for where there are more. Each is its last
 * mark and what was posted since.
 */
export async function listBalances({ sql }: Sql, merchantId: string, { before, limit }: Page): Promise<AccountSums[]> {
  const { rows } = await sql.query<AccountSums>(
    `SELECT a.id, a.name AS account, a.currency, coalesce(m.debit, 0) + s.debit AS debit, coalesce(m.credit, 0) + s.credit AS credit
     FROM ledger_accounts a
       LEFT JOIN LATERAL (SELECT * FROM balance_marks m WHERE m.account_id = a.id ORDER BY m.up_to DESC LIMIT 1) m ON true
       CROSS JOIN LATERAL posted_on(a.id, coalesce(m.up_to, 0), ${BEYOND_ALL}) s
     WHERE a.merchant_id = $1 AND ($2::bigint IS NULL OR a.id < $2) AND EXISTS (SELECT FROM postings p WHERE p.account_id = a.id)
     ORDER BY a.id DESC LIMIT $3`,
    [merchantId, before, limit + 1],
  );
  return rows;
}

/** Marks the balance of every account that has so many postings above its last mark; gives how many, or null while a long transaction may still write below. */
export async function markBalances(db: Sql, postings: number): Promise<number | null> {
  return call(db, 'mark_balances', postings);
}
