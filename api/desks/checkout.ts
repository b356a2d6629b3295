import { GATEWAYS } from '../../activities/gateways/registry';
import { openCredentials } from '../../vault/credentials';
import type { Vault } from '../../vault/vault';
import type { CheckoutOrder, Opening } from '../../activities/gateways/port';
import type { AccountRow } from '../../books/accounts';
import { newId } from '../../platform/ids';
import type { Environment, GatewayName } from '../../workflows/domain/gateway';
import type { Money } from '../../workflows/domain/money';
import type { ProblemCode } from '../http/problems';

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

/** Why a gateway cannot be used for a sum: the code with which opening a payment would be refused. */
export interface Refusal {
  readonly reason: ProblemCode;
  readonly detail: string;
}

/** The same checks, in the same order, that opening a payment makes; null when it would be opened. */
export function refusalOf(
  deps: CheckoutDependencies,
  gateway: GatewayName,
  account: AccountRow | undefined,
  money: Money,
  merchant: { currency: string; name: string; ifNothing: Refusal },
): Refusal | null {
  if (!account) return { reason: 'gateway_not_configured', detail: `this merchant has no account at ${gateway}` };
  if (money.currency !== merchant.currency)
    return {
      reason: 'currency_not_supported',
      detail: `this merchant's books are in ${merchant.currency}, not ${money.currency}`,
    };
  if (money.amount === 0) return merchant.ifNothing;
  const { opening } = planCheckout(deps, gateway, account, {
    paymentId: newId('pay'),
    money,
    method: null,
    startedBy: 'member',
    phone: null,
    payer: { name: null, email: null },
    description: merchant.name,
  });
  if (!opening.ok) return opening;
  if (!account.enabled)
    return { reason: 'gateway_not_enabled', detail: account.disabledReason ?? 'the account has not been checked yet' };
  return null;
}

/** Where the gateway sends its messages about this account; the token in it is the account's for good. */
export function notificationUrl(publicUrl: string, gateway: GatewayName, pathToken: string): string {
  return `${publicUrl}/hooks/${gateway}/${pathToken}${'ipn' in GATEWAYS[gateway].channels ? '/ipn' : ''}`;
}
