import { z } from 'zod';
import { readPositiveMoney, type Money } from '../money';
import type { Capture } from '../orders';
import { refuseRestricted, webAddress } from '../orders-api';
import { notFound, Problem } from '../problem';
import type { RequestIds } from '../request-ids';
import { readBody, type Call, type Reply } from '../rest';
import type { Sellers } from '../sellers';
import { link, when } from '../views';
import { activate, cancel, reactivate, revise, suspend, tell, type BillingDeps } from './billing';
import { newApprovalToken, newSubscriptionId } from './ids';
import { cyclesShape, preferencesShape, priceShape, refuseSetupFee, sequenceShape } from './plans-api';
import type { Plan, Revision, Status, Subscription, Subscriptions, Terms } from './subscriptions';
import { approveLink, viewSubscription, viewTermsInForce, viewTransaction } from './views';

export interface SubscriptionsApiDeps extends BillingDeps {
  readonly subscriptions: Subscriptions;
  readonly sellers: Sellers;
  readonly subscriptionIds: RequestIds<Subscription>;
}

const short = (longest: number) => z.string().min(1).max(longest);
const instant = z.iso.datetime({ offset: true });

const contextShape = z.object({
  brand_name: short(127).optional(),
  return_url: webAddress.optional(),
  cancel_url: webAddress.optional(),
  user_action: z.enum(['SUBSCRIBE_NOW', 'CONTINUE']).default('SUBSCRIBE_NOW'),
  shipping_preference: z.enum(['GET_FROM_FILE', 'NO_SHIPPING', 'SET_PROVIDED_ADDRESS']).optional(),
});

const overrideShape = z.object({
  billing_cycles: z
    .array(
      z.object({
        sequence: sequenceShape,
        total_cycles: cyclesShape.optional(),
        pricing_scheme: priceShape.optional(),
      }),
    )
    .max(12)
    .optional(),
  payment_preferences: preferencesShape.optional(),
});

const subscriptionShape = z.object({
  plan_id: z.string().min(3).max(50),
  start_time: instant.optional(),
  custom_id: short(127).optional(),
  subscriber: z.object({ email_address: short(254).optional() }).optional(),
  application_context: contextShape.optional(),
  plan: overrideShape.optional(),
});

const revisionShape = z.object({
  plan_id: z.string().min(3).max(50).optional(),
  plan: overrideShape.optional(),
  application_context: contextShape.optional(),
});

const reasonShape = z.object({ reason: short(128) });

/** `POST /v1/billing/subscriptions`. */
export function createSubscription(call: Call<object>, deps: SubscriptionsApiDeps): Reply {
  const before = deps.subscriptionIds.recall(call, 'subscription');
  if (before !== undefined) return show(before, 200, deps);
  const asked = readBody(subscriptionShape, call.body);
  const plan = activePlan(call, asked.plan_id, deps);
  const terms = override(plan.terms, asked.plan);
  refuseRestricted(call.merchantId, deps.sellers);
  const context = asked.application_context;
  const now = deps.clock.now();
  const startsAt = asked.start_time === undefined ? now : new Date(asked.start_time);
  const subscription: Subscription = {
    id: newSubscriptionId(),
    clientId: call.clientId,
    merchantId: call.merchantId,
    payeeEmail: deps.sellers.of(call.merchantId).email,
    origin: call.origin,
    approvalToken: newApprovalToken(),
    customId: asked.custom_id ?? null,
    brandName: context?.brand_name ?? null,
    userAction: context?.user_action ?? 'SUBSCRIBE_NOW',
    returnUrl: context?.return_url ?? null,
    cancelUrl: context?.cancel_url ?? null,
    createdAt: now,
    updatedAt: now,
    plan,
    terms,
    isOverridden: asked.plan !== undefined,
    revision: null,
    status: 'APPROVAL_PENDING',
    statusChangedAt: now,
    statusNote: null,
    startsAt,
    payer: null,
    wasCardDeclined: false,
    anchor: { at: startsAt, afterInstalments: 0 },
    instalments: [],
    sales: [],
    failures: 0,
    lastFailure: null,
    reached: now,
  };
  deps.subscriptions.add(subscription);
  deps.subscriptionIds.remember(call, 'subscription', subscription);
  tell(subscription, 'CREATED', deps);
  return show(subscription, 201, deps);
}

/** `GET /v1/billing/subscriptions/:id`; `?fields=plan` shows the terms in force too. */
export function getSubscription(call: Call<{ id: string }>, deps: SubscriptionsApiDeps): Reply {
  const subscription = find(call, deps);
  const fields = (call.query.get('fields') ?? '').split(',');
  const { status, body } = show(subscription, 200, deps);
  return { status, body: { ...body, ...(fields.includes('plan') && { plan: viewTermsInForce(subscription) }) } };
}

/** `POST …/:id/suspend`. */
export function suspendSubscription(call: Call<{ id: string }>, deps: SubscriptionsApiDeps): Reply {
  const subscription = find(call, deps);
  const { reason } = readBody(reasonShape, call.body);
  refuseUnless(subscription, ['ACTIVE'], 'suspend');
  suspend(subscription, reason, deps);
  return DONE;
}

/** `POST …/:id/activate`: of one that was suspended, or that the payer approved for the merchant to begin. */
export function activateSubscription(call: Call<{ id: string }>, deps: SubscriptionsApiDeps): Reply {
  const subscription = find(call, deps);
  const { reason = null } = readBody(reasonShape.partial(), call.body);
  refuseUnless(subscription, ['SUSPENDED', 'APPROVED'], 'activate');
  if (subscription.status === 'APPROVED') activate(subscription, reason, deps);
  else reactivate(subscription, reason, deps);
  return DONE;
}

/** `POST …/:id/cancel`. */
export function cancelSubscription(call: Call<{ id: string }>, deps: SubscriptionsApiDeps): Reply {
  const subscription = find(call, deps);
  const { reason } = readBody(reasonShape, call.body);
  refuseUnless(subscription, ['ACTIVE', 'SUSPENDED'], 'cancel');
  cancel(subscription, reason, deps);
  return DONE;
}

/** `POST …/:id/revise`: a rise waits for the payer, anything else holds at once. */
export function reviseSubscription(call: Call<{ id: string }>, deps: SubscriptionsApiDeps): Reply {
  const subscription = find(call, deps);
  const asked = readBody(revisionShape, call.body);
  refuseUnless(subscription, ['ACTIVE', 'SUSPENDED'], 'revise');
  const plan = asked.plan_id === undefined ? subscription.plan : activePlan(call, asked.plan_id, deps);
  const basis = plan === subscription.plan ? subscription.terms : plan.terms;
  const terms = override(basis, asked.plan);
  if (terms.price.currency !== subscription.terms.price.currency)
    throw new Problem(422, 'CURRENCY_MISMATCH', { description: 'The currency of a subscription cannot change.' });
  const isOverridden = asked.plan !== undefined || (plan === subscription.plan && subscription.isOverridden);
  const revision: Revision = { plan, terms, isOverridden };
  const context = asked.application_context;
  if (context?.return_url !== undefined) subscription.returnUrl = context.return_url;
  if (context?.cancel_url !== undefined) subscription.cancelUrl = context.cancel_url;
  if (terms.price.units > subscription.terms.price.units) subscription.revision = revision;
  else revise(subscription, revision, deps);
  return {
    status: 200,
    body: {
      plan_id: plan.id,
      plan_overridden: isOverridden,
      links: [
        approveLink(deps.approvalPage(subscription)),
        link(call.origin, `/v1/billing/subscriptions/${subscription.id}`, 'self'),
      ],
    },
  };
}

/** `GET …/:id/transactions?start_time=&end_time=`: the sales between, newest first. */
export function listTransactions(call: Call<{ id: string }>, deps: SubscriptionsApiDeps): Reply {
  const subscription = find(call, deps);
  const from = instantOf(call, 'start_time');
  const to = instantOf(call, 'end_time');
  if (to < from) throw new Problem(400, 'INVALID_PARAMETER_VALUE', { field: 'end_time' });
  const sales = subscription.sales.filter((sale) => isBetween(sale, from, to)).reverse();
  const path = `/v1/billing/subscriptions/${subscription.id}/transactions?start_time=${when(from)}&end_time=${when(to)}`;
  return {
    status: 200,
    body: {
      transactions: sales.map(viewTransaction),
      total_items: sales.length,
      total_pages: 1,
      links: [link(call.origin, path, 'self')],
    },
  };
}

const DONE: Reply = { status: 204, body: null };

function find(call: Call<{ id: string }>, { subscriptions }: SubscriptionsApiDeps): Subscription {
  const subscription = subscriptions.ofOwner(call, call.params.id);
  if (subscription === undefined) throw notFound();
  return subscription;
}

function show(subscription: Subscription, status: number, { approvalPage }: SubscriptionsApiDeps) {
  return { status, body: viewSubscription(subscription, approvalPage(subscription)) };
}

function activePlan(call: Call<object>, id: string, { subscriptions }: SubscriptionsApiDeps): Plan {
  const plan = subscriptions.plan(call, id);
  if (plan === undefined) throw notFound();
  if (plan.status !== 'ACTIVE')
    throw new Problem(422, 'PLAN_STATUS_INVALID', { field: '/plan_id', description: 'The plan is not active.' });
  return plan;
}

/** The terms with what was asked instead. */
function override(terms: Terms, asked: z.output<typeof overrideShape> | undefined): Terms {
  refuseSetupFee(asked?.payment_preferences);
  const stranger = asked?.billing_cycles?.findIndex(({ sequence }) => sequence !== terms.sequence) ?? -1;
  if (stranger >= 0)
    throw new Problem(422, 'INVALID_BILLING_CYCLE_SEQUENCE', {
      field: `/plan/billing_cycles/${stranger}/sequence`,
      description: 'The plan has no such billing cycle.',
    });
  const cycle = asked?.billing_cycles?.[0];
  const preferences = asked?.payment_preferences;
  return {
    ...terms,
    price: priceOf(cycle?.pricing_scheme, terms),
    totalCycles: cycle?.total_cycles ?? terms.totalCycles,
    billsOutstanding: preferences?.auto_bill_outstanding ?? terms.billsOutstanding,
    failureThreshold: preferences?.payment_failure_threshold ?? terms.failureThreshold,
  };
}

function priceOf(asked: z.output<typeof priceShape> | undefined, { price }: Terms): Money {
  if (asked === undefined) return price;
  return readPositiveMoney(asked.fixed_price, '/plan/billing_cycles/0/pricing_scheme/fixed_price');
}

function refuseUnless({ status }: Subscription, allowed: readonly Status[], action: string): void {
  if (allowed.includes(status)) return;
  const should = allowed.map((one) => one.toLowerCase()).join(' or ');
  throw new Problem(422, 'SUBSCRIPTION_STATUS_INVALID', {
    description: `Invalid subscription status for ${action} action; subscription status should be ${should}.`,
  });
}

/** By the time that is shown, which has whole seconds: who asks from there on finds it again. */
function isBetween({ createdAt }: Capture, from: Date, to: Date): boolean {
  const shown = new Date(when(createdAt));
  return shown >= from && shown <= to;
}

function instantOf({ query }: Call<object>, name: string): Date {
  const text = query.get(name);
  if (text === null) throw new Problem(400, 'MISSING_REQUIRED_PARAMETER', { field: name });
  if (!instant.safeParse(text).success) throw new Problem(400, 'INVALID_PARAMETER_SYNTAX', { field: name });
  return new Date(text);
}
