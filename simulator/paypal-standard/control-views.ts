import { writeAmount } from './amounts';
import type { PayOutcome } from './pay';
import type { Payment } from './payments';
import type { SubscribeOutcome } from './subscriptions/course';
import { isRefund, sumsOf } from './sums';

/** A payment as the control API shows it. Amounts are PayPal's decimal text. */
export function viewPayment(payment: Payment) {
  const { form, standing } = payment;
  const sums = sumsOf(payment);
  const text = (units: number) => writeAmount(units, form.currency);
  return {
    txnId: payment.txnId,
    invoice: form.invoice,
    custom: form.custom,
    business: form.business,
    buyer: payment.buyer.key,
    status: standing.status,
    pendingReason: standing.pendingReason,
    reasonCode: standing.reasonCode,
    amount: text(form.total),
    currency: form.currency,
    fee: text(payment.fee),
    refunded: text(sums.refunded),
    pending: text(sums.pending),
    reversed: text(sums.held + sums.lost),
    held: text(sums.held),
    lost: text(sums.lost),
    left: text(sums.left),
    movements: payment.movements.map((movement) => ({
      txnId: movement.txnId,
      kind: movement.txnType ?? (isRefund(movement) ? 'refund' : movement.standing.status),
      amount: text(movement.gross),
      fee: text(movement.fee),
      status: movement.state,
    })),
    cases: payment.cases.map(({ id, type, reasonCode, outcome }) => ({ id, type, reasonCode, outcome })),
    pdtFetches: payment.pdt?.fetches ?? 0,
    notifyUrl: form.notifyUrl,
    returnUrl: payment.returnUrl,
    ...(payment.instalment !== null && { subscrId: payment.instalment.subscriptionId }),
    at: payment.at.toISOString(),
  };
}

/** What came of paying without a browser. */
export function viewOutcome(outcome: PayOutcome | SubscribeOutcome) {
  switch (outcome.kind) {
    case 'paid': {
      const { txnId, returnUrl } = outcome.payment;
      return { outcome: 'paid', txnId, returnUrl, reason: null };
    }
    case 'agreed': {
      const { id, payments, returnUrl } = outcome.subscription;
      return { outcome: 'agreed', subscrId: id, txnId: payments[0]?.txnId ?? null, returnUrl, reason: null };
    }
    case 'declined':
    case 'refused':
      return { outcome: outcome.kind, txnId: null, returnUrl: null, reason: outcome.reason };
  }
}
