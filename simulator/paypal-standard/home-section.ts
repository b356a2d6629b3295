import { html, type Html } from '../html';
import type { Message } from '../message';
import { messageList } from '../message-list';
import { BUYERS, nameOf } from './buyers';
import { paymentCard } from './payment-card';
import type { Payment } from './payments';
import { subscriptionCard } from './subscriptions/card';
import type { Subscription } from './subscriptions/subscriptions';

const PAYMENTS_SHOWN = 30;

// Offered when a status is written by hand; any other is sent too.
const STATUSES =
  'Completed Pending Processed Created Denied Failed Expired Voided Refunded Reversed Canceled_Reversal new_case adjustment'.split(
    ' ',
  );

/** PayPal Standard's part of the control page. `messagesOf`: what was sent about a payment or a subscription. */
export function standardSection(
  base: string,
  payments: readonly Payment[],
  subscriptions: readonly Subscription[],
  messagesOf: (subject: string) => readonly Message[],
): Html {
  return html`${payments.length === 0 ? html`<p class="note">None yet. Send a payment form to ${base}/paypal/cgi-bin/webscr, or <a href="${samplePayment(base)}">try one without a merchant</a>.</p>` : null}
    ${subscriptions.slice(0, PAYMENTS_SHOWN).map((one) => subscriptionCard(base, one, messageList(base, messagesOf(one.id))))}
    ${payments.slice(0, PAYMENTS_SHOWN).map((payment) => paymentCard(base, payment, messagesAbout(payment)))}
    ${payments.length > PAYMENTS_SHOWN ? html`<p class="note">${payments.length - PAYMENTS_SHOWN} older ones are in <a href="${base}/control/payments">the JSON list</a>.</p>` : null}
    ${subscriptions.length > PAYMENTS_SHOWN ? html`<p class="note">${subscriptions.length - PAYMENTS_SHOWN} older subscriptions are in <a href="${base}/control/subscriptions">the JSON list</a>.</p>` : null}
    <datalist id="statuses">${STATUSES.map((status) => html`<option value="${status}"></option>`)}</datalist>`;

  function messagesAbout({ txnId, instalment }: Payment): Html {
    if (instalment === null) return messageList(base, messagesOf(txnId));
    const { subscriptionId } = instalment;
    return html`<p class="note">
      A payment of <a href="#${subscriptionId}">${subscriptionId}</a>, where its messages are.
    </p>`;
  }
}

/** Who can pay a form, and what happens then. */
export function standardTestBuyers(): Html {
  return html`<h3>PayPal Standard</h3>
    <ul>
      ${BUYERS.map((buyer) => html`<li><strong>${nameOf(buyer)}</strong> (<code>${buyer.key}</code>): ${buyer.does}</li>`)}
    </ul>`;
}

/** A form that is in order, for whoever has no merchant at hand. */
export function samplePayment(base: string): string {
  const form = {
    cmd: '_xclick',
    business: 'SAMPLECLUB123',
    item_name: 'Annual fee',
    amount: '50.00',
    currency_code: 'EUR',
    charset: 'utf-8',
  };
  return addressOf(base, form);
}

/** The same for a subscription. */
export function sampleSubscription(base: string): string {
  const form = {
    cmd: '_xclick-subscriptions',
    business: 'SAMPLECLUB123',
    item_name: 'Monthly fee',
    a3: '10.00',
    p3: '1',
    t3: 'M',
    src: '1',
    no_note: '1',
    currency_code: 'EUR',
    charset: 'utf-8',
  };
  return addressOf(base, form);
}

function addressOf(base: string, form: Readonly<Record<string, string>>): string {
  return `${base}/paypal/cgi-bin/webscr?${new URLSearchParams(form).toString()}`;
}
