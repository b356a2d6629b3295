import type { Event } from '../event-body';
import type { Subscription } from './subscriptions';
import { viewSubscription } from './views';

const SUMMARIES = {
  CREATED: 'Subscription created',
  ACTIVATED: 'Subscription activated',
  UPDATED: 'Subscription updated',
  SUSPENDED: 'Subscription suspended',
  CANCELLED: 'Subscription cancelled',
  EXPIRED: 'Subscription expired',
  'RE-ACTIVATED': 'Subscription reactivated',
  'PAYMENT.FAILED': 'Payment failed on subscription',
} as const;

/** What can be told of a subscription, as its event's name ends. */
export type Happening = keyof typeof SUMMARIES;

export function subscriptionEvent(what: Happening, subscription: Subscription, page: string): Event {
  return {
    type: `BILLING.SUBSCRIPTION.${what}`,
    resourceType: 'subscription',
    summary: SUMMARIES[what],
    resource: viewSubscription(subscription, page),
    at: subscription.updatedAt,
  };
}
