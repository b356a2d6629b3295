import type { CheckoutContext, CheckoutOrder, Opening } from '../port';
import type { Environment } from '../../../workflows/domain/gateway';
import { describeMoney } from '../../../workflows/domain/money';
import { unreachable } from '../../../workflows/domain/unreachable';
import { receiverIdOf } from './addressee';
import type { PaypalStandardCredentials } from './credentials';
import { writePaypalAmount } from '../paypal/money';

const ITEM_NAME_LENGTH = 127;

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
        // The id where it is known: addresses change hands.
        business: receiverIdOf(context.credentials) ?? context.credentials.receiverEmails[0] ?? '',
        item_name: itemName(order),
        amount,
        currency_code: order.money.currency,
        // Otherwise the tax settings of the merchant's PayPal profile add to the amount, and the money that comes does not fit.
        tax: '0',
        invoice: order.paymentId,
        custom: order.paymentId,
        notify_url: order.notificationUrl,
        return: order.returnUrl,
        cancel_return: order.cancelUrl,
        charset: 'utf-8',
        no_shipping: '1',
        no_note: '1',
        // GET without variables: with an IPN profile the default is a POST that carries the payer's data through the browser.
        rm: '1',
      },
    },
  };
}

function formAction({
  environment,
  simulatorPublicUrl,
}: {
  environment: Environment;
  simulatorPublicUrl: string;
}): string {
  switch (environment) {
    case 'live':
      return 'https://www.paypal.com/cgi-bin/webscr';
    case 'sandbox':
      return 'https://www.sandbox.paypal.com/cgi-bin/webscr';
    case 'simulator':
      return `${simulatorPublicUrl.replace(/\/+$/, '')}/paypal/cgi-bin/webscr`;
    default:
      return unreachable(environment);
  }
}

/** One line of at most 127 characters. Without a name PayPal asks the payer to invent one, so the id stands in. */
function itemName({ description, paymentId }: CheckoutOrder): string {
  const line = description.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  let name = '';
  for (const letter of line) {
    if (name.length + letter.length > ITEM_NAME_LENGTH) break;
    name += letter;
  }
  return name.trim() || paymentId;
}
