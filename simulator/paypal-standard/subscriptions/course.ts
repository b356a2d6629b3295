import { Refusal } from '../../refusal';
import type { Message, Parcel } from '../../message';
import { nameOf as buyerName, type Buyer } from '../buyers';
import type { CheckoutForm } from '../checkout-form';
import {
  charsetOf,
  declinedFor,
  sendFirstMessages,
  take,
  whyRefused,
  type PayDeps,
  type PayOutcome,
  type Telling,
} from '../pay';
import type { Instalment, Payment } from '../payments';
import { newSubscriptionId, newTxnId } from '../random-ids';
import type { SubscriptionForm } from './form';
import { instalmentFields, nameOf, subscriptionFields, type SubscriptionEvent } from './message-fields';
import { addDays } from './period';
import { nextPaymentAt, type Subscription, type Subscriptions } from './subscriptions';

export type SubscribeOutcome =
  { readonly kind: 'agreed'; readonly subscription: Subscription } | Exclude<PayOutcome, { readonly kind: 'paid' }>;

export interface CourseDeps extends PayDeps {
  readonly subscriptions: Subscriptions;
}

/** Fields to write over those of the messages that are sent now. */
export type Told = Pick<Telling, 'over'>;

/**
 * A test buyer agrees to a subscription, or cannot. Its first payment is taken, unless trials come before it, and what he lets
 * happen to that is as with any.
 */
export function subscribe(form: SubscriptionForm, buyer: Buyer, deps: CourseDeps): SubscribeOutcome {
  const { plan } = buyer;
  if (plan.kind === 'declined') return declinedFor(buyer);
  const refusal = whyRefused(form, deps);
  if (refusal !== null) return { kind: 'refused', reason: refusal };

  const startedAt = deps.clock.now();
  const subscription: Subscription = {
    id: newSubscriptionId(),
    form,
    buyer,
    charset: charsetOf(plan, form),
    startedAt,
    // PDT is not designed for subscriptions: the address is left as it is.
    returnUrl: plan.returns ? form.returnUrl : null,
    family: deps.accounts.of(form.business).subscriptionNames,
    status: 'Active',
    isGivenUp: false,
    amount: form.amount,
    now: startedAt,
    cycles: 0,
    failures: 0,
    failing: null,
    outstanding: 0,
    payments: [],
  };
  // After this point it is agreed.
  deps.subscriptions.add(subscription);
  const signup = write(subscription, 'agreed', {}, deps);
  const before = signup === null ? [] : [signup];
  if (form.trials.length === 0) collect(subscription, {}, deps, before);
  else sendFirstMessages(before, plan, deps);
  return { kind: 'agreed', subscription };
}

/** A sum other than what is due. */
export interface Sum {
  readonly units: number;
  readonly currency: string;
}

/** Takes the due payment, or another sum in its place. `before`: what is told before it. */
export function collect(
  subscription: Subscription,
  { sum, over }: Told & { readonly sum?: Sum | undefined },
  deps: CourseDeps,
  before: readonly Parcel[] = [],
): Message | null {
  const { form, amount, failing, family } = subscription;
  moveOn(subscription, deps, nextPaymentAt(subscription));
  subscription.cycles += 1;
  subscription.outstanding -= failing?.units ?? 0;
  subscription.failing = null;
  subscription.failures = 0;
  const txnType = family === 'subscr' ? 'subscr_payment' : 'recurring_payment';
  const isLast = isOver(subscription);
  const due = { units: failing?.units ?? amount, currency: form.currency };
  takeInstalment(subscription, sum ?? due, txnType, { over, before }, deps);
  return isLast ? end(subscription, { over }, deps) : newestMessage(subscription, deps);
}

// PayPal tries a payment that failed twice more, five days apart, and then no longer.
const MOST_TRIES = 3;
const RETRY_AFTER_DAYS = 5;

/** The due payment fails. At the last try a classic subscription is over, and a recurring payment is suspended. */
export function fail(
  subscription: Subscription,
  event: 'skipped' | 'failed',
  { over }: Told,
  deps: CourseDeps,
): Message | null {
  const { form, amount, family, failing } = subscription;
  moveOn(subscription, deps, nextPaymentAt(subscription));
  subscription.failures += 1;
  const isLast = subscription.failures >= (form.isReattempted ? MOST_TRIES : 1);
  if (failing === null) subscription.outstanding += amount;
  subscription.failing = isLast
    ? null
    : { units: failing?.units ?? amount, retryAt: addDays(subscription.now, RETRY_AFTER_DAYS) };
  if (isLast) subscription.cycles += 1;
  const message = tell(subscription, event, { over }, deps);
  if (!isLast) return message;
  subscription.isGivenUp = true;
  subscription.status = family === 'subscr' ? 'Cancelled' : 'Suspended';
  return tell(subscription, 'given_up', { over }, deps);
}

/** What was due and not paid is collected after all; what PayPal suspended for it goes on. */
export function recover(subscription: Subscription, { over }: Told, deps: CourseDeps): Message | null {
  const { form, outstanding, failing, family } = subscription;
  if (family === 'subscr') return collect(subscription, { over }, deps);
  moveOn(subscription, deps, null);
  if (failing !== null) subscription.cycles += 1;
  subscription.failing = null;
  subscription.outstanding = 0;
  subscription.failures = 0;
  if (subscription.isGivenUp && subscription.status === 'Suspended') subscription.status = 'Active';
  subscription.isGivenUp = false;
  const sum = { units: outstanding, currency: form.currency };
  const isLast = subscription.status === 'Active' && isOver(subscription);
  takeInstalment(subscription, sum, 'recurring_payment_outstanding_payment', { over }, deps);
  return isLast ? end(subscription, { over }, deps) : newestMessage(subscription, deps);
}

export function suspend(subscription: Subscription, told: Told, deps: CourseDeps): Message | null {
  moveOn(subscription, deps, null);
  subscription.status = 'Suspended';
  return tell(subscription, 'suspended', told, deps);
}

/** PayPal has no message for it. */
export function reactivate(subscription: Subscription, told: Told, deps: CourseDeps): Message | null {
  moveOn(subscription, deps, null);
  subscription.status = 'Active';
  subscription.isGivenUp = false;
  subscription.failures = 0;
  return isOver(subscription) ? end(subscription, told, deps) : null;
}

export function cancel(subscription: Subscription, told: Told, deps: CourseDeps): Message | null {
  moveOn(subscription, deps, null);
  subscription.status = 'Cancelled';
  return tell(subscription, 'cancelled', told, deps);
}

/** From now on another amount is due. */
export function modify(subscription: Subscription, units: number, told: Told, deps: CourseDeps): Message | null {
  moveOn(subscription, deps, null);
  subscription.amount = units;
  return tell(subscription, 'modified', told, deps);
}

/** It is over because its time is; one that was cancelled stays so. */
export function end(subscription: Subscription, told: Told, deps: CourseDeps): Message | null {
  if (subscription.status !== 'Cancelled') subscription.status = 'Expired';
  return tell(subscription, 'ended', told, deps);
}

/** Tells the merchant what happened. Null where PayPal has no word for it, or the form named no notify_url. */
export function tell(
  subscription: Subscription,
  event: SubscriptionEvent,
  told: Told,
  deps: CourseDeps,
): Message | null {
  const parcel = write(subscription, event, told, deps);
  return parcel && deps.outbox.send(parcel);
}

/** Refuses what this subscription is not ready for. */
export function refuseUnless(is: boolean, { id, status }: Subscription, asked: string): void {
  if (!is) throw new Refusal(409, 'not_possible', `${id} is ${status}: ${asked}`);
}

function write(
  subscription: Subscription,
  event: SubscriptionEvent,
  { over }: Told,
  { messenger, accounts }: CourseDeps,
): Parcel | null {
  const { id, form } = subscription;
  const name = nameOf(subscription, event);
  if (name === null) return null;
  const fields = messenger.finish(subscriptionFields(subscription, name, accounts.of(form.business)), over);
  return messenger.write(id, form.notifyUrl, fields, name);
}

function takeInstalment(
  subscription: Subscription,
  sum: Sum,
  txnType: Instalment['txnType'],
  telling: Telling,
  deps: CourseDeps,
): Payment {
  const { buyer, now, id, payments } = subscription;
  const { plan } = buyer;
  if (plan.kind === 'declined') throw new Error(`${buyerName(buyer)} never agreed to anything`);
  const payment = take(
    {
      txnId: newTxnId(),
      form: formOf(subscription, sum),
      buyer,
      plan,
      at: now,
      returnUrl: null,
      instalment: { subscriptionId: id, txnType, fields: instalmentFields(subscription, txnType) },
    },
    telling,
    deps,
  );
  payments.push(payment);
  return payment;
}

/** One payment of a subscription as a payment form. */
function formOf({ form }: Subscription, { units, currency }: Sum): CheckoutForm {
  const { business, custom, invoice, notifyUrl, returnUrl, cancelUrl, returnLabel, charset, item } = form;
  return {
    kind: 'single',
    business,
    currency,
    custom,
    invoice,
    notifyUrl,
    returnUrl,
    cancelUrl,
    returnLabel,
    charset,
    lines: [{ ...item, quantity: 1, amount: units }],
    tax: 0,
    shipping: 0,
    handling: 0,
    total: units,
  };
}

/** PayPal's time at a subscription goes on to the clock's, or to what is due. */
function moveOn(subscription: Subscription, { clock }: CourseDeps, due: Date | null): void {
  const times = [subscription.now, clock.now(), due ?? subscription.now].map((date) => date.getTime());
  subscription.now = new Date(Math.max(...times));
}

function isOver({ form, cycles }: Subscription): boolean {
  return form.times !== null && cycles >= form.times;
}

function newestMessage({ id }: Subscription, { outbox }: CourseDeps): Message | null {
  return outbox.list(id)[0] ?? null;
}
