import { z } from 'zod';
import type { Message } from '../message';
import type { Outbox } from '../outbox';
import { isWebAddress } from '../paypal-standard/checkout-form';
import { readOrder } from '../read-order';
import { Refusal } from '../refusal';
import { findBuyer } from './buyers';
import type { Clients } from './clients';
import { writeEvent, type Event } from './event-body';
import { eventOf } from './events';
import { happenLater, laterEventOrder, type LaterOutcome } from './later-events';
import { TAMPERINGS, type Messenger, type Recipient } from './messenger';
import type { NextAnswer, NextAnswers } from './next-answers';
import type { Decision, Onboarding } from './onboarding';
import type { Capture, Order, Orders } from './orders';
import { findPerson } from './persons';
import type { RequestIds } from './request-ids';
import type { Seller, Sellers } from './sellers';
import { theSigner } from './signer';
import { approve, cancelAddress, type TakingDeps } from './taking';
import type { Webhook, Webhooks } from './webhooks';

const webAddress = z.string().refine(isWebAddress, 'not an absolute http or https address');
const word = z.string().min(1).max(60);

const payOrder = z.strictObject({ buyer: z.string(), orderId: z.string() });

const nextOrder = z.discriminatedUnion('call', [
  z.strictObject({
    call: z.literal('capture'),
    /** Refused with this word, instead of captured. */
    issue: word.optional(),
    status: z.enum(['COMPLETED', 'PENDING', 'DECLINED']).optional(),
    reason: word.optional(),
    /** Another sum than the order's, in its currency. */
    amount: z.string().optional(),
  }),
  z.strictObject({
    call: z.literal('refund'),
    issue: word.optional(),
    status: z.enum(['COMPLETED', 'PENDING', 'FAILED']).optional(),
    reason: word.optional(),
    /** What PayPal gives back of its fee. */
    fee: z.string().optional(),
    /** The money is given back, and the `PayPal-Request-Id` forgotten. */
    forget: z.boolean().optional(),
  }),
]);

const forgeOrder = z.strictObject({
  /** What it says happened, of the order named: CHECKOUT.ORDER.APPROVED, PAYMENT.CAPTURE.COMPLETED … */
  eventType: word.default('PAYMENT.CAPTURE.COMPLETED'),
  orderId: z.string().optional(),
  /** Instead of what is true of the order. */
  resource: z.record(z.string(), z.unknown()).optional(),
  /** A message to take the body from. */
  like: z.string().optional(),
  /** Which webhook it pretends to be for. Without one: the first of the order's app. */
  webhookId: z.string().optional(),
  /** Defaults to where the webhook's messages go. */
  notifyUrl: webAddress.optional(),
  tamper: z.enum(TAMPERINGS).optional(),
  certUrl: z.string().optional(),
});

const clientOrder = z.strictObject({
  secret: z.string().min(1).optional(),
  merchantId: z.string().min(1).max(13).optional(),
});

const sellerOrder = z.strictObject({
  name: z.string().min(1).optional(),
  email: z.string().min(3).optional(),
  country: z.string().length(2).optional(),
  currency: z.string().length(3).optional(),
  accountType: z.enum(['BUSINESS', 'PERSONAL']).optional(),
  paymentsReceivable: z.boolean().optional(),
  primaryEmailConfirmed: z.boolean().optional(),
});

const onboardOrder = z.strictObject({ referralToken: z.string(), person: z.string() });
const revokeOrder = z.strictObject({ clientId: z.string().min(1) });

/** Everything that can be asked of PayPal Checkout here, with what was asked still unread. Refuses by throwing a `Refusal`. */
export interface CheckoutCommands {
  pay(order: unknown): { outcome: 'approved' | 'cancelled'; returnUrl: string | null };
  orders(): Order[];
  order(id: string): Order;
  captures(): Capture[];
  /** By its id, its order's, or its invoice. */
  capture(id: string): Capture;
  /** The same; null when there is none. */
  findCapture(id: string): Capture | null;
  messagesAbout(orderId: string): Message[];
  happen(captureId: string, order: unknown): LaterOutcome & { capture: Capture };
  orderNext(order: unknown): void;
  webhooks(): Webhook[];
  forge(order: unknown): Promise<Message>;
  setClient(clientId: string, order: unknown): { clientId: string; merchantId: string };
  seller(merchantId: string): Seller;
  setSeller(merchantId: string, order: unknown): Seller;
  /** A person answers a partner's invitation without a browser. */
  onboard(order: unknown): Decision;
  revokeConsent(merchantId: string, order: unknown): Seller;
  expireTokens(): void;
  forgetRequestIds(): void;
}

export interface CheckoutCommandsDeps extends TakingDeps {
  readonly outbox: Outbox;
  readonly orders: Orders;
  readonly clients: Clients;
  readonly sellers: Sellers;
  readonly webhooks: Webhooks;
  readonly messenger: Messenger;
  readonly onboarding: Onboarding;
  readonly nextAnswers: NextAnswers;
  readonly requestIds: readonly RequestIds<unknown>[];
}

export function createCheckoutCommands(deps: CheckoutCommandsDeps): CheckoutCommands {
  const { outbox, orders, clients, sellers, webhooks, messenger, onboarding, nextAnswers, requestIds } = deps;

  const orderOf = (id: string): Order => {
    const order = orders.order(id);
    if (!order) throw new Refusal(404, 'not_found', `there is no order "${id}"`);
    return order;
  };
  const findCapture = (id: string): Capture | null =>
    orders.capture(id) ??
    orders.captures().find(({ order }) => order.id === id || order.purchase.invoiceId === id) ??
    null;
  const captureOf = (id: string): Capture => {
    const capture = findCapture(id);
    if (capture === null)
      throw new Refusal(404, 'not_found', `there is no capture, and no captured order or invoice, "${id}"`);
    return capture;
  };

  return {
    pay(asked) {
      const { buyer: key, orderId } = readOrder(payOrder, asked);
      const buyer = findBuyer(key);
      if (!buyer) throw new Refusal(404, 'not_found', `there is no buyer called "${key}"`);
      const order = orderOf(orderId);
      if (order.state.kind === 'captured') throw new Refusal(409, 'not_possible', `${orderId} was captured`);
      if (buyer.plan.kind === 'cancels') return { outcome: 'cancelled', returnUrl: cancelAddress(order) };
      return { outcome: 'approved', returnUrl: approve(order, buyer, buyer.plan, deps) };
    },
    orders: () => orders.list(),
    order: orderOf,
    captures: () => orders.captures(),
    capture: captureOf,
    findCapture,
    messagesAbout: (orderId) => outbox.list(orderId),
    happen(captureId, asked) {
      const capture = captureOf(captureId);
      return { capture, ...happenLater(capture, readOrder(laterEventOrder, asked), deps) };
    },
    orderNext(asked) {
      const next = readOrder(nextOrder, asked);
      nextAnswers.order(next.call, nextAnswerOf(next));
    },
    webhooks: () => webhooks.list(),
    async forge(asked) {
      const order = readOrder(forgeOrder, asked);
      const model = order.like === undefined ? null : outbox.find(order.like);
      if (model === undefined) throw new Refusal(404, 'not_found', `there is no message "${String(order.like)}"`);
      const subject = order.orderId === undefined ? null : orderOf(order.orderId);
      const recipient = await recipientOf(order, subject, webhooks);
      const body = model?.parcel.body ?? writeEvent(lie(order, subject, deps), recipient.origin, deps.clock.now());
      const about = subject?.id ?? model?.parcel.about ?? '';
      const parcel = messenger.forge(recipient, about, body, order.tamper ?? null, order.certUrl ?? null);
      return outbox.sendNow(parcel);
    },
    setClient(clientId, asked) {
      const { secret, merchantId } = readOrder(clientOrder, asked);
      if (secret !== undefined) clients.set(clientId, secret);
      if (merchantId !== undefined) sellers.own(clientId, merchantId);
      return { clientId, merchantId: sellers.ownerOf(clientId).merchantId };
    },
    seller: (merchantId) => sellers.of(merchantId),
    setSeller(merchantId, asked) {
      const settings = Object.entries(readOrder(sellerOrder, asked)).filter(([, value]) => value !== undefined);
      return sellers.change(merchantId, Object.fromEntries(settings));
    },
    onboard(asked) {
      const { referralToken, person: key } = readOrder(onboardOrder, asked);
      const referral = onboarding.referral(referralToken);
      const person = findPerson(key);
      if (!referral) throw new Refusal(404, 'not_found', `there is no invitation "${referralToken}"`);
      if (!person) throw new Refusal(404, 'not_found', `there is nobody called "${key}"`);
      return onboarding.decide(referral, person);
    },
    revokeConsent(merchantId, asked) {
      const { clientId } = readOrder(revokeOrder, asked);
      if (!onboarding.revoke(merchantId, clientId)) {
        throw new Refusal(409, 'not_possible', `${merchantId} gave ${clientId} no permission`);
      }
      return sellers.of(merchantId);
    },
    expireTokens: () => {
      clients.expireTokens();
    },
    forgetRequestIds: () => {
      for (const ids of requestIds) ids.forget();
    },
  };
}

function nextAnswerOf(next: z.output<typeof nextOrder>): NextAnswer {
  const issue = next.issue === undefined ? {} : { issue: next.issue };
  const reason = next.reason ?? null;
  if (next.call === 'refund')
    return {
      ...issue,
      ...(next.status !== undefined && { refund: { status: next.status, reason } }),
      ...(next.fee !== undefined && { feeReturned: next.fee }),
      ...(next.forget !== undefined && { isForgotten: next.forget }),
    };
  return {
    ...issue,
    ...(next.status !== undefined && { standing: { status: next.status, reason } }),
    ...(next.amount !== undefined && { amount: next.amount }),
  };
}

async function recipientOf(
  { webhookId, notifyUrl }: z.output<typeof forgeOrder>,
  order: Order | null,
  webhooks: Webhooks,
): Promise<Recipient> {
  const all = order === null ? webhooks.list() : webhooks.of(order.clientId);
  const webhook = webhookId === undefined ? all[0] : webhooks.get(webhookId);
  const url = notifyUrl ?? webhook?.url;
  const origin = webhook?.origin ?? order?.origin;
  if (url === undefined || origin === undefined) {
    throw new Refusal(400, 'invalid_request', 'say which webhook it pretends to be for, or make one');
  }
  return { url, origin, webhookId: webhookId ?? webhook?.id ?? 'WEBHOOK_ID', signer: await theSigner() };
}

function lie(
  { eventType, resource }: z.output<typeof forgeOrder>,
  order: Order | null,
  { payerPage }: TakingDeps,
): Event {
  const truth = order === null ? null : eventOf(eventType, order, payerPage(order));
  if (truth === null && resource === undefined) {
    throw new Refusal(400, 'invalid_request', `resource: nothing is known that ${eventType} could be about; say it`);
  }
  const summary = `${eventType} happened`;
  return { type: eventType, resourceType: 'capture', summary, ...truth, resource: resource ?? truth?.resource ?? {} };
}
