import type { z } from 'zod';
import type { Capabilities, GatewayName } from '../../workflows/domain/gateway';
import { manifest as kkiapay } from './kkiapay/manifest';
import { manifest as paypalCheckout } from './paypal-checkout/manifest';
import { manifest as paypalStandard } from './paypal-standard/manifest';
import type {
  AccountCheck,
  AgreementVerbs,
  CheckoutContext,
  CheckoutOrder,
  Gateway,
  GatewayContext,
  Manifest,
  NotificationReading,
  Onboarding,
  Opening,
  PartnerCredentials,
  Partnership,
  RawNotification,
} from './port';

/** A gateway as its callers see it, whichever it is: credentials are JSON from the vault, parsed inside. */
export interface GatewayEntry extends Omit<
  Manifest,
  'stored' | 'gateway' | 'onboarding' | 'openCheckout' | 'readNotification'
> {
  /** Its verbs, and what it can do at its best. */
  readonly gateway: Omit<Gateway<unknown>, 'capabilitiesWith' | 'checkCredentials' | 'keepLearned'>;
  /** Where the platform can act for merchants. */
  readonly onboarding: Onboarding<PartnerCredentials> | null;
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

/**
 * The gateways of this release, in the order in which a member is offered them. Adding one means a folder beside this file, a
 * name in the domain, and a line here.
 */
export const GATEWAYS: Readonly<Record<GatewayName, GatewayEntry>> = {
  'paypal-checkout': enter(paypalCheckout),
  'paypal-standard': enter(paypalStandard),
  kkiapay: enter(kkiapay),
};

/** What merchants enter, by name: nothing of it belongs into a log. */
export const CREDENTIAL_FIELDS: readonly string[] = Object.values(GATEWAYS).flatMap(({ credentials }) =>
  Object.keys(credentials.shape),
);

/** How the platform may be a partner of gateways. */
export const PARTNERSHIPS: Readonly<Partial<Record<GatewayName, Partnership<PartnerCredentials>>>> = Object.fromEntries(
  Object.entries(GATEWAYS).flatMap(([name, { onboarding }]) => (onboarding ? [[name, onboarding.partnership]] : [])),
);

/** Whose refunds at their own site we must look for. */
export const TELLING_NO_REFUNDS: readonly GatewayName[] = (Object.keys(GATEWAYS) as GatewayName[]).filter(
  (name) => GATEWAYS[name].tellsNoRefunds,
);

/** As payers read it; a gateway that this release does not know goes by its name. */
export function labelOf(gateway: string): string {
  return Object.entries(GATEWAYS).find(([name]) => name === gateway)?.[1].label ?? gateway;
}

/** Checks that schema and code speak of the same credentials, then forgets their type. */
function enter<Stored extends z.ZodObject, Partner extends PartnerCredentials>({
  stored,
  gateway,
  onboarding,
  openCheckout,
  readNotification,
  ...traits
}: Manifest<Stored, Partner>): GatewayEntry {
  const parse = (kept: unknown): z.output<Stored> => {
    const parsed = stored.safeParse(kept);
    if (parsed.success) return parsed.data;
    // They were valid when they were stored: a bug or a changed schema. The message names fields and never a value.
    throw new Error(
      `stored gateway credentials do not fit their schema: ${parsed.error.issues.map((issue) => issue.path.join('.') || issue.code).join(', ')}`,
    );
  };
  const know = ({
    openedWith,
    partner,
    ...context
  }: GatewayContext<unknown>): GatewayContext<z.output<Stored>, Partner> => ({
    ...context,
    credentials: parse(context.credentials),
    openedWith: openedWith === undefined || openedWith === null ? null : parse(openedWith),
    partner: partner && onboarding ? onboarding.partnership.credentials.parse(partner) : null,
  });
  const { capabilities, startCheckout, capture, refund, lookUpRefund, agreements } = gateway;
  return {
    ...traits,
    gateway: {
      capabilities,
      ...(startCheckout && { startCheckout: async (order, context) => startCheckout(order, know(context)) }),
      fetchFacts: async (subject, context) => gateway.fetchFacts(subject, know(context)),
      ...(capture && { capture: async (order, context) => capture(order, know(context)) }),
      ...(refund && { refund: async (order, context) => refund(order, know(context)) }),
      ...(lookUpRefund && { lookUpRefund: async (order, context) => lookUpRefund(order, know(context)) }),
      ...(agreements && { agreements: introduce(agreements, parse, know) }),
      inspectAccount: async (use, context) => gateway.inspectAccount(use, know(context)),
    },
    onboarding: onboarding ? asPartner(onboarding) : null,
    capabilitiesOf: (kept) => gateway.capabilitiesWith?.(parse(kept)) ?? capabilities,
    checkCredentials: (kept) => gateway.checkCredentials?.(parse(kept)) ?? [],
    keepLearned: (entered, former) => ({ ...parse(entered), ...gateway.keepLearned?.(parse(entered), parse(former)) }),
    openCheckout: (order, context) => openCheckout(order, { ...context, credentials: parse(context.credentials) }),
    readNotification: (raw, kept) => readNotification(raw, parse(kept)),
  };
}

function introduce<Credentials, Partner extends PartnerCredentials>(
  { prepare, open, lookUp, obey, atGatewayOnly, refuse }: AgreementVerbs<Credentials, Partner>,
  parse: (kept: unknown) => Credentials,
  know: (context: GatewayContext<unknown>) => GatewayContext<Credentials, Partner>,
): AgreementVerbs<unknown> {
  return {
    ...(prepare && { prepare: async (plan, context) => prepare(plan, know(context)) }),
    open: async (order, context) => open(order, know(context)),
    lookUp: async (agreement, context) => lookUp(agreement, know(context)),
    obey: async (command, agreement, context) => obey(command, agreement, know(context)),
    atGatewayOnly: (command, kept) => atGatewayOnly(command, parse(kept)),
    refuse,
  };
}

function asPartner<Partner extends PartnerCredentials>({
  partnership,
  invite,
  complete,
}: Onboarding<Partner>): Onboarding<PartnerCredentials> {
  const { credentials } = partnership;
  return {
    partnership,
    invite: async (invitation, context) =>
      invite(invitation, { ...context, partner: credentials.parse(context.partner) }),
    complete: async (invitation, context) =>
      complete(invitation, { ...context, partner: credentials.parse(context.partner) }),
  };
}
