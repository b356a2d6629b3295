import { disputesOf } from '../dispute';
import { sameContent } from '../fact';
import type { Fact, OwnFact } from '../fact';
import { excessOf } from '../position';
import { refundInFlight } from '../refund';
import { refundRequested } from '../refunding';
import { unreachable } from '../unreachable';
import { acknowledgement, attentionsOf } from './attention';
import { ATTENTIONS } from './attentions';
import { conflict, evolve, knownFact } from './facts';
import { summarize } from './summary';
import { isInSuspense, refundableOf, sumsOf, surplusOf, surplusQualifier, suspendedOf } from './sums';
import type { CapturedSum, Decision, Payment, PaymentInput } from './types';

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
    case 'refund':
      return refund(payment, input);
    case 'resolve_dispute':
      return resolveDispute(payment, input);
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

function takeIn(payment: Payment, facts: readonly Fact[], at: string): Decision {
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
  if (isKnown(payment, input.commandId)) return { outcome: 'duplicate' };
  const oldest = sumsOf(payment).find(isInSuspense);
  if (!oldest) return acceptWhatIsShown(payment, input);
  if (oldest.inFlight > 0) return { outcome: 'rejected', reason: 'refund_in_flight' };
  if (oldest.money.currency !== payment.terms.currency) return { outcome: 'rejected', reason: 'currency_mismatch' };
  const isFirst = oldest.accepted === 0;
  return { outcome: 'accepted', facts: [accepted(oldest, suspendedOf(oldest), isFirst ? '' : input.commandId, input)] };
}

function isKnown({ facts }: Payment, commandId: string): boolean {
  return facts.some((fact) => 'commandId' in fact && fact.commandId === commandId);
}

type Resolving = PaymentInput & { kind: 'resolve' };

function accepted(sum: CapturedSum, amount: number, qualifier: string, { commandId, at }: Resolving): OwnFact {
  const { reference: gatewayReference, money } = sum;
  return {
    kind: 'suspense_accepted',
    gatewayReference,
    qualifier,
    amount,
    currency: money.currency,
    occurredAt: at,
    commandId,
  };
}

/** With no money to place, accepting means: a person has read what is shown, and ends it where that is theirs to end. */
function acceptWhatIsShown(payment: Payment, input: Resolving): Decision {
  const [shown] = attentionsOf(payment);
  if (!shown) return { outcome: 'rejected', reason: 'nothing_to_resolve' };
  const { commandId, at } = input;
  switch (shown.code) {
    case 'refund_exceeds_payment': {
      const currency = shown.about.qualifier;
      const amount = excessOf(payment, currency);
      const gatewayReference = payment.terms.id;
      return {
        outcome: 'accepted',
        facts: [
          {
            kind: 'suspense_written_off',
            gatewayReference,
            qualifier: commandId,
            amount,
            currency,
            occurredAt: at,
            commandId,
          },
        ],
      };
    }
    case 'reversal_excess': {
      const sum = sumsOf(payment).find(({ reference }) => reference === shown.about.gatewayReference);
      if (sum?.money.currency !== payment.terms.currency) return { outcome: 'rejected', reason: 'currency_mismatch' };
      return { outcome: 'accepted', facts: [accepted(sum, surplusOf(sum), surplusQualifier(commandId), input)] };
    }
    default: {
      if (!ATTENTIONS[shown.code].acknowledgeable) return { outcome: 'rejected', reason: 'nothing_to_resolve' };
      const read = { ...acknowledgement(shown), amount: null, currency: null, occurredAt: at, commandId };
      return { outcome: 'accepted', facts: [{ kind: 'attention_acknowledged', ...read }] };
    }
  }
}

/** Money of one sum is given back: only what is there, one refund at a time, and none while a case is open. */
function refund(payment: Payment, input: PaymentInput & { kind: 'refund' }): Decision {
  const requested = refundRequested(payment, { ...input, origin: 'merchant' });
  if (knownFact(payment, requested)) return { outcome: 'duplicate' };
  const sum = sumsOf(payment).find(({ reference }) => reference === input.capture);
  if (disputesOf(payment).some(({ status }) => status === 'open'))
    return { outcome: 'rejected', reason: 'payment_disputed' };
  if (refundInFlight(payment)) return { outcome: 'rejected', reason: 'refund_in_flight' };
  const most = sum === undefined ? 0 : sum.standing === 'accepted' ? refundableOf(sum) : suspendedOf(sum);
  if (sum === undefined || most === 0) return { outcome: 'rejected', reason: 'nothing_to_refund' };
  if (input.amount > most) return { outcome: 'rejected', reason: 'amount_not_refundable' };
  return { outcome: 'accepted', facts: [requested] };
}

/** Where the gateway says no more about a dispute, a person says how it ended. */
function resolveDispute(payment: Payment, input: PaymentInput & { kind: 'resolve_dispute' }): Decision {
  if (isKnown(payment, input.commandId)) return { outcome: 'duplicate' };
  const dispute = disputesOf(payment).find(({ id }) => id === input.disputeId);
  if (dispute?.status !== 'open') return { outcome: 'rejected', reason: 'dispute_closed' };
  if (input.outcome === 'lost' && dispute.held === 0) return { outcome: 'rejected', reason: 'nothing_held' };
  if (input.outcome === 'withdrawn' && dispute.held > 0) return { outcome: 'rejected', reason: 'money_held' };
  const { commandId, outcome, at } = input;
  const resolved: OwnFact = {
    kind: 'dispute_resolved',
    gatewayReference: dispute.capture,
    qualifier: commandId,
    amount: null,
    currency: null,
    dispute: dispute.id,
    outcome,
    occurredAt: at,
    commandId,
  };
  return { outcome: 'accepted', facts: [resolved] };
}
