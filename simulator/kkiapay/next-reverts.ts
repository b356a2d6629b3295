/** What a refund by API comes to, instead of what it would. */
export interface NextRevert {
  /** Refused with this word; null: it is made. */
  readonly refusal: string | null;
  /** The member of the answer that says SUCCESS. KKiaPay's own clients read either. */
  readonly spelling: 'code' | 'status';
  /** SUCCESS is answered, and the transaction is not reverted until it is told to. */
  readonly isLater: boolean;
}

const AS_USUAL: NextRevert = { refusal: null, spelling: 'code', isLater: false };

/** What was ordered to happen to refunds to come, each once. */
export class NextReverts {
  #waiting: NextRevert[] = [];

  order(next: Partial<NextRevert>): void {
    this.#waiting.push({ ...AS_USUAL, ...next });
  }

  take(): NextRevert {
    return this.#waiting.shift() ?? AS_USUAL;
  }

  clear(): void {
    this.#waiting = [];
  }
}
