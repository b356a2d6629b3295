import type { Request, Response, Router } from 'express';
import { loadPayment } from '../../books/facts';
import type { Sql } from '../../books/sql';
import { createSeats } from '../../platform/limits';
import type { Live } from '../../platform/live';
import { askerOf } from '../http/auth';
import { beginStream, keepStream, stillMay } from '../http/open-stream';
import { Problem } from '../http/problems';
import type { Revocations } from '../http/revocations';
import { permit, refuseSwitched } from '../http/rights';
import { refuseOtherMethods, refuseParameters, strictRouter } from '../http/routing';
import type { Authenticate, Recognise } from '../http/routing';
import { viewFact } from '../http/views';
import { WEIGHTS } from '../http/weights';
import { readPayment } from './payments';

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
    if (res.destroyed) return; // the browser left meanwhile, and would never be unwatched
    const leave = caller.kind === 'key' || req.method === 'HEAD' ? () => undefined : takeSeat(askerOf(caller));
    if (!leave)
      throw new Problem('too_many_requests', `${MOST_PER_TOKEN} streams are open with this token; close one first`, {
        retryAfterS: RETRY_AFTER_S,
      });
    const resumeAfter = Number(req.headers['last-event-id'] ?? 0);
    beginStream(res);
    if (req.method === 'HEAD') {
      res.end();
      return;
    }

    let sent = Number.isSafeInteger(resumeAfter) && resumeAfter > 0 ? resumeAfter : 0;
    res.on('close', leave);
    keepStream(res, {
      holds: () => stillMay('watch_payment', recognise, req, caller.merchantId),
      async sendNew(send) {
        const facts = (await loadPayment(db, payment.terms.id))?.facts ?? [];
        for (const [index, fact] of facts.entries()) {
          if (index < sent) continue;
          send({ id: index + 1, event: fact.kind, data: viewFact(fact) });
          sent = index + 1;
        }
      },
      watch: (listener) => live.watch(payment.terms.id, listener),
      revocations,
      expiresAtMs: 'expiresAtMs' in caller ? caller.expiresAtMs : undefined,
    });
  });
  refuseOtherMethods(router, '/v1/payments/:id/events', ['get']);
  return router;
}
