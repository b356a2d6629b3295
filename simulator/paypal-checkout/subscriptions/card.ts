import { html, type Html } from '../../html';
import type { Message } from '../../message';
import { messageList } from '../../message-list';
import { paymentPanel, type AmountForm, type Press } from '../../payment-panel';
import { nameOf } from '../buyers';
import { capturePanel, LOOK, withCurrency } from '../order-card';
import type { Capture } from '../orders';
import { captureStatusOf, when } from '../views';
import { describeInterval } from './schedule';
import { balanceOf, cyclesCompleted, nextBillingAt, outstandingOf } from './standing';
import type { Status, Subscription } from './subscriptions';

const SALES_SHOWN = 12;

/** One subscription on the control page: how it stands, what can happen next, its payments, and what was sent about it. */
export function subscriptionCard(
  base: string,
  subscription: Subscription,
  approvalPage: string,
  messages: readonly Message[],
): Html {
  const { id, status, terms, payer, plan, merchantId, customId, revision, sales } = subscription;
  const isWaiting = status === 'APPROVAL_PENDING' || revision !== null;
  return html`<article class="card" id="${id}">
    <h3>
      ${withCurrency(terms.price)} ${describeInterval(terms.interval)}${payer === null ? '' : ` from ${nameOf(payer)}`}
      <span class="state ${STATUS_LOOK[status]}">${status}</span>
    </h3>
    <p class="note">
      ${plan.name} · to ${merchantId} · custom id ${customId ?? '(none)'} · subscription ${id} ·
      ${describe(subscription)}
    </p>
    ${
      isWaiting
        ? html`<p>
            <a href="${approvalPage}"
              >${revision === null ? 'The page where it is approved' : `The page where ${withCurrency(revision.terms.price)} is approved`}</a
            >
          </p>`
        : null
    }
    ${paymentPanel({
      action: `${base}/actions/agreements/${id}/events`,
      sums: sumsOf(subscription),
      presses: likely(subscription),
      forms: amountForms(subscription),
      aftermath: [],
    })}
    ${sales.slice(-SALES_SHOWN).map((sale) => saleItem(base, sale))} ${messageList(base, messages)}
  </article>`;
}

const STATUS_LOOK: Readonly<Record<Status, string>> = {
  APPROVAL_PENDING: '',
  APPROVED: '',
  ACTIVE: 'completed',
  SUSPENDED: 'failed',
  CANCELLED: 'failed',
  EXPIRED: '',
};

function describe(subscription: Subscription): string {
  const { terms, lastFailure, failures } = subscription;
  const next = nextBillingAt(subscription);
  const retryAt = lastFailure?.retryAt ?? null;
  return [
    `${cyclesCompleted(subscription)}${terms.totalCycles === 0 ? '' : ` of ${terms.totalCycles}`} paid`,
    ...(next === null ? [] : [`next payment ${when(next)}`]),
    ...(failures === 0 ? [] : [`${failures} failed in a row`]),
    ...(retryAt === null ? [] : [`tried again ${when(retryAt)}`]),
  ].join(' · ');
}

function sumsOf(subscription: Subscription) {
  const balance = balanceOf(subscription);
  return balance.units === 0 ? [] : [{ label: 'outstanding', amount: withCurrency(balance) }];
}

/** What would happen next in life. */
function likely(subscription: Subscription): Press[] {
  const press = (label: string, kind: string) => ({ label, fields: { kind } });
  const isDue = nextBillingAt(subscription) !== null;
  const isRetried = (subscription.lastFailure?.retryAt ?? null) !== null;
  const recovery = outstandingOf(subscription).length > 0 ? [press('Collect what is outstanding', 'recover')] : [];
  switch (subscription.status) {
    case 'ACTIVE':
      return [
        ...(isDue ? [press('Collect the next payment', 'collect'), press('Collect it, pending', 'pending')] : []),
        ...(isDue || isRetried ? [press('Let it fail', 'fail')] : []),
        ...recovery,
        press('Suspend', 'suspend'),
        press('Cancel', 'cancel'),
        press('Expire', 'expire'),
      ];
    case 'SUSPENDED':
      return [...recovery, press('Reactivate', 'reactivate'), press('Cancel', 'cancel'), press('Expire', 'expire')];
    case 'APPROVED':
      return [press('Activate', 'reactivate'), press('Cancel', 'cancel')];
    case 'APPROVAL_PENDING':
    case 'CANCELLED':
    case 'EXPIRED':
      return [];
  }
}

function amountForms(subscription: Subscription): AmountForm[] {
  if (subscription.status !== 'ACTIVE' || nextBillingAt(subscription) === null) return [];
  const amountLabel = `Collect, instead of ${withCurrency(subscription.terms.price)}`;
  return [{ label: 'Collect another amount', amountLabel, fields: { kind: 'collect' } }];
}

function saleItem(base: string, sale: Capture): Html {
  const status = captureStatusOf(sale);
  return html`<section class="aftermath">
    <h4>Sale ${withCurrency(sale.amount)} <span class="state ${LOOK[status] ?? ''}">${status}</span></h4>
    <p class="note">${sale.id} · ${when(sale.createdAt)}</p>
    ${capturePanel(base, sale)}
  </section>`;
}
