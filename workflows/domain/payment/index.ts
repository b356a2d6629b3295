// What the rest of the product knows of a payment; each file beside this one answers one question about it.
export { nextAttempt } from './attempts';
export { decide } from './decide';
export { captureRefused, checkoutOpened, conflict, evolve, openingRefused, outsideReference } from './facts';
export { isClosed, isOpenToPayer, rests } from './status';
export { summarize } from './summary';
export { pendingReferences } from './held';
export { isInSuspense, leftOf, refundableOf, suspendedOf, sumsOf } from './sums';
export { acknowledgement, attentionsOf } from './attention';
export type { Raised } from './attention';
export { ATTENTIONS } from './attentions';
export { ATTENTION_CODES, LATE_PAYMENT_POLICIES, PAYMENT_STATUSES, RESOLUTION_ACTIONS } from './types';
export type {
  Attention,
  AttentionCode,
  CapturedSum,
  Decision,
  LatePaymentPolicy,
  Payment,
  PaymentInput,
  PaymentStatus,
  PaymentSummary,
  PaymentTerms,
  Rejection,
} from './types';
export { isLeftToPayer, isWorthWatching, standingRefusal } from './waiting';
