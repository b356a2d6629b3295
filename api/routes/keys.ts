import { noteChange } from '../../books/audit';
import { addKey, listKeys, revokeKey } from '../../books/keys';
import type { ListedKey, Scope } from '../../books/keys';
import { inTransaction } from '../../books/sql';
import { newId } from '../../platform/ids';
import type { Database } from '../../prisma/client';
import { mintSecretKey } from '../http/auth';
import { readCursor, toPage } from '../http/paging';
import { notFound, Problem } from '../http/problems';
import type { Revocations } from '../http/revocations';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';

export function keyRoutes({
  db,
  revocations,
}: {
  readonly db: Database;
  readonly revocations: Pick<Revocations, 'look'>;
}) {
  return [
    route({
      operationId: 'createKey',
      method: 'post',
      path: '/v1/keys',
      summary: 'Make another key of the merchant',
      right: 'manage_keys',
      body: schemas.newKey,
      answers: { 201: schemas.keyWithSecret },
      async handle({ caller: { merchantId }, author, body: { name, scopes, expiresAt } }) {
        const { secretKey, hash, last4 } = mintSecretKey();
        const id = newId('key');
        const made = await inTransaction(db, async (tx) => {
          const until = expiresAt === undefined ? null : new Date(expiresAt);
          const key = await addKey(tx, { id, merchantId, name, scopes, expiresAt: until, hash, last4 });
          const after = { name, scopes, expiresAt: until };
          await noteChange(tx, author, { merchantId, action: 'key.created', object: { kind: 'key', id }, after });
          return key;
        });
        return { status: 201, body: { ...viewKey(made), secretKey } };
      },
    }),
    route({
      operationId: 'listKeys',
      method: 'get',
      path: '/v1/keys',
      summary: "List the merchant's keys, newest first",
      right: 'read_keys',
      query: schemas.noFilter,
      answers: { 200: schemas.list(schemas.key) },
      async handle({ caller, query }) {
        const rows = await listKeys(db, caller.merchantId, { before: readCursor(query), limit: query.limit });
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, viewKey) };
      },
    }),
    route({
      operationId: 'revokeKey',
      method: 'delete',
      path: '/v1/keys/:id',
      summary: 'Revoke a key: it is refused everywhere within a second',
      right: 'manage_keys',
      params: schemas.idParams,
      answers: { 200: schemas.key },
      refusals: ['last_admin_key'],
      async handle({ caller: { merchantId }, author, params: { id } }) {
        const revoked = await inTransaction(db, async (tx) => {
          const key = await revokeKey(tx, merchantId, id);
          if (key === 'unknown') throw notFound('key');
          if (key === 'last_admin_key')
            throw new Problem('last_admin_key', 'no other key of this merchant could make keys; make one first');
          const before = { name: key.name, scopes: key.scopes };
          await noteChange(tx, author, { merchantId, action: 'key.revoked', object: { kind: 'key', id }, before });
          return key;
        });
        await revocations.look(); // other processes hear of it within a second; this one refuses it from now on
        return { status: 200, body: viewKey(revoked) };
      },
    }),
  ];
}

function viewKey({ id, name, scopes, last4, lastUsedAt, expiresAt }: ListedKey) {
  return {
    id,
    name,
    scopes: scopes as Scope[],
    last4,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}
