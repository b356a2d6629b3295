import type { Operation } from '../workflows/domain/booking';
import type { CartNeed } from '../workflows/domain/cart';
import type { Claim } from '../workflows/domain/claim';
import type { Dispute } from '../workflows/domain/dispute';
import type { Telling } from '../workflows/domain/event';
import type { Channel, GatewayName } from '../workflows/domain/gateway';
import type { Money } from '../workflows/domain/money';
import type { Attention, AttentionCode, PaymentStatus, PaymentTerms } from '../workflows/domain/payment';
import type { TurnRules } from '../workflows/domain/places';
import type { Refund } from '../workflows/domain/refund';
import type { AgreementStanding, Beside } from './agreement-record';
import type { AuthorPayload } from './audit';
import type { Cart } from './cart';
import type { FactRow } from './facts';
import type { Due } from './outbox';
import type { NewPayment } from './payments';
import type { Sql } from './sql';

/** Every SQL function that is called: what it is given, in this order, and what it answers. Their texts stand in prisma/migrations. */
export interface Functions {
  read_cart_part: Takes<[memberId: string, CartNeed], ReadCart | null>;
  pending_of: Takes<[memberId: string], number>;
  left_of: Takes<[accountId: string, gatewayReference: string], number | null>;
  record_on_cart: Takes<[TurnPayload], RecordAnswer | CartMoved>;
  change_cart: Takes<[CartChange['given']], CartChange['answer']>;
  open_payment_by: Takes<
    [PaymentPayload, openedWith: Buffer, lease: string, mostOpen: number | null, AuthorPayload],
    Date | null
  >;
  open_agreement: Takes<[Readonly<Record<string, unknown>>, AuthorPayload, lease: string], Date>;
  record_agreement: Takes<[AgreementPayload & Beside], 'recorded' | 'stale'>;
  hand_over_instalment: Takes<
    [
      AgreementPayload & {
        readonly reference: string;
        readonly number: number;
        readonly payment: Readonly<Record<string, unknown>>;
        readonly message?: string;
      },
      receivers: Buffer,
    ],
    string | null
  >;
  number_events: Takes<[most: number], number>;
  note_changes: Takes<[AuthorPayload, changesAsJson: string], unknown>;
  receive_message: Takes<
    [MessagePayload, dedupeKey: Buffer, sealed: Buffer, sealedPayer: Buffer, lease: string],
    Received
  >;
  forget_bodies: Takes<[after: string, most: number], number>;
  move_bodies: Takes<[most: number], number>;
  is_known_of: Takes<[paymentId: string | null, accountId: string, Claim], boolean>;
  settle_without_facts: Takes<[notificationId: string, state: string, reason: string | null], unknown>;
  dismiss_notification: Takes<[notificationId: string, note: string | null], Dismissal | null>;
  leave_place: Takes<[notificationId: string, pause: string], boolean>;
  take_outbox: Takes<[TakePayload], Due[]>;
  mark_balances: Takes<[postings: number], number | null>;
  fold_payment_days: Takes<[most: number], number>;
  count_payments: Takes<[most: number], number>;
  fold_statistics: Takes<[atLeast: number, most: number], number | null>;
  plan_looks: Takes<[gateways: readonly string[], spans: readonly string[]], number>;
  plan_renewals: Takes<
    [
      workflowIds: readonly string[],
      paymentIds: readonly (string | null)[],
      notificationIds: readonly (string | null)[],
      story: number,
      most: number,
    ],
    number
  >;
}

/** Calls one. What it is given is written as its parameters are: objects as JSON, arrays as arrays. */
export async function call<Name extends keyof Functions>(
  { sql }: Sql,
  name: Name,
  ...given: Functions[Name]['given']
): Promise<Functions[Name]['answer']> {
  const { rows } = await sql.query<{ answer: Functions[Name]['answer'] }>({
    name,
    text: `SELECT ${name}(${given.map((_, index) => `$${index + 1}`).join(', ')}) AS answer`,
    values: [...given],
  });
  if (!rows[0]) throw new Error(`${name}() gave no answer`);
  return rows[0].answer;
}

interface Takes<Given extends readonly unknown[], Answer> {
  readonly given: Given;
  readonly answer: Answer;
}

interface TurnPayload {
  readonly merchant: string;
  readonly account: string;
  readonly gateway: GatewayName;
  readonly payment: string | undefined;
  /** The message that told of money of nobody's, where these facts are about it, and that money's reference. */
  readonly message: string | undefined;
  readonly moneyOf: string | undefined;
  readonly member: string | undefined;
  /** How many facts of the payment, or of that money, this was decided on. */
  readonly known: number | undefined;
  readonly cartVersion: number | undefined;
  /** What of the cart this was decided on. */
  readonly cartNeeded: CartNeed | undefined;
  readonly guard: 'no_unverified' | undefined;
  readonly facts: readonly (FactRow & { readonly operations: readonly Operation[] })[];
  /** The charge that is made with what pays it. */
  readonly charge: CartChange['given']['charge'];
  /** How the payment stands after these facts. */
  readonly standing: StandingPayload | undefined;
  /** What the merchant is told of it. */
  readonly events: readonly Telling[] | undefined;
  readonly command: { readonly id: string; readonly outcome: unknown } | undefined;
  /** How the message that brought the facts ends, and what it was about. */
  readonly notification: Readonly<Record<string, unknown>> | undefined;
}
export interface StandingPayload {
  readonly status: PaymentStatus;
  readonly attention: AttentionCode | null;
  readonly attentions: readonly Pick<Attention, 'code' | 'detail'>[];
  readonly captured: number;
  readonly fee: number;
  readonly refunded: number;
  readonly refunds: readonly (Money &
    Pick<
      Refund,
      'id' | 'capture' | 'status' | 'reason' | 'detail' | 'feeReturned' | 'gatewayReference' | 'origin' | 'charges'
    >)[];
  readonly disputes: readonly Omit<Dispute, 'taken' | 'returned' | 'openedAt' | 'closedAt'>[];
}
export type RecordAnswer =
  | { readonly outcome: 'recorded'; readonly fresh: number }
  /** By index: known with another content, or as another payment's. Nothing was written. */
  | { readonly outcome: 'conflict'; readonly conflicts: readonly number[] }
  | { readonly outcome: 'unverified' }
  /** Decided without facts that stand already: load the payment and decide again. Nothing was written. */
  | { readonly outcome: 'stale' };

/** A part of a cart as the database gives it. */
export type ReadCart = Omit<Cart, 'made'>;
/** Somebody changed the cart meanwhile: what of it was needed, as it is now. Nothing was written. */
export interface CartMoved {
  readonly outcome: 'cart_moved';
  readonly cart: ReadCart;
}

/** A charge is added, one is cancelled by a command, or unmatched money is attached; with all that it does. */
export interface CartChange {
  readonly given: {
    readonly merchant: string;
    readonly member: string;
    readonly cartVersion: number;
    readonly cartNeeded: CartNeed;
    readonly operations: readonly Operation[];
    readonly charge?: {
      readonly id: string;
      readonly label: string;
      readonly category: string;
      readonly amount: number;
      readonly currency: string;
      readonly dueOn: string | null;
    };
    readonly command?: {
      readonly id: string;
      readonly kind: 'cancel_charge';
      readonly body: { readonly charge: string };
    };
    readonly attach?: { readonly fact: number; readonly notification: string; readonly amount: number };
  };
  readonly answer: { readonly outcome: 'recorded' | 'given_back' | 'not_unmatched' | 'already_cancelled' } | CartMoved;
}

type PaymentPayload = PaymentTerms &
  Omit<NewPayment, 'terms' | 'opened' | 'openedWith'> & {
    readonly merchant: string;
    readonly member: string;
    readonly account: string;
    readonly opened: FactRow | null;
  };

interface AgreementPayload extends AgreementStanding {
  readonly agreement: string;
  /** How many of its facts this was decided on. */
  readonly known: number;
  readonly facts: readonly FactRow[];
}

/** The rules of turns, by the names of the SQL type. */
interface TurnRulesPayload {
  readonly of_payment: number;
  readonly strays: number;
  readonly in_all: number;
  readonly strays_lately: number;
  readonly in_all_lately: number;
  readonly lately: string;
  readonly acceptable: number;
  readonly pause: string;
}

/** A message that came, and what it says of itself. */
interface MessagePayload {
  readonly id: string;
  readonly account: string;
  readonly channel: Channel;
  /** The payment that it names. */
  readonly payment: string | null;
  /** The agreement that it names. */
  readonly agreement: string | null;
  readonly claim: Claim;
  /** How often one that was answered is asked about in all; null: once. */
  readonly askAgain: number | null;
  /** Whether more wait of the account than it may have; a caller that does not say takes everything. */
  readonly accountFull: boolean | undefined;
  readonly turns: TurnRulesPayload;
}

interface TakePayload {
  readonly most: number;
  readonly turns: TurnRulesPayload;
  /** How long whoever tells a message has to confirm it. */
  readonly lease: string;
  /** How long until the rest is told again; doubles each time up to the longest. */
  readonly firstPause: string;
  readonly longestPause: string;
}

/** As the functions take a duration. */
export const interval = (ms: number): string => `${ms} milliseconds`;

/** As the functions take the rules of turns. */
export const turnRules = (rules: TurnRules): TurnRulesPayload => ({
  of_payment: rules.ofPayment,
  strays: rules.strays,
  in_all: rules.inAll,
  strays_lately: rules.straysLately,
  in_all_lately: rules.inAllLately,
  lately: interval(rules.latelyMs),
  acceptable: rules.acceptable,
  pause: interval(rules.pauseMs),
});

export type Received =
  | { readonly refused: true }
  /** `payment`: whose run is told, a payment's or an agreement's. `tell`: it has a place with Temporal; any other waits in the outbox until the sweeper takes it. */
  | { readonly refused?: never; readonly id: string; readonly payment: string | null; readonly tell: boolean };

/** A message that a person put away: what they wrote, and why it had been in front of them. */
export type Dismissal = {
  readonly note: string | null;
  readonly reason: string | null;
  readonly at: string;
};
