import { html, type Html } from '../html';
import type { Message } from '../message';
import { messageList } from '../message-list';
import { writeAmount } from '../paypal-standard/amounts';
import { BUYERS, nameOf } from './buyers';
import { leftOf, type Capture, type Order } from './orders';
import { sumOf } from './payer-pages';
import { captureStatusOf, statusOf } from './views';

const ORDERS_SHOWN = 30;

/** PayPal Checkout's part of the control page. `messagesOf`: what was sent about an order. */
export function checkoutSection(
  base: string,
  orders: readonly Order[],
  payerPage: (order: Order) => string,
  messagesOf: (orderId: string) => readonly Message[],
): Html {
  return html`${orders.length === 0 ? html`<p class="note">None yet. An app makes one at ${base}/paypal/v2/checkout/orders.</p>` : null}
  ${orders.slice(0, ORDERS_SHOWN).map((order) => orderCard(base, order, payerPage(order), messagesOf(order.id)))}
  ${orders.length > ORDERS_SHOWN ? html`<p class="note">${orders.length - ORDERS_SHOWN} older ones are in <a href="${base}/control/paypal-checkout/orders">the JSON list</a>.</p>` : null}`;
}

/** Who can approve an order, and what happens then. */
export function checkoutTestBuyers(): Html {
  return html`<h3>PayPal Checkout</h3>
    <ul>
      ${BUYERS.map((buyer) => html`<li><strong>${nameOf(buyer)}</strong> (<code>${buyer.key}</code>): ${buyer.does}</li>`)}
    </ul>`;
}

function orderCard(base: string, order: Order, payerPage: string, messages: readonly Message[]): Html {
  const { id, state, purchase, merchantId } = order;
  const capture = state.kind === 'captured' ? state.capture : null;
  const status = capture === null ? statusOf(order) : captureStatusOf(capture);
  return html`<article class="card" id="${id}">
    <h3>
      ${sumOf(order)}${state.kind === 'open' ? '' : ` from ${nameOf(state.buyer)}`}
      <span class="state ${STATE[status] ?? ''}">${status}</span>
    </h3>
    <p class="note">
      ${purchase.description ?? 'no description'} · to ${merchantId} · invoice ${purchase.invoiceId ?? '(none)'} · order
      ${id}${capture === null ? '' : ` · capture ${capture.id}${describe(capture)}`}
    </p>
    ${
      capture === null
        ? html`<p><a href="${payerPage}">The page where it is approved</a></p>`
        : laterButtons(`${base}/actions/captures/${capture.id}/events`, capture)
    }
    ${messageList(base, messages)}
  </article>`;
}

const STATE: Readonly<Record<string, string>> = { COMPLETED: 'completed', DECLINED: 'denied', REFUNDED: 'reversed' };

function describe({ amount, standing, refunds, disputes }: Capture): string {
  const text = (units: number) => writeAmount(units, amount.currency);
  return [
    standing.reason ?? '',
    ...refunds.map((refund) => `${refund.kind} ${text(refund.units)} ${refund.standing.status.toLowerCase()}`),
    ...disputes.map(({ id, outcome }) => `case ${id} ${outcome ?? 'open'}`),
  ]
    .map((part) => (part === '' ? '' : ` · ${part}`))
    .join('');
}

/** What would happen next in life. */
function laterButtons(action: string, capture: Capture): Html {
  const left = leftOf(capture);
  const isCompleted = capture.standing.status === 'COMPLETED';
  return html`<div class="row">
      ${capture.standing.status === 'PENDING' ? [button(action, 'Complete it', { kind: 'complete' }), button(action, 'Deny it', { kind: 'deny' })] : null}
      ${isCompleted && left > 0 ? [button(action, 'Refund what is left', { kind: 'refund' }), button(action, 'Reverse', { kind: 'reverse' })] : null}
      ${isCompleted ? button(action, 'Open a case', { kind: 'dispute' }) : null}
      ${capture.refunds.at(-1)?.standing.status === 'PENDING' ? [button(action, 'The refund arrives', { kind: 'settle_refund', status: 'COMPLETED' }), button(action, 'The refund fails', { kind: 'settle_refund', status: 'FAILED' })] : null}
      ${capture.disputes.at(-1)?.outcome === null ? [resolution(action, 'The seller wins', 'RESOLVED_SELLER_FAVOUR'), resolution(action, 'The buyer wins', 'RESOLVED_BUYER_FAVOUR')] : null}
    </div>
    ${
      isCompleted && left > 0
        ? html`<form class="fields" method="post" action="${action}">
            <input type="hidden" name="kind" value="refund" />
            <label
              >Refund, of ${writeAmount(left, capture.amount.currency)} ${capture.amount.currency}
              <input name="amount" inputmode="decimal" required
            /></label>
            <button class="quiet">Refund a part</button>
          </form>`
        : null
    }`;
}

function resolution(action: string, label: string, outcome: string): Html {
  return button(action, label, { kind: 'resolve_dispute', outcome });
}

function button(action: string, label: string, fields: Readonly<Record<string, string>>): Html {
  return html`<form method="post" action="${action}">
    ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}<button>
      ${label}
    </button>
  </form>`;
}
