import { Router } from 'express';
import { viewMessage } from '../control-views';
import { BUYERS, nameOf } from './buyers';
import type { CheckoutCommands } from './commands';
import { viewCaptureForControl, viewOrderForControl, viewWebhookForControl } from './control-views';
import type { Order } from './orders';
import { PERSONS } from './persons';

export interface CheckoutControlDeps {
  readonly commands: CheckoutCommands;
  readonly payerPage: (order: Order) => string;
}

/** PayPal Checkout's part of the control API. Bodies are parsed, and refusals answered, by whoever mounts it. */
export function checkoutControl({ commands, payerPage }: CheckoutControlDeps): Router {
  const router = Router();
  const view = (order: Order) => viewOrderForControl(order, payerPage(order));

  router.get('/buyers', (_req, res) => {
    res.json({ data: BUYERS.map((buyer) => ({ key: buyer.key, name: nameOf(buyer), does: buyer.does })) });
  });
  router.post('/pay', (req, res) => {
    res.json(commands.pay(req.body));
  });
  router.get('/orders', (_req, res) => {
    res.json({ data: commands.orders().map(view) });
  });
  router.get('/orders/:id', (req, res) => {
    res.json({
      ...view(commands.order(req.params.id)),
      messages: commands.messagesAbout(req.params.id).map(viewMessage),
    });
  });
  router.get('/captures', (_req, res) => {
    res.json({ data: commands.captures().map(viewCaptureForControl) });
  });
  router.get('/captures/:id', (req, res) => {
    res.json(viewCaptureForControl(commands.capture(req.params.id)));
  });
  router.post('/captures/:id/events', (req, res) => {
    const { capture, refund, dispute } = commands.happen(req.params.id, req.body);
    res
      .status(201)
      .json({ capture: viewCaptureForControl(capture), refundId: refund?.id ?? null, disputeId: dispute?.id ?? null });
  });
  router.post('/next', (req, res) => {
    commands.orderNext(req.body);
    res.status(204).end();
  });
  router.get('/webhooks', (_req, res) => {
    res.json({ data: commands.webhooks().map(viewWebhookForControl) });
  });
  router.post('/forge', async (req, res) => {
    res.status(201).json(viewMessage(await commands.forge(req.body)));
  });
  router.put('/clients/:clientId', (req, res) => {
    res.json(commands.setClient(req.params.clientId, req.body));
  });
  router
    .route('/sellers/:merchantId')
    .get((req, res) => {
      res.json(commands.seller(req.params.merchantId));
    })
    .put((req, res) => {
      res.json(commands.setSeller(req.params.merchantId, req.body));
    });
  router.post('/sellers/:merchantId/revoke', (req, res) => {
    res.json(commands.revokeConsent(req.params.merchantId, req.body));
  });
  router.get('/persons', (_req, res) => {
    res.json({ data: PERSONS.map(({ key, name, does }) => ({ key, name, does })) });
  });
  router.post('/onboard', (req, res) => {
    const decision = commands.onboard(req.body);
    res.json({
      outcome: decision.kind,
      merchantId: decision.kind === 'granted' ? decision.seller.merchantId : null,
      returnUrl: decision.kind === 'refused' ? null : decision.returnUrl,
      reason: decision.kind === 'refused' ? decision.reason : null,
    });
  });
  router.post('/expire-tokens', (_req, res) => {
    commands.expireTokens();
    res.status(204).end();
  });
  router.post('/forget-request-ids', (_req, res) => {
    commands.forgetRequestIds();
    res.status(204).end();
  });
  return router;
}
