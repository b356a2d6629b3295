/** What a refused capture means for the money. */
export type CaptureRefusal =
  /** The order is closed: what became of it must be looked at. */
  | 'look'
  /** Nobody has agreed to it yet, or no longer. */
  | 'not_approved'
  /** This way to pay was declined; the same order may be approved again with another. */
  | 'attempt_failed'
  /** It will not be taken, however often it is tried. */
  | 'failed'
  /** Another call is at it. */
  | 'under_way';

/**
 * The one table of what PayPal's 422 says to a capture (Orders v2, "Capture payment for order"; REST errors, "Handle payment
 * failures"; the words of the older API that reach it all the same). Not in it: what is wrong with how the merchant's account is
 * set up (`PAYEE_NOT_ENABLED_FOR_CARD_PROCESSING`, `PAYEE_NOT_CONSENTED`), which a person can mend while the order is approved,
 * and words that nobody knows. Those are refusals to be shown, never guessed to be a no for good.
 */
export const CAPTURE_REFUSALS: Readonly<Record<string, CaptureRefusal>> = {
  ORDER_ALREADY_CAPTURED: 'look',
  ORDER_COMPLETED_OR_VOIDED: 'look',

  ORDER_NOT_APPROVED: 'not_approved',
  ORDER_EXPIRED: 'not_approved',

  // The way to pay that was chosen; the same order can be approved with another, or from another account.
  INSTRUMENT_DECLINED: 'attempt_failed',
  PAYMENT_DENIED: 'attempt_failed',
  PAYMENT_SOURCE_CANNOT_BE_USED: 'attempt_failed',
  PAYMENT_SOURCE_DECLINED_BY_PROCESSOR: 'attempt_failed',
  PAYMENT_SOURCE_INFO_CANNOT_BE_VERIFIED: 'attempt_failed',
  PAYMENT_SOURCE_NOT_SUPPORTED: 'attempt_failed',
  REDIRECT_PAYER_FOR_ALTERNATE_FUNDING: 'attempt_failed',
  INSUFFICIENT_FUNDS: 'attempt_failed',
  CARD_BRAND_NOT_SUPPORTED: 'attempt_failed',
  CARD_CLOSED: 'attempt_failed',
  CARD_EXPIRED: 'attempt_failed',
  CARD_TYPE_NOT_SUPPORTED: 'attempt_failed',
  CREDIT_CARD_CVV_CHECK_FAILED: 'attempt_failed',
  CREDIT_CARD_REFUSED: 'attempt_failed',
  EXPIRED_CREDIT_CARD: 'attempt_failed',
  INVALID_CVV: 'attempt_failed',
  INVALID_SECURITY_CODE: 'attempt_failed',
  INVALID_SECURITY_CODE_LENGTH: 'attempt_failed',
  REFERENCED_CARD_EXPIRED: 'attempt_failed',
  AGREEMENT_ALREADY_CANCELLED: 'attempt_failed',
  BILLING_AGREEMENT_NOT_FOUND: 'attempt_failed',
  PAYER_ACCOUNT_LOCKED_OR_CLOSED: 'attempt_failed',
  PAYER_ACCOUNT_RESTRICTED: 'attempt_failed',
  PAYER_ACTION_REQUIRED: 'attempt_failed',
  PAYER_CANNOT_PAY: 'attempt_failed',

  COMPLIANCE_VIOLATION: 'failed',
  DECLINED_DUE_TO_RELATED_TXN: 'failed',
  TRANSACTION_REFUSED: 'failed',
  TRANSACTION_BLOCKED_BY_PAYEE: 'failed',
  PAYEE_BLOCKED_TRANSACTION: 'failed',
  PAYEE_ACCOUNT_INVALID: 'failed',
  PAYEE_ACCOUNT_LOCKED_OR_CLOSED: 'failed',
  PAYEE_ACCOUNT_RESTRICTED: 'failed',
  PAYER_COUNTRY_NOT_SUPPORTED: 'failed',
  MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED: 'failed',
  TRANSACTION_LIMIT_EXCEEDED: 'failed',
  TRANSACTION_RECEIVING_LIMIT_EXCEEDED: 'failed',
  DOMESTIC_TRANSACTION_REQUIRED: 'failed',
  // Ours is unique, so another order of this payment was paid: that money is told of by itself and booked as late money, and meanwhile
  // the member is not left waiting for an order that can never be captured.
  DUPLICATE_INVOICE_ID: 'failed',

  ORDER_COMPLETION_IN_PROGRESS: 'under_way',
};

/** All of the money has gone back, or less is left than was asked for. Read also of sales (Payments v1, "Refund sale"). */
export const NOTHING_LEFT: ReadonlySet<string> = new Set([
  'CAPTURE_FULLY_REFUNDED',
  'REFUND_AMOUNT_EXCEEDED',
  'TRANSACTION_ALREADY_REFUNDED',
  'REFUND_EXCEEDED_TRANSACTION_AMOUNT',
]);

/** PayPal's clear noes to a refund (Payments v2, "Refund captured payment"; v1, "Refund sale"): nothing moved, and asking again would not change it. */
export const REFUND_REFUSALS: ReadonlySet<string> = new Set([
  // What is left of the capture or sale.
  ...NOTHING_LEFT,
  'FULL_REFUND_NOT_ALLOWED_AFTER_PARTIAL_REFUND',
  'MAX_NUMBER_OF_REFUNDS_EXCEEDED',
  'PARTIAL_REFUND_NOT_ALLOWED',
  'PENDING_CAPTURE',
  'REFUND_NOT_ALLOWED',
  'REFUND_TIME_LIMIT_EXCEEDED', // 180 days
  'TRANSACTION_REFUSED',
  // Somebody else has a claim on it: while a case is open, only all of it can be given back.
  'REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK',
  'TRANSACTION_DISPUTED',
  // The merchant's account.
  'PAYEE_ACCOUNT_INVALID',
  'PAYEE_ACCOUNT_LOCKED_OR_CLOSED',
  'PAYEE_ACCOUNT_RESTRICTED',
  'INSUFFICIENT_FUNDS',
  'REFUND_FAILED_INSUFFICIENT_FUNDS',
  'REFUND_IS_RESTRICTED', // only the app that captured may refund
  // The payer's account.
  'PAYER_ACCOUNT_LOCKED_OR_CLOSED',
  'PAYER_ACCOUNT_RESTRICTED',
  // How the refund is written.
  'CANNOT_BE_NEGATIVE',
  'CANNOT_BE_ZERO_OR_NEGATIVE',
  'CURRENCY_MISMATCH',
  'DECIMALS_NOT_SUPPORTED',
  'DECIMAL_PRECISION',
  'INVALID_CURRENCY_CODE',
  'REFUND_AMOUNT_TOO_LOW',
  'REFUND_CAPTURE_CURRENCY_MISMATCH',
]);
