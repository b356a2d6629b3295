import type { Logger } from 'pino';
import type { Database } from '../prisma/client';

const EVERY_MS = 2_000;

/**
 * How many messages wait, by account: of each kind at most one more than the limit is counted, in the index of those that wait, so
 * that the count costs the same however many wait. `told`: those with Temporal, which are few.
 */
const COUNT = `
  WITH RECURSIVE walk AS (
    (SELECT o.account_id FROM outbox o WHERE o.told_at IS NULL AND o.account_id IS NOT NULL ORDER BY o.account_id LIMIT 1)
    UNION ALL
    SELECT (SELECT o.account_id FROM outbox o WHERE o.told_at IS NULL AND o.account_id > w.account_id ORDER BY o.account_id LIMIT 1)
    FROM walk w WHERE w.account_id IS NOT NULL),
  counted AS (
    SELECT w.account_id, s.stray, c.waiting FROM walk w, (VALUES (false), (true)) s (stray), LATERAL (
      SELECT count(*) AS waiting FROM (
        SELECT FROM outbox o WHERE o.account_id = w.account_id AND o.told_at IS NULL AND o.stray = s.stray ORDER BY o.due_at LIMIT $1::int + 1) first) c
    WHERE w.account_id IS NOT NULL
    UNION ALL
    SELECT o.account_id, o.stray, count(*) FROM outbox o WHERE o.told_at IS NOT NULL AND o.account_id IS NOT NULL GROUP BY 1, 2)
  SELECT account_id, sum(waiting)::int AS waiting, coalesce(sum(waiting) FILTER (WHERE stray), 0)::int AS strays FROM counted GROUP BY 1`;

/**
 * Which accounts have more unverified messages that name no living payment than may wait: counted now and then, since a count per
 * message would cost more than the message.
 */
export function watchBacklog({ db, limit, log }: { db: Pick<Database, 'sql'>; limit: number; log: Logger }): {
  isFull(accountId: string): boolean;
  waiting(): number;
  stop(): void;
} {
  let full = new Set<string>();
  let waiting = 0;
  const timer = setInterval(() => {
    db.sql.query<{ account_id: string; waiting: number; strays: number }>(COUNT, [limit]).then(
      ({ rows }) => {
        const fullNow = new Set(rows.filter((row) => row.strays > limit).map((row) => row.account_id));
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
