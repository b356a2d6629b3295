import { Pool } from 'pg';

const PATIENCE_MS = 60_000;

interface Waiting {
  readonly since: number;
  readonly settle: (failure: Error | null) => void;
}

/** Tells when a payment's money is in the books, or all of it out of them, by looking at the database: asking the API would be load of its own. */
export interface BookedWatch {
  untilBooked(paymentId: string): Promise<void>;
  close(): Promise<void>;
}

/** `everyMs`: how often to look. It delays the answer by half of that on average, and each look costs the database about 0.1 ms. */
export function watchBooked(databaseUrl: string, everyMs: number, status: 'paid' | 'refunded' = 'paid'): BookedWatch {
  const pool = new Pool({ connectionString: databaseUrl, max: 1 });
  const waiting = new Map<string, Waiting>();
  let closed = false;
  const isClosed = (): boolean => closed;

  const loop = (async () => {
    while (!isClosed()) {
      if (waiting.size > 0) await look();
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();

  async function look(): Promise<void> {
    const { rows } = await pool.query<{ id: string }>({
      name: 'booked',
      text: 'SELECT id FROM payments WHERE id = ANY ($1) AND status = $2',
      values: [[...waiting.keys()], status],
    });
    for (const { id } of rows) end(id, null);
    const tooOld = performance.now() - PATIENCE_MS;
    for (const [id, { since }] of waiting)
      if (since < tooOld) end(id, new Error(`payment ${id} was not booked as ${status} within a minute`));
  }

  function end(id: string, failure: Error | null): void {
    const entry = waiting.get(id);
    waiting.delete(id);
    entry?.settle(failure);
  }

  return {
    untilBooked: (paymentId) =>
      new Promise((resolve, reject) => {
        waiting.set(paymentId, {
          since: performance.now(),
          settle: (failure) => {
            if (failure) reject(failure);
            else resolve();
          },
        });
      }),
    async close() {
      closed = true;
      await loop;
      await pool.end();
    },
  };
}
