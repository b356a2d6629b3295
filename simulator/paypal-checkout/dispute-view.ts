import type { Buyer } from './buyers';
import { viewMoney } from './money';
import type { Dispute } from './orders';
import { given, link, nameAndEmail, payeeOf, when } from './views';

/** A case as PayPal tells it, in the webhook and when asked. */
export function viewDispute(dispute: Dispute) {
  const { capture, outcome } = dispute;
  const { order } = capture;
  const money = (units: number) => viewMoney({ units, currency: capture.amount.currency });
  return {
    dispute_id: dispute.id,
    create_time: when(dispute.createdAt),
    update_time: when(dispute.updatedAt),
    disputed_transactions: [
      {
        seller_transaction_id: capture.id,
        create_time: when(capture.createdAt),
        transaction_status: 'COMPLETED',
        gross_amount: viewMoney(capture.amount),
        ...given('invoice_number', order.purchase.invoiceId),
        ...given('custom', order.purchase.customId),
        ...(order.state.kind !== 'open' && { buyer: viewBuyer(order.state.buyer) }),
        seller: viewSeller(payeeOf(order)),
        seller_protection_eligible: true,
      },
    ],
    reason: dispute.reason,
    status: dispute.status,
    dispute_state: stateOf(dispute),
    dispute_amount: money(dispute.units),
    ...(outcome !== null && {
      dispute_outcome: {
        outcome_code: outcome.code,
        ...(outcome.refunded !== null && { amount_refunded: money(outcome.refunded) }),
      },
    }),
    money_movements: movementsOf(dispute),
    dispute_life_cycle_stage: dispute.stage,
    dispute_channel: dispute.channel,
    ...(outcome === null && { seller_response_due_date: when(dispute.answerBy) }),
    links: [link(order.origin, `/v1/customer/disputes/${dispute.id}`, 'self')],
  };
}

function stateOf({ outcome, status, stage }: Dispute): string {
  if (outcome !== null) return 'RESOLVED';
  if (status === 'UNDER_REVIEW') return 'UNDER_PAYPAL_REVIEW';
  return stage === 'INQUIRY' ? 'OPEN_INQUIRIES' : 'REQUIRED_ACTION';
}

/** The seller's money that moved because of the case: taken, given back, and what the case itself costs. */
function movementsOf({ capture, reversals, fees, updatedAt }: Dispute) {
  const movement = (type: 'DEBIT' | 'CREDIT', reason: string, amount: ReturnType<typeof viewMoney>, at: Date) => ({
    affected_party: 'SELLER',
    amount,
    initiated_time: when(at),
    type,
    reason,
  });
  const money = (units: number) => viewMoney({ units, currency: capture.amount.currency });
  return [
    ...reversals.map(({ units, createdAt }) => movement('DEBIT', 'DISPUTE_SETTLEMENT', money(units), createdAt)),
    ...reversals.flatMap(({ reversal }) =>
      reversal === null || reversal.returned === 0
        ? []
        : [movement('CREDIT', 'DISPUTE_SETTLEMENT', money(reversal.returned), updatedAt)],
    ),
    ...fees.map(({ reason, money: fee, at }) => movement('DEBIT', reason, viewMoney(fee), at)),
  ];
}

function viewBuyer(buyer: Buyer) {
  const { name } = nameAndEmail(buyer);
  return { name: `${name.given_name} ${name.surname}` };
}

function viewSeller({ email_address: email, merchant_id }: ReturnType<typeof payeeOf>) {
  return { email, merchant_id };
}
