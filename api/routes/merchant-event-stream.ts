import type { Request, Response, Router } from 'express';
import { findSequence, listEvents, newestSequences, numberEvents } from '../../books/events';
import { permit, refuseSwitched } from '../http/rights';
import { notFound } from '../http/problems';
import { beginStream, keepStream, stillMay } from '../http/open-stream';
import { refuseOtherMethods, refuseParameters, strictRouter } from '../http/routing';
import { WEIGHTS } from '../http/weights';
import type { EventDependencies } from './events';

const PATH = '/v1/events/stream';
/** Ids of events that are sent at once; more follow right after. */
const MOST_AT_ONCE = 500;

/** A merchant's events as they happen, as server-sent events. `id:` is the event's id, for resuming. */
export function merchantEventStream({ db, live, authenticate, recognise, revocations }: EventDependencies): Router {
  const router = strictRouter();
  router.get(PATH, async (req: Request, res: Response) => {
    const known = await authenticate(req, WEIGHTS.light);
    refuseSwitched('read_work', known, req.get('quittance-merchant'));
    const caller = permit('read_work', known);
    refuseParameters(req);
    const { merchantId } = caller;
    let sent = await beginningOf(merchantId, req.get('last-event-id'));
    if (res.destroyed) return; // the browser left meanwhile, and would never be unwatched
    beginStream(res);
    if (req.method === 'HEAD') {
      res.end();
      return;
    }
    keepStream(res, {
      holds: () => stillMay('read_work', recognise, req, merchantId),
      async sendNew(send) {
        for (;;) {
          const found = await listEvents(db, merchantId, null, { after: sent, limit: MOST_AT_ONCE });
          for (const { id, type, kind, objectId, sequence } of found) {
            send({ id, event: type, data: { id, type, object: { kind, id: objectId } } });
            sent = sequence;
          }
          if (found.length <= MOST_AT_ONCE || res.writableEnded) return;
        }
      },
      watch: (listener) => live.watch(merchantId, listener),
      revocations,
      expiresAtMs: 'expiresAtMs' in caller ? caller.expiresAtMs : undefined,
    });
  });
  refuseOtherMethods(router, PATH, ['get']);
  return router;

  /** The number after which a stream begins: of the last event that was received, or of the newest that there is. */
  async function beginningOf(merchantId: string, last: string | undefined): Promise<number> {
    if (last === undefined) {
      while ((await numberEvents(db)) > 0); // what has happened so far is no news
      return (await newestSequences(db, [merchantId]))[0]?.reached ?? 0;
    }
    const sequence = /^(evt_[0-9a-z]{1,60}|[0-9]{1,15})$/.test(last) ? await findSequence(db, merchantId, last) : null;
    if (sequence === null) throw notFound('event');
    return sequence;
  }
}
