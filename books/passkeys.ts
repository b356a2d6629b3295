import type { Sql } from './sql';

/** A device by which a person proves who they are, beside their password. */
export interface Passkey {
  readonly id: string;
  readonly personId: string;
  /** What the device calls it, in base64url. */
  readonly credentialId: string;
  readonly publicKey: Buffer;
  /** How often the device says that it was used. */
  readonly counter: number;
  readonly transports: readonly string[];
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}
export type NewPasskey = Omit<Passkey, 'createdAt' | 'lastUsedAt'>;

/** What a device is asked for: each question has one answer, and answers no other. */
export type Purpose = 'registration' | 'step_up' | 'sign_in';

const MOST_PASSKEYS = 20;

/** Of a passkey `p`. */
const PASSKEY = `p.id, p.person_id AS "personId", p.credential_id AS "credentialId", p.public_key AS "publicKey", p.counter, p.transports, p.name,
  p.created_at AS "createdAt", p.last_used_at AS "lastUsedAt"`;

/** A person's passkeys, the first one first. */
export async function listPasskeys({ sql }: Sql, personId: string): Promise<readonly Passkey[]> {
  const { rows } = await sql.query<Passkey>(
    `SELECT ${PASSKEY} FROM passkeys p WHERE p.person_id = $1 ORDER BY p.sequence`,
    [personId],
  );
  return rows;
}

/** Adds one; null: it is known already, or the person has too many. In a transaction. */
export async function addPasskey(tx: Sql, passkey: NewPasskey): Promise<Passkey | null> {
  await holdPerson(tx, passkey.personId);
  const { id, personId, credentialId, publicKey, counter, transports, name } = passkey;
  const { rows } = await tx.sql.query<Passkey>(
    `INSERT INTO passkeys AS p (id, person_id, credential_id, public_key, counter, transports, name) SELECT $1, $2, $3, $4, $5, $6, $7
     WHERE (SELECT count(*) FROM passkeys o WHERE o.person_id = $2) < ${MOST_PASSKEYS} ON CONFLICT (credential_id) DO NOTHING RETURNING ${PASSKEY}`,
    [id, personId, credentialId, publicKey, counter, transports, name],
  );
  return rows[0] ?? null;
}

/** Removes one of a person's. `last_second_factor`: nothing was removed, a merchant wants a second factor of them, and this is their only one. In a transaction that is undone then. */
export async function removePasskey(
  tx: Sql,
  personId: string,
  id: string,
): Promise<Passkey | 'unknown' | 'last_second_factor'> {
  await holdPerson(tx, personId); // of two that go at once the second knows that the first has gone
  const { rows } = await tx.sql.query<Passkey>(
    `DELETE FROM passkeys p WHERE p.id = $2 AND p.person_id = $1 RETURNING ${PASSKEY}`,
    [personId, id],
  );
  if (!rows[0]) return 'unknown';
  const { rows: lacking } = await tx.sql.query(
    `SELECT FROM auth."user" u WHERE u.id = $1 AND u."twoFactorEnabled" IS NOT TRUE AND EXISTS (
       SELECT FROM staff_roles r JOIN merchants m ON m.id = r.merchant_id
       WHERE r.person_id = u.id AND r.role IN ('owner', 'treasurer') AND m.require_second_factor)`,
    [personId],
  );
  return lacking.length > 0 ? 'last_second_factor' : rows[0];
}

async function holdPerson({ sql }: Sql, personId: string): Promise<void> {
  await sql.query('SELECT FROM auth."user" WHERE id = $1 FOR NO KEY UPDATE', [personId]);
}

/** The device says that it was used so often now. False: it said so before, so one of two is a copy. */
export async function noteUse({ sql }: Sql, id: string, counter: number): Promise<boolean> {
  const { rowCount } = await sql.query(
    'UPDATE passkeys SET counter = $2, last_used_at = now() WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0))',
    [id, counter],
  );
  return rowCount === 1;
}

/** Keeps what a device is asked, in the place of what it was asked before by the same session or sign-in. */
export async function keepQuestion(
  { sql }: Sql,
  asker: string,
  purpose: Purpose,
  challenge: string,
  seconds: number,
): Promise<void> {
  await sql.query(
    `INSERT INTO passkey_questions (asker, purpose, challenge, expires_at) VALUES ($1, $2, $3, now() + make_interval(secs => $4))
     ON CONFLICT (asker, purpose) DO UPDATE SET challenge = excluded.challenge, expires_at = excluded.expires_at`,
    [asker, purpose, challenge, seconds],
  );
}

/** What the device was asked, once; null: nothing, or too long ago. */
export async function takeQuestion({ sql }: Sql, asker: string, purpose: Purpose): Promise<string | null> {
  const { rows } = await sql.query<{ challenge: string; isOpen: boolean }>(
    `DELETE FROM passkey_questions WHERE asker = $1 AND purpose = $2 RETURNING challenge, expires_at > now() AS "isOpen"`,
    [asker, purpose],
  );
  return rows[0]?.isOpen ? rows[0].challenge : null;
}

/** Forgets questions that nobody can answer any more, at most `most` of them; gives how many. */
export async function forgetQuestions({ sql }: Sql, most: number): Promise<number> {
  const { rowCount } = await sql.query(
    `DELETE FROM passkey_questions WHERE (asker, purpose) IN (
       SELECT asker, purpose FROM passkey_questions WHERE expires_at < now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
    [most],
  );
  return rowCount ?? 0;
}
