import { randomBytes } from 'node:crypto';
import { Newest } from '../newest';
import type { CheckoutForm } from './checkout-form';
import type { Payment } from './payments';

/** A payer in front of the payer page. */
export interface Checkout {
  readonly id: string;
  readonly form: CheckoutForm;
  state:
    | { readonly kind: 'open'; readonly trouble: string | null }
    | { readonly kind: 'paid'; readonly payment: Payment }
    | { readonly kind: 'closed' };
}

const CHECKOUTS_KEPT = 5_000;

export class Checkouts {
  readonly #open = new Newest<Checkout>(CHECKOUTS_KEPT);

  open(form: CheckoutForm): Checkout {
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
