import { readCommand, storeCommand } from '../../books/commands';
import type { StoredCommand } from '../../books/commands';
import type { Sql } from '../../books/sql';
import { LEASE_MS } from '../../outbox/deliveries';
import type { Runs } from '../../outbox/runs';
import { newId } from '../../platform/ids';
import type { CommandOutcome } from '../../workflows/domain/turn';
import { rejection } from '../http/rejections';
import type { Once } from '../http/routing';

/** How long a person waits for an outcome before being told that it will come. */
const OUTCOME_PATIENCE_MS = 5_000;

interface Desk {
  readonly db: Sql;
  readonly runs: Runs;
}

/** Sends a stored command, and says how it ended where that is known soon; null: it will be obeyed, and its outcome is stored. */
export async function sendCommand({ db, runs }: Desk, commandId: string): Promise<CommandOutcome | null> {
  const stored = await readCommand(db, commandId);
  if (!stored) throw new Error(`command ${commandId} is gone`);
  if (stored.outcome) return stored.outcome;
  const sent = runs.command(stored).catch(() => null); // Temporal is away: the sweeper sends it again
  return Promise.race([sent, new Promise<null>((resolve) => setTimeout(resolve, OUTCOME_PATIENCE_MS, null).unref())]);
}

/**
 * Stores a command once, sends it, and throws what the run refuses. `prepare` says which, or throws what is plainly
 * impossible; the run decides everything else. True: it is obeyed; false: it will be.
 */
export async function giveCommand(
  desk: Desk,
  { once, forget }: Once,
  note: string | undefined,
  prepare: (tx: Sql) => Promise<Pick<StoredCommand, 'paymentId' | 'order'>>,
): Promise<boolean> {
  const commandId = await once(async (tx) => {
    const command = { id: newId('cmd'), ...(await prepare(tx)) };
    await storeCommand(tx, command, note === undefined ? {} : { note }, LEASE_MS);
    return command.id;
  });
  const outcome = await sendCommand(desk, commandId);
  if (outcome?.outcome === 'rejected') {
    await forget();
    throw rejection(outcome.reason);
  }
  return outcome !== null;
}
