import type { DisputeStage, Fact } from './fact';
import { derivedId } from './ids';
import type { Currency } from './money';
import { recordedAt } from './payment/facts';
import { isAboutMoneyThatNeverCame } from './payment/held';
import type { Payment } from './payment/types';

export const DISPUTE_STATUSES = ['open', 'won', 'lost', 'withdrawn'] as const;
export type DisputeStatus = (typeof DISPUTE_STATUSES)[number];

/** A case about one captured sum, or money of it that was taken back without a case. Amounts in minor units of `currency`. */
export interface Dispute {
  readonly id: string;
  /** The gateway's reference of the captured money. */
  readonly capture: string;
  /** The case id, or the reference of the reversal where there is no case. */
  readonly gatewayReference: string;
  readonly stage: DisputeStage;
  readonly reason: string;
  readonly status: DisputeStatus;
  /** What the payer claims; null where the gateway does not say. */
  readonly amount: number | null;
  readonly currency: Currency;
  /** Taken back in all; what of it came back, is lost, and is undecided now: `taken` = `returned` + `lost` + `held`. */
  readonly taken: number;
  readonly returned: number;
  readonly lost: number;
  readonly held: number;
  readonly fee: number;
  readonly answerBy: string | null;
  readonly gatewayUrl: string | null;
  /** When it was first heard of and when it ended: our clock, ISO 8601; null while that is not recorded. */
  readonly openedAt: string | null;
  readonly closedAt: string | null;
}

/** What cases did to one captured sum. */
export interface Takings {
  readonly disputes: readonly Dispute[];
  /** Came back and was never taken, as far as we were told: nobody's yet. */
  readonly surplus: number;
}

type Reversal = Extract<Fact, { kind: 'payment_reversed' | 'dispute_adjusted' }>;
type Cancellation = Extract<Fact, { kind: 'reversal_cancelled' | 'dispute_adjusted' }>;
type CaseFact = Extract<Fact, { kind: 'dispute_opened' | 'dispute_updated' | 'dispute_closed' }>;
type Closing = Extract<Fact, { kind: 'dispute_closed' | 'dispute_resolved' | 'dispute_adjusted' }>;

/** A dispute while its facts are laid together. */
interface Draft {
  readonly caseId: string | null;
  readonly told: CaseFact[];
  readonly reversals: Reversal[];
  closing: Closing | null;
  returned: number;
}

/** All disputes of a payment, in the order in which the gateway's clock has them. */
export function disputesOf(payment: Payment): Dispute[] {
  return capturesWithCases(payment).flatMap((capture) => takingsOf(payment, capture).disputes);
}

/** The references of captured sums that cases, reversals or their cancellations are about. */
export function capturesWithCases({ facts }: Payment): readonly string[] {
  return [...new Set(facts.flatMap((fact) => aboutCapture(fact) ?? []))];
}

function aboutCapture(fact: Fact): string | null {
  switch (fact.kind) {
    case 'payment_reversed':
    case 'reversal_cancelled':
    case 'dispute_adjusted':
      return fact.parent;
    case 'dispute_opened':
    case 'dispute_updated':
    case 'dispute_closed':
      return fact.gatewayReference;
    default:
      return null;
  }
}

/**
 * What cases did to the sum `capture`. The end depends on the set of facts and not on the order in which they were told:
 * who joins whom follows the gateway's clock.
 */
export function takingsOf(payment: Payment, capture: string): Takings {
  const facts = payment.facts
    .filter((fact) => aboutCapture(fact) === capture || fact.kind === 'dispute_resolved')
    .filter((fact) => !isAboutMoneyThatNeverCame(fact, payment.facts));
  const drafts = draftCases(facts);
  const reversals = facts.filter((fact) => fact.kind === 'payment_reversed');
  for (const reversal of inTime(reversals)) joinOf(drafts, reversal, facts).reversals.push(reversal);
  for (const fact of facts) if (fact.kind === 'dispute_resolved') resolve(drafts, fact, payment);
  const surplus = giveBack(drafts, inTime(facts.filter((fact) => fact.kind === 'reversal_cancelled')), payment);
  const unheld = adjust(drafts, inTime(facts.filter((fact) => fact.kind === 'dispute_adjusted')), payment);
  return { disputes: drafts.map((draft) => disputeOf(draft, capture, payment)), surplus: surplus + unheld };
}

function draftCases(facts: readonly Fact[]): Draft[] {
  const drafts: Draft[] = [];
  const told = facts.filter(
    (fact) => fact.kind === 'dispute_opened' || fact.kind === 'dispute_updated' || fact.kind === 'dispute_closed',
  );
  for (const fact of inTime(told)) {
    const draft = ofCase(drafts, caseIdOf(fact));
    draft.told.push(fact);
    if (fact.kind === 'dispute_closed') draft.closing = fact;
  }
  return drafts;
}

function caseIdOf(fact: CaseFact): string {
  return fact.kind === 'dispute_updated' ? fact.caseId : fact.qualifier;
}

function ofCase(drafts: Draft[], caseId: string | null): Draft {
  const known = caseId === null ? undefined : drafts.find((draft) => draft.caseId === caseId);
  if (known) return known;
  const draft: Draft = { caseId, told: [], reversals: [], closing: null, returned: 0 };
  drafts.push(draft);
  return draft;
}

/** The case that the reversal names; else one that was open then; else a resolved one under which nothing has moved; else its own. */
function joinOf(drafts: Draft[], reversal: Extract<Fact, { kind: 'payment_reversed' }>, facts: readonly Fact[]): Draft {
  if (reversal.caseId) return ofCase(drafts, reversal.caseId);
  const cases = drafts.filter(({ caseId }) => caseId !== null);
  return (
    cases.find(({ closing }) => closing === null || isBefore(reversal, closing, facts)) ??
    cases.find(({ reversals }) => reversals.length === 0) ??
    ofCase(drafts, null)
  );
}

/** A person's word about a dispute ends it, unless the gateway has. */
function resolve(drafts: readonly Draft[], resolution: Extract<Fact, { kind: 'dispute_resolved' }>, payment: Payment) {
  const draft = drafts.find((one) => idOf(one, payment) === resolution.dispute);
  if (draft) draft.closing ??= resolution;
}

/** Lays what came back on what was taken: first where nothing is decided, then where it was lost. Answers what is left over. */
function giveBack(drafts: readonly Draft[], cancellations: readonly Cancellation[], payment: Payment): number {
  let surplus = 0;
  for (const cancellation of cancellations) {
    let left = cancellation.amount;
    const named = 'caseId' in cancellation ? (cancellation.caseId ?? null) : null;
    const rank = (draft: Draft) =>
      named !== null && draft.caseId === named ? 0 : draft.closing === null ? 1 : isLost(draft.closing) ? 2 : 3;
    for (const draft of [...drafts].sort((a, b) => rank(a) - rank(b))) {
      const part = Math.min(left, takenUnder(draft, payment) - draft.returned);
      draft.returned += part;
      left -= part;
    }
    surplus += left;
  }
  return surplus;
}

/**
 * A correction after a case says that what was taken is kept. Where nothing is held it moves money by itself: taken, it is
 * held under a dispute of its own; given, it is nobody's yet, and answered.
 */
function adjust(
  drafts: Draft[],
  adjustments: readonly Extract<Fact, { kind: 'dispute_adjusted' }>[],
  payment: Payment,
): number {
  let surplus = 0;
  for (const adjustment of adjustments) {
    const holding = drafts.find((draft) => draft.closing === null && takenUnder(draft, payment) > draft.returned);
    if (holding) holding.closing = adjustment;
    else if (adjustment.qualifier === 'credit') surplus += adjustment.amount;
    else ofCase(drafts, null).reversals.push(adjustment);
  }
  return surplus;
}

/** What the reversals of a draft took. One whose id is also told as a refund is that refund, and took nothing. */
function takenUnder({ reversals }: Draft, { facts }: Payment): number {
  const isRefund = ({ gatewayReference }: Reversal) =>
    facts.some((fact) => fact.kind === 'payment_refunded' && fact.gatewayReference === gatewayReference);
  return reversals.reduce((sum, reversal) => sum + (isRefund(reversal) ? 0 : reversal.amount), 0);
}

function isLost(closing: Closing): boolean {
  switch (closing.kind) {
    case 'dispute_closed':
      return closing.lost ?? LOST_WORDS.has(closing.reason);
    case 'dispute_resolved':
      return closing.outcome === 'lost';
    case 'dispute_adjusted':
      return true;
  }
}
// PayPal Disputes v1, `dispute_outcome.outcome_code`, as the release before wrote it into the reason alone.
const LOST_WORDS: ReadonlySet<string> = new Set(['resolved_buyer_favour', 'accepted']);

function disputeOf(draft: Draft, capture: string, payment: Payment): Dispute {
  const { caseId, told, reversals, closing } = draft;
  const taken = takenUnder(draft, payment);
  const kept = closing === null ? 0 : isLost(closing) ? Math.min(taken, keptBy(closing) ?? taken) : 0;
  const returned = closing === null ? draft.returned : Math.max(draft.returned, taken - kept);
  const lost = closing === null ? 0 : taken - returned;
  const held = taken - returned - lost;
  const newest = [...told].reverse();
  const news = newest.filter((fact) => fact.kind !== 'dispute_closed');
  const stage = news.find((fact) => fact.stage)?.stage ?? (caseId === null ? 'reversal' : 'claim');
  const claimed = news.find((fact) => typeof fact.claimed === 'number')?.claimed ?? null;
  const captured = payment.facts.find((fact) => fact.kind === 'payment_captured' && fact.gatewayReference === capture);
  const isOver = closing !== null || (taken === 0 ? reversals.length > 0 && caseId === null : held === 0);
  const end = closing ?? (isOver ? (reversals.at(-1) ?? null) : null);
  return {
    id: idOf(draft, payment),
    capture,
    gatewayReference: caseId ?? reversals[0]?.gatewayReference ?? capture,
    stage,
    reason: told[0]?.reason ?? reversals[0]?.reason ?? 'dispute',
    status: statusOf(isOver, closing, { taken, lost }),
    amount: claimed ?? (caseId === null ? taken : null),
    currency: reversals[0]?.currency ?? captured?.currency ?? payment.terms.currency,
    taken,
    returned,
    lost,
    held,
    fee: feeOf(caseId, payment),
    answerBy: news.find((fact) => fact.answerBy)?.answerBy ?? null,
    gatewayUrl: news.find((fact) => fact.url)?.url ?? null,
    openedAt: firstTold(draft, payment),
    closedAt: end && recordedAt(end),
  };
}

function keptBy(closing: Closing): number | null {
  return closing.kind === 'dispute_closed' ? (closing.refunded ?? null) : null;
}

function statusOf(
  isOver: boolean,
  closing: Closing | null,
  { taken, lost }: { readonly taken: number; readonly lost: number },
): DisputeStatus {
  if (!isOver) return 'open';
  if (lost > 0 || (taken === 0 && closing !== null && isLost(closing))) return 'lost';
  return taken > 0 ? 'won' : 'withdrawn';
}

function feeOf(caseId: string | null, { facts }: Payment): number {
  return facts.reduce(
    (sum, fact) => sum + (fact.kind === 'dispute_fee_charged' && fact.caseId === caseId ? fact.amount : 0),
    0,
  );
}

/** A dispute keeps the id of what was first told of it: a case that takes over a reversal goes on under the reversal's. */
function idOf(draft: Draft, { terms, facts }: Payment): string {
  const own = new Set<Fact>([...draft.told, ...draft.reversals]);
  const first = facts.find((fact) => own.has(fact));
  const isCase = first !== undefined && (draft.told as readonly Fact[]).includes(first);
  return derivedId('dis', `${terms.id} ${isCase || !first ? (draft.caseId ?? '') : first.gatewayReference}`);
}

function firstTold(draft: Draft, { facts }: Payment): string | null {
  const own = new Set<Fact>([...draft.told, ...draft.reversals]);
  const first = facts.find((fact) => own.has(fact));
  return first ? recordedAt(first) : null;
}

/** By the gateway's clock; by our records where it cannot be read. */
function isBefore(one: Fact, other: Fact, facts: readonly Fact[]): boolean {
  return one.occurredAt !== null && other.occurredAt !== null
    ? one.occurredAt <= other.occurredAt
    : facts.indexOf(one) < facts.indexOf(other);
}

function inTime<F extends Fact>(facts: readonly F[]): F[] {
  const rank = ({ occurredAt, gatewayReference, qualifier }: F) =>
    `${occurredAt ?? ''} ${gatewayReference} ${qualifier}`;
  return [...facts].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
}
