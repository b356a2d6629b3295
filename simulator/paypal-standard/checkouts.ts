import { randomBytes } from 'node:crypto';
import { Newest } from '../newest';
import type { CheckoutForm } from './checkout-form';
import type { Payment } from './payments';
import type { SubscriptionForm } from './subscriptions/form';
import type { Subscription } from './subscriptions/subscriptions';

/** A payer in front of the payer page. */
export interface Checkout {
  readonly id: string;
  readonly form: CheckoutForm | SubscriptionForm;
  state:
    | { readonly kind: 'open'; readonly trouble: string | null }
    | { readonly kind: 'paid'; readonly payment: Payment }
    | { readonly kind: 'agreed'; readonly subscription: Subscription }
    | { readonly kind: 'closed' };
}

const CHECKOUTS_KEPT = 5_000;

export class Checkouts {
  readonly #open = new Newest<Checkout>(CHECKOUTS_KEPT);

  open(form: Checkout['form']): Checkout {
    const checkout: Checkout = {
      id: randomBytes(9).toString('base64url'),
      form,
      state: { kind: 'open', trouble: null },
    };
    this.#open.set(checkout.id, checkout);
    return checkout;
  }

  find(id: string): Checkout | undefined {
    return this.#open.get(id);
  }

  clear(): void {
    this.#open.clear();
  }
}
