import type { Logger } from 'pino';
import type { Redis } from 'ioredis';
import type { Database } from '../prisma/client';

/** Where recordings are announced, and what a message on it says: the payment's id. */
export const LIVE_CHANNEL = 'quittance:payments';
/** Without an announcement (no Redis, or it is away) watched payments are looked at so often. */
const LOOK_EVERY_MS = 400;

/** Tells listeners that a payment's timeline grew. */
export interface Live {
  watch(paymentId: string, listener: () => void): () => void;
  close(): Promise<void>;
}

export function createLive({ db, redis, log }: { db: Pick<Database, 'sql'>; redis: Redis | null; log: Logger }): Live {
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
    const { rows } = await db.sql.query<{ id: string; facts: number }>(
      `SELECT p.id, (SELECT count(*) FROM facts f WHERE f.payment_id = p.id) + (SELECT count(*) FROM fact_bindings b WHERE b.payment_id = p.id) AS facts
       FROM payments p WHERE p.id = ANY ($1)`,
      [[...watched.keys()]],
    );
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
