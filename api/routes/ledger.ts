import { listBalances, listEntries } from '../../books/ledger';
import type { Database } from '../../prisma/client';
import { readCursor, toPage } from '../http/paging';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';

export function ledgerRoutes({ db }: { db: Database }) {
  return [
    route({
      operationId: 'listLedgerEntries',
      method: 'get',
      path: '/v1/ledger/entries',
      summary: 'List ledger entries, newest first',
      right: 'read_ledger',
      query: schemas.entryFilter,
      answers: { 200: schemas.list(schemas.entry) },
      async handle({ caller, query }) {
        const part = { before: readCursor(query), limit: query.limit };
        const { payment: paymentId, from, to } = query;
        const rows = await listEntries(db, caller.merchantId, { paymentId, period: { from, to } }, part);
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
      operationId: 'listLedgerBalances',
      method: 'get',
      path: '/v1/ledger/balances',
      summary: 'List the balances of all accounts, newest account first',
      right: 'read_ledger',
      query: schemas.noFilter,
      answers: { 200: schemas.list(schemas.balance) },
      async handle({ caller, query }) {
        const part = { before: readCursor(query), limit: query.limit };
        const rows = await listBalances(db, caller.merchantId, part);
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
