import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { TOLD_PAUSE_MS } from './deliveries';
import { inBackground } from '../platform/background';
import { sayNowAndThen } from '../platform/log';
import type { LostRuns, Runs } from './runs';
import { handedBy, loadPayment } from '../books/facts';
import { readAgreementCommand } from '../books/agreement-commands';
import { loadAgreement } from '../books/agreements';
import { readCommand } from '../books/commands';
import { confirmTold, putOff, strike, strikeUnlessDue, takeDue } from '../books/outbox';
import type { Due, TakingPauses } from '../books/outbox';
import { readUnmatchedRefund } from '../books/refunds';
import { isBehind } from '../books/record';
import type { Sql } from '../books/sql';
import { readEndpointsOfRuns } from '../books/webhooks';
import { TURNS } from '../workflows/domain/places';
import { renew } from './renewal';

/** A message that an API left to us, because it is late itself, should not wait for much longer than its verification takes. */
const EVERY_MS = 250;
/** After a sweep that found something: what waits for its turn takes the places that become free, and those may be few. */
const AGAIN_MS = 100;
/** Of starts and commands, and of messages. */
const MOST_PER_SWEEP = 100;
/** Whoever tells a message has a minute to confirm it; a run that never started is tried again after ever longer pauses. */
export const TAKING: TakingPauses = { leaseMs: 60_000, firstMs: 5_000, longestMs: 3_600_000 };
/** How long until what nobody heard is told again. */
const RETRY_PAUSE_MS = 2_000;

interface SweeperDependencies {
  readonly db: Sql;
  readonly runs: Runs & LostRuns;
  readonly log: Logger;
}

/** Tells Temporal what was committed and never delivered: the committer crashed, Temporal was away, or a message had to wait for its turn. */
export function startSweeper(deps: SweeperDependencies): { stop(): Promise<void> } {
  return inBackground((stopped) => sweepUntil(deps, stopped));
}

async function sweepUntil(deps: SweeperDependencies, stopped: AbortSignal): Promise<void> {
  const undelivered = sayNowAndThen((count, error) => {
    deps.log.warn({ err: error, count }, 'not delivered; a later sweep tries again');
  });
  const failed = sayNowAndThen((count, error) => {
    deps.log.warn({ err: error, count }, 'a sweep failed; the next one tries again');
  });
  while (!stopped.aborted) {
    const taken = await sweep(deps, undelivered).catch((error: unknown) => {
      failed(error);
      return 0;
    });
    // After an outage there is more than one sweep takes: go on at once.
    if (taken < MOST_PER_SWEEP)
      await sleep(taken > 0 ? AGAIN_MS : EVERY_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
}

/** Delivers what is due and whose turn it is; gives how many rows it took, or 0 when Temporal does not listen. */
async function sweep(deps: SweeperDependencies, undelivered: (error: unknown) => void): Promise<number> {
  const taken = await takeDue(deps.db, MOST_PER_SWEEP, TURNS, TAKING);
  const heard: Due[] = [];
  const unheard: Due[] = [];
  await Promise.all(
    taken.map((due) =>
      deliver(deps, due, undelivered).then(
        () => heard.push(due),
        (error: unknown) => {
          undelivered(error);
          unheard.push(due);
        },
      ),
    ),
  );
  const messages = heard.filter((due) => due.kind === 'notification');
  if (messages.length > 0)
    await confirmTold(
      deps.db,
      messages.map(({ subjectId, paymentId }) => ({ id: subjectId, paymentId })),
      TOLD_PAUSE_MS,
    );
  // It was not the growing pause that was meant: nobody heard.
  if (unheard.length > 0)
    await putOff(
      deps.db,
      unheard.map(({ subjectId }) => subjectId),
      RETRY_PAUSE_MS,
    );
  return unheard.length > 0 ? 0 : taken.length;
}

async function deliver(
  { db, runs }: SweeperDependencies,
  due: Due,
  undelivered: (error: unknown) => void,
): Promise<void> {
  switch (due.kind) {
    case 'start': {
      const payment = await loadPayment(db, due.subjectId);
      if (payment) await runs.start(payment.terms, handedBy(payment));
      await strike(db, [due.subjectId]);
      return;
    }
    case 'renewal':
      return renew({ db, runs }, due);
    case 'wake': {
      // A run of the release before may be there still: the payment is woken again until one of ours has caught up.
      const payment = due.paymentId === null ? null : await loadPayment(db, due.paymentId);
      return payment && isBehind(payment) ? runs.wake(payment.terms.id) : strike(db, [due.subjectId]);
    }
    case 'look':
      if (due.paymentId !== null) await runs.look(due.paymentId);
      await strike(db, [due.subjectId]);
      return;
    case 'refund': {
      const refund = await readUnmatchedRefund(db, due.subjectId);
      if (refund) await runs.refundUnmatched(refund);
      await strike(db, [due.subjectId]);
      return;
    }
    case 'deliveries': {
      const endpoints = await readEndpointsOfRuns(db, [due.subjectId]);
      await Promise.all(endpoints.map((endpoint) => runs.retryDeliveries(endpoint)));
      await strikeUnlessDue(db, due.subjectId);
      return;
    }
    case 'agreement': {
      const agreement = await loadAgreement(db, due.subjectId);
      if (agreement) await runs.startAgreement(due.subjectId, agreement.terms);
      await strike(db, [due.subjectId]);
      return;
    }
    case 'agreement_command': {
      const command = await readAgreementCommand(db, due.subjectId);
      if (command?.outcome === null) {
        runs.commandAgreement(command).catch(undelivered); // not waited for, as other commands
        return;
      }
      await strike(db, [due.subjectId]);
      return;
    }
    case 'notification':
      return runs.notify(due.subjectId, due.paymentId);
    case 'command': {
      const command = await readCommand(db, due.subjectId);
      if (command?.outcome === null) {
        // Not waited for: the outcome is stored by the run, and a run that is stuck must not hold up what else is due.
        runs.command(command).catch(undelivered);
        return;
      }
      await strike(db, [due.subjectId]);
      return;
    }
  }
}
