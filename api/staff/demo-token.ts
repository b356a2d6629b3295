import { createHash } from 'node:crypto';

/** By what the demo's link is kept and found: who reads the table can make no link. */
export function hashDemoToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
