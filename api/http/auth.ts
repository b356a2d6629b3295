import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { jwtVerify, SignJWT } from 'jose';
import { findMerchantByKey } from '../../books/merchants';
import type { Sql } from '../../books/sql';
import type { Vault } from '../../vault/vault';
import { Problem } from './problems';

/** Who calls: the platform, a merchant's server, a member's browser, or a page that may watch one payment. */
export type Caller =
  | { readonly kind: 'operator' }
  | { readonly kind: 'merchant'; readonly merchantId: string }
  | { readonly kind: 'member'; readonly merchantId: string; readonly memberId: string; readonly expiresAtMs: number }
  | { readonly kind: 'watcher'; readonly merchantId: string; readonly paymentId: string; readonly expiresAtMs: number };

/** The caller as a key of its own, for rate limits and idempotency. */
export function holderOf(caller: Caller): string {
  switch (caller.kind) {
    case 'operator':
      return 'operator';
    case 'merchant':
      return `merchant ${caller.merchantId}`;
    case 'member':
      return `member ${caller.memberId}`;
    case 'watcher':
      return `watcher ${caller.paymentId}`;
  }
}

export interface Tokens {
  /** `lifetimeMs` from now. */
  mintMember(merchantId: string, memberId: string, lifetimeMs: number): Promise<{ token: string; expiresAt: string }>;
  mintWatcher(merchantId: string, paymentId: string): Promise<string>;
  read(token: string): Promise<Caller | null>;
}

const ISSUER = 'quittance';
const WATCHER_LIFETIME_MS = 86_400_000; // a page left open overnight still shows the truth in the morning

export function createTokens(vault: Vault): Tokens {
  const key = vault.derive('tokens');
  const mint = (kind: 'member' | 'watcher', merchantId: string, subject: string, lifetimeMs: number) =>
    new SignJWT({ kind, merchant: merchantId })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(ISSUER)
      .setSubject(subject)
      .setExpirationTime(new Date(Date.now() + lifetimeMs))
      .sign(key);
  return {
    async mintMember(merchantId, memberId, lifetimeMs) {
      const expiresAt = new Date(Math.floor((Date.now() + lifetimeMs) / 1000) * 1000).toISOString();
      return { token: await mint('member', merchantId, memberId, lifetimeMs), expiresAt };
    },
    mintWatcher: (merchantId, paymentId) => mint('watcher', merchantId, paymentId, WATCHER_LIFETIME_MS),
    async read(token) {
      const verified = await jwtVerify(token, key, {
        issuer: ISSUER,
        algorithms: ['HS256'],
        requiredClaims: ['exp', 'sub'],
      }).catch(() => null);
      const { sub, exp, ...claims } = verified?.payload ?? {};
      if (sub === undefined || exp === undefined || typeof claims['merchant'] !== 'string') return null;
      const common = { merchantId: claims['merchant'], expiresAtMs: exp * 1000 };
      if (claims['kind'] === 'member') return { kind: 'member', memberId: sub, ...common };
      if (claims['kind'] === 'watcher') return { kind: 'watcher', paymentId: sub, ...common };
      return null;
    },
  };
}

/** How long a key that was looked up is trusted without asking again, and so how long a revoked one still works. */
const KEY_MEMORY_MS = 5_000;
/** How long a key that was right may be looked up again whatever others send from its address: as long as a server that is at work is ever silent. */
const RIGHT_MEMORY_MS = 3_600_000;

/** Counts keys that are not valid, by the address they come from. */
export interface Guesses {
  /** Throws 429 where there were too many. */
  count(req: Request): Promise<void>;
  /** What was counted was a right key, or nobody could tell. */
  forgive(req: Request): Promise<void>;
}

export interface AuthDependencies {
  readonly db: Sql;
  readonly tokens: Tokens;
  readonly operatorKey: string;
  readonly guesses: Guesses;
}

export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/**
 * Finds out who calls, or throws 401; 429 instead from an address that sent too many keys which are not valid. A key that nobody knows
 * is counted before it is looked up, so that guesses beyond the limit never reach the database; one that was right within the last
 * hour is looked up all the same, so that a stranger behind its address does not shut it out.
 */
export function createAuthenticator({
  db,
  tokens,
  operatorKey,
  guesses,
}: AuthDependencies): (req: Request) => Promise<Caller> {
  const operatorHash = hashKey(operatorKey);
  const remembered = new Map<string, { merchantId: string; lookedUpAt: number }>();

  return async (req) => {
    const key = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
    if (key === undefined) return refuse(req, 'send `Authorization: Bearer <key>`');
    const hash = hashKey(key);
    if (timingSafeEqual(hash, operatorHash)) return { kind: 'operator' };
    if (!key.includes('.')) return findMerchant(hash, req);
    return (await tokens.read(key)) ?? refuse(req, NOT_VALID);
  };

  async function findMerchant(hash: Buffer, req: Request): Promise<Caller> {
    const name = hash.toString('base64');
    const known = remembered.get(name);
    const age = known ? Date.now() - known.lookedUpAt : Infinity;
    if (known && age < KEY_MEMORY_MS) return { kind: 'merchant', merchantId: known.merchantId };
    remembered.delete(name);
    const merchantId = age < RIGHT_MEMORY_MS ? await findMerchantByKey(db, hash) : await lookUpUnknown(hash, req);
    if (merchantId === null) return refuse(req, NOT_VALID);
    if (remembered.size > 10_000) remembered.clear(); // a bound, not a policy: the next requests look their keys up again
    remembered.set(name, { merchantId, lookedUpAt: Date.now() });
    return { kind: 'merchant', merchantId };
  }

  async function lookUpUnknown(hash: Buffer, req: Request): Promise<string | null> {
    await guesses.count(req);
    try {
      return await findMerchantByKey(db, hash);
    } finally {
      await guesses.forgive(req); // one that is wrong is counted by its refusal
    }
  }

  async function refuse(req: Request, why: string): Promise<never> {
    await guesses.count(req);
    throw new Problem('unauthenticated', why);
  }
}

const NOT_VALID = 'the key or token is not valid';
