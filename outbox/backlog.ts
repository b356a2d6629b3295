import type { Logger } from 'pino';
import { countWaiting } from '../books/outbox';
import type { Sql } from '../books/sql';

const EVERY_MS = 2_000;

/**
 * Which accounts have more unverified messages that name no living payment than may wait: counted now and then, since a count per
 * message would cost more than the message.
 */
export function watchBacklog({ db, limit, log }: { db: Sql; limit: number; log: Logger }): {
  isFull(accountId: string): boolean;
  waiting(): number;
  stop(): void;
} {
  let full = new Set<string>();
  let waiting = 0;
  const timer = setInterval(() => {
    countWaiting(db, limit).then(
      (rows) => {
        const fullNow = new Set(rows.filter((row) => row.strays > limit).map((row) => row.accountId));
        for (const accountId of fullNow)
          if (!full.has(accountId))
            log.warn({ accountId, limit }, 'messages of this account that name no living payment are refused');
        full = fullNow;
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
