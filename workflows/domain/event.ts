import { disputesOf } from './dispute';
import type { DisputeStatus } from './dispute';
import { summarize } from './payment';
import type { Payment, PaymentStatus } from './payment';
import { AWAITING_GATEWAY, refundsOf } from './refund';
import type { Refund } from './refund';

/** What a merchant's own systems hear of. */
export const EVENT_TYPES = [
  'payment.created',
  'payment.processing',
  'payment.paid',
  'payment.failed',
  'payment.cancelled',
  'payment.expired',
  'payment.needs_review',
  'payment.attention',
  'payment.refunded',
  'payment.disputed',
  'payment.charged_back',
  'refund.pending',
  'refund.succeeded',
  'refund.failed',
  'dispute.opened',
  'dispute.won',
  'dispute.lost',
  'dispute.withdrawn',
  'charge.cancelled',
  'gateway_account.disabled',
  'gateway_account.enabled',
  'notification.unmatched',
  'agreement.created',
  'agreement.active',
  'agreement.past_due',
  'agreement.suspended',
  'agreement.cancelled',
  'agreement.completed',
  'agreement.expired',
  'agreement.failed',
  'agreement.attention',
  'instalment.collected',
  'instalment.failed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const EVENT_OBJECTS = [
  'payment',
  'refund',
  'dispute',
  'charge',
  'gateway_account',
  'notification',
  'agreement',
] as const;
export type EventObject = (typeof EVENT_OBJECTS)[number];

/** An event of an object, which then had so many facts: those of the payment, of the money that a refund gives back, or of the agreement. */
export interface Telling {
  readonly type: EventType;
  readonly kind: EventObject;
  readonly id: string;
  readonly facts: number;
}

/** What is told of a payment that comes to a status; null: nothing, or something else tells it. */
const ARRIVAL: Readonly<Record<PaymentStatus, EventType | null>> = {
  created: null, // told when it is opened, which no fact does
  awaiting_payer: null,
  processing: 'payment.processing',
  paid: null, // told of the first sum that is accepted: a payment that returns to paid was told before
  partially_refunded: null, // told of each refund
  refunded: null,
  disputed: 'payment.disputed',
  charged_back: 'payment.charged_back',
  failed: 'payment.failed',
  cancelled: 'payment.cancelled',
  expired: 'payment.expired',
  needs_review: 'payment.needs_review',
};

const OF_DISPUTE: Readonly<Record<DisputeStatus, EventType>> = {
  open: 'dispute.opened',
  won: 'dispute.won',
  lost: 'dispute.lost',
  withdrawn: 'dispute.withdrawn',
};

/** What a merchant is told of a payment to which facts were added; of the same facts again, nothing. */
export function eventsOf(before: Payment, after: Payment): readonly Telling[] {
  const facts = after.facts.length;
  if (facts === before.facts.length) return [];
  const [was, is] = [summarize(before), summarize(after)];
  const arrival = was.status === is.status ? null : ARRIVAL[is.status];
  const isAccepted = ({ sums }: typeof is) => sums.some(({ standing }) => standing === 'accepted');
  const hasNewAttention = is.attentions.some(
    ({ code, detail }) => !was.attentions.some((known) => known.code === code && known.detail === detail),
  );
  const refunds = eventsOfRefunds(before, after);
  const given = refunds.filter(({ type }) => type === 'refund.succeeded');
  const types: readonly EventType[] = [
    ...(isAccepted(is) && !isAccepted(was) ? (['payment.paid'] as const) : []),
    ...given.map(() => 'payment.refunded' as const),
    ...(arrival === null ? [] : [arrival]),
    ...(hasNewAttention ? (['payment.attention'] as const) : []),
  ];
  return [
    ...refunds,
    ...eventsOfDisputes(before, after),
    ...types.map((type) => ({ type, kind: 'payment' as const, id: after.terms.id, facts })),
  ];
}

/** What a merchant is told of refunds, whether the money is a payment's or nobody's. */
export function eventsOfRefunds(before: Payment, after: Payment): readonly Telling[] {
  const known = new Map(refundsOf(before).map((refund) => [refund.id, tellingOf(refund)]));
  return refundsOf(after).flatMap((refund) => {
    const type = tellingOf(refund);
    if (type === null || type === known.get(refund.id)) return [];
    return [{ type, kind: 'refund' as const, id: refund.id, facts: after.facts.length }];
  });
}

/** A refund that was only asked for is not told of: most have their outcome within seconds, and that is told. */
function tellingOf({ status, reason }: Refund): EventType | null {
  if (status === 'pending') return reason === AWAITING_GATEWAY ? null : 'refund.pending';
  return status === 'succeeded' ? 'refund.succeeded' : 'refund.failed';
}

function eventsOfDisputes(before: Payment, after: Payment): readonly Telling[] {
  const known = new Map(disputesOf(before).map(({ id, status }) => [id, status]));
  return disputesOf(after)
    .filter(({ id, status }) => known.get(id) !== status)
    .map(({ id, status }) => ({ type: OF_DISPUTE[status], kind: 'dispute', id, facts: after.facts.length }));
}
