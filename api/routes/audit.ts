import { listChanges } from '../../books/audit';
import type { AuditRow } from '../../books/audit';
import type { Database } from '../../prisma/client';
import { auditFilter, auditRow } from '../http/audit-schemas';
import { readCursor, toPage } from '../http/paging';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';

export function auditRoutes({ db }: { readonly db: Database }) {
  return [
    route({
      operationId: 'listAuditRows',
      method: 'get',
      path: '/v1/audit',
      summary: 'List who changed what, newest first',
      right: 'read_audit',
      query: auditFilter,
      answers: { 200: schemas.list(auditRow) },
      async handle({ caller, query }) {
        const { limit, actor, action, object, from, to } = query;
        const filter = { actor, action, object, from, to };
        const rows = await listChanges(db, caller.merchantId, filter, { before: readCursor(query), limit });
        return { status: 200, body: toPage(rows, query, (row) => row.id, viewRow) };
      },
    }),
  ];
}

function viewRow({ id, at, ...row }: AuditRow) {
  return { id: `aud_${id}`, at: at.toISOString(), ...row };
}
