import { html, type Html } from '../../html';
import { paymentPanel, type AmountForm, type Press } from '../../payment-panel';
import { writeAmount } from '../amounts';
import { nameOf } from '../buyers';
import type { Payment } from '../payments';
import { describePeriod } from './period';
import { nextPaymentAt, stateOf, type Subscription } from './subscriptions';

/** One subscription on the control page: where it stands, what can happen to it, and what was sent about it (`messages`). */
export function subscriptionCard(base: string, subscription: Subscription, messages: Html): Html {
  const { id, form, buyer, amount, family, payments } = subscription;
  const state = stateOf(subscription);
  const next = nextPaymentAt(subscription);
  return html`<article class="card" id="${id}">
    <h3>
      ${money(subscription, amount)} every ${describePeriod(form.period)} from ${nameOf(buyer)}
      <span class="state ${LOOKS[state]}">${state}</span>
    </h3>
    <p class="note">
      ${form.item.name || 'no item name'} · to ${form.business} · invoice ${form.invoice || '(none)'} · ${id} ·
      ${describeProgress(subscription)}${next === null ? '' : ` · next ${next.toISOString().slice(0, 10)}`} · told as
      ${family}_…
    </p>
    ${paymentPanel({
      action: `${base}/actions/subscriptions/${id}/events`,
      sums:
        subscription.outstanding === 0
          ? []
          : [{ label: 'not paid', amount: money(subscription, subscription.outstanding) }],
      presses: presses(subscription),
      forms: amountForms(subscription),
      aftermath: payments.map((payment) => ({
        title: `${writeAmount(payment.form.total, payment.form.currency)} ${payment.form.currency}`,
        state: payment.standing.status,
        look: lookOf(payment),
        facts: [payment.txnId, payment.at.toISOString().slice(0, 10)],
        presses: [],
        forms: [],
      })),
    })}
    ${form.notifyUrl === null ? html`<p class="note">The form had no notify_url: nothing is sent.</p>` : messages}
  </article>`;
}

const LOOKS = {
  Active: 'completed',
  Pending: 'pending',
  Suspended: 'pending',
  Cancelled: 'failed',
  Expired: 'completed',
} as const;

function lookOf({ standing }: Payment): 'completed' | 'pending' | 'failed' {
  if (standing.status === 'Completed') return 'completed';
  return standing.status === 'Pending' ? 'pending' : 'failed';
}

function describeProgress({ cycles, form, failures }: Subscription): string {
  const of = form.times === null ? '' : ` of ${form.times}`;
  return `${cycles}${of} due so far${failures === 0 ? '' : `, ${failures} failed`}`;
}

function presses({ status, family, outstanding }: Subscription): Press[] {
  const press = (label: string, kind: string, more: Press['fields'] = {}) => ({ label, fields: { kind, ...more } });
  const isActive = status === 'Active';
  const canEnd = isActive || status === 'Suspended';
  const canRecover = outstanding > 0 && (family === 'subscr' ? isActive : status !== 'Cancelled');
  return [
    ...(isActive ? [press('Collect the next payment', 'collect'), press('Let it fail', 'fail')] : []),
    ...(isActive && family === 'recurring_payment' ? [press('Skip it', 'skip')] : []),
    ...(canRecover
      ? [press('Recover what was not paid', 'recover'), press('Try that, in vain', 'recover', { fails: 'true' })]
      : []),
    ...(isActive ? [press('Suspend', 'suspend')] : []),
    ...(status === 'Suspended' ? [press('Reactivate', 'reactivate')] : []),
    ...(canEnd ? [press('Cancel', 'cancel'), press('Cancel, told twice', 'cancel', { twice: 'true' })] : []),
    press('End of term', 'eot'),
    ...(isActive ? [press('End of term, told too early', 'eot', { early: 'true' })] : []),
  ];
}

function amountForms({ status, form }: Subscription): AmountForm[] {
  if (status !== 'Active') return [];
  return [
    { label: 'Collect another amount', amountLabel: `Collect, in ${form.currency}`, fields: { kind: 'collect' } },
    { label: 'Change the amount', amountLabel: `From now on, in ${form.currency}`, fields: { kind: 'modify' } },
  ];
}

function money({ form }: Subscription, units: number): string {
  return `${writeAmount(units, form.currency)} ${form.currency}`;
}
