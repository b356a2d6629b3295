import type { Logger } from 'pino';
import type { Redis } from 'ioredis';

/** Where recordings are announced, and what a message on it says: the payment's id. Of merchants nothing is announced. */
export const LIVE_CHANNEL = 'quittance:payments';
/** Without an announcement (no Redis, or it is away) what is watched is looked at so often. */
const LOOK_EVERY_MS = 400;

/** Tells listeners that a payment's timeline grew, or a merchant's events. */
export interface Live {
  /** `id`: a payment's or a merchant's. Gives what ends it. */
  watch(id: string, listener: () => void): () => void;
  close(): Promise<void>;
}

interface LiveDependencies {
  /** How far each of these has come by now; unknown ids are left out. */
  readonly measure: (ids: readonly string[]) => Promise<readonly { readonly id: string; readonly reached: number }[]>;
  readonly redis: Redis | null;
  readonly log: Logger;
}

export function createLive({ measure, redis, log }: LiveDependencies): Live {
  const watched = new Map<string, { listeners: Set<() => void>; reached: number }>();
  const subscriber = redis?.duplicate() ?? null;
  subscriber?.on('error', () => undefined); // Redis may vanish; looking for ourselves goes on
  subscriber?.on('message', (_channel, paymentId) => {
    watched.get(paymentId)?.listeners.forEach((listener) => {
      listener();
    });
  });
  subscriber?.subscribe(LIVE_CHANNEL).catch(() => log.warn('no live announcements: Redis does not answer'));

  let looking = false;
  const timer = setInterval(() => {
    if (watched.size === 0 || looking) return;
    looking = true;
    look()
      .catch((error: unknown) => {
        log.debug({ err: error }, 'what is watched was not looked at');
      })
      .finally(() => (looking = false));
  }, LOOK_EVERY_MS).unref();

  async function look(): Promise<void> {
    for (const { id, reached } of await measure([...watched.keys()])) {
      const seen = watched.get(id);
      if (!seen || seen.reached === reached) continue;
      seen.reached = reached;
      seen.listeners.forEach((listener) => {
        listener();
      });
    }
  }

  return {
    watch(id, listener) {
      const seen = watched.get(id) ?? { listeners: new Set(), reached: -1 };
      seen.listeners.add(listener);
      watched.set(id, seen);
      return () => {
        seen.listeners.delete(listener);
        if (seen.listeners.size === 0) watched.delete(id);
      };
    },
    async close() {
      clearInterval(timer);
      subscriber?.disconnect();
    },
  };
}
