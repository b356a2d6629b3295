import type { Rejection } from '../../workflows/domain/payment';
import { Problem } from './problems';

const REJECTIONS: Readonly<Record<Rejection, string>> = {
  already_paid: 'the payment is paid; what was paid can only be refunded',
  already_cancelled: 'the payment was cancelled before',
  already_expired: 'the payment expired before',
  already_failed: 'the payment failed before',
  payment_processing:
    'the gateway holds the money, or is being asked whether it was taken: once it has answered, the payment is paid, or can be cancelled or paid anew',
  payment_needs_review: 'money came that does not fit; resolve it first',
  nothing_to_resolve: 'no sum of this payment is in suspense, and nothing is shown that a person could end',
  currency_mismatch: "the money is in another currency than the merchant's cart; only a refund ends it",
  payment_disputed: "a case is open or money is held; the gateway's own pages decide there",
  refund_in_flight: 'another refund of this payment has no outcome yet',
  nothing_to_refund: 'no accepted money of this payment is left',
  amount_not_refundable: 'this is more than can be given back now',
  refund_settled: 'the refund has its outcome',
  refund_moving: 'the gateway has taken the refund on, so it cannot be given up',
  dispute_closed: 'the dispute is closed',
  nothing_held: 'nothing is held under this dispute that could be lost',
  money_held: 'money is held under this dispute: it comes back, or it is lost',
};

/** What the rules of a payment refuse, as the API says it. */
export function rejection(reason: Rejection): Problem {
  return new Problem(reason, describeRejection(reason));
}

/** The same in words alone. */
export const describeRejection = (reason: Rejection): string => REJECTIONS[reason];
