import { GatewayFailure } from '../port';
import type { Gateway, GatewayContext, Lookup, OpenedCheckout, RawNotification, Subject } from '../port';
import { BY_AGREEMENT } from '../../../workflows/domain/gateway';
import { MAX_AMOUNT } from '../../../workflows/domain/money';
import { unreachable } from '../../../workflows/domain/unreachable';
import { PAYPAL_CURRENCIES } from '../paypal/money';
import { inspectAccount } from './account';
import type { PaypalCheckoutCredentials } from './credentials';
import type { PaypalPartner } from './partner';
import { readToken } from './notification';
import { askerOf, capture, fetchOrder, standingOf, startCheckout } from './orders';
import { lookUpRefund, refund } from './refunds';
import { lookUpSale } from './sales';
import { subscriptions } from './subscriptions';
import { fetchWebhook, lookUpOrder } from './webhook';

type Context = GatewayContext<PaypalCheckoutCredentials, PaypalPartner>;

// PayPal keeps an order for three hours, in which its payer must be sent to it and it must be approved and captured (Orders v2, "Create
// order"; more by agreement only). Ten minutes less, so that an approval of the last moment is still found and captured.
const ORDER_LIVES_MS = 170 * 60_000;

/**
 * PayPal Checkout: an order that the payer approves at PayPal and that we capture, or a subscription that PayPal collects by itself, and
 * webhooks about what becomes of the money.
 */
export const paypalCheckout = {
  capabilities: {
    methods: {
      paypal: {
        startedBy: ['member'],
        currencies: PAYPAL_CURRENCIES,
        min: 1,
        max: MAX_AMOUNT, // PayPal's own ceiling differs per account and is not published; it refuses the order
        refund: 'partial',
        feesReturned: 'some',
      },
    },
    lookup: 'by_reference',
    checkoutLivesMs: ORDER_LIVES_MS,
    capture: 'by_us',
    recurring: true,
    notifications: 'signature',
  },

  startCheckout,

  async fetchFacts(subject: Subject, context: Context): Promise<Lookup> {
    switch (subject.by) {
      case 'payment':
        return fetchPayment(subject.checkout, context);
      case 'notification':
        return fetchNotified(subject.raw, subject.checkout, context);
      default:
        return unreachable(subject);
    }
  },

  capture,
  refund,
  lookUpRefund,
  agreements: subscriptions,
  inspectAccount,
} satisfies Gateway<PaypalCheckoutCredentials, PaypalPartner>;

/** The order shows its captures as they are now, so what was pending is among them. */
async function fetchPayment({ method, reference }: OpenedCheckout, context: Context): Promise<Lookup> {
  // Nobody was sent anywhere, so nobody can have paid.
  if (reference === null) return { found: false, reason: 'order_not_created' };
  if (method === BY_AGREEMENT) return lookUpSale(askerOf(context), reference);
  const seen = await fetchOrder(askerOf(context), reference);
  return seen ? standingOf(seen) : { found: false, reason: 'order_unknown' };
}

async function fetchNotified(raw: RawNotification, checkout: OpenedCheckout | null, context: Context): Promise<Lookup> {
  switch (raw.channel) {
    case 'webhook':
      return fetchWebhook(raw, checkout, context);
    case 'poll':
      return fetchReturned(raw, checkout, context);
    case 'ipn':
    case 'pdt':
      throw unaskable(`PayPal Checkout has no ${raw.channel} messages`);
    default:
      return unreachable(raw.channel);
  }
}

/** A browser that comes back proves nothing; trying to take the money does, and needs no question before it. */
async function fetchReturned(raw: RawNotification, checkout: OpenedCheckout | null, context: Context): Promise<Lookup> {
  const token = readToken(raw);
  if (token === null) throw unaskable('a return without an order token');
  if (checkout && token === checkout.reference)
    return { found: 'approved', paymentId: checkout.paymentId, reference: token };
  return lookUpOrder(token, askerOf(context), context);
}

/** The door refuses such messages, so none is stored; asking again would not change it. */
function unaskable(message: string): GatewayFailure {
  return new GatewayFailure({ code: 'unaskable', message, moved: 'no', retry: 'never' });
}
