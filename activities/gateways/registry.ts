import type { z } from 'zod';
import type {
  AccountCheck,
  CheckoutContext,
  CheckoutOrder,
  Gateway,
  GatewayContext,
  NotificationReading,
  Onboarding,
  Opening,
  RawNotification,
} from './port';
import type { Capabilities, Channel, GatewayName } from '../../workflows/domain/gateway';
import { kkiapay } from './kkiapay';
import * as kkiapayCheckout from './kkiapay/checkout';
import { kkiapayCredentials } from './kkiapay/credentials';
import * as kkiapayNotification from './kkiapay/notification';
import { paypalCheckout } from './paypal-checkout';
import * as paypalCheckoutCheckout from './paypal-checkout/checkout';
import { paypalCheckoutCredentials, storedPaypalCheckoutCredentials } from './paypal-checkout/credentials';
import * as paypalCheckoutNotification from './paypal-checkout/notification';
import { paypalCheckoutOnboarding } from './paypal-checkout/onboarding';
import { paypalStandard } from './paypal-standard';
import * as paypalStandardCheckout from './paypal-standard/checkout';
import { paypalStandardCredentials, storedPaypalStandardCredentials } from './paypal-standard/credentials';
import * as paypalStandardNotification from './paypal-standard/notification';

/** A gateway as its callers see it, whichever it is: credentials are JSON from the vault, parsed inside. */
export interface GatewayEntry {
  /** Its verbs, and what it can do at its best. */
  readonly gateway: Omit<Gateway<unknown>, 'capabilitiesWith' | 'checkCredentials' | 'keepLearned'>;
  /** The account's own fields, without `environment`: validates and documents what a merchant enters. */
  readonly credentials: z.ZodObject;
  /** How messages of this gateway may reach us. */
  readonly channels: readonly Channel[];
  /** Where the platform can act for merchants. */
  readonly onboarding: Onboarding | null;
  /** What a payer's browser loads from it or sends to it, live and in the sandbox. */
  readonly browser: BrowserOrigins;
  /** What an account with these credentials can do. */
  capabilitiesOf(credentials: unknown): Capabilities;
  /** What the credentials alone say of the account. */
  checkCredentials(credentials: unknown): readonly AccountCheck[];
  /** Newly entered credentials, with what is still true of that which messages taught us under the former ones. */
  keepLearned(entered: unknown, former: unknown): unknown;
  /** What can be said of a checkout before the gateway is asked. Pure. */
  openCheckout(order: CheckoutOrder, context: CheckoutContext<unknown>): Opening;
  /** What an unverified message claims, or why it is refused at the door. Pure. */
  readNotification(raw: RawNotification, credentials: unknown): NotificationReading;
}

/** Origins that our pages have to allow a gateway's checkout. */
export interface BrowserOrigins {
  readonly scripts?: readonly string[];
  readonly frames?: readonly string[];
  readonly forms?: readonly string[];
}

/** The gateways of this release. Adding one means a folder beside this file, a name in the domain, and a line here. */
export const GATEWAYS = {
  'paypal-standard': define({
    gateway: paypalStandard,
    credentials: paypalStandardCredentials,
    stored: storedPaypalStandardCredentials,
    channels: ['ipn', 'pdt'],
    browser: { forms: ['https://www.paypal.com', 'https://www.sandbox.paypal.com'] },
    openCheckout: paypalStandardCheckout.openCheckout,
    readNotification: paypalStandardNotification.readNotification,
  }),
  'paypal-checkout': define({
    gateway: paypalCheckout,
    credentials: paypalCheckoutCredentials,
    stored: storedPaypalCheckoutCredentials,
    onboarding: paypalCheckoutOnboarding,
    channels: ['webhook', 'poll'],
    openCheckout: paypalCheckoutCheckout.openCheckout,
    readNotification: paypalCheckoutNotification.readNotification,
  }),
  kkiapay: define({
    gateway: kkiapay,
    credentials: kkiapayCredentials,
    stored: kkiapayCredentials,
    channels: ['webhook', 'poll'],
    browser: {
      scripts: ['https://cdn.kkiapay.me'],
      frames: ['https://widget.kkiapay.me', 'https://widget-v3.kkiapay.me'],
    },
    openCheckout: kkiapayCheckout.openCheckout,
    readNotification: kkiapayNotification.readNotification,
  }),
} satisfies Record<GatewayName, GatewayEntry>;

interface Definition<Schema extends z.ZodObject> {
  readonly gateway: Gateway<z.output<Schema>>;
  readonly credentials: z.ZodObject;
  /** What may lie in the vault, where that is more than what can be entered. */
  readonly stored: Schema;
  readonly onboarding?: Onboarding;
  readonly browser?: BrowserOrigins;
  readonly channels: readonly Channel[];
  readonly openCheckout: (order: CheckoutOrder, context: CheckoutContext<z.output<Schema>>) => Opening;
  readonly readNotification: (raw: RawNotification, credentials: z.output<Schema>) => NotificationReading;
}

/** Checks that schema and code speak of the same credentials, then forgets their type. */
function define<Schema extends z.ZodObject>(definition: Definition<Schema>): GatewayEntry {
  const { gateway, credentials, channels, openCheckout, readNotification } = definition;
  const parse = (stored: unknown): z.output<Schema> => {
    const parsed = definition.stored.safeParse(stored);
    if (parsed.success) return parsed.data;
    // They were valid when they were stored: a bug or a changed schema. The message names fields and never a value.
    throw new Error(
      `stored gateway credentials do not fit their schema: ${parsed.error.issues.map((issue) => issue.path.join('.') || issue.code).join(', ')}`,
    );
  };
  const know = ({ openedWith, ...context }: GatewayContext<unknown>): GatewayContext<z.output<Schema>> => ({
    ...context,
    credentials: parse(context.credentials),
    openedWith: openedWith === undefined || openedWith === null ? null : parse(openedWith),
  });
  const { capabilities, startCheckout, capture, refund } = gateway;
  return {
    gateway: {
      capabilities,
      ...(startCheckout && { startCheckout: async (order, context) => startCheckout(order, know(context)) }),
      fetchFacts: async (subject, context) => gateway.fetchFacts(subject, know(context)),
      ...(capture && { capture: async (order, context) => capture(order, know(context)) }),
      ...(refund && { refund: async (order, context) => refund(order, know(context)) }),
      inspectAccount: async (use, context) => gateway.inspectAccount(use, know(context)),
    },
    credentials,
    channels,
    onboarding: definition.onboarding ?? null,
    browser: definition.browser ?? {},
    capabilitiesOf: (stored) => gateway.capabilitiesWith?.(parse(stored)) ?? capabilities,
    checkCredentials: (stored) => gateway.checkCredentials?.(parse(stored)) ?? [],
    keepLearned: (entered, former) => ({ ...parse(entered), ...gateway.keepLearned?.(parse(entered), parse(former)) }),
    openCheckout: (order, context) => openCheckout(order, { ...context, credentials: parse(context.credentials) }),
    readNotification: (raw, stored) => readNotification(raw, parse(stored)),
  };
}
