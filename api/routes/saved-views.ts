import { noteChange } from '../../books/audit';
import { inTransaction } from '../../books/sql';
import { addView, findView, listViews, removeView } from '../../books/views';
import type { SavedView } from '../../books/views';
import { newId } from '../../platform/ids';
import type { Database } from '../../prisma/client';
import { readCursor, toPage } from '../http/paging';
import { notFound, Problem } from '../http/problems';
import type { CallerWith } from '../http/rights';
import { route } from '../http/routing';
import { newSavedView, savedView, savedViewFilter } from '../http/saved-view-schemas';
import { idParams, list } from '../http/schemas';

type Caller = CallerWith<'keep_views'>;

/** Whose they are: a key's are the merchant's. */
const makerOf = (caller: Caller): string | null => (caller.kind === 'staff' ? caller.personId : null);

/** Filters of lists that people keep under a name. */
export function savedViewRoutes({ db }: { readonly db: Database }) {
  return [
    route({
      operationId: 'listSavedViews',
      method: 'get',
      path: '/v1/views',
      summary: 'List the saved filters: your own, and those that are shared, newest first',
      right: 'read_work',
      query: savedViewFilter,
      answers: { 200: list(savedView) },
      async handle({ caller, query }) {
        const maker = makerOf(caller);
        const page = { before: readCursor(query), limit: query.limit };
        const rows = await listViews(db, caller.merchantId, maker, query.list, page);
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, viewFor(caller)) };
      },
    }),
    route({
      operationId: 'saveView',
      method: 'post',
      path: '/v1/views',
      summary: 'Save the filter of a list under a name',
      detail: 'Owner and treasurer may share one with all; at most 100 for each person.',
      right: 'keep_views',
      body: newSavedView,
      answers: { 201: savedView },
      refusals: ['too_many_views'],
      idempotentFor: 'days',
      async handle({ caller, author, body, once }) {
        const { shared = caller.kind === 'key', ...wish } = body;
        refuseSharing(caller, shared);
        const made = await once(async (tx) => {
          const view = { ...wish, id: newId('viw'), personId: makerOf(caller), shared };
          const added = await addView(tx, caller.merchantId, view);
          if (!added) throw new Problem('too_many_views', '100 are kept already; remove one first');
          await noteChange(tx, author, {
            ...{ merchantId: caller.merchantId, action: 'view.created', object: { kind: 'view', id: added.id } },
            after: told(added),
          });
          return viewFor(caller)(added);
        });
        return { status: 201, body: made };
      },
    }),
    route({
      operationId: 'removeSavedView',
      method: 'delete',
      path: '/v1/views/:id',
      summary: 'Remove a saved filter',
      detail: 'Who made it may, and of one that is shared an owner too.',
      right: 'keep_views',
      params: idParams,
      answers: { 200: savedView },
      async handle({ caller, author, params: { id } }) {
        const removed = await inTransaction(db, async (tx) => {
          const view = await findView(tx, caller.merchantId, makerOf(caller), id);
          if (!view) throw notFound('view');
          refuseRemoval(caller, view);
          if (!(await removeView(tx, id))) throw notFound('view');
          const change = { merchantId: caller.merchantId, action: 'view.removed', object: { kind: 'view', id } };
          await noteChange(tx, author, { ...change, before: told(view) });
          return view;
        });
        return { status: 200, body: viewFor(caller)(removed) };
      },
    }),
  ];
}

function refuseSharing(caller: Caller, shared: boolean): void {
  if (caller.kind === 'key' && !shared)
    throw new Problem('invalid_request', 'body: shared: a key belongs to nobody, so what it saves is shared', {
      errors: [{ path: 'shared', message: 'a key belongs to nobody, so what it saves is shared' }],
    });
  if (caller.kind === 'staff' && shared && caller.role !== 'owner' && caller.role !== 'treasurer')
    throw new Problem('forbidden', 'only an owner or a treasurer shares a filter with all', {
      may: { roles: ['owner', 'treasurer'], scopes: ['admin'] },
    });
}

function refuseRemoval(caller: Caller, view: SavedView): void {
  if (caller.kind === 'staff' && caller.role !== 'owner' && view.personId !== caller.personId)
    throw new Problem('forbidden', 'somebody else made it: they may remove it, or an owner', {
      may: { roles: ['owner'], scopes: ['admin'] },
    });
}

/** The trail says by which fields is filtered; what they are searched for may be somebody's name. */
const told = ({ name, list: of, filter, shared }: SavedView) => ({
  name,
  list: of,
  filter: Object.keys(filter).sort(),
  shared,
});

const viewFor =
  (caller: Caller) =>
  ({ id, personId, name, list: of, filter, shared, createdAt }: SavedView) => ({
    ...{ id, name, list: of, filter, shared },
    mine: personId === makerOf(caller),
    createdAt: createdAt.toISOString(),
  });
