import type { Request, Response } from 'express';
import { findMemberSession, noteMemberSeen } from '../../books/member-sign-in';
import type { MemberSession } from '../../books/member-sign-in';
import type { Sql } from '../../books/sql';
import type { Caller } from './auth';
import { hashKey } from './auth';
import { refuseCrossOrigin } from './origin-check';
import { oncePerMinute } from './seen';

/** How long a member stays signed in. */
export const MEMBER_SESSION_MS = 12 * 3_600_000;

/** A session as its cookie names it. */
export type HeldSession = MemberSession & { readonly hash: Buffer };

/** The cookie of a member who signed in by a letter. */
export interface MemberCookies {
  set(res: Response, token: string): void;
  /** Has the browser forget it. */
  clear(res: Response): void;
  /** The session of the browser, or null. Throws where another page may have had this sent. */
  read(req: Request): Promise<HeldSession | null>;
  /** A session is used. No request waits for the note of it. */
  noteSeen(sessionId: string): void;
  /** The member who is signed in, or null. */
  recognise(req: Request): Promise<Extract<Caller, { kind: 'member' }> | null>;
}

export function createMemberCookies({
  db,
  publicUrl,
}: {
  readonly db: Sql;
  readonly publicUrl: string;
}): MemberCookies {
  const secure = publicUrl.startsWith('https:');
  const attributes = { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const;
  const name = `${secure ? '__Host-' : ''}quittance_member`;
  const pattern = new RegExp(`(?:^|;)\\s*${name}=([\\w-]+)\\s*(?:;|$)`);

  async function read(req: Request): Promise<HeldSession | null> {
    const token = pattern.exec(req.headers.cookie ?? '')?.[1];
    if (token === undefined) return null;
    refuseCrossOrigin(req, publicUrl);
    const hash = hashKey(token);
    const session = await findMemberSession(db, hash);
    return session && { ...session, hash };
  }

  return {
    set(res, token) {
      res.cookie(name, token, { ...attributes, maxAge: MEMBER_SESSION_MS });
    },
    clear(res) {
      res.clearCookie(name, attributes);
    },
    read,
    noteSeen: oncePerMinute((sessionId) => noteMemberSeen(db, sessionId)),
    async recognise(req) {
      const session = await read(req);
      if (!session?.memberId) return null;
      const { id, merchantId, memberId, expiresAt } = session;
      return { kind: 'member', merchantId, memberId, sessionId: id, expiresAtMs: expiresAt.getTime() };
    },
  };
}
