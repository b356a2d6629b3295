import type { Role } from './people';
import type { Sql } from './sql';

/** A session of staff that goes on: whose it is, which merchant it works for, and as what. */
export interface HeldSession {
  readonly id: string;
  readonly personId: string;
  readonly email: string;
  /** Null where the person has no role at the merchant (any more), or has chosen none. */
  readonly at: { readonly merchantId: string; readonly role: Role } | null;
  /** The merchant wants a second factor of this role, and the person has none. */
  readonly lacksSecondFactor: boolean;
  readonly expiresAt: Date;
}

/** So long may a session be silent. */
const IDLE = "interval '30 minutes'";
const GOES_ON = `s."expiresAt" > now() AND s."updatedAt" > now() - ${IDLE}`;

/** The session with this token, unless it has ended. */
export async function findSession({ sql }: Sql, token: string): Promise<HeldSession | null> {
  type Row = Omit<HeldSession, 'at'> & { readonly merchantId: string | null; readonly role: Role | null };
  const { rows } = await sql.query<Row>({
    name: 'find_session',
    text: `SELECT s.id, u.id AS "personId", u.email, r.merchant_id AS "merchantId", r.role, s."expiresAt",
             coalesce(m.require_second_factor AND r.role IN ('owner', 'treasurer') AND u."twoFactorEnabled" IS NOT TRUE, false) AS "lacksSecondFactor"
           FROM auth.session s JOIN auth."user" u ON u.id = s."userId" JOIN staff_sessions w ON w.session_id = s.id
             LEFT JOIN staff_roles r ON r.merchant_id = w.merchant_id AND r.person_id = u.id
             LEFT JOIN merchants m ON m.id = r.merchant_id
           WHERE s.token = $1 AND ${GOES_ON}`,
    values: [token],
  });
  if (!rows[0]) return null;
  const { merchantId, role, ...session } = rows[0];
  return { ...session, at: merchantId === null || role === null ? null : { merchantId, role } };
}

/** Notes that the person of a session did something in this minute, once however often. */
export async function noteSeen({ sql }: Sql, sessionId: string): Promise<void> {
  await sql.query({
    name: 'note_seen',
    text: `UPDATE auth.session SET "updatedAt" = now() WHERE id = $1 AND "updatedAt" < date_trunc('minute', now())`,
    values: [sessionId],
  });
}

/** Who is signed in, where they may work, and where they do. */
export interface Standing {
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly secondFactor: boolean;
  };
  readonly merchants: readonly { readonly id: string; readonly name: string; readonly role: Role }[];
  /** The merchant that was chosen; whether the person has a role there (any more) is said by `merchants`. */
  readonly merchantId: string | null;
  readonly steppedUpUntil: Date | null;
}

export async function readStanding({ sql }: Sql, sessionId: string): Promise<Standing> {
  const { rows } = await sql.query<Standing['user'] & Pick<Standing, 'merchantId' | 'steppedUpUntil'>>(
    `SELECT u.id, u.name, u.email, u."twoFactorEnabled" IS TRUE AS "secondFactor", w.merchant_id AS "merchantId",
       CASE WHEN w.stepped_up_until > now() THEN w.stepped_up_until END AS "steppedUpUntil"
     FROM auth.session s JOIN auth."user" u ON u.id = s."userId" JOIN staff_sessions w ON w.session_id = s.id WHERE s.id = $1`,
    [sessionId],
  );
  if (!rows[0]) throw new Error('a session ended while it was read');
  const { merchantId, steppedUpUntil, ...user } = rows[0];
  const merchants = await sql.query<Standing['merchants'][number]>(
    `SELECT m.id, m.name, r.role FROM staff_roles r JOIN merchants m ON m.id = r.merchant_id WHERE r.person_id = $1 ORDER BY r.sequence`,
    [user.id],
  );
  return { user, merchants: merchants.rows, merchantId, steppedUpUntil };
}

/** Has the session work for another merchant, where its person has a role; what was proven for the one before is not carried along. */
export async function moveSession({ sql }: Sql, sessionId: string, merchantId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE staff_sessions w SET merchant_id = r.merchant_id, stepped_up_until = NULL, code_hash = NULL
     FROM auth.session s JOIN staff_roles r ON r.person_id = s."userId" AND r.merchant_id = $2
     WHERE w.session_id = $1 AND s.id = $1`,
    [sessionId, merchantId],
  );
  return rowCount === 1;
}

/** The person has proven anew who they are, for so long and while the session works for this merchant. */
export async function stepUp(
  { sql }: Sql,
  sessionId: string,
  merchantId: string | null,
  seconds: number,
): Promise<Date | null> {
  const { rows } = await sql.query<{ until: Date }>(
    `UPDATE staff_sessions SET stepped_up_until = now() + make_interval(secs => $3), code_hash = NULL
     WHERE session_id = $1 AND merchant_id IS NOT DISTINCT FROM $2 RETURNING stepped_up_until AS until`,
    [sessionId, merchantId, seconds],
  );
  return rows[0]?.until ?? null;
}

export async function isSteppedUp({ sql }: Sql, sessionId: string, merchantId: string | null): Promise<boolean> {
  const { rows } = await sql.query(
    'SELECT FROM staff_sessions WHERE session_id = $1 AND merchant_id IS NOT DISTINCT FROM $2 AND stepped_up_until > now()',
    [sessionId, merchantId],
  );
  return rows.length === 1;
}

/** Keeps the hash of the code that a letter brings; it takes the place of the one before. */
export async function keepCode({ sql }: Sql, sessionId: string, hash: Buffer, seconds: number): Promise<void> {
  await sql.query(
    `UPDATE staff_sessions SET code_hash = $2, code_expires_at = now() + make_interval(secs => $3) WHERE session_id = $1`,
    [sessionId, hash, seconds],
  );
}

/** Whether this is the code of the session's last letter; it is good once. */
export async function takeCode({ sql }: Sql, sessionId: string, hash: Buffer): Promise<boolean> {
  const { rowCount } = await sql.query(
    'UPDATE staff_sessions SET code_hash = NULL WHERE session_id = $1 AND code_hash = $2 AND code_expires_at > now()',
    [sessionId, hash],
  );
  return rowCount === 1;
}

export interface ListedSession {
  readonly id: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly userAgent: string | null;
}

/** A person's sessions that go on, newest first. */
export async function listSessions({ sql }: Sql, personId: string): Promise<readonly ListedSession[]> {
  const { rows } = await sql.query<ListedSession>(
    `SELECT id, "createdAt", "updatedAt" AS "lastSeenAt", "userAgent" FROM auth.session s
     WHERE "userId" = $1 AND ${GOES_ON} ORDER BY "createdAt" DESC, id LIMIT 100`,
    [personId],
  );
  return rows;
}

/** Ends a session of this person. */
export async function endSession({ sql }: Sql, personId: string, sessionId: string): Promise<boolean> {
  const { rowCount } = await sql.query('DELETE FROM auth.session WHERE id = $2 AND "userId" = $1', [
    personId,
    sessionId,
  ]);
  return rowCount === 1;
}

/** What the cookie of a session carries; null where it has ended. */
export async function readSessionToken({ sql }: Sql, sessionId: string): Promise<string | null> {
  const { rows } = await sql.query<{ token: string }>('SELECT token FROM auth.session WHERE id = $1', [sessionId]);
  return rows[0]?.token ?? null;
}

/** Null where the person has no password. */
export async function readPasswordHash({ sql }: Sql, personId: string): Promise<string | null> {
  const { rows } = await sql.query<{ password: string | null }>(
    `SELECT password FROM auth.account WHERE "userId" = $1 AND "providerId" = 'credential'`,
    [personId],
  );
  return rows[0]?.password ?? null;
}
