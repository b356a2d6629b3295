import type { Transaction } from './transactions';

/** A transaction as `transactions/status` tells it, with the fields of a real answer. Fees on the payer come on top of `amount`. */
export function statusAnswer(transaction: Transaction): Record<string, unknown> {
  const { id, order, payer, source, network, fees, feesBorneByMerchant, status, failureCode } = transaction;
  const performedAt = transaction.performedAt.toISOString();
  const [year = '', month = '', day = ''] = performedAt.slice(0, 10).split('-');
  return {
    performed_at: performedAt,
    received_at: transaction.receivedAt.toISOString(),
    type: 'DEBIT',
    status,
    source,
    source_common_name: network,
    amount: order.amount,
    fees,
    isFeesBorneByMerchant: feesBorneByMerchant,
    feeSupportedBy: feesBorneByMerchant ? 'merchant' : 'customer',
    net: feesBorneByMerchant ? order.amount - fees : order.amount,
    paymentlink: null,
    country: 'BJ',
    reason: failureCode,
    failureCode,
    failureMessage: failureCode,
    state: order.data,
    partnerId: order.partnerId,
    before_balance: 0,
    after_balance: order.amount,
    is_payout: false,
    is_counted: true,
    wallet: 'wallet-1',
    sharedTransaction: null,
    client: { fullname: payer.name, phone: payer.phone, email: payer.email },
    session: { id: `session-${id}` },
    transactionId: id,
    // Month first, and without the hour: KKiaPay has both fields.
    performedAt: `${month}/${day}/${year}`,
    ...transaction.over,
  };
}
