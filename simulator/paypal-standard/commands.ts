import { z } from 'zod';
import { readForm, type Fields } from '../form-encoding';
import type { Message } from '../message';
import { readOrder } from '../read-order';
import { Refusal } from '../refusal';
import type { Account } from './accounts';
import type { ApiUsers } from './api-users';
import { readCheckoutForm, type CheckoutForm, type FormReading } from './checkout-form';
import { eventOrder, happen } from './events';
import type { NextRefunds } from './next-refunds';
import type { RefundAnswers } from './nvp';
import { isWebAddress } from './form-reader';
import { override } from './messenger';
import type { PayOutcome } from './pay';
import { PENDING_REFUNDS, type Payment } from './payments';
import { play, storyOrder } from './stories';
import type { CourseDeps, SubscribeOutcome } from './subscriptions/course';
import { isSubscriptionForm, readSubscriptionForm, type SubscriptionForm } from './subscriptions/form';
import { playSubscription, subscriptionOrder } from './subscriptions/stories';
import { FAMILIES, type Subscription } from './subscriptions/subscriptions';

const webAddress = z.string().refine(isWebAddress, 'not an absolute http or https address');

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
  subscriptionNames: z.enum(FAMILIES).optional(),
  /** The API user of this seller: from now on it is known by these only, and sees this seller's transactions only. */
  nvp: z
    .strictObject({ username: z.string().min(1), password: z.string().min(1), signature: z.string().min(1) })
    .optional(),
});

const subscriptionSettings = z.strictObject({
  /** The names that its messages have from now on. */
  names: z.enum(FAMILIES),
});

const nextOrder = z.strictObject({
  call: z.literal('refund'),
  /** Refused with this error: 10007, 10009 … */
  error: z
    .string()
    .regex(/^\d{5}$/)
    .optional(),
  status: z.enum(['COMPLETED', 'PENDING']).optional(),
  /** Why it is on its way. */
  reason: z.enum(PENDING_REFUNDS).optional(),
  /** What PayPal gives back of its fee. */
  fee: z.string().optional(),
  /** The money is given back, and the `MSGSUBID` forgotten. */
  forget: z.boolean().optional(),
});

/** Everything that can be asked of PayPal Standard here, with what was asked still unread. Refuses by throwing a `Refusal`. */
export interface StandardCommands {
  account(business: string): Account;
  setAccount(business: string, order: unknown): Account;
  /** A subscription form is agreed to, and its first payment paid. */
  pay(order: unknown): PayOutcome | SubscribeOutcome;
  payments(): Payment[];
  /** By transaction id or invoice. */
  payment(txnIdOrInvoice: string): Payment;
  happen(txnIdOrInvoice: string, order: unknown): { payment: Payment; message: Message | null };
  subscriptions(): Subscription[];
  /** By id or invoice. */
  subscription(idOrInvoice: string): Subscription;
  setSubscription(idOrInvoice: string, order: unknown): Subscription;
  happenTo(idOrInvoice: string, order: unknown): { subscription: Subscription; message: Message | null };
  /** What the next refund by API comes to. */
  orderNext(order: unknown): void;
  forgetRefundKeys(): void;
  forge(order: unknown): Message;
  sendBytes(order: unknown): Message;
}

export interface StandardCommandsDeps extends CourseDeps {
  readonly apiUsers: ApiUsers;
  readonly nextRefunds: NextRefunds;
  readonly refundAnswers: RefundAnswers;
  /** Lets a buyer pay a form that is in order. */
  readonly payAs: (form: CheckoutForm, buyerKey: string) => PayOutcome;
  readonly subscribeAs: (form: SubscriptionForm, buyerKey: string) => SubscribeOutcome;
}

export function createStandardCommands(deps: StandardCommandsDeps): StandardCommands {
  const { outbox, accounts, apiUsers, payments, subscriptions, messenger, nextRefunds, refundAnswers } = deps;

  const paymentOf = (txnIdOrInvoice: string): Payment => {
    const payment = payments.find(txnIdOrInvoice);
    if (payment) return payment;
    throw new Refusal(404, 'not_found', `there is no payment with the transaction id or invoice "${txnIdOrInvoice}"`);
  };
  const subscriptionOf = (idOrInvoice: string): Subscription => {
    const subscription = subscriptions.find(idOrInvoice);
    if (subscription) return subscription;
    throw new Refusal(404, 'not_found', `there is no subscription with the id or invoice "${idOrInvoice}"`);
  };
  const payForm = (fields: Fields, buyerKey: string): PayOutcome | SubscribeOutcome => {
    const outcome = isSubscriptionForm(fields)
      ? deps.subscribeAs(inOrder(readSubscriptionForm(fields)), buyerKey)
      : deps.payAs(inOrder(readCheckoutForm(fields)), buyerKey);
    if (outcome.kind === 'refused') throw new Refusal(409, 'invoice_used', outcome.reason);
    return outcome;
  };

  return {
    account: (business) => accounts.of(business),
    setAccount(business, order) {
      const { nvp, ...asked } = readOrder(accountOrder, order);
      const settings = Object.entries(asked).filter(([, value]) => value !== undefined);
      const account = accounts.change(business, Object.fromEntries(settings));
      if (nvp !== undefined) apiUsers.set(nvp, account.receiverId);
      return account;
    },
    pay(order) {
      const { fields, buyer } = readOrder(payOrder, order);
      return payForm(fields, buyer);
    },
    payments: () => payments.list(),
    payment: paymentOf,
    happen(txnIdOrInvoice, order) {
      const payment = paymentOf(txnIdOrInvoice);
      const isStory = typeof order === 'object' && order !== null && 'kind' in order;
      const message = isStory
        ? play(payment, readOrder(storyOrder, order), deps)
        : happen(payment, readOrder(eventOrder, order), deps);
      return { payment, message };
    },
    subscriptions: () => subscriptions.list(),
    subscription: subscriptionOf,
    setSubscription(idOrInvoice, order) {
      const subscription = subscriptionOf(idOrInvoice);
      subscription.family = readOrder(subscriptionSettings, order).names;
      return subscription;
    },
    happenTo(idOrInvoice, order) {
      const subscription = subscriptionOf(idOrInvoice);
      return { subscription, message: playSubscription(subscription, readOrder(subscriptionOrder, order), deps) };
    },
    orderNext(order) {
      const { error, status, reason, fee, forget } = readOrder(nextOrder, order);
      nextRefunds.order({
        error: error ?? null,
        pendingReason: status === 'PENDING' ? (reason ?? 'echeck') : null,
        feeReturned: fee ?? null,
        isForgotten: forget ?? false,
      });
    },
    forgetRefundKeys: () => {
      refundAnswers.clear();
    },
    forge(order) {
      const { notifyUrl, like, fields } = readOrder(forgeOrder, order);
      const model = like === undefined ? null : outbox.find(like)?.parcel;
      if (model === undefined) throw new Refusal(404, 'not_found', `there is no message "${String(like)}"`);
      const url = notifyUrl ?? model?.url;
      if (url === undefined)
        throw new Refusal(400, 'invalid_request', 'notifyUrl: say where to send it, or which message to be like');
      const forged = override(model === null ? {} : readForm(model.body, 'windows-1252'), fields);
      return outbox.sendNow(messenger.forge(model?.about ?? '', url, forged));
    },
    sendBytes(order) {
      const { notifyUrl, body } = readOrder(sendOrder, order);
      return outbox.sendNow(
        messenger.genuine({ about: '', label: 'by hand', url: notifyUrl, body: Buffer.from(body, 'latin1') }),
      );
    },
  };
}

function inOrder<Form>(reading: FormReading<Form>): Form {
  if (reading.ok) return reading.form;
  throw new Refusal(400, 'invalid_form', reading.problems.join('; '));
}
