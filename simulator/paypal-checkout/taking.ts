import { feeOn, readAmount } from '../paypal-standard/amounts';
import { newTxnId } from '../paypal-standard/random-ids';
import type { Clock } from '../clock';
import { COMPLETED, payerIdOf, type Buyer, type Plan, type Standing } from './buyers';
import { orderEvent, paymentEvent } from './events';
import type { Messenger } from './messenger';
import type { Money } from './money';
import { timeOf, type Capture, type Order, type Orders } from './orders';

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
  const event = orderEvent('CHECKOUT.ORDER.APPROVED', order, deps.payerPage(order));
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
  const now = timeOf(order, clock);
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
    return paymentEvent(capture);
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
  capture.updatedAt = timeOf(capture.order, clock);
  messenger.tell(capture.order.clientId, capture.order.id, [paymentEvent(capture)]);
}

/** An address with these fields in its query. */
export function withQuery(address: string, fields: Readonly<Record<string, string>>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  return url.href;
}
