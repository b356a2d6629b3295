import type { Sql } from './sql';

/** Whose request it is and what it acts on, and the key that came with it. */
export interface IdempotencyKey {
  readonly scope: Buffer;
  readonly key: string;
}

/** What was answered first under a key, and to which body; null where nothing was done yet. */
export async function findFirstAnswer(
  { sql }: Sql,
  { scope, key }: IdempotencyKey,
): Promise<{ readonly bodyHash: Buffer; readonly result: unknown } | null> {
  const { rows } = await sql.query<{ body_hash: Buffer; answer: { result: unknown } }>({
    name: 'find_first_answer',
    text: 'SELECT body_hash, answer FROM idempotency_keys WHERE scope = $1 AND key = $2',
    values: [scope, key],
  });
  return rows[0] ? { bodyHash: rows[0].body_hash, result: rows[0].answer.result } : null;
}

/** Keeps an answer under its key, for `keptMs` or, where that is null, for good. False: another request with this key was faster. */
export async function keepAnswer(
  { sql }: Sql,
  { scope, key, bodyHash, keptMs }: IdempotencyKey & { readonly bodyHash: Buffer; readonly keptMs: number | null },
  result: unknown,
): Promise<boolean> {
  const { rowCount } = await sql.query({
    name: 'keep_answer',
    text: `INSERT INTO idempotency_keys (scope, key, body_hash, answer, expires_at)
           VALUES ($1, $2, $3, $4, now() + $5::double precision * interval '1 millisecond') ON CONFLICT DO NOTHING`,
    values: [scope, key, bodyHash, JSON.stringify({ result }), keptMs],
  });
  return rowCount === 1;
}

/** Lets the key be used again, as if nothing had been answered. */
export async function forgetAnswer({ sql }: Sql, { scope, key }: IdempotencyKey): Promise<void> {
  await sql.query('DELETE FROM idempotency_keys WHERE scope = $1 AND key = $2', [scope, key]);
}

/**
 * Overwrites what kept answers tell of a member who is erased: the member's own view, and who paid money that was given to them. They
 * are few of few days and no index finds them, so all are read; a member is rarely erased.
 */
export async function forgetPersonIn(
  { sql }: Sql,
  { id, name, erasedAt }: { readonly id: string; readonly name: string; readonly erasedAt: Date | null },
): Promise<void> {
  const shown = { name, email: null, phone: null, reference: null, locale: null, address: null, erasedAt };
  await sql.query(
    `UPDATE idempotency_keys SET answer = jsonb_set(answer, '{result}', answer->'result' || $2::jsonb) WHERE answer->'result'->>'id' = $1`,
    [id, JSON.stringify(shown)],
  );
  await sql.query(
    `UPDATE idempotency_keys SET answer = jsonb_set(answer, '{result,payer}', 'null')
     WHERE answer->'result'->>'member' = $1 AND answer->'result' ? 'payer'`,
    [id],
  );
}

/** Forgets keys that were kept long enough, at most `most` of them; gives how many. */
export async function forgetExpired({ sql }: Sql, most: number): Promise<number> {
  const { rowCount } = await sql.query(
    `DELETE FROM idempotency_keys WHERE (scope, key) IN (
       SELECT scope, key FROM idempotency_keys WHERE expires_at < now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
    [most],
  );
  return rowCount ?? 0;
}
