import type { Fields } from '../../form-encoding';
import type { Account } from '../accounts';
import { writeAmount } from '../amounts';
import { compact, payerFields } from '../message-fields';
import { writePacificDate } from '../pacific-date';
import type { Instalment } from '../payments';
import { newTrackId, newVerifySign } from '../random-ids';
import type { SubscriptionForm } from './form';
import { writeCycle, writePeriod } from './period';
import { firstPaymentAt, nextPaymentAt, stateOf, type Family, type Subscription } from './subscriptions';

/** What happens to a subscription without money moving. `given_up`: a payment failed too often. */
export type SubscriptionEvent =
  | 'agreed'
  | 'skipped'
  | 'failed'
  | 'outstanding_failed'
  | 'given_up'
  | 'suspended'
  | 'cancelled'
  | 'ended'
  | 'modified';

type Name = `subscr_${string}` | `recurring_payment_${string}`;

/** How PayPal calls it (IPN variables, `txn_type`); null: it tells nothing. The classic names have none for a suspension. */
const NAMES: Readonly<Record<Family, Readonly<Record<SubscriptionEvent, Name | null>>>> = {
  subscr: {
    agreed: 'subscr_signup',
    skipped: 'subscr_failed',
    failed: 'subscr_failed',
    outstanding_failed: 'subscr_failed',
    given_up: 'subscr_eot',
    suspended: 'recurring_payment_suspended',
    cancelled: 'subscr_cancel',
    ended: 'subscr_eot',
    modified: 'subscr_modify',
  },
  recurring_payment: {
    agreed: 'recurring_payment_profile_created',
    skipped: 'recurring_payment_skipped',
    failed: 'recurring_payment_failed',
    outstanding_failed: 'recurring_payment_outstanding_payment_failed',
    given_up: 'recurring_payment_suspended_due_to_max_failed_payment',
    suspended: 'recurring_payment_suspended',
    cancelled: 'recurring_payment_profile_cancel',
    ended: 'recurring_payment_expired',
    modified: null,
  },
};

export function nameOf({ family }: Subscription, event: SubscriptionEvent): Name | null {
  return NAMES[family][event];
}

/** The fields of the message about it: without a transaction, and without a merchant id. */
export function subscriptionFields(
  subscription: Subscription,
  name: Name,
  { receiverEmail }: Pick<Account, 'receiverEmail'>,
): Fields {
  const { form, buyer, charset } = subscription;
  return compact({
    txn_type: name,
    ...(isClassic(name) ? classicFields(subscription, name) : recurringFields(subscription)),
    ...payerFields(buyer),
    business: form.business.toLowerCase(),
    receiver_email: receiverEmail,
    charset,
    notify_version: '3.9',
    test_ipn: '1',
    verify_sign: newVerifySign(),
    ipn_track_id: newTrackId(),
  });
}

/** What the messages about a payment of the subscription say in place of what is bought once. */
export function instalmentFields(
  subscription: Subscription,
  txnType: Instalment['txnType'],
): Readonly<Record<string, string | null>> {
  const { form, id } = subscription;
  if (txnType === 'subscr_payment')
    return { ...NOT_SOLD, tax: null, shipping: null, subscr_id: id, item_name: form.item.name };
  return {
    ...NOT_SOLD,
    item_name: null,
    item_number: null,
    custom: null,
    invoice: null,
    ...recurringFields(subscription),
  };
}

/** What a payment of a thing sold has and an instalment has not. */
const NOT_SOLD: Readonly<Record<string, null>> = Object.fromEntries(
  ['name', 'street', 'zip', 'city', 'state', 'country', 'country_code', 'status']
    .map((part) => `address_${part}`)
    .concat('quantity', 'handling_amount')
    .map((name) => [name, null]),
);

function isClassic(name: Name): boolean {
  return name.startsWith('subscr_');
}

function classicFields(subscription: Subscription, name: Name): Record<string, string | null> {
  const { id, form, amount, now, startedAt, failing } = subscription;
  const amountText = writeAmount(amount, form.currency);
  const named = {
    subscr_id: id,
    item_name: form.item.name,
    item_number: form.item.number,
    mc_currency: form.currency,
    custom: form.custom,
    invoice: form.invoice,
  };
  // As with `payment_gross`: without `mc_` in front it is for the dollar, and blank for the others.
  const dollars = form.currency === 'USD' ? amountText : '';
  switch (name) {
    case 'subscr_eot':
      return named;
    case 'subscr_failed':
      return {
        ...named,
        payment_gross: dollars,
        mc_gross: amountText,
        retry_at: failing === null ? null : writePacificDate(failing.retryAt),
      };
    default:
      return {
        ...named,
        // IPN variables, `subscr_date`: when it began or was cancelled, by what the message tells of.
        subscr_date: writePacificDate(name === 'subscr_signup' ? startedAt : now),
        subscr_effective: name === 'subscr_modify' ? writePacificDate(now) : null,
        ...trialFields(form),
        period3: writePeriod(form.period),
        amount3: dollars,
        mc_amount3: amountText,
        recurring: form.isRecurring ? '1' : '0',
        reattempt: form.isReattempted ? '1' : '0',
        recur_times: form.isRecurring && form.times !== null ? String(form.times) : null,
      };
  }
}

/** `period1`, `amount1`, `mc_amount1`, and the same of the second: nothing is paid for them. */
function trialFields({ trials, currency }: SubscriptionForm): Record<string, string> {
  const free = writeAmount(0, currency);
  return Object.fromEntries(
    trials.flatMap((trial, index) => [
      [`period${index + 1}`, writePeriod(trial)],
      [`amount${index + 1}`, currency === 'USD' ? free : ''],
      [`mc_amount${index + 1}`, free],
    ]),
  );
}

function recurringFields(subscription: Subscription): Record<string, string> {
  const { id, form, amount, outstanding, startedAt, now } = subscription;
  const isTrial = now < firstPaymentAt(subscription);
  const next = nextPaymentAt(subscription);
  const text = (units: number) => writeAmount(units, form.currency);
  return {
    recurring_payment_id: id,
    rp_invoice_id: form.invoice,
    product_name: form.item.name,
    product_type: '1',
    profile_status: stateOf(subscription),
    payment_cycle: writeCycle(form.period),
    period_type: isTrial ? 'Trial' : 'Regular',
    amount: text(isTrial ? 0 : amount),
    amount_per_cycle: text(isTrial ? 0 : amount),
    initial_payment_amount: text(0),
    outstanding_balance: text(outstanding),
    currency_code: form.currency,
    time_created: writePacificDate(startedAt),
    next_payment_date: next === null ? 'N/A' : writePacificDate(next),
  };
}
