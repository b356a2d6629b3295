import type { Redis } from 'ioredis';
import type { Vault } from '../vault/vault';
import type { GatewayCache } from '../activities/gateways/port';

const NAMESPACE = 'quittance:gateway:';

/**
 * Access tokens and certificates, shared through Redis where there is one, sealed: whoever reads Redis finds nothing to use.
 * Redis away, or none: this process remembers for itself.
 */
export function createGatewayCache(redis: Redis | null, vault: Vault): GatewayCache {
  const own = new Map<string, { readonly value: string; readonly until: number }>();

  const remembered = (key: string): string | null => {
    const entry = own.get(key);
    if (entry && entry.until > Date.now()) return entry.value;
    own.delete(key);
    return null;
  };

  return {
    async get(key) {
      const sealed = await redis?.getBuffer(NAMESPACE + key).catch(() => null);
      return sealed ? open(vault, sealed, key) : remembered(key);
    },
    async set(key, value, forMs) {
      own.set(key, { value, until: Date.now() + forMs });
      await redis
        ?.set(NAMESPACE + key, vault.seal(Buffer.from(value), key), 'PX', Math.max(1, Math.ceil(forMs)))
        .catch(() => null);
    },
    async delete(key) {
      own.delete(key);
      await redis?.del(NAMESPACE + key).catch(() => null);
    },
  };
}

/** What another key sealed is as good as forgotten. */
function open(vault: Vault, sealed: Uint8Array, key: string): string | null {
  try {
    return vault.open(sealed, key).toString();
  } catch {
    return null;
  }
}
