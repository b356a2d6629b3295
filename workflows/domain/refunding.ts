import type { Fact, GatewayFact, OwnFact } from './fact';
import { derivedId } from './ids';
import { knownFact } from './payment/facts';
import { sumsOf, suspendedOf } from './payment/sums';
import type { CapturedSum, Payment } from './payment/types';
import type { Refund } from './refund';
import { isRefundNews, refundsOf } from './refund';
import { unreachable } from './unreachable';

/** What the gateway says of a refund. */
export type RefundEnd =
  | { readonly outcome: 'facts'; readonly facts: readonly GatewayFact[] }
  /** The gateway knows of no such refund: nothing has moved. */
  | { readonly outcome: 'nothing' }
  /** No outcome for as long as one may be waited for. */
  | { readonly outcome: 'undecided' }
  /** A bug ended it, or the gateway's answer that says neither yes nor no: whether money moved is not known. */
  | { readonly outcome: 'broke' };

type Requested = OwnFact & { kind: 'refund_requested' };

/** We are going to give money back: recorded before the gateway is asked. */
export function refundRequested(
  { terms, facts }: Payment,
  request: {
    readonly refundId: string;
    readonly capture: string;
    readonly amount: number;
    readonly charges: readonly string[];
    readonly origin: 'merchant' | 'policy';
    readonly at: string;
  },
): Requested {
  const captured = facts.find((fact) => fact.kind === 'payment_captured' && fact.gatewayReference === request.capture);
  return {
    kind: 'refund_requested',
    gatewayReference: request.refundId,
    qualifier: '',
    amount: request.amount,
    currency: captured?.currency ?? terms.currency,
    parent: request.capture,
    origin: request.origin,
    charges: request.charges,
    occurredAt: request.at,
  };
}

/** The sum that came after the end and is to go back by itself, whatever its amount; null while another refund is on its way. */
export function refundDueByPolicy(payment: Payment, isMeant: (reference: string) => boolean): CapturedSum | null {
  if (payment.terms.latePayments !== 'refund') return null;
  const refunds = refundsOf(payment);
  if (refunds.some(({ status }) => status === 'pending')) return null;
  const due = sumsOf(payment).find(
    (sum) =>
      sum.late &&
      sum.standing === 'suspended' &&
      suspendedOf(sum) > 0 &&
      isMeant(sum.reference) &&
      !refunds.some(({ capture, origin }) => capture === sum.reference && origin !== 'gateway'),
  );
  return due ?? null;
}

export function refundByPolicy(payment: Payment, sum: CapturedSum, at: string): Requested {
  return refundRequested(payment, {
    refundId: derivedId('ref', `${payment.terms.id} policy ${sum.reference}`),
    capture: sum.reference,
    amount: suspendedOf(sum),
    charges: [],
    origin: 'policy',
    at,
  });
}

/** Nothing was given back, and nothing will be: the gateway's word, or ours. */
export function refundRefused(
  refund: Pick<Requested, 'gatewayReference' | 'amount' | 'currency' | 'parent'> | Refund,
  reason: string,
  detail: string | null,
  at: string,
): GatewayFact & { kind: 'refund_failed' } {
  const about =
    'id' in refund
      ? { id: refund.id, parent: refund.capture, ...refund.money }
      : { id: refund.gatewayReference, parent: refund.parent, amount: refund.amount, currency: refund.currency };
  const { id, parent, amount, currency } = about;
  return {
    kind: 'refund_failed',
    gatewayReference: id,
    qualifier: '',
    amount,
    currency,
    parent,
    reason,
    detail,
    refundId: id,
    occurredAt: at,
  };
}

/** Whether the gateway gave the money back is not known, and asking for it once more could give it back twice. */
function refundUncertain({ id, capture, money }: Refund): GatewayFact & { kind: 'refund_pending' } {
  return {
    kind: 'refund_pending',
    gatewayReference: id,
    qualifier: 'uncertain',
    ...money,
    parent: capture,
    reason: 'uncertain',
    refundId: id,
    occurredAt: null,
  };
}

function refundIsSlow({ id }: Refund, at: string): OwnFact {
  return { kind: 'refund_slow', gatewayReference: id, qualifier: '', amount: null, currency: null, occurredAt: at };
}

/**
 * The answer to our own call, which names our refund. Where a message had told of it first, as of a refund of the gateway's
 * site, one fact more says that the two are one.
 */
function named(payment: Payment, { id, money, capture }: Refund, facts: readonly GatewayFact[]): GatewayFact[] {
  return facts.flatMap((fact): GatewayFact[] => {
    if (!isRefundNews(fact)) return [fact];
    const told = { ...fact, refundId: id };
    const known: Fact | undefined = knownFact(payment, told);
    if (!known || ('refundId' in known && known.refundId === id)) return [told];
    const link = {
      kind: 'refund_pending',
      qualifier: id,
      reason: 'told_before',
      refundId: id,
      occurredAt: null,
    } as const;
    return [{ ...link, gatewayReference: fact.gatewayReference, ...money, parent: capture }];
  });
}

/** What the end of a question about a pending refund says of it, as facts; none where nothing is new. */
export function refundNews(payment: Payment, refund: Refund, end: RefundEnd, at: string): readonly Fact[] {
  switch (end.outcome) {
    case 'facts':
      return named(payment, refund, end.facts);
    case 'undecided':
      return refund.slow ? [] : [refundIsSlow(refund, at)];
    case 'nothing':
    case 'broke':
      return [refundUncertain(refund)];
    default:
      return unreachable(end);
  }
}
