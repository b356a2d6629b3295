import type { Vault } from './vault';

/** Who is said to have paid, as it lies beside a message's bytes; null: the message names nobody. */
export type SaidPayer = { readonly name: string | null; readonly email: string | null } | null;

/** Sealed apart from the bytes, so that a list of messages need not open and read each of them. */
export function sealPayer(vault: Vault, payer: SaidPayer, accountId: string): Buffer {
  return vault.seal(Buffer.from(JSON.stringify(payer)), accountId);
}

export function openPayer(vault: Vault, sealed: Uint8Array, accountId: string): SaidPayer {
  return JSON.parse(vault.open(sealed, accountId).toString()) as SaidPayer;
}
