import { createHash, randomUUID } from 'node:crypto';
import { betterAuth } from 'better-auth';
import type { BetterAuthOptions } from 'better-auth';
import { verifyPassword } from 'better-auth/crypto';
import { twoFactor } from 'better-auth/plugins/two-factor';
import type { Request as ExpressRequest } from 'express';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { readPasswordHash, readSessionToken } from '../../books/staff-sessions';
import type { Sql } from '../../books/sql';
import { newId } from '../../platform/ids';
import type { SessionCookie } from './cookies';
import { demoStep } from './demo-step';
import { passkeyStep } from './passkey-step';
import type { Passkeys } from './passkeys';

/** Nobody is signed in for longer, however busy they are. */
const LONGEST_SESSION_S = 8 * 3600;
export const RESET_LINK_HOLDS_S = 3600;
export const SHORTEST_PASSWORD = 10;
export const LONGEST_PASSWORD = 128;

export interface SignInDependencies {
  readonly db: Sql;
  /** Connections that see the sign-in's own schema first. */
  readonly pool: Pool;
  /** Today's first; the others still open what they sealed. */
  readonly secrets: readonly [string, ...string[]];
  readonly cookie: SessionCookie;
  readonly passkeys: Pick<Passkeys, 'ask' | 'isAnswer'>;
  readonly publicUrl: string;
  readonly sendReset: (to: { readonly email: string; readonly token: string }) => Promise<void>;
  readonly log: Logger;
}

/** Passwords, second factors and sessions of staff, as better-auth keeps them. */
export interface SignIn {
  /** Answers one request under /auth. */
  answer(request: Request): Promise<Response>;
  isPassword(personId: string, password: string): Promise<boolean>;
  /** A code of the person's second factor, or one of their backup codes, which is used up. */
  isCode(sessionId: string, code: string): Promise<boolean>;
  /** Begins a session; gives what a browser is to keep. */
  enter(email: string, password: string, headers: Headers): Promise<readonly string[]>;
  /** The same of the person whom the demo's link has named. */
  enterDemo(personId: string, headers: Headers): Promise<readonly string[]>;
}

export function createSignIn(deps: SignInDependencies): SignIn {
  const auth = betterAuth(optionsFor(deps));
  const { db, cookie } = deps;

  async function sessionHeaders(sessionId: string): Promise<Headers> {
    const token = await readSessionToken(db, sessionId);
    return new Headers(token === null ? {} : { cookie: cookie.write(token) });
  }

  return {
    answer: (request) => auth.handler(request),

    async isPassword(personId, password) {
      const hash = await readPasswordHash(db, personId);
      return hash !== null && verifyPassword({ hash, password });
    },

    async isCode(sessionId, code) {
      const headers = await sessionHeaders(sessionId);
      const isTotp = /^\d{6}$/.test(code);
      const answer = isTotp
        ? await auth.api.verifyTOTP({ body: { code }, headers, asResponse: true })
        : await auth.api.verifyBackupCode({ body: { code, disableSession: true }, headers, asResponse: true });
      if (answer.status >= 500) throw new Error(`the second factor could not be checked (${answer.status})`);
      return answer.ok;
    },

    async enter(email, password, headers) {
      const answer = await auth.api.signInEmail({ body: { email, password }, headers, asResponse: true });
      if (!answer.ok) throw new Error(`a person who has just chosen a password cannot sign in (${answer.status})`);
      return answer.headers.getSetCookie();
    },

    async enterDemo(personId, headers) {
      const answer = await auth.api.enterDemo({ body: { personId }, headers, asResponse: true });
      if (!answer.ok) throw new Error(`a person of the demo cannot come in (${answer.status})`);
      return answer.headers.getSetCookie();
    },
  };
}

/** What better-auth is told; its tables are made from the same, by a migration of ours. */
export function optionsFor({ pool, secrets, cookie, passkeys, publicUrl, sendReset, log }: SignInDependencies) {
  return {
    appName: 'Quittance',
    baseURL: publicUrl,
    basePath: '/auth',
    trustedOrigins: [new URL(publicUrl).origin],
    secrets: secrets.map((value) => ({ version: versionOf(value), value })),
    database: pool,
    telemetry: { enabled: false },
    rateLimit: { enabled: false }, // it counts right answers too; ours counts failures, at all processes together
    logger: { log: (_level: string, message: string) => log.debug({ message }, 'sign-in') },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: SHORTEST_PASSWORD,
      maxPasswordLength: LONGEST_PASSWORD,
      resetPasswordTokenExpiresIn: RESET_LINK_HOLDS_S,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: ({ user, token }: { user: { email: string }; token: string }) =>
        sendReset({ email: user.email, token }),
    },
    // Who reads the table can make no link.
    verification: {
      storeIdentifier: { default: 'plain', overrides: { [RESET]: { hash: async (name: string) => hashName(name) } } },
    },
    session: { expiresIn: LONGEST_SESSION_S, disableSessionRefresh: true },
    plugins: [twoFactor({ issuer: 'Quittance' }), passkeyStep(passkeys), demoStep()],
    advanced: {
      cookiePrefix: cookie.prefix,
      useSecureCookies: false, // it would write `__Secure-` before our own prefix
      defaultCookieAttributes: { secure: cookie.secure, httpOnly: true, sameSite: 'lax', path: '/' },
      disableOriginCheck: false, // in tests too
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      database: {
        generateId: ({ model }: { model: string }) =>
          model === 'user' ? newId('per') : model === 'session' ? newId('ses') : randomUUID(),
      },
    },
  } satisfies BetterAuthOptions;
}

/** Under what name the link with this token is kept by which a new password is chosen. */
export function resetLinkName(token: string): string {
  return hashName(`${RESET}:${token}`);
}
const RESET = 'reset-password';

function hashName(name: string): string {
  return createHash('sha256').update(name).digest('base64url');
}

/** Where the sign-in finds the caller's address: we write it, so that nobody else does. */
const ADDRESS_HEADER = 'x-quittance-address';

/** What the sign-in is told of a browser whose session it begins. */
export function signInHeaders(req: Pick<ExpressRequest, 'ip' | 'get'>): Headers {
  return new Headers({ [ADDRESS_HEADER]: req.ip ?? '', 'user-agent': req.get('user-agent') ?? '' });
}

/** Names a secret in what it has sealed: the same for as long as it is the same, first or not. */
function versionOf(secret: string): number {
  return createHash('sha256').update(secret).digest().readUInt32BE() >>> 1;
}
