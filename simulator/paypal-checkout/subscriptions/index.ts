import { Router } from 'express';
import type { Html } from '../../html';
import type { Button } from '../../look-alike';
import type { Message } from '../../message';
import type { Misbehaviour } from '../../misbehaviour';
import type { Outbox } from '../../outbox';
import type { NextAnswers } from '../next-answers';
import type { Orders, Refund } from '../orders';
import { PLACES } from '../places';
import { RequestIds } from '../request-ids';
import type { Rest } from '../rest';
import type { Sellers } from '../sellers';
import type { TakingDeps } from '../taking';
import { createSubscriptionCommands } from './commands';
import { subscriptionControl } from './control';
import { subscriptionsSection } from './home-section';
import { APPROVAL_PATH, subscriptionPayerRoutes } from './payer-routes';
import { createPlan, createProduct, getPlan, getProduct } from './plans-api';
import { getSale, getSaleRefund, refundSale } from './sales-api';
import {
  activateSubscription,
  cancelSubscription,
  createSubscription,
  getSubscription,
  listTransactions,
  reviseSubscription,
  suspendSubscription,
} from './subscriptions-api';
import { Subscriptions, type Plan, type Product, type Subscription } from './subscriptions';

export interface SubscriptionsDeps extends TakingDeps {
  readonly base: string;
  readonly publicUrl: string | null;
  readonly outbox: Outbox;
  readonly misbehaviour: Misbehaviour;
  readonly orders: Orders;
  readonly sellers: Sellers;
  readonly nextAnswers: NextAnswers;
  readonly refundIds: RequestIds<Refund>;
  readonly rest: Rest;
}

/** PayPal Subscriptions: what PayPal Checkout has besides orders. */
export interface SubscriptionsPart {
  readonly router: Router;
  readonly control: Router;
  readonly buttons: readonly Button[];
  readonly requestIds: readonly RequestIds<unknown>[];
  section(messagesOf: (id: string) => readonly Message[]): Html | null;
  /** Under what the messages about a subscription are filed; null when there is none of this name. */
  subjectOf(name: string): string | null;
  clear(): void;
}

export function createSubscriptions(given: SubscriptionsDeps): SubscriptionsPart {
  const { base, publicUrl, rest } = given;
  const subscriptions = new Subscriptions();
  const productIds = new RequestIds<Product>();
  const planIds = new RequestIds<Plan>();
  const subscriptionIds = new RequestIds<Subscription>();
  const approvalPage = ({ approvalToken, origin }: Subscription) =>
    `${publicUrl ?? origin}/paypal${APPROVAL_PATH}?ba_token=${approvalToken}`;
  const deps = { ...given, subscriptions, productIds, planIds, subscriptionIds, approvalPage };
  const saleDeps = { ...given, requestIds: given.refundIds };
  const commands = createSubscriptionCommands(deps);

  const router = Router();
  router.post(
    '/v1/catalogs/products',
    rest(PLACES.plans, (call) => createProduct(call, deps)),
  );
  router.get(
    '/v1/catalogs/products/:id',
    rest<{ id: string }>(PLACES.plans, (call) => getProduct(call, deps)),
  );
  router.post(
    '/v1/billing/plans',
    rest(PLACES.plans, (call) => createPlan(call, deps)),
  );
  router.get(
    '/v1/billing/plans/:id',
    rest<{ id: string }>(PLACES.plans, (call) => getPlan(call, deps)),
  );
  router.post(
    '/v1/billing/subscriptions',
    rest(PLACES.subscriptions, (call) => createSubscription(call, deps)),
  );
  router.get(
    '/v1/billing/subscriptions/:id',
    rest<{ id: string }>(PLACES.subscriptions, (call) => getSubscription(call, deps)),
  );
  router.get(
    '/v1/billing/subscriptions/:id/transactions',
    rest<{ id: string }>(PLACES.subscriptions, (call) => listTransactions(call, deps)),
  );
  router.post(
    '/v1/billing/subscriptions/:id/suspend',
    rest<{ id: string }>(PLACES.subscriptions, (call) => suspendSubscription(call, deps)),
  );
  router.post(
    '/v1/billing/subscriptions/:id/activate',
    rest<{ id: string }>(PLACES.subscriptions, (call) => activateSubscription(call, deps)),
  );
  router.post(
    '/v1/billing/subscriptions/:id/cancel',
    rest<{ id: string }>(PLACES.subscriptions, (call) => cancelSubscription(call, deps)),
  );
  router.post(
    '/v1/billing/subscriptions/:id/revise',
    rest<{ id: string }>(PLACES.subscriptions, (call) => reviseSubscription(call, deps)),
  );
  router.get(
    '/v1/payments/sale/:id',
    rest<{ id: string }>(PLACES.captures, (call) => getSale(call, saleDeps)),
  );
  router.post(
    '/v1/payments/sale/:id/refund',
    rest<{ id: string }>(PLACES.refund, (call) => refundSale(call, saleDeps)),
  );
  router.get(
    '/v1/payments/refund/:id',
    rest<{ id: string }>(PLACES.captures, (call) => getSaleRefund(call, saleDeps)),
  );
  router.use(subscriptionPayerRoutes(deps));

  return {
    router,
    control: subscriptionControl({ commands, approvalPage }),
    buttons: [{ path: '/agreements/:id/events', press: (id, fields) => commands.happen(id, fields).subscription.id }],
    requestIds: [productIds, planIds, subscriptionIds],
    section: (messagesOf) => subscriptionsSection(base, commands.list(), approvalPage, messagesOf),
    subjectOf: (name) => subscriptions.get(name)?.id ?? null,
    clear() {
      subscriptions.clear();
      for (const ids of [productIds, planIds, subscriptionIds]) ids.forget();
    },
  };
}
