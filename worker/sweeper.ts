import type { Logger } from 'pino';
import { MOST_AT_ONCE } from '../api/deliveries';
import type { Command, Runs } from '../api/runs';
import { loadPayment } from '../books/facts';
import type { Database } from '../prisma/client';

const EVERY_MS = 1_000;
const MOST_PER_SWEEP = 100;

interface Due {
  readonly subject_id: string;
  readonly kind: 'start' | 'notification' | 'command';
  readonly payment_id: string | null;
}

/** Tells Temporal what was committed and never delivered: the committer crashed, or Temporal was away. */
export function startSweeper({ db, runs, log }: { db: Pick<Database, 'sql'>; runs: Runs; log: Logger }): { stop(): Promise<void> } {
  let stopped = false;
  let wake: () => void = () => undefined;
  const loop = (async () => {
    while (!stopped) {
      await sweep({ db, runs, log }).catch((error: unknown) => log.warn({ err: error }, 'a sweep failed; the next one tries again'));
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, EVERY_MS).unref();
      });
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      wake();
      await loop;
    },
  };
}

async function sweep({ db, runs, log }: { db: Pick<Database, 'sql'>; runs: Runs; log: Logger }): Promise<void> {
  const { rows } = await db.sql.query<Due>('SELECT * FROM take_due($1)', [MOST_PER_SWEEP]);
  const told = new Map<string, number>();
  for (const due of rows) {
    const count = (told.get(due.payment_id ?? '') ?? 0) + 1;
    told.set(due.payment_id ?? '', count);
    if (due.kind === 'notification' && due.payment_id !== null && count > MOST_AT_ONCE) {
      await putOff(db, due.subject_id, '5 seconds');
      continue;
    }
    try {
      await deliver({ db, runs }, due);
    } catch (error) {
      log.warn({ err: error, id: due.subject_id }, `a ${due.kind} was not delivered`);
      await putOff(db, due.subject_id, '2 seconds'); // it was not Temporal's pause that was asked for: it did not hear
      return; // what fails for one fails for all while Temporal is away
    }
  }
}

async function deliver({ db, runs }: { db: Pick<Database, 'sql'>; runs: Runs }, due: Due): Promise<void> {
  switch (due.kind) {
    case 'start': {
      const payment = await loadPayment(db, due.subject_id);
      if (payment) await runs.start(payment.terms);
      await db.sql.query('DELETE FROM outbox WHERE subject_id = $1', [due.subject_id]);
      return;
    }
    case 'notification':
      return runs.notify(due.subject_id, due.payment_id);
    case 'command': {
      const { rows } = await db.sql.query<{ id: string; payment_id: string; body: Command['order']; outcome: unknown }>(
        'SELECT id, payment_id, body, outcome FROM commands WHERE id = $1',
        [due.subject_id],
      );
      const command = rows[0];
      if (command?.outcome === null) await runs.command({ id: command.id, paymentId: command.payment_id, order: command.body });
      else await db.sql.query('DELETE FROM outbox WHERE subject_id = $1', [due.subject_id]);
      return;
    }
  }
}

async function putOff(db: Pick<Database, 'sql'>, subjectId: string, pause: string): Promise<void> {
  await db.sql.query('UPDATE outbox SET due_at = now() + $2::interval WHERE subject_id = $1', [subjectId, pause]);
}
