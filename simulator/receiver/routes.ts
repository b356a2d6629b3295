import { raw, Router, type ErrorRequestHandler, type Response } from 'express';
import type { Clock } from '../clock';
import { sendPage } from '../page';
import { Refusal } from '../refusal';
import { bodyOf } from '../request-body';
import { refuseForeignPages } from '../visitors';
import { endpointPage, receiverPage } from './page';
import type { Receiver, Reception } from './receiver';

/** So many answers are owed at once; one more connection is cut. A sender that does not give up would else fill this process. */
const MOST_OWED = 200;
/** An event is a few kilobytes. */
const readEvent = raw({ type: () => true, limit: '256kb' });

/** Where webhooks come in, and where they are looked at. */
export function receiverRoutes(base: string, receiver: Receiver, clock: Clock): Router {
  const owed = new Set<Response>();

  function answer(res: Response, { status, afterMs }: Reception): void {
    if (status !== null && afterMs === 0) {
      res.status(status).type('text/plain').send(`as told: ${status}`);
      return;
    }
    if (owed.size >= MOST_OWED) {
      res.destroy();
      return;
    }
    owed.add(res);
    const forget = clock.after(afterMs, () => {
      if (status === null) res.destroy();
      else res.status(status).type('text/plain').send('as told: late');
    });
    res.on('close', () => {
      forget();
      owed.delete(res);
    });
  }

  const router = Router();
  router.get('/', (_req, res) => {
    sendPage(res, 200, { base, title: 'Receiver (simulator)', body: receiverPage(base, receiver) });
  });
  router.get('/:name', (req, res) => {
    const body = endpointPage(base, receiver, req.params.name);
    sendPage(res, 200, { base, title: `${req.params.name} (receiver)`, body });
  });
  router.post('/:name', refuseForeignPages, readEvent);
  router.post('/:name', (req, res) => {
    const headers = Object.entries(req.headers).map(([name, value]) => [name, String(value)] as const);
    answer(res, receiver.receive(req.params.name, Object.fromEntries(headers), bodyOf(req)));
  });
  router.use(answerRefusal);
  return router;
}

const answerRefusal: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (error instanceof Refusal) res.status(error.status).json({ code: error.code, detail: error.detail });
  else next(error);
};

/** The receiver for tests and scripts. Bodies are parsed, and refusals answered, by the app that mounts it. */
export function receiverControl(receiver: Receiver): Router {
  const router = Router();
  const view = (name: string) => {
    const { secret, ...endpoint } = receiver.find(name);
    return { ...endpoint, hasSecret: secret !== null };
  };
  router.get('/', (_req, res) => {
    res.json({ data: receiver.list().map(({ name }) => view(name)) });
  });
  router
    .route('/:name')
    .get((req, res) => {
      res.json({ ...view(req.params.name), data: receiver.arrivals(req.params.name) });
    })
    .put((req, res) => {
      receiver.set(req.params.name, req.body);
      res.json(view(req.params.name));
    });
  return router;
}
