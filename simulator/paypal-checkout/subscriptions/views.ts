import { emailOf, nameOf, payerIdOf } from '../buyers';
import { viewMoney, type Money } from '../money';
import type { Capture } from '../orders';
import type { Link } from '../problem';
import { captureStatusOf, given, link, nameAndEmail, when } from '../views';
import { balanceOf, cyclesCompleted, nextBillingAt } from './standing';
import type { Plan, Product, Subscription, Terms } from './subscriptions';

export function viewProduct(product: Product) {
  return {
    id: product.id,
    name: product.name,
    type: product.type,
    ...given('description', product.description),
    create_time: when(product.createdAt),
    update_time: when(product.createdAt),
    links: [link(product.origin, `/v1/catalogs/products/${product.id}`, 'self')],
  };
}

export function viewPlan(plan: Plan) {
  return {
    id: plan.id,
    product_id: plan.productId,
    name: plan.name,
    status: plan.status,
    ...given('description', plan.description),
    usage_type: 'LICENSED',
    ...viewTerms(plan.terms),
    create_time: when(plan.createdAt),
    update_time: when(plan.createdAt),
    links: [link(plan.origin, `/v1/billing/plans/${plan.id}`, 'self')],
  };
}

/** How a subscription stands. `page`: where the payer approves it. */
export function viewSubscription(subscription: Subscription, page: string) {
  const { id, plan, payer, terms } = subscription;
  return {
    id,
    plan_id: plan.id,
    plan_overridden: subscription.isOverridden,
    // So that other terms than the plan's are seen wherever the subscription is.
    ...(subscription.isOverridden && { plan: viewTerms(terms) }),
    status: subscription.status,
    ...given('status_change_note', subscription.statusNote),
    status_update_time: when(subscription.statusChangedAt),
    ...given('custom_id', subscription.customId),
    quantity: '1',
    start_time: when(subscription.startsAt),
    create_time: when(subscription.createdAt),
    update_time: when(subscription.updatedAt),
    ...(payer !== null && { subscriber: { ...nameAndEmail(payer), payer_id: payerIdOf(payer) } }),
    ...(payer !== null && { billing_info: viewBilling(subscription) }),
    links: linksOf(subscription, page),
  };
}

/** The terms in force, as `?fields=plan` shows them. */
export function viewTermsInForce({ plan, terms }: Subscription) {
  return { ...viewPlan(plan), ...viewTerms(terms) };
}

/** One line of `GET …/transactions`. */
export function viewTransaction(sale: Capture) {
  const { id, amount, fee, standing, order } = sale;
  const charged = standing.status === 'COMPLETED' ? fee : 0;
  const money = (units: number) => viewMoney({ ...amount, units });
  const buyer = order.state.kind === 'open' ? null : order.state.buyer;
  return {
    id,
    status: captureStatusOf(sale),
    amount_with_breakdown: {
      gross_amount: money(amount.units),
      fee_amount: money(charged),
      net_amount: money(amount.units - charged),
    },
    ...(buyer !== null && {
      payer_name: { ...nameAndEmail(buyer).name, full_name: nameOf(buyer) },
      payer_email: emailOf(buyer),
    }),
    time: when(sale.createdAt),
  };
}

export function approveLink(page: string): Link {
  return { href: page, rel: 'approve', method: 'GET' };
}

function viewTerms({ interval, sequence, price, totalCycles, billsOutstanding, failureThreshold }: Terms) {
  return {
    billing_cycles: [
      {
        frequency: { interval_unit: interval.unit, interval_count: interval.count },
        tenure_type: 'REGULAR',
        sequence,
        total_cycles: totalCycles,
        pricing_scheme: { fixed_price: viewMoney(price) },
      },
    ],
    payment_preferences: {
      auto_bill_outstanding: billsOutstanding,
      payment_failure_threshold: failureThreshold,
      setup_fee_failure_action: 'CONTINUE',
    },
  };
}

function viewBilling(subscription: Subscription) {
  const { terms, sales, lastFailure, failures } = subscription;
  const completed = cyclesCompleted(subscription);
  const lastPaid = sales.findLast(({ standing }) => standing.status === 'COMPLETED');
  const next = nextBillingAt(subscription);
  return {
    outstanding_balance: viewMoney(balanceOf(subscription)),
    cycle_executions: [
      {
        tenure_type: 'REGULAR',
        sequence: terms.sequence,
        cycles_completed: completed,
        cycles_remaining: terms.totalCycles === 0 ? 0 : Math.max(0, terms.totalCycles - completed),
        total_cycles: terms.totalCycles,
      },
    ],
    ...(lastPaid !== undefined && { last_payment: payment(lastPaid.amount, lastPaid.createdAt) }),
    ...(lastFailure !== null && {
      last_failed_payment: {
        ...payment(lastFailure.amount, lastFailure.at),
        reason_code: lastFailure.reason,
        ...(lastFailure.retryAt !== null && { next_payment_retry_time: when(lastFailure.retryAt) }),
      },
    }),
    ...(next !== null && { next_billing_time: when(next) }),
    failed_payments_count: failures,
  };
}

function payment(amount: Money, at: Date) {
  return { amount: viewMoney(amount), time: when(at) };
}

function linksOf({ id, origin, status }: Subscription, page: string): Link[] {
  const path = `/v1/billing/subscriptions/${id}`;
  const self = link(origin, path, 'self');
  const to = (action: string) => link(origin, `${path}/${action}`, action, 'POST');
  switch (status) {
    case 'APPROVAL_PENDING':
      return [approveLink(page), self];
    case 'APPROVED':
      return [self, to('activate')];
    case 'ACTIVE':
      return [self, to('suspend'), to('cancel'), to('revise')];
    case 'SUSPENDED':
      return [self, to('activate'), to('cancel'), to('revise')];
    case 'CANCELLED':
    case 'EXPIRED':
      return [self];
  }
}
