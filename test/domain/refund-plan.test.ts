import type { Cart } from '../../workflows/domain/cart';
import type { Fact } from '../../workflows/domain/fact';
import { planRefund, previewRefund, REFUND_REFUSALS } from '../../workflows/domain/refund-plan';
import type { RefundAbility, RefundWish } from '../../workflows/domain/refund-plan';
import { openBooks } from '../stories/bookkeeper';
import { accepted, captured, disputeOpened, eur, fee, lost, paymentWith, refunded, reversed } from './builders';

const ABLE: RefundAbility = {
  gateway: 'partial',
  account: 'partial',
  feesReturned: 'none',
  refundAt: 'Click there.',
  writes: () => true,
};

interface Situation {
  readonly told?: readonly Fact[];
  readonly able?: Partial<RefundAbility>;
  readonly feesBorneBy?: 'merchant' | 'payer';
  readonly inFlight?: boolean;
}

/** A member who paid 50.00 of membership and 20.00 of an outing, with a fee of 1.95; then what is told. */
function situation({ told = [], able = {}, feesBorneBy = 'merchant', inFlight = false }: Situation) {
  const books = openBooks();
  books.charge('chg_m', 'Membership', 'membership', 5000);
  books.charge('chg_o', 'Outing', 'outing', 2000);
  books.open(paymentWith([], { amount: 7000 }));
  for (const fact of [captured('TX1', eur(7000)), fee(), ...told]) books.tell('pay_1', fact);
  const cart: Cart = books.cart();
  return { payment: books.payment('pay_1'), cart, ability: { ...ABLE, ...able }, feesBorneBy, inFlight };
}

function planned(of: Situation, wish: Partial<RefundWish> = {}): string {
  const plan = planRefund(situation(of), { amount: null, charges: [], ...wish });
  return plan.possible ? `${plan.amount} of ${plan.capture}` : `${plan.code}, refundable ${plan.refundable}`;
}

/** What stands against a refund, the first first: each row holds all that the rows after it hold. */
const obstacles: readonly (readonly [string, Situation, Partial<RefundWish>])[] = [
  ['charge_not_paid_by_payment', {}, { amount: 7000, charges: ['chg_unpaid'] }],
  ['amount_not_supported', { able: { writes: () => false } }, {}],
  ['partial_refund_not_supported', { able: { account: 'full' } }, { amount: 1 }],
  ['amount_not_refundable', {}, { amount: 7001 }],
  ['refund_at_gateway_only', { able: { account: 'none' } }, {}],
  ['refund_not_supported', { able: { gateway: 'none' } }, {}],
  ['nothing_to_refund', { told: [refunded('RF1', eur(7000))] }, {}],
  ['refund_in_flight', { inFlight: true }, {}],
  ['payment_disputed', { told: [disputeOpened(), refunded('RF1', eur(7000))] }, {}],
];

test.each(obstacles.map(([code], place) => [code, place] as const))(
  '%s is told before all that comes after it',
  (code, place) => {
    const all = obstacles.slice(0, place + 1);
    const of = all.reduce<Situation>((so, [, next]) => ({ ...so, ...next, able: { ...so.able, ...next.able } }), {});
    const wish = all.reduce<Partial<RefundWish>>((so, [, , next]) => ({ ...so, ...next }), {});
    expect(planned(of, wish)).toContain(code);
  },
);

test('every refusal has its place in the order', () => {
  expect(obstacles.map(([code]) => code).reverse()).toEqual(REFUND_REFUSALS);
});

test.each<[string, Situation, Partial<RefundWish>, string]>([
  ['by default, all that is refundable', {}, {}, '7000 of TX1'],
  ['by default, what is left of it', { told: [refunded('RF1', eur(3000))] }, {}, '4000 of TX1'],
  ['by default, what the payment paid of charges that are cancelled', {}, { charges: ['chg_o'] }, '2000 of TX1'],
  ['of several charges their sum', {}, { charges: ['chg_o', 'chg_m'] }, '7000 of TX1'],
  ['a given amount with a cancelled charge', {}, { amount: 500, charges: ['chg_o'] }, '500 of TX1'],
  ['a given amount as it is', { feesBorneBy: 'payer' }, { amount: 7000 }, '7000 of TX1'],
  ['less the fee, where the payer bears it', { feesBorneBy: 'payer' }, {}, '6805 of TX1'],
  [
    'less the whole fee from a charge that is cancelled too',
    { feesBorneBy: 'payer' },
    { charges: ['chg_o'] },
    '1805 of TX1',
  ],
  [
    'not once a part of the capture is back',
    { feesBorneBy: 'payer', told: [refunded('RF1', eur(1000))] },
    {},
    '6000 of TX1',
  ],
  ['not where only whole sums go back', { feesBorneBy: 'payer', able: { account: 'full' } }, {}, '7000 of TX1'],
  [
    'a part, where only whole sums go back',
    { able: { account: 'full' } },
    { amount: 6999 },
    'partial_refund_not_supported, refundable 7000',
  ],
  ['the whole, where only whole sums go back', { able: { account: 'full' } }, { amount: 7000 }, '7000 of TX1'],
  [
    'of two accepted sums, that with most left',
    { told: [captured('TX2', eur(6000)), accepted('TX2', eur(6000)), refunded('RF1', eur(5000))] },
    {},
    '6000 of TX2',
  ],
  [
    'money in suspense is not given back this way',
    { told: [captured('TX2', eur(9000))] },
    { amount: 9000 },
    'amount_not_refundable, refundable 7000',
  ],
  ['held without a case', { told: [reversed('RV1', eur(1000))] }, {}, 'payment_disputed, refundable 6000'],
  [
    'lost in part, the rest can go back',
    { told: [disputeOpened(), reversed('RV1', eur(1000)), lost()] },
    {},
    '6000 of TX1',
  ],
  [
    'lost in all',
    { told: [disputeOpened(), reversed('RV1', eur(7000)), lost()] },
    {},
    'nothing_to_refund, refundable 0',
  ],
])('%s', (_, of, wish, expected) => {
  expect(planned(of, wish)).toBe(expected);
});

test('a fee as large as the sum leaves no default', () => {
  const { payment, cart, ability } = situation({});
  const dear = paymentWith([captured('TX1', eur(7000)), fee('TX1', eur(7000))], { ...payment.terms });
  const plan = planRefund(
    { payment: dear, cart, ability, feesBorneBy: 'payer', inFlight: false },
    { amount: null, charges: [] },
  );
  expect(plan).toMatchObject({ possible: false, code: 'amount_not_refundable', refundable: 7000 });
});

test('where to click is told where only the gateway’s own site can', () => {
  const plan = planRefund(situation({ able: { account: 'none' } }), { amount: null, charges: [] });
  expect(plan).toMatchObject({ detail: expect.stringContaining('Click there.') as string });
});

describe('a preview', () => {
  const preview = (of: Situation, wish: Partial<RefundWish> = {}) => {
    const before = situation(of);
    const plan = planRefund(before, { amount: null, charges: [], ...wish });
    if (!plan.possible) throw new Error(plan.code);
    return previewRefund(before, plan);
  };

  test('says what is due again, the newest payment of a charge first', () => {
    expect(preview({}, { amount: 3000 })).toMatchObject({
      currency: 'EUR',
      feeCharged: 195,
      feeReturned: 0,
      feeLost: 195,
      chargesDueAgain: [
        { id: 'chg_o', amount: 2000 },
        { id: 'chg_m', amount: 1000 },
      ],
      creditReduced: 0,
      entries: [{ kind: 'payment_refunded' }],
    });
  });

  test('leaves a cancelled charge out of what is due', () => {
    expect(preview({}, { charges: ['chg_o'] })).toMatchObject({
      chargesDueAgain: [],
      creditReduced: 0,
      entries: [{ kind: 'charge_cancelled' }, { kind: 'payment_refunded' }],
    });
  });

  test('does not say what only the gateway knows', () => {
    expect(preview({ able: { feesReturned: 'some' } })).toMatchObject({ feeReturned: null, feeLost: null });
  });

  test('says how much credit goes', () => {
    const told = [captured('TX2', eur(1000)), accepted('TX2', eur(1000))];
    expect(preview({ told }, { amount: 1500 })).toMatchObject({
      creditReduced: 1000,
      chargesDueAgain: [{ id: 'chg_o', amount: 500 }],
    });
  });
});
