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
  const money = (kind: Fact['kind']) =>
    facts.reduce(
      (total, fact) => total + (fact.kind === kind && fact.currency === terms.currency ? (fact.amount ?? 0) : 0),
      0,
    );
  const refunds = refundsOf(payment);
  const disputes = disputesOf(payment);
  const inBooks = (moved: { readonly currency: Currency }) => moved.currency === terms.currency;
  const attentions = attentionsOf(payment).map(({ code, detail, since }) => ({ code, detail, since }));
  return {
    ...statusOf(payment, sums),
    captured: money('payment_captured'),
    fee: money('fee_charged'),
    refunded: refunds
      .filter((refund) => refund.status === 'succeeded' && inBooks(refund.money))
      .filter((refund) => sums.some(({ reference }) => reference === refund.capture))
      .reduce((total, refund) => total + refund.money.amount, 0),
    disputed: disputes.filter(inBooks).reduce((total, dispute) => total + dispute.held, 0),
    chargedBack: disputes.filter(inBooks).reduce((total, dispute) => total + dispute.lost, 0),
    refundable: Math.max(0, ...sums.filter((sum) => inBooks(sum.money)).map(refundableOf)),
    attentions,
    attention: attentions[0] ?? null,
    sums,
    refunds,
    disputes,
  };
}
