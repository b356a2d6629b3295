import { isOwnFact, keyOf, sameContent } from './fact';
import type { Fact, FactKind, GatewayFact, OwnFact, Recorded } from './fact';
import type { GatewayName, NextAction } from './gateway';
import type { Currency, Money } from './money';
import { describeMoney, sameMoney } from './money';
import { isAboutFee } from './remark';
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
  'reversal_received', 'dispute_opened', 'dispute_adjusted', 'fact_conflict', 'capture_refused', 'fee_unreadable',
  'fee_above_gross', 'gateway_remark',
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
  /** What of it is still with the merchant: less what was given back and what was taken back. */
  readonly left: number;
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
  if (payment.facts.some((fact) => 'commandId' in fact && fact.commandId === input.commandId)) return { outcome: 'duplicate' };
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

/** One acknowledgement ends one attention about one fact, and no other. */
function acknowledgement(code: AttentionCode, fact: Fact): string {
  return `${code} ${fact.qualifier}`.trim();
}

/** Money that waits for a person: not what was given back meanwhile, at the gateway's own site. */
function isInSuspense(sum: CapturedSum): boolean {
  return sum.standing === 'suspended' && sum.left > 0;
}

/** Folds the facts into what the world sees. */
export function summarize(payment: Payment): PaymentSummary {
  const { terms, facts } = payment;
  const sums = sumsOf(payment);
  const money = (kind: Fact['kind'], counted: readonly Fact[] = facts) =>
    counted.reduce((total, fact) => total + (fact.kind === kind && fact.currency === terms.currency ? (fact.amount ?? 0) : 0), 0);
  const moved = facts.filter((fact) => !isAboutMoneyThatNeverCame(fact, facts));
  const shown = mostUrgent(payment);
  return {
    ...statusOf(payment, sums),
    captured: money('payment_captured'),
    fee: money('fee_charged'),
    refunded: money('payment_refunded', moved),
    disputed: Math.max(0, money('payment_reversed', moved) - money('reversal_cancelled', moved)),
    attention: shown && { code: shown.code, detail: shown.detail, since: recordedAt(shown.fact) },
    sums,
  };
}

/** The captured sums in recorded order. The first that fits is accepted; any other waits in suspense for a person. */
function sumsOf({ terms, facts }: Payment): CapturedSum[] {
  let sums: CapturedSum[] = [];
  let closed = false;
  for (const fact of facts) {
    // Only we close a payment for good: a gateway's failure is an attempt, and money after it comes as if it had come first.
    if (fact.kind === 'payment_cancelled' || fact.kind === 'payment_expired') closed = true;
    if (fact.kind === 'suspense_accepted')
      sums = sums.map((sum) => (sum.reference === fact.gatewayReference ? { ...sum, standing: 'accepted' } : sum));
    if (fact.kind !== 'payment_captured') continue;
    const { gatewayReference: reference, amount, currency } = fact;
    const alone = !sums.some((sum) => sum.standing === 'accepted');
    const fits = sameMoney(fact, terms) && alone && !(closed && terms.latePayments === 'refund');
    sums.push({
      reference,
      money: { amount, currency },
      late: closed,
      standing: fits ? 'accepted' : 'suspended',
      left: amount - takenAway(reference, facts),
      since: recordedAt(fact),
    });
  }
  return sums;
}

/** Closed without money, as far as we know. After our own closing what comes is late; after a failure it is not. */
export function isClosed(status: PaymentStatus): boolean {
  return status === 'cancelled' || status === 'expired' || status === 'failed';
}

/** Whether the payer may still act, and so whether the deadline counts. */
export function isOpenToPayer(status: PaymentStatus): boolean {
  return status === 'created' || status === 'awaiting_payer';
}

/** What was given back or taken back of the money of `reference`, in its currency. */
function takenAway(reference: string, facts: readonly Fact[]): number {
  let refunded = 0;
  let reversed = 0;
  for (const fact of facts) {
    if (!('parent' in fact) || fact.parent !== reference) continue;
    if (fact.kind === 'payment_refunded') refunded += fact.amount;
    if (fact.kind === 'payment_reversed') reversed += fact.amount;
    if (fact.kind === 'reversal_cancelled') reversed -= fact.amount;
  }
  return refunded + Math.max(0, reversed);
}

function statusOf({ facts }: Payment, sums: readonly CapturedSum[]): { status: PaymentStatus; reason: string | null } {
  const accepted = sums.find((sum) => sum.standing === 'accepted');
  if (accepted) return { status: 'paid', reason: accepted.late ? 'late_payment' : null };
  if (sums.length > 0) return { status: 'needs_review', reason: null };

  const closing = facts.find((fact) => fact.kind === 'payment_cancelled' || fact.kind === 'payment_expired');
  if (closing) return { status: closing.kind === 'payment_cancelled' ? 'cancelled' : 'expired', reason: null };

  const held = heldSums(facts);
  if (held.length > 0) return { status: 'processing', reason: newest(held).reason };
  const failed = [...facts.filter((fact) => fact.kind === 'payment_failed'), ...endsOfHeldSums(facts)];
  if (failed.length > 0) return { status: 'failed', reason: newest(failed).reason };
  if (!facts.some((fact) => fact.kind === 'checkout_opened')) return { status: 'created', reason: null };
  // The payer may try again, and should know why the try before came to nothing.
  const tries = facts.filter((fact) => fact.kind === 'attempt_failed');
  const refusal = latestRefusal(facts);
  return { status: 'awaiting_payer', reason: refusal?.reason ?? (tries.length > 0 ? newest(tries).reason : null) };
}

/** Money that the gateway said it holds and has not decided on since, nor sent back where it came from. */
function heldSums(facts: readonly Fact[]) {
  return facts.filter((fact) => fact.kind === 'payment_pending').filter(({ gatewayReference }) => !isDecided(gatewayReference, facts));
}

function isDecided(reference: string, facts: readonly Fact[]): boolean {
  return facts.some(
    (fact) =>
      (fact.gatewayReference === reference &&
        (fact.kind === 'payment_captured' || fact.kind === 'payment_failed' || fact.kind === 'attempt_failed')) ||
      (isMoneyBack(fact) && fact.parent === reference),
  );
}

/** What ended a held sum that never came: it was given back, or taken back, before it was ours. */
function endsOfHeldSums(facts: readonly Fact[]) {
  return facts.filter(isMoneyBack).filter((fact) => isAboutMoneyThatNeverCame(fact, facts));
}

type MoneyBack = Extract<GatewayFact, { kind: 'payment_refunded' | 'payment_reversed' | 'reversal_cancelled' }>;
function isMoneyBack(fact: Fact): fact is MoneyBack {
  return fact.kind === 'payment_refunded' || fact.kind === 'payment_reversed' || fact.kind === 'reversal_cancelled';
}

/** Whether the fact gives or takes back a sum that was only ever held: then nothing came, and nothing went. */
function isAboutMoneyThatNeverCame(fact: Fact, facts: readonly Fact[]): boolean {
  if (!isMoneyBack(fact)) return false;
  const parents = facts.filter((other) => other.gatewayReference === fact.parent);
  return parents.some(({ kind }) => kind === 'payment_pending') && !parents.some(({ kind }) => kind === 'payment_captured');
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
export function nextAttempt({ facts }: Pick<Payment, 'facts'>, reference: string): number {
  return facts.filter((fact) => fact.kind === 'attempt_failed' && fact.gatewayReference === reference).length + 1;
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

/** The refusal that the payment is stuck in: approved money that we were not allowed to take, and no later try that ended otherwise. */
export function standingRefusal(payment: Payment): CaptureRefusal | null {
  const { status } = statusOf(payment, sumsOf(payment));
  return status === 'awaiting_payer' ? latestRefusal(payment.facts) : null;
}

type CaptureRefusal = GatewayFact & { kind: 'capture_refused' };
function latestRefusal(facts: readonly Fact[]): CaptureRefusal | null {
  const refusals = facts
    .filter((fact) => fact.kind === 'capture_refused')
    .filter(({ gatewayReference, qualifier }) => qualifier.split(' ')[0] === String(nextAttempt({ facts }, gatewayReference)));
  return refusals.length > 0 ? newest(refusals) : null;
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
  'dispute_adjusted',
  'capture_refused',
  'fee_charged',
  'remark_noted',
];

/** What a person must look at, the fact that raised it, and whether reading it is enough to end it. */
interface Raised {
  readonly code: AttentionCode;
  readonly detail: string;
  readonly fact: Fact;
  readonly acknowledgeable: boolean;
}

function mostUrgent(payment: Payment): Raised | null {
  const rank = ({ kind }: Fact) => (MOST_URGENT.includes(kind) ? MOST_URGENT.indexOf(kind) : MOST_URGENT.length);
  const sums = sumsOf(payment);
  for (const fact of [...payment.facts].sort((a, b) => rank(a) - rank(b))) {
    const raised = raisedBy(payment, fact, sums);
    if (raised && !isAcknowledged(raised.code, fact, payment.facts)) return { acknowledgeable: false, ...raised, fact };
  }
  return null;
}

function isAcknowledged(code: AttentionCode, fact: Fact, facts: readonly Fact[]): boolean {
  return facts.some(
    (read) =>
      read.kind === 'attention_acknowledged' &&
      read.gatewayReference === fact.gatewayReference &&
      read.qualifier === acknowledgement(code, fact),
  );
}

function raisedBy(
  payment: Payment,
  fact: Fact,
  sums: readonly CapturedSum[],
): { code: AttentionCode; detail: string; acknowledgeable?: true } | null {
  const { facts } = payment;
  switch (fact.kind) {
    case 'payment_captured': {
      const sum = sums.find(({ reference }) => reference === fact.gatewayReference);
      return sum && isInSuspense(sum) ? misfit(payment, sum, sums) : null;
    }
    case 'payment_refunded':
      if (isAboutMoneyThatNeverCame(fact, facts)) return null;
      return { code: 'refund_received', detail: `${describeMoney(fact)} of ${fact.parent} was given back as ${fact.gatewayReference}${unbooked(fact.parent, sums)}` }; // prettier-ignore
    case 'payment_reversed':
      if (isAboutMoneyThatNeverCame(fact, facts) || isAllBack(fact.currency, facts)) return null;
      return { code: 'reversal_received', detail: `${describeMoney(fact)} of ${fact.parent} was taken back (${fact.reason})${unbooked(fact.parent, sums)}` }; // prettier-ignore
    case 'dispute_opened':
      return facts.some((other) => other.kind === 'dispute_closed' && other.qualifier === fact.qualifier)
        ? null
        : { code: 'dispute_opened', detail: `case ${fact.qualifier} about ${fact.gatewayReference} is open (${fact.reason})` };
    case 'dispute_adjusted':
      return {
        code: 'dispute_adjusted',
        detail: `${describeMoney(fact)} moved as ${fact.gatewayReference} after a case (${fact.reason}); it is not in the books yet`,
      };
    case 'conflict_detected':
      return { code: 'fact_conflict', detail: fact.detail };
    case 'capture_refused':
      return standingRefusal(payment) === fact
        ? {
            code: 'capture_refused',
            detail: `the payer approved ${fact.gatewayReference}, and the gateway refuses to let us take the money (${fact.reason}); nothing was taken`,
          }
        : null;
    case 'fee_charged':
      return feeAboveGross(fact, facts);
    case 'remark_noted':
      return remarked(fact, facts);
    case 'checkout_opened':
    case 'payment_cancelled':
    case 'payment_expired':
    case 'suspense_accepted':
    case 'attention_acknowledged':
    case 'payment_pending':
    case 'payment_failed':
    case 'attempt_failed':
    case 'payer_fee_charged':
    case 'reversal_cancelled':
    case 'dispute_closed':
      return null;
    default:
      return unreachable(fact);
  }
}

/** Whether all that was taken back in this currency has come back since. */
function isAllBack(currency: Currency, facts: readonly Fact[]): boolean {
  const total = (kind: 'payment_reversed' | 'reversal_cancelled') =>
    facts.reduce((sum, fact) => sum + (fact.kind === kind && fact.currency === currency && !isAboutMoneyThatNeverCame(fact, facts) ? fact.amount : 0), 0); // prettier-ignore
  return total('payment_reversed') <= total('reversal_cancelled');
}

function unbooked(parent: string, sums: readonly CapturedSum[]): string {
  const sum = sums.find(({ reference }) => reference === parent);
  const gone = sum?.standing === 'suspended' && sum.left <= 0;
  return gone ? '; the sum was in suspense and nothing of it is left to place' : '; it is not in the books yet';
}

/** A gateway's word about its own fee is booked as it is; one that leaves less than nothing should be seen by a person. */
function feeAboveGross(fee: Fact & { kind: 'fee_charged' }, facts: readonly Fact[]) {
  const gross = facts.find((fact) => fact.kind === 'payment_captured' && fact.gatewayReference === fee.gatewayReference);
  if (gross?.kind !== 'payment_captured' || gross.currency !== fee.currency || fee.amount <= gross.amount) return null;
  const detail = `the gateway kept ${describeMoney(fee)} of the ${describeMoney(gross)} of ${gross.gatewayReference}; it is booked as told`;
  return { code: 'fee_above_gross', detail, acknowledgeable: true } as const;
}

/** A remark stays before a person until they have read it; one about a fee, until the fee is known. */
function remarked(remark: Fact & { kind: 'remark_noted' }, facts: readonly Fact[]) {
  const { gatewayReference, reason, wrote } = remark;
  const what = `${gatewayReference}: ${reason}${wrote === null ? '' : `, the gateway wrote "${wrote}"`}`;
  if (!isAboutFee(remark)) return { code: 'gateway_remark', detail: what, acknowledgeable: true } as const;
  if (facts.some((fact) => fact.kind === 'fee_charged' && fact.gatewayReference === gatewayReference)) return null;
  return { code: 'fee_unreadable', detail: `the fee of ${what}; it is not in the books`, acknowledgeable: true } as const;
}

function misfit({ terms }: Payment, sum: CapturedSum, sums: readonly CapturedSum[]): { code: AttentionCode; detail: string } {
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
