import type { Vault } from '../vault/vault';
import { worldFor } from './gateways/port';
import type { GatewayContext, GatewayWorld } from './gateways/port';
import type { Environment, GatewayName } from '../workflows/domain/gateway';

export interface AskingDependencies {
  readonly vault: Vault;
  /** What every gateway may use of the world. */
  readonly gateways: GatewayWorld;
}

/** What of an account a gateway is asked with, as it lies in the database. */
export interface SealedAccount {
  readonly accountId: string;
  readonly gateway: GatewayName;
  readonly environment: Environment;
  readonly credentials: Buffer;
  /** The credentials that the payment in question was opened with, or null. */
  readonly openedWith: Buffer | null;
}

/** Opens an account's credentials for one call. */
export function contextOf(
  { vault, gateways }: AskingDependencies,
  { accountId, gateway, environment, credentials, openedWith }: SealedAccount,
  signal: AbortSignal,
): GatewayContext<unknown> {
  const open = (sealed: Buffer): unknown => JSON.parse(vault.open(sealed, accountId).toString());
  return {
    ...worldFor(gateway, gateways),
    environment,
    credentials: open(credentials),
    openedWith: openedWith && open(openedWith),
    signal,
  };
}
