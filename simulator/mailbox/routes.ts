import { json, Router, type ErrorRequestHandler } from 'express';
import { sendPage } from '../page';
import { Refusal } from '../refusal';
import { refuseForeignPages } from '../visitors';
import type { Mailbox } from './mailbox';
import { mailboxPage } from './page';

/** Where letters are handed in, and where they are read. */
export function mailboxRoutes(base: string, mailbox: Mailbox): Router {
  const router = Router();
  router.get('/', (_req, res) => {
    sendPage(res, 200, { base, title: 'Mailbox (simulator)', body: mailboxPage(base, mailbox), hasFrames: true });
  });
  // As a mail program shows it: nothing runs and nothing is loaded; links open beside.
  router.get('/letters/:id/html', (req, res, next) => {
    const letter = mailbox.find(req.params.id);
    if (!letter) {
      next();
      return;
    }
    res.set({
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    res.type('html').send(letter.html.replaceAll('<a href=', '<a target="_blank" rel="noopener" href='));
  });
  router.post('/letters', refuseForeignPages, json({ limit: '1mb' }), (req, res) => {
    const reception = mailbox.receive(req.body);
    if (reception === 'silence') return; // the connection stays open until the other side has had enough
    if (reception === 'cut') res.socket?.destroy();
    else res.json(reception);
  });
  router.use(answerRefusal);
  return router;
}

const answerRefusal: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (error instanceof Refusal) res.status(error.status).json({ code: error.code, detail: error.detail });
  else next(error);
};

/** The mailbox for tests and scripts. Bodies are parsed, and refusals answered, by whoever mounts it. */
export function mailboxControl(mailbox: Mailbox): Router {
  const router = Router();
  router.get('/letters', (req, res) => {
    const { to } = req.query;
    res.json({ data: mailbox.list(typeof to === 'string' ? to : undefined) });
  });
  router
    .route('/answers')
    .get((_req, res) => {
      res.json({ data: mailbox.order === null ? [] : [mailbox.order] });
    })
    .post((req, res) => {
      res.json(mailbox.answerAs(req.body));
    })
    .delete((_req, res) => {
      mailbox.takeEverything();
      res.status(204).end();
    });
  return router;
}
