import { html, type Html } from '../html';
import type { Message } from '../message';
import { BUYERS, nameOf } from './buyers';
import { orderCard } from './order-card';
import type { Order } from './orders';

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
