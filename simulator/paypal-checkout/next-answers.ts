import type { Refund } from './orders';
import type { Surprise } from './taking';

/** What the next call of a kind comes to, instead of what it would. */
export interface NextAnswer extends Surprise {
  /** The call is refused with this word. */
  readonly issue?: string;
  /** How a refund stands. */
  readonly refund?: Refund['standing'];
  /** What PayPal gives back of its fee with a refund: decimal text. */
  readonly feeReturned?: string;
  /** The key of the call is forgotten at once: a repetition is another call. */
  readonly isForgotten?: boolean;
}

export type CallKind = 'capture' | 'refund';

/** What was ordered to happen to captures and refunds to come, each once. */
export class NextAnswers {
  #waiting: { readonly call: CallKind; readonly answer: NextAnswer }[] = [];

  order(call: CallKind, answer: NextAnswer): void {
    this.#waiting.push({ call, answer });
  }

  take(call: CallKind): NextAnswer | null {
    const found = this.#waiting.find((order) => order.call === call);
    this.#waiting = this.#waiting.filter((order) => order !== found);
    return found?.answer ?? null;
  }

  clear(): void {
    this.#waiting = [];
  }
}
