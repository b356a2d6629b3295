import { randomBytes } from 'node:crypto';
import { isOfThisMachine } from '../../api/http/this-machine';
import { keepDemoEntry } from '../../books/demo-entry';
import type { Sql } from '../../books/sql';

/** As long as a working day; the next start makes another. */
const HOLDS_S = 12 * 3600;

/** The link by which somebody comes into the demo's office, once, and only on this machine; null where the API is found at another. */
export async function makeDemoEntry(db: Sql, publicUrl: string, personId: string): Promise<string | null> {
  if (!isOfThisMachine(publicUrl)) return null;
  const token = randomBytes(32).toString('base64url');
  await keepDemoEntry(db, { personId, token, seconds: HOLDS_S });
  return `${publicUrl}/demo-entry/${token}`;
}
