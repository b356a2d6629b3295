import { GATEWAYS } from '../../activities/gateways/registry';
import { openCredentials } from '../../vault/credentials';
import type { Vault } from '../../vault/vault';
import type { CheckoutOrder, Opening } from '../../activities/gateways/port';
import type { Environment, GatewayName } from '../../workflows/domain/gateway';

export interface CheckoutDependencies {
  readonly vault: Vault;
  readonly publicUrl: string;
  readonly simulatorPublicUrl: string;
}

/** What of a gateway account a checkout is planned with. */
export interface PayableAccount {
  readonly id: string;
  readonly environment: Environment;
  readonly pathToken: string;
  /** Sealed. */
  readonly credentials: Uint8Array;
}

/** What can be said of a checkout before any gateway is asked, and the order it would be asked with. Whoever plans one opens nothing. */
export function planCheckout(
  { vault, publicUrl, simulatorPublicUrl }: CheckoutDependencies,
  gateway: GatewayName,
  account: PayableAccount,
  wish: Omit<CheckoutOrder, 'returnUrl' | 'cancelUrl' | 'notificationUrl'>,
): { readonly order: CheckoutOrder; readonly opening: Opening } {
  const order: CheckoutOrder = {
    ...wish,
    returnUrl: `${publicUrl}/return/${wish.paymentId}`,
    cancelUrl: `${publicUrl}/cancel/${wish.paymentId}`,
    notificationUrl: notificationUrl(publicUrl, gateway, account.pathToken),
  };
  const credentials = openCredentials(vault, { accountId: account.id, credentials: account.credentials });
  return {
    order,
    opening: GATEWAYS[gateway].openCheckout(order, {
      credentials,
      environment: account.environment,
      simulatorPublicUrl,
    }),
  };
}

/** Where the gateway sends its messages about this account; the token in it is the account's for good. */
export function notificationUrl(publicUrl: string, gateway: GatewayName, pathToken: string): string {
  return `${publicUrl}/hooks/${gateway}/${pathToken}${'ipn' in GATEWAYS[gateway].channels ? '/ipn' : ''}`;
}
