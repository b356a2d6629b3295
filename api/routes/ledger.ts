import type { Database } from '../../prisma/client';
import { readCursor, toPage } from '../http/paging';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';

export function ledgerRoutes({ db }: { db: Database }) {
  return [
    route({
      method: 'get',
      path: '/v1/ledger/entries',
      summary: 'List ledger entries, newest first',
      access: ['merchant'],
      query: schemas.entryFilter,
      answers: { 200: schemas.list(schemas.entry) },
      async handle({ caller, query }) {
        const before = readCursor(query);
        const rows = await db.prisma.entry.findMany({
          where: {
            merchantId: caller.merchantId,
            ...(query.payment !== undefined && { paymentId: query.payment }),
            ...(before !== null && { id: { lt: before } }),
          },
          include: {
            fact: { select: { occurredAt: true } },
            postings: { orderBy: { position: 'asc' }, include: { account: true } },
          },
          orderBy: { id: 'desc' },
          take: query.limit + 1,
        });
        const page = toPage(
          rows,
          query,
          (row) => row.id,
          (row) => ({
            id: `ent_${row.id}`,
            kind: row.kind,
            payment: row.paymentId,
            occurredAt: row.fact?.occurredAt?.toISOString() ?? null,
            recordedAt: row.recordedAt.toISOString(),
            postings: row.postings.map(({ account, side, amount }) => ({
              account: account.name,
              side,
              amount: Number(amount),
              currency: account.currency,
            })),
          }),
        );
        return { status: 200, body: page };
      },
    }),
    route({
      method: 'get',
      path: '/v1/ledger/balances',
      summary: 'List the balances of all accounts, newest account first',
      access: ['merchant'],
      query: schemas.noFilter,
      answers: { 200: schemas.list(schemas.balance) },
      async handle({ caller, query }) {
        const before = readCursor(query);
        const { rows } = await db.sql.query<{
          id: number;
          account: string;
          currency: string;
          debit: number;
          credit: number;
        }>(
          `SELECT a.id, a.name AS account, a.currency, coalesce(sum(p.amount) FILTER (WHERE p.side = 'debit'), 0)::bigint AS debit,
                  coalesce(sum(p.amount) FILTER (WHERE p.side = 'credit'), 0)::bigint AS credit
           FROM ledger_accounts a JOIN postings p ON p.account_id = a.id
           WHERE a.merchant_id = $1 AND ($2::bigint IS NULL OR a.id < $2) GROUP BY a.id ORDER BY a.id DESC LIMIT $3`,
          [caller.merchantId, before, query.limit + 1],
        );
        const page = toPage(
          rows,
          query,
          (row) => row.id,
          ({ id: _id, ...row }) => ({ ...row, balance: row.debit - row.credit }),
        );
        return { status: 200, body: page };
      },
    }),
  ];
}
