import type { Redis } from 'ioredis';
import { createGatewayCache } from '../../platform/gateway-cache';
import { createVault } from '../../vault/vault';
import { ENCRYPTION_KEY } from '../support/world';

const vault = createVault(ENCRYPTION_KEY);

/** As much of Redis as the cache asks for; `away`: it answers nothing but errors. */
function redis(away = false) {
  const kept = new Map<string, { value: Buffer; forMs: number }>();
  const unlessAway = <Answer>(answer: () => Answer) =>
    away ? Promise.reject(new Error('Redis is away')) : Promise.resolve(answer());
  const client = {
    getBuffer: (key: string) => unlessAway(() => kept.get(key)?.value ?? null),
    set: (key: string, value: Buffer, _px: 'PX', forMs: number) => unlessAway(() => kept.set(key, { value, forMs })),
    del: (key: string) => unlessAway(() => kept.delete(key)),
  };
  return { kept, client: client as unknown as Redis };
}

test('a token is shared through Redis, and nobody who reads Redis can use it', async () => {
  const { kept, client } = redis();
  await createGatewayCache(client, vault).set('token', 'A21AA-secret', 60_000);
  const [entry] = kept.values();
  expect(entry?.forMs).toBe(60_000);
  expect(entry?.value.toString('latin1')).not.toContain('A21AA');
  expect(await createGatewayCache(client, vault).get('token')).toBe('A21AA-secret');
});

test('what another key sealed, or what was moved to another name, is as good as forgotten', async () => {
  const { kept, client } = redis();
  await createGatewayCache(client, vault).set('token', 'A21AA-secret', 60_000);
  expect(await createGatewayCache(client, createVault(Buffer.alloc(32, 9))).get('token')).toBeNull();
  const [name, entry] = [...kept][0]!;
  kept.set(name.replace(/token$/, 'other'), entry);
  expect(await createGatewayCache(client, vault).get('other')).toBeNull();
});

test('a forgotten token is forgotten everywhere', async () => {
  const { client } = redis();
  const [one, two] = [createGatewayCache(client, vault), createGatewayCache(client, vault)];
  await one.set('token', 'x', 60_000);
  await one.delete('token');
  expect([await one.get('token'), await two.get('token')]).toEqual([null, null]);
});

test.each([
  ['no Redis', null],
  ['Redis away', redis(true).client],
])('with %s each process remembers for itself, for as long as it was told', async (_what, client) => {
  const cache = createGatewayCache(client, vault);
  await cache.set('token', 'x', 60_000);
  await cache.set('old', 'y', -1);
  expect([
    await cache.get('token'),
    await cache.get('old'),
    await createGatewayCache(client, vault).get('token'),
  ]).toEqual(['x', null, null]);
});
