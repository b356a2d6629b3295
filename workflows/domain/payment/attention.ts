import { disputesOf } from '../dispute';
import type { Dispute } from '../dispute';
import type { Fact } from '../fact';
import { describeMoney } from '../money';
import type { Currency, Money } from '../money';
import { excessOf, surplusOtherwise } from '../position';
import { INSUFFICIENT_FUND, refundsOf } from '../refund';
import type { Refund } from '../refund';
import { isAboutFee } from '../remark';
import { BY_URGENCY } from './attentions';
import { recordedAt } from './facts';
import { isInSuspense, sumsOf, surplusOf, suspendedOf } from './sums';
import type { AttentionCode, CapturedSum, Payment } from './types';
import { standingRefusal } from './waiting';

/** What a person must look at. `about`: what an acknowledgement of it names. */
export interface Raised {
  readonly code: AttentionCode;
  readonly detail: string;
  /** The sum that it is about; null where it is about none. */
  readonly money: Money | null;
  readonly since: string | null;
  readonly about: { readonly gatewayReference: string; readonly qualifier: string };
}

/** All that a person must look at, the most urgent first, and in the order of our records where two are as urgent. */
export function attentionsOf(payment: Payment): Raised[] {
  const raised = [
    ...sumsOf(payment).flatMap((sum) => ofSum(payment, sum)),
    ...refundsOf(payment).flatMap((refund) => ofRefund(payment, refund)),
    ...disputesOf(payment).flatMap(ofDispute),
    ...payment.facts.flatMap((fact) => ofFact(payment, fact)),
    ...ofExcess(payment),
  ];
  return raised
    .filter((one) => !isAcknowledged(one, payment))
    .sort((a, b) => BY_URGENCY.indexOf(a.code) - BY_URGENCY.indexOf(b.code));
}

/** One acknowledgement ends one attention about one thing, and no other. */
export function acknowledgement({ code, about }: Raised): { gatewayReference: string; qualifier: string } {
  return { gatewayReference: about.gatewayReference, qualifier: `${code} ${about.qualifier}`.trim() };
}

function isAcknowledged(raised: Raised, { facts }: Payment): boolean {
  const { gatewayReference, qualifier } = acknowledgement(raised);
  return facts.some(
    (read) =>
      read.kind === 'attention_acknowledged' &&
      read.gatewayReference === gatewayReference &&
      read.qualifier === qualifier,
  );
}

function ofSum(payment: Payment, sum: CapturedSum): Raised[] {
  const about = { gatewayReference: sum.reference, qualifier: '' };
  const raised: Raised[] = [];
  // What is on its way back needs nobody, and what only the gateway can give back is told by the refund that could not.
  if (isInSuspense(sum) && sum.inFlight === 0 && !cannotBeGivenBack(payment, sum))
    raised.push({
      ...misfit(payment, sum),
      money: { ...sum.money, amount: suspendedOf(sum) },
      since: sum.since,
      about,
    });
  const surplus = surplusOf(sum);
  if (surplus > 0) {
    const money = { ...sum.money, amount: surplus };
    const detail = `${describeMoney(money)} came back for ${sum.reference} beyond what had been taken; it is in suspense`;
    raised.push({ code: 'reversal_excess', detail, money, since: sum.since, about });
  }
  return raised;
}

function cannotBeGivenBack(payment: Payment, sum: CapturedSum): boolean {
  return refundsOf(payment).some((refund) => refund.capture === sum.reference && isForTheGatewayOnly(refund));
}

/** The policy asked for it, and this account cannot, whatever is tried. */
function isForTheGatewayOnly({ origin, status, reason }: Refund): boolean {
  return origin === 'policy' && status === 'failed' && reason !== null && ONLY_THERE.has(reason);
}
const ONLY_THERE: ReadonlySet<string> = new Set([
  'refund_at_gateway_only',
  'refund_not_supported',
  'partial_refund_not_supported',
]);

function ofRefund(payment: Payment, refund: Refund): Raised[] {
  const { capture, money, reason, detail } = refund;
  const about = { gatewayReference: refund.id, qualifier: '' };
  const what = `${describeMoney(money)} of ${capture}`;
  const sum = sumsOf(payment).find(({ reference }) => reference === capture);
  if (refund.status === 'pending') {
    const waits = reason === INSUFFICIENT_FUND;
    if (waits)
      return [
        {
          code: 'refund_waits_for_funds',
          detail: `the balance at the gateway is too low to give ${what} back; nothing has moved`,
          money,
          since: refund.since,
          about,
        },
      ];
    if (!refund.slow) return [];
    return [
      {
        code: 'refund_slow',
        detail: `${what} has been on its way back for more than seven days (${reason ?? 'no reason given'})`,
        money,
        since: refund.since,
        about,
      },
    ];
  }
  if (refund.status !== 'failed' || sum === undefined) return [];
  if (isForTheGatewayOnly(refund))
    return isInSuspense(sum) && sum.inFlight === 0
      ? [
          {
            code: 'refund_at_gateway_only',
            detail: `${what} is to be given back, and this account cannot do it from here: ${detail ?? reason ?? ''}`,
            money,
            since: refund.settledAt,
            about,
          },
        ]
      : [];
  const isMended = refundsOf(payment).some(
    (other) =>
      other.id !== refund.id &&
      other.capture === capture &&
      other.status === 'succeeded' &&
      isAfter(payment, other, refund),
  );
  if (isMended || !(refund.failedLater || refund.origin === 'policy')) return [];
  return [
    {
      code: 'refund_failed',
      detail: `${what} could not be given back (${reason ?? 'no reason given'})${refund.bounced ? '; the money is ours again' : ''}`,
      money,
      since: refund.settledAt,
      about,
    },
  ];
}

/** Whether the one was recorded as given back after the other was recorded as failed. */
function isAfter({ facts }: Payment, one: Refund, other: Refund): boolean {
  const place = (kind: Fact['kind'], refund: Refund) =>
    facts.findLastIndex(
      (fact) =>
        fact.kind === kind &&
        (fact.gatewayReference === refund.gatewayReference || fact.gatewayReference === refund.id),
    );
  return place('payment_refunded', one) > place('refund_failed', other);
}

function ofDispute(dispute: Dispute): Raised[] {
  const { capture, gatewayReference, stage, status, reason, held, lost, currency } = dispute;
  const about = { gatewayReference: capture, qualifier: gatewayReference };
  const money = (amount: number): Money => ({ amount, currency });
  if (status === 'lost' && lost > 0) {
    const detail = `${describeMoney(money(lost))} of ${capture} was taken back for good (${reason}); what it had paid is due again`;
    return [{ code: 'dispute_lost', detail, money: money(lost), since: dispute.closedAt, about }];
  }
  if (status !== 'open') return [];
  if (stage === 'reversal') {
    const detail = `${describeMoney(money(held))} of ${capture} was taken back (${reason}) and is held until it is decided`;
    return [{ code: 'reversal_received', detail, money: money(held), since: dispute.openedAt, about }];
  }
  const detail = `case ${gatewayReference} about ${capture} is open (${reason})${held > 0 ? `; ${describeMoney(money(held))} is held` : ''}`;
  const atStake = held > 0 ? money(held) : dispute.amount === null ? null : money(dispute.amount);
  return [{ code: 'dispute_opened', detail, money: atStake, since: dispute.openedAt, about }];
}

function ofFact(payment: Payment, fact: Fact): Raised[] {
  const { facts } = payment;
  const about = { gatewayReference: fact.gatewayReference, qualifier: fact.qualifier };
  const since = recordedAt(fact);
  const { amount, currency } = fact;
  const money = amount === null || currency === null ? null : { amount, currency };
  switch (fact.kind) {
    case 'conflict_detected':
      return [{ code: 'fact_conflict', detail: fact.detail, money, since, about }];
    case 'capture_refused': {
      const detail = `the payer approved ${fact.gatewayReference}, and the gateway refuses to let us take the money (${fact.reason}); nothing was taken`;
      return standingRefusal(payment) === fact ? [{ code: 'capture_refused', detail, money, since, about }] : [];
    }
    case 'fee_charged': {
      const detail = feeAboveGross(fact, facts);
      return detail === null ? [] : [{ code: 'fee_above_gross', detail, money, since, about }];
    }
    case 'remark_noted': {
      const remarked = remarkOf(fact, facts);
      return remarked ? [{ ...remarked, money, since, about }] : [];
    }
    default:
      return [];
  }
}

/** What went, or came back, beyond what the payment's facts account for, in whichever currency. */
function ofExcess(payment: Payment): Raised[] {
  const currencies = new Set(payment.facts.flatMap(({ currency }) => currency ?? []));
  return [...currencies].flatMap((currency): Raised[] => {
    const about = { gatewayReference: payment.terms.id, qualifier: currency };
    const since = lastMovement(payment, currency);
    const amount = excessOf(payment, currency);
    const surplus = surplusOtherwise(payment, currency);
    const gone = `${describeMoney({ amount, currency })} went back beyond what the payment had brought; it is a debit of suspense`;
    const came = `${describeMoney({ amount: surplus, currency })} came back that had never been taken; it is in suspense`;
    return [
      ...(amount > 0
        ? [{ code: 'refund_exceeds_payment' as const, detail: gone, money: { amount, currency }, since, about }]
        : []),
      ...(surplus > 0
        ? [{ code: 'reversal_excess' as const, detail: came, money: { amount: surplus, currency }, since, about }]
        : []),
    ];
  });
}

function lastMovement({ facts }: Payment, currency: Currency): string | null {
  const newest = facts.findLast(
    (fact) => fact.kind === 'dispute_closed' || ('parent' in fact && fact.currency === currency),
  );
  return newest ? recordedAt(newest) : null;
}

/** A gateway's word about its own fee is booked as it is; one that leaves less than nothing should be seen by a person. */
function feeAboveGross(fee: Fact & { kind: 'fee_charged' }, facts: readonly Fact[]): string | null {
  const gross = facts.find(
    (fact) => fact.kind === 'payment_captured' && fact.gatewayReference === fee.gatewayReference,
  );
  if (gross?.kind !== 'payment_captured' || gross.currency !== fee.currency || fee.amount <= gross.amount) return null;
  return `the gateway kept ${describeMoney(fee)} of the ${describeMoney(gross)} of ${gross.gatewayReference}; it is booked as told`;
}

/** A remark stays before a person until they have read it; one about a fee, until the fee is known. */
function remarkOf(
  remark: Fact & { kind: 'remark_noted' },
  facts: readonly Fact[],
): { code: AttentionCode; detail: string } | null {
  const { gatewayReference, reason, wrote } = remark;
  const what = `${gatewayReference}: ${reason}${wrote === null ? '' : `, the gateway wrote "${wrote}"`}`;
  if (!isAboutFee(remark)) return { code: 'gateway_remark', detail: what };
  const isKnown = ({ kind, gatewayReference: of }: Fact) =>
    of === gatewayReference && (kind === 'fee_charged' || kind === 'payer_fee_charged');
  if (facts.some(isKnown)) return null;
  return { code: 'fee_unreadable', detail: `the fee of ${what}; it is not in the books` };
}

function misfit(payment: Payment, sum: CapturedSum): { code: AttentionCode; detail: string } {
  const { terms } = payment;
  const what = `${describeMoney(sum.money)} came as ${sum.reference}`;
  if (sumsOf(payment).some((other) => other.standing === 'accepted' && other.reference !== sum.reference))
    return {
      code: 'duplicate_payment',
      detail: `${what}, but the payment was already paid; the sum is in suspense`,
    };
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
