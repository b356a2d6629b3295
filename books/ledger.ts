import type { Database } from '../prisma/client';
import { call } from './functions';
import { BEYOND_ALL } from './sql';
import type { Page, Sql } from './sql';

/** A merchant's entries with their postings, newest first; one more than asked for where there are more. */
export async function listEntries(
  { prisma }: Pick<Database, 'prisma'>,
  merchantId: string,
  paymentId: string | undefined,
  { before, limit }: Page,
) {
  return prisma.entry.findMany({
    where: {
      merchantId,
      ...(paymentId !== undefined && { paymentId }),
      ...(before !== null && { id: { lt: before } }),
    },
    include: {
      fact: { select: { occurredAt: true } },
      postings: { orderBy: { position: 'asc' }, include: { account: true } },
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
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
