import { GatewayFailure } from '../port';
import type { GatewayContext } from '../port';
import type { PaypalCheckoutCredentials } from './credentials';
import type { PaypalPartner } from './partner';

/** Who asks PayPal: a REST app, and the merchant it asks for where the app is not the merchant's own. */
export interface Caller {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly onBehalfOf: string | null;
}

type Accounts = Pick<GatewayContext<PaypalCheckoutCredentials>, 'credentials' | 'openedWith'>;

/** Who asks for this account: its own app, or ours as its partner where it was connected without keys of its own. */
export function callerFor(
  { clientId, clientSecret, merchantId }: PaypalCheckoutCredentials,
  { partner, environment }: Pick<GatewayContext<unknown, PaypalPartner>, 'partner' | 'environment'>,
): Caller {
  if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret, onBehalfOf: null };
  if (partner?.environment !== environment || merchantId === undefined) {
    throw new GatewayFailure({
      code: 'partner_not_configured',
      message: `the PayPal account was connected through this platform, which has no partner credentials for ${environment} now`,
      moved: 'no',
    });
  }
  return { clientId: partner.clientId, clientSecret: partner.clientSecret, onBehalfOf: merchantId };
}

/** The account whose order it is. PayPal shows an order, and refunds a capture, to the app that made it and to nobody else. */
export function payingAccount({ credentials, openedWith }: Accounts): PaypalCheckoutCredentials {
  if (!openedWith) return credentials;
  // For one and the same app today's secret is the better one: the old may have been renewed since.
  const isSame =
    openedWith.clientId === undefined
      ? openedWith.merchantId === credentials.merchantId
      : openedWith.clientId === credentials.clientId;
  return isSame ? credentials : openedWith;
}

/** Today's account, and the one that the payment was opened with: messages of either are ours. */
export function accountsOf({ credentials, openedWith }: Accounts): PaypalCheckoutCredentials[] {
  return openedWith ? [credentials, openedWith] : [credentials];
}
