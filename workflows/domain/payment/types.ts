import type { Dispute } from '../dispute';
import type { Fact } from '../fact';
import type { GatewayName } from '../gateway';
import type { Currency, Money } from '../money';
import type { Refund } from '../refund';

/** One intent to collect one amount from one member through one gateway; agreed at creation and never changed. */
export interface PaymentTerms {
  readonly id: string;
  readonly merchantId: string;
  readonly memberId: string;
  readonly accountId: string;
  readonly gateway: GatewayName;
  readonly amount: number;
  readonly currency: Currency;
  /** The payer's deadline, ISO 8601. */
  readonly expiresAt: string;
  /** What the merchant wants of money that comes after the payment was closed. */
  readonly latePayments: LatePaymentPolicy;
  /** Charges the member chose to pay first, by id; empty: oldest first. */
  readonly charges: readonly string[];
}

export const LATE_PAYMENT_POLICIES = ['credit', 'refund'] as const;

export type LatePaymentPolicy = (typeof LATE_PAYMENT_POLICIES)[number];

/** A payment is its terms and what happened to it, in the order of our records. Everything else is derived. */
export interface Payment {
  readonly terms: PaymentTerms;
  readonly facts: readonly Fact[];
}

export const PAYMENT_STATUSES = [
  'created',
  'awaiting_payer',
  'processing',
  'paid',
  'partially_refunded',
  'refunded',
  'disputed',
  'charged_back',
  'failed',
  'cancelled',
  'expired',
  'needs_review',
] as const;

export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

export const ATTENTION_CODES = [
  'amount_mismatch',
  'currency_mismatch',
  'duplicate_payment',
  'late_payment',
  'refund_exceeds_payment',
  'refund_failed',
  'refund_at_gateway_only',
  'refund_waits_for_funds',
  'refund_slow',
  'dispute_opened',
  'reversal_received',
  'reversal_excess',
  'dispute_lost',
  'fact_conflict',
  'capture_refused',
  'fee_unreadable',
  'fee_above_gross',
  'gateway_remark',
] as const;

export type AttentionCode = (typeof ATTENTION_CODES)[number];

/** Why a person must look. `since` is our clock at the fact that raised it, null until that fact is recorded. */
export interface Attention {
  readonly code: AttentionCode;
  readonly detail: string;
  readonly since: string | null;
}

/** One captured sum and where its money stands in the books. */
export interface CapturedSum {
  readonly reference: string;
  readonly money: Money;
  /** It came after the payment had been closed, by the order of our records. */
  readonly late: boolean;
  readonly standing: 'accepted' | 'suspended';
  /** How much of it was laid on the member's cart: all of a sum that fits, what a person accepted of one that does not. */
  readonly accepted: number;
  /** Given back, and on its way back. */
  readonly refunded: number;
  readonly inFlight: number;
  /** Taken back by the payer: undecided, and for good. */
  readonly held: number;
  readonly lost: number;
  /** Came back of more than was taken; and what of that a person gave to the member. */
  readonly surplus: number;
  readonly surplusAccepted: number;
  readonly since: string | null;
}

/** What the facts add up to; the same for the same facts, however often told and in whichever order gateways told them. */
export interface PaymentSummary {
  readonly status: PaymentStatus;
  /** The gateway's word for a status that needs one, in lower snake case, or `late_payment`. */
  readonly reason: string | null;
  /** All money taken in the payment's currency, whether it fits or not; minor units, like the five below. */
  readonly captured: number;
  readonly fee: number;
  readonly refunded: number;
  /** Taken back and undecided now. */
  readonly disputed: number;
  /** Taken back for good. */
  readonly chargedBack: number;
  /** The most that one refund can give back now. */
  readonly refundable: number;
  /** All that a person must look at, the most urgent first; `attention` is the first. */
  readonly attentions: readonly Attention[];
  readonly attention: Attention | null;
  readonly refunds: readonly Refund[];
  readonly disputes: readonly Dispute[];
  readonly sums: readonly CapturedSum[];
}

export const RESOLUTION_ACTIONS = ['accept', 'refund'] as const;

/** What a payment is asked to take in: what a gateway says, or what a person or the clock wants. `at`: our clock, ISO 8601. */
export type PaymentInput =
  | { readonly kind: 'facts'; readonly facts: readonly Fact[]; readonly at: string }
  | { readonly kind: 'cancel'; readonly commandId: string; readonly at: string }
  | { readonly kind: 'expire'; readonly at: string }
  /** Takes the oldest sum out of suspense for the member; with none there, ends what is shown, where a person may. */
  | { readonly kind: 'resolve'; readonly commandId: string; readonly at: string }
  /** Gives back `amount` minor units of the capture `capture`; `charges` are owed no more once it is back. */
  | {
      readonly kind: 'refund';
      readonly commandId: string;
      readonly refundId: string;
      readonly capture: string;
      readonly amount: number;
      readonly charges: readonly string[];
      readonly at: string;
    }
  | {
      readonly kind: 'resolve_dispute';
      readonly commandId: string;
      readonly disputeId: string;
      readonly outcome: 'lost' | 'withdrawn';
      readonly at: string;
    };

export type Decision =
  | { readonly outcome: 'accepted'; readonly facts: readonly Fact[] }
  | { readonly outcome: 'duplicate' }
  | { readonly outcome: 'rejected'; readonly reason: Rejection };

export const REJECTIONS = [
  'already_paid',
  'already_cancelled',
  'already_expired',
  'already_failed',
  'payment_processing',
  'payment_needs_review',
  'nothing_to_resolve',
  'currency_mismatch',
  'payment_disputed',
  'refund_in_flight',
  'nothing_to_refund',
  'amount_not_refundable',
  'refund_settled',
  'refund_moving',
  'dispute_closed',
  'nothing_held',
  'money_held',
] as const;

export type Rejection = (typeof REJECTIONS)[number];
