import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { inBackground } from '../../platform/background';
import { sayNowAndThen } from '../../platform/log';
import type { RecoveryDesk } from '../desks/recovering';

/** An address that waited for days may wait a moment longer. */
const EVERY_MS = 5_000;

/** Invites, while this process lives, whom no owner objected to in time; of several processes each does what the others have not. */
export function startRecoveries({
  recoveries,
  log,
}: {
  readonly recoveries: Pick<RecoveryDesk, 'inviteDue'>;
  readonly log: Logger;
}): { stop(): Promise<void> } {
  const failed = sayNowAndThen((count, error) => {
    log.warn({ err: error, count }, 'recoveries that are due were not looked for; the next look makes up for it');
  });
  return inBackground(async (stopped) => {
    while (!stopped.aborted) {
      await recoveries.inviteDue().catch(failed);
      await sleep(EVERY_MS, undefined, { signal: stopped }).catch(() => undefined);
    }
  });
}
