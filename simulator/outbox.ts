import type { Clock } from './clock';
import { USUAL_DELIVERY, type DeliveryRules } from './delivery-rules';
import { isTaken, type Message, type Parcel } from './message';
import { isSendingMode, type Misbehaviour, type SendingMode, type SendingPlace } from './misbehaviour';
import { Newest } from './newest';
import type { Transport } from './transport';

// Enough for a load test; each is about a kilobyte.
const MESSAGES_KEPT = 10_000;

/** Delivers messages as gateways do: resends what was not taken, and now and then late, twice, out of order or never. */
export class Outbox {
  readonly #messages = new Newest<Message>(MESSAGES_KEPT);
  readonly #held = new Map<string, Message>();
  /** Per payment, the end of what leaves before the next message. */
  readonly #lanes = new Map<string, Promise<void>>();
  #rules = USUAL_DELIVERY;
  #serial = 0;
  #unfinished = 0;
  #waiting: (() => void)[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly transport: Transport,
    private readonly misbehaviour: Misbehaviour,
  ) {}

  get rules(): DeliveryRules {
    return this.#rules;
  }

  /** Takes new rules. Messages held back by the old ones leave now. */
  follow(rules: DeliveryRules): void {
    this.#rules = rules;
    if (rules.reorder) return;
    for (const message of this.#held.values()) this.#depart(message);
    this.#held.clear();
  }

  /** Sends a message under the rules in force. */
  send(parcel: Parcel): Message {
    const message = this.#enter(parcel);
    if (this.#isDropped()) {
      message.state = 'Lost';
      return message;
    }
    const held = this.#held.get(parcel.about);
    if (this.#rules.reorder && !held) {
      message.state = 'Held';
      this.#held.set(parcel.about, message);
      return message;
    }
    this.#held.delete(parcel.about);
    this.#departWithCopies(message);
    if (held) this.#departWithCopies(held);
    return message;
  }

  /** Enters a message in the history as sent and lost on the way. */
  lose(parcel: Parcel): Message {
    const message = this.#enter(parcel);
    message.state = 'Lost';
    return message;
  }

  /** Sends at once, whatever the rules say. */
  sendNow(parcel: Parcel): Message {
    const message = this.#enter(parcel);
    this.#track(this.#attempt(message));
    return message;
  }

  find(id: string): Message | undefined {
    return this.#messages.get(id);
  }

  /** Newest first; of one payment, or all. */
  list(about?: string): Message[] {
    const all = this.#messages.list();
    return about === undefined ? all : all.filter((message) => message.parcel.about === about);
  }

  /** Resolves when nothing waits to be sent or resent. What is held back or lost does not count. */
  idle(): Promise<void> {
    if (this.#unfinished === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Forgets everything. What was still to be sent or resent is not any more. */
  clear(): void {
    for (const message of this.#messages.list()) message.state = 'Lost';
    this.#messages.clear();
    this.#held.clear();
    this.#rules = USUAL_DELIVERY;
  }

  #enter(parcel: Parcel): Message {
    const message: Message = {
      id: `msg_${++this.#serial}`,
      parcel,
      createdAt: this.clock.now(),
      state: 'Queued',
      attempts: [],
    };
    this.#messages.set(message.id, message);
    return message;
  }

  #isDropped(): boolean {
    const { drop } = this.#rules;
    if (typeof drop === 'number') this.#rules = { ...this.#rules, drop: drop > 1 ? drop - 1 : false };
    return drop !== false;
  }

  #departWithCopies(message: Message): void {
    const copies = Array.from({ length: this.#rules.duplicates }, () =>
      this.#enter({ ...message.parcel, copyOf: message.id }),
    );
    this.#depart(message, ...copies);
  }

  /** Puts messages in their payment's lane: they leave together when the earlier ones have had their first attempt. */
  #depart(...messages: [Message, ...Message[]]): void {
    const lane = messages[0].parcel.about;
    const delay = this.#pause(this.#rules.delayMs);
    const before = this.#lanes.get(lane) ?? Promise.resolve();
    const leaving = before.then(() => delay).then(() => Promise.all(messages.map((message) => this.#attempt(message))));
    const gone = leaving.then(() => {
      if (this.#lanes.get(lane) === gone) this.#lanes.delete(lane);
    });
    this.#lanes.set(lane, gone);
    this.#track(gone);
  }

  async #attempt(message: Message): Promise<void> {
    if (message.state === 'Lost') return;
    const { channel, url, headers, body, resendAfterMs } = message.parcel;
    const fault = this.#fault(channel);
    const answer = await this.transport({ url, headers, body, fault });
    message.attempts.push({ at: this.clock.now(), answer });
    // A garbled message that was answered 200 was still not delivered: the gateway sends it again, properly.
    if (fault === null && isTaken(message.parcel, answer)) {
      message.state = 'Sent';
      return;
    }
    const pauseMs = resendAfterMs[message.attempts.length - 1];
    if (pauseMs === undefined) {
      message.state = 'Failed';
      return;
    }
    message.state = 'Retrying';
    // Not awaited: the payment's next message does not wait for this one's resends.
    this.#track(this.#pause(pauseMs).then(() => this.#attempt(message)));
  }

  #fault(channel: SendingPlace): SendingMode | null {
    const mode = this.misbehaviour.take(channel)?.mode;
    return mode !== undefined && isSendingMode(mode) ? mode : null;
  }

  #pause(ms: number): Promise<void> {
    if (ms === 0) return Promise.resolve();
    return new Promise((resolve) => this.clock.after(ms, resolve));
  }

  #track(work: Promise<void>): void {
    this.#unfinished += 1;
    void work.finally(() => {
      this.#unfinished -= 1;
      if (this.#unfinished > 0) return;
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }
}
