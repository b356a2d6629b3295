import { json, Router, type ErrorRequestHandler } from 'express';
import type { Commands } from './commands';
import { viewMessage } from './control-views';
import type { LookAlike } from './look-alike';
import type { Mailbox } from './mailbox/mailbox';
import { mailboxControl } from './mailbox/routes';
import type { Misbehaviour } from './misbehaviour';
import type { Outbox } from './outbox';
import type { Receiver } from './receiver/receiver';
import { receiverControl } from './receiver/routes';
import { Refusal } from './refusal';
import { refuseForeignPages } from './visitors';

export interface ControlDeps {
  readonly commands: Commands;
  readonly misbehaviour: Misbehaviour;
  readonly outbox: Outbox;
  readonly mailbox: Mailbox;
  readonly receiver: Receiver;
  readonly lookAlikes: readonly LookAlike[];
}

/** The control page's buttons as a JSON API, for tests and scripts. */
export function controlRoutes({ commands, misbehaviour, outbox, mailbox, receiver, lookAlikes }: ControlDeps): Router {
  const router = Router();
  router.use(refuseForeignPages);
  router.use(json({ limit: '1mb' }));
  for (const { control } of lookAlikes) router.use(control.path, control.router);
  router.use('/mailbox', mailboxControl(mailbox));
  router.use('/receiver', receiverControl(receiver));

  router.get('/messages', (req, res) => {
    const { about } = req.query;
    res.json({ data: commands.messages(typeof about === 'string' ? about : undefined).map(viewMessage) });
  });
  router.post('/messages/:id/replay', (req, res) => {
    res.status(201).json({ data: commands.replay(req.params.id, req.body).map(viewMessage) });
  });
  router.post('/messages/:id/resend', (req, res) => {
    res.status(201).json(viewMessage(commands.resend(req.params.id)));
  });

  router
    .route('/misbehave')
    .get((_req, res) => {
      res.json({ data: misbehaviour.list() });
    })
    .post((req, res) => {
      res.json({ data: commands.misbehave(req.body) });
    })
    .delete((_req, res) => {
      commands.behave();
      res.status(204).end();
    });
  router
    .route('/delivery')
    .get((_req, res) => {
      res.json(outbox.rules);
    })
    .post((req, res) => {
      res.json(commands.deliver(req.body));
    })
    .delete((_req, res) => {
      commands.deliverAsUsual();
      res.status(204).end();
    });

  router.get('/idle', async (_req, res) => {
    await outbox.idle();
    res.status(204).end();
  });
  router.post('/reset', (_req, res) => {
    commands.reset();
    res.status(204).end();
  });

  router.use((req) => {
    throw new Refusal(404, 'not_found', `the control API has no ${req.method} ${req.originalUrl}`);
  });
  router.use(answerRefusal);
  return router;
}

const answerRefusal: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (error instanceof Refusal) res.status(error.status).json({ code: error.code, detail: error.detail });
  else if (error instanceof SyntaxError)
    res.status(400).json({ code: 'invalid_request', detail: 'the body is not JSON' });
  else next(error);
};
