import type { Logger } from 'pino';
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
  let looking = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    looking = recoveries
      .inviteDue()
      .then(() => undefined, failed)
      .finally(() => (busy = false));
  }, EVERY_MS).unref();
  return {
    stop() {
      clearInterval(timer);
      return looking;
    },
  };
}
