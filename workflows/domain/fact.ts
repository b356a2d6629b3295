import type { Currency, Money } from './money';

/**
 * What a gateway truthfully says happened, or what we did ourselves: past tense, immutable, unique.
 * A fact's key is (gateway account, gatewayReference, kind, qualifier); its content is amount and currency.
 */
export type Fact = GatewayFact | OwnFact;

/** Only a gateway can say these, asked or verified by us. Amounts are positive; the kind carries the direction. */
export type GatewayFact =
  | (OfGateway & Money & { readonly kind: 'payment_captured' })
  | (OfGateway & Money & { readonly kind: 'fee_charged' })
  /** What the payer was charged on top by the gateway: told for the record, no money of the merchant's. */
  | (OfGateway & Money & { readonly kind: 'payer_fee_charged' })
  /** The gateway holds the money and says why; `qualifier` is the reason, since one reference may have several. */
  | (OfGateway & Money & { readonly kind: 'payment_pending'; readonly reason: string })
  | (OfGateway & Money & { readonly kind: 'payment_failed'; readonly reason: string })
  /** A try that failed inside a payment that lives on (the payer may try again). */
  | (OfGateway & Money & { readonly kind: 'attempt_failed'; readonly reason: string })
  /** The gateway refused to let us take approved money, in a word that we do not know; `qualifier` is the attempt and that word. */
  | (OfGateway & Money & { readonly kind: 'capture_refused'; readonly reason: string })
  /**
   * The gateway told something about this money that could not be used: `reason` is our word for it and the `qualifier`,
   * `wrote` what the gateway wrote, printable and short, or null.
   */
  | (OfGateway & {
      readonly kind: 'remark_noted';
      readonly amount: null;
      readonly currency: null;
      readonly reason: string;
      readonly wrote: string | null;
    })
  /**
   * Money given back. `parent` is the capture's reference; `feeReturned` in minor units of the same currency; `refundId`: the
   * refund of ours that it is, where the gateway's answer to our own call, or its echo, says so.
   */
  | (OfGateway &
      Money & {
        readonly kind: 'payment_refunded';
        readonly parent: string;
        readonly feeReturned: number;
        readonly reason: string;
        readonly refundId?: string | null;
      })
  /** What the gateway charged for giving money back, beside the fee that it kept; `gatewayReference` is the refund's. */
  | (OfGateway & Money & { readonly kind: 'refund_fee_charged'; readonly parent: string })
  /** The gateway has accepted the refund and not carried it out, or waits for funds; `qualifier` is the reason. */
  | (OfGateway &
      Money & {
        readonly kind: 'refund_pending';
        readonly parent: string;
        readonly reason: string;
        readonly refundId?: string | null;
      })
  /** Nothing was given back, or it came back: `gatewayReference` is the gateway's, or our refund's id where it gave none. */
  | (OfGateway &
      Money & {
        readonly kind: 'refund_failed';
        readonly parent: string;
        readonly reason: string;
        readonly detail: string | null;
        readonly refundId?: string | null;
      })
  /** Money taken back by the payer through gateway or bank; `feeReturned` is the fee that the gateway gave back with it. */
  | (OfGateway &
      Money & {
        readonly kind: 'payment_reversed';
        readonly parent: string;
        readonly reason: string;
        readonly caseId?: string | null;
        readonly feeReturned?: number;
      })
  /** Money that was taken back is ours again; `feeCharged` is the fee that the gateway kept with it. */
  | (OfGateway &
      Money & {
        readonly kind: 'reversal_cancelled';
        readonly parent: string;
        readonly reason: string;
        readonly caseId?: string | null;
        readonly feeCharged?: number;
      })
  /** A case about the capture `gatewayReference`; `qualifier` is the case id. No money has moved. */
  | (OfGateway &
      DisputeNews & {
        readonly kind: 'dispute_opened';
        readonly amount: null;
        readonly currency: null;
        readonly reason: string;
      })
  /** More about an open case; `qualifier` is the case id and when it was told. The newest holds. */
  | (OfGateway &
      DisputeNews & {
        readonly kind: 'dispute_updated';
        readonly caseId: string;
        readonly amount: null;
        readonly currency: null;
        readonly reason: string;
      })
  /** The gateway has decided the case; `lost`: for the payer, of `refunded` minor units where it says how much, else of all that is held. */
  | (OfGateway & {
      readonly kind: 'dispute_closed';
      readonly amount: null;
      readonly currency: null;
      readonly reason: string;
      readonly lost?: boolean;
      readonly refunded?: number | null;
    })
  /** What the gateway charged for a case; `qualifier` is the case id and the kind of fee. */
  | (OfGateway & Money & { readonly kind: 'dispute_fee_charged'; readonly caseId: string; readonly reason: string })
  /** A balance correction after a case, under its own reference; `qualifier` is `credit` where money came back, else empty. */
  | (OfGateway & Money & { readonly kind: 'dispute_adjusted'; readonly parent: string; readonly reason: string });

/** What a case says of itself, as far as the gateway tells it. */
export interface DisputeNews {
  readonly stage?: DisputeStage | null;
  /** What the payer claims, in minor units of the capture's currency. */
  readonly claimed?: number | null;
  /** Until when the gateway waits for our answer, ISO 8601. */
  readonly answerBy?: string | null;
  /** Where a person answers it. */
  readonly url?: string | null;
}
export const DISPUTE_STAGES = ['inquiry', 'claim', 'chargeback', 'reversal'] as const;
/** How far a case has gone; `reversal`: money was taken back without a case. */
export type DisputeStage = (typeof DISPUTE_STAGES)[number];

/** What we did or decided: the opening, our own closing, a person's resolution, a contradiction we saw. */
export type OwnFact =
  | (OfUs & {
      readonly kind: 'checkout_opened';
      readonly amount: number;
      readonly currency: Currency;
      /** How the payer is reached. */
      readonly handed: 'form' | 'redirect' | 'widget' | 'prompt';
    })
  | (OfUs & { readonly kind: 'payment_cancelled'; readonly amount: null; readonly currency: null })
  | (OfUs & { readonly kind: 'payment_expired'; readonly amount: null; readonly currency: null })
  /** A person took the sum `gatewayReference` out of suspense: once per sum, so the key holds no command id. */
  | (OfUs & {
      readonly kind: 'suspense_accepted';
      readonly amount: number;
      readonly currency: Currency;
      readonly commandId: string;
    })
  /** What was given or taken back beyond the payment's money was written off by a person; `gatewayReference` is the payment's id. */
  | (OfUs & {
      readonly kind: 'suspense_written_off';
      readonly amount: number;
      readonly currency: Currency;
      readonly commandId: string;
    })
  /** We are going to give money back: `gatewayReference` is the refund's id. Recorded before the gateway is asked. */
  | (OfUs & {
      readonly kind: 'refund_requested';
      readonly amount: number;
      readonly currency: Currency;
      /** The reference of the captured money. */
      readonly parent: string;
      readonly origin: 'merchant' | 'policy';
      /** Charges that are owed no more once the money is back. */
      readonly charges: readonly string[];
    })
  /** A refund has had no outcome for a week; `gatewayReference` is its id. */
  | (OfUs & { readonly kind: 'refund_slow'; readonly amount: null; readonly currency: null })
  /** A person says how a dispute ended that the gateway says no more about; `qualifier` is the dispute's key and end. */
  | (OfUs & {
      readonly kind: 'dispute_resolved';
      readonly amount: null;
      readonly currency: null;
      readonly dispute: string;
      readonly outcome: 'lost' | 'withdrawn';
      readonly commandId: string;
    })
  /** A person has read what was shown to them and accepts it; `qualifier` is its code, `gatewayReference` the money that it was about. */
  | (OfUs & {
      readonly kind: 'attention_acknowledged';
      readonly amount: null;
      readonly currency: null;
      readonly commandId: string;
    })
  /** The gateway said two different things under one key; `qualifier` names kind and qualifier of the contradicted fact. */
  | (OfUs & {
      readonly kind: 'conflict_detected';
      readonly amount: number | null;
      readonly currency: Currency | null;
      readonly detail: string;
    });

interface Identity {
  /** The gateway's id of this money movement; the payment's own id on facts of ours that concern no money. */
  readonly gatewayReference: string;
  /** What tells facts of one kind and reference apart: a pending reason, a case id, our command's id; else empty. */
  readonly qualifier: string;
}
interface OfGateway extends Identity {
  /** The gateway's clock, ISO 8601; null when it could not be read. */
  readonly occurredAt: string | null;
}
interface OfUs extends Identity {
  readonly occurredAt: string;
}

export type FactKind = Fact['kind'];

/** A fact as it stands in our records: `recordedAt` is our clock (ISO 8601), and its order is the order of our records. */
export type Recorded<F extends Fact = Fact> = F & { readonly recordedAt: string };

/** The fact's key inside one gateway account, as text; equal keys mean one and the same fact. */
export function keyOf(fact: Identity & { readonly kind: string }): string {
  return `${fact.gatewayReference} ${fact.kind} ${fact.qualifier}`;
}

/** Same key, same amount and currency: nothing new was said. */
export function sameContent(a: Fact, b: Fact): boolean {
  return a.amount === b.amount && a.currency === b.currency;
}

const OWN_KINDS: ReadonlySet<FactKind> = new Set<FactKind>([
  'checkout_opened',
  'payment_cancelled',
  'payment_expired',
  'suspense_accepted',
  'suspense_written_off',
  'refund_requested',
  'refund_slow',
  'dispute_resolved',
  'attention_acknowledged',
  'conflict_detected',
]);

export function isOwnFact(fact: Fact): fact is OwnFact {
  return OWN_KINDS.has(fact.kind);
}
