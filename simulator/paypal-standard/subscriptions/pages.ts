import { html, type Html } from '../../html';
import { factTable } from '../../page';
import { writeAmount } from '../amounts';
import { nameOf } from '../buyers';
import { wayBack } from '../way-back';
import type { SubscriptionForm } from './form';
import { describePeriod } from './period';
import type { Subscription } from './subscriptions';

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
    ['A payment that fails', form.isReattempted ? 'is tried twice more, five days apart' : 'ends the subscription'],
    ['Invoice', form.invoice || '(none)'],
    ['Notifications to', form.notifyUrl ?? '(nowhere: the form has no notify_url)'],
  ]);
}

/** The page after agreeing. */
export function agreedPage(subscription: Subscription, control: string): Html {
  const { id, form, buyer, payments } = subscription;
  return html`<h1>${buyer.firstName} agreed to pay ${describeTerms(form)}</h1>
    <p><strong>${nameOf(buyer)}.</strong> ${buyer.does}</p>
    ${factTable([
      ['Subscription', id],
      ['First payment', payments[0] === undefined ? '(none)' : `${payments[0].txnId}, ${payments[0].standing.status}`],
      ['Invoice', form.invoice || '(none)'],
    ])}
    ${wayBack(subscription)}
    <p><a href="${control}#${id}">What happens next is decided on the control page</a></p>`;
}

function describeTerms({ amount, currency, period, isRecurring }: SubscriptionForm): string {
  return `${writeAmount(amount, currency)} ${currency} ${isRecurring ? 'every' : 'for one'} ${describePeriod(period)}`;
}

function describeTimes({ times }: SubscriptionForm): string {
  if (times === null) return 'until it is cancelled';
  return times === 1 ? 'once' : `${times} times`;
}
