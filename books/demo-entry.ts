import type { Sql } from './sql';

/** What a link is kept under, by its token. */
const NAME = `'demo-entry:' || encode(sha256(convert_to($1, 'UTF8')), 'hex')`;

/** Keeps the one link by which a person of the demo comes in on this machine, by the hash of its token, of which nobody makes a link; those before it work no more. */
export async function keepDemoEntry(
  { sql }: Sql,
  { personId, token, seconds }: { readonly personId: string; readonly token: string; readonly seconds: number },
): Promise<void> {
  await sql.query(
    `WITH former AS (DELETE FROM auth.verification WHERE identifier LIKE 'demo-entry:%')
     INSERT INTO auth.verification (id, identifier, value, "expiresAt") VALUES (gen_random_uuid()::text, ${NAME}, $2, now() + make_interval(secs => $3))`,
    [token, personId, seconds],
  );
}

/** Uses the link up, and gives whose it is; null where it was used or is too old, or where the person has a second factor, which no link stands in for. */
export async function takeDemoEntry({ sql }: Sql, token: string): Promise<string | null> {
  const { rows } = await sql.query<{ personId: string }>(
    `WITH taken AS (DELETE FROM auth.verification WHERE identifier = ${NAME} AND "expiresAt" > now() RETURNING value)
     SELECT u.id AS "personId" FROM taken JOIN auth."user" u ON u.id = taken.value WHERE u."twoFactorEnabled" IS NOT TRUE`,
    [token],
  );
  return rows[0]?.personId ?? null;
}
