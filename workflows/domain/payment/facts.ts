import { isOwnFact, keyOf } from '../fact';
import type { Fact, GatewayFact, OwnFact, Recorded } from '../fact';
import type { NextAction } from '../gateway';
import { describeMoney } from '../money';
import type { Payment, PaymentTerms } from './types';

/** Adds a fact to the payment; a fact it already knows changes nothing. */
export function evolve(payment: Payment, fact: Fact): Payment {
  return knownFact(payment, fact) ? payment : { ...payment, facts: [...payment.facts, fact] };
}

export function knownFact(payment: Payment, fact: Fact): Fact | undefined {
  const key = keyOf(fact);
  return payment.facts.find((known) => keyOf(known) === key);
}

/** The first fact of every payment whose checkout was handed to the payer, and how. */
export function checkoutOpened(
  terms: Pick<PaymentTerms, 'id' | 'amount' | 'currency'>,
  handed: NextAction['kind'],
  at: string,
): OwnFact & { kind: 'checkout_opened' } {
  return {
    kind: 'checkout_opened',
    gatewayReference: terms.id,
    qualifier: '',
    amount: terms.amount,
    currency: terms.currency,
    occurredAt: at,
    handed,
  };
}

/** The gateway said a clear no before any payer was reached. `reason` is its word. */
export function openingRefused(terms: PaymentTerms, reason: string, at: string): GatewayFact {
  const { id, amount, currency } = terms;
  return { kind: 'payment_failed', gatewayReference: id, qualifier: '', amount, currency, reason, occurredAt: at };
}

/** The gateway refused to let us take money that the payer approved, in a word that we do not know. */
export function captureRefused(
  { terms }: Payment,
  { reference, attempt, reason }: { readonly reference: string; readonly attempt: number; readonly reason: string },
): GatewayFact {
  const { amount, currency } = terms;
  return {
    kind: 'capture_refused',
    gatewayReference: reference,
    qualifier: `${attempt} ${reason}`,
    amount,
    currency,
    reason,
    occurredAt: null,
  };
}

/** One key, two contents: neither is guessed to be right; a person sees both. `known`: null when it is another payment's. */
export function conflict(known: Fact | null, told: Fact, at: string): OwnFact {
  return {
    kind: 'conflict_detected',
    gatewayReference: told.gatewayReference,
    qualifier: `${told.kind} ${told.qualifier} ${told.amount ?? ''} ${told.currency ?? ''}`,
    amount: told.amount,
    currency: told.currency,
    occurredAt: at,
    detail: `${told.kind} of ${told.gatewayReference} was ${known ? describe(known) : 'recorded otherwise'} and is now said to be ${describe(told)}`,
  };
}

function describe(fact: Fact): string {
  return fact.amount === null || fact.currency === null
    ? 'without an amount'
    : describeMoney({ amount: fact.amount, currency: fact.currency });
}

export function recordedAt(fact: Fact | Recorded): string | null {
  return 'recordedAt' in fact ? fact.recordedAt : null;
}

/** The newest by the gateway's clock, then by key, so that the order of arrival does not matter. */
export function newest<F extends Fact>(facts: readonly F[]): F {
  const rank = (fact: F) => `${fact.occurredAt ?? ''} ${keyOf(fact)}`;
  return facts.reduce((best, fact) => (rank(fact) > rank(best) ? fact : best));
}

/** The facts of the timeline that a gateway told, by reference; our own carry no reference of the outside. */
export function outsideReference(fact: Fact): string | null {
  return isOwnFact(fact) && fact.kind !== 'suspense_accepted' && fact.kind !== 'conflict_detected'
    ? null
    : fact.gatewayReference;
}
