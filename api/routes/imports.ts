import type { Database } from '../../prisma/client';
import { isId } from '../../workflows/domain/ids';
import { importFile, takeBack } from '../desks/importing';
import { notFound } from '../http/problems';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';

/** Files that bring many members or charges at once. */
export function importRoutes({ db }: { readonly db: Database }) {
  return [
    route({
      operationId: 'importFile',
      method: 'post',
      path: '/v1/imports',
      summary: 'Make many members or charges from a file',
      detail:
        'Columns: members `name,email,phone,reference`; charges `reference` or `email`, `label,category,amount,dueOn`. The same bytes make nothing twice.',
      right: 'manage_members',
      weight: 'file',
      query: schemas.importQuery,
      file: 'text/csv',
      answers: { 200: schemas.importResult },
      refusals: ['encoding_not_supported'],
      async handle({ caller: { merchantId }, author, query: { kind, dryRun }, file }) {
        const by = { merchantId, author };
        const imported = await importFile(db, by, { kind, bytes: file, dryRun: dryRun !== undefined });
        return { status: 200, body: imported };
      },
    }),
    route({
      operationId: 'takeBackImport',
      method: 'delete',
      path: '/v1/imports/:id',
      summary: 'Take an import back: its charges that nothing was paid of are cancelled',
      detail: 'Members stay, and so do charges that are paid in part. Again: nothing more.',
      right: 'manage_members',
      weight: 'file',
      params: schemas.idParams,
      answers: { 200: schemas.takenBack },
      async handle({ caller: { merchantId }, author, params: { id } }) {
        const taken = isId('imp', id) ? await takeBack(db, { merchantId, author }, id) : null;
        if (!taken) throw notFound('import');
        return { status: 200, body: taken };
      },
    }),
  ];
}
