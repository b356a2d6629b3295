import { createHash } from 'node:crypto';
import { findKey } from '../../books/keys';
import { isId } from '../../workflows/domain/ids';
import { newClub } from '../books/bookkeeping';
import { databaseBefore } from './database-before';

// The release before knows one kind of key: what it made, and what its APIs make while they are replaced, may do everything as before.

const old = databaseBefore('20261130090000_keys');

const hashOf = (key: string) => createHash('sha256').update(key).digest();

/** Makes a merchant with its key as the API of the release before does. */
async function makeBefore(key: string): Promise<string> {
  const { merchantId } = await newClub(old.db);
  await old.db.sql.query('INSERT INTO api_keys (hash, merchant_id) VALUES ($1, $2)', [hashOf(key), merchantId]);
  return merchantId;
}

test('a merchant’s first key keeps working and may do everything, whether it was made before the migration or after it', async () => {
  const before = await makeBefore('sk_before');
  await old.migrateOn();
  const after = await makeBefore('sk_after');
  const found = await Promise.all([findKey(old.db, hashOf('sk_before')), findKey(old.db, hashOf('sk_after'))]);
  expect(found).toMatchObject([
    { merchantId: before, scopes: ['admin'], expiresAt: null },
    { merchantId: after, scopes: ['admin'], expiresAt: null },
  ]);
  const ids = found.map((key) => key!.id);
  expect(ids.filter((id) => isId('key', id))).toHaveLength(2);
  expect(new Set(ids).size).toBe(2);
});

test('a key without a scope, or with one that is none, is refused by the database', async () => {
  await old.migrateOn();
  await makeBefore('sk_one');
  for (const scopes of ['{}', '{everything}', '{read,everything}'])
    await expect(old.db.sql.query('UPDATE api_keys SET scopes = $1', [scopes])).rejects.toThrow('api_keys_scopes');
});
