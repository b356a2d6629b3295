import type { Request } from 'express';

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
export function isFromOurselves(req: Pick<Request, 'get'>, publicUrl: string): boolean {
  const origin = req.get('origin');
  if (origin === undefined || !URL.canParse(origin)) return false;
  return origin === new URL(publicUrl).origin || new URL(origin).host === req.get('host');
}
