import type { DisputeStage, Fact } from './fact';
import { derivedId } from './ids';
import type { Currency } from './money';
import { recordedAt } from './payment/facts';
import { isAboutMoneyThatNeverCame } from './payment/held';
import type { Payment } from './payment/types';
import { remembered } from './remembered';

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
type Cancellation = Extract<Fact, { kind: 'reversal_cancelled' }>;
type Adjustment = Extract<Fact, { kind: 'dispute_adjusted' }>;
type Resolution = Extract<Fact, { kind: 'dispute_resolved' }>;
type CaseFact = Extract<Fact, { kind: 'dispute_opened' | 'dispute_updated' | 'dispute_closed' }>;
type Closing = Extract<Fact, { kind: 'dispute_closed' }> | Resolution | Adjustment;

/** A dispute while its facts are laid together. `returned`: came back by itself, beside what its closing says. */
interface Draft {
  readonly caseId: string | null;
  readonly told: CaseFact[];
  readonly reversals: Reversal[];
  closing: Closing | null;
  taken: number;
  returned: number;
  lastReturn: Cancellation | null;
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
    case 'dispute_resolved':
      return fact.gatewayReference;
    default:
      return null;
  }
}

/**
 * What cases did to the sum `capture`: its facts in the order of the gateway's clock, in whichever order they were told.
 * What finds nothing to be about in that order is laid on what there is in the end.
 */
export function takingsOf(payment: Payment, capture: string): Takings {
  const known = takingsByCapture(payment);
  const before = known.get(capture);
  if (before) return before;
  const takings = deriveTakings(payment, capture);
  known.set(capture, takings);
  return takings;
}
const takingsByCapture = remembered((_payment: Payment) => new Map<string, Takings>());

function deriveTakings(payment: Payment, capture: string): Takings {
  const drafts: Draft[] = [];
  const tooEarly: (Adjustment | Resolution)[] = [];
  let surplus = 0;
  for (const fact of inTime(factsAbout(payment, capture))) {
    switch (fact.kind) {
      case 'dispute_opened':
      case 'dispute_updated':
      case 'dispute_closed':
        tell(drafts, fact);
        break;
      case 'payment_reversed': {
        const draft = joinOf(drafts, fact);
        take(draft, fact, amountTaken(fact, payment));
        surplus -= giveBack([draft], surplus);
        break;
      }
      case 'reversal_cancelled': {
        const laid = giveBack(byNeed(drafts, fact), fact.amount, fact);
        surplus += fact.amount - laid;
        break;
      }
      case 'dispute_adjusted':
        if (!keep(drafts, fact)) tooEarly.push(fact);
        break;
      case 'dispute_resolved':
        if (!resolve(drafts, fact, payment)) tooEarly.push(fact);
        break;
    }
  }
  for (const fact of tooEarly) {
    if (fact.kind === 'dispute_resolved') resolve(drafts, fact, payment);
    else if (!keep(drafts, fact)) surplus += adjust(drafts, fact);
  }
  return { disputes: drafts.map((draft) => disputeOf(draft, capture, payment)), surplus };
}

type DisputeFact = CaseFact | Extract<Fact, { kind: 'payment_reversed' }> | Cancellation | Adjustment | Resolution;

function factsAbout({ facts }: Payment, capture: string): DisputeFact[] {
  const isIts = (fact: Fact): fact is DisputeFact => aboutCapture(fact) === capture;
  const captured = facts.find((fact) => fact.kind === 'payment_captured' && fact.gatewayReference === capture);
  // Money of another currency than was captured is none of it.
  const isOfOtherMoney = ({ currency }: Fact) =>
    captured !== undefined && currency !== null && currency !== captured.currency;
  return facts.filter(isIts).filter((fact) => !isOfOtherMoney(fact) && !isAboutMoneyThatNeverCame(fact, facts));
}

/** A case that is told takes over what was taken without one and is undecided then. */
function tell(drafts: Draft[], fact: CaseFact): void {
  const caseId = fact.kind === 'dispute_updated' ? fact.caseId : fact.qualifier;
  const draft = ofCase(drafts, caseId);
  if (draft.told.length === 0) {
    for (const other of drafts.filter((one) => one.caseId === null && isHolding(one))) {
      draft.reversals.push(...other.reversals);
      draft.taken += other.taken;
      draft.returned += other.returned;
      draft.lastReturn ??= other.lastReturn;
      drafts.splice(drafts.indexOf(other), 1);
    }
  }
  draft.told.push(fact);
  if (fact.kind === 'dispute_closed') draft.closing = fact;
}

function ofCase(drafts: Draft[], caseId: string | null): Draft {
  const known = caseId === null ? undefined : drafts.find((draft) => draft.caseId === caseId);
  if (known) return known;
  const draft: Draft = {
    caseId,
    told: [],
    reversals: [],
    closing: null,
    taken: 0,
    returned: 0,
    lastReturn: null,
  };
  drafts.push(draft);
  return draft;
}

/** The case that the reversal names; else an undecided one; else a resolved one under which nothing has moved; else its own. */
function joinOf(drafts: Draft[], reversal: Extract<Fact, { kind: 'payment_reversed' }>): Draft {
  if (reversal.caseId) return ofCase(drafts, reversal.caseId);
  const cases = drafts.filter(({ caseId }) => caseId !== null);
  return cases.find(isUndecided) ?? cases.find(({ taken }) => taken === 0) ?? ofCase(drafts, null);
}

function take(draft: Draft, reversal: Reversal, amount: number): void {
  draft.reversals.push(reversal);
  draft.taken += amount;
  // A person closed it because nothing was held; that is so no more.
  if (amount > 0 && draft.closing?.kind === 'dispute_resolved' && draft.closing.outcome === 'withdrawn')
    draft.closing = null;
}

/** A reversal whose id is also told as a refund is that refund, and took nothing. */
function amountTaken({ gatewayReference, amount }: Reversal, { facts }: Payment): number {
  const isRefund = facts.some((fact) => fact.kind === 'payment_refunded' && fact.gatewayReference === gatewayReference);
  return isRefund ? 0 : amount;
}

/** Lays what came back on what was taken, in this order; answers how much found its place. */
function giveBack(drafts: readonly Draft[], amount: number, by: Cancellation | null = null): number {
  let left = amount;
  for (const draft of drafts) {
    const part = Math.min(left, draft.taken - draft.returned);
    if (part === 0) continue;
    draft.returned += part;
    draft.lastReturn = by ?? draft.lastReturn;
    left -= part;
  }
  return amount - left;
}

/** What is said to have come back is the named case's; else what is undecided; else what was lost; else what a closing gave back. */
function byNeed(drafts: readonly Draft[], { caseId = null }: Cancellation): Draft[] {
  const rank = (draft: Draft) =>
    caseId !== null && draft.caseId === caseId ? 0 : draft.closing === null ? 1 : isLost(draft.closing) ? 2 : 3;
  return [...drafts].sort((a, b) => rank(a) - rank(b));
}

/** A correction after a case says that what was taken is kept; answers whether anything was. */
function keep(drafts: readonly Draft[], adjustment: Adjustment): boolean {
  const holding = drafts.find(isHolding);
  if (holding) holding.closing = adjustment;
  return holding !== undefined;
}

/** Where nothing is held, a correction moves money: taken, it is held under a dispute of its own; given, it is nobody's yet, and answered. */
function adjust(drafts: Draft[], adjustment: Adjustment): number {
  if (adjustment.qualifier === 'credit') return adjustment.amount;
  take(ofCase(drafts, null), adjustment, adjustment.amount);
  return 0;
}

/** A person's word about a dispute ends it, unless the gateway has; answers whether there was such a dispute. */
function resolve(drafts: readonly Draft[], resolution: Resolution, payment: Payment): boolean {
  const draft = drafts.find((one) => namesOf(one).some((name) => idBy(name, payment) === resolution.dispute));
  if (!draft) return false;
  if (resolution.outcome === 'lost' || !isHolding(draft)) draft.closing ??= resolution;
  return true;
}

function isHolding({ closing, taken, returned }: Draft): boolean {
  return closing === null && taken > returned;
}

/** Open, and not decided by all of the money having come back. */
function isUndecided({ closing, taken, returned }: Draft): boolean {
  return closing === null && (taken === 0 || taken > returned);
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
  const { caseId, told, reversals, closing, taken } = draft;
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
  const end = closing ?? (isOver ? (draft.lastReturn ?? reversals.at(-1) ?? null) : null);
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
function idOf(draft: Draft, payment: Payment): string {
  const own = new Set<Fact>([...draft.told, ...draft.reversals]);
  const first = payment.facts.find((fact) => own.has(fact));
  const isCase = first !== undefined && (draft.told as readonly Fact[]).includes(first);
  return idBy(isCase || !first ? (draft.caseId ?? '') : first.gatewayReference, payment);
}

/** What a dispute may go by: its case, or any of its reversals. */
function namesOf({ caseId, reversals }: Draft): string[] {
  return [...(caseId === null ? [] : [caseId]), ...reversals.map(({ gatewayReference }) => gatewayReference)];
}

function idBy(name: string, { terms }: Payment): string {
  return derivedId('dis', `${terms.id} ${name}`);
}

function firstTold(draft: Draft, { facts }: Payment): string | null {
  const own = new Set<Fact>([...draft.told, ...draft.reversals]);
  const first = facts.find((fact) => own.has(fact));
  return first ? recordedAt(first) : null;
}

const AT_ONE_MOMENT: Readonly<Record<DisputeFact['kind'], number>> = {
  dispute_opened: 0,
  dispute_updated: 1,
  payment_reversed: 2,
  dispute_adjusted: 3,
  dispute_closed: 4,
  reversal_cancelled: 5,
  dispute_resolved: 6,
};

/** By the gateway's clock. Where it cannot be read, what begins a dispute came before all, and what ends one after. */
function inTime(facts: readonly DisputeFact[]): DisputeFact[] {
  const rank = ({ kind, occurredAt, gatewayReference, qualifier }: DisputeFact) => {
    const place = AT_ONE_MOMENT[kind];
    return `${occurredAt ?? (place <= AT_ONE_MOMENT.payment_reversed ? '' : '~')} ${place} ${gatewayReference} ${qualifier}`;
  };
  return [...facts].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
}
