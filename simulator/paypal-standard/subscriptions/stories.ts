import { z } from 'zod';
import type { Message } from '../../message';
import { Refusal } from '../../refusal';
import { readAmount } from '../amounts';
import {
  cancel,
  collect,
  end,
  fail,
  modify,
  reactivate,
  recover,
  refuseUnless,
  suspend,
  tell,
  type CourseDeps,
  type Sum,
} from './course';
import type { Subscription } from './subscriptions';

const amount = z.string().min(1).max(20);
/** Fields of the messages to write over; null leaves one out. */
const over = z.record(z.string(), z.string().nullable()).optional();
/** True, also as the control page's buttons write it. */
const yes = z.union([z.boolean(), z.literal('true').transform(() => true)]).default(false);

/** What happens to a subscription, in the words of a person. Amounts are PayPal's decimal text. PayPal's time goes on by this only. */
export const subscriptionOrder = z.discriminatedUnion('kind', [
  /** The due payment is taken; `amount`, `currency`: another sum in its place. */
  z.strictObject({ kind: z.literal('collect'), amount: amount.optional(), currency: z.string().optional(), over }),
  /** The due payment cannot be taken. Two words for it in the recurring family, one in the classic. */
  z.strictObject({ kind: z.literal('skip'), over }),
  z.strictObject({ kind: z.literal('fail'), over }),
  /** What was not paid is collected after all; `fails`: it is tried, and fails again. */
  z.strictObject({ kind: z.literal('recover'), fails: yes, over }),
  z.strictObject({ kind: z.literal('suspend'), over }),
  z.strictObject({ kind: z.literal('reactivate'), over }),
  /** At PayPal's pages; `twice`: told in two messages. */
  z.strictObject({ kind: z.literal('cancel'), twice: yes, over }),
  /** The term is over, also that of one that was cancelled. `early`: told now, and the payments go on. */
  z.strictObject({ kind: z.literal('eot'), early: yes, over }),
  /** From now on it is another amount. */
  z.strictObject({ kind: z.literal('modify'), amount, over }),
]);
export type SubscriptionOrder = z.output<typeof subscriptionOrder>;

/** Lets it happen. The last message that tells of it, or null. */
export function playSubscription(
  subscription: Subscription,
  order: SubscriptionOrder,
  deps: CourseDeps,
): Message | null {
  const { status, family, form } = subscription;
  const told = { over: order.over };
  switch (order.kind) {
    case 'collect': {
      needActive();
      const currency = order.currency ?? form.currency;
      const isOther = order.amount !== undefined || order.currency !== undefined;
      const sum: Sum = {
        units: order.amount === undefined ? subscription.amount : read(order.amount, currency),
        currency,
      };
      return collect(subscription, { ...told, sum: isOther ? sum : undefined }, deps);
    }
    case 'skip':
      needActive();
      return fail(subscription, 'skipped', told, deps);
    case 'fail':
      needActive();
      return fail(subscription, 'failed', told, deps);
    case 'recover':
      refuseUnless(subscription.outstanding > 0 && status !== 'Cancelled', subscription, 'there is nothing to recover');
      if (family === 'subscr') needActive();
      if (!order.fails) return recover(subscription, told, deps);
      if (family === 'subscr') return fail(subscription, 'failed', told, deps);
      return tell(subscription, 'outstanding_failed', told, deps);
    case 'suspend':
      needActive();
      return suspend(subscription, told, deps);
    case 'reactivate':
      refuseUnless(status === 'Suspended', subscription, 'only what is suspended can go on');
      return reactivate(subscription, told, deps);
    case 'cancel': {
      refuseUnless(['Active', 'Suspended'].includes(status), subscription, 'it is over already');
      const message = cancel(subscription, told, deps);
      return order.twice ? tell(subscription, 'cancelled', told, deps) : message;
    }
    case 'eot':
      return order.early ? tell(subscription, 'ended', told, deps) : end(subscription, told, deps);
    case 'modify':
      needActive();
      return modify(subscription, read(order.amount, form.currency), told, deps);
  }

  function needActive(): void {
    refuseUnless(status === 'Active', subscription, 'it takes no payments now');
  }
}

function read(asked: string, currency: string): number {
  const units = readAmount(asked, currency);
  if (units !== null && units > 0) return units;
  throw new Refusal(400, 'invalid_request', `amount "${asked}" is not an amount of ${currency}`);
}
