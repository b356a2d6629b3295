import type { z } from 'zod';
import type * as schemas from '../../api/http/schemas';

/** What the scripts of the pages share, for those who check them: nothing of it runs. */

export type Payment = z.output<typeof schemas.payment>;
export type NextAction = z.output<typeof schemas.nextAction>;
export type Cart = z.output<typeof schemas.cart>;
export type Charge = z.output<typeof schemas.charge>;
export type Member = z.output<typeof schemas.member>;
export type Refund = z.output<typeof schemas.refund>;
export type CheckoutOptions = z.output<typeof schemas.checkoutOptions>;

interface Page<Item> {
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

/** What of a payment its words depend on. */
export interface Standing extends Pick<
  Payment,
  'status' | 'reason' | 'nextAction' | 'currency' | 'captured' | 'refunded' | 'disputed' | 'chargedBack'
> {
  readonly gateway: string;
  /** A prompt's time is over. */
  readonly isUnanswered?: boolean;
}

/** Where a payment is shown: on the page from either side of the gateway, or among others. */
export type Place = 'return' | 'cancel' | 'list';

/** What a notice says. */
export interface Notice {
  readonly tone: string;
  readonly title: string;
  readonly text: string;
}

/** What is told of a gateway's window. */
export interface WidgetListeners {
  readonly onFailedTry: () => void;
  readonly onClosed: () => void;
}

/** The places of the pages that scripts fill or read, by their id. */
export interface Places {
  account: HTMLElement;
  amount: HTMLInputElement;
  'amount-error': HTMLElement;
  'amount-note': HTMLElement;
  charges: HTMLElement;
  choice: HTMLElement;
  'choice-of-gateways': HTMLElement;
  choices: HTMLElement;
  connection: HTMLElement;
  continue: HTMLElement;
  countdown: HTMLElement;
  currency: HTMLElement;
  'due-again': HTMLElement;
  gateways: HTMLElement;
  greeting: HTMLElement;
  headline: HTMLElement;
  history: HTMLElement;
  keep: HTMLButtonElement;
  'left-out': HTMLElement;
  loading: HTMLElement;
  merchant: HTMLElement;
  more: HTMLButtonElement;
  moving: HTMLElement;
  notice: HTMLElement;
  /** Only where there is an address to go on to. */
  onward: HTMLElement | null;
  opening: HTMLElement;
  'opening-text': HTMLElement;
  page: HTMLElement;
  patience: HTMLElement;
  pay: HTMLFormElement;
  'pay-button': HTMLButtonElement;
  'pay-error': HTMLElement;
  paylines: HTMLElement;
  payments: HTMLElement;
  receipt: HTMLDialogElement;
  received: HTMLElement;
  'received-title': HTMLElement;
  replacing: HTMLElement;
  'replacing-text': HTMLElement;
  standing: HTMLElement;
  stay: HTMLElement;
  'stop-opening': HTMLButtonElement;
  text: HTMLElement;
  title: HTMLElement;
  trouble: HTMLElement;
}

/** Properties of an element to be made; `dataset` and `aria-…` are set as attributes. */
export type Properties<Tag extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[Tag], 'dataset'>
> & {
  readonly dataset?: Readonly<Record<string, string>>;
  readonly [attribute: `aria-${string}`]: string;
};

declare global {
  /** What KKiaPay's script adds. */
  interface Window {
    openKkiapayWidget?: (params: Record<string, unknown>) => void;
    addSuccessListener?: (listener: (told: { transactionId?: unknown } | null | undefined) => void) => void;
    addFailedListener?: (listener: () => void) => void;
    addKkiapayCloseListener?: (listener: () => void) => void;
  }
}
