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
} as const;

/** Money taken and allocated: the gateway owes us, the member's charges become income and the surplus credit. */
export function paymentCaptured(gateway: GatewayName, money: Money, allocation: Allocation): Entry {
  return {
    kind: 'payment_captured',
    postings: [debit(accountNames.clearing(gateway), money), ...toMember(money.currency, allocation)],
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
  return { kind, postings: [debit(accountNames.suspense, money), ...toMember(money.currency, allocation)] };
}

/** A later charge consumed a part of the member's credit. */
export function creditUsed(money: Money, category: string): Entry {
  return {
    kind: 'credit_used',
    postings: [debit(accountNames.memberCredit, money), credit(accountNames.income(category), money)],
  };
}

function toMember(currency: Currency, { parts, credit: surplus }: Allocation): Posting[] {
  const byCategory = new Map<string, number>();
  for (const part of parts) byCategory.set(part.category, (byCategory.get(part.category) ?? 0) + part.amount);
  const postings = [...byCategory].map(([category, amount]) =>
    credit(accountNames.income(category), { amount, currency }),
  );
  return surplus > 0 ? [...postings, credit(accountNames.memberCredit, { amount: surplus, currency })] : postings;
}

function debit(account: string, { amount, currency }: Money): Posting {
  return { account, side: 'debit', amount, currency };
}
function credit(account: string, { amount, currency }: Money): Posting {
  return { account, side: 'credit', amount, currency };
}
