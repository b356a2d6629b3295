import type { Money } from '../money';
import { after } from './schedule';
import type { Instalment, Subscription } from './subscriptions';

/** The payments that fell due and are not paid, oldest first. */
export function outstandingOf({ instalments }: Subscription): Instalment[] {
  return instalments.filter((instalment) => !isPaid(instalment));
}

/** What they come to. */
export function balanceOf(subscription: Subscription): Money {
  const { currency } = subscription.terms.price;
  return { units: outstandingOf(subscription).reduce((total, { price }) => total + price.units, 0), currency };
}

/** How many payments were made: one on its way counts. */
export function cyclesCompleted({ instalments }: Subscription): number {
  return instalments.filter(isPaid).length;
}

/** When the next payment falls due; null when none will. */
export function nextBillingAt({ status, terms, anchor, instalments }: Subscription): Date | null {
  if (status !== 'ACTIVE' && status !== 'SUSPENDED') return null;
  if (terms.totalCycles > 0 && instalments.length >= terms.totalCycles) return null;
  return after(anchor.at, terms.interval, instalments.length - anchor.afterInstalments);
}

function isPaid({ sale }: Instalment): boolean {
  return sale !== null && sale.standing.status !== 'DECLINED';
}
