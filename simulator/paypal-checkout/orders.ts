import type { Clock } from '../clock';
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
  /** The subscription whose payment this is: PayPal orders that itself, and calls the money a sale. Null for a merchant's own order. */
  readonly agreement: BillingAgreement | null;
  readonly createdAt: Date;
  updatedAt: Date;
  state:
    | { readonly kind: 'open' }
    | { readonly kind: 'approved'; readonly buyer: Buyer; readonly card: 'good' | 'will_be_declined' }
    /** The capture was refused, and is until the payer has chosen another way of paying. */
    | { readonly kind: 'card_declined'; readonly buyer: Buyer }
    | { readonly kind: 'captured'; readonly buyer: Buyer; readonly capture: Capture };
}

/** A subscription, as far as its payments need it. */
export interface BillingAgreement {
  readonly id: string;
  /** The latest instant that was reached in it: its payments are taken by hand, and so ahead of the clock. */
  reached: Date;
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

/** Money that went back: given by the seller, or taken from them. */
export interface Refund {
  readonly id: string;
  readonly capture: Capture;
  /** In the smallest unit. */
  readonly units: number;
  readonly feeReturned: number;
  readonly invoiceId: string | null;
  readonly customId: string | null;
  readonly note: string | null;
  readonly createdAt: Date;
  updatedAt: Date;
  standing: RefundStanding;
  /** What PayPal took; null where the seller gave. */
  readonly reversal: Reversal | null;
}

export interface RefundStanding {
  readonly status: 'COMPLETED' | 'PENDING' | 'FAILED' | 'CANCELLED';
  readonly reason: string | null;
}

/** What becomes of money that PayPal took: it is held until it is decided whose it is. */
export interface Reversal {
  isDecided: boolean;
  /** What came back to the seller, in the smallest unit. */
  returned: number;
}

/** How far a case went: the two talk, then PayPal or the bank decides. */
export const STAGES = ['INQUIRY', 'CHARGEBACK', 'PRE_ARBITRATION', 'ARBITRATION'] as const;
export type Stage = (typeof STAGES)[number];

/** A case of a buyer against a seller. */
export interface Dispute {
  readonly id: string;
  readonly capture: Capture;
  readonly reason: string;
  /** What is claimed, in the smallest unit. */
  units: number;
  stage: Stage;
  /** Whether PayPal decides, or the buyer's bank. */
  channel: 'INTERNAL' | 'EXTERNAL';
  status: string;
  readonly createdAt: Date;
  updatedAt: Date;
  readonly answerBy: Date;
  /** Money that was taken because of it, oldest first. */
  readonly reversals: Refund[];
  readonly fees: DisputeFee[];
  /** How it ended; null while it is open. */
  outcome: DisputeOutcome | null;
}

export interface DisputeFee {
  readonly reason: string;
  readonly money: Money;
  readonly at: Date;
}

export interface DisputeOutcome {
  readonly code: string;
  /** What the buyer was given, in the smallest unit; null where the buyer lost. */
  readonly refunded: number | null;
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

/** What time it is for an order: now, or later in a subscription that is ahead of the clock. */
export function timeOf({ agreement }: Pick<Order, 'agreement'>, clock: Clock): Date {
  const now = clock.now();
  return agreement !== null && agreement.reached > now ? agreement.reached : now;
}

function invoiceKey({ merchantId, purchase }: Order): string | null {
  return purchase.invoiceId === null ? null : `${merchantId} ${purchase.invoiceId}`;
}
