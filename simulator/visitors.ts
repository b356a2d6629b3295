import type { RequestHandler } from 'express';
import { Refusal } from './refusal';

/** How this machine calls itself. */
const OF_THIS_MACHINE = ['localhost', '127.0.0.1', '[::1]'];
/** Addresses to listen at that nobody is called by. */
const EVERYWHERE = ['0.0.0.0', '::', '[::]', ''];

/**
 * Answers under the names it was told, and no others: a page elsewhere on the web whose own name suddenly leads to this machine
 * (DNS rebinding) would otherwise read and command all of it as its own site.
 */
export function answerOnlyAs(names: readonly string[]): RequestHandler {
  const known = new Set([...OF_THIS_MACHINE, ...names.filter((name) => !EVERYWHERE.includes(name)).map(inUrls)]);
  return (req, res, next) => {
    const name = /^(\[[0-9a-f:.]+\]|[^:@/\s]+)(?::\d+)?$/i.exec(req.headers.host ?? '')?.[1]?.toLowerCase();
    if (name !== undefined && known.has(name)) {
      next();
      return;
    }
    res
      .status(421)
      .type('text/plain')
      .send(
        'The simulator is not known by this name: tell it by SIMULATOR_PUBLIC_URL, SIMULATOR_URL or HOST under which it is found.',
      );
  };
}

/**
 * Lets programs through, and a browser only from the simulator's own pages: no page elsewhere commands or reads. Browsers say by
 * themselves where a request comes from (`Sec-Fetch-Site`; to plain addresses that are not this machine's only `Origin`).
 */
export const refuseForeignPages: RequestHandler = (req, _res, next) => {
  const site = req.get('sec-fetch-site');
  const origin = req.get('origin');
  const isTyped = site === 'none' && (req.method === 'GET' || req.method === 'HEAD'); // into the address bar
  const isOwn =
    site === undefined
      ? origin === undefined || hostOf(origin) === req.headers.host
      : site === 'same-origin' || isTyped;
  if (!isOwn)
    throw new Refusal(
      403,
      'foreign_page',
      'a page elsewhere cannot do this: it is for programs and for the control page',
    );
  next();
};

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/** As a URL writes a host: IPv6 in brackets. */
function inUrls(name: string): string {
  return (name.includes(':') && !name.startsWith('[') ? `[${name}]` : name).toLowerCase();
}
