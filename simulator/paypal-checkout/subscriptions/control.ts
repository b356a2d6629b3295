import { Router } from 'express';
import { viewMessage } from '../../control-views';
import type { SubscriptionCommands } from './commands';
import { viewSubscriptionForControl } from './control-views';
import type { Subscription } from './subscriptions';

export interface SubscriptionControlDeps {
  readonly commands: SubscriptionCommands;
  readonly approvalPage: (subscription: Subscription) => string;
}

/** The part of the control API about subscriptions. Bodies are parsed, and refusals answered, by whoever mounts it. */
export function subscriptionControl({ commands, approvalPage }: SubscriptionControlDeps): Router {
  const router = Router();
  const view = (subscription: Subscription) => viewSubscriptionForControl(subscription, approvalPage(subscription));

  router.get('/subscriptions', (_req, res) => {
    res.json({ data: commands.list().map(view) });
  });
  router.get('/subscriptions/:id', (req, res) => {
    const { id } = req.params;
    res.json({ ...view(commands.get(id)), messages: commands.messagesAbout(id).map(viewMessage) });
  });
  router.post('/subscriptions/:id/approve', (req, res) => {
    res.json(commands.approve(req.params.id, req.body));
  });
  router.post('/subscriptions/:id/revision', (req, res) => {
    res.json(commands.answerRevision(req.params.id, req.body));
  });
  router.post('/subscriptions/:id/events', (req, res) => {
    const { subscription, sale } = commands.happen(req.params.id, req.body);
    res.status(201).json({ subscription: view(subscription), saleId: sale?.id ?? null });
  });
  return router;
}
