import type { Fact } from '../../workflows/domain/fact';
import type { PaymentTerms } from '../../workflows/domain/payment';
import { summarize } from '../../workflows/domain/payment';
import { openBooks } from '../stories/bookkeeper';
import {
  accepted,
  captured,
  disputeAdjusted,
  disputeOpened,
  eur,
  lost,
  paymentWith,
  refunded,
  refundFailed,
  refundPending,
  refundRequested,
  reversalCancelled,
  reversed,
  usd,
  writtenOff,
} from './builders';

/** A member owes 50.00; what is told of their payment is booked; then how the accounts stand, in minor units, debits above zero. */
function told(facts: readonly Fact[], over: Partial<PaymentTerms> = {}) {
  const books = openBooks();
  books.charge('chg_m', 'Membership', 'membership', 5000);
  books.open(paymentWith([], over));
  for (const fact of facts) books.tell('pay_1', fact);
  return books;
}
const end = (facts: readonly Fact[]) => Object.fromEntries(told(facts).balances());
const kindsOf = (facts: readonly Fact[]) => told(facts).entries.map(({ kind }) => kind);

const PAID = { 'gateway_clearing:paypal-standard EUR': 5000, 'income:membership EUR': -5000 };

test.each<[string, readonly Fact[], Readonly<Record<string, number>>]>([
  [
    'a refund and a loss that were told before their money are two entries',
    [refunded('RF1', eur(2000)), disputeOpened(), reversed('RV1', eur(3000)), lost(), captured()],
    {},
  ],
  [
    'a reversal that was lost and proves to be a refund moves nothing more',
    [captured(), disputeOpened(), reversed(), lost(), refunded('RV1')],
    {},
  ],
  ['a reversal that is held and proves to be a refund is held no more', [captured(), reversed(), refunded('RV1')], {}],
  [
    'a reversal that was won and proves to be a refund is back with the payer',
    [captured(), reversed(), reversalCancelled('RC1', eur(5000)), refunded('RV1')],
    { 'suspense EUR': -5000, 'gateway_clearing:paypal-standard EUR': 5000 },
  ],
  [
    'what came back for a correction, and proves to be what ended a reversal, never came',
    [captured(), disputeAdjusted('ADJ1', eur(1500), { qualifier: 'credit' }), reversed()],
    {},
  ],
  [
    'what was taken by a correction, and proves to be what ended a reversal, was not taken beside it',
    [captured(), disputeAdjusted('ADJ1', eur(1500)), reversed()],
    {},
  ],
  [
    'what came back before it was taken, and was given to the member, is shown when it is taken',
    [captured(), reversalCancelled(), accepted('TX1', eur(5000)), reversed()].map((fact) =>
      fact.kind === 'suspense_accepted' ? { ...fact, qualifier: 'surplus cmd_1' } : fact,
    ),
    {
      ...PAID,
      'member_credit EUR': -5000,
      'suspense EUR': 5000,
    },
  ],
  [
    'what was written off and came back lessens what it had cost',
    [captured(), refunded('RF1', eur(6000)), writtenOff(eur(1000)), refundFailed('RF1', eur(6000))],
    PAID,
  ],
  [
    'a fee that came back with a reversal and again with the refund that it proves to be came back once',
    [captured(), reversed('RV1', eur(5000), { feeReturned: 100 }), refunded('RV1', eur(5000), { feeReturned: 100 })],
    { 'gateway_clearing:paypal-standard EUR': 100, 'gateway_fees:paypal-standard EUR': -100 },
  ],
  [
    'a fee that came back with a reversal is charged again when that is cancelled',
    [
      captured(),
      reversed('RV1', eur(5000), { feeReturned: 100 }),
      reversalCancelled('RC1', eur(5000), { feeCharged: 100 }),
    ],
    PAID,
  ],
  [
    'a fee that came back with a refund is charged again when that fails',
    [captured(), refunded('RF1', eur(5000), { feeReturned: 100 }), refundFailed()],
    PAID,
  ],
  [
    'a refund in another currency than came is a debit of suspense',
    [captured(), refunded('RF1', usd(700))],
    { ...PAID, 'suspense USD': 700, 'gateway_clearing:paypal-standard USD': -700 },
  ],
  [
    'a refund in another currency, told before its money, is a debit of suspense once that is known',
    [refunded('RF1', usd(700)), captured()],
    { ...PAID, 'suspense USD': 700, 'gateway_clearing:paypal-standard USD': -700 },
  ],
  [
    'a reversal in another currency than came is held by no case: it is a debit of suspense',
    [captured(), reversed('RV1', usd(700))],
    { ...PAID, 'suspense USD': 700, 'gateway_clearing:paypal-standard USD': -700 },
  ],
  [
    'so it is when it was told before its money',
    [reversed('RV1', usd(700)), captured()],
    { ...PAID, 'suspense USD': 700, 'gateway_clearing:paypal-standard USD': -700 },
  ],
  [
    'cancelled, it has gone as it came',
    [captured(), reversed('RV1', usd(700)), reversalCancelled('RC1', usd(700))],
    PAID,
  ],
  [
    'cancelled before it was told, it has gone as it came',
    [captured(), reversalCancelled('RC1', usd(700)), reversed('RV1', usd(700))],
    PAID,
  ],
  [
    'a reversal is of no income until it is lost',
    [captured(), reversed()],
    { 'disputed_funds EUR': 5000, 'income:membership EUR': -5000 },
  ],
  ['a refund that is only asked for, or held, moves nothing', [captured(), refundRequested(), refundPending()], PAID],
  ['money of a sum that never came moves nothing', [refunded(), reversed(), reversalCancelled()], {}],
])('%s', (_, facts, expected) => {
  expect(end(facts)).toEqual(expected);
});

test('a refund and a loss told before their money are each booked as what they are', () => {
  expect(
    kindsOf([refunded('RF1', eur(2000)), disputeOpened(), reversed('RV1', eur(3000)), lost(), captured()]),
  ).toEqual(['payment_captured', 'payment_reversed', 'payment_refunded', 'dispute_lost']);
});

test('what was given to the member too much is shown to a person, who may write it off', () => {
  const books = told([captured(), reversalCancelled(), { ...accepted('TX1'), qualifier: 'surplus cmd_1' }, reversed()]);
  expect(summarize(books.payment('pay_1')).attention?.code).toBe('refund_exceeds_payment');
  books.tell('pay_1', writtenOff(eur(5000)));
  expect(summarize(books.payment('pay_1')).attention).toBeNull();
  expect(books.balances().has('suspense EUR')).toBe(false);
});

test('what was taken back in another currency is before a person, who may write it off; what comes back then is no cost', () => {
  const books = told([captured(), reversed('RV1', usd(700))]);
  expect(summarize(books.payment('pay_1')).attention?.code).toBe('refund_exceeds_payment');
  books.tell('pay_1', writtenOff(usd(700)));
  expect(summarize(books.payment('pay_1')).attention).toBeNull();
  expect(books.balances().get('refund_costs USD')).toBe(700);
  books.tell('pay_1', reversalCancelled('RC1', usd(700)));
  expect([...books.balances().keys()].filter((account) => account.endsWith('USD'))).toEqual([]);
});

test('what came back in another currency and was never taken is before a person', () => {
  const books = told([captured(), reversalCancelled('RC1', usd(700))]);
  expect(summarize(books.payment('pay_1')).attention?.code).toBe('reversal_excess');
  expect(books.balances().get('suspense USD')).toBe(-700);
});

test('a misfit that went back in part is accepted for what is left of it, once', () => {
  const books = told([captured('TX1', eur(4500)), refunded('RF1', eur(500)), accepted('TX1', eur(4000))]);
  expect(summarize(books.payment('pay_1'))).toMatchObject({ attention: null, status: 'partially_refunded' });
  expect(books.balances().has('suspense EUR')).toBe(false);
});

test('charges are cancelled when our answer says that the refund told before was the one asked for', () => {
  const books = told([captured(), refundRequested('ref_1', eur(5000), { charges: ['chg_m'] }), refunded()]);
  expect(books.charges()).toMatchObject([{ due: 5000, cancelled: false }]);
  books.tell('pay_1', refundPending('RF1', eur(5000), { refundId: 'ref_1', reason: 'told_before' }));
  expect(books.charges()).toMatchObject([{ due: 0, cancelled: true }]);
});

test('credit that a cancelled charge leaves goes back first, and what is left of it is used', () => {
  const books = told([captured()]);
  books.charge('chg_o', 'Outing', 'outing', 1000);
  for (const fact of [
    refundRequested('ref_1', eur(3000), { charges: ['chg_m'] }),
    refunded('RF1', eur(3000), { refundId: 'ref_1' }),
  ])
    books.tell('pay_1', fact);
  expect(books.entries.map(({ kind }) => kind)).toEqual([
    'payment_captured',
    'charge_cancelled',
    'payment_refunded',
    'credit_used',
  ]);
  expect(books.credit()).toBe(1000);
  expect(books.charges()).toMatchObject([{ cancelled: true }, { due: 0, cancelled: false }]);
});

test.each<[string, readonly Fact[], readonly [string, number][]]>([
  ['money taken', [captured()], [['payment', 5000]]],
  [
    'given back',
    [captured(), refunded('RF1', eur(2000))],
    [
      ['payment', 5000],
      ['refund', -2000],
    ],
  ],
  [
    'lost',
    [captured(), disputeOpened(), reversed(), lost()],
    [
      ['payment', 5000],
      ['charge_back', -5000],
    ],
  ],
  [
    'come back after it was lost',
    [captured(), disputeOpened(), reversed(), lost(), reversalCancelled()],
    [
      ['payment', 5000],
      ['charge_back', -5000],
      ['reversal_cancelled', 5000],
    ],
  ],
  [
    'come back from a refund',
    [captured(), refunded(), refundFailed()],
    [
      ['payment', 5000],
      ['refund', -5000],
      ['refund_failed', 5000],
    ],
  ],
  ['held, and back', [captured(), reversed(), reversalCancelled()], [['payment', 5000]]],
  ['in suspense, and given back', [captured('TX1', eur(7)), refunded('RF1', eur(7))], []],
])('the lines of a cart say why they are there: %s', (_, facts, lines) => {
  expect(told(facts).paylines.map(({ kind, amount }) => [kind, amount])).toEqual(lines);
});
