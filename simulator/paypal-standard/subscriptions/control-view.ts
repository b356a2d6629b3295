import { writeAmount } from '../amounts';
import { writePeriod } from './period';
import { nextPaymentAt, stateOf, type Subscription } from './subscriptions';

/** A subscription as the control API shows it. Amounts are PayPal's decimal text. */
export function viewSubscription(subscription: Subscription) {
  const { id, form, buyer, family, amount, outstanding, cycles, failures, startedAt, now, payments } = subscription;
  const text = (units: number) => writeAmount(units, form.currency);
  return {
    subscrId: id,
    invoice: form.invoice,
    custom: form.custom,
    business: form.business,
    buyer: buyer.key,
    status: stateOf(subscription),
    names: family,
    amount: text(amount),
    currency: form.currency,
    period: writePeriod(form.period),
    trials: form.trials.map(writePeriod),
    times: form.times,
    cycles,
    failures,
    outstanding: text(outstanding),
    startedAt: startedAt.toISOString(),
    now: now.toISOString(),
    nextPaymentAt: nextPaymentAt(subscription)?.toISOString() ?? null,
    payments: payments.map((payment) => ({
      txnId: payment.txnId,
      amount: writeAmount(payment.form.total, payment.form.currency),
      currency: payment.form.currency,
      status: payment.standing.status,
      at: payment.at.toISOString(),
    })),
    notifyUrl: form.notifyUrl,
    returnUrl: subscription.returnUrl,
  };
}
