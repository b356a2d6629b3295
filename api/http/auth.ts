import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { jwtVerify, SignJWT } from 'jose';
import { findKey, noteUse } from '../../books/keys';
import type { HeldKey, Scope } from '../../books/keys';
import type { Role } from '../../books/people';
import type { Sql } from '../../books/sql';
import type { Vault } from '../../vault/vault';
import { Problem } from './problems';
import { oncePerMinute } from './seen';
import type { Revocations } from './revocations';

/** Somebody who is signed in. */
interface SignedIn {
  readonly personId: string;
  readonly sessionId: string;
  readonly expiresAtMs: number;
  /** One of the platform's own people. */
  readonly isOperator: boolean;
}

/**
 * Who calls: the platform, a merchant's server with one of its keys, one of a merchant's people, somebody who is signed in and at no merchant,
 * a member's browser, or a page that may watch one payment.
 */
export type Caller =
  | { readonly kind: 'operator' }
  | { readonly kind: 'key'; readonly merchantId: string; readonly keyId: string; readonly scopes: readonly Scope[] }
  | ({
      readonly kind: 'staff';
      readonly merchantId: string;
      readonly role: Role;
      /** The merchant wants a second factor of this role, and the person has none. */
      readonly lacksSecondFactor: boolean;
    } & SignedIn)
  | ({ readonly kind: 'person' } & SignedIn)
  | {
      readonly kind: 'member';
      readonly merchantId: string;
      readonly memberId: string;
      /** Null: a token says who it is. */
      readonly sessionId: string | null;
      readonly expiresAtMs: number;
    }
  | { readonly kind: 'watcher'; readonly merchantId: string; readonly paymentId: string; readonly expiresAtMs: number };

/**
 * In whose name the caller asks, for idempotency. A merchant's keys and people are one: a key that takes another's place repeats its requests.
 */
export function holderOf(caller: Caller): string {
  switch (caller.kind) {
    case 'operator':
      return 'operator';
    case 'key':
    case 'staff':
      return `merchant ${caller.merchantId}`;
    case 'person':
      return `person ${caller.personId}`;
    case 'member':
      return `member ${caller.memberId}`;
    case 'watcher':
      return `watcher ${caller.paymentId}`;
  }
}

/** Whose requests are counted together: more keys of a merchant ask for no more, and its server does not keep its people from asking. */
export function askerOf(caller: Caller): string {
  return caller.kind === 'staff' ? `person ${caller.personId}` : holderOf(caller);
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
      if (claims['kind'] === 'member') return { kind: 'member', memberId: sub, sessionId: null, ...common };
      if (claims['kind'] === 'watcher') return { kind: 'watcher', paymentId: sub, ...common };
      return null;
    },
  };
}

/** How long a key that was looked up is trusted without asking again, where no key was revoked meanwhile. */
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
  /** Those of members who signed in; asked where a request brings no key. */
  readonly cookies: { recognise(req: Request): Promise<Caller | null> };
  readonly operatorKey: string;
  readonly guesses: Guesses;
  readonly revocations: Pick<Revocations, 'count'>;
  /** Finds out who is signed in, by a cookie; null where there is none that holds. */
  readonly recogniseStaff: (req: Request) => Promise<Caller | null>;
}

/** A key that was right. */
interface Remembered {
  readonly key: HeldKey;
  readonly lookedUpAt: number;
  /** How many revocations were known before it was looked up: one that is not among them may be its own. */
  readonly revocations: number | null;
}

export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** A new key: to be shown once, and kept as its hash and its last four characters. */
export function mintSecretKey(): { readonly secretKey: string; readonly hash: Buffer; readonly last4: string } {
  const secretKey = `sk_${randomBytes(32).toString('base64url')}`;
  return { secretKey, hash: hashKey(secretKey), last4: secretKey.slice(-4) };
}

/** The key or token that a request brings. */
export function bearerOf({ headers }: Pick<Request, 'headers'>): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

/**
 * Finds out who calls, or throws 401; 429 instead from an address that sent too many keys which are not valid. A key that nobody knows
 * is counted before it is looked up, so that guesses beyond the limit never reach the database; one that was right within the last
 * hour is looked up all the same, so that a stranger behind its address does not shut it out.
 */
export function createAuthenticator({
  db,
  tokens,
  cookies,
  operatorKey,
  guesses,
  revocations,
  recogniseStaff,
}: AuthDependencies): (req: Request) => Promise<Caller> {
  const operatorHash = hashKey(operatorKey);
  const remembered = new Map<string, Remembered>();
  const noteKey = oncePerMinute((id) => noteUse(db, id));

  return async (req) => {
    // A key counts beside a cookie: who sends one means it, and a browser adds the other by itself. Of two cookies the page says which it means.
    if (req.headers.authorization === undefined && req.get('quittance-as') !== 'member') {
      const staff = await recogniseStaff(req);
      if (staff) return staff;
    }
    const key = bearerOf(req);
    if (key === undefined)
      return (await cookies.recognise(req)) ?? refuse(req, 'send `Authorization: Bearer <key>`, or sign in');
    const hash = hashKey(key);
    if (timingSafeEqual(hash, operatorHash)) return { kind: 'operator' };
    if (!key.includes('.')) return toCaller(await recall(hash, req));
    return (await tokens.read(key)) ?? refuse(req, NOT_VALID);
  };

  async function recall(hash: Buffer, req: Request): Promise<HeldKey> {
    const name = hash.toString('base64');
    const known = remembered.get(name);
    const age = known ? Date.now() - known.lookedUpAt : Infinity;
    const count = revocations.count();
    if (known && age < KEY_MEMORY_MS && count !== null && known.revocations === count && !isOver(known.key))
      return used(known);
    remembered.delete(name);
    const key = age < RIGHT_MEMORY_MS ? await findKey(db, hash) : await lookUpUnknown(hash, req);
    if (key === null) return refuse(req, NOT_VALID);
    if (remembered.size > 10_000) remembered.clear(); // a bound, not a policy: the next requests look their keys up again
    const found = { key, lookedUpAt: Date.now(), revocations: count };
    remembered.set(name, found);
    return used(found);
  }

  function used({ key }: Remembered): HeldKey {
    noteKey(key.id);
    return key;
  }

  async function lookUpUnknown(hash: Buffer, req: Request): Promise<HeldKey | null> {
    await guesses.count(req);
    try {
      return await findKey(db, hash);
    } finally {
      await guesses.forgive(req); // one that is wrong is counted by its refusal
    }
  }

  async function refuse(req: Request, why: string): Promise<never> {
    await guesses.count(req);
    throw new Problem('unauthenticated', why);
  }
}

function isOver({ expiresAt }: HeldKey): boolean {
  return expiresAt !== null && expiresAt.getTime() <= Date.now();
}

function toCaller({ id, merchantId, scopes }: HeldKey): Caller {
  return { kind: 'key', merchantId, keyId: id, scopes };
}

const NOT_VALID = 'the key or token is not valid';
