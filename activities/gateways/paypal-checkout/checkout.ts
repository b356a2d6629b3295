import type { CheckoutContext, CheckoutOrder, Opening } from '../port';
import { describeMoney } from '../../../workflows/domain/money';
import { writePaypalAmount } from '../paypal/money';
import type { PaypalCheckoutCredentials } from './credentials';

/** Whether PayPal can be asked for this order. It may be asked as often as it takes: it knows our order again by its idempotency key. */
export function openCheckout(order: CheckoutOrder, _context: CheckoutContext<PaypalCheckoutCredentials>): Opening {
  if (order.method !== null && order.method !== 'paypal') {
    return { ok: false, reason: 'method_not_supported', detail: 'PayPal Checkout has one method: paypal' };
  }
  if (order.money.amount <= 0 || writePaypalAmount(order.money) === null) {
    return { ok: false, reason: 'amount_not_supported', detail: `PayPal cannot take ${describeMoney(order.money)}` };
  }
  return { ok: true, asks: 'repeatably' };
}
