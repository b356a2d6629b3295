import { disputesOf } from './dispute';
import { decide, acknowledgement, attentionsOf, evolve, isInSuspense, sumsOf, suspendedOf } from './payment';
import type { AttentionCode, Decision, Payment, Raised, Rejection } from './payment';
import { isMoving, refundsOf } from './refund';
import { EMPTY_CART } from './cart';
import { planRefund, refusalToReturn } from './refund-plan';
import type { RefundRefusal, Situation } from './refund-plan';
import { unreachable } from './unreachable';

/** Why something is in front of a person. */
export const ATTENTION_KINDS = [
  'misfit',
  'unmatched',
  'failed_refund',
  'dispute',
  'disabled_account',
  'failing_webhook',
] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

export const KIND_OF_CODE: Readonly<Record<AttentionCode, 'misfit' | 'failed_refund' | 'dispute'>> = {
  duplicate_payment: 'misfit',
  currency_mismatch: 'misfit',
  amount_mismatch: 'misfit',
  late_payment: 'misfit',
  refund_exceeds_payment: 'misfit',
  fact_conflict: 'misfit',
  capture_refused: 'misfit',
  fee_above_gross: 'misfit',
  fee_unreadable: 'misfit',
  gateway_remark: 'misfit',
  refund_at_gateway_only: 'failed_refund',
  refund_waits_for_funds: 'failed_refund',
  refund_failed: 'failed_refund',
  refund_slow: 'failed_refund',
  reversal_excess: 'dispute',
  dispute_opened: 'dispute',
  reversal_received: 'dispute',
  dispute_lost: 'dispute',
};

/** What a person can do about a payment that asks for them. `at_gateway`: nothing from here, or not yet; `later`: something else first. */
export type Remedy =
  | { readonly does: 'accept' | 'return_suspended' | 'cancel' | 'at_gateway' | 'later' }
  | { readonly does: 'refund'; readonly amount: number }
  | { readonly does: 'retry_refund' | 'give_up_refund'; readonly refundId: string }
  | { readonly does: 'resolve_dispute'; readonly disputeId: string; readonly outcome: 'lost' | 'withdrawn' };

/** What is done about a payment by a call of its own. */
export const PAYMENT_ACTIONS = ['cancel', 'refund', 'resolution'] as const;
export type PaymentAction = (typeof PAYMENT_ACTIONS)[number];

type ActionRefusal =
  | { readonly code: Rejection; readonly detail: null }
  | { readonly code: RefundRefusal['code']; readonly detail: string };

/** Why a payment's own rules refuse an action now; `detail`: where the rule says more than its code. Null: they do not. */
export function actionRefusal(payment: Payment, standing: RefundStanding, action: PaymentAction): ActionRefusal | null {
  const asked = { commandId: 'precheck', at: '' };
  switch (action) {
    case 'cancel':
      return rejectionOf(decide(payment, { kind: 'cancel', ...asked }));
    case 'refund': {
      const plan = planRefund({ ...standing, payment, cart: EMPTY_CART }, { amount: null, charges: [] });
      return plan.possible ? null : plan;
    }
    case 'resolution':
      // One of its two words suffices.
      return returnRefusal(payment, standing) === null
        ? null
        : rejectionOf(decide(payment, { kind: 'resolve', ...asked }));
    default:
      return unreachable(action);
  }
}

function rejectionOf(decision: Decision) {
  return decision.outcome === 'rejected' ? { code: decision.reason, detail: null } : null;
}

/** How refunds of a payment stand, beside what its facts say. */
export type RefundStanding = Omit<Situation, 'payment' | 'cart'>;

/**
 * What ends this attention, the usual way first: only what the payment's own rules would accept now. Where none is usual before the gateway
 * has decided, or none is possible, the first says that it is the gateway's.
 */
export function remediesFor(
  payment: Payment,
  raised: Raised,
  standing: RefundStanding,
): readonly [Remedy, ...Remedy[]] {
  const possible = wishesFor(payment, raised).filter((wish) => isPossible(payment, raised, standing, wish));
  const [first, ...others] = possible;
  if (first !== undefined) return [first, ...others];
  const [mostUrgent] = attentionsOf(payment);
  return [{ does: mostUrgent === undefined || isSame(mostUrgent, raised) ? 'at_gateway' : 'later' }];
}

function wishesFor(payment: Payment, { code, about, money }: Raised): readonly Remedy[] {
  const accept = { does: 'accept' } as const;
  const giveBack = { does: 'return_suspended' } as const;
  const wait = { does: 'at_gateway' } as const;
  switch (code) {
    case 'amount_mismatch':
      return [accept, giveBack];
    case 'duplicate_payment':
    case 'currency_mismatch':
    case 'late_payment':
      return [giveBack, accept];
    case 'refund_at_gateway_only':
      return [wait, accept];
    case 'dispute_opened':
    case 'reversal_received': {
      const dispute = disputesOf(payment).find(
        ({ capture, gatewayReference }) => capture === about.gatewayReference && gatewayReference === about.qualifier,
      );
      const ends = (outcome: 'lost' | 'withdrawn', disputeId: string) =>
        ({ does: 'resolve_dispute', disputeId, outcome }) as const;
      return [wait, ...(dispute ? [ends('withdrawn', dispute.id), ends('lost', dispute.id)] : [])];
    }
    case 'refund_waits_for_funds':
    case 'refund_slow': {
      const refundId = about.gatewayReference;
      return [
        { does: 'retry_refund', refundId },
        { does: 'give_up_refund', refundId },
      ];
    }
    case 'refund_failed':
      return [{ does: 'refund', amount: money?.amount ?? 0 }, giveBack, accept];
    case 'capture_refused':
      return [{ does: 'cancel' }];
    case 'reversal_excess':
    case 'refund_exceeds_payment':
    case 'fact_conflict':
    case 'dispute_lost':
    case 'fee_above_gross':
    case 'fee_unreadable':
    case 'gateway_remark':
      return [accept];
    default:
      return unreachable(code);
  }
}

/** Asked of the rules by which the commands themselves are refused. */
function isPossible(payment: Payment, raised: Raised, standing: RefundStanding, remedy: Remedy): boolean {
  const asked = { commandId: 'precheck', at: '' };
  switch (remedy.does) {
    case 'at_gateway':
    case 'later':
      return true;
    case 'accept':
      return doesAcceptingEnd(payment, raised);
    case 'return_suspended':
      return returnRefusal(payment, standing) === null && isAboutOldest(payment, raised);
    case 'refund': {
      const wish = { amount: remedy.amount, charges: [] };
      return planRefund({ ...standing, payment, cart: EMPTY_CART }, wish).possible;
    }
    case 'cancel':
      return decide(payment, { kind: 'cancel', ...asked }).outcome === 'accepted';
    case 'retry_refund':
      return pendingRefund(payment, remedy.refundId) !== undefined;
    case 'give_up_refund': {
      const refund = pendingRefund(payment, remedy.refundId);
      return refund !== undefined && !isMoving(refund);
    }
    case 'resolve_dispute': {
      const { disputeId, outcome } = remedy;
      return decide(payment, { kind: 'resolve_dispute', disputeId, outcome, ...asked }).outcome === 'accepted';
    }
    default:
      return unreachable(remedy);
  }
}

/** Why the oldest sum in suspense cannot be given back now, or null. */
function returnRefusal(payment: Payment, standing: RefundStanding) {
  const sum = sumsOf(payment).find(isInSuspense);
  if (!sum) return ['nothing_to_resolve', 'no sum of this payment is in suspense'] as const;
  return refusalToReturn({ ...standing, payment }, sum, suspendedOf(sum));
}

/** One word settles one thing, the oldest sum or what is most urgent: it may be another than this one. */
function doesAcceptingEnd(payment: Payment, raised: Raised): boolean {
  const decision = decide(payment, { kind: 'resolve', commandId: 'precheck', at: '' });
  if (decision.outcome !== 'accepted') return false;
  const after = attentionsOf(decision.facts.reduce(evolve, payment));
  return !after.some((other) => isSame(other, raised));
}

function isAboutOldest(payment: Payment, { about }: Raised): boolean {
  return sumsOf(payment).find(isInSuspense)?.reference === about.gatewayReference;
}

function isSame(one: Raised, other: Raised): boolean {
  const [a, b] = [acknowledgement(one), acknowledgement(other)];
  return a.gatewayReference === b.gatewayReference && a.qualifier === b.qualifier;
}

function pendingRefund(payment: Payment, refundId: string) {
  return refundsOf(payment).find(({ id, status }) => id === refundId && status === 'pending');
}
