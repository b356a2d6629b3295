import { holdMerchant } from './merchants';
import type { Page, Sql } from './sql';
import { forgetOwnViews } from './views';

/** What a person may be at a merchant. */
export const ROLES = ['owner', 'treasurer', 'desk', 'accountant'] as const;
export type Role = (typeof ROLES)[number];

/** Somebody who has a role at a merchant. */
export interface Person {
  readonly id: string;
  readonly sequence: bigint;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly secondFactor: boolean;
  readonly since: Date;
}

const PEOPLE = `SELECT u.id, r.sequence, u.name, u.email, r.role, u."twoFactorEnabled" IS TRUE AS "secondFactor", r.created_at AS since
  FROM staff_roles r JOIN auth."user" u ON u.id = r.person_id WHERE r.merchant_id = $1`;

/** The merchant's people, newest first; one more than asked for where there are more. */
export async function listPeople(
  { sql }: Sql,
  merchantId: string,
  { before, limit }: Page,
): Promise<readonly Person[]> {
  const { rows } = await sql.query<Person>(
    `${PEOPLE} AND ($2::bigint IS NULL OR r.sequence < $2) ORDER BY r.sequence DESC LIMIT $3`,
    [merchantId, before, limit + 1],
  );
  return rows;
}

/** The merchant's owners, the first one first. */
export async function listOwners({ sql }: Sql, merchantId: string): Promise<readonly Person[]> {
  const { rows } = await sql.query<Person>(`${PEOPLE} AND r.role = 'owner' ORDER BY r.sequence`, [merchantId]);
  return rows;
}

/** Gives one of the merchant's people another role, or none (null). The last owner stays owner. In a transaction. */
export async function changeRole(
  tx: Sql,
  merchantId: string,
  personId: string,
  role: Role | null,
): Promise<{ readonly before: Person; readonly after: Person | null } | 'unknown' | 'last_owner'> {
  await holdMerchant(tx, merchantId); // of two who do this at once, the second sees what the first has left
  const { rows } = await tx.sql.query<Person>(`${PEOPLE} AND u.id = $2`, [merchantId, personId]);
  const person = rows[0];
  if (!person) return 'unknown';
  if (person.role === role) return { before: person, after: person };
  if (person.role === 'owner' && (await listOwners(tx, merchantId)).length === 1) return 'last_owner';
  if (role === null) {
    await forgetOwnViews(tx, merchantId, personId);
    await tx.sql.query('DELETE FROM staff_roles WHERE merchant_id = $1 AND person_id = $2', [merchantId, personId]);
    return { before: person, after: null };
  }
  await tx.sql.query('UPDATE staff_roles SET role = $3 WHERE merchant_id = $1 AND person_id = $2', [
    merchantId,
    personId,
    role,
  ]);
  return { before: person, after: { ...person, role } };
}

/** Gives somebody a role; what they have already stays, unless this makes them an owner. Gives the role that they have now. In a transaction. */
export async function giveRole({ sql }: Sql, merchantId: string, personId: string, role: Role): Promise<Role> {
  const { rows } = await sql.query<{ role: Role }>(
    `INSERT INTO staff_roles AS r (merchant_id, person_id, role) VALUES ($1, $2, $3)
     ON CONFLICT (merchant_id, person_id) DO UPDATE SET role = CASE WHEN excluded.role = 'owner' THEN excluded.role ELSE r.role END
     RETURNING role`,
    [merchantId, personId, role],
  );
  if (!rows[0]) throw new Error('a role was not given');
  return rows[0].role;
}

/** What somebody with this address is at the merchant; null: nothing. */
export async function findRole({ sql }: Sql, merchantId: string, email: string): Promise<Role | null> {
  const { rows } = await sql.query<{ role: Role }>(
    `SELECT r.role FROM staff_roles r JOIN auth."user" u ON u.id = r.person_id WHERE r.merchant_id = $1 AND u.email = $2`,
    [merchantId, email],
  );
  return rows[0]?.role ?? null;
}

/** The account at this address. */
export async function findPerson({ sql }: Sql, email: string): Promise<{ readonly id: string } | null> {
  const { rows } = await sql.query<{ id: string }>('SELECT id FROM auth."user" WHERE email = $1', [email]);
  return rows[0] ?? null;
}

/** What a person is called. */
export async function readPersonName({ sql }: Sql, personId: string): Promise<string> {
  const { rows } = await sql.query<{ name: string }>('SELECT name FROM auth."user" WHERE id = $1', [personId]);
  if (!rows[0]) throw new Error(`person ${personId} is gone`);
  return rows[0].name;
}

/** The person who has given their password and is asked for a code, by what the sign-in calls that; null where it is over. */
export async function findChallenged({ sql }: Sql, challenge: string): Promise<string | null> {
  const { rows } = await sql.query<{ value: string }>(
    'SELECT value FROM auth.verification WHERE identifier = $1 AND "expiresAt" > now()',
    [challenge],
  );
  return rows[0]?.value ?? null;
}

/** Makes an account for an address that is proven by a letter; without a password, one is made by a reset. False: there is one. In a transaction. */
export async function addPerson(
  { sql }: Sql,
  {
    personId,
    name,
    email,
    passwordHash,
  }: {
    readonly personId: string;
    readonly name: string;
    readonly email: string;
    readonly passwordHash: string | null;
  },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO auth."user" (id, name, email, "emailVerified", "createdAt", "updatedAt") VALUES ($1, $2, lower($3), true, now(), now())
     ON CONFLICT (email) DO NOTHING`,
    [personId, name, email],
  );
  if (rowCount !== 1) return false;
  if (passwordHash !== null)
    await sql.query(
      `INSERT INTO auth.account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt")
       VALUES (gen_random_uuid()::text, $1, 'credential', $1, $2, now(), now())`,
      [personId, passwordHash],
    );
  return true;
}

/** The link of a letter by which somebody chooses a new password, by the name under which the sign-in keeps it. */
export async function readResetLink({ sql }: Sql, name: string): Promise<'good' | 'expired' | 'unknown'> {
  const { rows } = await sql.query<{ good: boolean }>(
    'SELECT "expiresAt" > now() AS good FROM auth.verification WHERE identifier = $1',
    [name],
  );
  return rows[0] ? (rows[0].good ? 'good' : 'expired') : 'unknown';
}

/** Gives the people of one merchant the same roles at another, where they have none; gives those who are new there. In a transaction. */
export async function bringPeople(
  { sql }: Sql,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<readonly { readonly id: string; readonly role: Role }[]> {
  const { rows } = await sql.query<{ id: string; role: Role }>(
    `INSERT INTO staff_roles (merchant_id, person_id, role)
     SELECT $2, r.person_id, r.role FROM staff_roles r WHERE r.merchant_id = $1 ORDER BY r.sequence
     ON CONFLICT DO NOTHING RETURNING person_id AS id, role`,
    [from, to],
  );
  return rows;
}
