import { Router, type ErrorRequestHandler, type Response } from 'express';
import type { Commands } from './commands';
import { readForm, type Fields } from './form-encoding';
import { html } from './html';
import type { LookAlike } from './look-alike';
import type { Mailbox } from './mailbox/mailbox';
import { sendPage } from './page';
import type { Receiver } from './receiver/receiver';
import { Refusal } from './refusal';
import { bodyOf, readBody } from './request-body';
import { refuseForeignPages } from './visitors';

export interface ActionDeps {
  readonly base: string;
  readonly commands: Commands;
  readonly mailbox: Mailbox;
  readonly receiver: Receiver;
  readonly lookAlikes: readonly LookAlike[];
}

/** The buttons of the control page: the same commands as the JSON API, as forms, and then back to the page. */
export function actionRoutes({ base, commands, mailbox, receiver, lookAlikes }: ActionDeps): Router {
  const router = Router();
  const backTo = (res: Response, place: string) => {
    res.redirect(303, `${base}/#${encodeURIComponent(place)}`);
  };

  router.use(refuseForeignPages);
  router.use(readBody);

  for (const { path, press } of lookAlikes.flatMap(({ buttons }) => buttons))
    router.post<{ id: string }>(path, (req, res) => {
      backTo(res, press(req.params.id, filled(readForm(bodyOf(req), 'utf-8'))));
    });
  router.post('/messages/:id/resend', (req, res) => {
    backTo(res, commands.resend(req.params.id).parcel.about);
  });
  router.post('/messages/:id/replay', (req, res) => {
    const [message] = commands.replay(req.params.id, {});
    backTo(res, message?.parcel.about ?? '');
  });
  router.post('/misbehave', (req, res) => {
    const { afterActing, ...order } = filled(readForm(bodyOf(req), 'utf-8'));
    commands.misbehave({ ...order, afterActing: afterActing === 'on' });
    backTo(res, 'misbehaviour');
  });
  router.post('/behave', (_req, res) => {
    commands.behave();
    backTo(res, 'misbehaviour');
  });
  router.post('/delivery', (req, res) => {
    const { reorder, drop, ...rest } = filled(readForm(bodyOf(req), 'utf-8'));
    commands.deliver({ ...rest, reorder: reorder === 'on', drop: drop === 'on' });
    backTo(res, 'delivery');
  });
  router.post('/delivery/reset', (_req, res) => {
    commands.deliverAsUsual();
    backTo(res, 'delivery');
  });
  router.post('/mailbox/answers', (req, res) => {
    mailbox.answerAs(filled(readForm(bodyOf(req), 'utf-8')));
    res.redirect(303, `${base}/mailbox#answers`);
  });
  router.post('/mailbox/reset', (_req, res) => {
    mailbox.takeEverything();
    res.redirect(303, `${base}/mailbox#answers`);
  });
  router.post('/receiver/:name', (req, res) => {
    const { name } = receiver.set(req.params.name, filled(readForm(bodyOf(req), 'utf-8')));
    res.redirect(303, `${base}/receiver/${name}`);
  });

  const answerRefusal: ErrorRequestHandler = (error: unknown, _req, res, next) => {
    if (!(error instanceof Refusal)) {
      next(error);
      return;
    }
    const body = html`<h1>That did not work</h1>
      <p class="alert" role="alert">${error.detail}</p>
      <p><a href="${base}/">Back to the control page</a></p>`;
    sendPage(res, error.status, { base, title: 'Refused (simulator)', body });
  };
  router.use(answerRefusal);
  return router;
}

/** A form's fields without those left empty. */
function filled(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}
