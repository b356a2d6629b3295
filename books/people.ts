import type { Sql } from './sql';

/** What a person may be at a merchant. */
export const ROLES = ['owner', 'treasurer', 'desk', 'accountant'] as const;
export type Role = (typeof ROLES)[number];

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
    accountId,
    name,
    email,
    passwordHash,
  }: {
    readonly personId: string;
    readonly accountId: string;
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
       VALUES ($1, $2, 'credential', $2, $3, now(), now())`,
      [accountId, personId, passwordHash],
    );
  return true;
}
