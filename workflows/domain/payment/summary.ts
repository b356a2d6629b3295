import type { Fact } from '../fact';
import { mostUrgent } from './attention';
import { recordedAt } from './facts';
import { statusOf } from './status';
import { isAboutMoneyThatNeverCame, sumsOf } from './sums';
import type { Payment, PaymentSummary } from './types';

/** Folds the facts into what the world sees. */
export function summarize(payment: Payment): PaymentSummary {
  const { terms, facts } = payment;
  const sums = sumsOf(payment);
  const money = (kind: Fact['kind'], counted: readonly Fact[] = facts) =>
    counted.reduce(
      (total, fact) => total + (fact.kind === kind && fact.currency === terms.currency ? (fact.amount ?? 0) : 0),
      0,
    );
  const moved = facts.filter((fact) => !isAboutMoneyThatNeverCame(fact, facts));
  const shown = mostUrgent(payment);
  return {
    ...statusOf(payment, sums),
    captured: money('payment_captured'),
    fee: money('fee_charged'),
    refunded: money('payment_refunded', moved),
    disputed: Math.max(0, money('payment_reversed', moved) - money('reversal_cancelled', moved)),
    attention: shown && { code: shown.code, detail: shown.detail, since: recordedAt(shown.fact) },
    sums,
  };
}
