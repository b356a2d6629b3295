import type { Vault } from './vault';

/** What came over the wire: the headers kept and the raw bytes. */
export interface RawMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** How a message lies in the inbox: one line of JSON headers, then the raw bytes unchanged; sealed for its account. */
export function sealRaw(vault: Vault, { headers, body }: RawMessage, accountId: string): Buffer {
  return vault.seal(Buffer.concat([Buffer.from(`${JSON.stringify(headers)}\n`), body]), accountId);
}

export function openRaw(vault: Vault, sealed: Uint8Array, accountId: string): RawMessage {
  const plain = vault.open(sealed, accountId);
  const end = plain.indexOf('\n');
  return {
    headers: JSON.parse(plain.subarray(0, end).toString()) as Record<string, string>,
    body: plain.subarray(end + 1),
  };
}
