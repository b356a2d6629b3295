import { book } from './booking';
import type { Cart } from './cart';
import type { Fact } from './fact';
import type { Entry } from './ledger';
import { disputesOf } from './dispute';
import type { Currency, Money } from './money';
import { describeMoney } from './money';
import { evolve, leftOf, refundableOf, sumsOf } from './payment';
import type { CapturedSum, Payment } from './payment';
import { refundRequested } from './refunding';

/** Who bears the fee that a gateway keeps on a refund, by the merchant's choice. */
export const REFUND_FEES = ['merchant', 'payer'] as const;

/** What a gateway account can give back of one payment. */
export interface RefundAbility {
  /** What the gateway can at its best, and what this account can. */
  readonly gateway: 'none' | 'full' | 'partial';
  readonly account: 'none' | 'full' | 'partial';
  readonly feesReturned: 'none' | 'some';
  /** Where a person gives money back at the gateway's own site. */
  readonly refundAt: string;
  /** Whether the gateway can write this amount. */
  readonly writes: (money: Money) => boolean;
}

export interface RefundWish {
  /** Minor units; null: all that is refundable, or what the payment paid of `charges`. */
  readonly amount: number | null;
  /** Charges that are owed no more once the money is back. */
  readonly charges: readonly string[];
}

export interface RefundPlan {
  readonly possible: true;
  readonly capture: string;
  readonly amount: number;
  readonly charges: readonly string[];
}
export const REFUND_REFUSALS = [
  'payment_disputed',
  'refund_in_flight',
  'nothing_to_refund',
  'refund_not_supported',
  'refund_at_gateway_only',
  'amount_not_refundable',
  'partial_refund_not_supported',
  'amount_not_supported',
  'charge_not_paid_by_payment',
] as const;
export interface RefundRefusal {
  readonly possible: false;
  readonly code: (typeof REFUND_REFUSALS)[number];
  readonly detail: string;
  readonly refundable: number;
}

/** All that decides whether money can be given back. */
export interface Situation {
  readonly payment: Payment;
  /** The member's cart, with what the payment and the charges wished for have laid on it. */
  readonly cart: Cart;
  readonly ability: RefundAbility;
  readonly feesBorneBy: (typeof REFUND_FEES)[number];
  /** A refund of the payment is admitted, or on its way, without an outcome. */
  readonly inFlight: boolean;
}

/** Whether accepted money of a payment can be given back as wished, and as what; the refusals are tested in this order. */
export function planRefund(situation: Situation, wish: RefundWish): RefundPlan | RefundRefusal {
  const { payment, cart, ability } = situation;
  const sum = mostRefundable(payment);
  const refundable = sum === null ? 0 : refundableOf(sum);
  const no = (code: RefundRefusal['code'], detail: string): RefundRefusal => ({
    possible: false,
    code,
    detail,
    refundable,
  });

  if (disputesOf(payment).some(({ status }) => status === 'open'))
    return no('payment_disputed', "a case is open or money is held; the gateway's own pages decide there");
  if (situation.inFlight) return no('refund_in_flight', 'another refund of this payment has no outcome yet');
  if (sum === null || refundable === 0) return no('nothing_to_refund', 'no accepted money of this payment is left');
  const unable = inability(ability);
  if (unable) return no(...unable);

  const { currency } = sum.money;
  const paidOfCharges = wish.charges.map((charge) => paidBy(cart, payment.terms.id, charge));
  const amount = wish.amount ?? defaultAmount(situation, sum, paidOfCharges);
  if (amount < 1 || amount > refundable)
    return no('amount_not_refundable', `${describeMoney({ amount: refundable, currency })} can be given back now`);
  const isWhole = amount === sum.money.amount;
  if (ability.account === 'full' && !isWhole)
    return no('partial_refund_not_supported', 'this gateway or method gives back whole sums only');
  if (!ability.writes({ amount, currency }))
    return no('amount_not_supported', `the gateway cannot write ${describeMoney({ amount, currency })}`);
  const unpaid = wish.charges.find((_charge, place) => paidOfCharges[place] === 0);
  if (unpaid !== undefined) return no('charge_not_paid_by_payment', `this payment paid nothing of ${unpaid}`);
  return { possible: true, capture: sum.reference, amount, charges: wish.charges };
}

/** Why this account gives nothing back from here, or null. */
function inability({
  gateway,
  account,
  refundAt,
}: RefundAbility): ['refund_not_supported' | 'refund_at_gateway_only', string] | null {
  if (gateway === 'none') return ['refund_not_supported', 'this gateway or method gives nothing back'];
  return account === 'none' ? ['refund_at_gateway_only', `This account cannot from here. ${refundAt}`] : null;
}

/** Why a sum that is nobody's yet cannot go back now, whole; null: it can. In the order in which a refund of accepted money is refused. */
export function refusalToReturn(
  { payment, ability, inFlight }: Omit<Situation, 'cart' | 'feesBorneBy'>,
  { money: { currency, amount: whole } }: CapturedSum,
  amount: number,
): [Exclude<RefundRefusal['code'], 'amount_not_refundable' | 'charge_not_paid_by_payment'>, string] | null {
  if (disputesOf(payment).some(({ status }) => status === 'open'))
    return ['payment_disputed', "a case is open or money is held; the gateway's own pages decide there"];
  if (inFlight) return ['refund_in_flight', 'another refund of this money has no outcome yet'];
  const unable = inability(ability);
  if (unable) return unable;
  if (ability.account === 'full' && amount !== whole)
    return ['partial_refund_not_supported', 'this gateway or method gives back whole sums only'];
  if (!ability.writes({ amount, currency }))
    return ['amount_not_supported', 'the gateway cannot write this amount as a refund'];
  return null;
}

/** A refund is of one capture: of that with most left. */
function mostRefundable(payment: Payment): CapturedSum | null {
  const sums = sumsOf(payment).filter(({ standing }) => standing === 'accepted');
  return sums.reduce<CapturedSum | null>(
    (best, sum) => (best === null || refundableOf(sum) > refundableOf(best) ? sum : best),
    null,
  );
}

/** The default is less the fee, where the payer bears it and nothing of the capture is back; not where only whole sums go back. */
function defaultAmount(
  { payment, ability, feesBorneBy }: Situation,
  sum: CapturedSum,
  paidOfCharges: readonly number[],
): number {
  const all = paidOfCharges.length > 0 ? paidOfCharges.reduce((total, paid) => total + paid, 0) : refundableOf(sum);
  const isUntouched = leftOf(sum) === sum.money.amount;
  const isLessFee = feesBorneBy === 'payer' && isUntouched && ability.account === 'partial';
  return isLessFee ? all - feeOf(payment, sum) : all;
}

function feeOf({ facts }: Payment, { reference, money }: CapturedSum): number {
  const fee = facts.find((fact) => fact.kind === 'fee_charged' && fact.gatewayReference === reference);
  return fee?.currency === money.currency ? (fee.amount ?? 0) : 0;
}

function paidBy(cart: Cart, paymentId: string, charge: string): number {
  return cart.laid.reduce(
    (total, laid) => total + (laid.of === paymentId && laid.charge.id === charge ? laid.amount : 0),
    0,
  );
}

/** What a refund would do to cart and books. Amounts in minor units; null where only the gateway knows. */
export interface RefundPreview {
  readonly currency: Currency;
  readonly feeCharged: number;
  readonly feeReturned: number | null;
  readonly feeLost: number | null;
  readonly chargesDueAgain: readonly { readonly id: string; readonly amount: number }[];
  readonly creditReduced: number;
  readonly entries: readonly Entry[];
}

/** Books the plan as the refund's success would be booked, on the cart as it is now, and writes nothing. */
export function previewRefund(
  { payment, cart, ability }: Situation,
  { capture, amount, charges }: RefundPlan,
): RefundPreview {
  const request = refundRequested(payment, {
    refundId: 'preview',
    capture,
    amount,
    charges,
    origin: 'merchant',
    at: '',
  });
  const done: Fact = {
    kind: 'payment_refunded',
    gatewayReference: 'preview',
    qualifier: '',
    amount,
    currency: request.currency,
    parent: capture,
    feeReturned: 0,
    reason: 'refund',
    refundId: 'preview',
    occurredAt: null,
  };
  const booked = book(evolve(payment, request), done, payment.terms.gateway, cart);
  const sum = sumsOf(payment).find(({ reference }) => reference === capture);
  const fee = sum ? feeOf(payment, sum) : 0;
  const isKept = ability.feesReturned === 'none';
  return {
    currency: request.currency,
    feeCharged: fee,
    feeReturned: isKept ? 0 : null,
    feeLost: isKept ? fee : null,
    chargesDueAgain: booked.cart.charges.flatMap(({ id, open }) => {
      const more = open - (cart.charges.find((charge) => charge.id === id)?.open ?? 0);
      return more > 0 ? [{ id, amount: more }] : [];
    }),
    creditReduced: Math.max(0, creditIn(cart) - creditIn(booked.cart)),
    entries: booked.operations.flatMap((operation) => (operation.op === 'entry' ? [operation.entry] : [])),
  };
}

function creditIn({ credits }: Cart): number {
  return credits.reduce((total, { credit }) => total + credit, 0);
}
