import type { Request, Response, Router } from 'express';
import { loadPayment } from '../../books/facts';
import type { Sql } from '../../books/sql';
import { createSeats } from '../../platform/limits';
import type { Live } from '../../platform/live';
import { askerOf } from '../http/auth';
import { Problem } from '../http/problems';
import type { Revocations } from '../http/revocations';
import { permit, refuseSwitched } from '../http/rights';
import { refuseOtherMethods, refuseParameters, strictRouter } from '../http/routing';
import type { Authenticate, Recognise } from '../http/routing';
import { viewFact } from '../http/views';
import { WEIGHTS } from '../http/weights';
import { readPayment } from './payments';

/** Proxies cut silent connections; a comment a quarter of a minute keeps them. */
const HEARTBEAT_MS = 15_000;

/** How often an open stream asks whether its key still holds; the authenticator remembers, so most of them cost nothing. */
const ASK_AGAIN_MS = 2_000;

/**
 * So many streams are open at once with one token, at each API process: a member's tabs and telephones, while a browser opens no more
 * than six to one host. A merchant's key may open any number; it is a server, and its merchant's own.
 */
const MOST_PER_TOKEN = 20;
/** When one that was refused may come again: about as long as a proxy takes to notice a browser that left. */
const RETRY_AFTER_S = 15;

export interface EventDependencies {
  readonly db: Sql;
  readonly live: Live;
  readonly authenticate: Authenticate;
  /** The same, without counting a request: a stream that is open asks nothing new. */
  readonly recognise: Recognise;
  readonly revocations: Pick<Revocations, 'onMore'>;
}

/**
 * A payment's timeline as server-sent events: what happened so far, then what happens, for as long as the key holds. `id:` is
 * the row's place, for resuming.
 */
export function eventRoutes({ db, live, authenticate, recognise, revocations }: EventDependencies): Router {
  const takeSeat = createSeats(MOST_PER_TOKEN);
  const router = strictRouter();
  router.get('/v1/payments/:id/events', async (req: Request<{ id: string }>, res: Response) => {
    const known = await authenticate(req, WEIGHTS.light);
    refuseSwitched('watch_payment', known, req.get('quittance-merchant'));
    const caller = permit('watch_payment', known);
    refuseParameters(req);
    const payment = await readPayment(db, caller, req.params.id);
    if (res.destroyed) return; // whoever asked left meanwhile, and would never be unwatched
    const leave = caller.kind === 'key' || req.method === 'HEAD' ? () => undefined : takeSeat(askerOf(caller));
    if (!leave)
      throw new Problem('too_many_requests', `${MOST_PER_TOKEN} streams are open with this token; close one first`, {
        retryAfterS: RETRY_AFTER_S,
      });
    const resumeAfter = Number(req.headers['last-event-id'] ?? 0);
    res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    if (req.method === 'HEAD') {
      res.end();
      return;
    }
    res.write('retry: 2000\n\n');

    let sent = Number.isSafeInteger(resumeAfter) && resumeAfter > 0 ? resumeAfter : 0;
    let turn: Promise<void> = Promise.resolve();
    const holds = async () => {
      try {
        return permit('watch_payment', await recognise(req)).merchantId === caller.merchantId;
      } catch (error) {
        return !(error instanceof Problem && [401, 403].includes(error.status)); // a database that is away says nothing about a key
      }
    };
    const send = async () => {
      if (!(await holds())) {
        end();
        return;
      }
      const facts = (await loadPayment(db, payment.terms.id))?.facts ?? [];
      for (const [index, fact] of facts.entries()) {
        if (index < sent || res.writableEnded) continue;
        res.write(`id: ${index + 1}\nevent: ${fact.kind}\ndata: ${JSON.stringify(viewFact(fact))}\n\n`);
        sent = index + 1;
      }
    };
    // One after the other, so that no row is sent twice or out of order; a failed look is made up for by the next.
    const onChange = () => {
      turn = turn.then(send).catch(() => undefined);
    };
    const unwatch = live.watch(payment.terms.id, onChange);
    const heartbeat = setInterval(() => res.write(': still here\n\n'), HEARTBEAT_MS).unref();
    const askAgain = () => {
      void holds().then((held) => {
        if (!held) end();
      });
    };
    const askingAgain = setInterval(askAgain, ASK_AGAIN_MS).unref();
    const stopListening = revocations.onMore(askAgain);
    const expiry = 'expiresAtMs' in caller ? setTimeout(end, caller.expiresAtMs - Date.now()).unref() : undefined;
    onChange();
    res.on('close', end);
    res.on('close', leave);

    function end(): void {
      clearInterval(heartbeat);
      clearInterval(askingAgain);
      stopListening();
      clearTimeout(expiry);
      unwatch();
      res.end();
    }
  });
  refuseOtherMethods(router, '/v1/payments/:id/events', ['get']);
  return router;
}
