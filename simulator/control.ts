import { json, Router, type ErrorRequestHandler } from 'express';
import type { Commands } from './commands';
import { viewMessage, viewOutcome, viewPayment } from './control-views';
import type { Kkiapay } from './kkiapay';
import { kkiapayControl } from './kkiapay/control';
import type { Misbehaviour } from './misbehaviour';
import type { Outbox } from './outbox';
import type { PayPalCheckout } from './paypal-checkout';
import { checkoutControl } from './paypal-checkout/control';
import type { PayPalStandard } from './paypal-standard';
import { BUYERS, nameOf } from './paypal-standard/buyers';
import { Refusal } from './refusal';
import { refuseForeignPages } from './visitors';

export interface ControlDeps {
  readonly commands: Commands;
  readonly misbehaviour: Misbehaviour;
  readonly outbox: Outbox;
  readonly paypal: PayPalStandard;
  readonly checkout: PayPalCheckout;
  readonly kkiapay: Kkiapay;
}

/** The control page's buttons as a JSON API, for tests and scripts. */
export function controlRoutes({ commands, misbehaviour, outbox, paypal, checkout, kkiapay }: ControlDeps): Router {
  const router = Router();
  router.use(refuseForeignPages);
  router.use(json({ limit: '1mb' }));
  router.use('/paypal-checkout', checkoutControl({ commands: commands.checkout, payerPage: checkout.payerPage }));

  router.get('/buyers', (_req, res) => {
    res.json({ data: BUYERS.map((buyer) => ({ key: buyer.key, name: nameOf(buyer), does: buyer.does })) });
  });
  router.post('/pay', (req, res) => {
    res.json(viewOutcome(commands.pay(req.body)));
  });
  router.get('/payments', (_req, res) => {
    res.json({ data: paypal.payments().map(viewPayment) });
  });
  router.get('/payments/:txnOrInvoice', (req, res) => {
    const payment = paypal.payment(req.params.txnOrInvoice);
    res.json({ ...viewPayment(payment), messages: outbox.list(payment.txnId).map(viewMessage) });
  });
  router.post('/payments/:txnOrInvoice/events', (req, res) => {
    const { payment, message } = commands.happen(req.params.txnOrInvoice, req.body);
    res.status(201).json({ payment: viewPayment(payment), message: message && viewMessage(message) });
  });

  router.get('/messages', (req, res) => {
    const { about } = req.query;
    const found = outbox.list(typeof about === 'string' ? about : undefined);
    // A payment may be named by its invoice too.
    const messages = found.length === 0 && typeof about === 'string' ? outbox.list(paypal.payment(about).txnId) : found;
    res.json({ data: messages.map(viewMessage) });
  });
  router.post('/messages', (req, res) => {
    res.status(201).json(viewMessage(commands.sendBytes(req.body)));
  });
  router.post('/messages/:id/replay', (req, res) => {
    res.status(201).json({ data: commands.replay(req.params.id, req.body).map(viewMessage) });
  });
  router.post('/messages/:id/resend', (req, res) => {
    res.status(201).json(viewMessage(commands.resend(req.params.id)));
  });
  router.post('/forge', (req, res) => {
    res.status(201).json(viewMessage(commands.forge(req.body)));
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
  router
    .route('/accounts/:business')
    .get((req, res) => {
      res.json(paypal.accounts.of(req.params.business));
    })
    .put((req, res) => {
      res.json(commands.setAccount(req.params.business, req.body));
    });

  router.use('/kkiapay', kkiapayControl({ commands: commands.kkiapay, kkiapay, outbox }));

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
