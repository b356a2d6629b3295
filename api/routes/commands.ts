import { loadPayment } from '../../books/facts';
import type { Database } from '../../prisma/client';
import { admit, giveCommand, sendCommand } from '../desks/commanding';
import type { SimpleOrder } from '../desks/commanding';
import { showPayments } from '../desks/showing';
import { untilSettled } from '../desks/refunding';
import type { RefundDesk } from '../desks/refunding';
import { notFound } from '../http/problems';
import { route } from '../http/routing';
import type { Answer } from '../http/routing';
import type { Runs } from '../../outbox/runs';
import * as schemas from '../http/schemas';
import type { ViewSettings } from '../http/views';
import { readPayment } from './payments';
import type { RouteRequest } from '../http/routing';

export interface CommandDependencies {
  readonly db: Database;
  readonly runs: Runs;
  readonly refunds: RefundDesk;
  readonly view: ViewSettings;
}

export function commandRoutes({ db, runs, refunds, view }: CommandDependencies) {
  const answers = { 200: schemas.payment, 202: schemas.payment };
  const { show } = showPayments({ db, refunds, view });

  /** Stores the command, sends it, and answers with what became of it. */
  async function give(
    request: Pick<
      RouteRequest<'start_payments' | 'give_back', typeof schemas.idParams, undefined, undefined>,
      'caller' | 'author' | 'params' | 'once' | 'forget'
    >,
    order: SimpleOrder,
    note?: string,
  ): Promise<Answer> {
    const { caller, params } = request;
    const isObeyed = await giveCommand({ db, runs }, request, note, async (tx) =>
      admit(await readPayment(tx, caller, params.id), order),
    );
    const payment = await loadPayment(db, params.id, caller.merchantId);
    if (!payment) throw notFound('payment');
    return { status: isObeyed ? 200 : 202, body: await show(caller, payment) };
  }

  return [
    route({
      operationId: 'cancelPayment',
      method: 'post',
      path: '/v1/payments/:id/cancel',
      summary: 'Cancel an unpaid payment',
      right: 'start_payments',
      params: schemas.idParams,
      body: schemas.nothing,
      answers,
      refusals: [
        'already_paid',
        'already_cancelled',
        'already_expired',
        'already_failed',
        'payment_processing',
        'payment_needs_review',
      ],
      idempotentFor: 'days',
      handle: (request) => give(request, { kind: 'cancel' }),
    }),
    route({
      operationId: 'resolvePayment',
      method: 'post',
      path: '/v1/payments/:id/resolution',
      summary: 'Decide what becomes of the oldest sum in suspense, or acknowledge what is shown',
      right: 'give_back',
      params: schemas.idParams,
      body: schemas.resolution,
      answers,
      refusals: [
        'nothing_to_resolve',
        'currency_mismatch',
        'refund_in_flight',
        'payment_disputed',
        'refund_not_supported',
        'refund_at_gateway_only',
        'partial_refund_not_supported',
        'amount_not_supported',
      ],
      idempotentFor: 'good',
      async handle(request) {
        const { body, caller, author, params, once } = request;
        if (body.action === 'accept') return give(request, { kind: 'resolve' }, body.note);
        const { commandId, refundId } = await once((tx) =>
          refunds.returnSuspended(tx, author, params.id, () => readPayment(tx, caller, params.id), body.note ?? null),
        );
        await Promise.all([sendCommand({ db, runs }, commandId), untilSettled(db, caller.merchantId, refundId)]);
        return { status: 200, body: await show(caller, await readPayment(db, caller, params.id)) };
      },
    }),
  ];
}
