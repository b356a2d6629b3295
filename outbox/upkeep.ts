import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { markBalances } from '../books/ledger';
import { planLooks } from '../books/outbox';
import type { Sql } from '../books/sql';

const EVERY_MS = 600_000;
/** A refund made at the site of a gateway that announces none is found by looking once more, after a day and after three. */
const LOOK_AFTER_HOURS = [24, 72] as const;

/** As many postings of an account are summed in some hundred blocks; with fewer a mark would cost more than it saves. */
const POSTINGS_PER_MARK = 500;

interface UpkeepDependencies {
  readonly db: Sql;
  readonly log: Logger;
  /** Gateways that announce no refund made at their own site. */
  readonly silentGateways: readonly string[];
}

/** What nobody tells of is looked for from time to time, in one batch and not by a timer for each payment. */
export function startUpkeep(deps: UpkeepDependencies): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const keeping = keepUntil(deps, stopping.signal);
  return {
    stop: () => {
      stopping.abort();
      return keeping;
    },
  };
}

async function keepUntil(deps: UpkeepDependencies, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    await planUpkeep(deps).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'what nobody tells of could not be looked for; the next look tries again');
    });
    await sleep(EVERY_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
}

/** Plans what is due now, and marks balances that have grown. */
export async function planUpkeep({ db, silentGateways }: Omit<UpkeepDependencies, 'log'>): Promise<void> {
  await planLooks(db, silentGateways, LOOK_AFTER_HOURS);
  await markBalances(db, POSTINGS_PER_MARK);
}
