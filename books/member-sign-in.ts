import type { LetterLocale } from './letters';
import type { Sql } from './sql';
import type { ListedSession } from './staff-sessions';

/** At most so many letters for one address within an hour, from whatever browser. */
const MOST_LETTERS_PER_HOUR = 3;

/** Whom a letter with a link goes to. */
export interface SignInLetter {
  readonly merchantId: string;
  readonly merchant: string;
  /** One of the members with this address; the letter is forgotten with them. */
  readonly memberId: string;
  readonly to: string;
  readonly locale: LetterLocale;
}

/**
 * Makes a link for the members of a merchant (by id or slug) who have this address. Null: nobody has, or the address was written to
 * often enough. In a transaction: of two for one address the second sees what the first has made.
 */
export async function addSignInLink(
  { sql }: Sql,
  { merchant, email, hash, livesMs }: { merchant: string; email: string; hash: Buffer; livesMs: number },
): Promise<SignInLetter | null> {
  await sql.query("SELECT pg_advisory_xact_lock(hashtextextended('sign in ' || lower($1), 0))", [email]);
  const { rows } = await sql.query<SignInLetter>(
    `WITH found AS (
       SELECT m.id AS merchant_id, m.name, b.id AS member_id, b.email, coalesce(b.locale, m.locale) AS locale
       FROM merchants m JOIN members b ON b.merchant_id = m.id AND lower(b.email) = lower($2) AND b.erased_at IS NULL
       WHERE m.id = $1 OR m.slug = $1 ORDER BY b.sequence LIMIT 1),
     made AS (
       INSERT INTO member_sign_in_links (hash, merchant_id, address, expires_at)
       SELECT $3, f.merchant_id, address_hash(f.email), now() + $4 * interval '1 millisecond' FROM found f
       WHERE $5 > (SELECT count(*) FROM member_sign_in_links l
                   WHERE l.merchant_id = f.merchant_id AND l.address = address_hash(f.email) AND l.created_at > now() - interval '1 hour')
       RETURNING merchant_id)
     SELECT f.merchant_id AS "merchantId", f.name AS merchant, f.member_id AS "memberId", f.email AS "to", f.locale
     FROM found f JOIN made USING (merchant_id)`,
    [merchant, email, hash, livesMs, MOST_LETTERS_PER_HOUR],
  );
  return rows[0] ?? null;
}

/** A link that was used now: whose it is. */
interface UsedLink {
  readonly merchantId: string;
  readonly address: Buffer;
}

/** Uses a link up, once. */
export async function useSignInLink({ sql }: Sql, hash: Buffer): Promise<UsedLink | 'unknown' | 'used' | 'expired'> {
  const { rows } = await sql.query<UsedLink>(
    `UPDATE member_sign_in_links SET used_at = now() WHERE hash = $1 AND used_at IS NULL AND expires_at > now()
     RETURNING merchant_id AS "merchantId", address`,
    [hash],
  );
  if (rows[0]) return rows[0];
  const { rows: known } = await sql.query<{ used: boolean }>(
    'SELECT used_at IS NOT NULL AS used FROM member_sign_in_links WHERE hash = $1',
    [hash],
  );
  if (!known[0]) return 'unknown';
  return known[0].used ? 'used' : 'expired';
}

/** Somebody who may be chosen after signing in. */
export interface Choice {
  readonly id: string;
  readonly name: string;
}

/** The members of a merchant who have this address now. */
export async function membersAt({ sql }: Sql, { merchantId, address }: UsedLink): Promise<readonly Choice[]> {
  const { rows } = await sql.query<Choice>(
    `SELECT id, name FROM members WHERE merchant_id = $1 AND email IS NOT NULL AND address_hash(email) = $2 ORDER BY sequence`,
    [merchantId, address],
  );
  return rows;
}

/** A link of a letter, before it is used. */
interface SignInLink {
  readonly merchant: string;
  readonly locale: LetterLocale;
  readonly state: 'good' | 'used' | 'expired';
}

/** How a link stands, without using it; null: there is none. */
export async function readSignInLink({ sql }: Sql, hash: Buffer): Promise<SignInLink | null> {
  const { rows } = await sql.query<SignInLink>(
    `SELECT m.name AS merchant, m.locale, CASE WHEN l.used_at IS NOT NULL THEN 'used' WHEN l.expires_at > now() THEN 'good' ELSE 'expired' END AS state
     FROM member_sign_in_links l JOIN merchants m ON m.id = l.merchant_id WHERE l.hash = $1`,
    [hash],
  );
  return rows[0] ?? null;
}

/** A browser that came by a link. Without a member: it may choose one of those who have its address. */
export interface MemberSession extends UsedLink {
  readonly id: string;
  /** The member's, else the merchant's. */
  readonly locale: LetterLocale;
  readonly memberId: string | null;
  readonly expiresAt: Date;
}

export async function addMemberSession(
  { sql }: Sql,
  session: UsedLink & { readonly hash: Buffer; readonly memberId: string | null; readonly userAgent: string | null },
  livesMs: number,
): Promise<void> {
  const { hash, merchantId, address, memberId, userAgent } = session;
  await sql.query(
    `INSERT INTO member_sessions (hash, merchant_id, address, member_id, user_agent, expires_at)
     VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 millisecond')`,
    [hash, merchantId, address, memberId, userAgent, livesMs],
  );
}

/** The session of a cookie, unless it is over, or its member was erased or has another address by now. */
export async function findMemberSession({ sql }: Sql, hash: Buffer): Promise<MemberSession | null> {
  const { rows } = await sql.query<MemberSession>({
    name: 'find_member_session',
    text: `SELECT s.id, s.merchant_id AS "merchantId", s.address, s.member_id AS "memberId", s.expires_at AS "expiresAt", coalesce(b.locale, m.locale) AS locale
           FROM member_sessions s JOIN merchants m ON m.id = s.merchant_id LEFT JOIN members b ON b.id = s.member_id
           WHERE s.hash = $1 AND s.expires_at > now() AND (s.member_id IS NULL OR address_hash(b.email) = s.address)`,
    values: [hash],
  });
  return rows[0] ?? null;
}

/** Chooses the member of a session. */
export async function chooseMember({ sql }: Sql, hash: Buffer, memberId: string): Promise<void> {
  await sql.query('UPDATE member_sessions SET member_id = $2 WHERE hash = $1', [hash, memberId]);
}

export async function endMemberSession({ sql }: Sql, hash: Buffer): Promise<void> {
  await sql.query('DELETE FROM member_sessions WHERE hash = $1', [hash]);
}

/** Notes that a session was used in this minute, once however often. */
export async function noteMemberSeen({ sql }: Sql, sessionId: string): Promise<void> {
  await sql.query({
    name: 'note_member_seen',
    text: `UPDATE member_sessions SET last_seen_at = now() WHERE id = $1 AND last_seen_at < date_trunc('minute', now())`,
    values: [sessionId],
  });
}

/** Every browser that came by a letter to the address of the member $1: each of them may choose this member. */
const OF_ADDRESS = 's.merchant_id = b.merchant_id AND s.address = address_hash(b.email) AND s.expires_at > now()';

/** The sessions of a member's address that go on, newest first. */
export async function listMemberSessions({ sql }: Sql, memberId: string): Promise<readonly ListedSession[]> {
  const { rows } = await sql.query<ListedSession>(
    `SELECT s.id, s.created_at AS "createdAt", s.last_seen_at AS "lastSeenAt", s.user_agent AS "userAgent"
     FROM members b JOIN member_sessions s ON ${OF_ADDRESS} WHERE b.id = $1 ORDER BY s.created_at DESC, s.id LIMIT 100`,
    [memberId],
  );
  return rows;
}

/** Ends a session of this member's address. */
export async function endSessionOfMember({ sql }: Sql, memberId: string, sessionId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `DELETE FROM member_sessions s USING members b WHERE b.id = $1 AND ${OF_ADDRESS} AND s.id = $2`,
    [memberId, sessionId],
  );
  return rowCount === 1;
}

/** Forgets links and sessions that ended a day ago, at most `most` of each; gives how many. */
export async function forgetSignIns({ sql }: Sql, most: number): Promise<number> {
  const forget = (table: 'member_sign_in_links' | 'member_sessions') =>
    sql.query(
      `DELETE FROM ${table} WHERE hash IN (SELECT hash FROM ${table} WHERE expires_at < now() - interval '1 day' LIMIT $1)`,
      [most],
    );
  const [links, sessions] = [await forget('member_sign_in_links'), await forget('member_sessions')];
  return Math.max(links.rowCount ?? 0, sessions.rowCount ?? 0);
}
