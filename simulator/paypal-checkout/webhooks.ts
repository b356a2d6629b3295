import { Newest } from '../newest';
import type { Signer } from './signer';

/** Where an app wants to be told, and of what. */
export interface Webhook {
  readonly id: string;
  readonly clientId: string;
  /** Where the app finds the simulator, and so its certificates. */
  readonly origin: string;
  /** Made before the first webhook is: whatever is sent can be signed. */
  readonly signer: Signer;
  url: string;
  /** `*`: of everything. */
  eventTypes: readonly string[];
}

const WEBHOOKS_KEPT = 1_000;

export class Webhooks {
  readonly #webhooks = new Newest<Webhook>(WEBHOOKS_KEPT);

  add(webhook: Webhook): void {
    this.#webhooks.set(webhook.id, webhook);
  }

  get(id: string): Webhook | undefined {
    return this.#webhooks.get(id);
  }

  /** An app's own, oldest first. */
  of(clientId: string): Webhook[] {
    return this.list().filter((webhook) => webhook.clientId === clientId);
  }

  /** Oldest first. */
  list(): Webhook[] {
    return this.#webhooks.list().reverse();
  }

  delete(id: string): void {
    this.#webhooks.delete(id);
  }

  clear(): void {
    this.#webhooks.clear();
  }
}

export function wants({ eventTypes }: Webhook, type: string): boolean {
  return eventTypes.includes('*') || eventTypes.includes(type);
}
