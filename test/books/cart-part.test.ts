import fc from 'fast-check';
import { addCharge, attach, cancelCharge, readCartPart } from '../../books/cart';
import { record } from '../../books/record';
import { book, bookAttachment, bookCancellation, cartNeeded, settle } from '../../workflows/domain/booking';
import type { Booking } from '../../workflows/domain/booking';
import { bothNeeds, NO_NEED } from '../../workflows/domain/cart';
import type { Cart, CartNeed } from '../../workflows/domain/cart';
import type { Fact, GatewayFact } from '../../workflows/domain/fact';
import { decide, evolve } from '../../workflows/domain/payment';
import type { Payment, PaymentTerms } from '../../workflows/domain/payment';
import { captured, eur, refunded, refundFailed, refundRequested } from '../domain/builders';
import { brokenInvariants } from '../support/audit';
import { load, newClub, newId, newMember, newMessage, newPayment, now, openBooks, tellUnmatched } from './bookkeeping';
import type { Books, Club } from './bookkeeping';

// A booking reads a part of the cart. Everything here is decided twice, on the part and on all of the cart, and must come out the same.

let db: Books;
let club: Club;
beforeAll(async () => {
  db = await openBooks();
  club = await newClub(db);
});
afterAll(() => db.close());

async function wholeCart(memberId: string): Promise<Cart> {
  const { rows } = await db.sql.query<{ cart: Omit<Cart, 'made'> }>('SELECT read_whole_cart($1) AS cart', [memberId]);
  const { laid, ...cart } = rows[0]!.cart;
  return { ...cart, laid: [...laid].sort((a, b) => a.sequence - b.sequence), made: 0 };
}

async function expectSame(memberId: string, needed: CartNeed, decideOn: (cart: Cart) => Booking): Promise<void> {
  const [part, whole] = [await readCartPart(db, memberId, needed), await wholeCart(memberId)];
  expect(decideOn(part).operations).toEqual(decideOn(whole).operations);
}

/** Books facts one after the other, as a recording does. */
function bookAll(payment: Payment, facts: readonly Fact[], cart: Cart): Booking {
  let current = payment;
  let booked: Booking = { operations: [], cart };
  for (const fact of facts) {
    const { operations, cart: after } = book(current, fact, club.gateway, booked.cart);
    booked = { operations: [...booked.operations, ...operations], cart: after };
    current = evolve(current, fact);
  }
  return booked;
}

async function told(terms: PaymentTerms, facts: readonly Fact[]): Promise<void> {
  const payment = await load(db, terms);
  const steps = facts.map((fact, place) => ({ fact, before: facts.slice(0, place).reduce<Payment>(evolve, payment) }));
  const needs = steps.flatMap(({ before, fact }) => cartNeeded(before, fact) ?? []);
  if (needs.length > 0)
    await expectSame(terms.memberId, needs.reduce(bothNeeds), (cart) => bookAll(payment, facts, cart));
  expect((await record(db, { on: terms, facts, known: payment.facts.length })).outcome).toBe('recorded');
}

async function toldByGateway(terms: PaymentTerms, ...facts: GatewayFact[]): Promise<void> {
  const decision = decide(await load(db, terms), { kind: 'facts', facts, at: now() });
  if (decision.outcome === 'accepted') await told(terms, decision.facts);
}

interface Life {
  readonly memberId: string;
  readonly charges: string[];
  readonly payments: { readonly terms: PaymentTerms; readonly reference: string; left: number }[];
  readonly refunds: { readonly payment: number; readonly reference: string; readonly amount: number }[];
}

interface Step {
  readonly kind:
    'charge' | 'pay' | 'pay and refund' | 'refund' | 'refund and cancel' | 'refund fails' | 'cancel' | 'attach';
  readonly amount: number;
  readonly which: number;
  readonly dueOn: string | null;
  readonly named: boolean;
}
const aStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<Step['kind']>(
    ...(['charge', 'charge', 'charge', 'pay', 'pay', 'pay'] as const),
    ...(['pay and refund', 'refund', 'refund', 'refund and cancel', 'refund fails', 'cancel', 'attach'] as const),
  ),
  amount: fc.integer({ min: 1, max: 500 }),
  which: fc.nat(20),
  dueOn: fc.constantFrom(null, null, '2026-01-01', '2031-05-05'),
  named: fc.boolean(),
});

/** The one that is meant, of those there are. */
const chosen = <T>(all: readonly T[], which: number): T | undefined => all[which % Math.max(1, all.length)];

async function live(life: Life, step: Step): Promise<void> {
  const { memberId, charges } = life;
  const { kind, amount, which, dueOn } = step;
  switch (kind) {
    case 'charge': {
      const id = newId('chg');
      const open = { id, category: 'fee', open: amount, dueOn: dueOn ?? now().slice(0, 10), sequence: 2 ** 53 };
      await expectSame(memberId, { ...NO_NEED, owes: amount }, (cart) =>
        settle({ operations: [], cart: { ...cart, charges: [...cart.charges, open] } }, 'EUR'),
      );
      const line = { id, label: 'Fee', category: 'fee', amount, currency: 'EUR', dueOn } as const;
      await addCharge(db, { ...line, merchantId: club.merchantId, memberId });
      charges.push(id);
      return;
    }
    case 'pay':
    case 'pay and refund': {
      const named = step.named ? charges.filter((_, place) => place % 3 === which % 3) : [];
      const terms = await newPayment(db, club, memberId, { amount, charges: named });
      const reference = newId('ref');
      const back = Math.ceil(amount / 2);
      const isBack = kind === 'pay and refund';
      const gone = refunded(newId('ref'), eur(back), { parent: reference });
      await toldByGateway(terms, captured(reference, eur(amount)), ...(isBack ? [gone] : []));
      life.payments.push({ terms, reference, left: isBack ? amount - back : amount });
      return;
    }
    case 'refund':
    case 'refund and cancel': {
      const payment = chosen(life.payments, which);
      if (!payment || payment.left === 0) return;
      const money = eur(Math.min(amount, payment.left));
      const reference = newId('ref');
      const isOpen = await openCharges(charges);
      const cancelled = kind === 'refund and cancel' ? chosen(isOpen, which) : undefined;
      if (cancelled !== undefined)
        await told(payment.terms, [
          refundRequested(reference, money, { parent: payment.reference, charges: [cancelled] }),
        ]);
      const news = cancelled === undefined ? {} : { refundId: reference };
      await toldByGateway(payment.terms, refunded(reference, money, { parent: payment.reference, ...news }));
      payment.left -= money.amount;
      life.refunds.push({ payment: life.payments.indexOf(payment), reference, amount: money.amount });
      return;
    }
    case 'refund fails': {
      const refund = life.refunds.shift();
      if (!refund) return;
      const { terms, reference: parent } = life.payments[refund.payment]!;
      await toldByGateway(terms, refundFailed(refund.reference, eur(refund.amount), { parent }));
      return;
    }
    case 'cancel': {
      const chargeId = chosen(await openCharges(charges), which);
      if (chargeId === undefined) return;
      await expectSame(memberId, { ...NO_NEED, cancels: [chargeId] }, (cart) =>
        bookCancellation(cart, [chargeId], 'EUR'),
      );
      const about = { merchantId: club.merchantId, memberId, chargeId, currency: 'EUR', note: null } as const;
      expect(await cancelCharge(db, { commandId: newId('cmd'), ...about })).toBe('recorded');
      return;
    }
    case 'attach': {
      const message = await newMessage(db, club);
      const money = captured(newId('ref'), eur(amount));
      await tellUnmatched(db, club, [money], { id: message, state: 'unmatched', about: money });
      await expectSame(memberId, { ...NO_NEED, lays: amount }, (cart) => bookAttachment(cart, message, eur(amount)));
      const { rows } = await db.sql.query<{ id: number }>('SELECT id FROM facts WHERE gateway_reference = $1', [
        money.gatewayReference,
      ]);
      const { merchantId } = club;
      const given = { notificationId: message, merchantId, memberId, factId: rows[0]!.id, money: eur(amount) };
      expect(await attach(db, given)).toBe('recorded');
      return;
    }
  }
}

/** Those that are not cancelled, paid or not. */
async function openCharges(charges: readonly string[]): Promise<string[]> {
  const { rows } = await db.sql.query<{ id: string }>(
    'SELECT id FROM charges h WHERE id = ANY ($1) AND NOT is_cancelled(h) ORDER BY sequence',
    [charges],
  );
  return rows.map(({ id }) => id);
}

test('whatever happens to a cart, a part of it decides what all of it would, and the derived rows are the books', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 5, maxLength: 30 }), async (steps) => {
      const life: Life = { memberId: await newMember(db, club), charges: [], payments: [], refunds: [] };
      for (const step of steps) await live(life, step);
      expect(await brokenInvariants(db)).toEqual({});
    }),
    { numRuns: 15 },
  );
});
