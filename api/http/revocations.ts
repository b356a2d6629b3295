import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { countRevocations } from '../../books/keys';
import type { Sql } from '../../books/sql';

/** So long after it was asked, an answer of the database is believed; and so long, at most, does a revoked key still work. */
const BELIEVED_MS = 1_000;
/** Twice in that time, so that one slow answer does not send every request to look its key up. */
const EVERY_MS = 500;

/** What this process knows of keys that were revoked, here or at any other process. */
export interface Revocations {
  /** How many there were, as far as it is known now; null where nobody has answered lately. What was learned under another number may be over. */
  count(): number | null;
  /** Asks now. */
  look(): Promise<void>;
  /** Calls `listener` when there are more; gives how to stop that. */
  onMore(listener: () => void): () => void;
  stop(): void;
}

export function watchRevocations({ db, log }: { readonly db: Sql; readonly log: Logger }): Revocations {
  const listeners = new Set<() => void>();
  let known = -1;
  let askedAt = -Infinity;
  let looking = false;

  async function look(): Promise<void> {
    const at = performance.now();
    try {
      const count = await countRevocations(db);
      if (at < askedAt) return; // a later question was answered first
      askedAt = at;
      if (count === known) return;
      known = count;
      for (const listener of listeners) listener();
    } catch (error) {
      if (at < askedAt) return;
      askedAt = -Infinity;
      log.debug({ err: error }, 'nobody knows whether keys were revoked');
    }
  }

  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look().finally(() => (looking = false));
  }, EVERY_MS).unref();
  void look();

  return {
    count: () => (performance.now() - askedAt < BELIEVED_MS ? known : null),
    look,
    onMore(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}
