import type { Allocation } from './cart';
import type { GatewayName } from './gateway';
import type { Currency, Money } from './money';

/** One debit or credit on one account, in minor units; the amount is always positive. */
export interface Posting {
  readonly account: string;
  readonly side: 'debit' | 'credit';
  readonly amount: number;
  readonly currency: Currency;
}

export const ENTRY_KINDS = [
  'payment_captured',
  'fee_charged',
  'payment_suspended',
  'suspense_accepted',
  'suspense_attached',
  'credit_used',
  'payment_refunded',
  'suspense_refunded',
  'fee_returned',
  'refund_failed',
  'charge_cancelled',
  'payment_reversed',
  'reversal_cancelled',
  'dispute_lost',
  'dispute_fee_charged',
  'refund_fee_charged',
  'suspense_written_off',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** One balanced record of one fact; the database refuses it unless its postings sum to zero per currency. */
export interface Entry {
  readonly kind: EntryKind;
  readonly postings: readonly Posting[];
}

/** The accounts of a merchant's books, by the names that the API speaks. */
export const accountNames = {
  clearing: (gateway: GatewayName) => `gateway_clearing:${gateway}`,
  fees: (gateway: GatewayName) => `gateway_fees:${gateway}`,
  income: (category: string) => `income:${category}`,
  memberCredit: 'member_credit',
  suspense: 'suspense',
  disputedFunds: 'disputed_funds',
  disputeLosses: 'dispute_losses',
  refundCosts: 'refund_costs',
} as const;

/** Money taken and allocated: the gateway owes us, the member's charges become income and the surplus credit. */
export function paymentCaptured(gateway: GatewayName, money: Money, allocation: Allocation): Entry {
  return {
    kind: 'payment_captured',
    postings: [
      debit(accountNames.clearing(gateway), money),
      ...postings('credit', shareOf(allocation), money.currency),
    ],
  };
}

/** The gateway kept its fee out of what it owes us. */
export function feeCharged(gateway: GatewayName, fee: Money): Entry {
  return {
    kind: 'fee_charged',
    postings: [debit(accountNames.fees(gateway), fee), credit(accountNames.clearing(gateway), fee)],
  };
}

/** Money taken that does not fit: the gateway owes us, and we owe an answer. */
export function paymentSuspended(gateway: GatewayName, money: Money): Entry {
  return {
    kind: 'payment_suspended',
    postings: [debit(accountNames.clearing(gateway), money), credit(accountNames.suspense, money)],
  };
}

/** A person said whose the suspended money is: it is allocated like any capture. */
export function suspenseReleased(
  kind: 'suspense_accepted' | 'suspense_attached',
  money: Money,
  allocation: Allocation,
): Entry {
  return {
    kind,
    postings: [debit(accountNames.suspense, money), ...postings('credit', shareOf(allocation), money.currency)],
  };
}

/** A later charge consumed a part of the member's credit. */
export function creditUsed(money: Money, category: string): Entry {
  return {
    kind: 'credit_used',
    postings: [debit(accountNames.memberCredit, money), credit(accountNames.income(category), money)],
  };
}

/** Whose money goes, or comes back, as amounts in minor units; `member` by the income that it had become, null for credit. */
export interface Share {
  readonly suspense: number;
  /** A person had written it off before. */
  readonly writtenOff: number;
  readonly member: readonly { readonly category: string | null; readonly amount: number }[];
}

/** Money given back: what the member had paid with it is undone; what had waited, or went beyond it, is taken from suspense. */
export function paymentRefunded(gateway: GatewayName, money: Money, share: Share): Entry {
  return {
    kind: share.member.length === 0 ? 'suspense_refunded' : 'payment_refunded',
    postings: [...postings('debit', share, money.currency), credit(accountNames.clearing(gateway), money)],
  };
}

/** A refund that had succeeded came back: the money is ours again, and laid on the cart as it is now. */
export function refundFailed(gateway: GatewayName, money: Money, share: Share): Entry {
  return {
    kind: 'refund_failed',
    postings: [debit(accountNames.clearing(gateway), money), ...postings('credit', share, money.currency)],
  };
}

/** The gateway gave a part of its fee back. */
export function feeReturned(gateway: GatewayName, fee: Money): Entry {
  return {
    kind: 'fee_returned',
    postings: [debit(accountNames.clearing(gateway), fee), credit(accountNames.fees(gateway), fee)],
  };
}

/** The payer took money back: held until it is decided, or taken from what had come back before it was taken. */
export function paymentReversed(
  gateway: GatewayName,
  { held, suspense }: { readonly held: number; readonly suspense: number },
  currency: Currency,
): Entry {
  return {
    kind: 'payment_reversed',
    postings: [
      ...some('debit', accountNames.suspense, suspense, currency),
      ...some('debit', accountNames.disputedFunds, held, currency),
      ...some('credit', accountNames.clearing(gateway), held + suspense, currency),
    ],
  };
}

/**
 * Money came back: `amount` of it to us, of what was held, of what was lost (laid on the cart as it is now), and beyond both
 * into suspense. Where less came than the share, that is held again.
 */
export function reversalCancelled(gateway: GatewayName, { amount, currency }: Money, share: Share): Entry {
  const held = amount - sumOf(share);
  return {
    kind: 'reversal_cancelled',
    postings: [
      ...some('debit', accountNames.clearing(gateway), amount, currency),
      ...some(held < 0 ? 'debit' : 'credit', accountNames.disputedFunds, Math.abs(held), currency),
      ...postings('credit', share, currency),
    ],
  };
}

/** What was held is lost: as if it had been given back. */
export function disputeLost(money: Money, share: Share): Entry {
  return {
    kind: 'dispute_lost',
    postings: [...postings('debit', share, money.currency), credit(accountNames.disputedFunds, money)],
  };
}

/** The gateway charged for a case. */
export function disputeFeeCharged(gateway: GatewayName, fee: Money): Entry {
  return {
    kind: 'dispute_fee_charged',
    postings: [debit(accountNames.disputeLosses, fee), credit(accountNames.clearing(gateway), fee)],
  };
}

/** The gateway charged for giving money back. */
export function refundFeeCharged(gateway: GatewayName, fee: Money): Entry {
  return {
    kind: 'refund_fee_charged',
    postings: [debit(accountNames.refundCosts, fee), credit(accountNames.clearing(gateway), fee)],
  };
}

/** What one payline had paid of cancelled charges is its member's credit again. */
export function chargeCancelled(currency: Currency, share: Share): Entry {
  const amount = share.member.reduce((sum, part) => sum + part.amount, 0);
  return {
    kind: 'charge_cancelled',
    postings: [...postings('debit', share, currency), credit(accountNames.memberCredit, { amount, currency })],
  };
}

/** A person gave up what had gone beyond a payment's money. */
export function suspenseWrittenOff(money: Money): Entry {
  return {
    kind: 'suspense_written_off',
    postings: [debit(accountNames.refundCosts, money), credit(accountNames.suspense, money)],
  };
}

/** What of a sum became income, and what is credit. */
export function shareOf({ parts, credit: surplus }: Allocation): Share {
  return { suspense: 0, writtenOff: 0, member: [...parts, { category: null, amount: surplus }] };
}

function sumOf({ suspense, writtenOff, member }: Share): number {
  return member.reduce((sum, { amount }) => sum + amount, suspense + writtenOff);
}

function postings(side: Posting['side'], { suspense, writtenOff, member }: Share, currency: Currency): Posting[] {
  const byAccount = new Map<string, number>();
  for (const { category, amount } of member) {
    const account = category === null ? accountNames.memberCredit : accountNames.income(category);
    byAccount.set(account, (byAccount.get(account) ?? 0) + amount);
  }
  return [
    ...[...byAccount].flatMap(([account, amount]) => some(side, account, amount, currency)),
    ...some(side, accountNames.suspense, suspense, currency),
    ...some(side, accountNames.refundCosts, writtenOff, currency),
  ];
}

function some(side: Posting['side'], account: string, amount: number, currency: Currency): Posting[] {
  return amount === 0 ? [] : [{ account, side, amount, currency }];
}

function debit(account: string, { amount, currency }: Money): Posting {
  return { account, side: 'debit', amount, currency };
}
function credit(account: string, { amount, currency }: Money): Posting {
  return { account, side: 'credit', amount, currency };
}
