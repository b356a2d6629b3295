import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { findOrigins, isOriginKnown } from '../../books/merchants';
import type { Sql } from '../../books/sql';
import type { Tokens } from './auth';
import { bearerOf } from './auth';
import { isFromOurselves } from './origin-check';
import { isRegistered } from './origins';
import { Problem } from './problems';

/** How long a browser need not ask again. */
const PREFLIGHT_S = 600;
const METHODS = 'GET, POST, PUT, PATCH, DELETE';
const HEADERS = 'authorization, content-type, idempotency-key, last-event-id';
/** What a page may read of an answer beside its body. */
const EXPOSED = 'Idempotency-Replayed, Retry-After, WWW-Authenticate';

/**
 * Lets a member's browser call from the merchant's own pages, with the member's token and without credentials. A browser asks first, without
 * the token: it is told yes for every origin that some merchant registered. The call itself must come from an origin of the member's own
 * merchant, or is refused before it does anything. Nobody else's answers are ever told to a page elsewhere.
 */
export function crossOrigin({
  db,
  tokens,
  publicUrl,
}: {
  readonly db: Sql;
  readonly tokens: Pick<Tokens, 'read'>;
  readonly publicUrl: string;
}): RequestHandler {
  return async (req: Request, res: Response, next: NextFunction) => {
    res.vary('Origin');
    const origin = req.get('origin');
    if (origin === undefined || isFromOurselves(req, publicUrl)) {
      next();
      return;
    }
    if (req.method === 'OPTIONS' && req.get('access-control-request-method') !== undefined) {
      await answerPreflight(origin, res, next);
      return;
    }
    if (await mayRead(req, origin)) allow(res, origin);
    next();
  };

  async function answerPreflight(origin: string, res: Response, next: NextFunction): Promise<void> {
    if (!(await isOriginKnown(db, origin))) {
      next();
      return;
    }
    allow(res, origin);
    res.setHeader('access-control-allow-methods', METHODS);
    res.setHeader('access-control-allow-headers', HEADERS);
    res.setHeader('access-control-max-age', String(PREFLIGHT_S));
    res.status(204).end();
  }

  /** Whether the page may read the answer; throws where a member's token is used on a page that is not their merchant's. */
  async function mayRead(req: Request, origin: string): Promise<boolean> {
    const bearer = bearerOf(req);
    if (!bearer?.includes('.')) return false; // a secret key belongs on a server
    const caller = await tokens.read(bearer);
    // A token that holds no more is refused; where it may have been right the page should read that.
    if (caller === null) return isOriginKnown(db, origin);
    if (caller.kind !== 'member') return false;
    if (isRegistered(origin, await findOrigins(db, caller.merchantId))) return true;
    throw new Problem('origin_not_registered', "this page is not at one of the merchant's returnOrigins", {
      status: 403,
    });
  }
}

function allow(res: Response, origin: string): void {
  res.setHeader('access-control-allow-origin', origin);
  res.setHeader('access-control-expose-headers', EXPOSED);
}
