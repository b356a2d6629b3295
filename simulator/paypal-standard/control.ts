import { Router } from 'express';
import { viewMessage } from '../control-views';
import type { Outbox } from '../outbox';
import { BUYERS, nameOf } from './buyers';
import type { StandardCommands } from './commands';
import { viewOutcome, viewPayment } from './control-views';
import { subjectOf } from './payments';
import { viewSubscription } from './subscriptions/control-view';

/** PayPal Standard's part of the control API. Bodies are parsed, and refusals answered, by whoever mounts it. */
export function standardControl({ commands, outbox }: { commands: StandardCommands; outbox: Outbox }): Router {
  const router = Router();

  router.get('/buyers', (_req, res) => {
    res.json({ data: BUYERS.map((buyer) => ({ key: buyer.key, name: nameOf(buyer), does: buyer.does })) });
  });
  router.post('/pay', (req, res) => {
    res.json(viewOutcome(commands.pay(req.body)));
  });
  router.get('/payments', (_req, res) => {
    res.json({ data: commands.payments().map(viewPayment) });
  });
  router.get('/payments/:txnOrInvoice', (req, res) => {
    const payment = commands.payment(req.params.txnOrInvoice);
    res.json({ ...viewPayment(payment), messages: outbox.list(subjectOf(payment)).map(viewMessage) });
  });
  router.post('/payments/:txnOrInvoice/events', (req, res) => {
    const { payment, message } = commands.happen(req.params.txnOrInvoice, req.body);
    res.status(201).json({ payment: viewPayment(payment), message: message && viewMessage(message) });
  });
  router.get('/subscriptions', (_req, res) => {
    res.json({ data: commands.subscriptions().map(viewSubscription) });
  });
  router
    .route('/subscriptions/:idOrInvoice')
    .get((req, res) => {
      const subscription = commands.subscription(req.params.idOrInvoice);
      const messages = outbox.list(subscription.id).map(viewMessage);
      res.json({ ...viewSubscription(subscription), messages });
    })
    .put((req, res) => {
      res.json(viewSubscription(commands.setSubscription(req.params.idOrInvoice, req.body)));
    });
  router.post('/subscriptions/:idOrInvoice/events', (req, res) => {
    const { subscription, message } = commands.happenTo(req.params.idOrInvoice, req.body);
    res.status(201).json({ subscription: viewSubscription(subscription), message: message && viewMessage(message) });
  });
  router.post('/next', (req, res) => {
    commands.orderNext(req.body);
    res.status(204).end();
  });
  router.post('/forget-refund-keys', (_req, res) => {
    commands.forgetRefundKeys();
    res.status(204).end();
  });
  router.post('/messages', (req, res) => {
    res.status(201).json(viewMessage(commands.sendBytes(req.body)));
  });
  router.post('/forge', (req, res) => {
    res.status(201).json(viewMessage(commands.forge(req.body)));
  });
  router
    .route('/accounts/:business')
    .get((req, res) => {
      res.json(commands.account(req.params.business));
    })
    .put((req, res) => {
      res.json(commands.setAccount(req.params.business, req.body));
    });
  return router;
}
