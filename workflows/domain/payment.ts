import { isOwnFact, keyOf, sameContent } from './fact';
import type { Fact, FactKind, GatewayFact, OwnFact, Recorded } from './fact';
import type { GatewayName, NextAction } from './gateway';
import type { Currency, Money } from './money';
import { describeMoney, sameMoney } from './money';
import { unreachable } from './unreachable';

/** One intent to collect one amount from one member through one gateway; agreed at creation and never changed. */
export interface PaymentTerms {
  readonly id: string;
  readonly merchantId: string;
  readonly memberId: string;
  readonly accountId: string;
  readonly gateway: GatewayName;
  readonly amount: number;
  readonly currency: Currency;
  /** The payer's deadline, ISO 8601. */
  readonly expiresAt: string;
  /** What the merchant wants of money that comes after the payment was closed. */
  readonly latePayments: LatePaymentPolicy;
  /** Charges the member chose to pay first, by id; empty: oldest first. */
  readonly charges: readonly string[];
}
export const LATE_PAYMENT_POLICIES = ['credit', 'refund'] as const;
export type LatePaymentPolicy = (typeof LATE_PAYMENT_POLICIES)[number];

/** A payment is its terms and what happened to it, in the order of our records. Everything else is derived. */
export interface Payment {
  readonly terms: PaymentTerms;
  readonly facts: readonly Fact[];
}

export const PAYMENT_STATUSES = [
  'created', 'awaiting_payer', 'processing', 'paid', 'partially_refunded', 'refunded',
  'disputed', 'charged_back', 'failed', 'cancelled', 'expired', 'needs_review',
] as const; // prettier-ignore
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

export const ATTENTION_CODES = [
  'amount_mismatch', 'currency_mismatch', 'duplicate_payment', 'late_payment', 'refund_received',
  'reversal_received', 'dispute_opened', 'dispute_adjusted', 'fact_conflict',
] as const; // prettier-ignore
export type AttentionCode = (typeof ATTENTION_CODES)[number];

/** Why a person must look. `since` is our clock at the fact that raised it, null until that fact is recorded. */
export interface Attention {
  readonly code: AttentionCode;
  readonly detail: string;
  readonly since: string | null;
}

/** One captured sum and where its money stands in the books. */
export interface CapturedSum {
  readonly reference: string;
  readonly money: Money;
  /** It came after the payment had been closed, by the order of our records. */
  readonly late: boolean;
  readonly standing: 'accepted' | 'suspended';
  readonly since: string | null;
}

/** What the facts add up to; the same for the same facts, however often told and in whichever order gateways told them. */
export interface PaymentSummary {
  readonly status: PaymentStatus;
  /** The gateway's word for a status that needs one, in lower snake case, or `late_payment`. */
  readonly reason: string | null;
  /** All money taken in the payment's currency, whether it fits or not; minor units, like the three below. */
  readonly captured: number;
  readonly fee: number;
  readonly refunded: number;
  readonly disputed: number;
  readonly attention: Attention | null;
  readonly sums: readonly CapturedSum[];
}

/** Adds a fact to the payment; a fact it already knows changes nothing. */
export function evolve(payment: Payment, fact: Fact): Payment {
  return knownFact(payment, fact) ? payment : { ...payment, facts: [...payment.facts, fact] };
}

/** What a payment is asked to take in: what a gateway says, or what a person or the clock wants. `at`: our clock, ISO 8601. */
export type PaymentInput =
  | { readonly kind: 'facts'; readonly facts: readonly GatewayFact[]; readonly at: string }
  | { readonly kind: 'cancel'; readonly commandId: string; readonly at: string }
  | { readonly kind: 'expire'; readonly at: string }
  | { readonly kind: 'resolve'; readonly commandId: string; readonly action: ResolutionAction; readonly at: string };
export const RESOLUTION_ACTIONS = ['accept', 'refund'] as const;
export type ResolutionAction = (typeof RESOLUTION_ACTIONS)[number];

export type Decision =
  | { readonly outcome: 'accepted'; readonly facts: readonly Fact[] }
  | { readonly outcome: 'duplicate' }
  | { readonly outcome: 'rejected'; readonly reason: Rejection };

export const REJECTIONS = [
  'already_paid', 'already_cancelled', 'already_expired', 'already_failed', 'payment_processing',
  'payment_needs_review', 'nothing_to_resolve', 'currency_mismatch', 'refund_not_supported',
] as const; // prettier-ignore
export type Rejection = (typeof REJECTIONS)[number];

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

function ownFact(payment: Payment, kind: 'payment_cancelled' | 'payment_expired', qualifier: string, at: string): OwnFact {
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
  if (payment.facts.some((fact) => fact.kind === 'suspense_accepted' && fact.commandId === input.commandId))
    return { outcome: 'duplicate' };
  const oldest = summarize(payment).sums.find((sum) => sum.standing === 'suspended');
  if (!oldest) return { outcome: 'rejected', reason: 'nothing_to_resolve' };
  if (input.action === 'refund') return { outcome: 'rejected', reason: 'refund_not_supported' };
  if (oldest.money.currency !== payment.terms.currency) return { outcome: 'rejected', reason: 'currency_mismatch' };
  const accepted: OwnFact = {
    kind: 'suspense_accepted',
    gatewayReference: oldest.reference,
    qualifier: '',
    ...oldest.money,
    occurredAt: input.at,
    commandId: input.commandId,
  };
  return { outcome: 'accepted', facts: [accepted] };
}

/** Folds the facts into what the world sees. */
export function summarize(payment: Payment): PaymentSummary {
  const { terms, facts } = payment;
  const sums = sumsOf(payment);
  const money = (kind: Fact['kind']) =>
    facts.reduce((total, fact) => total + (fact.kind === kind && fact.currency === terms.currency ? (fact.amount ?? 0) : 0), 0);
  const disputed = Math.max(0, money('payment_reversed') - money('reversal_cancelled'));
  return {
    ...statusOf(payment, sums),
    captured: money('payment_captured'),
    fee: money('fee_charged'),
    refunded: money('payment_refunded'),
    disputed,
    attention: attentionOf(payment, sums, disputed),
    sums,
  };
}

/** The captured sums in recorded order. The first that fits is accepted; any other waits in suspense for a person. */
function sumsOf(payment: Payment): CapturedSum[] {
  const { terms } = payment;
  let sums: CapturedSum[] = [];
  payment.facts.forEach((fact, index) => {
    if (fact.kind === 'suspense_accepted')
      sums = sums.map((sum) => (sum.reference === fact.gatewayReference ? { ...sum, standing: 'accepted' } : sum));
    if (fact.kind !== 'payment_captured') return;
    const { status } = statusOf({ terms, facts: payment.facts.slice(0, index) }, sums);
    // A late sum that waits for a person hides that the payment was closed; what follows it is as late.
    const late = isClosed(status) || (status === 'needs_review' && sums.some((sum) => sum.late));
    const fits = sameMoney(fact, terms) && !sums.some((sum) => sum.standing === 'accepted') && !(late && terms.latePayments === 'refund');
    const { amount, currency } = fact;
    sums.push({
      reference: fact.gatewayReference,
      money: { amount, currency },
      late,
      standing: fits ? 'accepted' : 'suspended',
      since: recordedAt(fact),
    });
  });
  return sums;
}

/** Closed without money, as far as we know: what comes now is late. */
export function isClosed(status: PaymentStatus): boolean {
  return status === 'cancelled' || status === 'expired' || status === 'failed';
}

function statusOf({ facts }: Payment, sums: readonly CapturedSum[]): { status: PaymentStatus; reason: string | null } {
  const accepted = sums.find((sum) => sum.standing === 'accepted');
  if (accepted) return { status: 'paid', reason: accepted.late ? 'late_payment' : null };
  if (sums.length > 0) return { status: 'needs_review', reason: null };

  const closing = facts.find((fact) => fact.kind === 'payment_cancelled' || fact.kind === 'payment_expired');
  if (closing) return { status: closing.kind === 'payment_cancelled' ? 'cancelled' : 'expired', reason: null };

  const failed = facts.filter((fact) => fact.kind === 'payment_failed');
  const held = heldSums(facts);
  if (held.length > 0) return { status: 'processing', reason: newest(held).reason };
  if (failed.length > 0) return { status: 'failed', reason: newest(failed).reason };
  if (!facts.some((fact) => fact.kind === 'checkout_opened')) return { status: 'created', reason: null };
  // The payer may try again, and should know why the try before came to nothing.
  const tries = facts.filter((fact) => fact.kind === 'attempt_failed');
  return { status: 'awaiting_payer', reason: tries.length > 0 ? newest(tries).reason : null };
}

/** Money that the gateway said it holds and has not decided on since. */
function heldSums(facts: readonly Fact[]) {
  const decided = facts.filter(({ kind }) => kind === 'payment_captured' || kind === 'payment_failed' || kind === 'attempt_failed');
  return facts
    .filter((fact) => fact.kind === 'payment_pending')
    .filter((fact) => !decided.some((other) => other.gatewayReference === fact.gatewayReference));
}

/** References of the money that the gateway holds. */
export function pendingReferences({ facts }: Payment): readonly string[] {
  return [...new Set(heldSums(facts).map((fact) => fact.gatewayReference))];
}

/**
 * Whether the gateway should be asked by itself how this payment stands, because its word may never reach us: while it
 * holds money, and while a prompt that it sent to the payer's phone may still be approved, our own deadline or not.
 */
export function isWorthWatching(payment: Payment): boolean {
  if (pendingReferences(payment).length > 0) return true;
  const prompted = payment.facts.some((fact) => fact.kind === 'checkout_opened' && fact.handed === 'prompt');
  return prompted && !payment.facts.some((fact) => fact.kind === 'payment_captured' || fact.kind === 'payment_failed');
}

/** Whether nothing is expected until the payer acts or the payer's time is over: a run may sleep until then. */
export function isLeftToPayer(payment: Payment): boolean {
  return summarize(payment).status === 'awaiting_payer' && !isWorthWatching(payment);
}

/** The payer's approvals of `reference` that came to nothing, plus one: the next try's number. */
export function nextAttempt({ facts }: Payment, reference: string): number {
  return facts.filter((fact) => fact.kind === 'attempt_failed' && fact.gatewayReference === reference).length + 1;
}

/** The newest by the gateway's clock, then by key, so that the order of arrival does not matter. */
function newest<F extends Fact>(facts: readonly F[]): F {
  const rank = (fact: F) => `${fact.occurredAt ?? ''} ${keyOf(fact)}`;
  return facts.reduce((best, fact) => (rank(fact) > rank(best) ? fact : best));
}

/** Which attention is shown where several are due: first the money that only a person can place, and never just what was told first. */
const MOST_URGENT: readonly FactKind[] = [
  'payment_captured',
  'conflict_detected',
  'dispute_opened',
  'payment_reversed',
  'payment_refunded',
];

function attentionOf(payment: Payment, sums: readonly CapturedSum[], disputed: number): Attention | null {
  const rank = ({ kind }: Fact) => (MOST_URGENT.includes(kind) ? MOST_URGENT.indexOf(kind) : MOST_URGENT.length);
  for (const fact of [...payment.facts].sort((a, b) => rank(a) - rank(b))) {
    const attention = attentionFor(payment, fact, sums, disputed);
    if (attention) return { ...attention, since: recordedAt(fact) };
  }
  return null;
}

function attentionFor(payment: Payment, fact: Fact, sums: readonly CapturedSum[], disputed: number): Omit<Attention, 'since'> | null {
  switch (fact.kind) {
    case 'payment_captured': {
      const sum = sums.find((s) => s.reference === fact.gatewayReference && s.standing === 'suspended');
      return sum ? misfit(payment, sum, sums) : null;
    }
    case 'payment_refunded':
      return {
        code: 'refund_received',
        detail: `${describeMoney(fact)} of ${fact.parent} was given back as ${fact.gatewayReference}; it is not in the books yet`,
      };
    case 'payment_reversed':
      return disputed > 0
        ? {
            code: 'reversal_received',
            detail: `${describeMoney(fact)} of ${fact.parent} was taken back (${fact.reason}); it is not in the books yet`,
          }
        : null;
    case 'dispute_opened':
      return payment.facts.some((other) => other.kind === 'dispute_closed' && other.qualifier === fact.qualifier)
        ? null
        : { code: 'dispute_opened', detail: `case ${fact.qualifier} about ${fact.gatewayReference} is open (${fact.reason})` };
    case 'dispute_adjusted':
      return {
        code: 'dispute_adjusted',
        detail: `${describeMoney(fact)} moved as ${fact.gatewayReference} after a case (${fact.reason}); it is not in the books yet`,
      };
    case 'conflict_detected':
      return { code: 'fact_conflict', detail: fact.detail };
    case 'checkout_opened':
    case 'payment_cancelled':
    case 'payment_expired':
    case 'suspense_accepted':
    case 'payment_pending':
    case 'payment_failed':
    case 'attempt_failed':
    case 'fee_charged':
    case 'payer_fee_charged':
    case 'reversal_cancelled':
    case 'dispute_closed':
      return null;
    default:
      return unreachable(fact);
  }
}

function misfit({ terms }: Payment, sum: CapturedSum, sums: readonly CapturedSum[]): Omit<Attention, 'since'> {
  const what = `${describeMoney(sum.money)} came as ${sum.reference}`;
  if (sums.some((other) => other.standing === 'accepted'))
    return { code: 'duplicate_payment', detail: `${what}, but the payment was already paid; the sum is in suspense` };
  if (sum.money.currency !== terms.currency)
    return { code: 'currency_mismatch', detail: `${what}, but ${describeMoney(terms)} was asked; the sum is in suspense` };
  if (sum.money.amount !== terms.amount)
    return { code: 'amount_mismatch', detail: `${what}, but ${describeMoney(terms)} was asked; the sum is in suspense` };
  return { code: 'late_payment', detail: `${what} after the payment was closed; the sum is in suspense until it is given back` };
}

function knownFact(payment: Payment, fact: Fact): Fact | undefined {
  const key = keyOf(fact);
  return payment.facts.find((known) => keyOf(known) === key);
}

function recordedAt(fact: Fact | Recorded): string | null {
  return 'recordedAt' in fact ? fact.recordedAt : null;
}

function describe(fact: Fact): string {
  return fact.amount === null || fact.currency === null
    ? 'without an amount'
    : describeMoney({ amount: fact.amount, currency: fact.currency });
}

/** Whether nothing more is expected soon, so that the payment's run may end: a later report starts a new run. */
export function rests(summary: PaymentSummary): boolean {
  return !['created', 'awaiting_payer', 'processing'].includes(summary.status);
}

/** The facts of the timeline that a gateway told, by reference; our own carry no reference of the outside. */
export function outsideReference(fact: Fact): string | null {
  return isOwnFact(fact) && fact.kind !== 'suspense_accepted' && fact.kind !== 'conflict_detected' ? null : fact.gatewayReference;
}
