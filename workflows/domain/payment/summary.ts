import { disputesOf } from '../dispute';
import type { Fact } from '../fact';
import type { Currency } from '../money';
import { refundsOf } from '../refund';
import { attentionsOf } from './attention';
import { statusOf } from './status';
import { refundableOf, sumsOf } from './sums';
import type { Payment, PaymentSummary } from './types';

/** Folds the facts into what the world sees. */
export function summarize(payment: Payment): PaymentSummary {
  const { terms, facts } = payment;
  const sums = sumsOf(payment);
  const told = (kind: Fact['kind']) =>
    facts.reduce(
      (total, fact) => total + (fact.kind === kind && fact.currency === terms.currency ? (fact.amount ?? 0) : 0),
      0,
    );
  const refunds = refundsOf(payment);
  const disputes = disputesOf(payment);
  const inBooks = ({ capture, currency }: { readonly capture: string; readonly currency: Currency }) =>
    currency === terms.currency && sums.some(({ reference }) => reference === capture);
  const attentions = attentionsOf(payment).map(({ code, detail, since }) => ({ code, detail, since }));
  return {
    ...statusOf(payment, sums),
    captured: told('payment_captured'),
    fee: told('fee_charged'),
    refunded: refunds
      .filter(({ status, capture, money }) => status === 'succeeded' && inBooks({ capture, ...money }))
      .reduce((total, refund) => total + refund.money.amount, 0),
    disputed: disputes.filter(inBooks).reduce((total, dispute) => total + dispute.held, 0),
    chargedBack: disputes.filter(inBooks).reduce((total, dispute) => total + dispute.lost, 0),
    refundable: Math.max(0, ...sums.filter((sum) => sum.money.currency === terms.currency).map(refundableOf)),
    attentions,
    attention: attentions[0] ?? null,
    sums,
    refunds,
    disputes,
  };
}
