import { COMPLETED, type Buyer, type Plan as BuyersPlan, type Standing } from '../buyers';
import type { Money } from '../money';
import { timeOf, type Capture, type Order } from '../orders';
import { takeMoney, withQuery, type TakingDeps } from '../taking';
import { balanceOf, cyclesCompleted, nextBillingAt, outstandingOf } from './standing';
import { subscriptionEvent, type Happening } from './subscription-events';
import type { Revision, Status, Subscription } from './subscriptions';

export interface BillingDeps extends TakingDeps {
  /** The page where a subscription is approved. */
  readonly approvalPage: (subscription: Subscription) => string;
}

type Approving = Extract<BuyersPlan, { kind: 'approves' }>;

/** PayPal tries a payment that failed again after this long. */
const RETRY_MS = 5 * 24 * 60 * 60 * 1000;

/** A buyer agrees to pay again and again. Nothing comes of it where the first card is declined: the page stays. */
export function approve(subscription: Subscription, buyer: Buyer, plan: Approving, deps: BillingDeps): void {
  if (plan.firstCardDeclined && !subscription.wasCardDeclined) {
    subscription.wasCardDeclined = true;
    return;
  }
  subscription.payer = buyer;
  if (subscription.userAction === 'SUBSCRIBE_NOW') activate(subscription, null, deps);
  else restate(subscription, 'APPROVED', null, deps);
}

/** An approved subscription begins: its first payment is taken at once, unless it starts later. */
export function activate(subscription: Subscription, note: string | null, deps: BillingDeps): void {
  const now = timeNow(subscription, deps);
  if (subscription.startsAt < now) subscription.startsAt = now;
  subscription.anchor = { at: subscription.startsAt, afterInstalments: 0 };
  restate(subscription, 'ACTIVE', note, deps);
  const plan = subscription.payer?.plan;
  const how = plan?.kind === 'approves' && plan.approvalEvent === 'lost' ? 'lost' : 'once';
  tell(subscription, 'ACTIVATED', deps, how);
  if (subscription.startsAt > now) return;
  if (plan?.kind === 'approves' && plan.capture[0].status === 'DECLINED') fail(subscription, 'PAYMENT_DENIED', deps);
  else collect(subscription, {}, deps);
}

/** Where PayPal sends the browser of a payer who approved, and of one who did not. None of it proves anything. */
export function returnAddress(subscription: Subscription): string | null {
  return addressed(subscription.returnUrl, subscription);
}
export function cancelAddress(subscription: Subscription): string | null {
  return addressed(subscription.cancelUrl, subscription);
}

/** Another sum than the price, or another standing than the payer's way of paying makes of it. */
export interface Collecting {
  readonly amount?: Money;
  readonly standing?: Standing;
}

/**
 * The payment that falls due next is taken, when it falls due. What is outstanding comes on top, where the terms say so and no
 * sum was named. The subscription must be active, with payments to come.
 */
export function collect(subscription: Subscription, asked: Collecting, deps: BillingDeps): Capture {
  const { price, billsOutstanding } = subscription.terms;
  const dueAt = nextBillingAt(subscription) ?? timeNow(subscription, deps);
  reach(subscription, dueAt);
  const outstanding = asked.amount === undefined && billsOutstanding ? outstandingOf(subscription) : [];
  const instalment = { dueAt, price, sale: null };
  subscription.instalments.push(instalment);
  return pay(subscription, [...outstanding, instalment], asked, deps);
}

/** What is outstanding is taken after all, and a subscription that was suspended goes on. Something must be outstanding. */
export function recover(subscription: Subscription, deps: BillingDeps): Capture {
  reach(subscription, subscription.lastFailure?.retryAt ?? null);
  const wasSuspended = subscription.status === 'SUSPENDED';
  const sale = pay(subscription, outstandingOf(subscription), {}, deps);
  if (wasSuspended) reactivate(subscription, 'The outstanding balance was paid', deps);
  return sale;
}

/** A payment fails: the one that falls due next, or the next try of one that failed. Too many in a row suspend. */
export function fail(subscription: Subscription, reason: string, deps: BillingDeps): void {
  const { terms } = subscription;
  const retryAt = subscription.lastFailure?.retryAt ?? null;
  const dueAt = retryAt ?? nextBillingAt(subscription) ?? timeNow(subscription, deps);
  reach(subscription, dueAt);
  if (retryAt === null) subscription.instalments.push({ dueAt, price: terms.price, sale: null });
  subscription.failures += 1;
  const suspends = terms.failureThreshold > 0 && subscription.failures >= terms.failureThreshold;
  subscription.lastFailure = {
    at: dueAt,
    amount: balanceOf(subscription),
    reason,
    retryAt: suspends ? null : new Date(dueAt.getTime() + RETRY_MS),
  };
  subscription.updatedAt = timeNow(subscription, deps);
  tell(subscription, 'PAYMENT.FAILED', deps);
  if (suspends) suspend(subscription, 'Too many payments failed', deps);
}

export function suspend(subscription: Subscription, note: string | null, deps: BillingDeps): void {
  stopRetrying(subscription);
  restate(subscription, 'SUSPENDED', note, deps);
  tell(subscription, 'SUSPENDED', deps);
}

export function reactivate(subscription: Subscription, note: string | null, deps: BillingDeps): void {
  subscription.failures = 0;
  restate(subscription, 'ACTIVE', note, deps);
  tell(subscription, 'RE-ACTIVATED', deps);
}

export function cancel(subscription: Subscription, note: string | null, deps: BillingDeps): void {
  stopRetrying(subscription);
  restate(subscription, 'CANCELLED', note, deps);
  tell(subscription, 'CANCELLED', deps);
}

export function expire(subscription: Subscription, deps: BillingDeps): void {
  stopRetrying(subscription);
  restate(subscription, 'EXPIRED', null, deps);
  tell(subscription, 'EXPIRED', deps);
}

/** Other terms hold from the next payment on. */
export function revise(subscription: Subscription, { plan, terms, isOverridden }: Revision, deps: BillingDeps): void {
  const { interval } = subscription.terms;
  const isSameRhythm = interval.unit === terms.interval.unit && interval.count === terms.interval.count;
  const next = nextBillingAt(subscription);
  if (!isSameRhythm && next !== null)
    subscription.anchor = { at: next, afterInstalments: subscription.instalments.length };
  Object.assign(subscription, { plan, terms, isOverridden, revision: null });
  subscription.updatedAt = timeNow(subscription, deps);
  tell(subscription, 'UPDATED', deps);
}

/** Tells the app how a subscription stands now. */
export function tell(
  subscription: Subscription,
  what: Happening,
  { messenger, approvalPage }: BillingDeps,
  how: 'once' | 'lost' = 'once',
): void {
  const event = subscriptionEvent(what, subscription, approvalPage(subscription));
  const plan = subscription.payer?.plan;
  const isRepeated = how === 'once' && plan?.kind === 'approves' && plan.events === 'twice_newest_first';
  messenger.tell(subscription.clientId, subscription.id, [event], isRepeated ? 'twice' : how);
}

/** One sale pays these instalments. */
function pay(
  subscription: Subscription,
  instalments: Subscription['instalments'],
  { amount, standing }: Collecting,
  deps: BillingDeps,
): Capture {
  const { price, totalCycles } = subscription.terms;
  const units = instalments.reduce((total, one) => total + one.price.units, 0);
  const sale = take(subscription, amount ?? { ...price, units }, standing, deps);
  subscription.sales.push(sale);
  for (const instalment of instalments) instalment.sale = sale;
  subscription.failures = 0;
  stopRetrying(subscription);
  subscription.updatedAt = timeNow(subscription, deps);
  if (totalCycles > 0 && cyclesCompleted(subscription) >= totalCycles) expire(subscription, deps);
  return sale;
}

/** PayPal orders a payment of a subscription itself, and takes it. */
function take(subscription: Subscription, amount: Money, standing: Standing | undefined, deps: BillingDeps): Capture {
  const { payer, plan, ...agreed } = subscription;
  if (payer === null) throw new Error(`nobody approved ${subscription.id}`);
  const now = timeNow(subscription, deps);
  const order: Order = {
    id: agreed.id,
    clientId: agreed.clientId,
    merchantId: agreed.merchantId,
    payeeEmail: agreed.payeeEmail,
    origin: agreed.origin,
    purchase: {
      amount,
      referenceId: 'default',
      customId: agreed.customId,
      invoiceId: null,
      description: plan.name,
      softDescriptor: null,
      breakdown: null,
      items: null,
    },
    source: 'paypal',
    returnUrl: null,
    cancelUrl: null,
    agreement: subscription,
    createdAt: now,
    updatedAt: now,
    state: { kind: 'approved', buyer: payer, card: 'good' },
  };
  // Whose first payment fails pays the later ones: those fail by hand.
  const alwaysPays = payer.plan.kind === 'approves' && payer.plan.capture[0].status === 'DECLINED' ? COMPLETED : null;
  const surprise = standing ?? alwaysPays;
  return takeMoney(order, payer, surprise === null ? null : { standing: surprise }, deps);
}

function restate(subscription: Subscription, status: Status, note: string | null, deps: BillingDeps): void {
  const now = timeNow(subscription, deps);
  Object.assign(subscription, { status, statusNote: note, statusChangedAt: now, updatedAt: now });
}

/** The subscription's time goes on to this instant; never back. */
function reach(subscription: Subscription, instant: Date | null): void {
  if (instant !== null && instant > subscription.reached) subscription.reached = instant;
}

function stopRetrying(subscription: Subscription): void {
  const { lastFailure } = subscription;
  if (lastFailure !== null) subscription.lastFailure = { ...lastFailure, retryAt: null };
}

function timeNow(subscription: Subscription, { clock }: BillingDeps): Date {
  return timeOf({ agreement: subscription }, clock);
}

function addressed(address: string | null, { id, approvalToken }: Subscription): string | null {
  return address === null
    ? null
    : withQuery(address, { subscription_id: id, ba_token: approvalToken, token: approvalToken });
}
