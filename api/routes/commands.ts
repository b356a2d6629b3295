import { storeCommand } from '../../books/commands';
import type { Order } from '../../books/commands';
import { loadPayment } from '../../books/facts';
import type { Database } from '../../prisma/client';
import { decide } from '../../workflows/domain/payment';
import type { PaymentInput } from '../../workflows/domain/payment';
import { LEASE_MS } from '../../outbox/deliveries';
import { newId } from '../../platform/ids';
import { sendCommand } from '../desks/commanding';
import type { RefundDesk } from '../desks/refunding';
import { notFound } from '../http/problems';
import { rejection } from '../http/rejections';
import { route } from '../http/routing';
import type { Answer } from '../http/routing';
import type { Runs } from '../../outbox/runs';
import * as schemas from '../http/schemas';
import { viewPayment } from '../http/views';
import type { ViewSettings } from '../http/views';
import { readPayment } from './payments';
import { untilSettled } from './refunds';
import type { RouteRequest } from '../http/routing';

export interface CommandDependencies {
  readonly db: Database;
  readonly runs: Runs;
  readonly refunds: RefundDesk;
  readonly view: ViewSettings;
}

/** What needs no more than its name. */
type Simple = Extract<Order, { kind: 'cancel' | 'resolve' }>;

export function commandRoutes({ db, runs, refunds, view }: CommandDependencies) {
  const answers = { 200: schemas.payment, 202: schemas.payment };

  /** Stores the command, sends it, and answers with what became of it. */
  async function give(
    {
      caller,
      params,
      once,
      forget,
    }: Pick<
      RouteRequest<'merchant' | 'member', typeof schemas.idParams, undefined, undefined>,
      'caller' | 'params' | 'once' | 'forget'
    >,
    order: Simple,
    stored: { readonly note?: string },
  ): Promise<Answer> {
    const commandId = await once(async (tx) => {
      const payment = await readPayment(tx, caller, params.id);
      // What is plainly impossible is refused before anything is stored; the run decides everything else.
      const decision = decide(payment, toInput('precheck', order));
      if (decision.outcome === 'rejected') throw rejection(decision.reason);
      const id = newId('cmd');
      await storeCommand(tx, { id, paymentId: params.id, order }, stored, LEASE_MS);
      return id;
    });
    const outcome = await sendCommand({ db, runs }, { id: commandId, paymentId: params.id, order });
    if (outcome?.outcome === 'rejected') {
      await forget();
      throw rejection(outcome.reason);
    }
    const payment = await loadPayment(db, params.id, caller.merchantId);
    if (!payment) throw notFound('payment');
    return { status: outcome ? 200 : 202, body: viewPayment(payment, view) };
  }

  return [
    route({
      method: 'post',
      path: '/v1/payments/:id/cancel',
      summary: 'Cancel an unpaid payment',
      access: ['merchant', 'member'],
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
      idempotent: true,
      handle: (request) => give(request, { kind: 'cancel' }, {}),
    }),
    route({
      method: 'post',
      path: '/v1/payments/:id/resolution',
      summary: 'Decide what becomes of the oldest sum in suspense, or acknowledge what is shown',
      access: ['merchant'],
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
      ],
      idempotent: true,
      async handle(request) {
        const { body, caller, params, once } = request;
        if (body.action === 'accept')
          return give(request, { kind: 'resolve' }, body.note === undefined ? {} : { note: body.note });
        const { command, refundId } = await once((tx) =>
          refunds.returnSuspended(tx, params.id, () => readPayment(tx, caller, params.id), body.note ?? null),
        );
        await sendCommand({ db, runs }, command);
        await untilSettled(db, caller.merchantId, refundId);
        return { status: 200, body: viewPayment(await readPayment(db, caller, params.id), view) };
      },
    }),
  ];
}

function toInput(commandId: string, { kind }: Simple): PaymentInput {
  return { kind, commandId, at: new Date().toISOString() };
}
