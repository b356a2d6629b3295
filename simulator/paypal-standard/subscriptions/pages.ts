import { html, type Html } from '../../html';
import { factTable } from '../../page';
import { writeAmount } from '../amounts';
import { nameOf } from '../buyers';
import { wayBack } from '../way-back';
import type { SubscriptionForm } from './form';
import { describeLength, describePeriod } from './period';
import { firstPaymentAt, type Subscription } from './subscriptions';

/** `Agree to pay 10.00 EUR every month`. */
export function agreementTitle(form: SubscriptionForm): string {
  return `Agree to pay ${describeTerms(form)}`;
}

/** What a payer agrees to. */
export function agreementTable(form: SubscriptionForm): Html {
  return factTable([
    ['To', form.business],
    ['For', form.item.name || '(no item name)'],
    ['Paid', describeTerms(form)],
    ['How often', describeTimes(form)],
    ['First payment', describeTrials(form)],
    ['A payment that fails', form.isReattempted ? 'is tried twice more, five days apart' : 'ends the subscription'],
    ['Invoice', form.invoice || '(none)'],
    ['Notifications to', form.notifyUrl ?? '(nowhere: the form has no notify_url)'],
  ]);
}

/** The page after agreeing. */
export function agreedPage(subscription: Subscription, control: string): Html {
  const { id, form, buyer } = subscription;
  return html`<h1>${buyer.firstName} agreed to pay ${describeTerms(form)}</h1>
    <p><strong>${nameOf(buyer)}.</strong> ${buyer.does}</p>
    ${factTable([
      ['Subscription', id],
      ['First payment', describeFirst(subscription)],
      ['Invoice', form.invoice || '(none)'],
    ])}
    ${wayBack(subscription)}
    <p><a href="${control}#${id}">What happens next is decided on the control page</a></p>`;
}

function describeTerms({ amount, currency, period, isRecurring }: SubscriptionForm): string {
  return `${writeAmount(amount, currency)} ${currency} ${isRecurring ? 'every' : 'for one'} ${describePeriod(period)}`;
}

function describeTrials({ trials }: SubscriptionForm): string {
  return trials.length === 0 ? 'at once' : `after ${trials.map(describeLength).join(' and ')} without payment`;
}

function describeFirst(subscription: Subscription): string {
  const [first] = subscription.payments;
  if (first !== undefined) return `${first.txnId}, ${first.standing.status}`;
  return `due on ${firstPaymentAt(subscription).toISOString().slice(0, 10)}`;
}

function describeTimes({ times }: SubscriptionForm): string {
  if (times === null) return 'until it is cancelled';
  return times === 1 ? 'once' : `${times} times`;
}
