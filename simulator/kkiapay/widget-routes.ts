import { Router, type Response } from 'express';
import { randomUUID } from 'node:crypto';
import { readForm } from '../form-encoding';
import { answerBadly, PAYER_PAGE, type Misbehaviour } from '../misbehaviour';
import { Newest } from '../newest';
import { bodyOf, readBody } from '../request-body';
import { findPayer, type Payer } from './payers';
import type { Order, Transaction } from './transactions';
import { readWidgetOptions } from './widget-options';
import { outcomePage, payerPage, refusedPage, sendFramed, type Widget } from './widget-pages';
import { FRAME_JS, K_JS } from './widget-scripts';

export interface WidgetDeps {
  readonly base: string;
  readonly misbehaviour: Misbehaviour;
  readonly pay: (order: Order, payer: Payer) => Transaction;
  /** How fast the networks' time passes here, for the page. */
  readonly timeNote: string;
}

const WIDGETS_KEPT = 10_000;

/** The widget: its script, and the page in its frame. */
export function widgetRoutes({ base, misbehaviour, pay, timeNote }: WidgetDeps): Router {
  const router = Router();
  /** What was paid in each widget, so that a second click finds it paid. */
  const paid = new Newest<{ readonly transaction: Transaction; readonly payer: Payer }>(WIDGETS_KEPT);

  router.get('/k.js', (_req, res) => {
    sendScript(res, K_JS);
  });
  router.get('/frame.js', (_req, res) => {
    sendScript(res, FRAME_JS);
  });

  router.use('/widget', (_req, res, next) => {
    const fault = misbehaviour.take(PAYER_PAGE);
    if (fault === null) next();
    else answerBadly(res, fault.mode, PAYER_PAGE, `${base}/`);
  });
  router.get('/widget', (req, res) => {
    const { options } = req.query;
    show(res, { base, options: typeof options === 'string' ? options : '', session: randomUUID(), timeNote }, null);
  });
  router.post('/widget', readBody, (req, res) => {
    const { options = '', session = '', payer = '' } = readForm(bodyOf(req), 'utf-8');
    show(res, { base, options, session, timeNote }, findPayer(payer) ?? null);
  });

  return router;

  function show(res: Response, widget: Widget, payer: Payer | null): void {
    const title = 'Pay with KKiaPay (simulator)';
    const reading = readWidgetOptions(parseJson(widget.options));
    if (!reading.ok) {
      sendFramed(res, 400, { base, title, body: refusedPage(reading.problems) });
      return;
    }
    const before = paid.get(widget.session);
    const now = before ?? (payer === null ? null : { transaction: pay(reading.order, payer), payer });
    if (now === null || now.transaction.status === 'FAILED') {
      sendFramed(res, 200, {
        base,
        title,
        body: payerPage(widget, reading.order, reading.paymentmethod, now?.transaction ?? null),
      });
      return;
    }
    paid.set(widget.session, now);
    sendFramed(res, 200, { base, title, body: outcomePage(now.transaction, now.payer.returns) });
  }
}

function sendScript(res: Response, script: string): void {
  // A merchant's page elsewhere loads it, also one that lets nothing in unasked.
  res.set({
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  });
  res.type('text/javascript').send(script);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
