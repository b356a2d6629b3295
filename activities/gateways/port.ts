import type { z } from 'zod';
import type { GatewayAgreementFact, Rhythm } from '../../workflows/domain/agreement';
import type { GatewayFact } from '../../workflows/domain/fact';
import type {
  AccountCheck,
  Capabilities,
  Channel,
  CheckoutOrder,
  Environment,
  GatewayName,
  NextAction,
  OpenedCheckout,
  Payer,
} from '../../workflows/domain/gateway';
import type { Currency, Money } from '../../workflows/domain/money';
import type { Remark } from '../../workflows/domain/remark';

export type { AccountCheck, CheckoutOrder, OpenedCheckout, Payer }; // what is stored as well is the domain's

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
  /** The agreement that the message is said to be about, where it is about one. */
  readonly agreement?: AgreementName;
  /** Who is said to have paid; shown to a person only once the message is verified. */
  readonly payer: Payer | null;
}
export type NotificationReading =
  | { readonly ok: true; readonly hint: NotificationHint }
  | { readonly ok: false; readonly status: 400 | 401; readonly reason: string };

/** What is asked of the gateway: the truth behind a message (of the payment on whose behalf it is asked, if any), or how a payment of ours stands. */
export type Subject =
  | {
      readonly by: 'notification';
      readonly raw: RawNotification;
      readonly checkout: OpenedCheckout | null;
      /** When the message reached us: our clock, ISO 8601. Without it, long ago. */
      readonly receivedAt?: string;
    }
  | { readonly by: 'payment'; readonly checkout: OpenedCheckout };

/** The gateway's answer; the only source of truth. No answer at all is a thrown {@link GatewayFailure}. */
export type Lookup =
  | {
      readonly found: true;
      /** May be empty when the message is genuine and moves nothing we know; then `remarks` say what it was. */
      readonly facts: readonly GatewayFact[];
      /** Our payment id as the gateway echoes it, verified; null when it names none of ours. */
      readonly paymentId: string | null;
      /** References through which the payment may be found when no id is echoed: the money's own first, then its parent. */
      readonly references: readonly string[];
      /** What a person should know and the facts do not say. Never lost: beside facts each is recorded with them, without any it ends the message. */
      readonly remarks: readonly Remark[];
      /** The agreement that it is about: whose instalment the facts are, and what else it tells of the agreement. */
      readonly agreement?: AgreementNews;
      /** A part of the account's stored credentials that the message taught us: they are kept with it from now on. */
      readonly learned?: Readonly<Record<string, unknown>>;
    }
  /** The payer has agreed (or is said to, where trying to take the money tells): the money of `reference` waits to be taken. */
  | { readonly found: 'approved'; readonly paymentId: string | null; readonly reference: string }
  /** Genuine, and about the account itself: the gateway or its owner has withdrawn our right to act for it. */
  | { readonly found: 'account_revoked'; readonly reason: string }
  /** Genuine, but meant for another receiver or environment: `reason` is `receiver_mismatch` or `environment_mismatch`. */
  | {
      readonly found: 'elsewhere';
      readonly reason: 'receiver_mismatch' | 'environment_mismatch';
      readonly detail: string;
    }
  /** The gateway itself says that there is no such thing: forged, or long gone. */
  | { readonly found: false; readonly reason: string }
  /** The gateway has not decided yet, and holds nothing meanwhile: a prompt that its payer did not answer. */
  | { readonly found: 'undecided' }
  /** The gateway cannot be asked with what the payment was opened with. */
  | { readonly found: 'unaskable' }
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
export interface GatewayContext<Credentials, Partner extends PartnerCredentials = PartnerCredentials> {
  readonly credentials: Credentials;
  /** The credentials that the payment in question was opened with, when they may differ: money for their receiver is still ours. */
  readonly openedWith?: Credentials | null;
  readonly environment: Environment;
  /** The simulator's base URL; used only where `environment` is `simulator`. */
  readonly simulatorUrl: string;
  /** Where a browser finds the simulator. */
  readonly simulatorPublicUrl: string;
  /** The platform's own credentials as a partner of the gateway, for accounts that were connected through it. */
  readonly partner: Partner | null;
  readonly fetch: typeof globalThis.fetch;
  readonly signal: AbortSignal;
  /** Our clock, milliseconds since 1970. */
  readonly now: () => number;
  readonly cache: GatewayCache;
}
/** What all contexts share; the rest belongs to one account and one call. */
export interface GatewayWorld extends Pick<
  GatewayContext<unknown>,
  'simulatorUrl' | 'simulatorPublicUrl' | 'fetch' | 'now' | 'cache'
> {
  readonly partners: Partners;
}
/** The platform's own credentials at each gateway whose partner it is. */
export type Partners = Readonly<Partial<Record<GatewayName, PartnerCredentials>>>;
/** Partner keys are of one environment; what else they are made of is the gateway's own. */
export interface PartnerCredentials {
  readonly environment: Environment;
}
/** The part of the world that one gateway is shown: the platform as its own partner, and as nobody else's. */
export function worldFor(
  gateway: GatewayName,
  { partners, ...world }: GatewayWorld,
): Pick<GatewayContext<unknown>, 'simulatorUrl' | 'simulatorPublicUrl' | 'partner' | 'fetch' | 'now' | 'cache'> {
  return { ...world, partner: partners[gateway] ?? null };
}
/** Remembers between calls what may vanish at any time: an access token, a certificate. Kept sealed where others could read it. */
export interface GatewayCache {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, forMs: number): Promise<void>;
  delete(key: string): Promise<void>;
}

/** What opening a checkout without the network may use. */
export interface CheckoutContext<Credentials> {
  readonly credentials: Credentials;
  readonly environment: Environment;
  /** Where a browser finds the simulator. */
  readonly simulatorPublicUrl: string;
}
/** What can be said of a checkout before any gateway is asked. */
export type Opening =
  /** Nobody has to be asked: the payer may go on at once. */
  | { readonly ok: true; readonly asks: 'nobody'; readonly nextAction: NextAction }
  /** `startCheckout` must ask, and may ask again as often as it takes: the gateway recognises our order. */
  | { readonly ok: true; readonly asks: 'repeatably' }
  /**
   * `startCheckout` must ask, and never twice, because each call reaches the payer. `nextAction` holds even when no answer comes.
   * `sameLine`: all that `nextAction.to` may be for the same phone, the same list whichever of them it is.
   */
  | {
      readonly ok: true;
      readonly asks: 'once';
      readonly nextAction: NextAction & { readonly kind: 'prompt' };
      readonly sameLine: readonly [string, ...string[]];
    }
  /** Why this order cannot be written in the gateway's form. */
  | { readonly ok: false; readonly reason: OpeningRefusal; readonly detail: string };
export type OpeningRefusal =
  'amount_not_supported' | 'currency_not_supported' | 'method_not_supported' | 'phone_not_supported';

/** What the gateway answered to `startCheckout`. No answer is a thrown {@link GatewayFailure}. */
export type StartedCheckout =
  | { readonly opened: true; readonly nextAction: NextAction; readonly reference: string | null }
  /** A clear no. `reason` is the gateway's word in lower snake case. */
  | { readonly opened: false; readonly reason: string; readonly detail: string };

/** Money that the payer approved, to be taken now. */
export interface CaptureOrder {
  readonly checkout: OpenedCheckout;
  /** What is taken: the gateway's id of what the payer approved. */
  readonly reference: string;
  /** Counts the payer's approvals of this reference from 1; a declined one is followed by the next. */
  readonly attempt: number;
  /** The same for every repetition of one attempt. */
  readonly idempotencyKey: string;
  /** An earlier call of this attempt may have reached the gateway: look before repeating it. */
  readonly again: boolean;
}

/** What became of a capture: what the gateway says of the money, or a refusal in a word that we do not know. Nothing was taken then, as far as it says. */
export type CaptureAnswer = Lookup | { readonly found: 'refused'; readonly reason: string; readonly detail: string };

/** Money to give back. `whole`: all that was captured under `capture`, of which nothing was given back before. */
export interface RefundOrder {
  readonly refundId: string;
  /** The payment's id, where the money is a payment's. */
  readonly paymentId: string | null;
  /** The gateway's reference of the captured money, and what was captured. */
  readonly capture: string;
  readonly captured: Money;
  readonly method: string | null;
  readonly money: Money;
  readonly whole: boolean;
  /** What the payer reads, where the gateway can send it. */
  readonly note: string | null;
  /** At most 38 characters, the same for every repetition. */
  readonly idempotencyKey: string;
  /** An earlier call may have reached the gateway: look before repeating it where the gateway knows no idempotency key. */
  readonly again: boolean;
  /** The gateway's own id of this refund, where it gave one. */
  readonly reference: string | null;
  /** Refunds of this capture that are told already: what else the gateway knows of may be this one. */
  readonly known: readonly { readonly reference: string; readonly money: Money }[];
}
export type RefundAnswer =
  | { readonly status: 'succeeded'; readonly fact: GatewayFact & { readonly kind: 'payment_refunded' } }
  /** Accepted and not done yet; `reference`: null where the gateway gave none. */
  | { readonly status: 'pending'; readonly reference: string | null; readonly reason: string }
  /** A clear no, in the gateway's word; nothing moved. `reference`: where the no is of a refund that it had accepted. */
  | {
      readonly status: 'refused';
      readonly reason: string;
      readonly detail: string;
      readonly reference?: string | null;
    };
/** What became of a refund that was asked for, without asking for it again. `none`: the gateway knows of no such refund. */
export type RefundLookup = RefundAnswer | { readonly status: 'none' };

/** An agreement as a gateway names it: by the id of ours that it echoes, and by its own. */
export interface AgreementName {
  readonly agreementId: string | null;
  readonly reference: string | null;
}
/** What a gateway says of an agreement; truth, like {@link Lookup}. */
export interface AgreementNews extends AgreementName {
  readonly facts: readonly GatewayAgreementFact[];
}

/** What an agreement is to be opened with. URLs are absolute. */
export interface AgreementOrder extends Rhythm {
  readonly agreementId: string;
  /** Of one instalment. */
  readonly money: Money;
  /** How many in all; null: until somebody ends it. */
  readonly instalments: number | null;
  /** The day of the first instalment, YYYY-MM-DD; null: as soon as the payer agrees. */
  readonly startsOn: string | null;
  /** What the payer reads that it is for, and whom it is paid to. */
  readonly label: string;
  readonly description: string;
  readonly payer: Payer;
  /** What {@link AgreementVerbs.prepare} gave for these terms; null where the gateway prepares nothing. */
  readonly plan: string | null;
  readonly returnUrl: string;
  readonly cancelUrl: string;
  readonly notificationUrl: string;
}
/** Terms that agreements share: prepared at the gateway once, and kept. */
export type AgreementPlan = Pick<AgreementOrder, 'money' | 'interval' | 'every' | 'instalments' | 'label'> & {
  /** At most 38 characters, the same for every repetition. */
  readonly idempotencyKey: string;
  /** What the payer reads whom it is paid to. */
  readonly description: string;
};
/** An agreement as it was handed to its payer. */
export interface OpenedAgreement extends Rhythm {
  readonly agreementId: string;
  readonly reference: string | null;
  readonly money: Money;
  /** The day of the first instalment, YYYY-MM-DD. */
  readonly startsOn: string;
  /** Our clock, ISO 8601. */
  readonly createdAt: string;
}
export type AgreementCommand =
  | { readonly kind: 'cancel' | 'suspend' | 'resume'; readonly note: string | null }
  | { readonly kind: 'change_amount'; readonly money: Money };
export type AgreementAnswer =
  /** Done, or done before. `facts`: as the gateway tells it now. */
  | { readonly outcome: 'done'; readonly facts: readonly GatewayAgreementFact[] }
  /** The payer must agree once more. */
  | { readonly outcome: 'approval_needed'; readonly nextAction: NextAction }
  /** A clear no in the gateway's word, in lower snake case; nothing changed. */
  | { readonly outcome: 'refused'; readonly reason: string; readonly detail: string };
/** How an agreement stands at the gateway: its facts, and the money of each instalment that it collected or holds. */
export type AgreementLookup =
  | {
      readonly found: true;
      readonly reference: string;
      readonly facts: readonly GatewayAgreementFact[];
      /** Captured, pending and failed money, each by its own reference; with the fees where they are told. */
      readonly money: readonly GatewayFact[];
    }
  /** Nobody has approved it, or there is none. */
  | { readonly found: false; readonly reason: string }
  /** This gateway, or this account, cannot be asked. */
  | { readonly found: 'unaskable' };

/** Collecting again and again. Each verb throws a {@link GatewayFailure} where no answer came, and may be repeated. */
export interface AgreementVerbs<Credentials, Partner extends PartnerCredentials = PartnerCredentials> {
  /** Prepares terms at the gateway that agreements share; gives its id of them. Absent where nothing is prepared. */
  prepare?(plan: AgreementPlan, context: GatewayContext<Credentials, Partner>): Promise<string>;
  /** Hands the agreement to its payer. */
  open(order: AgreementOrder, context: GatewayContext<Credentials, Partner>): Promise<StartedCheckout>;
  /** Asks how it stands. */
  lookUp(agreement: OpenedAgreement, context: GatewayContext<Credentials, Partner>): Promise<AgreementLookup>;
  /** Has the gateway do it. Only where {@link atGatewayOnly} is null. */
  obey(
    command: AgreementCommand,
    agreement: OpenedAgreement,
    context: GatewayContext<Credentials, Partner>,
  ): Promise<AgreementAnswer>;
  /** Why this account cannot do it by itself, and where a person clicks instead; null where it can. Pure. */
  atGatewayOnly(command: AgreementCommand['kind'], credentials: Credentials): string | null;
  /** Why the gateway cannot write these terms; null where it can. Pure. */
  refuse(order: Pick<AgreementOrder, 'money' | 'interval' | 'every' | 'instalments'>): OpeningRefusalOf | null;
}
export interface OpeningRefusalOf {
  readonly reason: Extract<OpeningRefusal, 'amount_not_supported' | 'currency_not_supported'>;
  readonly detail: string;
}

/** What an account is to be used for. */
export interface AccountUse {
  readonly notificationUrl: string;
  /** The currency of the merchant's books. */
  readonly currency: Currency;
}
export interface Inspection<Credentials> {
  readonly checks: readonly AccountCheck[];
  /** What was found out or set up meanwhile and belongs to the account from now on: a webhook's id. */
  readonly learned: Partial<Credentials>;
}

/** What connecting an account through the platform uses of the world. */
export type OnboardingContext<Partner extends PartnerCredentials> = Omit<
  GatewayContext<unknown>,
  'credentials' | 'openedWith' | 'partner'
> & { readonly partner: Partner };
/** How the platform is told its credentials as a partner: all of them, or none where it is no partner. */
export interface Partnership<Partner extends PartnerCredentials> {
  /** Fields with a default need not be given. Each one's description is the documentation of its variable. */
  readonly credentials: z.ZodObject & z.ZodType<Partner>;
  /** The variable of the environment in which each field stands. */
  readonly variables: Readonly<Record<keyof Partner, string>>;
}
/** For gateways where a merchant can let the platform act for them, instead of copying keys. */
export interface Onboarding<Partner extends PartnerCredentials> {
  readonly partnership: Partnership<Partner>;
  /** Where the merchant logs in and agrees. `trackingId`: ours, unguessable; the way back to `returnUrl` is bound to it. */
  invite(
    invitation: { readonly trackingId: string; readonly returnUrl: string },
    context: OnboardingContext<Partner>,
  ): Promise<string>;
  /** What the browser brought back says where to look; the gateway says who agreed. */
  complete(
    invitation: { readonly trackingId: string; readonly query: URLSearchParams },
    context: OnboardingContext<Partner>,
  ): Promise<Onboarded>;
}
/** The stored form of a connected account's credentials and what the gateway calls the account, or why there is none. */
export type Onboarded =
  | { readonly ok: true; readonly account: string; readonly credentials: unknown }
  /** `unfinished`: the merchant did not agree; `other_invitation`: it belongs to another merchant of ours. */
  | { readonly ok: false; readonly reason: 'unfinished' | 'other_invitation'; readonly detail: string };

/** What every gateway answers. Optional verbs are absent, not throwing, and `capabilities` says the same. */
export interface Gateway<Credentials, Partner extends PartnerCredentials = PartnerCredentials> {
  /** What it can do at its best. */
  readonly capabilities: Capabilities;
  /** What it can do with these credentials, where that is less. */
  capabilitiesWith?(credentials: Credentials): Capabilities;
  /** Opens a checkout for which the gateway must be asked. */
  startCheckout?(order: CheckoutOrder, context: GatewayContext<Credentials, Partner>): Promise<StartedCheckout>;
  /** Asks or verifies: the only source of truth. */
  fetchFacts(subject: Subject, context: GatewayContext<Credentials, Partner>): Promise<Lookup>;
  /** Takes approved money, where approving and taking are two steps. `found: false`: it is not approved. */
  capture?(order: CaptureOrder, context: GatewayContext<Credentials, Partner>): Promise<CaptureAnswer>;
  refund?(order: RefundOrder, context: GatewayContext<Credentials, Partner>): Promise<RefundAnswer>;
  /** Says what became of a refund; never moves money. There wherever `refund` is. */
  lookUpRefund?(order: RefundOrder, context: GatewayContext<Credentials, Partner>): Promise<RefundLookup>;
  /** Where members can agree to be charged again and again; `capabilities.recurring` says the same. */
  readonly agreements?: AgreementVerbs<Credentials, Partner>;
  /** Asks what can be asked about the account itself, and repairs what we may repair. Failures are checks, never thrown. */
  inspectAccount(use: AccountUse, context: GatewayContext<Credentials, Partner>): Promise<Inspection<Credentials>>;
  /** What the credentials alone say of the account; told whenever it is shown. */
  checkCredentials?(credentials: Credentials): readonly AccountCheck[];
  /** What of that which messages taught us of the account is still true of newly entered credentials of the same environment. */
  keepLearned?(entered: Credentials, former: Credentials): Partial<Credentials>;
}

/** Origins that our pages have to allow a gateway's checkout. */
export interface BrowserOrigins {
  readonly scripts?: readonly string[];
  readonly frames?: readonly string[];
  readonly forms?: readonly string[];
}

/** What is particular about the messages of one channel. */
export interface ChannelTraits {
  /** Pauses between the questions about a message while there is no answer, after which a person is told; absent: asked until there is one. */
  readonly pausesMs?: readonly number[];
  /** The account check that the first verified message settles, where it can be settled by nothing else. */
  readonly proves?: string;
}

/** The fields of an account as somebody sent them, not yet checked. */
export type Entered = Readonly<Record<string, unknown>>;

/** How an account is named where the merchant named none, as one does who adds to it. */
export interface Naming {
  /** Whose accounts in the same environment may say which it is: its own of before, and those of the same house. */
  readonly from: readonly GatewayName[];
  /** What was entered, with the account named. `known`: what is kept of those accounts. Pure. */
  name(entered: Entered, known: Readonly<Partial<Record<GatewayName, unknown>>>): Entered;
}

/** A gateway as it introduces itself: whoever handles all gateways alike knows no more of any of them. */
export interface Manifest<
  Stored extends z.ZodObject = z.ZodObject,
  Partner extends PartnerCredentials = PartnerCredentials,
> {
  /** As merchants call it. */
  readonly title: string;
  /** As payers read it. */
  readonly label: string;
  /** The longer label, where another gateway of the same label can be chosen beside it. */
  readonly apart?: string;
  /** The ways in which its messages reach us. */
  readonly channels: Readonly<Partial<Record<Channel, ChannelTraits>>>;
  /** What the names of the headers begin with that are kept of its messages; any other may hold what we should not keep. */
  readonly keptHeaders: readonly string[];
  /** How a merchant has its messages sent to the notification URL. */
  readonly turningMessagesOn: string;
  /** Where a person gives money back at the gateway's own site. */
  readonly refundAt: string;
  /** A refund made at its own site is announced by no message: paid payments are looked at once more, after a day and after three. */
  readonly tellsNoRefunds?: true;
  /** Whether the gateway can write this amount as a refund; left out: any. Pure. */
  readonly refundable?: (money: Money) => boolean;
  /** What a payer's browser loads from it or sends to it, live and in the sandbox. */
  readonly browser?: BrowserOrigins;
  /** The account's own fields, without `environment`: validates and documents what a merchant enters. */
  readonly credentials: z.ZodObject;
  readonly naming?: Naming;
  /** What may lie in the vault, where that is more than what can be entered. */
  readonly stored: Stored;
  readonly gateway: Gateway<z.output<Stored>, Partner>;
  /** Where the platform can act for merchants. */
  readonly onboarding?: Onboarding<Partner>;
  /** What can be said of a checkout before the gateway is asked. Pure. */
  readonly openCheckout: (order: CheckoutOrder, context: CheckoutContext<z.output<Stored>>) => Opening;
  /** What an unverified message claims, or why it is refused at the door. Pure. */
  readonly readNotification: (raw: RawNotification, credentials: z.output<Stored>) => NotificationReading;
}
