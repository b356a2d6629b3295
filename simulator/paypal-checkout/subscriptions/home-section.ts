import { html, type Html } from '../../html';
import type { Message } from '../../message';
import { subscriptionCard } from './card';
import type { Subscription } from './subscriptions';

const SUBSCRIPTIONS_SHOWN = 30;

/** The subscriptions on the control page, once there are any. `messagesOf`: what was sent about one. */
export function subscriptionsSection(
  base: string,
  subscriptions: readonly Subscription[],
  approvalPage: (subscription: Subscription) => string,
  messagesOf: (id: string) => readonly Message[],
): Html | null {
  if (subscriptions.length === 0) return null;
  const older = subscriptions.length - SUBSCRIPTIONS_SHOWN;
  return html`<h2 id="subscriptions">PayPal subscriptions</h2>
    ${subscriptions.slice(0, SUBSCRIPTIONS_SHOWN).map((one) => subscriptionCard(base, one, approvalPage(one), messagesOf(one.id)))}
    ${older > 0 ? html`<p class="note">${older} older ones are in <a href="${base}/control/paypal-checkout/subscriptions">the JSON list</a>.</p>` : null}`;
}
