import { book, bookAttachment, bookCancellation, bookUnmatched, settle } from '../../workflows/domain/booking';
import type { Operation } from '../../workflows/domain/booking';
import type { Cart } from '../../workflows/domain/cart';
import { EMPTY_CART } from '../../workflows/domain/cart';
import type { Fact } from '../../workflows/domain/fact';
import type { Entry, Posting } from '../../workflows/domain/ledger';
import type { Currency, Money } from '../../workflows/domain/money';
import { evolve } from '../../workflows/domain/payment';
import type { Payment } from '../../workflows/domain/payment';

interface Payline {
  readonly name: string;
  readonly kind: string;
  readonly amount: number;
}

/** One member's cart and one merchant's books in memory: what the domain computes is applied as the database applies it. */
export function openBooks(currency: Currency = 'EUR') {
  const payments = new Map<string, Payment>();
  const charges = new Map<string, { label: string; amount: number; cancelled: boolean }>();
  const entries: Entry[] = [];
  const paylines: Payline[] = [];
  let cart: Cart = EMPTY_CART;

  function apply(booked: { readonly operations: readonly Operation[]; readonly cart: Cart }): readonly Entry[] {
    const written: Entry[] = [];
    for (const operation of booked.operations) {
      if (operation.op === 'entry') written.push(operation.entry);
      if (operation.op === 'payline') paylines.push(operation);
      if (operation.op === 'cancellation') {
        const charge = charges.get(operation.charge);
        if (charge) charges.set(operation.charge, { ...charge, cancelled: true });
      }
    }
    entries.push(...written);
    cart = booked.cart;
    return written;
  }

  return {
    entries: entries as readonly Entry[],
    paylines: paylines as readonly Payline[],
    cart: () => cart,
    charges: () => [...charges].map(([id, charge]) => ({ id, ...charge, due: dueOf(cart, id) })),
    credit: () => cart.credits.reduce((sum, { credit }) => sum + credit, 0),
    payment: (id: string): Payment => {
      const payment = payments.get(id);
      if (!payment) throw new Error(`no payment ${id}`);
      return payment;
    },
    /** A payment begins; what it is told is booked by `tell`. */
    open(payment: Payment): void {
      payments.set(payment.terms.id, payment);
    },
    tell(id: string, fact: Fact): readonly Entry[] {
      const payment = payments.get(id);
      if (!payment) throw new Error(`no payment ${id}`);
      const next = evolve(payment, fact);
      if (next === payment) return [];
      payments.set(id, next);
      return apply(book(payment, fact, payment.terms.gateway, cart));
    },
    charge(id: string, label: string, category: string, amount: number): readonly Entry[] {
      charges.set(id, { label, amount, cancelled: false });
      const charge = { id, category, open: amount, dueOn: '2026-01-01', sequence: charges.size };
      return apply(settle({ operations: [], cart: { ...cart, charges: [...cart.charges, charge] } }, currency));
    },
    cancel(...ids: string[]): readonly Entry[] {
      return apply(bookCancellation(cart, ids, currency));
    },
    unmatched: (fact: Fact): readonly Entry[] => apply({ operations: bookUnmatched(fact, 'paypal-standard'), cart }),
    attach: (of: string, money: Money): readonly Entry[] => apply(bookAttachment(cart, of, money)),
    balances: () => balancesOf(entries),
  };
}
export type Books = ReturnType<typeof openBooks>;

function dueOf(cart: Cart, id: string): number {
  return cart.charges.find((charge) => charge.id === id)?.open ?? 0;
}

/** Debit less credit by account and currency; what is even is left out. */
export function balancesOf(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const balances = new Map<string, number>();
  for (const { account, currency, side, amount } of entries.flatMap(({ postings }) => postings)) {
    const key = `${account} ${currency}`;
    balances.set(key, (balances.get(key) ?? 0) + (side === 'debit' ? amount : -amount));
  }
  return new Map([...balances].filter(([, balance]) => balance !== 0));
}

/** What the postings of an entry are off by; 0 for every entry that may be written. */
export function offBy(postings: readonly Posting[]): number {
  return postings.reduce((sum, { side, amount }) => sum + (side === 'debit' ? amount : -amount), 0);
}
