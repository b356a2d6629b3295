import { loadPayment } from '../books/facts';
import { readRefundRow } from '../books/refunds';
import { loadUnmatched } from '../books/unmatched';
import type { GatewayFact } from '../workflows/domain/fact';
import { refundBy } from '../workflows/domain/gateway';
import { isId } from '../workflows/domain/ids';
import { sumsOf } from '../workflows/domain/payment';
import type { Payment } from '../workflows/domain/payment';
import { INSUFFICIENT_FUND, refundsOf } from '../workflows/domain/refund';
import type { Refund } from '../workflows/domain/refund';
import type { RefundEnd } from '../workflows/domain/refunding';
import { unreachable } from '../workflows/domain/unreachable';
import { contextOf } from './accounts';
import type { CheckoutDependencies } from './checkouts';
import { asTemporalFailure, notYet } from './failures';
import { GatewayFailure } from './gateways/port';
import type { GatewayContext, RefundLookup, RefundOrder } from './gateways/port';
import { GATEWAYS } from './gateways/registry';

export interface RefundQuestion {
  /** Whose money it is: a payment, or the message that told of money of nobody's. */
  readonly of: string;
  readonly refundId: string;
}

/** `atOnce`: else it was asked about a moment ago, and is asked again after the first pause. */
export interface RefundWatch extends RefundQuestion {
  readonly atOnce: boolean;
}

/** Asks the gateway to give the money back. `again`: an earlier call for this refund may have reached it. */
export async function refund(
  deps: CheckoutDependencies,
  { again, ...question }: RefundQuestion & { readonly again: boolean },
  signal: AbortSignal,
): Promise<RefundEnd> {
  const asked = await prepare(deps, question, again, signal);
  const { gateway, context, order, refund: wanted } = asked;
  // What this account cannot do at all is not asked for.
  if (!gateway.refund || refundBy(asked.capabilities, order.method) === 'none')
    return told(wanted, { status: 'refused', reason: 'refund_at_gateway_only', detail: asked.refundAt });
  return told(wanted, await gateway.refund(order, context).catch(asTemporalFailure));
}

/** Asks once whether a pending refund is decided; throws an expected wait while it is not. One durable call keeps asking. */
export async function watchRefund(
  deps: CheckoutDependencies,
  { atOnce, ...question }: RefundWatch,
  signal: AbortSignal,
): Promise<RefundEnd> {
  if (!atOnce) throw notYet('asked_just_now', `${question.refundId}: the gateway was asked a moment ago`);
  const asked = await prepare(deps, question, true, signal);
  const { gateway, context, order, refund: wanted } = asked;
  // A refund that waits for funds has not moved: it is asked for once more, after a look.
  const isWaiting = wanted.reason === INSUFFICIENT_FUND && gateway.refund !== undefined;
  const ask = isWaiting ? gateway.refund : gateway.lookUpRefund;
  const answer: RefundLookup = ask ? await ask(order, context).catch(asWait) : { status: 'none' };
  const isNews = answer.status === 'succeeded' || answer.status === 'refused' || changes(wanted, answer);
  if (!isNews) throw notYet('undecided', `${question.refundId}: the gateway has not decided yet`);
  return told(wanted, answer);
}

/** Waiting moves nothing, so that no failure of a gateway ends it; a person sees that it lasts. */
function asWait(failure: unknown): never {
  if (failure instanceof GatewayFailure && failure.retry === 'never') throw notYet(failure.code, failure.message);
  return asTemporalFailure(failure);
}

/** Asks whether a refund has moved, and moves nothing. */
export async function checkRefund(
  deps: CheckoutDependencies,
  question: RefundQuestion,
  signal: AbortSignal,
): Promise<RefundEnd> {
  const { gateway, context, order, refund: wanted } = await prepare(deps, question, true, signal);
  if (!gateway.lookUpRefund) return { outcome: 'broke' };
  return told(wanted, await gateway.lookUpRefund(order, context).catch(asTemporalFailure));
}

interface Asked {
  readonly gateway: (typeof GATEWAYS)[keyof typeof GATEWAYS]['gateway'];
  readonly capabilities: ReturnType<(typeof GATEWAYS)[keyof typeof GATEWAYS]['capabilitiesOf']>;
  readonly refundAt: string;
  readonly context: GatewayContext<unknown>;
  readonly order: RefundOrder;
  readonly refund: Refund;
}

async function prepare(
  deps: CheckoutDependencies,
  { of, refundId }: RefundQuestion,
  again: boolean,
  signal: AbortSignal,
): Promise<Asked> {
  const { row, money } = isId('pay', of) ? await ofPayment(deps, of, refundId) : await ofUnmatched(deps, of);
  const wanted = refundsOf(money).find(({ id }) => id === refundId);
  if (!wanted) throw new Error(`refund ${refundId} of ${of} is not recorded`);
  const { gateway, capabilitiesOf, refundAt } = GATEWAYS[row.gateway];
  const context = contextOf(deps, row, signal);
  const order = orderOf(money, wanted, again, row);
  return { gateway, capabilities: capabilitiesOf(context.credentials), refundAt, context, order, refund: wanted };
}

async function ofPayment({ db }: CheckoutDependencies, id: string, refundId: string) {
  const [row, money] = await Promise.all([readRefundRow(db, id, refundId), loadPayment(db, id)]);
  if (!money) throw new Error(`payment ${id} is not recorded`);
  return { row, money };
}

async function ofUnmatched({ db }: CheckoutDependencies, id: string) {
  const money = await loadUnmatched(db, id);
  if (!money) throw new Error(`message ${id} tells of no money of nobody's`);
  return { row: { ...money, method: null, noteToPayer: null }, money };
}

function orderOf(
  payment: Payment,
  { id, capture, money, gatewayReference }: Refund,
  again: boolean,
  { method, noteToPayer }: { readonly method: string | null; readonly noteToPayer: string | null },
): RefundOrder {
  const sum = sumsOf(payment).find(({ reference }) => reference === capture);
  if (!sum) throw new Error(`${capture} of ${payment.terms.id} is not recorded`);
  const others = refundsOf(payment).filter((other) => other.id !== id && other.capture === capture);
  return {
    refundId: id,
    paymentId: isId('pay', payment.terms.id) ? payment.terms.id : null,
    capture,
    captured: sum.money,
    method,
    money,
    whole: money.amount === sum.money.amount && others.every(({ status }) => status === 'failed'),
    note: noteToPayer,
    idempotencyKey: id,
    again,
    reference: gatewayReference,
    known: others.flatMap((other) =>
      other.gatewayReference === null ? [] : [{ reference: other.gatewayReference, money: other.money }],
    ),
  };
}

function changes({ reason, gatewayReference }: Refund, answer: RefundLookup): boolean {
  return answer.status === 'pending' && (answer.reason !== reason || answer.reference !== gatewayReference);
}

/** The gateway's answer as facts of our refund. */
function told({ id, capture, money }: Refund, answer: RefundLookup): RefundEnd {
  const about = { ...money, parent: capture, refundId: id, occurredAt: null };
  switch (answer.status) {
    case 'succeeded':
      return facts({ ...answer.fact, refundId: id });
    case 'pending': {
      const { reference, reason } = answer;
      return facts({ kind: 'refund_pending', gatewayReference: reference ?? id, qualifier: reason, reason, ...about });
    }
    case 'refused': {
      const { reference, reason, detail } = answer;
      return facts({
        kind: 'refund_failed',
        gatewayReference: reference ?? id,
        qualifier: '',
        reason,
        detail,
        ...about,
      });
    }
    case 'none':
      return { outcome: 'nothing' };
    default:
      return unreachable(answer);
  }
}

function facts(fact: GatewayFact): RefundEnd {
  return { outcome: 'facts', facts: [fact] };
}
