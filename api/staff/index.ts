import type { Router } from 'express';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Database } from '../../prisma/client';
import type { Vault } from '../../vault/vault';
import type { Revocations } from '../http/revocations';
import { createSessionCookie } from './cookies';
import { doorRoutes } from './door';
import { createLetters } from './letters';
import type { Letters } from './letters';
import { createStaffLimits } from './limits';
import type { StaffLimits } from './limits';
import { createPasskeys } from './passkeys';
import type { Passkeys } from './passkeys';
import { createStaffRecognition } from './recognition';
import type { StaffRecognition } from './recognition';
import { createSignIn, RESET_LINK_HOLDS_S } from './sign-in';
import type { SignIn } from './sign-in';
import { createStepUp } from './step-up';
import type { StepUp } from './step-up';

/** What the API is told of its staff. */
export interface StaffSettings {
  /** Connections of the sign-in. */
  readonly pool: Pool;
  /** What signs cookies and seals second factors: today's first; the others still open what they sealed. */
  readonly secrets: readonly [string, ...string[]];
  /** Addresses of the platform's own people, in small letters. */
  readonly operators: ReadonlySet<string>;
  /** How long owners have to object before another address is invited as owner. */
  readonly recoveryWaitS: number;
  /** Whether the demo's link lets somebody in, see `demoEntryRoutes`; never in production, and so not where nobody says so. */
  readonly demoEntry?: boolean;
}

export interface StaffDependencies extends Omit<StaffSettings, 'recoveryWaitS' | 'demoEntry'> {
  readonly db: Database;
  readonly redis: Redis | null;
  readonly revocations: Pick<Revocations, 'count' | 'look'>;
  readonly publicUrl: string;
  readonly mailConfigured: boolean;
  readonly vault: Vault;
  readonly log: Logger;
}

/** The room of those who sign in: who they are, that they still are, and how they come in. */
export interface Staff {
  readonly recognition: StaffRecognition;
  readonly signIn: SignIn;
  readonly passkeys: Passkeys;
  readonly stepUp: StepUp;
  readonly letters: Letters;
  readonly limits: StaffLimits;
  readonly door: Router;
}

export function createStaff(deps: StaffDependencies): Staff {
  const { db, publicUrl, operators, revocations, log } = deps;
  const ownOrigin = new URL(publicUrl).origin;
  const cookie = createSessionCookie({ secret: deps.secrets[0], publicUrl });
  const letters = createLetters({ vault: deps.vault, configured: deps.mailConfigured });
  const limits = createStaffLimits(deps.redis);
  const recognition = createStaffRecognition({ db, cookie, revocations, ownOrigin, operators });
  const passkeys = createPasskeys({ db, publicUrl });
  const signIn = createSignIn({
    db,
    pool: deps.pool,
    secrets: deps.secrets,
    cookie,
    passkeys,
    publicUrl,
    log,
    async sendReset({ email, token }) {
      const data = { url: `${publicUrl}/password-reset/${token}`, minutes: RESET_LINK_HOLDS_S / 60 };
      await letters.queue(db, { kind: 'password_reset', to: email, data });
    },
  });
  const stepUp = createStepUp({ db, signIn, passkeys, letters, limits });
  const look = () => revocations.look();
  const door = doorRoutes({ db, signIn, cookie, recognition, limits, stepUp, letters, operators, ownOrigin, look });
  return { recognition, signIn, passkeys, stepUp, letters, limits, door };
}
