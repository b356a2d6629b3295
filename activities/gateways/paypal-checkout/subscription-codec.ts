import { z } from 'zod';
import type { AgreementNews, AgreementOrder, AgreementPlan } from '../port';
import type { GatewayAgreementFact, Interval, Standing } from '../../../workflows/domain/agreement';
import type { GatewayFact } from '../../../workflows/domain/fact';
import type { Money } from '../../../workflows/domain/money';
import { remark } from '../../../workflows/domain/remark';
import { word } from './answers';
import {
  links,
  oneLine,
  optional,
  readMoney,
  readTime,
  resourceId,
  tellCapture,
  times,
  writeMoney,
  written,
  type Told,
} from './codec';
import { agreementIdOf, breakdownOf, lossesIn } from './sale-codec';

/** A plan, or a subscription's own prices in its place (Subscriptions v1, "Show plan details"). */
const plan = z.object({
  billing_cycles: optional(
    z.array(
      z.object({
        tenure_type: optional(z.string()),
        pricing_scheme: optional(z.object({ fixed_price: written })),
      }),
    ),
  ),
});

/** A subscription (Subscriptions v1, "Show subscription details"). */
export const subscriptionResource = z.object({
  id: resourceId,
  status: z.string(),
  status_update_time: optional(z.string()),
  custom_id: optional(z.string()),
  billing_info: optional(
    z.object({
      last_payment: optional(z.object({ time: optional(z.string()) })),
      last_failed_payment: optional(
        z.object({
          time: optional(z.string()),
          reason_code: optional(z.string()),
          next_payment_retry_time: optional(z.string()),
        }),
      ),
    }),
  ),
  plan: optional(plan),
  links,
  ...times,
});
export type Subscription = z.output<typeof subscriptionResource>;

/** What a subscription collected (Subscriptions v1, "List transactions for subscription"). */
export const transactionResource = z.object({
  id: resourceId,
  status: z.string(),
  amount_with_breakdown: optional(z.object({ gross_amount: written, fee_amount: written })),
  time: optional(z.string()),
});
export type Transaction = z.output<typeof transactionResource>;

export const transactionList = z.object({
  transactions: z.array(z.unknown()).optional(),
  total_pages: optional(z.number()),
});

const STANDINGS: ReadonlyMap<string, Standing> = new Map([
  ['ACTIVE', 'active'],
  ['SUSPENDED', 'suspended'],
  ['CANCELLED', 'cancelled'],
  ['EXPIRED', 'completed'], // all cycles of its plan were collected
]);
const UNAPPROVED: ReadonlySet<string> = new Set(['APPROVAL_PENDING', 'APPROVED']);

/** Whether nothing is collected yet: the payer has not agreed, or PayPal has not begun. */
export const isUnapproved = ({ status }: Subscription): boolean => UNAPPROVED.has(status);

/** How a subscription stands, and its last failure. Why it came to stand so is a person's own text, and left behind. */
export function tellAgreement(subscription: Subscription): AgreementNews {
  const { id, custom_id } = subscription;
  return {
    agreementId: agreementIdOf(custom_id),
    reference: id,
    facts: [...standingOf(subscription), ...failureOf(subscription)],
  };
}

/** All that a subscription says of itself. It tells no money, which has messages of its own. */
export function tellSubscription(subscription: Subscription): Told {
  const { id, status } = subscription;
  const isKnown = UNAPPROVED.has(status) || STANDINGS.has(status);
  return {
    paymentId: null,
    references: [],
    facts: [],
    remarks: isKnown ? [] : [remark('unknown_status', id, status)],
    mayTellMore: false,
    payee: null,
    agreement: tellAgreement(subscription),
  };
}

/** The same of one that was changed, with what an instalment is of now. `changedAt`: when, as PayPal wrote it. */
export function tellUpdate(subscription: Subscription, changedAt: string | undefined): Told {
  const told = tellSubscription(subscription);
  const agreement = tellAgreement(subscription);
  const price = priceOf(subscription);
  if (price === null) return { ...told, remarks: [...told.remarks, remark('unreadable_amount', subscription.id)] };
  const at = readTime(changedAt ?? subscription.update_time);
  const facts = [...agreement.facts, amountChanged(subscription.id, price, at)];
  return { ...told, agreement: { ...agreement, facts } };
}

function standingOf({ id, status, status_update_time: time }: Subscription): readonly GatewayAgreementFact[] {
  const standing = STANDINGS.get(status);
  if (standing === undefined) return [];
  const occurredAt = readTime(time);
  const qualifier = `${standing} ${occurredAt ?? ''}`.trim();
  return [{ kind: 'standing_told', gatewayReference: id, qualifier, occurredAt, standing, reason: null }];
}

function failureOf({ id, billing_info }: Subscription): readonly GatewayAgreementFact[] {
  const failure = billing_info?.last_failed_payment;
  if (!failure) return [];
  const occurredAt = readTime(failure.time);
  return [
    {
      kind: 'collection_failed',
      gatewayReference: id,
      qualifier: occurredAt ?? '',
      occurredAt,
      reason: word(failure.reason_code ?? '') || 'payment_failed',
      nextAttemptOn: readTime(failure.next_payment_retry_time)?.slice(0, 10) ?? null,
    },
  ];
}

/** What one instalment is of; null where PayPal does not show it, or not so that it can be read. */
/** What it asks for each time, where it tells that. */
export function priceOf({ plan }: Subscription): Money | null {
  const regular = plan?.billing_cycles?.findLast(({ tenure_type: tenure = 'REGULAR' }) => tenure === 'REGULAR');
  const price = readMoney(regular?.pricing_scheme?.fixed_price);
  return price === null || price.amount === 0 ? null : price;
}

/** `at`: when it was told, ISO 8601; the same price may be agreed again after another one. */
export function amountChanged(reference: string, price: Money, at: string | null): GatewayAgreementFact {
  const qualifier = `${price.amount} ${at ?? ''}`.trim();
  return { ...price, kind: 'amount_changed', gatewayReference: reference, qualifier, occurredAt: at };
}

/** The money of a transaction, in the form of a capture: its id is that of the sale. */
export function moneyOf(transaction: Transaction): readonly GatewayFact[] {
  const { id, status, amount_with_breakdown: amounts, time } = transaction;
  return tellCapture({
    id,
    status,
    amount: amounts?.gross_amount,
    seller_receivable_breakdown: breakdownOf(status, amounts?.fee_amount),
    create_time: time,
    update_time: time,
  }).facts;
}

/** What transactions tell of the agreement itself: money that it tried to collect in vain. */
export function lossesOf(transactions: readonly Transaction[]): readonly GatewayAgreementFact[] {
  return transactions.flatMap((transaction) => lossesIn(moneyOf(transaction), readTime(transaction.time)));
}

// Subscriptions v1, "Create plan", `frequency`: what each interval is called, and how many of it may lie between two instalments.
const FREQUENCIES: Readonly<Record<Interval, { readonly unit: string; readonly most: number }>> = {
  week: { unit: 'WEEK', most: 52 },
  month: { unit: 'MONTH', most: 12 },
  year: { unit: 'YEAR', most: 1 },
};
const MOST_CYCLES = 999;

/** Whether PayPal has plans of such a rhythm and length. */
export function hasRhythm({ interval, every, instalments }: Pick<AgreementPlan, 'interval' | 'every' | 'instalments'>) {
  return every <= FREQUENCIES[interval].most && (instalments ?? 0) <= MOST_CYCLES;
}

/** How often PayPal tries in vain before it stops collecting. */
const TRIES = 3;

/** The plan that is made (Subscriptions v1, "Create plan"); null when PayPal cannot write the amount. */
export function writePlan(productId: string, plan: AgreementPlan): object | null {
  const price = writeMoney(plan.money);
  if (price === null) return null;
  return {
    product_id: productId,
    name: oneLine(plan.label) || productId,
    ...described(plan.description),
    status: 'ACTIVE',
    billing_cycles: [
      {
        frequency: { interval_unit: FREQUENCIES[plan.interval].unit, interval_count: plan.every },
        tenure_type: 'REGULAR',
        sequence: 1,
        total_cycles: plan.instalments ?? 0, // 0: until somebody ends it
        pricing_scheme: { fixed_price: price },
      },
    ],
    payment_preferences: { auto_bill_outstanding: true, payment_failure_threshold: TRIES },
  };
}

function described(text: string): { description?: string } {
  const description = oneLine(text);
  return description === '' ? {} : { description };
}

/** The subscription that the payer approves (Subscriptions v1, "Create subscription"). `today`: YYYY-MM-DD. */
export function writeSubscription(order: AgreementOrder, today: string): object {
  const { startsOn, payer } = order;
  const subscriber = {
    ...(payer.name !== null && { name: { given_name: oneLine(payer.name) } }),
    ...(payer.email !== null && { email_address: payer.email }),
  };
  return {
    plan_id: order.plan,
    custom_id: order.agreementId,
    // PayPal refuses a time that is past; without one it begins when the payer agrees.
    ...(startsOn !== null && startsOn > today && { start_time: `${startsOn}T00:00:00Z` }),
    ...(Object.keys(subscriber).length > 0 && { subscriber }),
    application_context: {
      brand_name: oneLine(order.description) || order.agreementId,
      user_action: 'SUBSCRIBE_NOW',
      shipping_preference: 'NO_SHIPPING',
      return_url: order.returnUrl,
      cancel_url: order.cancelUrl,
    },
  };
}

/** Another price of the only cycle (Subscriptions v1, "Revise plan or quantity of subscription"); null when it cannot be written. */
export function writeRevision(money: Money): object | null {
  const price = writeMoney(money);
  return price && { plan: { billing_cycles: [{ sequence: 1, pricing_scheme: { fixed_price: price } }] } };
}
