import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { confirmTold, MOST_AT_ONCE } from '../api/deliveries';
import type { Command, OlderRuns, Runs } from '../api/runs';
import { handedBy, loadPayment } from '../books/facts';
import type { Database } from '../prisma/client';
import { renew } from './renewal';

const EVERY_MS = 1_000;
const MOST_PER_SWEEP = 100;
/** How long until what nobody heard is told again. */
const RETRY_PAUSE = '2 seconds';
/** How long what is too much for one payment waits: the gateway's answers make room by the minute. */
const FLOOD_PAUSE = '1 minute';

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

/** Tells Temporal what was committed and never delivered: the committer crashed, or Temporal was away. */
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
  while (!stopped.aborted) {
    const taken = await sweep(deps).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'a sweep failed; the next one tries again');
      return 0;
    });
    // After an outage there is more than one sweep takes: go on at once.
    if (taken < MOST_PER_SWEEP) await sleep(EVERY_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
}

/** Delivers what is due; gives how many rows it took, or 0 when Temporal does not listen. */
async function sweep(deps: SweeperDependencies): Promise<number> {
  const { rows } = await deps.db.sql.query<Due>('SELECT * FROM take_due($1)', [MOST_PER_SWEEP]);
  const told = await countUnderWay(deps.db, rows);
  const [now, later] = partition(rows, (due) => {
    if (due.kind !== 'notification' || due.payment_id === null) return true;
    told.set(due.payment_id, (told.get(due.payment_id) ?? 0) + 1);
    return (told.get(due.payment_id) ?? 0) <= MOST_AT_ONCE;
  });
  const delivered = await Promise.all(now.map((due) => tryToDeliver(deps, due)));
  const [heard, unheard] = partition(now, (due) => delivered[now.indexOf(due)] === true);
  const messages = heard.filter((due) => due.kind === 'notification');
  await confirmTold(
    deps.db,
    messages.map((due) => ({ id: due.subject_id, paymentId: due.payment_id })),
  );
  // It was not the growing pause that was meant: nobody heard. And what was too much for one payment comes a little later.
  await putOff(deps.db, unheard, RETRY_PAUSE);
  await putOff(deps.db, later, FLOOD_PAUSE);
  return unheard.length > 0 ? 0 : rows.length;
}

/** How many messages of these payments their runs were told of lately and have not verified, besides what is due. */
async function countUnderWay({ sql }: Pick<Database, 'sql'>, rows: readonly Due[]): Promise<Map<string, number>> {
  const messages = rows.filter((due) => due.kind === 'notification' && due.payment_id !== null);
  if (messages.length === 0) return new Map();
  const counted = await sql.query<{ payment_id: string; under_way: number }>(
    `SELECT payment_id, count(*) AS under_way FROM outbox
     WHERE kind = 'notification' AND payment_id = ANY ($1) AND due_at > now() + interval '2 minutes' AND subject_id <> ALL ($2) GROUP BY 1`,
    [messages.map((due) => due.payment_id), messages.map((due) => due.subject_id)],
  );
  return new Map(counted.rows.map((row) => [row.payment_id, row.under_way]));
}

async function tryToDeliver(deps: SweeperDependencies, due: Due): Promise<boolean> {
  try {
    await deliver(deps, due);
    return true;
  } catch (error) {
    deps.log.warn({ err: error, id: due.subject_id }, `a ${due.kind} was not delivered`);
    return false;
  }
}

function partition<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  const [first, second]: [Item[], Item[]] = [[], []];
  for (const item of items) (isFirst(item) ? first : second).push(item);
  return [first, second];
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

async function putOff(db: Pick<Database, 'sql'>, rows: readonly Due[], pause: string): Promise<void> {
  if (rows.length === 0) return;
  await db.sql.query('UPDATE outbox SET due_at = now() + $2::interval WHERE subject_id = ANY ($1)', [
    rows.map((due) => due.subject_id),
    pause,
  ]);
}
