import type { Logger } from 'pino';
import type { Redis } from 'ioredis';

/** Where recordings are announced, and what a message on it says: the payment's id. */
export const LIVE_CHANNEL = 'quittance:payments';
/** Without an announcement (no Redis, or it is away) watched payments are looked at so often. */
const LOOK_EVERY_MS = 400;

/** Tells listeners that a payment's timeline grew. */
export interface Live {
  watch(paymentId: string, listener: () => void): () => void;
  close(): Promise<void>;
}

interface LiveDependencies {
  /** How many facts each of these payments has by now. */
  readonly countFacts: (paymentIds: readonly string[]) => Promise<readonly { id: string; facts: number }[]>;
  readonly redis: Redis | null;
  readonly log: Logger;
}

export function createLive({ countFacts, redis, log }: LiveDependencies): Live {
  const watched = new Map<string, { listeners: Set<() => void>; facts: number }>();
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
        log.debug({ err: error }, 'watched payments were not looked at');
      })
      .finally(() => (looking = false));
  }, LOOK_EVERY_MS).unref();

  async function look(): Promise<void> {
    const rows = await countFacts([...watched.keys()]);
    for (const row of rows) {
      const payment = watched.get(row.id);
      if (!payment || payment.facts === row.facts) continue;
      payment.facts = row.facts;
      payment.listeners.forEach((listener) => {
        listener();
      });
    }
  }

  return {
    watch(paymentId, listener) {
      const payment = watched.get(paymentId) ?? { listeners: new Set(), facts: -1 };
      payment.listeners.add(listener);
      watched.set(paymentId, payment);
      return () => {
        payment.listeners.delete(listener);
        if (payment.listeners.size === 0) watched.delete(paymentId);
      };
    },
    async close() {
      clearInterval(timer);
      subscriber?.disconnect();
    },
  };
}
