import type { Database } from '../prisma/client';
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

/** What was posted on each of a merchant's accounts, newest account first; one more than asked for where there are more. */
export async function listBalances({ sql }: Sql, merchantId: string, { before, limit }: Page): Promise<AccountSums[]> {
  const { rows } = await sql.query<AccountSums>(
    `SELECT a.id, a.name AS account, a.currency, coalesce(sum(p.amount) FILTER (WHERE p.side = 'debit'), 0)::bigint AS debit,
            coalesce(sum(p.amount) FILTER (WHERE p.side = 'credit'), 0)::bigint AS credit
     FROM ledger_accounts a JOIN postings p ON p.account_id = a.id
     WHERE a.merchant_id = $1 AND ($2::bigint IS NULL OR a.id < $2) GROUP BY a.id ORDER BY a.id DESC LIMIT $3`,
    [merchantId, before, limit + 1],
  );
  return rows;
}
