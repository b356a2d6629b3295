import type { Logger } from 'pino';
import { confirmTold, strike } from '../books/outbox';
import type { Told } from '../books/outbox';
import type { Sql } from '../books/sql';
import type { NextAction } from '../workflows/domain/gateway';
import type { PaymentTerms } from '../workflows/domain/payment';
import { sayNowAndThen } from '../platform/log';
import type { Runs } from './runs';

/** How long the process that committed has, before a sweeper delivers in its place. */
export const LEASE_MS = 5_000;
/** A message that Temporal has accepted is safe there; it is told again only if nobody verified it for so long. */
export const TOLD_PAUSE_MS = 600_000;
/** Confirmations are gathered, so that they cost one statement a moment and not one a message. */
const FLUSH_MS = 250;
/** So many starts, and so many messages, are being delivered at once: what Temporal takes in a second or two. More would only wait here, in memory. */
const MOST_UNDER_WAY = 200;

/**
 * Tells Temporal what was just committed, without holding up whoever committed it. What fails, or is too much at once, is left to the
 * sweeper; and so is what nobody waits for while this process is late: answering is what it is for, and any worker can deliver.
 */
export interface Deliveries {
  started(terms: PaymentTerms, handed: NextAction['kind'] | null): Promise<void>;
  notified(notificationId: string, paymentId: string | null): void;
  /** For how long what is committed now is left to this process. Not at all while it is late: then the sweeper takes it at once. */
  leaseMs(): number;
  close(): Promise<void>;
}

interface DeliveryDependencies {
  readonly db: Sql;
  readonly runs: Runs;
  readonly log: Logger;
  /** Whether this process gets to its work late. */
  readonly isLate: () => boolean;
}

export function createDeliveries({ db, runs, log, isLate }: DeliveryDependencies): Deliveries {
  const underWay = { 'a start': new Set<Promise<void>>(), 'a message': new Set<Promise<void>>() };
  const undelivered = sayNowAndThen((count, error) => {
    log.warn({ err: error, count }, 'not delivered; the sweeper will');
  });
  const unconfirmed = sayNowAndThen((count, error) => {
    log.warn({ err: error, count }, 'deliveries were not confirmed; the sweeper will repeat them');
  });
  let startedIds: string[] = [];
  let told: Told[] = [];
  let timer: NodeJS.Timeout | null = null;

  function deliver(what: keyof typeof underWay, call: () => Promise<void>, done: () => void): Promise<void> {
    const under = underWay[what];
    if (under.size >= MOST_UNDER_WAY) return Promise.resolve();
    const delivery: Promise<void> = call()
      .then(() => {
        done();
        timer ??= setTimeout(() => void flush(), FLUSH_MS);
      }, undelivered)
      .finally(() => under.delete(delivery));
    under.add(delivery);
    return delivery;
  }

  async function flush(): Promise<void> {
    timer = null;
    const [started, heard] = [startedIds, told];
    [startedIds, told] = [[], []];
    try {
      if (started.length > 0) await strike(db, started);
      if (heard.length > 0) await confirmTold(db, heard, TOLD_PAUSE_MS);
    } catch (error) {
      unconfirmed(error);
    }
  }

  return {
    async started(terms, handed) {
      // A payer who waits until the gateway has opened the checkout is not made to wait for a sweep.
      if (isLate() && handed !== null) return;
      await deliver(
        'a start',
        () => runs.start(terms, handed),
        () => startedIds.push(terms.id),
      );
    },
    notified(notificationId, paymentId) {
      if (isLate()) return;
      void deliver(
        'a message',
        () => runs.notify(notificationId, paymentId),
        () => told.push({ id: notificationId, paymentId }),
      );
    },
    leaseMs: () => (isLate() ? 0 : LEASE_MS),
    async close() {
      await Promise.race([
        Promise.allSettled(Object.values(underWay).flatMap((under) => [...under])),
        new Promise((resolve) => setTimeout(resolve, 2_000).unref()),
      ]);
      if (timer) clearTimeout(timer);
      await flush();
    },
  };
}
