import type { Request, Response } from 'express';
import { Router } from 'express';
import { loadPayment } from '../../books/facts';
import type { Database } from '../../prisma/client';
import type { Live } from '../live';
import { refuseOtherMethods, refuseParameters } from '../routing';
import type { Authenticate } from '../routing';
import { viewFact } from '../views';
import { readPayment } from './payments';

/** Proxies cut silent connections; a comment a quarter of a minute keeps them. */
const HEARTBEAT_MS = 15_000;

/** A payment's timeline as server-sent events: what happened so far, then what happens. `id:` is the row's place, for resuming. */
export function eventRoutes({ db, live, authenticate }: { db: Pick<Database, 'sql'>; live: Live; authenticate: Authenticate }): Router {
  const router = Router();
  router.get('/v1/payments/:id/events', async (req: Request<{ id: string }>, res: Response) => {
    const caller = await authenticate(req);
    refuseParameters(req);
    const payment = await readPayment(db, caller, req.params.id);
    if (res.destroyed) return; // whoever asked left meanwhile, and would never be unwatched
    const resumeAfter = Number(req.headers['last-event-id'] ?? 0);
    res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    if (req.method === 'HEAD') {
      res.end();
      return;
    }
    res.write('retry: 2000\n\n');

    let sent = Number.isSafeInteger(resumeAfter) && resumeAfter > 0 ? resumeAfter : 0;
    let turn: Promise<void> = Promise.resolve();
    const send = async () => {
      const facts = (await loadPayment(db, payment.terms.id))?.facts ?? [];
      for (const [index, fact] of facts.entries()) {
        if (index < sent) continue;
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
    onChange();
    res.on('close', () => {
      clearInterval(heartbeat);
      unwatch();
    });
  });
  refuseOtherMethods(router, '/v1/payments/:id/events', ['get']);
  return router;
}
