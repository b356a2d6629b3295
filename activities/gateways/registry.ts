import type { z } from 'zod';
import type {
  Channel,
  CheckoutContext,
  CheckoutOrder,
  Gateway,
  GatewayContext,
  GatewayName,
  NotificationReading,
  Opening,
  RawNotification,
} from '../../workflows/domain/gateway';
import { paypalStandard } from './paypal-standard';
import { openCheckout } from './paypal-standard/checkout';
import { paypalStandardCredentials } from './paypal-standard/credentials';
import { readNotification } from './paypal-standard/notification';

/** A gateway as its callers see it, whichever it is: credentials are JSON from the vault, parsed inside. */
export interface GatewayEntry {
  /** For the worker. */
  readonly gateway: Gateway<unknown>;
  /** The account's own fields, without `environment`: validates and documents what a merchant enters. */
  readonly credentials: z.ZodObject;
  /** How messages of this gateway may reach us. */
  readonly channels: readonly Channel[];
  /** Where opening needs no network. */
  openCheckout(order: CheckoutOrder, context: CheckoutContext<unknown>): Opening;
  /** What an unverified message claims. Pure, and knows no credentials. */
  readNotification(raw: RawNotification): NotificationReading;
}

/** The gateways of this release. Adding one means a folder beside this file, a name in the domain, and a line here. */
export const GATEWAYS = {
  'paypal-standard': define({
    gateway: paypalStandard,
    credentials: paypalStandardCredentials,
    channels: ['ipn', 'pdt'],
    openCheckout,
    readNotification,
  }),
} satisfies Record<GatewayName, GatewayEntry>;

interface Definition<Schema extends z.ZodObject> {
  readonly gateway: Gateway<z.output<Schema>>;
  readonly credentials: Schema;
  readonly channels: readonly Channel[];
  readonly openCheckout: (order: CheckoutOrder, context: CheckoutContext<z.output<Schema>>) => Opening;
  readonly readNotification: (raw: RawNotification) => NotificationReading;
}

/** Checks that schema and code speak of the same credentials, then forgets their type. */
function define<Schema extends z.ZodObject>({
  gateway,
  credentials,
  channels,
  openCheckout,
  readNotification,
}: Definition<Schema>): GatewayEntry {
  const parse = (stored: unknown): z.output<Schema> => {
    const parsed = credentials.safeParse(stored);
    if (parsed.success) return parsed.data;
    // They were valid when they were stored: a bug or a changed schema. The message names fields and never a value.
    throw new Error(
      `stored gateway credentials do not fit their schema: ${parsed.error.issues.map((issue) => issue.path.join('.') || issue.code).join(', ')}`,
    );
  };
  return {
    gateway: {
      ...gateway,
      fetchFacts: async (subject, { openedWith, ...context }: GatewayContext<unknown>) =>
        gateway.fetchFacts(subject, {
          ...context,
          credentials: parse(context.credentials),
          openedWith: openedWith === undefined || openedWith === null ? null : parse(openedWith),
        }),
    },
    credentials,
    channels,
    openCheckout: (order, context) => openCheckout(order, { ...context, credentials: parse(context.credentials) }),
    readNotification,
  };
}
