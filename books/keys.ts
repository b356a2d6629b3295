import type { Database } from '../prisma/client';
import type { ApiKey } from '../prisma/generated/client';
import type { Page, Sql } from './sql';

/** What a key may be for. None includes another but `admin`, which includes all. */
export const SCOPES = ['read', 'payments', 'refunds', 'accounts', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What is known of a key by its hash: whose it is, what it may, and until when. */
export interface HeldKey {
  readonly id: string;
  readonly merchantId: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
}

/** The key with this hash, unless it was revoked or has expired. */
export async function findKey({ sql }: Sql, hash: Buffer): Promise<HeldKey | null> {
  const { rows } = await sql.query<HeldKey>({
    name: 'find_key',
    text: `SELECT id, merchant_id AS "merchantId", scopes, expires_at AS "expiresAt" FROM api_keys
           WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
    values: [hash],
  });
  return rows[0] ?? null;
}

/** A key as its merchant sees it: everything but the secret. */
export type ListedKey = Omit<ApiKey, 'hash' | 'merchantId' | 'revokedAt'>;

/** As its merchant sees it. */
const KEY = `id, sequence, name, scopes, last4, created_at AS "createdAt", expires_at AS "expiresAt", last_used_at AS "lastUsedAt"`;

export async function addKey(
  { sql }: Sql,
  {
    id,
    merchantId,
    name,
    scopes,
    expiresAt,
    hash,
    last4,
  }: HeldKey & {
    readonly name: string;
    readonly hash: Buffer;
    readonly last4: string;
  },
): Promise<ListedKey> {
  const { rows } = await sql.query<ListedKey>(
    `INSERT INTO api_keys (id, merchant_id, name, scopes, expires_at, hash, last4) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${KEY}`,
    [id, merchantId, name, scopes, expiresAt, hash, last4],
  );
  if (!rows[0]) throw new Error(`key ${id} was not made`);
  return rows[0];
}

/** The merchant's keys that were not revoked, newest first; one more than asked for where there are more. */
export async function listKeys(
  { prisma }: Pick<Database, 'prisma'>,
  merchantId: string,
  { before, limit }: Page,
): Promise<ListedKey[]> {
  return prisma.apiKey.findMany({
    where: { merchantId, revokedAt: null, ...(before !== null && { sequence: { lt: before } }) },
    orderBy: { sequence: 'desc' },
    take: limit + 1,
  });
}

/** Revokes a key of this merchant, but not the last one that can make others. In a transaction. */
export async function revokeKey(
  { sql }: Sql,
  merchantId: string,
  keyId: string,
): Promise<ListedKey | 'unknown' | 'last_admin_key'> {
  // Of two who revoke at once, the second sees what the first has left.
  await sql.query('SELECT 1 FROM merchants WHERE id = $1 FOR NO KEY UPDATE', [merchantId]);
  const { rows } = await sql.query<ListedKey & { isAdmin: boolean }>(
    `SELECT ${KEY},
            'admin' = ANY (scopes) AND (expires_at IS NULL OR expires_at > now()) AS "isAdmin"
     FROM api_keys WHERE merchant_id = $1 AND revoked_at IS NULL`,
    [merchantId],
  );
  const key = rows.find(({ id }) => id === keyId);
  if (!key) return 'unknown';
  if (key.isAdmin && !rows.some(({ id, isAdmin }) => isAdmin && id !== keyId)) return 'last_admin_key';
  await sql.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [keyId]);
  return key;
}

/** How many times keys were revoked so far, at all merchants. */
export async function countRevocations({ sql }: Sql): Promise<number> {
  const { rows } = await sql.query<{ counted: number }>({
    name: 'count_revocations',
    text: 'SELECT counted FROM key_revocations',
  });
  if (!rows[0]) throw new Error('the count of revocations is gone');
  return rows[0].counted;
}

/** Notes that a key is used in this minute, once however many say so. */
export async function noteUse({ sql }: Sql, keyId: string): Promise<void> {
  await sql.query({
    name: 'note_use',
    text: `UPDATE api_keys SET last_used_at = date_trunc('minute', now())
           WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < date_trunc('minute', now()))`,
    values: [keyId],
  });
}
