import type { GatewayFact } from './fact';
import type { Currency, Money } from './money';

/** The gateways this release knows, by the name they have in the API. */
export const GATEWAY_NAMES = ['paypal-standard'] as const;
export type GatewayName = (typeof GATEWAY_NAMES)[number];

/** Where a gateway account's money is real (live), pretended by the gateway (sandbox), or pretended by us (simulator). */
export const ENVIRONMENTS = ['live', 'sandbox', 'simulator'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** What a gateway can do, as data. Per payment method where methods differ. */
export interface Capabilities {
  readonly methods: Readonly<Record<string, MethodCapabilities>>;
  /** Whether a payment can be asked about by our reference, without any notification. */
  readonly lookup: 'by_reference' | 'none';
  readonly recurring: boolean;
  readonly notifications: 'post_back' | 'signature' | 'shared_secret';
  /** Whether opening a checkout needs a call to the gateway. */
  readonly opening: 'pure' | 'network';
}
export interface MethodCapabilities {
  readonly startedBy: readonly ('member' | 'merchant')[];
  readonly currencies: readonly Currency[];
  /** Minor units, inclusive. */
  readonly min: number;
  readonly max: number;
  readonly refund: 'none' | 'full' | 'partial';
  readonly feesReturned: 'none' | 'some';
}

/** What the payer does next. `fields` of a form are posted by the browser to `action`. */
export type NextAction =
  | { readonly kind: 'redirect'; readonly url: string }
  | { readonly kind: 'form'; readonly action: string; readonly method: 'POST'; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'widget'; readonly script: string; readonly params: Readonly<Record<string, string | number | boolean>> }
  | { readonly kind: 'prompt'; readonly to: string; readonly patienceMs: number };

/** What a gateway needs to know to open a checkout. URLs are absolute. */
export interface CheckoutOrder {
  readonly paymentId: string;
  readonly money: Money;
  /** What the payer reads on the gateway's page, for example the merchant's name. */
  readonly description: string;
  readonly returnUrl: string;
  readonly cancelUrl: string;
  readonly notificationUrl: string;
}

/** How a message reached us. */
export const CHANNELS = ['ipn', 'pdt', 'webhook', 'poll'] as const;
export type Channel = (typeof CHANNELS)[number];

/** A message from outside, exactly as it came. */
export interface RawNotification {
  readonly channel: Channel;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * What an unverified message claims: hints that say where to look, believed by nobody.
 * `facts` are the claims in the shape of facts, used only to recognise a message that says nothing new.
 */
export interface NotificationHint {
  /** What makes two messages the same one (a PDT `tx`); null: their bytes. */
  readonly identity: string | null;
  /** A payment id of ours that the message echoes, if it has the shape of one. */
  readonly paymentId: string | null;
  /** Gateway references whose payment may be known: the money's own, its parent's. */
  readonly references: readonly string[];
  readonly facts: readonly GatewayFact[];
  /** Who is said to have paid; shown to a person only once the message is verified. */
  readonly payer: Payer | null;
}
export type NotificationReading =
  { readonly ok: true; readonly hint: NotificationHint } | { readonly ok: false; readonly status: 400 | 401; readonly reason: string };

export interface Payer {
  readonly name: string | null;
  readonly email: string | null;
}

/** What is asked of the gateway: the truth behind a message, or the state of a payment of ours. */
export type Subject =
  { readonly by: 'notification'; readonly raw: RawNotification } | { readonly by: 'payment'; readonly paymentId: string };

/** The gateway's answer; the only source of truth. No answer at all is a thrown {@link GatewayFailure}. */
export type Lookup =
  | {
      readonly found: true;
      /** May be empty when the message is genuine and moves nothing we know; then `remark` says what it was. */
      readonly facts: readonly GatewayFact[];
      /** Our payment id as the gateway echoes it, verified; null when it names none of ours. */
      readonly paymentId: string | null;
      /** References through which the payment may be found when no id is echoed: the money's own first, then its parent. */
      readonly references: readonly string[];
      /** A reason in snake case why a person should look at the message itself (`unknown_status`); else null. */
      readonly remark: string | null;
    }
  /** Genuine, but meant for another receiver or environment: `reason` is `receiver_mismatch` or `environment_mismatch`. */
  | { readonly found: 'elsewhere'; readonly reason: 'receiver_mismatch' | 'environment_mismatch'; readonly detail: string }
  /** The gateway itself says that there is no such thing: forged, or long gone. */
  | { readonly found: false; readonly reason: string }
  /** It answered, and the answer cannot be believed either way. Ask again. */
  | { readonly found: 'unknown'; readonly reason: string; readonly retryAfterMs?: number };

/** No answer, or a refusal, from a gateway. `moved`: may money have moved all the same? */
export class GatewayFailure extends Error {
  override readonly name = 'GatewayFailure';
  readonly code: string;
  readonly moved: 'no' | 'perhaps';
  readonly retry: 'never' | 'later' | { readonly afterMs: number };

  constructor(failure: {
    code: string;
    message: string;
    moved?: 'no' | 'perhaps';
    retry?: 'never' | 'later' | { readonly afterMs: number };
    cause?: unknown;
  }) {
    super(failure.message, { cause: failure.cause });
    this.code = failure.code;
    this.moved = failure.moved ?? 'perhaps'; // the careful default: whoever repeats must look first
    this.retry = failure.retry ?? 'later';
  }
}

/** What a gateway's code may use of the world. A gateway is a pure function of its context. */
export interface GatewayContext<Credentials> {
  readonly credentials: Credentials;
  /** The credentials that the payment in question was opened with, when they may differ: money for their receiver is still ours. */
  readonly openedWith?: Credentials | null;
  readonly environment: Environment;
  /** The simulator's base URL; used only where `environment` is `simulator`. */
  readonly simulatorUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly signal: AbortSignal;
}

/** What opening a checkout without the network may use. */
export interface CheckoutContext<Credentials> {
  readonly credentials: Credentials;
  readonly environment: Environment;
  /** Where a browser finds the simulator. */
  readonly simulatorPublicUrl: string;
}
/** An opened checkout, or why this order cannot be written in the gateway's form. */
export type Opening =
  | { readonly ok: true; readonly nextAction: NextAction }
  | { readonly ok: false; readonly reason: 'amount_not_supported'; readonly detail: string };

/** What every gateway answers. Optional verbs are absent, not throwing, and `capabilities` says the same. */
export interface Gateway<Credentials> {
  readonly capabilities: Capabilities;
  fetchFacts(subject: Subject, context: GatewayContext<Credentials>): Promise<Lookup>;
}
