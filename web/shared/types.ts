import type { components, operations } from './schema';

/** The shapes of the API as its document tells them: a page that reads what is not there any more does not compile. */

type Schemas = components['schemas'];
export type Payment = Schemas['Payment'];
export type NextAction = Schemas['NextAction'];
export type Cart = Schemas['Cart'];
export type Charge = Schemas['Charge'];
export type Payline = Schemas['Payline'];
export type Refund = Schemas['Refund'];
export type Offer = Schemas['Offer'];
export type Agreement = Schemas['Agreement'];
export type Instalment = Schemas['Instalment'];

/** What a call answers that goes well. */
type Answer<Name extends keyof operations> = operations[Name] extends {
  readonly responses: { readonly 200: { readonly content: { readonly 'application/json': infer Body } } };
}
  ? Body
  : never;
export type CheckoutOptions = Answer<'listCheckoutOptions'>;
export type PaymentPage = Answer<'listPayments'>;
export type RefundPage = Answer<'listRefunds'>;
type SessionPage = Answer<'listSessions'>;
export type OfferPage = Answer<'listOffers'>;
export type AgreementPage = Answer<'listAgreements'>;
type InstalmentPage = Answer<'listInstalments'>;
export type Session = SessionPage['data'][number];

/** What the API answers, by the path that is asked. */
export type AnswerTo<Path extends string> = Path extends `/v1/members/${string}/cart`
  ? Cart
  : Path extends `/v1/members/${string}/checkout-options${string}`
    ? CheckoutOptions
    : Path extends `/v1/members/${string}`
      ? Schemas['Member']
      : Path extends `/v1/refunds?${string}`
        ? RefundPage
        : Path extends '/v1/sessions'
          ? SessionPage
          : Path extends '/v1/member-sign-in/session'
            ? Schemas['SignedInMember']
            : Path extends `/v1/payments?${string}`
              ? PaymentPage
              : Path extends '/v1/payments' | `/v1/payments/${string}`
                ? Payment
                : Path extends `/v1/offers?${string}`
                  ? OfferPage
                  : Path extends `/v1/agreements?${string}`
                    ? AgreementPage
                    : Path extends `/v1/agreements/${string}/instalments`
                      ? InstalmentPage
                      : Path extends '/v1/agreements' | `/v1/agreements/${string}`
                        ? Agreement
                        : never;

/** What the member wants to pay, and how. */
export interface Order {
  readonly member: string;
  readonly gateway: string;
  readonly amount: number;
  readonly currency: string;
  readonly charges: readonly string[];
}

/** What the member wants to begin. */
export interface Beginning {
  readonly offer: string;
  readonly amount: number;
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
  /** The same for an agreement that is being begun. */
  beginning: Draft;
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
