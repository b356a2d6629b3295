import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { confirmTold } from './deliveries';
import { sayNowAndThen } from '../platform/log';
import type { Command, OlderRuns, Runs } from './runs';
import { handedBy, loadPayment } from '../books/facts';
import type { Database } from '../prisma/client';
import { renew } from './renewal';

const EVERY_MS = 1_000;
/** After a sweep that found something: what waits for its turn takes the places that become free, and those may be few. */
const AGAIN_MS = 100;
/** Of starts and commands, and of messages. */
const MOST_PER_SWEEP = 100;
/** How long until what nobody heard is told again. */
const RETRY_PAUSE = '2 seconds';

interface Due {
  readonly subject_id: string;
  readonly kind: 'start' | 'notification' | 'command' | 'renewal';
  readonly payment_id: string | null;
}

interface SweeperDependencies {
  readonly db: Pick<Database, 'sql'>;
  readonly runs: Runs & OlderRuns;
  readonly log: Logger;
}

/** Tells Temporal what was committed and never delivered: the committer crashed, Temporal was away, or a message had to wait for its turn. */
export function startSweeper(deps: SweeperDependencies): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const sweeping = sweepUntil(deps, stopping.signal);
  return {
    stop: () => {
      stopping.abort();
      return sweeping;
    },
  };
}

async function sweepUntil(deps: SweeperDependencies, stopped: AbortSignal): Promise<void> {
  const undelivered = sayNowAndThen((count, error) => {
    deps.log.warn({ err: error, count }, 'not delivered; a later sweep tries again');
  });
  while (!stopped.aborted) {
    const taken = await sweep(deps, undelivered).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'a sweep failed; the next one tries again');
      return 0;
    });
    // After an outage there is more than one sweep takes: go on at once.
    if (taken < MOST_PER_SWEEP)
      await sleep(taken > 0 ? AGAIN_MS : EVERY_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
}

/** Delivers what is due and whose turn it is; gives how many rows it took, or 0 when Temporal does not listen. */
async function sweep(deps: SweeperDependencies, undelivered: (error: unknown) => void): Promise<number> {
  const { rows } = await deps.db.sql.query<Due>('SELECT * FROM take_due($1)', [MOST_PER_SWEEP]);
  const heard: Due[] = [];
  const unheard: Due[] = [];
  await Promise.all(
    rows.map((due) =>
      deliver(deps, due).then(
        () => heard.push(due),
        (error: unknown) => {
          undelivered(error);
          unheard.push(due);
        },
      ),
    ),
  );
  const messages = heard.filter((due) => due.kind === 'notification');
  await confirmTold(
    deps.db,
    messages.map((due) => ({ id: due.subject_id, paymentId: due.payment_id })),
  );
  await putOff(deps.db, unheard); // it was not the growing pause that was meant: nobody heard
  return unheard.length > 0 ? 0 : rows.length;
}

async function deliver({ db, runs, log }: SweeperDependencies, due: Due): Promise<void> {
  switch (due.kind) {
    case 'start': {
      const payment = await loadPayment(db, due.subject_id);
      if (payment) await runs.start(payment.terms, handedBy(payment));
      await db.sql.query('DELETE FROM outbox WHERE subject_id = $1', [due.subject_id]);
      return;
    }
    case 'renewal':
      return renew({ db, runs }, due);
    case 'notification':
      return runs.notify(due.subject_id, due.payment_id);
    case 'command': {
      const { rows } = await db.sql.query<{ id: string; payment_id: string; body: Command['order']; outcome: unknown }>(
        'SELECT id, payment_id, body, outcome FROM commands WHERE id = $1',
        [due.subject_id],
      );
      const command = rows[0];
      if (command?.outcome === null) {
        // Not waited for: the outcome is stored by the run, and a run that is stuck must not hold up what else is due.
        runs.command({ id: command.id, paymentId: command.payment_id, order: command.body }).catch((error: unknown) => {
          log.warn({ err: error, id: command.id }, 'a command was not delivered; the next sweep tries again');
        });
        return;
      }
      await db.sql.query('DELETE FROM outbox WHERE subject_id = $1', [due.subject_id]);
      return;
    }
  }
}

async function putOff(db: Pick<Database, 'sql'>, rows: readonly Due[]): Promise<void> {
  if (rows.length === 0) return;
  await db.sql.query(`UPDATE outbox SET due_at = now() + interval '${RETRY_PAUSE}' WHERE subject_id = ANY ($1)`, [
    rows.map((due) => due.subject_id),
  ]);
}
