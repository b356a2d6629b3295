import { sameContent } from '../fact';
import type { Fact, GatewayFact, OwnFact } from '../fact';
import { unreachable } from '../unreachable';
import { acknowledgement, mostUrgent } from './attention';
import { conflict, evolve, knownFact } from './facts';
import { summarize } from './summary';
import { isInSuspense, sumsOf } from './sums';
import type { Decision, Payment, PaymentInput } from './types';

/** Decides what an input means for this payment: new facts, nothing new, or a refusal with its reason. Never throws for business reasons. */
export function decide(payment: Payment, input: PaymentInput): Decision {
  switch (input.kind) {
    case 'facts':
      return takeIn(payment, input.facts, input.at);
    case 'cancel':
      return close(payment, ownFact(payment, 'payment_cancelled', input.commandId, input.at));
    case 'expire':
      return close(payment, ownFact(payment, 'payment_expired', 'deadline', input.at));
    case 'resolve':
      return resolve(payment, input);
    default:
      return unreachable(input);
  }
}

function ownFact(
  payment: Payment,
  kind: 'payment_cancelled' | 'payment_expired',
  qualifier: string,
  at: string,
): OwnFact {
  return { kind, gatewayReference: payment.terms.id, qualifier, amount: null, currency: null, occurredAt: at };
}

function takeIn(payment: Payment, facts: readonly GatewayFact[], at: string): Decision {
  const fresh: Fact[] = [];
  let next = payment;
  for (const fact of facts) {
    const known = knownFact(next, fact);
    const told = known && !sameContent(known, fact) ? conflict(known, fact, at) : fact;
    if (knownFact(next, told)) continue;
    fresh.push(told);
    next = evolve(next, told);
  }
  return fresh.length > 0 ? { outcome: 'accepted', facts: fresh } : { outcome: 'duplicate' };
}

function close(payment: Payment, fact: OwnFact): Decision {
  if (knownFact(payment, fact)) return { outcome: 'duplicate' };
  const { status } = summarize(payment);
  switch (status) {
    case 'created':
    case 'awaiting_payer':
      return { outcome: 'accepted', facts: [fact] };
    case 'processing':
      return { outcome: 'rejected', reason: 'payment_processing' };
    case 'failed':
      return { outcome: 'rejected', reason: 'already_failed' };
    case 'cancelled':
      return { outcome: 'rejected', reason: 'already_cancelled' };
    case 'expired':
      return { outcome: 'rejected', reason: 'already_expired' };
    case 'needs_review':
      return { outcome: 'rejected', reason: 'payment_needs_review' };
    case 'paid':
    case 'partially_refunded':
    case 'refunded':
    case 'disputed':
    case 'charged_back':
      return { outcome: 'rejected', reason: 'already_paid' };
    default:
      return unreachable(status);
  }
}

function resolve(payment: Payment, input: PaymentInput & { kind: 'resolve' }): Decision {
  // Told twice, a command must not settle the next sum as well.
  if (payment.facts.some((fact) => 'commandId' in fact && fact.commandId === input.commandId))
    return { outcome: 'duplicate' };
  const oldest = sumsOf(payment).find(isInSuspense);
  if (!oldest) return acknowledge(payment, input);
  if (input.action === 'refund') return { outcome: 'rejected', reason: 'refund_not_supported' };
  if (oldest.money.currency !== payment.terms.currency) return { outcome: 'rejected', reason: 'currency_mismatch' };
  const accepted: OwnFact = {
    kind: 'suspense_accepted',
    gatewayReference: oldest.reference,
    qualifier: '',
    amount: oldest.left,
    currency: oldest.money.currency,
    occurredAt: input.at,
    commandId: input.commandId,
  };
  return { outcome: 'accepted', facts: [accepted] };
}

/** With no money to place, accepting means: a person has read what is shown, where reading is all that it needs. */
function acknowledge(payment: Payment, { action, commandId, at }: PaymentInput & { kind: 'resolve' }): Decision {
  const shown = mostUrgent(payment);
  if (action !== 'accept' || !shown?.acknowledgeable) return { outcome: 'rejected', reason: 'nothing_to_resolve' };
  const { code, fact } = shown;
  const read: OwnFact = {
    kind: 'attention_acknowledged',
    gatewayReference: fact.gatewayReference,
    qualifier: acknowledgement(code, fact),
    amount: null,
    currency: null,
    occurredAt: at,
    commandId,
  };
  return { outcome: 'accepted', facts: [read] };
}
