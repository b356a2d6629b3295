import { createHmac } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { newId } from '../../platform/ids';
import type { Role } from '../../books/people';
import { call } from './client';
import type { Reply } from './client';
import { ENCRYPTION_KEY } from './world';
import type { World } from './world';
import { createVault } from '../../vault/vault';
import { readAddressed } from '../../books/letters';
import type { Addressed, TakenLetter } from '../../books/letters';

type Headers = Record<string, string>;

/** What the letters to an address say that wait to be sent, oldest first. */
export async function lettersTo(world: World, to: string): Promise<readonly Addressed[]> {
  const vault = createVault(ENCRYPTION_KEY);
  const { rows } = await world.db.sql.query<TakenLetter>(
    `SELECT id, kind, locale, merchant_id AS "merchantId", member_id AS "memberId", sealed, subject_id AS "subjectId", person_id AS "personId", told,
            tries, created_at AS "createdAt"
     FROM letters WHERE num_nonnulls(sealed, told) = 1 ORDER BY created_at`,
  );
  const letters = await Promise.all(rows.map((row) => readAddressed(world.db, vault, row)));
  return letters.filter((letter) => letter !== null).filter((letter) => letter.to === to);
}

export const PASSWORD = 'correct horse battery';
let hashed: Promise<string> | null = null;

/** A browser: it keeps the cookies that it is given, and says which page it asks from. */
export class Browser {
  readonly cookies = new Map<string, string>();

  constructor(
    readonly world: Pick<World, 'baseUrl'>,
    readonly origin: string = world.baseUrl,
  ) {}

  async ask<Body>(method: string, path: string, body?: unknown, headers: Headers = {}): Promise<Reply<Body>> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await call<Body>(this.world.baseUrl, null, method, path, body, {
      ...(cookie !== '' && { cookie }),
      ...(method !== 'GET' && { origin: this.origin }),
      ...headers,
    });
    for (const line of reply.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (value === '' || /max-age=0(;|$)/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return reply;
  }
  get<Body>(path: string, headers?: Headers): Promise<Reply<Body>> {
    return this.ask('GET', path, undefined, headers);
  }
  post<Body>(path: string, body: unknown = {}, headers?: Headers): Promise<Reply<Body>> {
    return this.ask('POST', path, body, headers);
  }
  put<Body>(path: string, body: unknown = {}, headers?: Headers): Promise<Reply<Body>> {
    return this.ask('PUT', path, body, headers);
  }
  patch<Body>(path: string, body: unknown = {}, headers?: Headers): Promise<Reply<Body>> {
    return this.ask('PATCH', path, body, headers);
  }
  delete<Body>(path: string, headers?: Headers): Promise<Reply<Body>> {
    return this.ask('DELETE', path, undefined, headers);
  }
  /** The cookies as they would be sent. */
  cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  signIn(email: string, password = PASSWORD): Promise<Reply> {
    return this.post('/auth/sign-in/email', { email, password });
  }
  stepUp(proof: unknown = { password: PASSWORD }): Promise<Reply> {
    return this.post('/v1/session/step-up', proof);
  }
}

/** Somebody with an account, who was never invited: as the sign-in would have kept them. */
export async function newPerson(
  world: World,
  roles: Readonly<Record<string, Role>> = {},
  email = `${newId('per')}@club.example`,
): Promise<{ readonly id: string; readonly email: string }> {
  const id = newId('per');
  await world.db.sql.query(
    `INSERT INTO auth."user" (id, name, email, "emailVerified") VALUES ($1, 'Paul Petit', $2, true)`,
    [id, email],
  );
  await world.db.sql.query(
    `INSERT INTO auth.account (id, "accountId", "providerId", "userId", password, "updatedAt") VALUES ($1, $1, 'credential', $1, $2, now())`,
    [id, await (hashed ??= hashPassword(PASSWORD))],
  );
  for (const [merchantId, role] of Object.entries(roles))
    await world.db.sql.query('INSERT INTO staff_roles (merchant_id, person_id, role) VALUES ($1, $2, $3)', [
      merchantId,
      id,
      role,
    ]);
  return { id, email };
}

/** A browser in which one of a merchant's people is signed in. */
export async function signedIn(
  world: World,
  roles: Readonly<Record<string, Role>>,
): Promise<Browser & { id: string; email: string }> {
  const person = await newPerson(world, roles);
  return Object.assign(await signInAs(world, person.email), person);
}

/** A browser in which somebody gave their password; where they have a second factor, it asks for that now. */
export async function signInAs(world: Pick<World, 'baseUrl'>, email: string, password = PASSWORD): Promise<Browser> {
  const browser = new Browser(world);
  const { status } = await browser.signIn(email, password);
  if (status !== 200) throw new Error(`cannot sign in: ${status}`);
  return browser;
}

/** What an authenticator app shows now for the address that it was given. */
export function codeOf(totpUri: string, at = Date.now()): string {
  const secret = new URL(totpUri).searchParams.get('secret')!;
  const bits = Array.from(secret, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const key = Buffer.from(
    bits
      .join('')
      .match(/.{8}/g)!
      .map((byte) => parseInt(byte, 2)),
  );
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = digest.at(-1)! & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
