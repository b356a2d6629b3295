import type { Sql } from './sql';

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
