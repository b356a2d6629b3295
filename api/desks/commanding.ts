import { readCommand } from '../../books/commands';
import type { Sql } from '../../books/sql';
import type { Command, Runs } from '../../outbox/runs';
import type { CommandOutcome } from '../../workflows/domain/turn';

/** How long a person waits for an outcome before being told that it will come. */
export const OUTCOME_PATIENCE_MS = 5_000;

/** Sends a stored command, and says how it ended where that is known soon; null: it will be obeyed, and its outcome is stored. */
export async function sendCommand(
  { db, runs }: { readonly db: Sql; readonly runs: Runs },
  command: Command,
): Promise<CommandOutcome | null> {
  const stored = await readCommand(db, command.id);
  if (stored?.outcome) return stored.outcome;
  const sent = runs.command(command).catch(() => null); // Temporal is away: the sweeper sends it again
  return Promise.race([sent, new Promise<null>((resolve) => setTimeout(resolve, OUTCOME_PATIENCE_MS, null).unref())]);
}
