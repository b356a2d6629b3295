import fc from 'fast-check';
import { allocate, consumeCredit } from '../../workflows/domain/cart';
import type { CreditedPayline, OpenCharge } from '../../workflows/domain/cart';

const charge = (id: string, open: number, dueOn: string, sequence: number): OpenCharge => ({
  id,
  category: `of ${id}`,
  open,
  dueOn,
  sequence,
});

describe('money falls on the oldest charge first', () => {
  const autumn = charge('autumn', 3000, '2026-09-01', 3);
  const spring = charge('spring', 2000, '2026-03-01', 2);
  const twin = charge('twin', 1000, '2026-03-01', 1);
  const cart = [autumn, spring, twin];

  test.each<[string, number, string[], string, number]>([
    ['nothing at all', 0, [], '', 0],
    ['a part of the oldest; of two due on one day, the one inserted first', 400, [], 'twin 400', 0],
    ['the oldest and a part of the next', 1500, [], 'twin 1000, spring 500', 0],
    ['all of the cart', 6000, [], 'twin 1000, spring 2000, autumn 3000', 0],
    ['more than the cart: the rest is credit', 6001, [], 'twin 1000, spring 2000, autumn 3000', 1],
    ['a named charge first', 3500, ['autumn'], 'autumn 3000, twin 500', 0],
    [
      'two named charges, the older of them first whatever the order named',
      4000,
      ['autumn', 'spring'],
      'spring 2000, autumn 2000',
      0,
    ],
    ['a named charge that is paid meanwhile is passed over', 1000, ['long gone'], 'twin 1000', 0],
  ])('%s', (_, amount, named, parts, credit) => {
    const allocation = allocate(amount, cart, named);
    expect(allocation.parts.map((part) => `${part.charge} ${part.amount}`).join(', ')).toBe(parts);
    expect(allocation.credit).toBe(credit);
  });

  test('an empty cart makes it all credit', () => expect(allocate(100, [])).toEqual({ parts: [], credit: 100 }));
  test('a part carries the category of its charge', () =>
    expect(allocate(1, [spring]).parts[0]?.category).toBe('of spring'));
});

const anAmount = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 999_999_999_999 }));
const aDay = fc.constantFrom('2026-01-01', '2026-01-02', '2026-12-31');
const aCart = fc
  .array(fc.record({ open: fc.oneof(fc.constant(0), anAmount), dueOn: aDay }), { maxLength: 8 })
  .chain((charges) =>
    fc.shuffledSubarray(charges.map(({ open, dueOn }, sequence) => charge(`chg_${sequence}`, open, dueOn, sequence))),
  );

describe('allocation, whatever the cart', () => {
  const aCase = fc.record({
    amount: anAmount,
    cart: aCart,
    named: fc.subarray(['chg_0', 'chg_3', 'chg_5', 'chg_of_nobody']),
  });

  test('parts and credit sum to the whole; no charge is paid twice, over its open sum, or with nothing', () => {
    fc.assert(
      fc.property(aCase, ({ amount, cart, named }) => {
        const { parts, credit } = allocate(amount, cart, named);
        expect(parts.reduce((total, part) => total + part.amount, credit)).toBe(amount);
        expect(new Set(parts.map((part) => part.charge)).size).toBe(parts.length);
        for (const part of parts) {
          expect(part.amount).toBeGreaterThan(0);
          expect(part.amount).toBeLessThanOrEqual(cart.find((open) => open.id === part.charge)!.open);
        }
        const open = cart.reduce((total, other) => total + other.open, 0);
        expect(credit).toBe(Math.max(0, amount - open)); // credit only where nothing is left to pay
      }),
    );
  });

  test('a charge gets something only when all before it are paid: named before others, then older before younger', () => {
    fc.assert(
      fc.property(aCase, ({ amount, cart, named }) => {
        const paid = new Map(allocate(amount, cart, named).parts.map((part) => [part.charge, part.amount]));
        const comesBefore = (a: OpenCharge, b: OpenCharge) =>
          named.includes(a.id) !== named.includes(b.id)
            ? named.includes(a.id)
            : a.dueOn < b.dueOn || (a.dueOn === b.dueOn && a.sequence < b.sequence);
        for (const later of cart.filter((other) => paid.has(other.id)))
          for (const earlier of cart.filter((other) => comesBefore(other, later)))
            expect(paid.get(earlier.id) ?? 0).toBe(earlier.open);
      }),
    );
  });

  test('the order in which the cart was read does not matter', () => {
    fc.assert(
      fc.property(aCase, ({ amount, cart, named }) =>
        expect(allocate(amount, [...cart].reverse(), named)).toEqual(allocate(amount, cart, named)),
      ),
    );
  });
});

describe('a new charge consumes credit', () => {
  const paylines: CreditedPayline[] = [
    { id: 'second', of: 'pay_2', credit: 500, sequence: 12 },
    { id: 'first', of: 'pay_1', credit: 300, sequence: 7 },
  ];

  test.each<[string, number, string]>([
    ['a part of the oldest payline', 200, 'first 200'],
    ['the oldest payline first, then the next', 400, 'first 300, second 100'],
    ['all the credit there is, and the rest stays owed', 1000, 'first 300, second 500'],
  ])('%s', (_, amount, parts) =>
    expect(
      consumeCredit(amount, paylines)
        .map((part) => `${part.payline} ${part.amount}`)
        .join(', '),
    ).toBe(parts),
  );

  test('whatever the credit: as much as there is and no more, oldest payline first', () => {
    const someCredit = fc
      .array(fc.oneof(fc.constant(0), anAmount), { maxLength: 8 })
      .chain((credits) =>
        fc.shuffledSubarray(credits.map((credit, sequence) => ({ id: String(sequence), of: null, credit, sequence }))),
      );
    fc.assert(
      fc.property(anAmount, someCredit, (amount, credits) => {
        const parts = consumeCredit(amount, credits);
        const used = (id: string) => parts.find((part) => part.payline === id)?.amount ?? 0;
        const whole = credits.reduce((total, payline) => total + payline.credit, 0);
        expect(parts.reduce((total, part) => total + part.amount, 0)).toBe(Math.min(amount, whole));
        for (const later of credits) {
          expect(used(later.id)).toBeLessThanOrEqual(later.credit);
          if (used(later.id) > 0)
            for (const earlier of credits.filter((other) => other.sequence < later.sequence))
              expect(used(earlier.id)).toBe(earlier.credit);
        }
        for (const part of parts) expect(part.amount).toBeGreaterThan(0);
      }),
    );
  });
});
