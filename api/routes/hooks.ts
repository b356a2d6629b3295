import { raw } from 'express';
import type { Request, Response, Router } from 'express';
import { GATEWAYS } from '../../activities/gateways/registry';
import { findAccountByPath } from '../../books/accounts';
import type { Sql } from '../../books/sql';
import { GATEWAY_NAMES } from '../../workflows/domain/gateway';
import type { Channel, GatewayName } from '../../workflows/domain/gateway';
import { unreachable } from '../../workflows/domain/unreachable';
import type { Addressee, Inbox, Reception } from '../desks/reception';
import { notFound, Problem } from '../http/problems';
import { refuseOtherMethods, strictRouter } from '../http/routing';

/** A genuine message is a few kilobytes. */
const MAX_MESSAGE_BYTES = 64 * 1024;
/** Some of a full account's messages are verified meanwhile. */
const RETRY_AFTER_S = 60;
/** How long an account's path is remembered: it never changes, but a process should not keep what is gone. */
const PATH_MEMORY_MS = 60_000;
/** What the names of headers begin with that support may need of any message; those of its verification are its gateway's to name. */
const ALWAYS_KEPT = ['content-type', 'user-agent'];

/** Where gateways send their messages: kept raw, then answered 2xx, then acted upon. */
export function hookRoutes({ db, inbox }: { db: Sql; inbox: Inbox }): Router {
  const remembered = new Map<string, { addressee: Addressee; until: number }>();

  async function findAddressee(gateway: string, token: string): Promise<Addressee> {
    const known = remembered.get(token);
    if (known && known.until > Date.now() && known.addressee.gateway === gateway) return known.addressee;
    const name = GATEWAY_NAMES.find((candidate) => candidate === gateway);
    const accountId = name && /^[\w-]+$/.test(token) ? await findAccountByPath(db, name, token) : null;
    if (!name || accountId === null) throw notFound('notification address');
    const addressee = { accountId, gateway: name };
    remembered.set(token, { addressee, until: Date.now() + PATH_MEMORY_MS });
    return addressee;
  }

  async function take(
    req: Request<{ gateway: string; token: string }>,
    res: Response,
    channel: Channel,
  ): Promise<void> {
    const addressee = await findAddressee(req.params.gateway, req.params.token);
    const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    const reception = await inbox
      .receive(addressee, { channel, headers: keptHeaders(req, addressee.gateway), body })
      .catch((error: unknown) => {
        throw new Problem('unavailable', 'the message could not be stored; send it again', { cause: error });
      });
    if (!reception.ok) throw refusal(reception);
    res.status(200).end();
  }

  const router = strictRouter();
  const bytes = raw({ type: () => true, limit: MAX_MESSAGE_BYTES, inflate: false });
  for (const [path, channel] of [
    ['/hooks/:gateway/:token/ipn', 'ipn'],
    ['/hooks/:gateway/:token', 'webhook'],
  ] as const) {
    const gateways: readonly string[] = gatewaysBy(channel);
    if (gateways.length === 0) continue;
    router.all(path, (req: Request<{ gateway: string; token: string }>, _res, next) => {
      if (!gateways.includes(req.params.gateway)) throw notFound('notification address');
      next();
    });
    router.post(path, bytes, (req: Request<{ gateway: string; token: string }>, res) => take(req, res, channel));
    refuseOtherMethods(router, path, ['post']);
  }
  return router;
}

function refusal({ status, reason }: Reception & { ok: false }): Problem {
  switch (status) {
    case 400:
      return new Problem('invalid_request', reason);
    case 401:
      return new Problem('unauthenticated', reason);
    case 503:
      return new Problem('unavailable', reason, { retryAfterS: RETRY_AFTER_S });
    default:
      return unreachable(status);
  }
}

/** The gateways of this release whose messages come by this channel. */
export function gatewaysBy(channel: Channel): readonly GatewayName[] {
  return GATEWAY_NAMES.filter((name) => channel in GATEWAYS[name].channels);
}

function keptHeaders(req: Request<{ gateway: string; token: string }>, gateway: GatewayName): Record<string, string> {
  const kept = [...ALWAYS_KEPT, ...GATEWAYS[gateway].keptHeaders];
  return Object.fromEntries(
    Object.entries(req.headers).flatMap(([name, value]) =>
      kept.some((beginning) => name.startsWith(beginning)) && typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}
