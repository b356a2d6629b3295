import { randomBytes } from 'node:crypto';
import { Newest } from '../newest';

/** What the merchant asked for, in the widget or with a prompt. `data` comes back as the type it was given. */
export interface Order {
  readonly publicKey: string;
  /** Francs; there is nothing smaller. */
  readonly amount: number;
  readonly data: unknown;
  readonly partnerId: string;
  readonly reason: string;
  /** Where the payer's browser goes afterwards. */
  readonly callback: string | null;
}

export type Source = 'MOBILE_MONEY' | 'CARD';

/** A transaction at the look-alike. */
export interface Transaction {
  readonly id: string;
  readonly order: Order;
  readonly by: 'widget' | 'prompt';
  readonly payer: { readonly name: string; readonly email: string; readonly phone: string };
  readonly source: Source;
  /** KKiaPay's `source_common_name`: `mtn-benin`. */
  readonly network: string;
  readonly fees: number;
  readonly feesBorneByMerchant: boolean;
  readonly receivedAt: Date;
  performedAt: Date;
  /** `SUCCESS`, `FAILED`, `PENDING`, `REVERTED`, or whatever was written by hand. */
  status: string;
  failureCode: string;
  /** Fields of the status answer that were written over by hand. */
  over: Readonly<Record<string, unknown>>;
}

const TRANSACTIONS_KEPT = 10_000;

export class Transactions {
  readonly #byId = new Newest<Transaction>(TRANSACTIONS_KEPT);

  add(transaction: Transaction): void {
    this.#byId.set(transaction.id, transaction);
  }

  get(id: string): Transaction | undefined {
    return this.#byId.get(id);
  }

  /** By id, or the newest with this partnerId. */
  find(idOrPartnerId: string): Transaction | undefined {
    return this.get(idOrPartnerId) ?? this.list().find(({ order }) => order.partnerId === idOrPartnerId);
  }

  /** Newest first. */
  list(): Transaction[] {
    return this.#byId.list();
  }

  clear(): void {
    this.#byId.clear();
  }
}

/** 1.9 % as it is charged today, to the nearest franc: 1000 makes 19, 100 makes 2. */
export function feesOn(amount: number): number {
  return Math.round((amount * 19) / 1000);
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789';

/** Nine letters and digits, as KKiaPay's ids look. */
export function newTransactionId(): string {
  return Array.from(randomBytes(9), (byte) => LETTERS[byte % LETTERS.length]).join('');
}
