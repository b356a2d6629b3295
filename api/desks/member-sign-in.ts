import { randomBytes } from 'node:crypto';
import { noteChange } from '../../books/audit';
import type { Author } from '../../books/audit';
import { queueLetter } from '../../books/letters';
import {
  addMemberSession,
  addSignInLink,
  chooseMember,
  endMemberSession,
  membersAt,
  useSignInLink,
} from '../../books/member-sign-in';
import type { Choice } from '../../books/member-sign-in';
import { inTransaction } from '../../books/sql';
import type { Sql } from '../../books/sql';
import { newId } from '../../platform/ids';
import type { Database } from '../../prisma/client';
import type { Vault } from '../../vault/vault';
import { hashKey } from '../http/auth';
import { MEMBER_SESSION_MS } from '../http/member-cookie';
import type { HeldSession } from '../http/member-cookie';
import { notFound, Problem } from '../http/problems';

export interface SignInDependencies {
  readonly db: Database;
  readonly vault: Vault;
  readonly publicUrl: string;
  readonly mailConfigured: boolean;
  readonly memberLinkMs: number;
}

/** A caller learns nothing by how long it takes: with a letter and without one it takes this. */
const ANSWER_AFTER_MS = 250;
const MINUTE_MS = 60_000;

/** A member who signed in, or those among whom to choose. */
export interface SignedIn {
  readonly merchantId: string;
  readonly member: string | null;
  readonly members: readonly Choice[];
}

/** Members sign in by a link that is sent to their address. */
export function createSignInDesk({ db, vault, publicUrl, mailConfigured, memberLinkMs }: SignInDependencies) {
  /** Sends a letter to the members who have this address, if any have. */
  async function ask(merchant: string, email: string): Promise<void> {
    if (!mailConfigured) throw new Problem('mail_not_configured', 'the platform sends no letters');
    const token = mintToken();
    const work = inTransaction(db, async (tx) => {
      const link = await addSignInLink(tx, { merchant, email, hash: hashKey(token), livesMs: memberLinkMs });
      if (!link) return;
      const { to, locale, merchantId, memberId } = link;
      const url = `${publicUrl}/member-sign-in/${token}`;
      const data = { merchant: link.merchant, url, minutes: Math.max(1, Math.round(memberLinkMs / MINUTE_MS)) };
      await queueLetter(tx, vault, {
        id: newId('ltr'),
        kind: 'member_sign_in',
        to,
        locale,
        merchantId,
        memberId,
        data,
      });
    });
    await Promise.all([work, new Promise((resolve) => setTimeout(resolve, ANSWER_AFTER_MS))]);
  }

  /** Uses a link up; `cookie` is the new session's. Throws where the link is dead. */
  async function signIn(token: string, source: Author['source']): Promise<SignedIn & { readonly cookie: string }> {
    const cookie = mintToken();
    return inTransaction(db, async (tx) => {
      const used = await useSignInLink(tx, hashKey(token));
      if (used === 'unknown') throw notFound('link');
      if (used === 'used') throw new Problem('link_used', 'this link was used before; ask for another one');
      if (used === 'expired') throw new Problem('link_expired', 'this link is too old; ask for another one');
      const members = await membersAt(tx, used);
      const [only] = members;
      if (!only) throw notFound('member with this address any more');
      const member = members.length === 1 ? only.id : null;
      const { userAgent } = source;
      await addMemberSession(tx, { ...used, hash: hashKey(cookie), memberId: member, userAgent }, MEMBER_SESSION_MS);
      if (member !== null) await noteSession(tx, 'member.signed_in', used.merchantId, member, source);
      return { merchantId: used.merchantId, member, members, cookie };
    });
  }

  /** Chooses one of those who have the session's address. */
  async function choose(session: HeldSession, member: string, source: Author['source']): Promise<SignedIn> {
    return inTransaction(db, async (tx) => {
      const members = await membersAt(tx, session);
      if (!members.some(({ id }) => id === member)) throw notFound('member with this address');
      await chooseMember(tx, session.hash, member);
      if (member !== session.memberId) await noteSession(tx, 'member.signed_in', session.merchantId, member, source);
      return { merchantId: session.merchantId, member, members };
    });
  }

  /** Ends a session; what other sessions the member has goes on. */
  async function signOut({ hash, merchantId, memberId }: HeldSession, source: Author['source']): Promise<void> {
    await inTransaction(db, async (tx) => {
      await endMemberSession(tx, hash);
      if (memberId !== null) await noteSession(tx, 'member.signed_out', merchantId, memberId, source);
    });
  }

  return { ask, signIn, choose, signOut };
}
export type SignInDesk = ReturnType<typeof createSignInDesk>;

/** Nobody guesses it. */
function mintToken(): string {
  return randomBytes(32).toString('hex');
}

async function noteSession(
  tx: Sql,
  action: 'member.signed_in' | 'member.signed_out',
  merchantId: string,
  member: string,
  source: Author['source'],
): Promise<void> {
  const author = { actor: { kind: 'member', id: member }, source } as const;
  await noteChange(tx, author, { merchantId, action, object: { kind: 'member', id: member } });
}
