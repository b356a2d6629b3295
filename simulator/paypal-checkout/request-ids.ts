import { Newest } from '../newest';
import type { Call } from './rest';

const IDS_KEPT = 20_000;

/** What calls with a `PayPal-Request-Id` made, so that a repetition makes nothing more: it is shown the same, as it is by then. */
export class RequestIds<Made> {
  readonly #made = new Newest<Made>(IDS_KEPT);

  recall(call: Call<unknown>, kind: string): Made | undefined {
    return call.requestId === null ? undefined : this.#made.get(`${call.clientId} ${kind} ${call.requestId}`);
  }

  remember(call: Call<unknown>, kind: string, made: Made): void {
    if (call.requestId !== null) this.#made.set(`${call.clientId} ${kind} ${call.requestId}`, made);
  }

  /** As PayPal does, after six hours for orders and 45 days for refunds. */
  forget(): void {
    this.#made.clear();
  }
}
