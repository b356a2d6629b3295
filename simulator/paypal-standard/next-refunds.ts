import type { PendingRefund } from './payments';

/** What a refund by API comes to, instead of what it would. */
export interface NextRefund {
  /** Refused with this error; null: it is made. */
  readonly error: string | null;
  /** Why it does not arrive at once; null: it does. */
  readonly pendingReason: PendingRefund | null;
  /** What PayPal gives back of its fee: decimal text; null: nothing. */
  readonly feeReturned: string | null;
  /** The key of the call is forgotten at once: a repetition is another call. */
  readonly isForgotten: boolean;
}

const AS_USUAL: NextRefund = { error: null, pendingReason: null, feeReturned: null, isForgotten: false };

/** What was ordered to happen to refunds to come, each once. */
export class NextRefunds {
  #waiting: NextRefund[] = [];

  order(next: NextRefund): void {
    this.#waiting.push(next);
  }

  take(): NextRefund {
    return this.#waiting.shift() ?? AS_USUAL;
  }

  clear(): void {
    this.#waiting = [];
  }
}
