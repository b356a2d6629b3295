import type { z } from 'zod';
import type * as signIn from '../../api/http/member-sign-in-schemas';
import type * as schemas from '../../api/http/schemas';

/** The shapes of the API, by its own schemas; nothing of it runs. */

export type Payment = z.output<typeof schemas.payment>;
export type NextAction = z.output<typeof schemas.nextAction>;
export type Cart = z.output<typeof schemas.cart>;
export type Charge = z.output<typeof schemas.charge>;
export type Member = z.output<typeof schemas.member>;
export type Refund = z.output<typeof schemas.refund>;
export type CheckoutOptions = z.output<typeof schemas.checkoutOptions>;

export type Payline = Cart['paylines'][number];
export type Choice = z.output<typeof signIn.signedIn>;

export interface Page<Item> {
  readonly data: readonly Item[];
  readonly nextCursor: string | null;
}

/** What the API answers, by the path that is asked. */
export type AnswerTo<Path extends string> = Path extends `/v1/members/${string}/cart`
  ? Cart
  : Path extends `/v1/members/${string}/checkout-options${string}`
    ? CheckoutOptions
    : Path extends `/v1/members/${string}`
      ? Member
      : Path extends `/v1/refunds?${string}`
        ? Page<Refund>
        : Path extends '/v1/member-sign-in/session'
          ? Choice
          : Path extends `/v1/payments?${string}`
            ? Page<Payment>
            : Path extends '/v1/payments' | `/v1/payments/${string}`
              ? Payment
              : never;

/** What the member wants to pay, and how. */
export interface Order {
  readonly member: string;
  readonly gateway: string;
  readonly amount: number;
  readonly currency: string;
  readonly charges: readonly string[];
}

/** How an order is being opened. */
export interface Draft {
  /** The order as JSON. */
  readonly order: string;
  /** The Idempotency-Key. */
  key: string;
  /** The way back is asked for. */
  returns: boolean;
}

/** A transaction that the gateway's window says has succeeded. */
export interface Claim {
  readonly reference: string;
  /** By the server's clock. */
  readonly at: number;
}

/** What a tab keeps, by its name. */
export interface Kept {
  token: string;
  draft: Draft;
  [claim: `claim.${string}`]: Claim;
}

/** What is told of a gateway's window. */
export interface WidgetListeners {
  readonly onFailedTry: () => void;
  readonly onClosed: () => void;
}

declare global {
  /** What KKiaPay's script adds. */
  interface Window {
    openKkiapayWidget?: (params: Record<string, unknown>) => void;
    addSuccessListener?: (listener: (told: { transactionId?: unknown } | null | undefined) => void) => void;
    addFailedListener?: (listener: () => void) => void;
    addKkiapayCloseListener?: (listener: () => void) => void;
  }
}
