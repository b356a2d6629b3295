import type { Fact } from './fact';
import { derivedId } from './ids';
import type { Money } from './money';
import { recordedAt } from './payment/facts';
import type { Payment } from './payment/types';
import { remembered } from './remembered';

export const REFUND_STATUSES = ['pending', 'succeeded', 'failed'] as const;
export type RefundStatus = (typeof REFUND_STATUSES)[number];

/** Asked for by the merchant, by their policy for late money, or made at the gateway's own site and adopted. */
export const REFUND_ORIGINS = ['merchant', 'policy', 'gateway'] as const;
export type RefundOrigin = (typeof REFUND_ORIGINS)[number];

/** Money of one capture that is given back, whole or in part, and what became of it. */
export interface Refund {
  readonly id: string;
  /** The gateway's reference of the captured money. */
  readonly capture: string;
  readonly money: Money;
  readonly origin: RefundOrigin;
  readonly status: RefundStatus;
  /** The gateway's word, `awaiting_gateway` while it has said nothing, null once it succeeded. */
  readonly reason: string | null;
  readonly detail: string | null;
  /** What of its own fee the gateway gave back with it; minor units. */
  readonly feeReturned: number;
  /** The gateway's own id of the refund; null until it told one. */
  readonly gatewayReference: string | null;
  /** Charges that are owed no more once it has succeeded. */
  readonly charges: readonly string[];
  /** When it was first heard of and when it was decided: our clock, ISO 8601; null while that is not recorded. */
  readonly since: string | null;
  readonly settledAt: string | null;
  /** It had succeeded before it failed: its money came back. */
  readonly bounced: boolean;
  /** It was called pending before it failed. */
  readonly failedLater: boolean;
  /** No outcome for a week. */
  readonly slow: boolean;
}

/** Why a refund is pending of which the gateway has said nothing yet. */
export const AWAITING_GATEWAY = 'awaiting_gateway';
/** The gateway would give it back and the merchant's balance there is too low: nothing has moved. */
export const INSUFFICIENT_FUND = 'insufficient_fund';

/** The facts that say what became of a refund. */
export type RefundNews = Extract<Fact, { kind: 'payment_refunded' | 'refund_pending' | 'refund_failed' }>;
type Requested = Extract<Fact, { kind: 'refund_requested' }>;

export function isRefundNews(fact: Fact): fact is RefundNews {
  return fact.kind === 'payment_refunded' || fact.kind === 'refund_pending' || fact.kind === 'refund_failed';
}

/**
 * The refunds of a payment, those that we asked for first. The same facts give the same refunds in whichever order they
 * were told: one that failed after it had succeeded has failed, whichever was told first.
 */
export const refundsOf = remembered(deriveRefunds);
function deriveRefunds({ terms, facts }: Payment): readonly Refund[] {
  const news = facts.filter(isRefundNews);
  const asked = facts.filter((fact) => fact.kind === 'refund_requested');
  const ownerOf = ownersOf(news, asked);
  const requested = asked.map((request) =>
    refundOf(
      request.gatewayReference,
      request,
      news.filter((fact) => ownerOf(fact) === request.gatewayReference),
      facts,
    ),
  );
  const adopted = news.filter((fact) => ownerOf(fact) === null);
  const references = [...new Set(adopted.map(({ gatewayReference }) => gatewayReference))];
  return [
    ...requested,
    ...references.map((reference) => {
      const told = adopted.filter((fact) => fact.gatewayReference === reference);
      return refundOf(derivedId('ref', `${terms.id} ${reference}`), null, told, facts);
    }),
  ];
}

/**
 * Whose news it is: by our id where it names one, else by the gateway's reference; null: a refund that nobody asked us for.
 * One refund of ours gives money back once: what went back under its name once more is a refund by itself.
 */
function ownersOf(news: readonly RefundNews[], asked: readonly Requested[]): (fact: RefundNews) => string | null {
  const ours = new Set(asked.map(({ gatewayReference }) => gatewayReference));
  const nameOf = ({ refundId = null }: RefundNews) => (refundId !== null && ours.has(refundId) ? refundId : null);
  const byReference = new Map<string, string>();
  for (const fact of news) {
    const name = nameOf(fact);
    if (name !== null) byReference.set(fact.gatewayReference, name);
  }
  const ownerOf = (reference: string) => byReference.get(reference) ?? (ours.has(reference) ? reference : null);
  const given = new Map<string, string>();
  for (const { kind, gatewayReference } of news) {
    const owner = ownerOf(gatewayReference);
    if (kind === 'payment_refunded' && owner !== null && !given.has(owner)) given.set(owner, gatewayReference);
  }
  const isOnceMore = (reference: string, owner: string) =>
    (given.get(owner) ?? reference) !== reference &&
    news.some(({ kind, gatewayReference }) => kind === 'payment_refunded' && gatewayReference === reference);
  return ({ gatewayReference }) => {
    const owner = ownerOf(gatewayReference);
    return owner !== null && isOnceMore(gatewayReference, owner) ? null : owner;
  };
}

function refundOf(id: string, request: Requested | null, news: readonly RefundNews[], facts: readonly Fact[]): Refund {
  const succeeded = news.find((fact) => fact.kind === 'payment_refunded');
  const failed = failureOf(news, succeeded);
  const pending = news.filter((fact) => fact.kind === 'refund_pending');
  const first = request ?? news[0];
  if (!first) throw new Error('a refund without any fact');
  const isNamed = ({ gatewayReference }: RefundNews) => gatewayReference !== id;
  const outside = succeeded && isNamed(succeeded) ? succeeded : news.find(isNamed);
  const told = succeeded ?? first;
  const settled = failed ?? succeeded;
  return {
    id,
    capture: told.parent,
    money: { amount: told.amount, currency: told.currency },
    origin: request?.origin ?? 'gateway',
    ...standingOf(succeeded, failed, pending.at(-1)),
    feeReturned: failed === undefined ? (succeeded?.feeReturned ?? 0) : 0,
    gatewayReference: outside?.gatewayReference ?? null,
    charges: request?.charges ?? [],
    since: recordedAt(first),
    settledAt: settled ? recordedAt(settled) : null,
    bounced: failed !== undefined && succeeded !== undefined,
    failedLater: failed !== undefined && (succeeded !== undefined || pending.length > 0),
    slow: facts.some((fact) => fact.kind === 'refund_slow' && fact.gatewayReference === id),
  };
}

/** Where money went back, only a failure of that very movement undoes it: an earlier try may have failed, and was no other. */
function failureOf(news: readonly RefundNews[], succeeded: RefundNews | undefined) {
  return news
    .filter((fact) => fact.kind === 'refund_failed')
    .find(({ gatewayReference }) => !succeeded || gatewayReference === succeeded.gatewayReference);
}

function standingOf(
  succeeded: RefundNews | undefined,
  failed: Extract<RefundNews, { kind: 'refund_failed' }> | undefined,
  pending: RefundNews | undefined,
): Pick<Refund, 'status' | 'reason' | 'detail'> {
  if (failed) return { status: 'failed', reason: failed.reason, detail: failed.detail };
  if (succeeded) return { status: 'succeeded', reason: null, detail: null };
  return { status: 'pending', reason: pending?.reason ?? AWAITING_GATEWAY, detail: null };
}

/** The refund of this payment that has no outcome yet: there is at most one of ours, and perhaps some of the gateway's site. */
export function refundInFlight(payment: Payment): Refund | null {
  return refundsOf(payment).find(({ status }) => status === 'pending') ?? null;
}

/**
 * The refund of ours that news about `capture` may be about without saying so: it has been asked for, and the gateway has
 * given no reference of it yet. Until it has, one of the two may be the other.
 */
export function unnamedRefund(payment: Payment, capture: string): Refund | null {
  return (
    refundsOf(payment).find(
      ({ origin, status, gatewayReference, capture: of }) =>
        origin !== 'gateway' && status === 'pending' && gatewayReference === null && of === capture,
    ) ?? null
  );
}

/** The gateway has accepted it, so that it can be given up no more. */
export function isMoving({ status, reason, gatewayReference }: Refund): boolean {
  return status === 'pending' && gatewayReference !== null && reason !== INSUFFICIENT_FUND;
}

/** Whether a refund of this payment goes by the name that the news has. */
export function knowsRefund(payment: Payment, { gatewayReference, refundId = null }: RefundNews): boolean {
  return refundsOf(payment).some((refund) => refund.gatewayReference === gatewayReference || refund.id === refundId);
}
