import { z } from 'zod';
import type { Message } from '../../message';
import type { Outbox } from '../../outbox';
import { readAmount } from '../../paypal-standard/amounts';
import { readOrder } from '../../read-order';
import { Refusal } from '../../refusal';
import { findBuyer, type Standing } from '../buyers';
import type { Money } from '../money';
import type { Capture } from '../orders';
import {
  activate,
  approve,
  cancel,
  cancelAddress,
  collect,
  expire,
  fail,
  reactivate,
  recover,
  returnAddress,
  revise,
  suspend,
  type BillingDeps,
} from './billing';
import { nextBillingAt, outstandingOf } from './standing';
import type { Status, Subscription, Subscriptions } from './subscriptions';

const word = z.string().min(1).max(60);
const reason = z.string().min(1).max(128).optional();
const otherSum = { amount: z.string().min(1).max(20).optional(), currency: z.string().length(3).optional() };

const approveOrder = z.strictObject({ buyer: z.string() });
const answerOrder = z.strictObject({ approves: z.boolean().default(true) });

/**
 * What can happen to a subscription. What happens to its sales happens to them as to captures. An amount is PayPal's decimal
 * text, and another than what is due.
 */
const happeningOrder = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('collect'), ...otherSum }),
  /** The same, but the sale is pending until it is completed or denied. */
  z.strictObject({ kind: z.literal('pending'), reason: word.default('ECHECK'), ...otherSum }),
  z.strictObject({ kind: z.literal('fail'), reason: word.default('PAYMENT_DENIED') }),
  z.strictObject({ kind: z.literal('recover') }),
  /** At PayPal's own site, by the payer or the merchant. */
  z.strictObject({ kind: z.literal('suspend'), reason }),
  z.strictObject({ kind: z.literal('reactivate'), reason }),
  z.strictObject({ kind: z.literal('cancel'), reason }),
  z.strictObject({ kind: z.literal('expire') }),
]);
type HappeningOrder = z.output<typeof happeningOrder>;

/** Everything that can be asked of subscriptions here, with what was asked still unread. Refuses by throwing a `Refusal`. */
export interface SubscriptionCommands {
  list(): Subscription[];
  /** By its id, or its custom id: then the newest. */
  get(id: string): Subscription;
  messagesAbout(id: string): Message[];
  /** A payer answers without a browser. */
  approve(id: string, order: unknown): Answered;
  /** The payer answers to other terms. */
  answerRevision(id: string, order: unknown): Answered;
  happen(id: string, order: unknown): { subscription: Subscription; sale: Capture | null };
}

export interface Answered {
  readonly outcome: 'approved' | 'declined' | 'cancelled';
  /** Where the browser would be sent; null where it stays, or nowhere. */
  readonly returnUrl: string | null;
}

export interface SubscriptionCommandsDeps extends BillingDeps {
  readonly outbox: Outbox;
  readonly subscriptions: Subscriptions;
}

export function createSubscriptionCommands(deps: SubscriptionCommandsDeps): SubscriptionCommands {
  const { outbox, subscriptions } = deps;

  const get = (id: string): Subscription => {
    const found = subscriptions.get(id) ?? subscriptions.list().find(({ customId }) => customId === id);
    if (found === undefined) throw new Refusal(404, 'not_found', `there is no subscription "${id}"`);
    return found;
  };

  return {
    list: () => subscriptions.list(),
    get,
    messagesAbout: (id) => outbox.list(get(id).id),
    approve(id, asked) {
      const { buyer: key } = readOrder(approveOrder, asked);
      const buyer = findBuyer(key);
      if (!buyer) throw new Refusal(404, 'not_found', `there is no buyer called "${key}"`);
      const subscription = get(id);
      refuseUnless(subscription, ['APPROVAL_PENDING']);
      if (buyer.plan.kind === 'cancels') return { outcome: 'cancelled', returnUrl: cancelAddress(subscription) };
      approve(subscription, buyer, buyer.plan, deps);
      if (subscription.payer === null) return { outcome: 'declined', returnUrl: null };
      return { outcome: 'approved', returnUrl: buyer.plan.returns ? returnAddress(subscription) : null };
    },
    answerRevision(id, asked) {
      const { approves } = readOrder(answerOrder, asked);
      const subscription = get(id);
      const { revision } = subscription;
      if (revision === null) throw new Refusal(409, 'not_possible', `${subscription.id} waits for no approval`);
      if (!approves) {
        subscription.revision = null;
        return { outcome: 'cancelled', returnUrl: cancelAddress(subscription) };
      }
      revise(subscription, revision, deps);
      return { outcome: 'approved', returnUrl: returnAddress(subscription) };
    },
    happen(id, asked) {
      const subscription = get(id);
      return { subscription, sale: happen(subscription, readOrder(happeningOrder, asked), deps) };
    },
  };
}

/** Does it; the sale that came of it, if one did. */
function happen(subscription: Subscription, order: HappeningOrder, deps: BillingDeps): Capture | null {
  switch (order.kind) {
    case 'collect':
      refuseUnlessDue(subscription);
      return collect(subscription, sumOf(order, subscription), deps);
    case 'pending': {
      refuseUnlessDue(subscription);
      const standing: Standing = { status: 'PENDING', reason: order.reason };
      return collect(subscription, { ...sumOf(order, subscription), standing }, deps);
    }
    case 'fail':
      if ((subscription.lastFailure?.retryAt ?? null) === null) refuseUnlessDue(subscription);
      fail(subscription, order.reason, deps);
      return null;
    case 'recover':
      refuseUnless(subscription, ['ACTIVE', 'SUSPENDED']);
      if (outstandingOf(subscription).length === 0)
        throw new Refusal(409, 'not_possible', `nothing is outstanding of ${subscription.id}`);
      return recover(subscription, deps);
    case 'suspend':
      refuseUnless(subscription, ['ACTIVE']);
      suspend(subscription, order.reason ?? null, deps);
      return null;
    case 'reactivate':
      refuseUnless(subscription, ['SUSPENDED', 'APPROVED']);
      if (subscription.status === 'APPROVED') activate(subscription, order.reason ?? null, deps);
      else reactivate(subscription, order.reason ?? null, deps);
      return null;
    case 'cancel':
      refuseUnless(subscription, ['APPROVED', 'ACTIVE', 'SUSPENDED']);
      cancel(subscription, order.reason ?? null, deps);
      return null;
    case 'expire':
      refuseUnless(subscription, ['ACTIVE', 'SUSPENDED']);
      expire(subscription, deps);
      return null;
  }
}

function sumOf(
  { amount, currency: named }: { readonly amount?: string | undefined; readonly currency?: string | undefined },
  { terms }: Subscription,
): { amount?: Money } {
  if (amount === undefined && named === undefined) return {};
  const currency = named ?? terms.price.currency;
  const units = amount === undefined ? terms.price.units : readAmount(amount, currency);
  if (units === null || units <= 0)
    throw new Refusal(400, 'invalid_request', `"${amount ?? ''}" is not an amount of ${currency}`);
  return { amount: { units, currency } };
}

function refuseUnlessDue(subscription: Subscription): void {
  refuseUnless(subscription, ['ACTIVE']);
  if (nextBillingAt(subscription) === null)
    throw new Refusal(409, 'not_possible', `no payment of ${subscription.id} falls due any more`);
}

function refuseUnless({ id, status }: Subscription, allowed: readonly Status[]): void {
  if (!allowed.includes(status)) throw new Refusal(409, 'not_possible', `${id} is ${status}`);
}
