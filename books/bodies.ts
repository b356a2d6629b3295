import { call, interval } from './functions';
import type { Sql } from './sql';

const DAY_MS = 86_400_000;

/**
 * Forgets the bytes of messages that were found invalid so long ago, at most `most`; gives how many. One that is sent again is kept
 * anew.
 */
export async function forgetBodies(db: Sql, afterDays: number, most: number): Promise<number> {
  return call(db, 'forget_bodies', interval(afterDays * DAY_MS), most);
}

/** Moves bytes that the release before kept in the messages' own rows; gives how many rows were looked at, 0 when none is left. */
export async function moveBodies(db: Sql, most: number): Promise<number> {
  return call(db, 'move_bodies', most);
}
