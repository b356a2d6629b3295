import type { Fact } from '../../workflows/domain/fact';
import { evolve, summarize } from '../../workflows/domain/payment';
import {
  isMoving,
  isRefundNews,
  knowsRefund,
  refundInFlight,
  refundsOf,
  unnamedRefund,
} from '../../workflows/domain/refund';
import {
  captured,
  eur,
  paymentWith,
  refunded,
  refundFailed,
  refundPending,
  refundRequested,
  refundSlow,
  usd,
} from './builders';

const ours = { refundId: 'ref_1' };

/** The refunds of a payment, each in a line. */
function refunds(facts: readonly Fact[]): string[] {
  return refundsOf(paymentWith([captured(), ...facts])).map(
    ({ id, origin, status, reason, money, gatewayReference, feeReturned }) =>
      [
        id === 'ref_1' || id === 'ref_2' ? id : 'adopted',
        `by ${origin}`,
        `${money.amount}`,
        status,
        ...(reason === null ? [] : [`(${reason})`]),
        ...(gatewayReference === null ? [] : [`as ${gatewayReference}`]),
        ...(feeReturned === 0 ? [] : [`fee ${feeReturned}`]),
      ].join(' '),
  );
}

function ordersOf<T>(all: readonly T[]): T[][] {
  return all.length <= 1
    ? [[...all]]
    : all.flatMap((first, place) =>
        ordersOf(all.filter((_, other) => other !== place)).map((rest) => [first, ...rest]),
      );
}

test.each<[string, readonly Fact[], readonly string[]]>([
  ['asked for, and not answered', [refundRequested()], ['ref_1 by merchant 5000 pending (awaiting_gateway)']],
  [
    'asked for by the policy',
    [refundRequested('ref_1', eur(5000), { origin: 'policy' })],
    ['ref_1 by policy 5000 pending (awaiting_gateway)'],
  ],
  [
    'the gateway holds it',
    [refundRequested(), refundPending('RF1', eur(5000), ours)],
    ['ref_1 by merchant 5000 pending (echeck) as RF1'],
  ],
  [
    'nothing has moved for want of funds',
    [refundRequested(), refundPending('ref_1', eur(5000), { ...ours, reason: 'insufficient_fund' })],
    ['ref_1 by merchant 5000 pending (insufficient_fund)'],
  ],
  [
    'it succeeded, with a part of the fee',
    [refundRequested(), refunded('RF1', eur(5000), { ...ours, feeReturned: 160 })],
    ['ref_1 by merchant 5000 succeeded as RF1 fee 160'],
  ],
  [
    'held, then succeeded: the second message names it by the gateway’s reference alone',
    [refundRequested(), refundPending('RF1', eur(5000), ours), refunded('RF1')],
    ['ref_1 by merchant 5000 succeeded as RF1'],
  ],
  [
    'told by the gateway’s echo of our reference, without our own answer',
    [refundRequested(), refunded('ref_1', eur(5000))],
    ['ref_1 by merchant 5000 succeeded'],
  ],
  [
    'refused at once',
    [refundRequested(), refundFailed('ref_1', eur(5000), { ...ours, reason: 'refund_window_closed' })],
    ['ref_1 by merchant 5000 failed (refund_window_closed)'],
  ],
  [
    'held, then refused',
    [refundRequested(), refundPending('RF1', eur(5000), ours), refundFailed('RF1')],
    ['ref_1 by merchant 5000 failed (bounced) as RF1'],
  ],
  [
    'succeeded, then bounced: its fee is charged again',
    [refundRequested(), refunded('RF1', eur(5000), { ...ours, feeReturned: 160 }), refundFailed('RF1')],
    ['ref_1 by merchant 5000 failed (bounced) as RF1'],
  ],
  [
    'given up, and given back at the gateway all the same',
    [
      refundRequested(),
      refundFailed('ref_1', eur(5000), { ...ours, reason: 'given_up' }),
      refunded('RF1', eur(5000), ours),
    ],
    ['ref_1 by merchant 5000 succeeded as RF1'],
  ],
  [
    'one try failed under its reference, the next succeeded under another',
    [refundRequested(), refundFailed('RF1', eur(5000), ours), refunded('RF2', eur(5000), ours)],
    ['ref_1 by merchant 5000 succeeded as RF2'],
  ],
  ['made at the gateway’s own site', [refunded('RF1', eur(2000))], ['adopted by gateway 2000 succeeded as RF1']],
  [
    'two of the gateway’s site',
    [refunded('RF1', eur(2000)), refunded('RF2', eur(1000))],
    ['adopted by gateway 2000 succeeded as RF1', 'adopted by gateway 1000 succeeded as RF2'],
  ],
  [
    'one of ours and one of the gateway’s site',
    [refundRequested('ref_1', eur(3000)), refunded('RF1', eur(2000)), refunded('RF2', eur(3000), ours)],
    ['ref_1 by merchant 3000 succeeded as RF2', 'adopted by gateway 2000 succeeded as RF1'],
  ],
  [
    'a message told first, and then our answer says that it is ours',
    [refundRequested(), refunded('RF1'), refundPending('RF1', eur(5000), { ...ours, reason: 'told_before' })],
    ['ref_1 by merchant 5000 succeeded as RF1'],
  ],
  [
    'another payment’s refund is none of ours',
    [refundRequested(), refunded('RF1', eur(2000), { refundId: 'ref_of_another' })],
    ['ref_1 by merchant 5000 pending (awaiting_gateway)', 'adopted by gateway 2000 succeeded as RF1'],
  ],
  [
    'the gateway gave another amount than was asked for',
    [refundRequested(), refunded('RF1', eur(4000), ours)],
    ['ref_1 by merchant 4000 succeeded as RF1'],
  ],
])('%s', (_, facts, expected) => {
  for (const order of ordersOf(facts)) expect(refunds(order).sort()).toEqual([...expected].sort());
});

test('told twice, it is the same refund', () => {
  const once = [captured(), refundRequested(), refunded('RF1', eur(5000), ours)];
  expect(refundsOf(paymentWith([...once, ...once]))).toEqual(refundsOf(paymentWith(once)));
});

test('what was given back twice under the name of one refund is two refunds, and both count', () => {
  for (const order of ordersOf([refunded('RF1', eur(2000), ours), refunded('RF2', eur(1000), ours)])) {
    const payment = paymentWith([captured(), refundRequested('ref_1', eur(2000)), ...order]);
    expect(refundsOf(payment).map(({ origin }) => origin)).toEqual(['merchant', 'gateway']);
    expect(summarize(payment).refunded).toBe(3000);
  }
});

test('a refund of the gateway’s site has the same id whichever news came first, and another in another payment', () => {
  const idIn = (facts: readonly Fact[], id = 'pay_1') => refundsOf(paymentWith([captured(), ...facts], { id }))[0]?.id;
  expect(idIn([refundPending(), refunded()])).toBe(idIn([refunded(), refundPending()]));
  expect(idIn([refunded()], 'pay_2')).not.toBe(idIn([refunded()]));
});

test.each<[string, readonly Fact[], { failedLater: boolean; bounced: boolean }]>([
  [
    'a refusal at once',
    [refundRequested(), refundFailed('ref_1', eur(5000), ours)],
    { failedLater: false, bounced: false },
  ],
  [
    'after it was called pending',
    [refundRequested(), refundPending('RF1', eur(5000), ours), refundFailed()],
    { failedLater: true, bounced: false },
  ],
  ['after it succeeded', [refunded(), refundFailed()], { failedLater: true, bounced: true }],
  ['told before it succeeded', [refundFailed(), refunded()], { failedLater: true, bounced: true }],
])('how it failed: %s', (_, facts, expected) => {
  expect(refundsOf(paymentWith([captured(), ...facts]))[0]).toMatchObject(expected);
});

test('only a refund without an outcome is in flight', () => {
  const inFlight = (...facts: Fact[]) => refundInFlight(paymentWith([captured(), ...facts]))?.id ?? null;
  expect(inFlight()).toBeNull();
  expect(inFlight(refundRequested())).toBe('ref_1');
  expect(inFlight(refundRequested(), refunded('RF1', eur(5000), ours))).toBeNull();
  expect(inFlight(refundRequested(), refundFailed('ref_1', eur(5000), ours))).toBeNull();
  expect(inFlight(refundPending())).not.toBeNull();
});

describe('news that names no refund of ours', () => {
  const asked = paymentWith([captured(), captured('TX2'), refundRequested()]);

  test('may be about the one that has no reference yet', () => {
    expect(unnamedRefund(asked, 'TX1')?.id).toBe('ref_1');
  });

  test.each([
    ['another sum', asked, 'TX2'],
    ['one that the gateway named', evolve(asked, refundPending('RF1', eur(5000), ours)), 'TX1'],
    ['one that was decided', evolve(asked, refundFailed('ref_1', eur(5000), ours)), 'TX1'],
    ['one of the gateway’s site', paymentWith([captured(), refundPending()]), 'TX1'],
  ])('is not about %s', (_, payment, capture) => {
    expect(unnamedRefund(payment, capture)).toBeNull();
  });

  test('is known by the gateway’s reference, or by our id', () => {
    const named = evolve(asked, refundPending('RF1', eur(5000), ours));
    expect(knowsRefund(named, refunded('RF1'))).toBe(true);
    expect(knowsRefund(named, refunded('RF9', eur(1), ours))).toBe(true);
    expect(knowsRefund(named, refunded('RF9'))).toBe(false);
  });
});

test('what the gateway has accepted moves, and can be given up no more', () => {
  const moves = (...facts: Fact[]) => refundsOf(paymentWith([captured(), refundRequested(), ...facts])).map(isMoving);
  expect(moves()).toEqual([false]);
  expect(moves(refundPending('RF1', eur(5000), ours))).toEqual([true]);
  expect(moves(refundPending('RF1', eur(5000), { ...ours, reason: 'insufficient_fund' }))).toEqual([false]);
  expect(moves(refunded('RF1', eur(5000), ours))).toEqual([false]);
});

test('a refund that has had no outcome for a week is slow', () => {
  expect(refundsOf(paymentWith([captured(), refundRequested(), refundSlow()]))[0]?.slow).toBe(true);
});

test('in another currency than came it gives nothing of the sum back, and is seen', () => {
  expect(summarize(paymentWith([captured(), refunded('RF1', usd(2000))]))).toMatchObject({
    status: 'paid',
    refunded: 0,
    refundable: 5000,
    attention: { code: 'refund_exceeds_payment' },
  });
});

test('news of a refund is told apart from all else', () => {
  expect([refunded(), refundPending(), refundFailed(), captured(), refundRequested()].map(isRefundNews)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

describe('a refund that failed is shown', () => {
  const codes = (...facts: Fact[]) => summarize(paymentWith([captured(), ...facts])).attentions.map(({ code }) => code);

  test('not where the gateway said no at once: the person who asked has read it', () => {
    expect(codes(refundRequested(), refundFailed('ref_1', eur(5000), ours))).toEqual([]);
  });
  test('until a later one succeeds', () => {
    const failed = [refundRequested(), refundPending('RF1', eur(5000), ours), refundFailed()];
    expect(codes(...failed)).toEqual(['refund_failed']);
    expect(codes(...failed, refundRequested('ref_2'), refunded('RF2', eur(5000), { refundId: 'ref_2' }))).toEqual([]);
  });
  test('and one that waits for funds, or is slow', () => {
    const waits = refundPending('ref_1', eur(5000), { ...ours, reason: 'insufficient_fund' });
    expect(codes(refundRequested(), waits)).toEqual(['refund_waits_for_funds']);
    expect(codes(refundRequested(), refundPending('RF1', eur(5000), ours), refundSlow())).toEqual(['refund_slow']);
  });
});
