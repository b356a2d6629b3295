import type { Request } from 'express';
import { Problem } from './problems';

/** Sent from a page elsewhere, by what a browser says of it; our own page sends no origin over plain HTTP (`no-referrer`). */
export function isFromElsewhere(req: Pick<Request, 'get'>, publicUrl: string): boolean {
  const site = req.get('sec-fetch-site');
  const origin = req.get('origin');
  return (
    (site !== undefined && site !== 'same-origin') ||
    (origin !== undefined && origin !== 'null' && origin !== new URL(publicUrl).origin)
  );
}

/** Sent by one of our own pages, by whatever name its browser knows us. */
export function isFromOurselves(req: Pick<Request, 'get' | 'protocol'>, publicUrl: string): boolean {
  const origin = req.get('origin');
  return origin === new URL(publicUrl).origin || origin === `${req.protocol}://${req.get('host') ?? ''}`;
}

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses what another site has a browser send along with its cookie: whatever changes something comes from a page of ours, and as a type that
 * no form can send.
 */
export function refuseCrossOrigin(req: Request, publicUrl: string): void {
  if (SAFE.includes(req.method)) return;
  if (!isFromOurselves(req, publicUrl))
    throw new Problem('cross_origin', `with a cookie, this call is for pages of ${new URL(publicUrl).origin}`);
  if (hasBody(req) && req.is(['application/json', 'text/csv']) === false)
    throw new Problem('cross_origin', 'with a cookie, send the body as application/json');
}

/** A body without a type counts as one, and is of no type that is taken. */
function hasBody(req: Request): boolean {
  const { 'content-type': type, 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  return type !== undefined || encoding !== undefined || (length !== undefined && length !== '0');
}
