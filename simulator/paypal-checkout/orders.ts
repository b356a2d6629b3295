import { Newest } from '../newest';
import type { Buyer, Standing } from './buyers';
import type { Money } from './money';

/** An order as the merchant's server made it, and what became of it. */
export interface Order {
  readonly id: string;
  /** The app that made it; no other is told of it. */
  readonly clientId: string;
  /** The seller who is paid. */
  readonly merchantId: string;
  readonly payeeEmail: string;
  /** Where the app finds the simulator: the addresses in the order begin with it. */
  readonly origin: string;
  readonly purchase: Purchase;
  /** How it is to be paid, as asked: `paypal`; null when that was left open. */
  readonly source: string | null;
  readonly returnUrl: string | null;
  readonly cancelUrl: string | null;
  readonly createdAt: Date;
  updatedAt: Date;
  state:
    | { readonly kind: 'open' }
    | { readonly kind: 'approved'; readonly buyer: Buyer; readonly card: 'good' | 'will_be_declined' }
    /** The capture was refused, and is until the payer has chosen another way of paying. */
    | { readonly kind: 'card_declined'; readonly buyer: Buyer }
    | { readonly kind: 'captured'; readonly buyer: Buyer; readonly capture: Capture };
}

/** What is bought. */
export interface Purchase {
  readonly amount: Money;
  readonly referenceId: string;
  readonly customId: string | null;
  readonly invoiceId: string | null;
  readonly description: string | null;
  readonly softDescriptor: string | null;
  /** As they were given. */
  readonly breakdown: unknown;
  readonly items: unknown;
}

/** Money taken, or on its way, or not taken after all. */
export interface Capture {
  readonly id: string;
  readonly order: Order;
  readonly amount: Money;
  /** In the smallest unit; what the seller bears. */
  readonly fee: number;
  readonly createdAt: Date;
  updatedAt: Date;
  standing: Standing;
  readonly refunds: Refund[];
  readonly disputes: Dispute[];
}

/** Money that went back: given by the seller, or taken. */
export interface Refund {
  readonly id: string;
  readonly capture: Capture;
  readonly kind: 'refund' | 'reversal';
  /** In the smallest unit. */
  readonly units: number;
  readonly feeReturned: number;
  readonly invoiceId: string | null;
  readonly customId: string | null;
  readonly note: string | null;
  readonly createdAt: Date;
  updatedAt: Date;
  standing: { readonly status: 'COMPLETED' | 'PENDING' | 'FAILED' | 'CANCELLED'; readonly reason: string | null };
}

/** A case of a buyer against a seller. */
export interface Dispute {
  readonly id: string;
  readonly capture: Capture;
  readonly reason: string;
  /** In the smallest unit. */
  readonly units: number;
  readonly createdAt: Date;
  updatedAt: Date;
  /** How it ended; null while it is open. */
  outcome: string | null;
}

const ORDERS_KEPT = 10_000;

export class Orders {
  readonly #orders = new Newest<Order>(ORDERS_KEPT);
  readonly #captures = new Newest<Capture>(ORDERS_KEPT);
  readonly #refunds = new Newest<Refund>(ORDERS_KEPT);
  readonly #disputes = new Newest<Dispute>(ORDERS_KEPT);
  /** The newest capture of each invoice of each seller. */
  readonly #invoices = new Newest<Capture>(ORDERS_KEPT);

  add(order: Order): void {
    this.#orders.set(order.id, order);
  }

  addCapture(capture: Capture): void {
    this.#captures.set(capture.id, capture);
    const key = invoiceKey(capture.order);
    if (key !== null) this.#invoices.set(key, capture);
  }

  addRefund(refund: Refund): void {
    refund.capture.refunds.push(refund);
    this.#refunds.set(refund.id, refund);
  }

  addDispute(dispute: Dispute): void {
    dispute.capture.disputes.push(dispute);
    this.#disputes.set(dispute.id, dispute);
  }

  order(id: string): Order | undefined {
    return this.#orders.get(id);
  }

  capture(id: string): Capture | undefined {
    return this.#captures.get(id);
  }

  refund(id: string): Refund | undefined {
    return this.#refunds.get(id);
  }

  dispute(id: string): Dispute | undefined {
    return this.#disputes.get(id);
  }

  /** Whether this seller was already paid for this invoice, or is about to be. */
  isInvoiceUsed(order: Order): boolean {
    const key = invoiceKey(order);
    const earlier = key === null ? undefined : this.#invoices.get(key);
    return earlier !== undefined && earlier.standing.status !== 'DECLINED';
  }

  /** Newest first. */
  list(): Order[] {
    return this.#orders.list();
  }

  captures(): Capture[] {
    return this.#captures.list();
  }

  clear(): void {
    for (const kept of [this.#orders, this.#captures, this.#refunds, this.#disputes, this.#invoices]) kept.clear();
  }
}

/** What the seller can still give back, in the smallest unit. What failed was not given. */
export function leftOf({ amount, refunds }: Capture): number {
  return refunds
    .filter(({ standing }) => standing.status === 'COMPLETED' || standing.status === 'PENDING')
    .reduce((left, { units }) => left - units, amount.units);
}

/** What the seller gave back himself, in the smallest unit. */
export function refundedOf({ refunds }: Capture): number {
  return refunds
    .filter(
      ({ kind, standing }) => kind === 'refund' && (standing.status === 'COMPLETED' || standing.status === 'PENDING'),
    )
    .reduce((sum, { units }) => sum + units, 0);
}

function invoiceKey({ merchantId, purchase }: Order): string | null {
  return purchase.invoiceId === null ? null : `${merchantId} ${purchase.invoiceId}`;
}
