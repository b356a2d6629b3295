import type { Environment } from '../../../workflows/domain/gateway';
import { unreachable } from '../../../workflows/domain/unreachable';
import { receiverIdOf } from './addressee';
import type { PaypalStandardCredentials } from './credentials';
import { oneLine } from './one-line';

const ITEM_NAME_LENGTH = 127;

/** Where the browser posts it. */
export function formAction({
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

/** What every button says, whatever is paid by it (PayPal Payments Standard, "HTML Variables"). */
export function buttonFields(
  id: string,
  text: string,
  order: { readonly returnUrl: string; readonly cancelUrl: string; readonly notificationUrl: string },
  credentials: PaypalStandardCredentials,
): Readonly<Record<string, string>> {
  return {
    // The id where it is known: addresses change hands.
    business: receiverIdOf(credentials) ?? credentials.receiverEmails[0] ?? '',
    // Without a name PayPal asks the payer to invent one, so the id stands in.
    item_name: oneLine(text, ITEM_NAME_LENGTH) || id,
    invoice: id,
    custom: id,
    notify_url: order.notificationUrl,
    return: order.returnUrl,
    cancel_return: order.cancelUrl,
    charset: 'utf-8',
    no_shipping: '1',
    no_note: '1',
    // GET without variables: with an IPN profile the default is a POST that carries the payer's data through the browser.
    rm: '1',
  };
}
