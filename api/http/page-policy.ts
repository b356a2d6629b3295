import { createHash, randomBytes } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { GATEWAYS } from '../../activities/gateways/registry';
import type { BrowserOrigins } from '../../activities/gateways/port';
import { isAnySimulated } from '../../books/accounts';
import type { Sql } from '../../books/sql';
import { RECEIPT_STYLE } from '../../web/pages/receipt-page';

/** How long a page goes on allowing the simulator without looking: an account may have left it meanwhile. */
const MEMORY_MS = 60_000;

/** Nothing but ourselves: what every answer says, unless it is a payer's page. */
export const ownContentOnly = allowing([]);

/** A paper loads nothing, runs nothing and sends nothing: its own style, and no more. */
export const paperOnly = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    styleSrc: [`'sha256-${createHash('sha256').update(RECEIPT_STYLE).digest('base64')}'`],
    imgSrc: ['data:'],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
  },
});

const officePolicy = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", (_req, res) => `'nonce-${nonceOf(res as Response)}'`],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
});

/** Everything in the office is our own; the components write two styles of theirs, which a nonce of each page lets in. */
export function officeContentAllowed(req: Request, res: Response, next: NextFunction): void {
  res.locals['nonce'] = randomBytes(16).toString('base64');
  officePolicy(req, res, next);
}

/** What the policy of this page lets in. */
export const nonceOf = (res: Response): string => String(res.locals['nonce']);

/**
 * Payers' pages open the checkouts of gateways, and for that allow their scripts, frames and forms; the simulator's only where an
 * account is at the simulator. That there is none is not remembered, so the first such account works at once.
 */
export function gatewayContentAllowed({ db, simulatorPublicUrl }: { db: Sql; simulatorPublicUrl: string }) {
  const gateways = Object.values(GATEWAYS).map(({ browser = {} }) => browser);
  const simulator = [new URL(simulatorPublicUrl).origin];
  const real = helmet.contentSecurityPolicy(allowing(gateways));
  const withSimulator = helmet.contentSecurityPolicy(
    allowing([...gateways, { scripts: simulator, frames: simulator, forms: simulator }]),
  );
  let simulatedUntil = 0;

  async function isSimulated(): Promise<boolean> {
    if (simulatedUntil > Date.now()) return true;
    const simulated = await isAnySimulated(db);
    if (simulated) simulatedUntil = Date.now() + MEMORY_MS;
    return simulated;
  }

  return async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const policy = (await isSimulated().catch(() => false)) ? withSimulator : real; // a page must not fail for this
    policy(req, res, next);
  };
}

function allowing(origins: readonly BrowserOrigins[]) {
  const all = (kind: keyof BrowserOrigins) => [...new Set(origins.flatMap((origin) => origin[kind] ?? []))];
  return {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      // The widget of a gateway is its own script, and what it opens.
      scriptSrc: ["'self'", ...all('scripts')],
      frameSrc: origins.length === 0 ? ["'none'"] : all('frames'),
      formAction: ["'self'", ...all('forms')],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      objectSrc: ["'none'"],
    },
  };
}
