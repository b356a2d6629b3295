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
  const scheduled = expectsNext ? [instalment(agreement, [], next)] : [];
  return {
    status,
    reason,
    amount: latest(amountsOf(agreement))?.amount ?? terms.amount,
    nextDueOn: scheduled[0]?.dueOn ?? null,
    instalments: [...told, ...scheduled],
    cancelledAt:
      status === 'cancelled' ? ((endOf(facts) ?? latest(ofKind(facts, 'standing_told')))?.occurredAt ?? null) : null,
    attention: attentionOf(agreement, status, reason),
  };
}

function statusOf(
  agreement: Agreement,
  told: readonly Instalment[],
  isWhole: boolean,
): { readonly status: AgreementStatus; readonly reason: string | null } {
  const { facts } = agreement;
  const standings = ofKind(facts, 'standing_told');
  const cancelled = earliestFirst(standings.filter(({ standing }) => standing === 'cancelled'))[0];
  // All that was agreed is collected: that it was cancelled afterwards takes nothing from that.
  if (isWhole) return { status: 'completed', reason: null };
  if (cancelled) return { status: 'cancelled', reason: cancelled.reason };
  if (has(facts, 'agreement_withdrawn')) return { status: 'cancelled', reason: null };
  const last = latest(standings);
  const newestInstalment = told.at(-1);
  if (last?.standing === 'completed' && isOver(agreement, newestInstalment, last.occurredAt))
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

/**
 * Whether the end that a gateway told of came after all that it collected or tried to. It may announce the end of a fixed term at
 * its beginning: a term is over once its last instalment was due, or where one could not be collected.
 */
function isOver({ terms, facts }: Agreement, newest: Instalment | undefined, end: string | null): boolean {
  if (end === null || newest === undefined) return false;
  const tries = facts.filter(({ kind }) => kind === 'instalment_handed_over' || kind === 'collection_failed');
  const isLast = terms.instalments === null || newest.status === 'failed' || numberAt(terms, end) >= terms.instalments;
  return isLast && tries.every(({ occurredAt }) => occurredAt !== null && occurredAt < end);
}

/** The instalments that money, or its failing to come, told of, and those between them of which nothing was heard. */
function instalmentsOf(agreement: Agreement): readonly Instalment[] {
  const { facts } = agreement;
  const tries = ofKind(facts, 'collection_failed').map((failure) => ({
    ...failure,
    number: numberOfTry(agreement, failure),
  }));
  const last = Math.max(0, ...[...moneyOf(facts), ...tries].map(({ number }) => number));
  return Array.from({ length: last }, (_, index) => instalment(agreement, tries, index + 1, index + 1 < last));
}

type Try = AgreementFact & { readonly kind: 'collection_failed'; readonly number: number };

/** Which instalment was tried in vain: that of its money; else that of the period, and after the last period the last. */
function numberOfTry({ terms, facts }: Agreement, failure: AgreementFact): number {
  const money = moneyOf(facts).find(({ gatewayReference }) => gatewayReference === failure.gatewayReference);
  if (money) return money.number;
  const period = numberAt(terms, failure.occurredAt ?? terms.startsOn);
  return Math.min(period, terms.instalments ?? period);
}

function instalment(agreement: Agreement, tries: readonly Try[], number: number, isPast = false): Instalment {
  const { terms, facts } = agreement;
  const money = moneyOf(facts).find((fact) => fact.number === number);
  const failures = tries.filter((one) => one.number === number);
  const failed = latest(failures);
  const common = {
    number,
    dueOn: dueOn(terms, number),
    paymentId: money?.paymentId ?? null,
    failures: failures.length,
  };
  if (money && !isLost(facts, money)) return { ...common, status: 'collected', reason: null, nextAttemptOn: null };
  if (failed) return { ...common, status: 'failed', reason: failed.reason, nextAttemptOn: failed.nextAttemptOn };
  return { ...common, status: isPast ? 'skipped' : 'scheduled', reason: null, nextAttemptOn: null };
}

/** Why a person must look: what a gateway stopped collecting, and money that came though all was over. */
function attentionOf(agreement: Agreement, status: AgreementStatus, reason: string | null): AgreementAttention | null {
  const [late] = unreadMoney(agreement);
  if (late)
    return {
      code: 'instalment_after_end',
      detail: `${late.gatewayReference} was collected after the agreement had ended; give it back, or keep it for the member`,
    };
  if (status === 'suspended' && !hasRead(agreement, suspensionKey(agreement)))
    return {
      code: 'agreement_suspended',
      detail: `nothing is collected any more${reason === null ? '' : ` (${reason})`}; resume it, or ask the member for another way to pay`,
    };
  return null;
}

/** What a person acknowledges who has read what is shown: the qualifiers of `attention_acknowledged`. */
export function attentionKeys(agreement: Agreement): readonly string[] {
  const attention = summarizeAgreement(agreement).attention;
  if (attention === null) return [];
  return attention.code === 'agreement_suspended' ? [suspensionKey(agreement)] : unreadMoney(agreement).map(moneyKey);
}

/** It may be suspended again, which is to be read again. */
function suspensionKey({ facts }: Agreement): string {
  const suspensions = ofKind(facts, 'standing_told').filter(({ standing }) => standing === 'suspended');
  return `agreement_suspended ${latest(suspensions)?.qualifier ?? ''}`;
}

function moneyKey({ gatewayReference }: AgreementFact): string {
  return `instalment_after_end ${gatewayReference}`;
}

function hasRead({ facts }: Agreement, key: string): boolean {
  return ofKind(facts, 'attention_acknowledged').some(({ qualifier }) => qualifier === key);
}

/** Money that was collected after the end, by the gateway's clock, of what was withdrawn, or beyond what was agreed, and that nobody has read of; the oldest first. */
function unreadMoney(agreement: Agreement) {
  const { terms, facts } = agreement;
  const came = earliestFirst(moneyOf(facts).filter((money) => !isLost(facts, money)));
  const end = endOf(facts)?.occurredAt ?? null;
  // Nobody here knew of an approval when it was withdrawn, so that whenever its money came, nobody wants it.
  const isUnwanted = has(facts, 'agreement_withdrawn');
  const isLate = ({ occurredAt }: AgreementFact) =>
    isUnwanted || (end !== null && occurredAt !== null && occurredAt > end);
  const isBeyond = (index: number) => terms.instalments !== null && index >= terms.instalments;
  return came.filter((money, index) => (isLate(money) || isBeyond(index)) && !hasRead(agreement, moneyKey(money)));
}

/** What ended it, the earliest first. */
function endOf(facts: readonly AgreementFact[]): AgreementFact | undefined {
  const ends = facts.filter(
    (fact) => fact.kind === 'agreement_withdrawn' || (fact.kind === 'standing_told' && fact.standing === 'cancelled'),
  );
  return earliestFirst(ends)[0];
}

function moneyOf(facts: readonly AgreementFact[]) {
  return ofKind(facts, 'instalment_handed_over');
}

/** Whether the gateway held the money, and then did not give it. */
function isLost(facts: readonly AgreementFact[], money: AgreementFact): boolean {
  return ofKind(facts, 'collection_failed').some((failure) => failure.gatewayReference === money.gatewayReference);
}

/** The amounts that were agreed anew; the currency cannot be. */
function amountsOf({ terms, facts }: Agreement) {
  return ofKind(facts, 'amount_changed').filter(({ currency }) => currency === terms.currency);
}

function ofKind<Kind extends AgreementFact['kind']>(facts: readonly AgreementFact[], kind: Kind) {
  return facts.filter((fact): fact is AgreementFact & { kind: Kind } => fact.kind === kind);
}

function has(facts: readonly AgreementFact[], kind: AgreementFact['kind']): boolean {
  return facts.some((fact) => fact.kind === kind);
}

/** The newest by the gateway's clock; of the same moment, what was recorded last: what is asked about later is known better. */
function latest<F extends AgreementFact>(facts: readonly F[]): F | undefined {
  return facts.toSorted((a, b) => compare(a.occurredAt ?? '', b.occurredAt ?? '')).at(-1);
}

/** The same from its other end. What has no time is in both the last to be asked. */
function earliestFirst<F extends AgreementFact>(facts: readonly F[]): readonly F[] {
  return facts.toSorted((a, b) => compare(rank(a, '~'), rank(b, '~')));
}

function rank({ occurredAt, gatewayReference, qualifier }: AgreementFact, unknown: string): string {
  return `${occurredAt ?? unknown} ${gatewayReference} ${qualifier}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
