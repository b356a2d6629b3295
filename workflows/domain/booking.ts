import type { Cart, CartNeed, CreditUse, LaidPayline, Undo } from './cart';
import { cancelCharges, lay, NO_NEED, undo, useCredit } from './cart';
import type { Fact } from './fact';
import type { GatewayName } from './gateway';
import type { Entry, Share } from './ledger';
import {
  chargeCancelled,
  creditUsed,
  disputeFeeCharged,
  disputeLost,
  feeCharged,
  feeReturned,
  paymentCaptured,
  paymentRefunded,
  paymentReversed,
  paymentSuspended,
  refundFailed,
  refundFeeCharged,
  reversalCancelled,
  shareOf,
  suspenseReleased,
  suspenseWrittenOff,
} from './ledger';
import type { Currency, Money } from './money';
import { evolve } from './payment/facts';
import { sumsOf } from './payment/sums';
import type { Payment } from './payment/types';
import type { Movement, Pots } from './position';
import { movementsBy } from './position';
import { isRefundNews, refundsOf } from './refund';

export const PAYLINE_KINDS = [
  'payment',
  'refund',
  'charge_back',
  'reversal_cancelled',
  'refund_failed',
  'attachment',
] as const;
/** Why a line of the cart was born: of money taken (above zero), or given or taken back (below). */
export type PaylineKind = (typeof PAYLINE_KINDS)[number];

/**
 * One thing that is written, in this order, in one transaction. `payline` and `allocation` are ids, or names that something
 * written before them in the same transaction has: see {@link Cart}.
 */
export type Operation =
  | {
      readonly op: 'payline';
      readonly name: string;
      readonly kind: PaylineKind;
      readonly amount: number;
      readonly currency: Currency;
    }
  | {
      readonly op: 'allocation';
      readonly name: string;
      readonly payline: string;
      readonly charge: string;
      readonly amount: number;
    }
  /** `by`: the line below zero that takes it; null where it becomes credit of its payline again. */
  | {
      readonly op: 'undo';
      readonly by: string | null;
      readonly payline: string;
      readonly allocation: string | null;
      readonly amount: number;
    }
  | { readonly op: 'cancellation'; readonly charge: string }
  /**
   * `payline`: whose part it books, where one cause has several entries of a kind; `allocation`: its cause, where that is not
   * the fact; `of`: whose books it is in, where that is not the payment that the fact is about.
   */
  | {
      readonly op: 'entry';
      readonly entry: Entry;
      readonly payline: string | null;
      readonly allocation: string | null;
      readonly of: string | null;
    };

/** What something does to the books and the cart, and the cart after it. */
export interface Booking {
  readonly operations: readonly Operation[];
  readonly cart: Cart;
}

/** What of the cart must be read to book a fact; null: nothing, it is not in the cart. */
export function cartNeeded(payment: Payment, fact: Fact): CartNeed | null {
  const ofMember = movementsBy(payment, fact).flatMap(({ byRefund, byLoss }) => [byRefund.member, byLoss.member]);
  const cancels = chargesOfRefund(payment, fact);
  const isTaken = ofMember.some((amount) => amount > 0) || cancels.length > 0;
  const isLaid =
    fact.kind === 'suspense_accepted' || (fact.kind === 'payment_captured' && isAcceptedAtOnce(payment, fact));
  const lays = ofMember.reduce((sum, amount) => sum + Math.max(0, -amount), isLaid ? fact.amount : 0);
  if (!isTaken && lays === 0) return null;
  return {
    ...NO_NEED,
    lays,
    named: isLaid ? payment.terms.charges : [],
    of: isTaken ? payment.terms.id : null,
    cancels,
  };
}

/** Whether the fact moves money that had been taken before. */
export function movesMoney(payment: Payment, fact: Fact): boolean {
  return movementsBy(payment, fact).some(({ refunded, feeReturned: fees, taken, returned, lost, surplus }) =>
    [refunded, fees, taken, returned, lost, surplus].some((amount) => amount !== 0),
  );
}

/**
 * Books one fact of a payment. `payment`: as it stood before the fact. `named`: charges the member chose to pay first. What
 * the fact does to money taken before is the difference between the positions before and after it.
 */
export function book(payment: Payment, fact: Fact, gateway: GatewayName, cart: Cart): Booking {
  const booked = bookItself(payment, fact, gateway, cart);
  return bookMovements(payment, fact, gateway, booked);
}

/** Money of no payment of ours waits in suspense; nothing else of it is booked before it is somebody's. */
export function bookUnmatched(fact: Fact, gateway: GatewayName): readonly Operation[] {
  switch (fact.kind) {
    case 'payment_captured':
      return [entry(paymentSuspended(gateway, moneyOf(fact)))];
    case 'fee_charged':
      return [entry(feeCharged(gateway, moneyOf(fact)))];
    case 'refund_fee_charged':
      return [entry(refundFeeCharged(gateway, moneyOf(fact)))];
    default:
      return [];
  }
}

/** Money of a member is laid on their cart, out of suspense. */
export function bookAttachment(cart: Cart, of: string, money: Money): Booking {
  const laid = lay(cart, of, money.amount);
  return {
    operations: [
      ...paylineOf('attachment', money, laid.payline),
      entry(suspenseReleased('suspense_attached', money, laid.payline)),
    ],
    cart: laid.cart,
  };
}

/** Charges that are owed no more: what was paid of them is credit again, and pays what else is open. */
export function bookCancellation(cart: Cart, charges: readonly string[], currency: Currency): Booking {
  return settle(withoutCharges({ operations: [], cart }, charges, currency), currency);
}

/** Credit and an open charge that have met: the credit is used. */
export function settle({ operations, cart }: Booking, currency: Currency): Booking {
  const used = useCredit(cart);
  return { operations: [...operations, ...used.uses.flatMap((use) => creditUse(use, currency))], cart: used.cart };
}

function bookItself(payment: Payment, fact: Fact, gateway: GatewayName, cart: Cart): Booking {
  switch (fact.kind) {
    case 'payment_captured': {
      const money = moneyOf(fact);
      if (!isAcceptedAtOnce(payment, fact)) return { operations: [entry(paymentSuspended(gateway, money))], cart };
      const laid = lay(cart, payment.terms.id, money.amount, payment.terms.charges);
      return {
        operations: [
          ...paylineOf('payment', money, laid.payline),
          entry(paymentCaptured(gateway, money, laid.payline)),
        ],
        cart: laid.cart,
      };
    }
    case 'suspense_accepted': {
      const money = moneyOf(fact);
      const laid = lay(cart, payment.terms.id, money.amount, payment.terms.charges);
      return {
        operations: [
          ...paylineOf('payment', money, laid.payline),
          entry(suspenseReleased('suspense_accepted', money, laid.payline)),
        ],
        cart: laid.cart,
      };
    }
    case 'fee_charged':
      return { operations: [entry(feeCharged(gateway, moneyOf(fact)))], cart };
    case 'dispute_fee_charged':
      return { operations: [entry(disputeFeeCharged(gateway, moneyOf(fact)))], cart };
    case 'refund_fee_charged':
      return { operations: [entry(refundFeeCharged(gateway, moneyOf(fact)))], cart };
    case 'suspense_written_off':
      return { operations: [entry(suspenseWrittenOff(moneyOf(fact)))], cart };
    default:
      return { operations: [], cart }; // it says something, and moves nothing by itself
  }
}

/** What became of money that had been taken, because of this fact. A cart has one currency, that of its payments. */
function bookMovements(payment: Payment, fact: Fact, gateway: GatewayName, before: Booking): Booking {
  const { id, currency } = payment.terms;
  let booked = withoutCharges(before, chargesOfRefund(payment, fact), currency);
  for (const movement of movementsBy(payment, fact)) booked = bookMovement(movement, id, gateway, booked);
  return booked === before ? before : settle(booked, currency);
}

function bookMovement(movement: Movement, of: string, gateway: GatewayName, before: Booking): Booking {
  const { refunded, taken, returned, lost, surplus, byRefund, byLoss, currency } = movement;
  const money = (amount: number): Money => ({ amount, currency });
  let booked = before;
  const write = (written: Entry) => {
    booked = { ...booked, operations: [...booked.operations, entry(written)] };
  };

  // What is taken no more has come back; what had come back too early is what the reversal took.
  const back = returned + Math.max(0, -taken);
  const cameEarly = Math.max(0, Math.min(-surplus, back, taken));
  const wentOut = { held: Math.max(0, taken) - cameEarly + Math.max(0, -back), suspense: Math.max(0, -surplus) };
  if (wentOut.held + wentOut.suspense > 0) write(paymentReversed(gateway, wentOut, currency));
  if (refunded > 0) {
    const gone = takeBack(booked, of, byRefund, 'refund', currency);
    booked = gone.booked;
    write(paymentRefunded(gateway, money(refunded), gone.share));
  }
  if (refunded < 0) {
    const regained = layAnew(booked, of, byRefund, 'refund_failed', currency);
    booked = regained.booked;
    write(refundFailed(gateway, money(-refunded), regained.share));
  }
  if (lost > 0) {
    const gone = takeBack(booked, of, byLoss, 'charge_back', currency);
    booked = gone.booked;
    write(disputeLost(money(lost), gone.share));
  }
  const cameIn = Math.max(0, back) - cameEarly + Math.max(0, surplus);
  if (cameIn > 0 || lost < 0) {
    const regained =
      lost < 0 ? layAnew(booked, of, byLoss, 'reversal_cancelled', currency) : { booked, share: NOBODYS };
    booked = regained.booked;
    const share = { ...regained.share, suspense: regained.share.suspense + Math.max(0, surplus) };
    write(reversalCancelled(gateway, money(cameIn), share));
  }
  if (movement.feeReturned > 0) write(feeReturned(gateway, money(movement.feeReturned)));
  if (movement.feeReturned < 0) write(feeCharged(gateway, money(-movement.feeReturned)));
  return booked;
}

const NOBODYS: Share = { suspense: 0, writtenOff: 0, member: [] };

/** Takes money off the payment's own paylines; what had waited in suspense, or goes beyond all of it, is suspense's. */
function takeBack(
  { operations, cart }: Booking,
  of: string,
  { member, suspense, writtenOff }: Pots,
  kind: PaylineKind,
  currency: Currency,
): { booked: Booking; share: Share } {
  if (member <= 0) return { booked: { operations, cart }, share: { ...NOBODYS, suspense, writtenOff } };
  const undone = undo(cart, of, member);
  if (undone.short > 0) throw new Error(`the paylines of ${of} hold ${undone.short} less than is taken off them`);
  const name = `new-${undone.cart.made}`;
  return {
    booked: {
      operations: [
        ...operations,
        { op: 'payline', name, kind, amount: -member, currency },
        ...undone.undos.map((part) => undoing(name, part)),
      ],
      cart: { ...undone.cart, made: undone.cart.made + 1 },
    },
    share: { suspense, writtenOff, member: undone.undos },
  };
}

/** Lays money that is ours again on the cart as it is now, as far as the member had lost it. */
function layAnew(
  { operations, cart }: Booking,
  of: string,
  { member, suspense, writtenOff }: Pots,
  kind: PaylineKind,
  currency: Currency,
): { booked: Booking; share: Share } {
  const others = { suspense: -suspense, writtenOff: -writtenOff };
  if (member === 0) return { booked: { operations, cart }, share: { ...NOBODYS, ...others } };
  const amount = -member;
  const { payline, cart: after } = lay(cart, of, amount);
  return {
    booked: { operations: [...operations, ...paylineOf(kind, { amount, currency }, payline)], cart: after },
    share: { ...shareOf(payline), ...others },
  };
}

/** The charges are owed no more; what credit that makes is not used before it is known what of it goes back. */
function withoutCharges(booked: Booking, charges: readonly string[], currency: Currency): Booking {
  if (charges.length === 0) return booked;
  const cancelled = cancelCharges(booked.cart, charges);
  return {
    operations: [
      ...booked.operations,
      ...charges.map((charge): Operation => ({ op: 'cancellation', charge })),
      ...cancelled.undos.map((undone) => undoing(null, undone)),
      ...chargesCancelled(cancelled.undos, currency),
    ],
    cart: cancelled.cart,
  };
}

/** The charges that are cancelled because a refund that was asked for is known to have succeeded by this fact. */
function chargesOfRefund(payment: Payment, fact: Fact): readonly string[] {
  if (!isRefundNews(fact)) return [];
  const before = refundsOf(payment);
  const done = refundsOf(evolve(payment, fact)).filter(
    ({ id, status }) => status === 'succeeded' && before.find((refund) => refund.id === id)?.status !== 'succeeded',
  );
  return done.flatMap(({ charges }) => charges);
}

/** One entry for each payline that had paid cancelled charges, in the books of that payline's payment. */
function chargesCancelled(undos: readonly Undo[], currency: Currency): Operation[] {
  return [...new Set(undos.map(({ payline }) => payline))].map((payline) => {
    const member = undos.filter((undone) => undone.payline === payline);
    return entry(chargeCancelled(currency, { ...NOBODYS, member }), { payline, of: member[0]?.of ?? null });
  });
}

function isAcceptedAtOnce(payment: Payment, fact: Fact & { kind: 'payment_captured' }): boolean {
  const sum = sumsOf(evolve(payment, fact)).find(({ reference }) => reference === fact.gatewayReference);
  return sum?.standing === 'accepted';
}

function paylineOf(kind: PaylineKind, { amount, currency }: Money, { name, parts }: LaidPayline): Operation[] {
  return [
    { op: 'payline', name, kind, amount, currency },
    ...parts.map((part): Operation => ({
      op: 'allocation',
      name: part.name,
      payline: name,
      charge: part.charge,
      amount: part.amount,
    })),
  ];
}

function creditUse({ name, payline, of, charge, category, amount }: CreditUse, currency: Currency): Operation[] {
  return [
    { op: 'allocation', name, payline, charge, amount },
    entry(creditUsed({ amount, currency }, category), { allocation: name, of }),
  ];
}

function undoing(by: string | null, { payline, allocation, amount }: Undo): Operation {
  return { op: 'undo', by, payline, allocation, amount };
}

function entry(
  written: Entry,
  {
    payline = null,
    allocation = null,
    of = null,
  }: { payline?: string | null; allocation?: string | null; of?: string | null } = {},
): Operation {
  return { op: 'entry', entry: written, payline, allocation, of };
}

function moneyOf({ amount, currency }: Money): Money {
  return { amount, currency };
}
