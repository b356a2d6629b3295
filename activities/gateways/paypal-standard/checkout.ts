import type { CheckoutContext, CheckoutOrder, Opening } from '../port';
import { describeMoney } from '../../../workflows/domain/money';
import { writePaypalAmount } from '../paypal/money';
import { buttonFields, formAction } from './button';
import type { PaypalStandardCredentials } from './credentials';

/**
 * The form that a browser posts to PayPal (PayPal Payments Standard, "HTML Variables"). The payer can change every field
 * of it, so nothing that comes back is believed because we once wrote it here.
 */
export function openCheckout(order: CheckoutOrder, context: CheckoutContext<PaypalStandardCredentials>): Opening {
  const amount = order.money.amount > 0 ? writePaypalAmount(order.money) : null;
  if (amount === null) {
    return { ok: false, reason: 'amount_not_supported', detail: `PayPal cannot take ${describeMoney(order.money)}` };
  }
  return {
    ok: true,
    asks: 'nobody',
    nextAction: {
      kind: 'form',
      action: formAction(context),
      method: 'POST',
      fields: {
        cmd: '_xclick',
        ...buttonFields(order.paymentId, order.description, order, context.credentials),
        amount,
        currency_code: order.money.currency,
        // Otherwise the tax settings of the merchant's PayPal profile add to the amount, and the money that comes does not fit.
        tax: '0',
      },
    },
  };
}
