import { html, type Html } from '../html';
import { factTable, peopleList } from '../page';
import { writeAmount } from './amounts';
import { BUYERS, nameOf } from './buyers';
import type { CheckoutForm } from './checkout-form';
import type { Payment } from './payments';
import type { SubscriptionForm } from './subscriptions/form';
import { agreementTable, agreementTitle } from './subscriptions/pages';
import { wayBack } from './way-back';

/** The page on which a payer chooses who to be. */
export function payerPage(
  action: string,
  form: CheckoutForm | SubscriptionForm,
  trouble: string | null,
  timeNote: string,
): Html {
  const isSubscription = form.kind === 'subscription';
  return html`<h1>
      ${isSubscription ? agreementTitle(form) : `Pay ${writeAmount(form.total, form.currency)} ${form.currency}`}
    </h1>
    ${trouble === null ? null : html`<p class="alert" role="alert">${trouble}</p>`}
    ${isSubscription ? agreementTable(form) : orderTable(form)}
    <h2>${isSubscription ? 'Who agrees and pays?' : 'Who pays?'}</h2>
    <p>Choose a test buyer. What is written is what will happen. ${timeNote}</p>
    <form method="post" action="${action}/pay">
      ${peopleList(
        'buyer',
        BUYERS.map((buyer) => ({ ...buyer, name: nameOf(buyer) })),
      )}
    </form>
    <h2>Or not at all</h2>
    <div class="row">
      ${form.cancelUrl === null ? null : html`<a class="button quiet" href="${form.cancelUrl}">Cancel and return to the merchant</a>`}
      <form method="post" action="${action}/close"><button class="quiet">Close the tab</button></form>
    </div>
    <p class="note">Both send nothing: the merchant is left to find out.</p>`;
}

function orderTable(form: CheckoutForm): Html {
  const rows: [string, string][] = [
    ['To', form.business],
    ...form.lines.map(({ name, quantity }): [string, string] => [
      'For',
      `${name || '(no item name)'}${quantity === 1 ? '' : ` × ${quantity}`}`,
    ]),
    ['Invoice', form.invoice || '(none)'],
    ['Notifications to', form.notifyUrl ?? '(nowhere: the form has no notify_url)'],
    ['PDT identity token', 'any that is not empty, unless one was set for this business'],
  ];
  return factTable(rows);
}

/** The page after paying. */
export function receiptPage(payment: Payment, control: string): Html {
  const { form, buyer, standing } = payment;
  return html`<h1>${buyer.firstName} paid ${writeAmount(form.total, form.currency)} ${form.currency}</h1>
    <p><strong>${nameOf(buyer)}.</strong> ${buyer.does}</p>
    <dl>
      <div>
        <dt>Transaction</dt>
        <dd>${payment.txnId}</dd>
      </div>
      <div>
        <dt>Status</dt>
        <dd>${standing.status}${standing.pendingReason === null ? '' : ` (${standing.pendingReason})`}</dd>
      </div>
      <div>
        <dt>Invoice</dt>
        <dd>${form.invoice || '(none)'}</dd>
      </div>
    </dl>
    ${wayBack(payment)}
    <p><a href="${control}#${payment.txnId}">What happens next is decided on the control page</a></p>`;
}

/** The page of a payer who went away without paying. */
export function closedPage(action: string): Html {
  return html`<h1>The tab is closed</h1>
    <p>Nothing was paid and nothing was sent. The merchant hears no more of it.</p>
    <form method="post" action="${action}/open"><button>Open it again</button></form>`;
}

/** The page for a form that PayPal would refuse. */
export function refusedPage(problems: readonly string[]): Html {
  return html`<h1>Things don’t appear to be working at the moment</h1>
    <p>PayPal says no more than that. The simulator says why:</p>
    <ul>
      ${problems.map((problem) => html`<li>${problem}</li>`)}
    </ul>`;
}
