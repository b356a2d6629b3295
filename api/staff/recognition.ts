import type { Request } from 'express';
import { findSession, noteSeen } from '../../books/staff-sessions';
import type { HeldSession } from '../../books/staff-sessions';
import type { Sql } from '../../books/sql';
import type { Caller } from '../http/auth';
import { refuseCrossOrigin } from '../http/origin-check';
import { oncePerMinute } from '../http/seen';
import type { Revocations } from '../http/revocations';
import type { SessionCookie } from './cookies';

/** How long a session that was looked up is trusted without asking again, where none has ended meanwhile. */
const MEMORY_MS = 5_000;

export interface RecognitionDependencies {
  readonly db: Sql;
  readonly cookie: SessionCookie;
  readonly revocations: Pick<Revocations, 'count'>;
  readonly ownOrigin: string;
  /** Addresses of the platform's own people. */
  readonly operators: ReadonlySet<string>;
}

/** A session that goes on. */
interface Remembered {
  readonly session: HeldSession;
  readonly lookedUpAt: number;
  /** How many endings were known before it was looked up: one that is not among them may be its own. */
  readonly revocations: number | null;
}

export type StaffCaller = Extract<Caller, { kind: 'staff' | 'person' }>;

/** Knows who is signed in, by the cookie of a request. */
export interface StaffRecognition {
  /** Null where there is no cookie, or one whose session has ended. Throws where another site has sent it. */
  recognise(req: Request): Promise<StaffCaller | null>;
  /** The person does something: their session is not silent. No request waits for it. */
  noteSeen(caller: Caller): void;
}

export function createStaffRecognition(deps: RecognitionDependencies): StaffRecognition {
  const { db, cookie, revocations, ownOrigin, operators } = deps;
  const remembered = new Map<string, Remembered>();
  const seen = oncePerMinute((sessionId) => noteSeen(db, sessionId));

  async function recall(token: string): Promise<HeldSession | null> {
    const known = remembered.get(token);
    const count = revocations.count();
    if (known && count !== null && known.revocations === count && Date.now() - known.lookedUpAt < MEMORY_MS)
      return isOver(known.session) ? null : known.session;
    remembered.delete(token);
    const session = await findSession(db, token);
    if (!session) return null;
    if (remembered.size > 10_000) remembered.clear(); // a bound, not a policy: the next requests look their sessions up again
    remembered.set(token, { session, lookedUpAt: Date.now(), revocations: count });
    return session;
  }

  function toCaller({ id, personId, email, at, lacksSecondFactor, expiresAt }: HeldSession): StaffCaller {
    const signedIn = {
      personId,
      sessionId: id,
      expiresAtMs: expiresAt.getTime(),
      isOperator: operators.has(email),
    };
    return at ? { kind: 'staff', ...at, lacksSecondFactor, ...signedIn } : { kind: 'person', ...signedIn };
  }

  return {
    async recognise(req) {
      const token = cookie.read(req);
      const session = token === null ? null : await recall(token);
      if (!session) return null;
      refuseCrossOrigin(req, ownOrigin);
      return toCaller(session);
    },

    noteSeen(caller) {
      if (caller.kind === 'staff' || caller.kind === 'person') seen(caller.sessionId);
    },
  };
}

function isOver({ expiresAt }: HeldSession): boolean {
  return expiresAt.getTime() <= Date.now();
}
