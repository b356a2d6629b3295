import { jwtVerify, SignJWT } from 'jose';
import { byItself, noteChange, withheld } from '../../books/audit';
import type { Author } from '../../books/audit';
import { findMerchant, holdMerchant } from '../../books/merchants';
import { findRole, listOwners } from '../../books/people';
import { endRecovery, findRecovery, planRecovery, takeDueRecovery } from '../../books/recoveries';
import type { Recovery } from '../../books/recoveries';
import { inTransaction } from '../../books/sql';
import type { Database } from '../../prisma/client';
import type { Vault } from '../../vault/vault';
import { notFound, Problem } from '../http/problems';
import { createLetters } from '../staff/letters';
import { invite, INVITATION_HOLDS_MS } from './inviting';

export interface RecoveryDependencies {
  readonly db: Database;
  readonly vault: Vault;
  readonly publicUrl: string;
  readonly mailConfigured: boolean;
  /** How long the owners have to object. */
  readonly recoveryWaitS: number;
}

/** What the link of an owner's letter would end. */
export interface Objection extends Recovery {
  readonly merchant: string;
  readonly personId: string;
}

/** A merchant whose owners cannot come in: another address is invited, unless one of them objects in time. */
export function createRecoveryDesk({ db, vault, publicUrl, mailConfigured, recoveryWaitS }: RecoveryDependencies) {
  const letters = createLetters({ vault, configured: mailConfigured });
  const links = createLinks(vault);

  /** Asks each owner by a letter; where there is none, nobody can object. */
  async function plan(merchantId: string, author: Author, email: string): Promise<Recovery> {
    letters.refuseWhereOff();
    return inTransaction(db, async (tx) => {
      const merchant = await findMerchant(tx, merchantId);
      if (!merchant) throw notFound('merchant');
      if ((await findRole(tx, merchantId, email)) === 'owner')
        throw new Problem('already_here', 'somebody with this address is an owner already');
      const recovery = await planRecovery(tx, merchantId, email, recoveryWaitS);
      for (const owner of await listOwners(tx, merchantId))
        await letters.queue(tx, {
          kind: 'recovery',
          to: owner.email,
          about: merchant,
          data: {
            merchant: merchant.name,
            address: email,
            url: `${publicUrl}/recovery/${await links.write(recovery, owner.id)}`,
            invitedAt: recovery.dueAt.toISOString(),
            timeZone: merchant.timeZone,
          },
        });
      const after = { dueAt: recovery.dueAt, ...withheld(['email']) };
      await noteChange(tx, author, { merchantId, action: 'recovery.planned', object: objectOf(merchantId), after });
      return recovery;
    });
  }

  /** An owner objects. */
  async function end(merchantId: string, author: Author): Promise<Recovery> {
    return inTransaction(db, async (tx) => {
      const ended = await endRecovery(tx, merchantId);
      if (!ended) throw notFound('recovery');
      const before = { dueAt: ended.dueAt, ...withheld(['email']) };
      await noteChange(tx, author, { merchantId, action: 'recovery.ended', object: objectOf(merchantId), before });
      return ended;
    });
  }

  /** What the link of an owner's letter would end; null where there is nothing (any more), or they are no owner (any more). */
  async function readLink(token: string): Promise<Objection | null> {
    const link = await links.read(token);
    const recovery = link && (await findRecovery(db, link.merchantId));
    if (!recovery || recovery.dueAt.getTime() !== link.dueAtMs) return null;
    const owners = await listOwners(db, link.merchantId);
    if (!owners.some(({ id }) => id === link.personId)) return null;
    const merchant = await findMerchant(db, link.merchantId);
    return merchant && { ...recovery, merchant: merchant.name, personId: link.personId };
  }

  /** Invites whom no owner objected to in time; gives how many. */
  async function inviteDue(): Promise<number> {
    for (let invited = 0; ; invited += 1) {
      const wasDue = await inTransaction(db, async (tx) => {
        const due = await takeDueRecovery(tx);
        if (!due) return false;
        await holdMerchant(tx, due.merchantId);
        const merchant = await findMerchant(tx, due.merchantId);
        if (!merchant || (await findRole(tx, due.merchantId, due.email)) === 'owner') return true;
        const expiresAt = new Date(Date.now() + INVITATION_HOLDS_MS);
        const toInvite = { merchant, email: due.email, role: 'owner', inviter: null, expiresAt } as const;
        await invite(tx, { letters, publicUrl }, byItself({ kind: 'clock', id: null }), toInvite);
        return true;
      });
      if (!wasDue) return invited;
    }
  }

  return { plan, end, readLink, inviteDue };
}
export type RecoveryDesk = ReturnType<typeof createRecoveryDesk>;

const objectOf = (merchantId: string) => ({ kind: 'merchant', id: merchantId });

interface Link {
  readonly merchantId: string;
  readonly personId: string;
  readonly dueAtMs: number;
}

/** Links by which an owner objects whom nothing else lets in: each says which recovery it ends, and is signed. */
function createLinks(vault: Vault) {
  const key = vault.derive('recovery');
  return {
    write: ({ merchantId, dueAt }: Recovery, personId: string): Promise<string> =>
      new SignJWT({ merchant: merchantId, due: dueAt.getTime() })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(personId)
        .sign(key),
    async read(token: string): Promise<Link | null> {
      const verified = await jwtVerify(token, key, { algorithms: ['HS256'] }).catch(() => null);
      const { sub, merchant, due } = verified?.payload ?? {};
      if (sub === undefined || typeof merchant !== 'string' || typeof due !== 'number') return null;
      return { merchantId: merchant, personId: sub, dueAtMs: due };
    },
  };
}
