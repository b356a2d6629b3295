import type { Fact, FactKind } from '../fact';
import { describeMoney } from '../money';
import type { Currency } from '../money';
import { isAboutFee } from '../remark';
import { unreachable } from '../unreachable';
import { isAboutMoneyThatNeverCame, isInSuspense, sumsOf } from './sums';
import type { AttentionCode, CapturedSum, Payment } from './types';
import { standingRefusal } from './waiting';

/** Which attention is shown where several are due: first the money that only a person can place, and never just what was told first. */
const MOST_URGENT: readonly FactKind[] = [
  'payment_captured',
  'conflict_detected',
  'dispute_opened',
  'payment_reversed',
  'payment_refunded',
  'dispute_adjusted',
  'capture_refused',
  'fee_charged',
  'remark_noted',
];

/** What a person must look at, the fact that raised it, and whether reading it is enough to end it. */
interface Raised {
  readonly code: AttentionCode;
  readonly detail: string;
  readonly fact: Fact;
  readonly acknowledgeable: boolean;
}

export function mostUrgent(payment: Payment): Raised | null {
  const rank = ({ kind }: Fact) => (MOST_URGENT.includes(kind) ? MOST_URGENT.indexOf(kind) : MOST_URGENT.length);
  const sums = sumsOf(payment);
  for (const fact of [...payment.facts].sort((a, b) => rank(a) - rank(b))) {
    const raised = raisedBy(payment, fact, sums);
    if (raised && !isAcknowledged(raised.code, fact, payment.facts)) return { acknowledgeable: false, ...raised, fact };
  }
  return null;
}

function isAcknowledged(code: AttentionCode, fact: Fact, facts: readonly Fact[]): boolean {
  return facts.some(
    (read) =>
      read.kind === 'attention_acknowledged' &&
      read.gatewayReference === fact.gatewayReference &&
      read.qualifier === acknowledgement(code, fact),
  );
}

/** One acknowledgement ends one attention about one fact, and no other. */
export function acknowledgement(code: AttentionCode, fact: Fact): string {
  return `${code} ${fact.qualifier}`.trim();
}

function raisedBy(
  payment: Payment,
  fact: Fact,
  sums: readonly CapturedSum[],
): { code: AttentionCode; detail: string; acknowledgeable?: true } | null {
  const { facts } = payment;
  switch (fact.kind) {
    case 'payment_captured': {
      const sum = sums.find(({ reference }) => reference === fact.gatewayReference);
      return sum && isInSuspense(sum) ? misfit(payment, sum, sums) : null;
    }
    case 'payment_refunded':
      if (isAboutMoneyThatNeverCame(fact, facts)) return null;
      return {
        code: 'refund_received',
        detail: `${describeMoney(fact)} of ${fact.parent} was given back as ${fact.gatewayReference}${unbooked(fact.parent, sums)}`,
      };
    case 'payment_reversed':
      if (isAboutMoneyThatNeverCame(fact, facts) || isAllBack(fact.currency, facts)) return null;
      return {
        code: 'reversal_received',
        detail: `${describeMoney(fact)} of ${fact.parent} was taken back (${fact.reason})${unbooked(fact.parent, sums)}`,
      };
    case 'dispute_opened':
      return facts.some((other) => other.kind === 'dispute_closed' && other.qualifier === fact.qualifier)
        ? null
        : {
            code: 'dispute_opened',
            detail: `case ${fact.qualifier} about ${fact.gatewayReference} is open (${fact.reason})`,
          };
    case 'dispute_adjusted':
      return {
        code: 'dispute_adjusted',
        detail: `${describeMoney(fact)} moved as ${fact.gatewayReference} after a case (${fact.reason}); it is not in the books yet`,
      };
    case 'conflict_detected':
      return { code: 'fact_conflict', detail: fact.detail };
    case 'capture_refused':
      return standingRefusal(payment) === fact
        ? {
            code: 'capture_refused',
            detail: `the payer approved ${fact.gatewayReference}, and the gateway refuses to let us take the money (${fact.reason}); nothing was taken`,
          }
        : null;
    case 'fee_charged':
      return feeAboveGross(fact, facts);
    case 'remark_noted':
      return remarked(fact, facts);
    case 'checkout_opened':
    case 'payment_cancelled':
    case 'payment_expired':
    case 'suspense_accepted':
    case 'attention_acknowledged':
    case 'payment_pending':
    case 'payment_failed':
    case 'attempt_failed':
    case 'payer_fee_charged':
    case 'reversal_cancelled':
    case 'dispute_closed':
      return null;
    default:
      return unreachable(fact);
  }
}

/** Whether all that was taken back in this currency has come back since. */
function isAllBack(currency: Currency, facts: readonly Fact[]): boolean {
  const total = (kind: 'payment_reversed' | 'reversal_cancelled') =>
    facts.reduce(
      (sum, fact) =>
        sum +
        (fact.kind === kind && fact.currency === currency && !isAboutMoneyThatNeverCame(fact, facts) ? fact.amount : 0),
      0,
    );
  return total('payment_reversed') <= total('reversal_cancelled');
}

function unbooked(parent: string, sums: readonly CapturedSum[]): string {
  const sum = sums.find(({ reference }) => reference === parent);
  const gone = sum?.standing === 'suspended' && sum.left <= 0;
  return gone ? '; the sum was in suspense and nothing of it is left to place' : '; it is not in the books yet';
}

/** A gateway's word about its own fee is booked as it is; one that leaves less than nothing should be seen by a person. */
function feeAboveGross(fee: Fact & { kind: 'fee_charged' }, facts: readonly Fact[]) {
  const gross = facts.find(
    (fact) => fact.kind === 'payment_captured' && fact.gatewayReference === fee.gatewayReference,
  );
  if (gross?.kind !== 'payment_captured' || gross.currency !== fee.currency || fee.amount <= gross.amount) return null;
  const detail = `the gateway kept ${describeMoney(fee)} of the ${describeMoney(gross)} of ${gross.gatewayReference}; it is booked as told`;
  return { code: 'fee_above_gross', detail, acknowledgeable: true } as const;
}

/** A remark stays before a person until they have read it; one about a fee, until the fee is known. */
function remarked(remark: Fact & { kind: 'remark_noted' }, facts: readonly Fact[]) {
  const { gatewayReference, reason, wrote } = remark;
  const what = `${gatewayReference}: ${reason}${wrote === null ? '' : `, the gateway wrote "${wrote}"`}`;
  if (!isAboutFee(remark)) return { code: 'gateway_remark', detail: what, acknowledgeable: true } as const;
  const isKnown = ({ kind, gatewayReference: of }: Fact) =>
    of === gatewayReference && (kind === 'fee_charged' || kind === 'payer_fee_charged');
  if (facts.some(isKnown)) return null;
  return {
    code: 'fee_unreadable',
    detail: `the fee of ${what}; it is not in the books`,
    acknowledgeable: true,
  } as const;
}

function misfit(
  { terms }: Payment,
  sum: CapturedSum,
  sums: readonly CapturedSum[],
): { code: AttentionCode; detail: string } {
  const what = `${describeMoney(sum.money)} came as ${sum.reference}`;
  if (sums.some((other) => other.standing === 'accepted'))
    return { code: 'duplicate_payment', detail: `${what}, but the payment was already paid; the sum is in suspense` };
  if (sum.money.currency !== terms.currency)
    return {
      code: 'currency_mismatch',
      detail: `${what}, but ${describeMoney(terms)} was asked; the sum is in suspense`,
    };
  if (sum.money.amount !== terms.amount)
    return {
      code: 'amount_mismatch',
      detail: `${what}, but ${describeMoney(terms)} was asked; the sum is in suspense`,
    };
  return {
    code: 'late_payment',
    detail: `${what} after the payment was closed; the sum is in suspense until it is given back`,
  };
}
