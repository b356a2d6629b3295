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

/** The one table of what PayPal's 422 says to a capture (Orders v2, "Capture payment for order"). Whatever is not in it is never guessed. */
export const CAPTURE_REFUSALS: Readonly<Record<string, CaptureRefusal>> = {
  ORDER_ALREADY_CAPTURED: 'look',
  ORDER_COMPLETED_OR_VOIDED: 'look',

  ORDER_NOT_APPROVED: 'not_approved',
  ORDER_EXPIRED: 'not_approved',

  INSTRUMENT_DECLINED: 'attempt_failed',
  PAYER_ACTION_REQUIRED: 'attempt_failed',
  REDIRECT_PAYER_FOR_ALTERNATE_FUNDING: 'attempt_failed',

  COMPLIANCE_VIOLATION: 'failed',
  TRANSACTION_REFUSED: 'failed',
  TRANSACTION_BLOCKED_BY_PAYEE: 'failed',
  PAYEE_BLOCKED_TRANSACTION: 'failed',
  PAYEE_ACCOUNT_INVALID: 'failed',
  PAYEE_ACCOUNT_LOCKED_OR_CLOSED: 'failed',
  PAYEE_ACCOUNT_RESTRICTED: 'failed',
  PAYEE_NOT_CONSENTED: 'failed',
  PAYER_ACCOUNT_LOCKED_OR_CLOSED: 'failed',
  PAYER_ACCOUNT_RESTRICTED: 'failed',
  PAYER_CANNOT_PAY: 'failed',
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

/** PayPal's clear noes to a refund (Payments v2, "Refund captured payment"): nothing moved, and asking again would not change it. */
export const REFUND_REFUSALS: ReadonlySet<string> = new Set([
  // What is left of the capture.
  'CAPTURE_FULLY_REFUNDED',
  'MAX_NUMBER_OF_REFUNDS_EXCEEDED',
  'PARTIAL_REFUND_NOT_ALLOWED',
  'PENDING_CAPTURE',
  'REFUND_AMOUNT_EXCEEDED',
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
  'DUPLICATE_INVOICE_ID',
  'INVALID_CURRENCY_CODE',
  'REFUND_AMOUNT_TOO_LOW',
  'REFUND_CAPTURE_CURRENCY_MISMATCH',
]);
