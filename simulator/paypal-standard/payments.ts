import type { Clock } from '../clock';
import type { Fields } from '../form-encoding';
import { Newest } from '../newest';
import type { Buyer, Standing } from './buyers';
import type { CheckoutForm } from './checkout-form';

/** Money that moved after a payment, under a transaction id of its own. */
export interface Movement {
  readonly txnId: string;
  readonly standing: Standing;
  /** In the smallest unit, below zero where money left the seller. */
  readonly gross: number;
  readonly fee: number;
  readonly txnType: 'adjustment' | null;
  readonly at: Date;
  /** A refund may be on its way first, and fail even after it arrived. Everything else is done when it happens. */
  state: 'Completed' | 'Pending' | 'Failed';
  /** Why a refund is on its way. */
  readonly pendingReason: PendingRefund | null;
}

export const PENDING_REFUNDS = ['echeck', 'regulatoryreview'] as const;
export type PendingRefund = (typeof PENDING_REFUNDS)[number];

/** How far a case went: the two talk, PayPal decides, the buyer's bank decides. */
export const CASE_TYPES = ['dispute', 'complaint', 'chargeback'] as const;

/** A case of a buyer against the seller. */
export interface Case {
  readonly id: string;
  type: string;
  reasonCode: string;
  readonly at: Date;
  /** Null while it is open. */
  outcome: 'won' | 'lost' | 'withdrawn' | null;
}

/** What makes a payment one of a subscription's. */
export interface Instalment {
  readonly subscriptionId: string;
  readonly txnType: 'subscr_payment' | 'recurring_payment' | 'recurring_payment_outstanding_payment';
  /** What its messages say of the subscription as it was when the money was taken; null leaves a payment's own field out. */
  readonly fields: Readonly<Record<string, string | null>>;
}

/** A payment at the look-alike: what was bought, by whom, and where it stands. Amounts are in PayPal's smallest unit. */
export interface Payment {
  readonly txnId: string;
  readonly form: CheckoutForm;
  readonly buyer: Buyer;
  readonly paymentType: 'instant' | 'echeck';
  readonly charset: string;
  readonly at: Date;
  readonly fee: number;
  /** Where his browser was sent, if it was. */
  readonly returnUrl: string | null;
  /** Null: it stands alone. */
  readonly instalment: Instalment | null;
  standing: Standing;
  readonly cases: Case[];
  /** Oldest first. */
  readonly movements: Movement[];
  /** What PDT tells: the payment as it was when the buyer came back, and how often it was asked. Null for an instalment: PDT is not made for them. */
  pdt: { readonly fields: Fields; fetches: number } | null;
}

/** Under what the messages about a payment are filed: those about an instalment leave in the order of its subscription's. */
export function subjectOf({ txnId, instalment }: Payment): string {
  return instalment?.subscriptionId ?? txnId;
}

/** PayPal's time at a payment. It is never before the payment: a subscription's time is moved on by hand, ahead of the clock. */
export function momentAt({ at }: Payment, clock: Clock): Date {
  return new Date(Math.max(at.getTime(), clock.now().getTime()));
}

const PAYMENTS_KEPT = 10_000;

/** The money of a payment with one of these has come, whatever has gone back since. */
export const CAME: ReadonlySet<string> = new Set(['Completed', 'Refunded', 'Reversed', 'Canceled_Reversal']);

// A payment with one of these took no money, so its invoice may be paid again.
const WITHOUT_MONEY: readonly string[] = ['Failed', 'Denied', 'Expired', 'Voided'];

export class Payments {
  readonly #byTxnId = new Newest<Payment>(PAYMENTS_KEPT);

  /** The newest payment of each invoice of each business. */
  readonly #byInvoice = new Newest<Payment>(PAYMENTS_KEPT);

  add(payment: Payment): void {
    this.#byTxnId.set(payment.txnId, payment);
    const { business, invoice } = payment.form;
    if (invoice !== '') this.#byInvoice.set(invoiceKey(business, invoice), payment);
  }

  get(txnId: string): Payment | undefined {
    return this.#byTxnId.get(txnId);
  }

  /** By the transaction id of a refund, a reversal or the like. */
  movement(txnId: string): { readonly payment: Payment; readonly movement: Movement } | undefined {
    for (const payment of this.list()) {
      const movement = payment.movements.find((one) => one.txnId === txnId);
      if (movement) return { payment, movement };
    }
    return undefined;
  }

  /** By transaction id, or the newest with this invoice. */
  find(txnIdOrInvoice: string): Payment | undefined {
    return this.get(txnIdOrInvoice) ?? this.list().find(({ form }) => form.invoice === txnIdOrInvoice);
  }

  /** Whether this business was already paid for this invoice, or is about to be. */
  isInvoiceUsed(business: string, invoice: string): boolean {
    const earlier = invoice === '' ? undefined : this.#byInvoice.get(invoiceKey(business, invoice));
    return earlier !== undefined && !WITHOUT_MONEY.includes(earlier.standing.status);
  }

  /** Newest first. */
  list(): Payment[] {
    return this.#byTxnId.list();
  }

  clear(): void {
    this.#byTxnId.clear();
    this.#byInvoice.clear();
  }
}

function invoiceKey(business: string, invoice: string): string {
  return `${business.toLowerCase()} ${invoice}`;
}
