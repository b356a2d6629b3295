import type { Fact, GatewayFact } from '../fact';
import type { GatewayName } from '../gateway';
import type { Currency, Money } from '../money';

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
  'refund_received',
  'reversal_received',
  'dispute_opened',
  'dispute_adjusted',
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
  /** What of it is still with the merchant: less what was given back and what was taken back. */
  readonly left: number;
  readonly since: string | null;
}

/** What the facts add up to; the same for the same facts, however often told and in whichever order gateways told them. */
export interface PaymentSummary {
  readonly status: PaymentStatus;
  /** The gateway's word for a status that needs one, in lower snake case, or `late_payment`. */
  readonly reason: string | null;
  /** All money taken in the payment's currency, whether it fits or not; minor units, like the three below. */
  readonly captured: number;
  readonly fee: number;
  readonly refunded: number;
  readonly disputed: number;
  readonly attention: Attention | null;
  readonly sums: readonly CapturedSum[];
}

export const RESOLUTION_ACTIONS = ['accept', 'refund'] as const;

export type ResolutionAction = (typeof RESOLUTION_ACTIONS)[number];

/** What a payment is asked to take in: what a gateway says, or what a person or the clock wants. `at`: our clock, ISO 8601. */
export type PaymentInput =
  | { readonly kind: 'facts'; readonly facts: readonly GatewayFact[]; readonly at: string }
  | { readonly kind: 'cancel'; readonly commandId: string; readonly at: string }
  | { readonly kind: 'expire'; readonly at: string }
  | { readonly kind: 'resolve'; readonly commandId: string; readonly action: ResolutionAction; readonly at: string };

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
  'refund_not_supported',
] as const;

export type Rejection = (typeof REJECTIONS)[number];
