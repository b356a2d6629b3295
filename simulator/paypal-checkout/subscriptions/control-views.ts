import { writeAmount } from '../../paypal-standard/amounts';
import { viewCaptureForControl } from '../control-views';
import { balanceOf, cyclesCompleted, nextBillingAt } from './standing';
import type { Subscription } from './subscriptions';

/** A subscription as the control API shows it. Amounts are PayPal's decimal text. */
export function viewSubscriptionForControl(subscription: Subscription, approvalPage: string) {
  const { terms, payer, revision, lastFailure } = subscription;
  const text = (units: number) => writeAmount(units, terms.price.currency);
  return {
    id: subscription.id,
    status: subscription.status,
    note: subscription.statusNote,
    clientId: subscription.clientId,
    merchantId: subscription.merchantId,
    planId: subscription.plan.id,
    customId: subscription.customId,
    buyer: payer?.key ?? null,
    price: text(terms.price.units),
    currency: terms.price.currency,
    newPrice: revision === null ? null : text(revision.terms.price.units),
    interval: terms.interval,
    approvalPage,
    returnUrl: subscription.returnUrl,
    cancelUrl: subscription.cancelUrl,
    cyclesCompleted: cyclesCompleted(subscription),
    totalCycles: terms.totalCycles,
    outstanding: text(balanceOf(subscription).units),
    failures: subscription.failures,
    retryAt: lastFailure?.retryAt?.toISOString() ?? null,
    nextBillingAt: nextBillingAt(subscription)?.toISOString() ?? null,
    reachedAt: subscription.reached.toISOString(),
    sales: subscription.sales.map(viewCaptureForControl),
    at: subscription.createdAt.toISOString(),
  };
}
