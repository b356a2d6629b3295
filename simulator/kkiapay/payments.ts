import type { Clock } from '../clock';
import type { Accounts } from './accounts';
import { answerOf, networkOf, type End, type Payer } from './payers';
import { feesOn, newTransactionId, type Order, type Transaction, type Transactions } from './transactions';
import type { Webhooks } from './webhooks';

export interface PaymentDeps {
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly transactions: Transactions;
  readonly webhooks: Webhooks;
  /** How many times faster than in life the networks' time passes; null: what comes later comes by hand only. */
  readonly laterSpeed: number | null;
}

const MINUTE_MS = 60_000;
/** How long a slow network takes. */
export const SLOW_NETWORK_MS = 120 * MINUTE_MS;
/** How long it takes until somebody looks at the phone. */
export const PHONE_ANSWER_MS = 30 * MINUTE_MS;

/** A payer pays in the widget. Each try makes a transaction of its own. */
export function payInWidget(order: Order, payer: Payer, deps: PaymentDeps): Transaction {
  const { name, phone, source, network, ends } = payer;
  const email = `${payer.key}@payer.example`;
  const transaction = open(order, { by: 'widget', payer: { name, email, phone }, source, network, ends }, deps);
  if (ends.status === 'PENDING') settleLater(transaction, SLOW_NETWORK_MS, { status: 'SUCCESS' }, deps);
  else deps.webhooks.tell(transaction, payer.webhook);
  return transaction;
}

/** A prompt goes to a phone, where a sandbox number answers after a while, and any other waits to be told. */
export function sendPrompt(order: Order, payer: Transaction['payer'], deps: PaymentDeps): Transaction {
  const network = networkOf(payer.phone);
  const transaction = open(
    order,
    { by: 'prompt', payer, source: 'MOBILE_MONEY', network, ends: { status: 'PENDING' } },
    deps,
  );
  const answer = answerOf(payer.phone);
  if (answer) settleLater(transaction, PHONE_ANSWER_MS, answer, deps);
  return transaction;
}

/** What becomes of a transaction by hand; `over` writes over fields of its status answer. */
export interface Settlement {
  readonly status: string;
  readonly failureCode?: string | undefined;
  readonly over?: Readonly<Record<string, unknown>> | undefined;
}

/** Ends a transaction, or changes its end. KKiaPay tells of success and failure, and of nothing else. */
export function settle(
  transaction: Transaction,
  { status, failureCode, over }: Settlement,
  deps: Pick<PaymentDeps, 'clock' | 'webhooks'>,
): void {
  transaction.status = status;
  transaction.failureCode = status === 'FAILED' ? (failureCode ?? 'processing_error') : '';
  // When it was given back is not told: `performed_at` stays the time of the payment.
  if (status !== 'REVERTED') transaction.performedAt = deps.clock.now();
  transaction.over = { ...transaction.over, ...over };
  if (status === 'SUCCESS' || status === 'FAILED') deps.webhooks.tell(transaction);
}

/** Why a transaction cannot be given back, in KKiaPay's word; null when it can. */
export function whyNotReverted(
  { order, source, status }: Transaction,
  { accounts }: Pick<PaymentDeps, 'accounts'>,
): string | null {
  const { balance } = accounts.of(order.publicKey);
  if (source !== 'MOBILE_MONEY') return 'INVALID_TRANSACTION_TYPE';
  if (status !== 'SUCCESS') return 'TRANSACTION_NOT_ELIGIBLE';
  return balance !== null && balance < order.amount ? 'INSUFFICIENT_FUND' : null;
}

/** Gives a transaction back, from the merchant's balance. KKiaPay announces it to nobody. */
export function revert(transaction: Transaction, { accounts }: Pick<PaymentDeps, 'accounts'>): void {
  const { publicKey, amount } = transaction.order;
  const { balance } = accounts.of(publicKey);
  if (balance !== null) accounts.change(publicKey, { balance: balance - amount });
  transaction.status = 'REVERTED';
}

interface Opening extends Pick<Transaction, 'by' | 'payer' | 'source' | 'network'> {
  readonly ends: End;
}

function open(order: Order, { ends, ...rest }: Opening, { clock, accounts, transactions }: PaymentDeps): Transaction {
  const now = clock.now();
  const transaction: Transaction = {
    id: newTransactionId(),
    order,
    ...rest,
    fees: feesOn(order.amount),
    feesBorneByMerchant: accounts.of(order.publicKey).feesBorneByMerchant,
    receivedAt: now,
    performedAt: now,
    status: ends.status,
    failureCode: ends.status === 'FAILED' ? ends.failureCode : '',
    over: {},
  };
  transactions.add(transaction);
  return transaction;
}

function settleLater(transaction: Transaction, afterMs: number, end: End, deps: PaymentDeps): void {
  if (deps.laterSpeed === null) return;
  deps.clock.after(afterMs / deps.laterSpeed, () => {
    const isAsItWas = deps.transactions.get(transaction.id) === transaction && transaction.status === 'PENDING';
    if (isAsItWas) settle(transaction, end, deps);
  });
}
