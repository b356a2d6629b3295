import fc from 'fast-check';
import { allocate, cancelCharges, consumeCredit, EMPTY_CART, lay, undo, useCredit } from '../../workflows/domain/cart';
import type { Cart, CreditedPayline, OpenCharge } from '../../workflows/domain/cart';

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

/** A cart of an open membership (30.00) and outing (20.00) on which payments were laid in turn, each of an amount. */
function paidBy(...payments: readonly (readonly [of: string, amount: number])[]): Cart {
  const owed = [charge('membership', 3000, '2026-01-01', 1), charge('outing', 2000, '2026-02-01', 2)];
  return payments.reduce<Cart>((cart, [of, amount]) => lay(cart, of, amount).cart, { ...EMPTY_CART, charges: owed });
}
const openIn = ({ charges }: Cart) => Object.fromEntries(charges.map(({ id, open }) => [id, open]));
const creditOf = ({ credits }: Cart) => credits.reduce((sum, { credit }) => sum + credit, 0);

describe('taking money off a payment’s own paylines', () => {
  const undone = (cart: Cart, of: string, amount: number) =>
    undo(cart, of, amount).undos.map((part) => `${part.charge ?? 'credit'} ${part.amount}`);

  test.each<[string, Cart, number, readonly string[]]>([
    ['what is still credit first', paidBy(['pay_1', 6000]), 700, ['credit 700']],
    [
      'then its allocations, the newest first',
      paidBy(['pay_1', 6000]),
      3500,
      ['credit 1000', 'outing 2000', 'membership 500'],
    ],
    ['all of it', paidBy(['pay_1', 5000]), 5000, ['outing 2000', 'membership 3000']],
    ['no other payment’s', paidBy(['pay_1', 4000], ['pay_2', 1000]), 1500, ['outing 1000', 'membership 500']],
    ['not another payment’s credit', paidBy(['pay_1', 5000], ['pay_2', 800]), 500, ['outing 500']],
    ['nothing', paidBy(['pay_1', 5000]), 0, []],
  ])('%s', (_, cart, amount, parts) => {
    expect(undone(cart, 'pay_1', amount)).toEqual(parts);
  });

  test('the charges that it had paid are due again, and another payment’s stay paid', () => {
    const { cart, short } = undo(paidBy(['pay_1', 4000], ['pay_2', 1000]), 'pay_1', 4000);
    expect(openIn(cart)).toEqual({ membership: 3000, outing: 1000 });
    expect(short).toBe(0);
  });

  test('a later charge that its credit had paid is due first', () => {
    const used = useCredit({ ...paidBy(['pay_1', 6000]), charges: [charge('camp', 400, '2026-03-01', 3)] }).cart;
    expect(undone(used, 'pay_1', 1000)).toEqual(['credit 600', 'camp 400']);
  });

  test('what the paylines do not hold is said', () => {
    expect(undo(paidBy(['pay_1', 5000]), 'pay_1', 5001).short).toBe(1);
    expect(undo(paidBy(), 'pay_1', 1).short).toBe(1);
  });

  test('taken off and laid again, the cart is as it was', () => {
    const cart = paidBy(['pay_1', 5000]);
    const again = lay(undo(cart, 'pay_1', 5000).cart, 'pay_1', 5000).cart;
    expect(openIn(again)).toEqual(openIn(cart));
    expect(again.laid.map(({ charge: of, amount }) => [of.id, amount])).toEqual([
      ['membership', 3000],
      ['outing', 2000],
    ]);
  });
});

describe('a charge that is owed no more', () => {
  test('gives what was paid of it back as credit of the paylines that paid it', () => {
    const { undos, cart } = cancelCharges(paidBy(['pay_1', 4000], ['pay_2', 1000]), ['outing']);
    expect(undos.map(({ of, charge: id, category, amount }) => [of, id, category, amount])).toEqual([
      ['pay_1', 'outing', 'of outing', 1000],
      ['pay_2', 'outing', 'of outing', 1000],
    ]);
    expect(cart.credits.map(({ of, credit }) => [of, credit])).toEqual([
      ['pay_1', 1000],
      ['pay_2', 1000],
    ]);
  });

  test('is no more in the cart, paid, partly paid or open', () => {
    for (const amount of [0, 4000, 5000]) {
      const { cart } = cancelCharges(paidBy(['pay_1', amount]), ['outing']);
      expect(openIn(cart)).not.toHaveProperty('outing');
      expect(cart.laid.map(({ charge: of }) => of.id)).not.toContain('outing');
    }
  });

  test('unpaid, leaves no credit', () => {
    const { undos, cart } = cancelCharges(paidBy(['pay_1', 1000]), ['outing']);
    expect(undos).toEqual([]);
    expect(creditOf(cart)).toBe(0);
  });

  test('adds to credit that its payline had', () => {
    expect(creditOf(cancelCharges(paidBy(['pay_1', 5500]), ['outing']).cart)).toBe(2500);
  });
});

describe('credit beside an open charge', () => {
  test('pays the oldest charge first, from the oldest payline', () => {
    const cart: Cart = {
      ...EMPTY_CART,
      charges: [charge('young', 1000, '2026-03-01', 2), charge('old', 700, '2026-01-01', 1)],
      credits: [
        { id: 'pln_2', of: 'pay_2', credit: 900, sequence: 9 },
        { id: 'pln_1', of: 'pay_1', credit: 500, sequence: 4 },
      ],
    };
    const { uses, cart: after } = useCredit(cart);
    expect(uses.map((use) => `${use.charge} ${use.amount} from ${use.payline} of ${use.of}, ${use.category}`)).toEqual([
      'old 500 from pln_1 of pay_1, of old',
      'old 200 from pln_2 of pay_2, of old',
      'young 700 from pln_2 of pay_2, of young',
    ]);
    expect(openIn(after)).toEqual({ young: 300 });
    expect(creditOf(after)).toBe(0);
  });

  test('is never left idle, and never more than there is', () => {
    const someCredit = fc.array(anAmount, { maxLength: 5 });
    fc.assert(
      fc.property(aCart, someCredit, (charges, credits) => {
        const before: Cart = {
          ...EMPTY_CART,
          charges,
          credits: credits.map((credit, sequence) => ({ id: `pln_${sequence}`, of: null, credit, sequence })),
        };
        const { uses, cart } = useCredit(before);
        const open = (of: Cart) => of.charges.reduce((sum, one) => sum + one.open, 0);
        const used = uses.reduce((sum, { amount }) => sum + amount, 0);
        expect(Math.min(open(cart), creditOf(cart))).toBe(0);
        expect(open(before) - open(cart)).toBe(used);
        expect(creditOf(before) - creditOf(cart)).toBe(used);
        expect(new Set(uses.map(({ name }) => name)).size).toBe(uses.length);
      }),
    );
  });
});
