import { z } from 'zod';
import { deliveryRules, type DeliveryRules } from './delivery-rules';
import type { LookAlike } from './look-alike';
import type { Mailbox } from './mailbox/mailbox';
import { copyOf, type Message } from './message';
import { isSendingMode, MODES, PAYER_PAGE, type Misbehaviour, type Place, type Switch } from './misbehaviour';
import type { Outbox } from './outbox';
import { readOrder } from './read-order';
import type { Receiver } from './receiver/receiver';
import { Refusal } from './refusal';

const MOST_AT_ONCE = 100;

const misbehaveOrder = z.strictObject({
  where: z.string(),
  mode: z.enum(MODES),
  times: z.coerce.number().int().positive().nullable().default(null),
  /** What was asked is done, and only the answer goes wrong. For the calls that do something. */
  afterActing: z.boolean().default(false),
});

const replayOrder = z.strictObject({ times: z.coerce.number().int().min(1).max(MOST_AT_ONCE).default(1) });

/** What can be asked of the simulator whatever the gateway, with what was asked still unread. Refuses by throwing a `Refusal`. */
export interface Commands {
  /** Where it can be told to misbehave. */
  readonly places: readonly Place[];
  misbehave(order: unknown): Switch[];
  behave(): void;
  deliver(order: unknown): DeliveryRules;
  deliverAsUsual(): void;
  /** Messages about a payment, by any of its names; without one all. */
  messages(about: string | undefined): Message[];
  resend(messageId: string): Message;
  replay(messageId: string, order: unknown): Message[];
  reset(): void;
}

export interface CommandsDeps {
  readonly misbehaviour: Misbehaviour;
  readonly outbox: Outbox;
  readonly mailbox: Mailbox;
  readonly receiver: Receiver;
  readonly lookAlikes: readonly LookAlike[];
}

export function createCommands({ misbehaviour, outbox, mailbox, receiver, lookAlikes }: CommandsDeps): Commands {
  const places = [PAYER_PAGE, ...lookAlikes.flatMap((lookAlike) => lookAlike.places)];
  const messageOf = (id: string): Message => {
    const message = outbox.find(id);
    if (!message) throw new Refusal(404, 'not_found', `there is no message "${id}"`);
    return message;
  };

  return {
    places,
    misbehave(order) {
      const { where, mode, times, afterActing } = readOrder(misbehaveOrder, order);
      const place = places.find(({ name }) => name === where);
      if (!place)
        throw new Refusal(400, 'invalid_request', `where: one of ${places.map(({ name }) => name).join(', ')}`);
      if (place.kind === 'sending' && !isSendingMode(mode))
        throw new Refusal(400, 'invalid_request', `a message cannot be sent as ${mode}: it has no status`);
      misbehaviour.turnOn({ where, mode, times, afterActing });
      return misbehaviour.list();
    },
    behave: () => {
      misbehaviour.clear();
    },
    deliver(order) {
      outbox.follow(readOrder(deliveryRules, order));
      return outbox.rules;
    },
    deliverAsUsual: () => {
      outbox.follow(deliveryRules.parse({}));
    },
    messages(about) {
      const found = outbox.list(about);
      if (found.length > 0 || about === undefined) return found;
      for (const lookAlike of lookAlikes) {
        const subject = lookAlike.subjectOf(about);
        if (subject !== null) return outbox.list(subject);
      }
      throw new Refusal(404, 'not_found', `there is no payment "${about}", and no message about one`);
    },
    resend(messageId) {
      const message = messageOf(messageId);
      const sender = lookAlikes.find((lookAlike) => lookAlike.places.includes(message.parcel.channel));
      if (!sender) throw new Error(`nobody sends messages of the kind ${message.parcel.channel.name}`);
      return outbox.sendNow(sender.resend(message));
    },
    replay(messageId, order) {
      const parcel = copyOf(messageOf(messageId));
      return Array.from({ length: readOrder(replayOrder, order).times }, () => outbox.sendNow(parcel));
    },
    reset() {
      misbehaviour.clear();
      outbox.clear();
      mailbox.clear();
      receiver.clear();
      for (const lookAlike of lookAlikes) lookAlike.clear();
    },
  };
}
