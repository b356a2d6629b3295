import { findDispute, listDisputes } from '../../books/disputes';
import type { Runs } from '../../outbox/runs';
import type { Database } from '../../prisma/client';
import type { Dispute } from '../../prisma/generated/client';
import { decide } from '../../workflows/domain/payment';
import { giveCommand } from '../desks/commanding';
import { readCursor, toPage } from '../http/paging';
import { notFound } from '../http/problems';
import { rejection } from '../http/rejections';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';
import { viewDispute } from '../http/views';
import { readPayment } from './payments';

export function disputeRoutes({ db, runs }: { readonly db: Database; readonly runs: Runs }) {
  /** The dispute, if this caller may see it; else the same 404 as if there were none. */
  async function readDispute(
    caller: { readonly merchantId: string; readonly memberId?: string },
    id: string,
  ): Promise<Dispute> {
    const found = await findDispute(db, caller.merchantId, id);
    if (!found || (caller.memberId !== undefined && found.memberId !== caller.memberId)) throw notFound('dispute');
    return found;
  }

  return [
    route({
      operationId: 'listDisputes',
      method: 'get',
      path: '/v1/disputes',
      summary: 'List disputes, newest first',
      right: 'read_payments',
      query: schemas.disputeFilter,
      answers: { 200: schemas.list(schemas.dispute) },
      async handle({ caller, query }) {
        const { status, gateway, payment: paymentId, from, to, minAmount, maxAmount, limit } = query;
        const memberIds = [query.member, caller.kind === 'member' ? caller.memberId : undefined].filter(
          (id) => id !== undefined,
        );
        const filter = { memberIds, status, gateway, paymentId, period: { from, to }, minAmount, maxAmount };
        const rows = await listDisputes(db, caller.merchantId, filter, { before: readCursor(query), limit });
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, viewDispute) };
      },
    }),
    route({
      operationId: 'readDispute',
      method: 'get',
      path: '/v1/disputes/:id',
      summary: 'Read a dispute',
      right: 'read_payments',
      params: schemas.idParams,
      answers: { 200: schemas.dispute },
      async handle({ caller, params }) {
        return { status: 200, body: viewDispute(await readDispute(caller, params.id)) };
      },
    }),
    route({
      operationId: 'resolveDispute',
      method: 'post',
      path: '/v1/disputes/:id/resolution',
      summary: 'Say how a dispute ended, where the gateway says no more',
      right: 'give_back',
      params: schemas.idParams,
      body: schemas.disputeResolution,
      answers: { 200: schemas.dispute },
      refusals: ['dispute_closed', 'nothing_held', 'money_held'],
      idempotentFor: 'days',
      async handle(request) {
        const { caller, params, body } = request;
        const { outcome, note } = body;
        await giveCommand({ db, runs }, request, note, async (tx) => {
          const { paymentId, id: disputeId } = await readDispute(caller, params.id);
          const payment = await readPayment(tx, caller, paymentId);
          const order = { kind: 'resolve_dispute', disputeId, outcome } as const;
          const decision = decide(payment, { ...order, commandId: 'precheck', at: new Date().toISOString() });
          if (decision.outcome === 'rejected') throw rejection(decision.reason);
          return { paymentId, order };
        });
        return { status: 200, body: viewDispute(await readDispute(caller, params.id)) };
      },
    }),
  ];
}
