import type { Operation } from '../workflows/domain/booking';
import type { Dispute } from '../workflows/domain/dispute';
import type { Channel, GatewayName } from '../workflows/domain/gateway';
import type { Money } from '../workflows/domain/money';
import type { Attention, AttentionCode, PaymentStatus, PaymentTerms } from '../workflows/domain/payment';
import type { Refund } from '../workflows/domain/refund';
import type { Cart } from './cart';
import type { FactRow } from './facts';
import type { NewPayment } from './payments';
import type { Sql } from './sql';

/** Every SQL function that is called: what it is given, in this order, and what it answers. Their texts stand in prisma/migrations. */
export interface Functions {
  read_cart: Takes<[memberId: string], Omit<Cart, 'laid' | 'made'> | null>;
  read_whole_cart: Takes<[memberId: string], Omit<Cart, 'made'> | null>;
  pending_of: Takes<[memberId: string], number>;
  left_of: Takes<[accountId: string, gatewayReference: string], number | null>;
  record_turn: Takes<[TurnPayload], RecordAnswer>;
  change_cart: Takes<[CartChange['given']], CartChange['answer']>;
  create_payment: Takes<[PaymentPayload, openedWith: Buffer, lease: string], Date>;
  receive_notification: Takes<[ClaimPayload, dedupeKey: Buffer, sealed: Buffer, lease: string], Received>;
  says_nothing_new: Takes<[accountId: string, Pick<ClaimPayload, 'channel' | 'references' | 'facts'>], boolean>;
  settle_without_facts: Takes<[notificationId: string, state: string, reason: string | null], unknown>;
  dismiss_notification: Takes<[notificationId: string, note: string | null], Dismissal | null>;
  give_way: Takes<[notificationId: string], boolean>;
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
  readonly member: string | undefined;
  /** How many facts of the payment this was decided on. */
  readonly known: number | undefined;
  readonly cartVersion: number | undefined;
  readonly guard: 'no_unverified' | undefined;
  readonly facts: readonly (FactRow & { readonly operations: readonly Operation[] })[];
  /** How the payment stands after these facts. */
  readonly standing: StandingPayload | undefined;
  readonly command: { readonly id: string; readonly outcome: unknown } | undefined;
  /** How the message that brought the facts ends, and what it was about. */
  readonly notification: Readonly<Record<string, unknown>> | undefined;
}
export interface StandingPayload {
  readonly status: PaymentStatus;
  readonly attention: AttentionCode | null;
  readonly attentions: readonly Pick<Attention, 'code' | 'detail'>[];
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
  | { readonly outcome: 'stale' }
  | { readonly outcome: 'cart_moved' };

/** A charge is added, one is cancelled by a command, or unmatched money is attached; with all that it does. */
export interface CartChange {
  readonly given: {
    readonly merchant: string;
    readonly member: string;
    readonly cartVersion: number;
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
  readonly answer: {
    readonly outcome: 'recorded' | 'cart_moved' | 'given_back' | 'not_unmatched' | 'already_cancelled';
  };
}

type PaymentPayload = PaymentTerms &
  Omit<NewPayment, 'terms' | 'opened' | 'openedWith'> & {
    readonly merchant: string;
    readonly member: string;
    readonly account: string;
    readonly opened: FactRow | null;
  };

/** What an unverified message says of itself. */
export interface ClaimPayload {
  readonly id: string;
  readonly account: string;
  readonly channel: Channel;
  /** The payment that it names. */
  readonly payment: string | null;
  readonly references: readonly string[];
  readonly facts: readonly Pick<FactRow, 'gatewayReference' | 'kind' | 'qualifier' | 'amount' | 'currency'>[];
  /** Whether more wait of the account than it may have. */
  readonly accountFull: boolean;
}
export type Received =
  | { readonly refused: true }
  /** `tell`: it has a place with Temporal; any other waits in the outbox until the sweeper takes it. */
  | { readonly refused?: never; readonly id: string; readonly payment: string | null; readonly tell: boolean };

/** A message that a person put away: what they wrote, and why it had been in front of them. */
export type Dismissal = {
  readonly note: string | null;
  readonly reason: string | null;
  readonly at: string;
};
