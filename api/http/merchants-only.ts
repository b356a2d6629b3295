import type { Request } from 'express';
import type { Caller } from './auth';
import { Problem } from './problems';
import type { Authenticate } from './routing';

/** The merchant that calls what is mounted by hand; 401 or 403 to all others. `points`: what it takes of the key's requests. */
export async function merchantThatCalls(
  authenticate: Authenticate,
  req: Request,
  points: number,
): Promise<Extract<Caller, { kind: 'merchant' }>> {
  const caller = await authenticate(req, points);
  if (caller.kind !== 'merchant') throw new Problem('forbidden', `this call is not for ${caller.kind} keys or tokens`);
  return caller;
}
