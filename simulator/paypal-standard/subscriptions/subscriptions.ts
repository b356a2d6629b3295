import { Newest } from '../../newest';
import type { Buyer } from '../buyers';
import type { Payment } from '../payments';
import type { SubscriptionForm } from './form';
import { addPeriods } from './period';

export const FAMILIES = ['subscr', 'recurring_payment'] as const;

/** Which names the messages about a subscription have: `subscr_signup`, `subscr_payment` …, or `recurring_payment_profile_created`, `recurring_payment` … */
export type Family = (typeof FAMILIES)[number];

/** A subscription at the look-alike. Amounts are in PayPal's smallest unit. */
export interface Subscription {
  readonly id: string;
  readonly form: SubscriptionForm;
  readonly buyer: Buyer;
  readonly charset: string;
  readonly startedAt: Date;
  /** Where the browser was sent, if it was. */
  readonly returnUrl: string | null;
  family: Family;
  status: 'Active' | 'Suspended' | 'Cancelled' | 'Expired';
  /** Whether PayPal suspended it because a payment failed too often. */
  isGivenUp: boolean;
  /** What is due each time from now on. */
  amount: number;
  /** PayPal's time at it, moved on with each payment that is taken or fails. */
  now: Date;
  /** How many due payments were taken or given up: the next is due that many periods after the first. */
  cycles: number;
  /** How often in a row a payment failed. */
  failures: number;
  /** The due payment, while it is to be tried again. */
  failing: { readonly units: number; readonly retryAt: Date } | null;
  /** What was due and not paid. */
  outstanding: number;
  /** Oldest first. */
  readonly payments: Payment[];
}

/** As PayPal's API calls it. A subscription whose very first payment has not arrived is still `Pending`. */
export function stateOf({ status, payments }: Subscription): Subscription['status'] | 'Pending' {
  const [first, ...others] = payments;
  const isNew = first?.standing.status === 'Pending' && others.length === 0;
  return status === 'Active' && isNew ? 'Pending' : status;
}

/** When the due payment is tried, for the first time or again; null where none is due any more. */
export function nextPaymentAt({ status, failing, startedAt, cycles, form }: Subscription): Date | null {
  if (status !== 'Active') return null;
  return failing?.retryAt ?? addPeriods(firstPaymentAt({ startedAt, form }), cycles, form.period);
}

/** When the first payment is due: at the start, or when the trials are over. */
export function firstPaymentAt({ startedAt, form }: Pick<Subscription, 'startedAt' | 'form'>): Date {
  return form.trials.reduce((start, trial) => addPeriods(start, 1, trial), startedAt);
}

const SUBSCRIPTIONS_KEPT = 5_000;

export class Subscriptions {
  readonly #byId = new Newest<Subscription>(SUBSCRIPTIONS_KEPT);

  add(subscription: Subscription): void {
    this.#byId.set(subscription.id, subscription);
  }

  get(id: string): Subscription | undefined {
    return this.#byId.get(id);
  }

  /** By id, or the newest with this invoice. */
  find(idOrInvoice: string): Subscription | undefined {
    return this.get(idOrInvoice) ?? this.list().find(({ form }) => form.invoice === idOrInvoice);
  }

  /** Newest first. */
  list(): Subscription[] {
    return this.#byId.list();
  }

  clear(): void {
    this.#byId.clear();
  }
}
