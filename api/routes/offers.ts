import { noteChange } from '../../books/audit';
import { findMerchant } from '../../books/merchants';
import { addOffer, changeOffer, findOffer, listOffers, withdrawOffer } from '../../books/offers';
import type { ListedOffer } from '../../books/offers';
import { inTransaction } from '../../books/sql';
import type { Database } from '../../prisma/client';
import { newId } from '../../platform/ids';
import * as schemas from '../http/agreement-schemas';
import { readCursor, toPage } from '../http/paging';
import { notFound } from '../http/problems';
import { route } from '../http/routing';
import { idParams, list, noFilter } from '../http/schemas';

const objectOf = (id: string) => ({ kind: 'offer', id });

export function offerRoutes({ db }: { readonly db: Database }) {
  const view = ({ sequence: _sequence, createdAt, withdrawnAt, ...offer }: ListedOffer) => ({
    ...offer,
    createdAt: createdAt.toISOString(),
    withdrawnAt: withdrawnAt?.toISOString() ?? null,
  });
  const told = ({ label, category, amount, instalments }: ListedOffer) => ({ label, category, amount, instalments });

  return [
    route({
      operationId: 'createOffer',
      method: 'post',
      path: '/v1/offers',
      summary: 'Offer members an agreement that they can begin by themselves',
      right: 'manage_agreements',
      body: schemas.newOffer,
      answers: { 201: schemas.offer },
      refusals: ['not_found'],
      idempotentFor: 'days',
      async handle({ caller: { merchantId }, author, body, once }) {
        const merchant = await findMerchant(db, merchantId);
        if (!merchant) throw notFound('merchant');
        const { instalments = null, ...wish } = body;
        const made = await once(async (tx) => {
          const offer = { ...wish, id: newId('ofr'), currency: merchant.currency, instalments };
          const added = await addOffer(tx, merchantId, offer);
          const { interval, every } = added;
          const after = { ...told(added), interval, every };
          await noteChange(tx, author, { merchantId, action: 'offer.created', object: objectOf(added.id), after });
          return view(added);
        });
        return { status: 201, body: made };
      },
    }),
    route({
      operationId: 'listOffers',
      method: 'get',
      path: '/v1/offers',
      summary: 'List what members can begin by themselves, newest first',
      right: 'read_payments',
      query: noFilter,
      answers: { 200: list(schemas.offer) },
      async handle({ caller, query }) {
        const rows = await listOffers(db, caller.merchantId, { before: readCursor(query), limit: query.limit });
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, view) };
      },
    }),
    route({
      operationId: 'changeOffer',
      method: 'patch',
      path: '/v1/offers/:id',
      summary: 'Change what the next agreement begins with; those that were begun go on as they are',
      right: 'manage_agreements',
      params: idParams,
      body: schemas.offerChange,
      answers: { 200: schemas.offer },
      async handle({ caller: { merchantId }, author, params, body }) {
        const changed = await inTransaction(db, async (tx) => {
          const before = await findOffer(tx, merchantId, params.id);
          if (!before) throw notFound('offer');
          const { label = before.label, category = before.category, amount = before.amount } = body;
          const instalments = body.instalments === undefined ? before.instalments : body.instalments;
          const after = await changeOffer(tx, merchantId, { ...before, label, category, amount, instalments });
          if (!after) throw notFound('offer');
          const change = { before: told(before), after: told(after) };
          await noteChange(tx, author, { merchantId, action: 'offer.changed', object: objectOf(after.id), ...change });
          return after;
        });
        return { status: 200, body: view(changed) };
      },
    }),
    route({
      operationId: 'withdrawOffer',
      method: 'delete',
      path: '/v1/offers/:id',
      summary: 'Withdraw an offer: nobody begins it any more, and what was begun goes on',
      detail: 'Again: the same answer.',
      right: 'manage_agreements',
      params: idParams,
      answers: { 200: schemas.offer },
      async handle({ caller: { merchantId }, author, params }) {
        const offer = await inTransaction(db, async (tx) => {
          const withdrawn = await withdrawOffer(tx, merchantId, params.id);
          if (!withdrawn) throw notFound('offer');
          const object = objectOf(params.id);
          if (withdrawn.isNew) await noteChange(tx, author, { merchantId, action: 'offer.withdrawn', object });
          return withdrawn.offer;
        });
        return { status: 200, body: view(offer) };
      },
    }),
  ];
}
