import type { Logger } from 'pino';
import { listDigestsDue, takeDigest } from '../books/digests';
import { queueStaffLetters } from '../books/letters';
import { inTransaction } from '../books/sql';
import type { Database } from '../prisma/client';
import type { Waiting } from '../workflows/domain/letter';

const BATCH_MERCHANTS = 100;

interface DigestDependencies {
  readonly db: Database;
  readonly log: Logger;
  /** What waits for a person at a merchant. */
  readonly readWaiting: (merchantId: string) => Promise<readonly Waiting[]>;
}

/** Tells the people of each merchant at which something waits, once a day of its clock. Where nothing waits in the morning, that day is over. */
export async function queueDigests({ db, log, readWaiting }: DigestDependencies, stopped?: AbortSignal): Promise<void> {
  for (let due = await listDigestsDue(db, '', BATCH_MERCHANTS); due.length > 0;) {
    for (const merchantId of due) {
      if (stopped?.aborted) return;
      await queueDigest(merchantId).catch((error: unknown) => {
        log.warn({ err: error, merchant: merchantId }, 'a digest was not queued; the next upkeep tries again');
      });
    }
    due = await listDigestsDue(db, due.at(-1) ?? '', BATCH_MERCHANTS);
  }

  async function queueDigest(merchantId: string): Promise<void> {
    const waiting = await readWaiting(merchantId);
    await inTransaction(db, async (tx) => {
      if ((await takeDigest(tx, merchantId)) && waiting.length > 0)
        await queueStaffLetters(tx, merchantId, { kind: 'attention_digest', data: { waiting } });
    });
  }
}
