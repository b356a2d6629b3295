import { Newest } from '../../newest';
import type { Buyer } from '../buyers';
import type { Money } from '../money';
import type { BillingAgreement, Capture } from '../orders';
import type { Interval } from './schedule';

/** Whose something is: no other app, and no other seller's, is told of it. */
export interface Owner {
  readonly clientId: string;
  readonly merchantId: string;
}

/** What plans are made for. */
export interface Product extends Owner {
  readonly id: string;
  readonly origin: string;
  readonly name: string;
  readonly type: 'PHYSICAL' | 'DIGITAL' | 'SERVICE';
  readonly description: string | null;
  readonly createdAt: Date;
}

/** How often and how much is paid. One regular cycle: trials are not played. */
export interface Terms {
  readonly interval: Interval;
  readonly sequence: number;
  readonly price: Money;
  /** How many payments there are; 0: no end. */
  readonly totalCycles: number;
  /** What is outstanding is taken with the next payment. */
  readonly billsOutstanding: boolean;
  /** So many failures in a row suspend; 0: none do. */
  readonly failureThreshold: number;
}

/** The terms that a merchant offers. */
export interface Plan extends Owner {
  readonly id: string;
  readonly origin: string;
  readonly productId: string;
  readonly name: string;
  readonly description: string | null;
  readonly status: 'CREATED' | 'INACTIVE' | 'ACTIVE';
  readonly terms: Terms;
  readonly createdAt: Date;
}

/** PayPal's words for how a subscription stands. */
export type Status = 'APPROVAL_PENDING' | 'APPROVED' | 'ACTIVE' | 'SUSPENDED' | 'CANCELLED' | 'EXPIRED';

/** One payment that fell due, and the sale that paid it: none, or one that was denied, leaves it outstanding. */
export interface Instalment {
  readonly dueAt: Date;
  readonly price: Money;
  sale: Capture | null;
}

/** A payment that failed. */
export interface Failure {
  readonly at: Date;
  readonly amount: Money;
  readonly reason: string;
  /** When it is tried again; null when it is not any more. */
  readonly retryAt: Date | null;
}

/** Other terms, waiting for the payer's approval. */
export interface Revision {
  readonly plan: Plan;
  readonly terms: Terms;
  readonly isOverridden: boolean;
}

/** What a payer agreed to pay again and again, and what became of it. */
export interface Subscription extends Owner, BillingAgreement {
  readonly payeeEmail: string;
  /** Where the app finds the simulator. */
  readonly origin: string;
  /** Names it on the approval page: `BA-…`. */
  readonly approvalToken: string;
  readonly customId: string | null;
  readonly brandName: string | null;
  /** CONTINUE: the merchant activates it after the payer approved. */
  readonly userAction: 'SUBSCRIBE_NOW' | 'CONTINUE';
  returnUrl: string | null;
  cancelUrl: string | null;
  readonly createdAt: Date;
  updatedAt: Date;
  plan: Plan;
  terms: Terms;
  /** The terms are other than the plan's. */
  isOverridden: boolean;
  revision: Revision | null;
  status: Status;
  statusChangedAt: Date;
  statusNote: string | null;
  /** When the first payment is due, as asked, or else when the payer approved. */
  startsAt: Date;
  payer: Buyer | null;
  /** The payer's first card was declined on the approval page; the next one is good. */
  wasCardDeclined: boolean;
  /** The payments of the terms in force fall due from here on, the first after so many others. */
  anchor: { readonly at: Date; readonly afterInstalments: number };
  readonly instalments: Instalment[];
  /** Oldest first. */
  readonly sales: Capture[];
  /** In a row, up to now. */
  failures: number;
  lastFailure: Failure | null;
}

const KEPT = 10_000;

export class Subscriptions {
  readonly #products = new Newest<Product>(KEPT);
  readonly #plans = new Newest<Plan>(KEPT);
  readonly #subscriptions = new Newest<Subscription>(KEPT);
  readonly #byToken = new Newest<Subscription>(KEPT);

  addProduct(product: Product): void {
    this.#products.set(productKey(product, product.id), product);
  }

  addPlan(plan: Plan): void {
    this.#plans.set(plan.id, plan);
  }

  add(subscription: Subscription): void {
    this.#subscriptions.set(subscription.id, subscription);
    this.#byToken.set(subscription.approvalToken, subscription);
  }

  product(owner: Owner, id: string): Product | undefined {
    return this.#products.get(productKey(owner, id));
  }

  plan(owner: Owner, id: string): Plan | undefined {
    const plan = this.#plans.get(id);
    return plan !== undefined && isOf(plan, owner) ? plan : undefined;
  }

  /** As an app sees it, for a seller. */
  ofOwner(owner: Owner, id: string): Subscription | undefined {
    const subscription = this.#subscriptions.get(id);
    return subscription !== undefined && isOf(subscription, owner) ? subscription : undefined;
  }

  get(id: string): Subscription | undefined {
    return this.#subscriptions.get(id);
  }

  byToken(token: string): Subscription | undefined {
    return this.#byToken.get(token);
  }

  /** Newest first. */
  list(): Subscription[] {
    return this.#subscriptions.list();
  }

  clear(): void {
    for (const kept of [this.#products, this.#plans, this.#subscriptions, this.#byToken]) kept.clear();
  }
}

export function isOf(thing: Owner, { clientId, merchantId }: Owner): boolean {
  return thing.clientId === clientId && thing.merchantId === merchantId;
}

/** A seller names products as he likes: another's may have the same name. */
function productKey({ clientId, merchantId }: Owner, id: string): string {
  return `${clientId} ${merchantId} ${id}`;
}
