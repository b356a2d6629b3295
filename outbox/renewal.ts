import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { inBackground } from '../platform/background';
import type { LostRuns, Runs } from './runs';
import { findAgreements } from '../books/agreements';
import { loadPayment } from '../books/facts';
import { endRenewal, planRenewals as plan, readRenewal } from '../books/outbox';
import type { Due } from '../books/outbox';
import type { Sql } from '../books/sql';
import { readEndpointsOfRuns } from '../books/webhooks';
import { isLeftToPayer } from '../workflows/domain/payment';
import { agreementOfRun, subjectOf } from '../workflows/messages';

/** How often Temporal is asked for runs of older stories: an API of the release before may start some for as long as it is there. */
const LOOK_EVERY_MS = 15_000;
/** How soon it is asked again while there are some: as often as the sweeper takes what was planned. */
const LOOK_AGAIN_MS = 1_000;
/** So many renewals stand in the outbox at once: half of a sweep, so that what is told of new money never waits behind a release. */
const MOST_AT_ONCE = 50;
/** How far into the list of open runs is looked: past runs that are planned already, or that are recorded in no database of ours. */
const MOST_LISTED = 500;
/** A run that fails by a bug fails again: no more often than this, until a person has mended it. */
const FAILED_FOR_MS = 30_000;

interface RenewalDependencies {
  readonly db: Sql;
  readonly runs: LostRuns;
  readonly log: Logger;
  readonly lookEveryMs?: number;
  /** How long a run has failed before another takes its place. */
  readonly failedForMs?: number;
}

/**
 * Finds the runs that are open on the queue of an older story, and those that failed, and puts their renewal into the outbox. Temporal is
 * asked which they are, since only it knows what every release ever started; what they are begun anew from is the record.
 */
export function startRenewals(deps: RenewalDependencies): { stop(): Promise<void> } {
  return inBackground((stopped) => planUntil(deps, stopped));
}

async function planUntil(deps: RenewalDependencies, stopped: AbortSignal): Promise<void> {
  const { runs, log, lookEveryMs = LOOK_EVERY_MS } = deps;
  let before = 0;
  while (!stopped.aborted) {
    const waiting = await planRenewals(deps).catch((error: unknown) => {
      log.warn({ err: error }, 'runs that nobody goes on with could not be looked for; the next look tries again');
      return before;
    });
    if (waiting > 0 && before === 0) log.info({ story: runs.story }, 'runs that nobody goes on with are being renewed');
    if (waiting === 0 && before > 0) log.info({ story: runs.story }, 'the runs that nobody went on with are renewed');
    before = waiting;
    const pauseMs = waiting > 0 ? Math.min(LOOK_AGAIN_MS, lookEveryMs) : lookEveryMs;
    await sleep(pauseMs, undefined, { signal: stopped }).catch(() => undefined);
  }
}

/** Plans what there is room for; gives how many renewals wait to be delivered. */
export async function planRenewals(
  { db, runs, failedForMs = FAILED_FOR_MS }: Pick<RenewalDependencies, 'db' | 'runs' | 'failedForMs'>,
  most = MOST_AT_ONCE,
): Promise<number> {
  const behind = await runs.leftBehind(MOST_LISTED, failedForMs);
  if (behind.length === 0) return 0;
  // An endpoint's run holds nothing that its rows do not, and is told nothing that could be lost: it needs no plan.
  for (const endpoint of await readEndpointsOfRuns(db, behind)) await runs.renewDeliveries(endpoint);
  // An agreement's begins from what is recorded, and what it was told of and did not come to is told again by the sweeper.
  for (const agreement of await findAgreements(
    db,
    behind.map(agreementOfRun).filter((id) => id !== null),
  ))
    await runs.renewAgreement(agreement);
  const subjects = behind.map(subjectOf);
  const lost = {
    workflowIds: behind,
    paymentIds: subjects.map((subject) => (subject && 'paymentId' in subject ? subject.paymentId : null)),
    notificationIds: subjects.map((subject) =>
      subject && 'notificationId' in subject ? subject.notificationId : null,
    ),
  };
  return plan(db, lost, runs.story, most);
}

/**
 * Renews one run, and tells the new one at once of what the one before was told of: those words ended with it. A message that
 * was being recorded meanwhile is told as well, so that the new run looks again at what it loaded too early.
 */
export async function renew(
  { db, runs }: { readonly db: Sql; readonly runs: Runs & LostRuns },
  { subjectId: workflowId, paymentId }: Pick<Due, 'subjectId' | 'paymentId'>,
): Promise<void> {
  const planned = await readRenewal(db, workflowId);
  if (!planned || planned.story > runs.story) return; // gone, or planned by the release that takes our place
  const subject = subjectOf(workflowId);
  if (subject && 'notificationId' in subject) await runs.renewMessage(subject.notificationId);
  const payment = paymentId === null ? null : await loadPayment(db, paymentId);
  if (payment) await runs.renewPayment(payment, isLeftToPayer(payment) && planned.messages.length === 0);
  await Promise.all(planned.messages.map((id) => runs.notify(id, paymentId)));
  await endRenewal(db, workflowId, paymentId, planned.messages);
}
