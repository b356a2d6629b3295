import { z } from 'zod';
import { readJson } from './answers';

/** What a webhook is about, and so what is asked of PayPal about it. */
export type Topic =
  | 'approval'
  | 'order'
  | 'capture'
  | 'refund'
  | 'reversal'
  | 'sale'
  | 'sale_refund'
  | 'sale_reversal'
  | 'subscription'
  | 'subscription_update'
  | 'dispute'
  | 'dispute_update'
  | 'consent';

/** The events that are understood (PayPal, "Webhook event names"); a webhook of ours asks for these and no others. */
export const TOPICS: Readonly<Record<string, Topic>> = {
  'CHECKOUT.ORDER.APPROVED': 'approval',
  'CHECKOUT.ORDER.COMPLETED': 'order',
  'PAYMENT.CAPTURE.COMPLETED': 'capture',
  'PAYMENT.CAPTURE.PENDING': 'capture',
  // Both names are in PayPal's lists for the same thing.
  'PAYMENT.CAPTURE.DENIED': 'capture',
  'PAYMENT.CAPTURE.DECLINED': 'capture',
  'PAYMENT.CAPTURE.REFUNDED': 'refund',
  'PAYMENT.REFUND.PENDING': 'refund',
  'PAYMENT.REFUND.FAILED': 'refund',
  'PAYMENT.CAPTURE.REVERSED': 'reversal',
  // What a subscription collects is still a sale, as in the API before captures.
  'PAYMENT.SALE.COMPLETED': 'sale',
  'PAYMENT.SALE.PENDING': 'sale',
  'PAYMENT.SALE.DENIED': 'sale',
  'PAYMENT.SALE.REFUNDED': 'sale_refund',
  'PAYMENT.SALE.REVERSED': 'sale_reversal',
  'BILLING.SUBSCRIPTION.CREATED': 'subscription',
  'BILLING.SUBSCRIPTION.ACTIVATED': 'subscription',
  'BILLING.SUBSCRIPTION.UPDATED': 'subscription_update',
  'BILLING.SUBSCRIPTION.SUSPENDED': 'subscription',
  'BILLING.SUBSCRIPTION.RE-ACTIVATED': 'subscription',
  'BILLING.SUBSCRIPTION.CANCELLED': 'subscription',
  'BILLING.SUBSCRIPTION.EXPIRED': 'subscription',
  'BILLING.SUBSCRIPTION.PAYMENT.FAILED': 'subscription',
  'CUSTOMER.DISPUTE.CREATED': 'dispute',
  'CUSTOMER.DISPUTE.UPDATED': 'dispute_update',
  'CUSTOMER.DISPUTE.RESOLVED': 'dispute',
  'MERCHANT.PARTNER-CONSENT.REVOKED': 'consent',
};

export interface PaypalEvent {
  /** Null for a type that is not ours. */
  readonly topic: Topic | null;
  readonly resource: unknown;
}

/** Reads a webhook's body; null when it is none. */
export function readEvent(body: Uint8Array): PaypalEvent | null {
  const event = eventBody.safeParse(readJson(body)).data;
  return event
    ? {
        topic: Object.hasOwn(TOPICS, event.event_type) ? (TOPICS[event.event_type] ?? null) : null,
        resource: event.resource,
      }
    : null;
}

const eventBody = z.object({ event_type: z.string(), resource: z.unknown() });
