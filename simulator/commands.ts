import { z } from 'zod';
import { deliveryRules, type DeliveryRules } from './delivery-rules';
import type { Message } from './message';
import { isSendingMode, isSendingPlace, MODES, PLACES, type Misbehaviour, type Switch } from './misbehaviour';
import type { Outbox } from './outbox';
import { eventOrder } from './paypal-standard/events';
import { isWebAddress } from './paypal-standard/checkout-form';
import type { Account } from './paypal-standard/accounts';
import type { PayPalStandard } from './paypal-standard';
import { override } from './paypal-standard/messenger';
import type { PayOutcome } from './paypal-standard/pay';
import type { PayPalCheckout } from './paypal-checkout';
import type { Payment } from './paypal-standard/payments';
import { readForm } from './form-encoding';
import { readOrder } from './read-order';
import type { Kkiapay } from './kkiapay';
import type { CheckoutCommands } from './paypal-checkout/commands';
import { createKkiapayCommands, type KkiapayCommands } from './kkiapay/commands';
import { Refusal } from './refusal';

const MOST_AT_ONCE = 100;

const webAddress = z.string().refine(isWebAddress, 'not an absolute http or https address');

const misbehaveOrder = z.strictObject({
  where: z.enum(PLACES),
  mode: z.enum(MODES),
  times: z.coerce.number().int().positive().nullable().default(null),
  /** What was asked is done, and only the answer goes wrong. For the calls that do something. */
  afterActing: z.boolean().default(false),
});

const replayOrder = z.strictObject({ times: z.coerce.number().int().min(1).max(MOST_AT_ONCE).default(1) });

const forgeOrder = z.strictObject({
  /** Defaults to where the message it is made from went. */
  notifyUrl: webAddress.optional(),
  /** A message to start from; its fields are written over by `fields`. */
  like: z.string().optional(),
  fields: z.record(z.string(), z.string().nullable()).default({}),
});

const sendOrder = z.strictObject({
  notifyUrl: webAddress,
  /** The bytes as percent-encoded ASCII, exactly as they are to travel. */
  body: z
    .string()
    .min(1)
    .max(64_000)
    .regex(/^[\x20-\x7e]*$/, 'printable ASCII only'),
});

const payOrder = z.strictObject({
  buyer: z.string(),
  /** The form's fields, as `nextAction.fields` of a payment has them. */
  fields: z.record(z.string(), z.string()),
});

const accountOrder = z.strictObject({
  identityToken: z.string().min(1).nullable().optional(),
  receiverId: z.string().min(1).optional(),
  receiverEmail: z.string().min(3).optional(),
  blockUsedInvoices: z.boolean().optional(),
  /** The API user of this seller: from now on it is known by these only, and sees this seller's transactions only. */
  nvp: z
    .strictObject({ username: z.string().min(1), password: z.string().min(1), signature: z.string().min(1) })
    .optional(),
});

/** Everything that can be asked of the simulator besides paying, with what was asked still unread. Refuses by throwing a `Refusal`. */
export interface Commands {
  misbehave(order: unknown): Switch[];
  behave(): void;
  deliver(order: unknown): DeliveryRules;
  deliverAsUsual(): void;
  setAccount(business: string, order: unknown): Account;
  pay(order: unknown): PayOutcome;
  happen(txnIdOrInvoice: string, order: unknown): { payment: Payment; message: Message | null };
  resend(messageId: string): Message;
  replay(messageId: string, order: unknown): Message[];
  forge(order: unknown): Message;
  sendBytes(order: unknown): Message;
  reset(): void;
  readonly checkout: CheckoutCommands;
  readonly kkiapay: KkiapayCommands;
}

export interface CommandsDeps {
  readonly misbehaviour: Misbehaviour;
  readonly outbox: Outbox;
  readonly paypal: PayPalStandard;
  readonly checkout: PayPalCheckout;
  readonly kkiapay: Kkiapay;
}

export function createCommands({ misbehaviour, outbox, paypal, checkout, kkiapay }: CommandsDeps): Commands {
  const messageOf = (id: string): Message => {
    const message = outbox.find(id);
    if (!message) throw new Refusal(404, 'not_found', `there is no message "${id}"`);
    return message;
  };
  const sendNow = (...parcel: Parameters<Outbox['sendNow']>): Message => {
    const [message] = outbox.sendNow(...parcel);
    if (!message) throw new Error('nothing was sent');
    return message;
  };

  return {
    misbehave(order) {
      const { where, mode, times, afterActing } = readOrder(misbehaveOrder, order);
      if (isSendingPlace(where) && !isSendingMode(mode))
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
    setAccount(business, order) {
      const { nvp, ...asked } = readOrder(accountOrder, order);
      const settings = Object.entries(asked).filter(([, value]) => value !== undefined);
      const account = paypal.accounts.change(business, Object.fromEntries(settings));
      if (nvp !== undefined) paypal.apiUsers.set(nvp, account.receiverId);
      return account;
    },
    pay(order) {
      const { fields, buyer } = readOrder(payOrder, order);
      return paypal.payForm(fields, buyer);
    },
    happen(txnIdOrInvoice, order) {
      const payment = paypal.payment(txnIdOrInvoice);
      return { payment, message: paypal.happen(payment, readOrder(eventOrder, order)) };
    },
    resend(messageId) {
      const message = messageOf(messageId);
      if (message.parcel.channel === 'kkiapay_webhook')
        throw new Refusal(400, 'invalid_request', 'KKiaPay resends nothing on demand; its bytes can be replayed');
      return sendNow(checkout.messenger.resend(message) ?? paypal.messenger.resend(message), 1);
    },
    replay: (messageId, order) =>
      outbox.sendNow(paypal.messenger.replay(messageOf(messageId)), readOrder(replayOrder, order).times),
    forge(order) {
      const { notifyUrl, like, fields } = readOrder(forgeOrder, order);
      const model = like === undefined ? null : messageOf(like).parcel;
      const url = notifyUrl ?? model?.url;
      if (url === undefined)
        throw new Refusal(400, 'invalid_request', 'notifyUrl: say where to send it, or which message to be like');
      const forged = override(model === null ? {} : readForm(model.body, 'windows-1252'), fields);
      return sendNow(paypal.messenger.forge(model?.about ?? '', url, forged), 1);
    },
    sendBytes(order) {
      const { notifyUrl, body } = readOrder(sendOrder, order);
      return sendNow(
        paypal.messenger.genuine({ about: '', label: 'by hand', url: notifyUrl, body: Buffer.from(body, 'latin1') }),
        1,
      );
    },
    reset() {
      misbehaviour.clear();
      outbox.clear();
      paypal.clear();
      checkout.clear();
      kkiapay.clear();
    },
    checkout: checkout.commands,
    kkiapay: createKkiapayCommands({ kkiapay, outbox }),
  };
}
