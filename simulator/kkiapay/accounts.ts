/** A merchant at the look-alike. */
export interface Account {
  readonly publicKey: string;
  /** Null until they are set or first used: whoever comes first with keys is believed. */
  readonly keys: { readonly privateKey: string; readonly secret: string } | null;
  /** As in the dashboard's Webhook tab. Without an address no webhook is sent. */
  readonly webhook: { readonly url: string; readonly secret: string } | null;
  readonly feesBorneByMerchant: boolean;
  /** What refunds are paid from, in francs; null: as much as is asked for. */
  readonly balance: number | null;
}

const NEW: Omit<Account, 'publicKey'> = { keys: null, webhook: null, feesBorneByMerchant: false, balance: null };

/** The merchants. An unknown public key opens an account, so that trying things out needs no set-up. */
export class Accounts {
  readonly #accounts = new Map<string, Account>();

  of(publicKey: string): Account {
    return this.#accounts.get(publicKey) ?? { publicKey, ...NEW };
  }

  change(publicKey: string, settings: Partial<Omit<Account, 'publicKey'>>): Account {
    const account = { ...this.of(publicKey), ...settings };
    this.#accounts.set(publicKey, account);
    return account;
  }

  /** The account of a request that carries all its keys; null when they are not its keys. */
  enter({
    publicKey,
    privateKey,
    secret,
  }: Readonly<Record<'publicKey' | 'privateKey' | 'secret', string>>): Account | null {
    if (publicKey === '' || privateKey === '' || secret === '') return null;
    const { keys } = this.of(publicKey);
    if (keys === null) return this.change(publicKey, { keys: { privateKey, secret } });
    return keys.privateKey === privateKey && keys.secret === secret ? this.of(publicKey) : null;
  }

  list(): Account[] {
    return [...this.#accounts.values()];
  }

  clear(): void {
    this.#accounts.clear();
  }
}
