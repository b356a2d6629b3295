import { html, type Html } from '../html';
import { writeAmount } from './amounts';
import { nameOf } from './buyers';
import { describeLeft } from './events';
import type { Payment } from './payments';

/** One payment on the control page: where it stands, what can happen to it, and what was sent about it (`messages`). */
export function paymentCard(base: string, payment: Payment, messages: Html): Html {
  const { form, standing, buyer, txnId } = payment;
  const action = `${base}/actions/payments/${txnId}/events`;
  return html`<article class="card" id="${txnId}">
    <h3>
      ${writeAmount(form.total, form.currency)} ${form.currency} from ${nameOf(buyer)}
      <span class="state ${standing.status.toLowerCase()}">${standing.status}</span>
    </h3>
    <p class="note">
      ${standing.pendingReason === null ? '' : `${standing.pendingReason} · `}${form.lines[0].name || 'no item name'} ·
      to ${form.business} · invoice ${form.invoice || '(none)'} · ${txnId}${given(payment)}
    </p>
    <div class="row">${likely(payment).map((button) => eventButton(action, button))}</div>
    <details>
      <summary>Refund a part, or send any status by hand</summary>
      <form class="fields" method="post" action="${action}">
        <input type="hidden" name="status" value="Refunded" />
        <label
          >Refund, of ${describeLeft(payment)} ${form.currency} <input name="amount" inputmode="decimal" required
        /></label>
        <label>Fee given back <input name="fee" inputmode="decimal" placeholder="none" /></label>
        <button class="quiet">Refund a part</button>
      </form>
      <form class="fields" method="post" action="${action}">
        <label>Status <input name="status" list="statuses" required /></label>
        <label>Pending reason <input name="pendingReason" /></label>
        <label>Reason code <input name="reasonCode" /></label>
        <label>Amount <input name="amount" inputmode="decimal" placeholder="as usual" /></label>
        <button class="quiet">Send this status</button>
      </form>
    </details>
    ${form.notifyUrl === null ? html`<p class="note">The form had no notify_url: nothing is sent.</p>` : messages}
  </article>`;
}

interface EventButton {
  readonly label: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What would happen next in life. Everything else goes by hand. */
function likely({ standing, reversed }: Payment): EventButton[] {
  const buttons: EventButton[] = [];
  if (standing.status === 'Pending' && standing.pendingReason === 'echeck') {
    buttons.push(
      { label: 'Clear the eCheck', fields: { status: 'Completed' } },
      { label: 'Bounce it', fields: { status: 'Failed' } },
    );
  } else if (standing.status === 'Pending') {
    buttons.push(
      { label: 'Finish the review', fields: { status: 'Completed' } },
      { label: 'Reject it', fields: { status: 'Reversed', reasonCode: 'other' } },
    );
  } else if (!['Failed', 'Denied', 'Expired', 'Voided'].includes(standing.status)) {
    buttons.push(
      { label: 'Refund in full', fields: { status: 'Refunded' } },
      { label: 'Reverse', fields: { status: 'Reversed', reasonCode: 'chargeback' } },
      { label: 'Open a case', fields: { status: 'new_case' } },
    );
  }
  if (reversed > 0)
    buttons.push({
      label: 'Cancel the reversal',
      fields: { status: 'Canceled_Reversal', reasonCode: 'chargeback_reimbursement' },
    });
  return buttons;
}

function eventButton(action: string, { label, fields }: EventButton): Html {
  return html`<form method="post" action="${action}">
    ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}<button>
      ${label}
    </button>
  </form>`;
}

function given({ form, refunded, reversed, cases }: Payment): string {
  const parts = [
    refunded === 0 ? null : `refunded ${writeAmount(refunded, form.currency)}`,
    reversed === 0 ? null : `reversed ${writeAmount(reversed, form.currency)}`,
    cases.length === 0 ? null : `cases ${cases.join(', ')}`,
  ];
  return parts.map((part) => (part === null ? '' : ` · ${part}`)).join('');
}
