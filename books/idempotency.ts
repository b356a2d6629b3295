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

/** Keeps an answer under its key. False: another request with this key was faster. */
export async function keepAnswer(
  { sql }: Sql,
  { scope, key, bodyHash }: IdempotencyKey & { readonly bodyHash: Buffer },
  result: unknown,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    'INSERT INTO idempotency_keys (scope, key, body_hash, answer) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [scope, key, bodyHash, JSON.stringify({ result })],
  );
  return rowCount === 1;
}

/** Keeps a fuller answer in the place of the first. */
export async function amendAnswer({ sql }: Sql, { scope, key }: IdempotencyKey, result: unknown): Promise<void> {
  await sql.query('UPDATE idempotency_keys SET answer = $3 WHERE scope = $1 AND key = $2', [
    scope,
    key,
    JSON.stringify({ result }),
  ]);
}

/** Lets the key be used again, as if nothing had been answered. */
export async function forgetAnswer({ sql }: Sql, { scope, key }: IdempotencyKey): Promise<void> {
  await sql.query('DELETE FROM idempotency_keys WHERE scope = $1 AND key = $2', [scope, key]);
}
