import { dueOn, numberAt } from './schedule';
import type {
  Agreement,
  AgreementAttention,
  AgreementFact,
  AgreementStatus,
  AgreementSummary,
  Instalment,
} from './types';

/** What each status means to those who wait; a new status is asked for all of it. */
const STATUS: Readonly<
  Record<AgreementStatus, { readonly ended: boolean; readonly open: boolean; readonly collects: boolean }>
> = {
  created: { ended: false, open: true, collects: false },
  awaiting_payer: { ended: false, open: true, collects: false },
  active: { ended: false, open: false, collects: true },
  past_due: { ended: false, open: false, collects: true },
  suspended: { ended: false, open: false, collects: false },
  cancelled: { ended: true, open: false, collects: false },
  completed: { ended: true, open: false, collects: false },
  expired: { ended: true, open: false, collects: false },
  failed: { ended: true, open: false, collects: false },
};

/** Nothing is collected any more. */
export const hasEnded = (status: AgreementStatus): boolean => STATUS[status].ended;
/** It waits for its payer's approval. */
export const isOpen = (status: AgreementStatus): boolean => STATUS[status].open;
/** Instalments are expected. */
export const collects = (status: AgreementStatus): boolean => STATUS[status].collects;

/** Folds the facts into what the world sees. */
export function summarizeAgreement(agreement: Agreement): AgreementSummary {
  const { terms, facts } = agreement;
  const told = instalmentsOf(agreement);
  const collected = told.filter(({ status }) => status === 'collected').length;
  const isWhole = terms.instalments !== null && collected >= terms.instalments;
  const { status, reason } = statusOf(agreement, told, isWhole);
  const next = (told.at(-1)?.number ?? 0) + 1;
  const expectsNext = collects(status) && (terms.instalments === null || next <= terms.instalments);
  const scheduled = expectsNext ? [instalment(agreement, next)] : [];
  return {
    status,
    reason,
    amount: latest(ofKind(facts, 'amount_changed'))?.amount ?? terms.amount,
    nextDueOn: scheduled[0]?.dueOn ?? null,
    instalments: [...told, ...scheduled],
    cancelledAt:
      status === 'cancelled' ? ((endOf(facts) ?? latest(ofKind(facts, 'standing_told')))?.occurredAt ?? null) : null,
    attention: attentionOf(agreement, status, reason),
  };
}

function statusOf(
  { terms, facts }: Agreement,
  told: readonly Instalment[],
  isWhole: boolean,
): { readonly status: AgreementStatus; readonly reason: string | null } {
  const standings = ofKind(facts, 'standing_told');
  const cancelled = standings.find(({ standing }) => standing === 'cancelled');
  // All that was agreed is collected: that it was cancelled afterwards takes nothing from that.
  if (isWhole) return { status: 'completed', reason: null };
  if (cancelled) return { status: 'cancelled', reason: cancelled.reason };
  if (has(facts, 'agreement_withdrawn')) return { status: 'cancelled', reason: null };
  // A gateway may announce the end of a fixed term at its beginning.
  const last = latest(standings);
  const newestInstalment = told.at(-1);
  if (last?.standing === 'completed' && isOver(terms, told))
    return newestInstalment?.status === 'failed'
      ? { status: 'cancelled', reason: newestInstalment.reason }
      : { status: 'completed', reason: null };
  const running = latest(standings.filter(({ standing }) => standing === 'active' || standing === 'suspended'));
  if (running?.standing === 'suspended') return { status: 'suspended', reason: running.reason };
  // Money comes of agreements that somebody approved, whether we were told of that or not.
  if (running || newestInstalment)
    return newestInstalment?.status === 'failed'
      ? { status: 'past_due', reason: newestInstalment.reason }
      : { status: 'active', reason: null };
  const refused = ofKind(facts, 'opening_refused')[0];
  if (refused) return { status: 'failed', reason: refused.reason };
  if (has(facts, 'approval_expired')) return { status: 'expired', reason: null };
  return { status: has(facts, 'agreement_opened') ? 'awaiting_payer' : 'created', reason: null };
}

/** Whether all was tried that was agreed, or the gateway gave up. */
function isOver({ instalments }: Agreement['terms'], told: readonly Instalment[]): boolean {
  const newest = told.at(-1);
  const isGivenUp = newest?.status === 'failed' && newest.nextAttemptOn === null;
  return instalments === null || told.length >= instalments || isGivenUp;
}

/** The instalments that money, or its failing to come, told of, and those between them of which nothing was heard. */
function instalmentsOf(agreement: Agreement): readonly Instalment[] {
  const { terms, facts } = agreement;
  const numbers = [
    ...ofKind(facts, 'instalment_handed_over').map(({ number }) => number),
    ...ofKind(facts, 'collection_failed').map(({ occurredAt }) => numberAt(terms, occurredAt ?? terms.startsOn)),
  ];
  const last = Math.max(0, ...numbers);
  return Array.from({ length: last }, (_, index) => instalment(agreement, index + 1, index + 1 < last));
}

function instalment({ terms, facts }: Agreement, number: number, isPast = false): Instalment {
  const money = ofKind(facts, 'instalment_handed_over').find((fact) => fact.number === number);
  const failures = ofKind(facts, 'collection_failed').filter(
    ({ occurredAt }) => numberAt(terms, occurredAt ?? terms.startsOn) === number,
  );
  const failed = latest(failures);
  const common = {
    number,
    dueOn: dueOn(terms, number),
    paymentId: money?.paymentId ?? null,
    failures: failures.length,
  };
  // Money that the gateway held, and then did not give.
  const isLost = money && failures.some(({ gatewayReference }) => gatewayReference === money.gatewayReference);
  if (money && !isLost) return { ...common, status: 'collected', reason: null, nextAttemptOn: null };
  if (failed) return { ...common, status: 'failed', reason: failed.reason, nextAttemptOn: failed.nextAttemptOn };
  return { ...common, status: isPast ? 'skipped' : 'scheduled', reason: null, nextAttemptOn: null };
}

/** Why a person must look: what a gateway stopped collecting, and money that came though all was over. */
function attentionOf({ facts }: Agreement, status: AgreementStatus, reason: string | null): AgreementAttention | null {
  const read = ofKind(facts, 'attention_acknowledged').map(({ qualifier }) => qualifier);
  const late = lateMoney(facts).find(
    ({ gatewayReference }) => !read.includes(`instalment_after_end ${gatewayReference}`),
  );
  if (late)
    return {
      code: 'instalment_after_end',
      detail: `${late.gatewayReference} was collected after the agreement had ended; give it back, or keep it for the member`,
    };
  if (status === 'suspended' && !read.includes('agreement_suspended'))
    return {
      code: 'agreement_suspended',
      detail: `nothing is collected any more${reason === null ? '' : ` (${reason})`}; resume it, or ask the member for another way to pay`,
    };
  return null;
}

/** Money that was collected after the end, by the gateway's clock. */
export function lateMoney(facts: readonly AgreementFact[]) {
  const end = endOf(facts)?.occurredAt ?? null;
  if (end === null) return [];
  return ofKind(facts, 'instalment_handed_over').filter(({ occurredAt }) => occurredAt !== null && occurredAt > end);
}

/** What ended it, the earliest first. */
function endOf(facts: readonly AgreementFact[]): AgreementFact | undefined {
  return facts
    .filter(
      (fact) => fact.kind === 'agreement_withdrawn' || (fact.kind === 'standing_told' && fact.standing === 'cancelled'),
    )
    .toSorted((a, b) => (a.occurredAt ?? '').localeCompare(b.occurredAt ?? ''))[0];
}

function ofKind<Kind extends AgreementFact['kind']>(facts: readonly AgreementFact[], kind: Kind) {
  return facts.filter((fact): fact is AgreementFact & { kind: Kind } => fact.kind === kind);
}

function has(facts: readonly AgreementFact[], kind: AgreementFact['kind']): boolean {
  return facts.some((fact) => fact.kind === kind);
}

/** The newest by the gateway's clock; of the same moment, what was recorded last: what is asked about later is known better. */
function latest<F extends AgreementFact>(facts: readonly F[]): F | undefined {
  return facts.reduce<F | undefined>(
    (best, fact) => (best && (best.occurredAt ?? '') > (fact.occurredAt ?? '') ? best : fact),
    undefined,
  );
}
