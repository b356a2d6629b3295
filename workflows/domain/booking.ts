import type { OpenCharge } from './cart';
import { allocate } from './cart';
import type { AllocationPart } from './cart';
import type { Fact } from './fact';
import type { GatewayName } from './gateway';
import type { Entry } from './ledger';
import { feeCharged, paymentCaptured, paymentSuspended, suspenseReleased } from './ledger';
import type { CapturedSum } from './payment';
import type { Money } from './money';
import { unreachable } from './unreachable';

/** What a fact does to the books: entries, and a payline where the member's cart is touched. */
export interface Booking {
  readonly entries: readonly Entry[];
  readonly payline: (Money & { readonly parts: readonly AllocationPart[] }) | null;
}

const NOTHING: Booking = { entries: [], payline: null };

/** Whether booking the fact lays money on the member's cart, so that the cart must be read and locked. */
export function touchesCart(fact: Fact, sums: readonly CapturedSum[]): boolean {
  return (
    fact.kind === 'suspense_accepted' || (fact.kind === 'payment_captured' && isAccepted(fact.gatewayReference, sums))
  );
}

/**
 * Books one fact. `sums`: where the payment's captured sums stand with this fact taken in; empty for money of no payment,
 * which is suspended. `charges`: the member's open charges, read under the version that the recording will check.
 */
export function book(
  fact: Fact,
  gateway: GatewayName,
  sums: readonly CapturedSum[],
  charges: readonly OpenCharge[],
  named: readonly string[],
): Booking {
  switch (fact.kind) {
    case 'payment_captured': {
      const money = moneyOf(fact);
      if (!isAccepted(fact.gatewayReference, sums))
        return { entries: [paymentSuspended(gateway, money)], payline: null };
      const allocation = allocate(money.amount, charges, named);
      return { entries: [paymentCaptured(gateway, money, allocation)], payline: { ...money, parts: allocation.parts } };
    }
    case 'suspense_accepted': {
      const money = moneyOf(fact);
      const allocation = allocate(money.amount, charges, named);
      return {
        entries: [suspenseReleased('suspense_accepted', money, allocation)],
        payline: { ...money, parts: allocation.parts },
      };
    }
    case 'fee_charged':
      return { entries: [feeCharged(gateway, moneyOf(fact))], payline: null };
    case 'checkout_opened':
    case 'payment_cancelled':
    case 'payment_expired':
    case 'conflict_detected':
    case 'payment_pending':
    case 'payment_failed':
    case 'attempt_failed':
    case 'capture_refused':
    case 'remark_noted':
    case 'attention_acknowledged':
    case 'payer_fee_charged': // between the payer and the gateway
      return NOTHING;
    // Recorded and shown; their books come with the chapter on refunds and disputes.
    case 'payment_refunded':
    case 'payment_reversed':
    case 'reversal_cancelled':
    case 'dispute_opened':
    case 'dispute_closed':
    case 'dispute_adjusted':
      return NOTHING;
    default:
      return unreachable(fact);
  }
}

/** Whether the sum was accepted when it was captured; a sum that a person accepted later was booked to suspense first. */
function isAccepted(reference: string, sums: readonly CapturedSum[]): boolean {
  return sums.some((sum) => sum.reference === reference && sum.standing === 'accepted');
}

function moneyOf({ amount, currency }: Money): Money {
  return { amount, currency };
}
