import { randomBytes } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { noteChange, withheld } from '../../books/audit';
import type { Author } from '../../books/audit';
import { addInvitation, findInvitation, useInvitation, withdrawOwners } from '../../books/invitations';
import type { FoundInvitation, Invitation } from '../../books/invitations';
import { findMerchant, holdMerchant } from '../../books/merchants';
import type { MerchantRow } from '../../books/merchants';
import { addPerson, findPerson, findRole, giveRole, listOwners } from '../../books/people';
import type { Role } from '../../books/people';
import { inTransaction } from '../../books/sql';
import type { Sql } from '../../books/sql';
import { moveSession } from '../../books/staff-sessions';
import { newId } from '../../platform/ids';
import type { Database } from '../../prisma/client';
import { hashKey } from '../http/auth';
import { networkOf } from '../http/networks';
import { notFound, Problem } from '../http/problems';
import type { Letters } from '../staff/letters';
import { countingFailures } from '../staff/limits';
import type { StaffLimits } from '../staff/limits';
import type { StaffCaller } from '../staff/recognition';
import type { SignIn } from '../staff/sign-in';

/** The longest that the link of an invitation works. */
export const INVITATION_HOLDS_MS = 7 * 86_400_000;

/** Who is to be what at a merchant. */
export interface ToInvite {
  readonly merchant: MerchantRow;
  /** In small letters. */
  readonly email: string;
  readonly role: Role;
  /** The person who invites; null: the operator, or the clock. */
  readonly inviter: { readonly id: string; readonly name: string } | null;
  readonly expiresAt: Date;
}

/** Invites an address, and queues its letter, in a transaction that holds the merchant. */
export async function invite(
  tx: Sql,
  { letters, publicUrl }: { readonly letters: Letters; readonly publicUrl: string },
  author: Author,
  { merchant, email, role, inviter, expiresAt }: ToInvite,
): Promise<Invitation> {
  const [id, token] = [newId('inv'), randomBytes(32).toString('hex')];
  const letterId = await letters.queue(tx, {
    kind: 'invitation',
    to: email,
    about: merchant,
    data: {
      merchant: merchant.name,
      role,
      inviter: inviter?.name ?? null,
      url: `${publicUrl}/invitation/${token}`,
      expiresAt: expiresAt.toISOString(),
      timeZone: merchant.timeZone,
    },
  });
  const merchantId = merchant.id;
  const tokenHash = hashKey(token);
  const invitedBy = inviter?.id ?? null;
  const made = await addInvitation(tx, { id, merchantId, email, role, tokenHash, invitedBy, letterId, expiresAt });
  const after = { role, expiresAt, ...withheld(['email']) };
  await noteChange(tx, author, {
    merchantId,
    action: 'invitation.created',
    object: { kind: 'invitation', id },
    after,
  });
  return made;
}

/** What somebody brings who accepts an invitation. */
export interface Acceptance {
  readonly token: string;
  readonly name?: string | undefined;
  readonly password?: string | undefined;
}
/** The person at the other end. */
export interface Accepting {
  /** Null: they are not signed in. */
  readonly caller: StaffCaller | null;
  readonly source: Author['source'];
  /** What the sign-in is told of their browser. */
  readonly headers: Headers;
}
/** Where somebody works from now on; `cookies` where they were not signed in before. */
export interface Accepted {
  readonly merchantId: string;
  readonly role: Role;
  readonly cookies: readonly string[];
}

export interface InvitingDependencies {
  readonly db: Database;
  readonly letters: Letters;
  readonly publicUrl: string;
  readonly signIn: Pick<SignIn, 'enter'>;
  readonly limits: Pick<StaffLimits, 'network'>;
}

/** Who is invited among a merchant's people, and how they come in. */
export function createInvitingDesk(deps: InvitingDependencies) {
  const { db, letters, limits, signIn } = deps;

  /** One of the merchant's people invites somebody who is not among them. */
  async function inviteTo(merchantId: string, author: Author, toInvite: Omit<ToInvite, 'merchant'>) {
    letters.refuseWhereOff();
    return inTransaction(db, async (tx) => {
      const merchant = await hold(tx, merchantId);
      if ((await findRole(tx, merchantId, toInvite.email)) !== null)
        throw new Problem('already_here', 'somebody with this address is here already; change their role instead');
      return invite(tx, deps, author, { merchant, ...toInvite });
    });
  }

  /** The operator invites the first owner; one before it is withdrawn, whatever address it was for. */
  async function inviteFirstOwner(merchantId: string, author: Author, email: string): Promise<Invitation> {
    letters.refuseWhereOff();
    return inTransaction(db, async (tx) => {
      const merchant = await hold(tx, merchantId);
      if ((await listOwners(tx, merchantId)).length > 0)
        throw new Problem('merchant_has_owner', 'this merchant has an owner, who invites others');
      await withdrawOwners(tx, merchantId);
      const expiresAt = new Date(Date.now() + INVITATION_HOLDS_MS);
      return invite(tx, deps, author, { merchant, email, role: 'owner', inviter: null, expiresAt });
    });
  }

  /** Somebody comes in by the link of a letter. Throws where the link is dead, or it is not for them. */
  async function accept({ token, name, password }: Acceptance, accepting: Accepting): Promise<Accepted> {
    const { caller, source, headers } = accepting;
    const network = networkOf(source.ip ?? '');
    const find = () => findInvitation(db, hashKey(token));
    const invitation = await countingFailures([[limits.network, network]], find, (found) => found !== null);
    refuseDead(invitation);
    if (caller === null && invitation.hasAccount) throw signInFirst();
    const account = caller === null ? await newAccount({ name, password }) : null;

    const role = await inTransaction(db, async (tx) => {
      await holdMerchant(tx, invitation.merchantId);
      if (!(await useInvitation(tx, invitation.id))) {
        refuseDead(await findInvitation(tx, hashKey(token)));
        throw new Problem('unavailable', 'the invitation changed meanwhile; try again');
      }
      const personId = await whoComes(tx, invitation.email, caller, account);
      const given = await giveRole(tx, invitation.merchantId, personId, invitation.role);
      if (caller) await moveSession(tx, caller.sessionId, invitation.merchantId);
      const author = { actor: { kind: 'person', id: personId }, source } as const;
      await noteChange(tx, author, {
        merchantId: invitation.merchantId,
        action: 'invitation.accepted',
        object: { kind: 'invitation', id: invitation.id },
        after: { person: personId, role: given },
      });
      return given;
    });
    const cookies = account ? await signIn.enter(invitation.email, account.password, headers) : [];
    return { merchantId: invitation.merchantId, role, cookies };
  }

  return { inviteTo, inviteFirstOwner, accept };
}
export type InvitingDesk = ReturnType<typeof createInvitingDesk>;

/** Of two who change a merchant's people at once, the second sees what the first has left. */
async function hold(tx: Sql, merchantId: string): Promise<MerchantRow> {
  await holdMerchant(tx, merchantId);
  const merchant = await findMerchant(tx, merchantId);
  if (!merchant) throw notFound('merchant');
  return merchant;
}

interface NewAccount {
  readonly name: string;
  readonly password: string;
  readonly passwordHash: string;
}

async function newAccount({ name, password }: Omit<Acceptance, 'token'>): Promise<NewAccount> {
  const missing = [...(name === undefined ? ['name'] : []), ...(password === undefined ? ['password'] : [])];
  if (name === undefined || password === undefined)
    throw new Problem('invalid_request', `body: ${missing[0] ?? ''}: nobody has an account at this address yet`, {
      errors: missing.map((path) => ({ path, message: 'required: nobody has an account at this address yet' })),
    });
  return { name, password, passwordHash: await hashPassword(password) };
}

/** The person at the invited address: who is signed in as it, or is new. */
async function whoComes(tx: Sql, email: string, caller: StaffCaller | null, account: NewAccount | null) {
  const known = await findPerson(tx, email);
  if (caller) {
    if (caller.personId !== known?.id)
      throw new Problem('invitation_for_another_address', 'sign out, and accept as the address that was invited');
    return known.id;
  }
  if (known || !account) throw signInFirst(); // they have come in elsewhere a moment ago
  const personId = newId('per');
  const added = await addPerson(tx, {
    personId,
    name: account.name,
    email,
    passwordHash: account.passwordHash,
  });
  if (!added) throw signInFirst();
  return personId;
}

function refuseDead(invitation: FoundInvitation | null): asserts invitation is FoundInvitation {
  if (!invitation) throw notFound('invitation');
  if (invitation.state === 'used') throw new Problem('invitation_used', 'this invitation was accepted before');
  if (invitation.state === 'expired')
    throw new Problem('invitation_expired', 'this invitation is too old; ask for another one');
}

function signInFirst(): Problem {
  return new Problem('sign_in_first', 'this address has an account: sign in as it, then accept');
}
