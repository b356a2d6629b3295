import type { Vault } from './vault';

/** A gateway account's credentials as they lie in its row, or in a payment that was opened with them. */
export interface SealedCredentials {
  readonly accountId: string;
  readonly credentials: Uint8Array;
}

/** Credentials are JSON, sealed for their account: those of one cannot be put into the row of another. */
export function sealCredentials(vault: Vault, accountId: string, credentials: unknown): Buffer {
  return vault.seal(Buffer.from(JSON.stringify(credentials)), accountId);
}

/** Throws where the key is lost that sealed them. What they hold is known to their gateway, and to others of its house, alone. */
export function openCredentials(vault: Vault, { accountId, credentials }: SealedCredentials): unknown {
  return JSON.parse(vault.open(credentials, accountId).toString());
}
