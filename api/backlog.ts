import type { Logger } from 'pino';
import type { Database } from '../prisma/client';

const EVERY_MS = 2_000;

/** Which accounts have more unverified messages than can be taken: counted now and then, since a count per message would cost more than the message. */
export function watchBacklog({ db, limit, log }: { db: Pick<Database, 'sql'>; limit: number; log: Logger }): {
  isFull(accountId: string): boolean;
  waiting(): number;
  stop(): void;
} {
  let full = new Set<string>();
  let waiting = 0;
  const timer = setInterval(() => {
    db.sql
      .query<{ account_id: string; waiting: number }>(
        `SELECT n.account_id, count(*) AS waiting FROM outbox o JOIN notifications n ON n.id = o.subject_id WHERE o.kind = 'notification' GROUP BY 1`,
      )
      .then(
        ({ rows }) => {
          full = new Set(rows.filter((row) => row.waiting > limit).map((row) => row.account_id));
          waiting = rows.reduce((sum, row) => sum + row.waiting, 0);
        },
        (error: unknown) => {
          log.debug({ err: error }, 'the backlog was not counted');
        },
      );
  }, EVERY_MS).unref();
  return {
    isFull: (accountId) => full.has(accountId),
    waiting: () => waiting,
    stop: () => {
      clearInterval(timer);
    },
  };
}
