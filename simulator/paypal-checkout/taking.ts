import { feeOn, readAmount } from '../paypal-standard/amounts';
import { newCaseId, newTxnId } from '../paypal-standard/random-ids';
import type { Clock } from '../clock';
import { COMPLETED, payerIdOf, type Buyer, type Plan, type Standing } from './buyers';
import type { Event } from './event-body';
import type { Messenger } from './messenger';
import type { Money } from './money';
import type { Capture, Dispute, Order, Orders, Refund } from './orders';
import { statusOf, viewCapture, viewDispute, viewOrder, viewRefund } from './views';

export interface TakingDeps {
  readonly clock: Clock;
  readonly orders: Orders;
  readonly messenger: Messenger;
  /** How many times faster than in life PayPal's days pass; null: what comes later comes by hand only. */
  readonly laterSpeed: number | null;
  /** The page where an order is approved. */
  readonly payerPage: (order: Order) => string;
}

type Approving = Extract<Plan, { kind: 'approves' }>;

/** A buyer agrees to pay an order that waits for it. Nothing is taken yet. Where the browser goes, if it goes anywhere. */
export function approve(order: Order, buyer: Buyer, plan: Approving, deps: TakingDeps): string | null {
  // Who comes back because his card was declined has another one.
  const card = plan.firstCardDeclined && order.state.kind === 'open' ? 'will_be_declined' : 'good';
  order.state = { kind: 'approved', buyer, card };
  order.updatedAt = deps.clock.now();
  const event: Event = {
    type: 'CHECKOUT.ORDER.APPROVED',
    resourceType: 'checkout-order',
    summary: 'An order has been approved by buyer',
    resource: viewOrder(order, deps.payerPage(order)),
  };
  const how = plan.approvalEvent === 'lost' ? 'lost' : plan.events === 'once' ? 'once' : 'twice';
  deps.messenger.tell(order.clientId, order.id, [event], how);
  return plan.returns ? returnAddress(order) : null;
}

/** Where PayPal sends the browser of a buyer who approved. None of it proves anything. */
export function returnAddress({ returnUrl, id, state }: Order): string | null {
  return returnUrl === null || state.kind === 'open'
    ? null
    : withQuery(returnUrl, { token: id, PayerID: payerIdOf(state.buyer) });
}

/** Where "Cancel" leads. */
export function cancelAddress({ cancelUrl, id }: Order): string | null {
  return cancelUrl === null ? null : withQuery(cancelUrl, { token: id });
}

/** What a capture is to become instead of what its buyer makes of it. */
export interface Surprise {
  readonly standing?: Standing;
  /** Another sum than the order's: decimal text in its currency. */
  readonly amount?: string;
}

/** Takes the money of an approved order, or what the buyer's plan makes of that. */
export function takeMoney(order: Order, buyer: Buyer, surprise: Surprise | null, deps: TakingDeps): Capture {
  const { clock, orders, messenger, laterSpeed } = deps;
  const { plan } = buyer;
  const standings: readonly Standing[] = surprise?.standing
    ? [surprise.standing]
    : plan.kind === 'approves'
      ? plan.capture
      : [COMPLETED];
  const now = clock.now();
  const amount = amountTaken(order.purchase.amount, surprise);
  const fee = feeOn(amount.units, amount.currency);
  const capture: Capture = {
    id: newTxnId(),
    order,
    amount,
    fee,
    createdAt: now,
    updatedAt: now,
    standing: standings[0] ?? COMPLETED,
    refunds: [],
    disputes: [],
  };
  order.state = { kind: 'captured', buyer, capture };
  order.updatedAt = now;
  orders.addCapture(capture);
  const events = standings.map((standing) => {
    capture.standing = standing;
    return captureEvent(capture);
  });
  if (plan.kind !== 'approves') return capture;
  const twice = plan.events === 'twice_newest_first';
  messenger.tell(order.clientId, order.id, twice ? events.reverse() : events, twice ? 'twice' : 'once');
  if (plan.later !== null && laterSpeed !== null && !surprise) {
    const { afterMs, standing } = plan.later;
    clock.after(afterMs / laterSpeed, () => {
      const isStillPending = orders.capture(capture.id) === capture && capture.standing.status === 'PENDING';
      if (isStillPending) restate(capture, standing, deps);
    });
  }
  return capture;
}

function amountTaken(ordered: Money, surprise: Surprise | null): Money {
  if (surprise?.amount === undefined) return ordered;
  return { ...ordered, units: readAmount(surprise.amount, ordered.currency) ?? ordered.units };
}

/** A pending capture ends, one way or the other. */
export function restate(capture: Capture, standing: Standing, { clock, messenger }: TakingDeps): void {
  capture.standing = standing;
  capture.updatedAt = clock.now();
  messenger.tell(capture.order.clientId, capture.order.id, [captureEvent(capture)]);
}

/** What is asked of giving money back. */
export type GivingBack = Pick<Refund, 'kind' | 'units'> &
  Partial<Pick<Refund, 'feeReturned' | 'invoiceId' | 'customId' | 'note' | 'standing'>>;

/** Money goes back: given by the seller, or taken from him (`reversal`). PayPal keeps its fee, unless told otherwise. */
export function giveBack(capture: Capture, asked: GivingBack, deps: TakingDeps): Refund {
  const { clock, orders } = deps;
  const now = clock.now();
  const refund: Refund = {
    id: newTxnId(),
    capture,
    feeReturned: 0,
    invoiceId: null,
    customId: null,
    note: null,
    standing: { status: 'COMPLETED', reason: null },
    ...asked,
    createdAt: now,
    updatedAt: now,
  };
  orders.addRefund(refund);
  capture.updatedAt = now;
  tellOfRefund(refund, deps);
  return refund;
}

/** A refund on its way arrives, or does not. */
export function settleRefund(refund: Refund, status: 'COMPLETED' | 'FAILED' | 'CANCELLED', deps: TakingDeps): void {
  refund.standing = { status, reason: null };
  refund.updatedAt = deps.clock.now();
  tellOfRefund(refund, deps);
}

/** A buyer opens a case. No money moves by that. */
export function openDispute(
  capture: Capture,
  reason: string,
  units: number,
  { clock, orders, messenger }: TakingDeps,
): Dispute {
  const now = clock.now();
  const dispute: Dispute = {
    id: newCaseId(),
    capture,
    reason,
    units,
    createdAt: now,
    updatedAt: now,
    outcome: null,
  };
  orders.addDispute(dispute);
  messenger.tell(capture.order.clientId, capture.order.id, [disputeEvent(dispute)]);
  return dispute;
}

export function resolveDispute(dispute: Dispute, outcome: string, { clock, messenger }: TakingDeps): void {
  dispute.outcome = outcome;
  dispute.updatedAt = clock.now();
  messenger.tell(dispute.capture.order.clientId, dispute.capture.order.id, [disputeEvent(dispute)]);
}

/** What can be said of an order, by the name of its event; null where that has not happened. */
export function eventOf(type: string, order: Order, payerPage: string): Event | null {
  const capture = order.state.kind === 'captured' ? order.state.capture : null;
  if (type.startsWith('CHECKOUT.ORDER.')) {
    return {
      type,
      resourceType: 'checkout-order',
      summary: `Order is ${statusOf(order)}`,
      resource: viewOrder(order, payerPage),
    };
  }
  if (capture === null) return null;
  const refund = capture.refunds.at(-1);
  const dispute = capture.disputes.at(-1);
  if (/\.(REFUNDED|REVERSED)$/.test(type)) return refund ? { ...refundEvent(refund), type } : null;
  if (type.startsWith('CUSTOMER.DISPUTE.')) return dispute ? { ...disputeEvent(dispute), type } : null;
  return { ...captureEvent(capture), type };
}

function tellOfRefund(refund: Refund, { messenger }: TakingDeps): void {
  const { order } = refund.capture;
  // Of a refund that is still on its way, or that failed, nothing is told: its status must be asked for.
  if (refund.standing.status === 'COMPLETED') messenger.tell(order.clientId, order.id, [refundEvent(refund)]);
}

const CAPTURE_EVENTS: Readonly<Record<Standing['status'], string>> = {
  COMPLETED: 'PAYMENT.CAPTURE.COMPLETED',
  PENDING: 'PAYMENT.CAPTURE.PENDING',
  DECLINED: 'PAYMENT.CAPTURE.DENIED',
};

function captureEvent(capture: Capture): Event {
  const { standing, amount } = capture;
  return {
    type: CAPTURE_EVENTS[standing.status],
    resourceType: 'capture',
    summary: `Payment ${standing.status.toLowerCase()} for ${viewCapture(capture).amount.value} ${amount.currency}`,
    resource: viewCapture(capture),
  };
}

/** The resource of both is the refund; the capture is behind its link `up`. */
function refundEvent(refund: Refund): Event {
  const type = refund.kind === 'refund' ? 'PAYMENT.CAPTURE.REFUNDED' : 'PAYMENT.CAPTURE.REVERSED';
  return {
    type,
    resourceType: 'refund',
    summary: `A payment was ${refund.kind === 'refund' ? 'refunded' : 'reversed'}`,
    resource: viewRefund(refund),
  };
}

function disputeEvent(dispute: Dispute): Event {
  const type = dispute.outcome === null ? 'CUSTOMER.DISPUTE.CREATED' : 'CUSTOMER.DISPUTE.RESOLVED';
  return {
    type,
    resourceType: 'dispute',
    summary: `A dispute was ${dispute.outcome === null ? 'opened' : 'resolved'}`,
    resource: viewDispute(dispute),
  };
}

function withQuery(address: string, fields: Readonly<Record<string, string>>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  return url.href;
}
