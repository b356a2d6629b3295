import type { SealedAccount } from '../books/accounts';
import { openCredentials } from '../vault/credentials';
import type { Vault } from '../vault/vault';
import { worldFor } from './gateways/port';
import type { GatewayContext, GatewayWorld } from './gateways/port';

export interface AskingDependencies {
  readonly vault: Vault;
  /** What every gateway may use of the world. */
  readonly gateways: GatewayWorld;
}

/** Opens an account's credentials for one call. */
export function contextOf(
  { vault, gateways }: AskingDependencies,
  { accountId, gateway, environment, credentials, openedWith }: SealedAccount,
  signal: AbortSignal,
): GatewayContext<unknown> {
  return {
    ...worldFor(gateway, gateways),
    environment,
    credentials: openCredentials(vault, { accountId, credentials }),
    openedWith: openedWith && openCredentials(vault, { accountId, credentials: openedWith }),
    signal,
  };
}
