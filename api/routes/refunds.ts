import { findRefund, listRefunds, sumRefunds } from '../../books/refunds';
import type { ListedRefund } from '../../books/refunds';
import { readChargeLabels } from '../../books/cart';
import type { Runs } from '../../outbox/runs';
import type { Database } from '../../prisma/client';
import { REFUND_REFUSALS } from '../../workflows/domain/refund-plan';
import { giveCommand, sendCommand } from '../desks/commanding';
import { untilSettled } from '../desks/refunding';
import type { RefundDesk } from '../desks/refunding';
import { seekMoney } from '../desks/seeking';
import type { Caller } from '../http/auth';
import { readCursor, toPage } from '../http/paging';
import { notFound } from '../http/problems';
import { rejection } from '../http/rejections';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';
import { viewRefund } from '../http/views';
import { readPayment } from './payments';

export interface RefundDependencies {
  readonly db: Database;
  readonly runs: Runs;
  readonly refunds: RefundDesk;
}

export function refundRoutes({ db, runs, refunds }: RefundDependencies) {
  /** The refund, if this caller may see it; else the same 404 as if there were none. */
  async function readRefund(caller: Reader, id: string): Promise<ListedRefund> {
    const found = await findRefund(db, caller.merchantId, id);
    if (!found || (caller.kind === 'member' && found.memberId !== caller.memberId)) throw notFound('refund');
    return found;
  }

  const hurry = (operationId: string, kind: 'retry_refund' | 'give_up_refund', path: string, summary: string) =>
    route({
      operationId,
      method: 'post',
      path,
      summary,
      right: 'give_back',
      params: schemas.idParams,
      body: schemas.refundNote,
      answers: { 200: schemas.refund },
      refusals: ['refund_settled', 'refund_moving'],
      idempotentFor: 'days',
      async handle(request) {
        const { caller, params, body } = request;
        await giveCommand({ db, runs }, request, body.note, async () => {
          const { paymentId, status, id: refundId } = await readRefund(caller, params.id);
          if (status !== 'pending' || paymentId === null) throw rejection('refund_settled');
          return { paymentId, order: { kind, refundId } };
        });
        if (kind === 'retry_refund') await untilSettled(db, caller.merchantId, params.id);
        return { status: 200, body: viewRefund(await readRefund(caller, params.id)) };
      },
    });

  return [
    route({
      operationId: 'refundPayment',
      method: 'post',
      path: '/v1/payments/:id/refunds',
      summary: 'Give money of a payment back',
      right: 'give_back',
      params: schemas.idParams,
      body: schemas.newRefund,
      answers: { 201: schemas.refund },
      refusals: [...REFUND_REFUSALS],
      idempotentFor: 'good',
      async handle({ caller, author, params, body, once }) {
        const { amount = null, cancelCharges: charges = [], note = null, noteToPayer = null } = body;
        const { refundId, commandId } = await once((tx) =>
          refunds.request(
            tx,
            author,
            params.id,
            () => readPayment(tx, caller, params.id),
            { amount, charges },
            { note, noteToPayer },
          ),
        );
        await Promise.all([sendCommand({ db, runs }, commandId), untilSettled(db, caller.merchantId, refundId)]);
        return { status: 201, body: viewRefund(await readRefund(caller, refundId)) };
      },
    }),
    route({
      operationId: 'previewRefund',
      method: 'get',
      path: '/v1/payments/:id/refund-preview',
      summary: 'What a refund would do to cart and books',
      right: 'read_work',
      params: schemas.idParams,
      query: schemas.previewFilter,
      answers: { 200: schemas.refundPreview },
      async handle({ caller, params, query }) {
        const payment = await readPayment(db, caller, params.id);
        const { amount = null, cancelCharges: charges = [] } = query;
        const { plan, preview, refundable } = await refunds.preview(db, payment, { amount, charges });
        const labels = await readChargeLabels(db, preview?.chargesDueAgain.map(({ id }) => id) ?? []);
        return {
          status: 200,
          body: {
            possible: plan.possible,
            code: plan.possible ? null : plan.code,
            detail: plan.possible ? null : plan.detail,
            amount: plan.possible ? plan.amount : (amount ?? 0),
            currency: preview?.currency ?? payment.terms.currency,
            refundable,
            payerReceives: plan.possible ? plan.amount : 0,
            feeCharged: preview?.feeCharged ?? 0,
            feeReturned: preview?.feeReturned ?? null,
            feeLost: preview?.feeLost ?? null,
            chargesDueAgain: preview?.chargesDueAgain.map((due) => ({ ...due, label: labels.get(due.id) ?? '' })) ?? [],
            creditReduced: preview?.creditReduced ?? 0,
            entries: preview?.entries ?? [],
          },
        };
      },
    }),
    route({
      operationId: 'listRefundsOfPayment',
      method: 'get',
      path: '/v1/payments/:id/refunds',
      summary: 'List the refunds of a payment, newest first',
      right: 'read_payments',
      params: schemas.idParams,
      query: schemas.noFilter,
      answers: { 200: schemas.list(schemas.refund) },
      async handle({ caller, params, query }) {
        await readPayment(db, caller, params.id);
        const page = { before: readCursor(query), limit: query.limit };
        const rows = await listRefunds(db, caller.merchantId, { paymentId: params.id }, page);
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, viewRefund) };
      },
    }),
    route({
      operationId: 'listRefunds',
      method: 'get',
      path: '/v1/refunds',
      summary: 'List refunds, newest first',
      right: 'read_payments',
      query: schemas.refundFilter,
      answers: { 200: schemas.summarizedList(schemas.refund, schemas.refundSums) },
      async handle({ caller, query }) {
        const { status, gateway, from, to, minAmount, maxAmount, limit } = query;
        const memberIds = [query.member, caller.kind === 'member' ? caller.memberId : undefined].filter(
          (id) => id !== undefined,
        );
        const before = readCursor(query);
        const sought = await seekMoney(db, caller.merchantId, 'refunds', query.q);
        const filter = { memberIds, status, gateway, period: { from, to }, minAmount, maxAmount, sought };
        const [rows, summary] = await Promise.all([
          listRefunds(db, caller.merchantId, filter, { before, limit }),
          query.summary === undefined ? undefined : sumRefunds(db, caller.merchantId, filter),
        ]);
        const page = toPage(rows, query, (row) => row.sequence, viewRefund);
        return { status: 200, body: { ...page, ...(summary && { summary }) } };
      },
    }),
    route({
      operationId: 'readRefund',
      method: 'get',
      path: '/v1/refunds/:id',
      summary: 'Read a refund',
      right: 'read_payments',
      params: schemas.idParams,
      answers: { 200: schemas.refund },
      async handle({ caller, params }) {
        return { status: 200, body: viewRefund(await readRefund(caller, params.id)) };
      },
    }),
    hurry('retryRefund', 'retry_refund', '/v1/refunds/:id/retry', 'Ask the gateway about a pending refund now'),
    hurry(
      'giveUpRefund',
      'give_up_refund',
      '/v1/refunds/:id/cancel',
      'Give a pending refund up, where nothing has moved',
    ),
  ];
}

type Reader = Extract<Caller, { kind: 'key' | 'staff' | 'member' }>;
