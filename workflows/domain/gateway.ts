import type { Currency, Money } from './money';

/** The gateways this release knows, by the name they have in the API. */
export const GATEWAY_NAMES = ['paypal-standard', 'paypal-checkout', 'kkiapay'] as const;
export type GatewayName = (typeof GATEWAY_NAMES)[number];

/** Where a gateway account's money is real (live), pretended by the gateway (sandbox), or pretended by us (simulator). */
export const ENVIRONMENTS = ['live', 'sandbox', 'simulator'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** What a gateway can do, as data. Per payment method where methods differ. */
export interface Capabilities {
  readonly methods: Readonly<Record<string, MethodCapabilities>>;
  /** Whether the gateway can be asked about a payment of ours without any notification. */
  readonly lookup: 'by_reference' | 'none';
  /**
   * How long the gateway surely shows a checkout that nobody paid; null: as long as it takes. No payment waits for its payer
   * longer, so that the look-up at its deadline still finds the checkout.
   */
  readonly checkoutLivesMs: number | null;
  /** Whether money is taken by a call of ours, after the payer has approved it. */
  readonly capture: 'by_gateway' | 'by_us';
  readonly recurring: boolean;
  readonly notifications: 'post_back' | 'signature' | 'shared_secret';
}
export interface MethodCapabilities {
  readonly startedBy: readonly Starter[];
  readonly currencies: readonly Currency[];
  /** Minor units, inclusive. */
  readonly min: number;
  readonly max: number;
  /** `full`: the whole sum or nothing, and once. */
  readonly refund: 'none' | 'full' | 'partial';
  readonly feesReturned: 'none' | 'some';
}
/** The method of a payment that a gateway collected under an agreement: no payer chooses it. */
export const BY_AGREEMENT = 'agreement';
/** What can be given back of money paid by `method`; by any of the methods, where it is not known by which, or was none that a payer chooses. */
export function refundBy({ methods }: Capabilities, method: string | null): MethodCapabilities['refund'] {
  const isAny = method === null || method === BY_AGREEMENT;
  const able = Object.entries(methods).filter(([name]) => isAny || name === method);
  return (['partial', 'full'] as const).find((most) => able.some(([, { refund }]) => refund === most)) ?? 'none';
}
/** Who sets a payment going: the member in a browser, or the merchant with the member's phone number. */
export type Starter = 'member' | 'merchant';

/** What the payer does next. `fields` of a form are posted by the browser to `action`. */
export type NextAction =
  | { readonly kind: 'redirect'; readonly url: string }
  | {
      readonly kind: 'form';
      readonly action: string;
      readonly method: 'POST';
      readonly fields: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'widget';
      readonly script: string;
      readonly params: Readonly<Record<string, string | number | boolean>>;
    }
  | { readonly kind: 'prompt'; readonly to: string; readonly patienceMs: number };

/** How a message reached us. */
export const CHANNELS = ['ipn', 'pdt', 'webhook', 'poll'] as const;
export type Channel = (typeof CHANNELS)[number];

/** What a gateway needs to know to open a checkout. URLs are absolute. */
export interface CheckoutOrder {
  readonly paymentId: string;
  readonly money: Money;
  /** One of the gateway's methods, or null: the payer chooses. */
  readonly method: string | null;
  readonly startedBy: Starter;
  /** The payer's phone number as it was given, or null. */
  readonly phone: string | null;
  readonly payer: Payer;
  /** What the payer reads on the gateway's page, for example the merchant's name. */
  readonly description: string;
  readonly returnUrl: string;
  readonly cancelUrl: string;
  readonly notificationUrl: string;
}

/** A checkout as it was handed to the payer: where to look for its money. */
export interface OpenedCheckout {
  readonly paymentId: string;
  readonly money: Money;
  readonly method: string | null;
  /** How the payer is reached; null while the gateway has not been asked. */
  readonly handed: NextAction['kind'] | null;
  /** The gateway's own id of the checkout (an order, a prompt), where it gave one. */
  readonly reference: string | null;
  /** References of money that the gateway said it holds and has not decided on since. */
  readonly pending: readonly string[];
  /** Our clock, ISO 8601. */
  readonly createdAt: string;
}

export interface Payer {
  readonly name: string | null;
  readonly email: string | null;
}

/** One question about a gateway account, answered for a person. `ok`: null where it cannot be known yet. */
export interface AccountCheck {
  readonly name: string;
  readonly ok: boolean | null;
  readonly detail: string;
  /** What to do about it; null when nothing is to be done. */
  readonly remedy: string | null;
  /** The account must not be used while this is not true. */
  readonly required: boolean;
}
