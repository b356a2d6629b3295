import { readCommand, storeCommand } from '../../books/commands';
import type { Order } from '../../books/commands';
import { loadPayment } from '../../books/facts';
import type { Sql } from '../../books/sql';
import { decide } from '../../workflows/domain/payment';
import type { PaymentInput, Rejection } from '../../workflows/domain/payment';
import type { CommandOutcome } from '../../workflows/domain/turn';
import { LEASE_MS } from '../../outbox/deliveries';
import { newId } from '../../platform/ids';
import { notFound, Problem } from '../http/problems';
import { route } from '../http/routing';
import type { Answer } from '../http/routing';
import type { Command, Runs } from '../../outbox/runs';
import * as schemas from '../http/schemas';
import { viewPayment } from '../http/views';
import type { ViewSettings } from '../http/views';
import { readPayment } from './payments';
import type { RouteRequest } from '../http/routing';

/** How long a person waits for the outcome before being told that it will come: 202. */
const OUTCOME_PATIENCE_MS = 5_000;

export function commandRoutes({ db, runs, view }: { db: Sql; runs: Runs; view: ViewSettings }) {
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
    order: Order,
    stored: { readonly note?: string },
  ): Promise<Answer> {
    const commandId = await once(async (tx) => {
      const payment = await readPayment(tx, caller, params.id);
      // What is plainly impossible is refused before anything is stored; the run decides everything else.
      const decision = decide(payment, toInput('precheck', order));
      if (decision.outcome === 'rejected') throw refusal(decision.reason);
      const id = newId('cmd');
      await storeCommand(tx, { id, paymentId: params.id, order }, stored, LEASE_MS);
      return id;
    });
    const outcome = await outcomeOf({ id: commandId, paymentId: params.id, order });
    if (outcome?.outcome === 'rejected') {
      await forget();
      throw refusal(outcome.reason);
    }
    const payment = await loadPayment(db, params.id, caller.merchantId);
    if (!payment) throw notFound('payment');
    return { status: outcome ? 200 : 202, body: viewPayment(payment, view) };
  }

  async function outcomeOf(command: Command): Promise<CommandOutcome | null> {
    const stored = await readCommand(db, command.id);
    if (stored?.outcome) return stored.outcome;
    const sent = runs.command(command).catch(() => null); // Temporal is away: the sweeper sends it again
    return Promise.race([sent, new Promise<null>((resolve) => setTimeout(resolve, OUTCOME_PATIENCE_MS, null).unref())]);
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
      summary: 'Decide what becomes of the oldest sum in suspense',
      access: ['merchant'],
      params: schemas.idParams,
      body: schemas.resolution,
      answers,
      refusals: ['nothing_to_resolve', 'currency_mismatch', 'refund_not_supported'],
      idempotent: true,
      handle: (request) =>
        give(
          request,
          { kind: 'resolve', action: request.body.action },
          request.body.note === undefined ? {} : { note: request.body.note },
        ),
    }),
    route({
      method: 'post',
      path: '/v1/payments/:id/refunds',
      summary: 'Refund a payment (not supported yet)',
      access: ['merchant'],
      params: schemas.idParams,
      body: schemas.newRefund,
      answers: { 202: schemas.refund },
      refusals: ['refund_not_supported'],
      idempotent: true,
      async handle({ caller, params }) {
        await readPayment(db, caller, params.id);
        throw refusal('refund_not_supported');
      },
    }),
  ];
}

function toInput(commandId: string, order: Order): PaymentInput {
  const at = new Date().toISOString();
  return order.kind === 'cancel'
    ? { kind: 'cancel', commandId, at }
    : { kind: 'resolve', commandId, action: order.action, at };
}

const REFUSALS: Readonly<Record<Rejection, string>> = {
  already_paid: 'the payment is paid; what was paid can only be refunded',
  already_cancelled: 'the payment was cancelled before',
  already_expired: 'the payment expired before',
  already_failed: 'the payment failed before',
  payment_processing:
    'the gateway holds the money, or is being asked whether it was taken: once it has answered, the payment is paid, or can be cancelled or paid anew',
  payment_needs_review: 'money came that does not fit; resolve it first',
  nothing_to_resolve: 'no sum of this payment is in suspense',
  currency_mismatch: "the money is in another currency than the merchant's cart; only a refund ends it",
  refund_not_supported: 'refunds cannot be made here yet',
};
function refusal(reason: Rejection): Problem {
  return new Problem(reason, REFUSALS[reason]);
}
