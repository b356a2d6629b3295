import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { forgetExpired } from '../books/idempotency';
import { planLooks } from '../books/outbox';
import type { Sql } from '../books/sql';

const EVERY_MS = 600_000;
/** A refund made at the site of a gateway that announces none is found by looking once more, after a day and after three. */
const LOOK_AFTER_HOURS = [24, 72] as const;

interface UpkeepDependencies {
  readonly db: Sql;
  readonly log: Logger;
  /** Gateways that announce no refund made at their own site. */
  readonly silentGateways: readonly string[];
}

/** So many rows are forgotten in one statement: a fraction of a second, and no lock that anybody waits for. */
const MOST_AT_ONCE = 5_000;

/** What nobody tells of is looked for from time to time, in one batch and not by a timer for each payment; and what nobody asks for any more is forgotten. */
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

/** Does what is due now. */
export async function planUpkeep({ db, silentGateways }: Omit<UpkeepDependencies, 'log'>): Promise<void> {
  await planLooks(db, silentGateways, LOOK_AFTER_HOURS);
  while ((await forgetExpired(db, MOST_AT_ONCE)) === MOST_AT_ONCE);
}
