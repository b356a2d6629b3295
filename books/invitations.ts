import type { LetterState } from './letters';
import type { Role } from './people';
import type { Page, Sql } from './sql';

/** A letter to somebody who is to be one of a merchant's people. */
export interface Invitation {
  readonly id: string;
  readonly sequence: bigint;
  readonly merchantId: string;
  readonly email: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** Where its letter stands. */
  readonly mail: LetterState['state'];
}
const INVITATION = `i.id, i.sequence, i.merchant_id AS "merchantId", i.email, i.role, i.created_at AS "createdAt", i.expires_at AS "expiresAt"`;
const OPEN = 'i.accepted_at IS NULL AND i.withdrawn_at IS NULL';

export interface NewInvitation {
  readonly id: string;
  readonly merchantId: string;
  /** In small letters. */
  readonly email: string;
  readonly role: Role;
  readonly tokenHash: Buffer;
  /** The person who invites; null: the operator, or the clock. */
  readonly invitedBy: string | null;
  readonly letterId: string;
  readonly expiresAt: Date;
}

/** Keeps an invitation whose letter is queued beside it; an open one for the same address is withdrawn. In a transaction that holds the merchant. */
export async function addInvitation(tx: Sql, invitation: NewInvitation): Promise<Invitation> {
  const { id, merchantId, email, role, tokenHash, invitedBy, letterId, expiresAt } = invitation;
  await withdrawFor(tx, merchantId, email);
  const { rows } = await tx.sql.query<Omit<Invitation, 'mail'>>(
    `INSERT INTO invitations AS i (id, merchant_id, email, role, token_hash, invited_by, letter_id, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${INVITATION}`,
    [id, merchantId, email, role, tokenHash, invitedBy, letterId, expiresAt],
  );
  if (!rows[0]) throw new Error('an invitation was not kept');
  return { ...rows[0], mail: 'queued' };
}

/** Open invitations, newest first, expired ones for as long as it is known what became of their letters. One more than asked for where there are more. */
export async function listInvitations(
  { sql }: Sql,
  merchantId: string,
  { before, limit }: Page,
): Promise<readonly Invitation[]> {
  const { rows } = await sql.query<Invitation>(
    `SELECT ${INVITATION}, l.state AS mail FROM invitations i JOIN letters l ON l.id = i.letter_id
     WHERE i.merchant_id = $1 AND ${OPEN} AND ($2::bigint IS NULL OR i.sequence < $2) ORDER BY i.sequence DESC LIMIT $3`,
    [merchantId, before, limit + 1],
  );
  return rows;
}

/** Withdraws an open invitation of this merchant; a letter that has not left does not leave. Null where there is none. */
export async function withdrawInvitation(tx: Sql, merchantId: string, id: string): Promise<Invitation | null> {
  const [withdrawn] = await withdraw(tx, 'i.merchant_id = $1 AND i.id = $2', [merchantId, id]);
  return withdrawn ?? null;
}

/** The same of those for one address. */
export async function withdrawFor(tx: Sql, merchantId: string, email: string): Promise<void> {
  await withdraw(tx, 'i.merchant_id = $1 AND i.email = $2', [merchantId, email]);
}

/** The same of those who are to be owners. */
export async function withdrawOwners(tx: Sql, merchantId: string): Promise<void> {
  await withdraw(tx, "i.merchant_id = $1 AND i.role = 'owner'", [merchantId]);
}

async function withdraw({ sql }: Sql, which: string, values: unknown[]): Promise<readonly Invitation[]> {
  const { rows } = await sql.query<Invitation & { readonly letterId: string }>(
    `UPDATE invitations i SET withdrawn_at = now() WHERE ${which} AND ${OPEN}
     RETURNING ${INVITATION}, i.letter_id AS "letterId", coalesce((SELECT state FROM letters l WHERE l.id = i.letter_id), 'sent') AS mail`,
    values,
  );
  await sql.query("DELETE FROM letters WHERE id = ANY($1) AND state = 'queued'", [
    rows.map(({ letterId }) => letterId),
  ]);
  return rows;
}

export type FoundInvitation = Omit<Invitation, 'mail'> & {
  readonly merchant: string;
  /** Whether somebody has an account at its address. */
  readonly hasAccount: boolean;
  readonly state: 'open' | 'used' | 'expired';
};

/** The invitation with this link, unless it was withdrawn. */
export async function findInvitation({ sql }: Sql, tokenHash: Buffer): Promise<FoundInvitation | null> {
  const { rows } = await sql.query<FoundInvitation>(
    `SELECT ${INVITATION}, m.name AS merchant, EXISTS (SELECT FROM auth."user" u WHERE u.email = i.email) AS "hasAccount",
       CASE WHEN i.accepted_at IS NOT NULL THEN 'used' WHEN i.expires_at <= now() THEN 'expired' ELSE 'open' END AS state
     FROM invitations i JOIN merchants m ON m.id = i.merchant_id WHERE i.token_hash = $1 AND i.withdrawn_at IS NULL`,
    [tokenHash],
  );
  return rows[0] ?? null;
}

/** Uses an invitation up; false where it is not open any more. */
export async function useInvitation({ sql }: Sql, id: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE invitations i SET accepted_at = now() WHERE i.id = $1 AND ${OPEN} AND i.expires_at > now()`,
    [id],
  );
  return rowCount === 1;
}
