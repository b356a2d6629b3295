import type { GatewayName, NextAction } from '../gateway';
import type { Currency, Money } from '../money';

export const INTERVALS = ['week', 'month', 'year'] as const;
export type Interval = (typeof INTERVALS)[number];

/** How often an agreement collects: once in `every` intervals. */
export interface Rhythm {
  readonly interval: Interval;
  /** 1 to 12. */
  readonly every: number;
}

/** A member's standing consent to pay an amount again and again; agreed at creation. Only the amount may be agreed anew. */
export interface AgreementTerms extends Rhythm {
  readonly id: string;
  readonly merchantId: string;
  readonly memberId: string;
  readonly accountId: string;
  readonly gateway: GatewayName;
  /** Of one instalment, in minor units. */
  readonly amount: number;
  readonly currency: Currency;
  /** How many are collected in all; null: until somebody ends it. */
  readonly instalments: number | null;
  /** The day of the first instalment, YYYY-MM-DD. */
  readonly startsOn: string;
  /** What each charge is called, before its period, and how its income is booked. */
  readonly label: string;
  readonly category: string;
  /** Until when the payer may approve it, ISO 8601. */
  readonly approveBy: string;
}

/** An agreement is its terms and what happened to it, in the order of our records. Everything else is derived. */
export interface Agreement {
  readonly terms: AgreementTerms;
  readonly facts: readonly AgreementFact[];
}

/** What a gateway says of the agreement as a whole. */
export const STANDINGS = ['active', 'suspended', 'cancelled', 'completed'] as const;
export type Standing = (typeof STANDINGS)[number];

interface Identity {
  /** The gateway's id of the agreement, or of the money; the agreement's own id on facts of ours. */
  readonly gatewayReference: string;
  /** What tells facts of one kind and reference apart; else empty. */
  readonly qualifier: string;
  /** ISO 8601; null where the gateway's clock could not be read. */
  readonly occurredAt: string | null;
}

/** Only a gateway can say these, asked or verified by us. A fact's key is (gatewayReference, kind, qualifier). */
export type GatewayAgreementFact =
  /** The agreement came to stand so; `qualifier` is the standing and when, since it may come to stand so again. */
  | (Identity & { readonly kind: 'standing_told'; readonly standing: Standing; readonly reason: string | null })
  /** An instalment was not collected; `qualifier` tells the try from others. `nextAttemptOn`: when the gateway tries again, YYYY-MM-DD. */
  | (Identity & {
      readonly kind: 'collection_failed';
      readonly reason: string;
      readonly nextAttemptOn: string | null;
    })
  /** From now on instalments are of this amount. */
  | (Identity & Money & { readonly kind: 'amount_changed' });

/** What we did or decided. */
export type OwnAgreementFact =
  /** The agreement was handed to its payer for approval. */
  | (Identity & { readonly kind: 'agreement_opened'; readonly handed: NextAction['kind'] })
  /** The gateway said a clear no before any payer was reached. */
  | (Identity & { readonly kind: 'opening_refused'; readonly reason: string })
  /** The payer's time to approve was over, and the gateway knew of no approval. */
  | (Identity & { readonly kind: 'approval_expired' })
  /** Somebody ended it before it was approved. */
  | (Identity & { readonly kind: 'agreement_withdrawn' })
  /** Money of an instalment came, and is a payment of its own from then on. `gatewayReference` is the money's. */
  | (Identity &
      Money & { readonly kind: 'instalment_handed_over'; readonly number: number; readonly paymentId: string })
  /** A person has read what was shown; `qualifier` is its code, and of which suspension or money. */
  | (Identity & { readonly kind: 'attention_acknowledged' });

export type AgreementFact = GatewayAgreementFact | OwnAgreementFact;

/** A fact as it stands in our records: `recordedAt` is our clock, ISO 8601. */
export type RecordedAgreementFact = AgreementFact & { readonly recordedAt: string };

export const AGREEMENT_STATUSES = [
  'created',
  'awaiting_payer',
  'active',
  'past_due',
  'suspended',
  'cancelled',
  'completed',
  'expired',
  'failed',
] as const;
export type AgreementStatus = (typeof AGREEMENT_STATUSES)[number];

export const AGREEMENT_ATTENTION_CODES = ['agreement_suspended', 'instalment_after_end'] as const;
export type AgreementAttentionCode = (typeof AGREEMENT_ATTENTION_CODES)[number];

export interface AgreementAttention {
  readonly code: AgreementAttentionCode;
  readonly detail: string;
}

/** How a command to an agreement ended. */
export type AgreementCommandEnd =
  /** `approval_needed`: the payer must agree once more; the agreement says what they do next. */
  | { readonly outcome: 'accepted' | 'approval_needed' }
  | { readonly outcome: 'rejected'; readonly reason: string; readonly detail: string };

export const INSTALMENT_STATUSES = ['scheduled', 'collected', 'failed', 'skipped'] as const;
export type InstalmentStatus = (typeof INSTALMENT_STATUSES)[number];

/** One collection, as far as the agreement itself tells of it: how its money stands is told by its payment. */
export interface Instalment {
  /** 1, 2, … */
  readonly number: number;
  /** YYYY-MM-DD. */
  readonly dueOn: string;
  readonly status: InstalmentStatus;
  readonly paymentId: string | null;
  /** How often the gateway tried in vain. */
  readonly failures: number;
  readonly reason: string | null;
  readonly nextAttemptOn: string | null;
}

/** What the facts add up to; the same for the same facts, in whichever order gateways told them. */
export interface AgreementSummary {
  readonly status: AgreementStatus;
  /** The gateway's word for a status that needs one, in lower snake case. */
  readonly reason: string | null;
  /** What one instalment is of now. */
  readonly amount: number;
  /** The day of the next instalment, YYYY-MM-DD; null where none is expected. */
  readonly nextDueOn: string | null;
  /** Those that were told of, and the next that is expected. */
  readonly instalments: readonly Instalment[];
  readonly cancelledAt: string | null;
  readonly attention: AgreementAttention | null;
}
