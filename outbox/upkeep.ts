import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { inBackground } from '../platform/background';
import { forgetBodies, moveBodies } from '../books/bodies';
import { countPayments, foldPaymentDays, foldStatistics } from '../books/days';
import { forgetEvents } from '../books/events';
import { forgetExpired } from '../books/idempotency';
import { forgetLetters } from '../books/letters';
import { markBalances } from '../books/ledger';
import { forgetSignIns } from '../books/member-sign-in';
import { planLooks } from '../books/outbox';
import { forgetQuestions } from '../books/passkeys';
import type { Sql } from '../books/sql';
import { forgetDeliveries, planForgottenRetries } from '../books/webhooks';
import type { Database } from '../prisma/client';
import type { Waiting } from '../workflows/domain/letter';
import { queueDigests } from './digests';

const EVERY_MS = 600_000;
/** A refund made at the site of a gateway that announces none is found by looking once more, after a day and after three. */
const LOOK_AFTER_HOURS = [24, 72] as const;
/** A retry that is overdue for so long has no run: it was ended by hand, or the process that was to begin it died. */
const FORGOTTEN_AFTER_MS = 600_000;
/**
 * A person who reads an invalid message wants to know why it was refused; what was repeated meanwhile has come: PayPal repeats for four
 * days. After a week its bytes are only a stranger's words, which may be about somebody.
 */
const FORGET_AFTER_DAYS = 7;
/** A person asks within days what became of a letter; an answer of a mail server may name a person. */
const FORGET_LETTERS_AFTER_DAYS = 30;
/** A merchant's system that was away for longer reads the objects themselves. */
const FORGET_EVENTS_AFTER_DAYS = 90;
/** A person asks within days what became of a webhook; the last try is after three of them. */
const FORGET_DELIVERIES_AFTER_DAYS = 30;
/** Of rows at once: a transaction of milliseconds. */
const BATCH_ROWS = 500;
/** So many batches one after another; more wait for the next time, since nothing hurries: a million rows are moved within a day. */
const MOST_BATCHES = 20;

/** As many postings of an account are summed in some hundred blocks; with fewer a mark would cost more than it saves. */
const POSTINGS_PER_MARK = 500;
/** Of a merchant's entries so many are summed in some hundred blocks; fewer are left to be summed when they are asked for. */
const FOLDED = { atLeast: 100, most: 5_000 } as const;
/** Changes of payments are narrow rows. */
const BATCH_CHANGES = 10_000;

interface UpkeepDependencies {
  readonly db: Database;
  readonly log: Logger;
  /** Gateways that announce no refund made at their own site. */
  readonly silentGateways: readonly string[];
  /** What waits for a person at a merchant, of which its people are told; null where no letters leave. */
  readonly readWaiting: ((merchantId: string) => Promise<readonly Waiting[]>) | null;
}

/** What nobody tells of is looked for from time to time, in one batch and not by a timer for each payment; and what is kept no longer is forgotten. */
export function startUpkeep(deps: UpkeepDependencies): { stop(): Promise<void> } {
  return inBackground((stopped) => keepUntil(deps, stopped));
}

async function keepUntil(deps: UpkeepDependencies, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    await doUpkeep(deps).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'the upkeep was not done; the next one tries again');
    });
    if (deps.readWaiting)
      await queueDigests({ ...deps, readWaiting: deps.readWaiting }, stopped).catch((error: unknown) => {
        deps.log.warn({ err: error }, 'the digests were not queued; the next upkeep tries again');
      });
    await sleep(EVERY_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
}

/** Does what is due now. */
export async function doUpkeep({
  db,
  silentGateways,
}: Pick<UpkeepDependencies, 'silentGateways'> & { readonly db: Sql }): Promise<void> {
  await planLooks(db, silentGateways, LOOK_AFTER_HOURS);
  await planForgottenRetries(db, FORGOTTEN_AFTER_MS);
  await markBalances(db, POSTINGS_PER_MARK);
  await inBatches(() => foldPaymentDays(db, BATCH_CHANGES));
  await inBatches(async () => (await foldStatistics(db, FOLDED)) ?? 0);
  await inBatches(() => countPayments(db, BATCH_ROWS));
  await inBatches(() => forgetExpired(db, BATCH_ROWS));
  await inBatches(() => forgetEvents(db, FORGET_EVENTS_AFTER_DAYS, BATCH_ROWS));
  await inBatches(() => forgetDeliveries(db, FORGET_DELIVERIES_AFTER_DAYS, BATCH_ROWS));
  await inBatches(() => forgetLetters(db, FORGET_LETTERS_AFTER_DAYS, BATCH_ROWS));
  await inBatches(() => forgetSignIns(db, BATCH_ROWS));
  await inBatches(() => forgetQuestions(db, BATCH_ROWS));
  await inBatches(() => moveBodies(db, BATCH_ROWS));
  await inBatches(() => forgetBodies(db, FORGET_AFTER_DAYS, BATCH_ROWS));
}

/** Repeats until nothing is left to do, or for as long as it may take. `work` gives how much it did. */
async function inBatches(work: () => Promise<number>): Promise<void> {
  for (let batch = 0; batch < MOST_BATCHES; batch += 1) if ((await work()) === 0) return;
}
