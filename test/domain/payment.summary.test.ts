import type { Fact } from '../../workflows/domain/fact';
import {
  checkoutOpened,
  evolve,
  isWorthWatching,
  nextAttempt,
  pendingReferences,
  rests,
  summarize,
} from '../../workflows/domain/payment';
import type { Payment, PaymentSummary, PaymentTerms } from '../../workflows/domain/payment';
import {
  accepted,
  acknowledged,
  attemptFailed,
  cancelled,
  captured,
  captureRefusal,
  disputeAdjusted,
  disputeClosed,
  disputeOpened,
  eur,
  expired,
  failed,
  fee,
  lost,
  NOON,
  noted,
  paymentWith,
  pending,
  refunded,
  refundFailed,
  refundPending,
  refundRequested,
  reversalCancelled,
  reversed,
  terms,
  usd,
} from './builders';

/** What was recorded after the opening, and what the world then sees; sums not named are zero, and nobody need look. */
interface Row {
  readonly facts: readonly Fact[];
  readonly late?: PaymentTerms['latePayments'];
  readonly status: PaymentSummary['status'];
  readonly reason?: string;
  readonly captured?: number;
  readonly fee?: number;
  readonly refunded?: number;
  readonly disputed?: number;
  readonly chargedBack?: number;
  readonly attention?: string;
}

function check({ facts, late, ...seen }: Row): void {
  const { status, reason, attention, ...sums } = summarize(paymentWith(facts, { latePayments: late ?? 'credit' }));
  expect({
    status,
    reason,
    attention: attention?.code ?? null,
    captured: sums.captured,
    fee: sums.fee,
    refunded: sums.refunded,
    disputed: sums.disputed,
    chargedBack: sums.chargedBack,
  }).toEqual({
    reason: null,
    attention: null,
    captured: 0,
    fee: 0,
    refunded: 0,
    disputed: 0,
    chargedBack: 0,
    ...seen,
  });
}

test('a payment that was not handed to the payer is only created', () => {
  expect(summarize({ terms: terms(), facts: [] })).toMatchObject({ status: 'created', reason: null, attention: null });
});

describe('each status by the facts that make it', () => {
  test.each<[string, Row]>([
    ['the payer has the checkout', { facts: [], status: 'awaiting_payer' }],
    [
      'a failed try leaves the payer trying, who is told why',
      { facts: [attemptFailed()], status: 'awaiting_payer', reason: 'declined' },
    ],
    [
      'a held try that failed leaves the payer trying',
      { facts: [pending('TX1'), attemptFailed('TX1')], status: 'awaiting_payer', reason: 'declined' },
    ],
    [
      'a failure of a try told before the hold it ends',
      { facts: [attemptFailed('TX1'), pending('TX1')], status: 'awaiting_payer', reason: 'declined' },
    ],
    [
      'the gateway holds the money and says why',
      { facts: [pending('TX1', 'echeck')], status: 'processing', reason: 'echeck' },
    ],
    [
      'held for two reasons: the newer one by the gateway’s clock counts',
      {
        facts: [pending('TX1', 'paymentreview', { occurredAt: '2026-03-02T13:00:00.000Z' }), pending('TX1', 'echeck')],
        status: 'processing',
        reason: 'paymentreview',
      },
    ],
    [
      'a reason without a readable date counts less than one with a date',
      {
        facts: [pending('TX1', 'echeck'), pending('TX1', 'verify', { occurredAt: null })],
        status: 'processing',
        reason: 'echeck',
      },
    ],
    ['the whole sum came', { facts: [captured()], status: 'paid', captured: 5000 }],
    ['the whole sum came, less a fee', { facts: [captured(), fee()], status: 'paid', captured: 5000, fee: 195 }],
    ['the fee was told before its capture', { facts: [fee(), captured()], status: 'paid', captured: 5000, fee: 195 }],
    ['the held sum came', { facts: [pending(), captured()], status: 'paid', captured: 5000 }],
    [
      'a late Pending of money that came changes nothing',
      { facts: [captured(), pending()], status: 'paid', captured: 5000 },
    ],
    ['the gateway said no', { facts: [failed('TX1', 'denied')], status: 'failed', reason: 'denied' }],
    ['the held sum was refused', { facts: [pending(), failed('TX1', 'denied')], status: 'failed', reason: 'denied' }],
    [
      'a refusal told before the hold it ends',
      { facts: [failed('TX1', 'denied'), pending()], status: 'failed', reason: 'denied' },
    ],
    [
      'a failure on another reference is an attempt while a sum is held',
      { facts: [pending('TX1'), failed('TX2')], status: 'processing', reason: 'echeck' },
    ],
    [
      'a failure on another reference takes nothing from money that came',
      { facts: [captured('TX1'), failed('TX2')], status: 'paid', captured: 5000 },
    ],
    ['the member cancelled', { facts: [cancelled()], status: 'cancelled' }],
    ['the deadline passed', { facts: [expired()], status: 'expired' }],
    ['a hold after our closing opens nothing again', { facts: [cancelled(), pending()], status: 'cancelled' }],
    ['a failure after our closing changes nothing', { facts: [expired(), failed()], status: 'expired' }],
  ])('%s', (_, row) => check(row));
});

describe('money that does not fit goes to a person', () => {
  test.each<[string, Row]>([
    [
      'too little',
      { facts: [captured('TX1', eur(4999))], status: 'needs_review', captured: 4999, attention: 'amount_mismatch' },
    ],
    [
      'too much',
      { facts: [captured('TX1', eur(5001))], status: 'needs_review', captured: 5001, attention: 'amount_mismatch' },
    ],
    [
      'another currency is no captured money of this payment',
      { facts: [captured('TX1', usd(5000))], status: 'needs_review', attention: 'currency_mismatch' },
    ],
    [
      'a fee in another currency is not counted',
      {
        facts: [captured('TX1', usd(5000)), fee('TX1', usd(195))],
        status: 'needs_review',
        attention: 'currency_mismatch',
      },
    ],
    [
      'two sums in suspense: the older is shown',
      {
        facts: [captured('TX1', usd(5000)), captured('TX2', eur(1))],
        status: 'needs_review',
        captured: 1,
        attention: 'currency_mismatch',
      },
    ],
    [
      'a misfit while another sum is held',
      {
        facts: [pending('TX1'), captured('TX2', eur(1))],
        status: 'needs_review',
        captured: 1,
        attention: 'amount_mismatch',
      },
    ],
    [
      'a second transaction for a paid payment leaves it paid',
      { facts: [captured('TX1'), captured('TX2')], status: 'paid', captured: 10_000, attention: 'duplicate_payment' },
    ],
    [
      'a second transaction of another amount',
      {
        facts: [captured('TX1'), captured('TX2', eur(7))],
        status: 'paid',
        captured: 5007,
        attention: 'duplicate_payment',
      },
    ],
    [
      'a second transaction in another currency',
      {
        facts: [captured('TX1'), captured('TX2', usd(5000))],
        status: 'paid',
        captured: 5000,
        attention: 'duplicate_payment',
      },
    ],
    [
      'the first fitting sum lifts the review; the misfit stays in suspense',
      {
        facts: [captured('TX1', eur(4999)), captured('TX2')],
        status: 'paid',
        captured: 9999,
        attention: 'duplicate_payment',
      },
    ],
    [
      'a person accepted the misfit',
      { facts: [captured('TX1', eur(4999)), accepted('TX1', eur(4999))], status: 'paid', captured: 4999 },
    ],
    [
      'a person accepted the older of two misfits',
      {
        facts: [captured('TX1', eur(1)), captured('TX2', eur(2)), accepted('TX1', eur(1))],
        status: 'paid',
        captured: 3,
        attention: 'duplicate_payment',
      },
    ],
    [
      'a person accepted both',
      {
        facts: [captured('TX1', eur(1)), captured('TX2', eur(2)), accepted('TX1', eur(1)), accepted('TX2', eur(2))],
        status: 'paid',
        captured: 3,
      },
    ],
    [
      'a fitting sum after an accepted misfit is one too many',
      {
        facts: [captured('TX1', eur(1)), accepted('TX1', eur(1)), captured('TX2')],
        status: 'paid',
        captured: 5001,
        attention: 'duplicate_payment',
      },
    ],
  ])('%s', (_, row) => check(row));

  test('which sum stands where', () => {
    const { sums } = summarize(paymentWith([captured('TX1', eur(4999)), captured('TX2'), captured('TX3')]));
    expect(sums.map(({ reference, standing }) => `${reference} ${standing}`)).toEqual([
      'TX1 suspended',
      'TX2 accepted',
      'TX3 suspended',
    ]);
  });
});

describe('late money, by our recorded order', () => {
  const closings: [string, Fact][] = [
    ['expiry', expired()],
    ['cancellation', cancelled()],
  ];

  test.each(closings)('under credit, a capture after %s pays, and says why', (_, closing) =>
    check({ facts: [closing, captured()], status: 'paid', reason: 'late_payment', captured: 5000 }),
  );
  test.each(closings)('under refund, a capture after %s waits in suspense', (_, closing) =>
    check({
      facts: [closing, captured()],
      late: 'refund',
      status: 'needs_review',
      captured: 5000,
      attention: 'late_payment',
    }),
  );
  test.each(closings)('under refund, a person may accept what came after %s', (_, closing) =>
    check({
      facts: [closing, captured(), accepted()],
      late: 'refund',
      status: 'paid',
      reason: 'late_payment',
      captured: 5000,
    }),
  );
  test.each(closings)('a misfit after %s is a misfit first', (_, closing) =>
    check({
      facts: [closing, captured('TX1', eur(1))],
      late: 'refund',
      status: 'needs_review',
      captured: 1,
      attention: 'amount_mismatch',
    }),
  );
  test.each(closings)(
    'under credit, a misfit after %s does not make the fitting sum that follows punctual',
    (_, closing) =>
      check({
        facts: [closing, captured('TX1', eur(1)), captured('TX2')],
        status: 'paid',
        reason: 'late_payment',
        captured: 5001,
        attention: 'duplicate_payment',
      }),
  );
  test.each(closings)('under refund, a misfit after %s does not let the late sum that follows pass', (_, closing) =>
    check({
      facts: [closing, captured('TX1', eur(1)), captured('TX2')],
      late: 'refund',
      status: 'needs_review',
      captured: 5001,
      attention: 'amount_mismatch',
    }),
  );

  test.each<[string, Row]>([
    [
      'the gateway’s clock does not count: recorded after our expiry is late',
      {
        facts: [expired(), captured('TX1', eur(5000), { occurredAt: '2020-01-01T00:00:00.000Z' })],
        status: 'paid',
        reason: 'late_payment',
        captured: 5000,
      },
    ],
    [
      'a capture before a failure on another reference is not late',
      { facts: [captured('TX1'), failed('TX2')], late: 'refund', status: 'paid', captured: 5000 },
    ],
    [
      'a failure is an attempt: money after it comes as if it had come first',
      { facts: [failed('TX0'), captured('TX1')], late: 'refund', status: 'paid', captured: 5000 },
    ],
    [
      'a failure of the very money that came after all',
      { facts: [failed('TX1'), captured('TX1')], late: 'refund', status: 'paid', captured: 5000 },
    ],
    [
      'a misfit after a failure does not make the fitting sum that follows late',
      {
        facts: [failed('TX0'), captured('TX1', eur(1)), captured('TX2')],
        late: 'refund',
        status: 'paid',
        captured: 5001,
        attention: 'duplicate_payment',
      },
    ],
    [
      'after a failed try the payer pays in time',
      { facts: [attemptFailed('TX0'), captured('TX1')], late: 'refund', status: 'paid', captured: 5000 },
    ],
    [
      'after a failure the gateway holds a new sum: the payment lives, so its capture is in time',
      { facts: [failed('TX0'), pending('TX1'), captured('TX1')], late: 'refund', status: 'paid', captured: 5000 },
    ],
    [
      'two late sums under refund are both given back',
      {
        facts: [expired(), captured('TX1'), captured('TX2')],
        late: 'refund',
        status: 'needs_review',
        captured: 10_000,
        attention: 'late_payment',
      },
    ],
    [
      'two late sums under credit: the second is one too many',
      {
        facts: [expired(), captured('TX1'), captured('TX2')],
        status: 'paid',
        reason: 'late_payment',
        captured: 10_000,
        attention: 'duplicate_payment',
      },
    ],
  ])('%s', (_, row) => check(row));
});

describe('what went back, by refund or by case', () => {
  test.each<[string, Row]>([
    [
      'a part is given back',
      { facts: [captured(), refunded('RF1', eur(2000))], status: 'partially_refunded', captured: 5000, refunded: 2000 },
    ],
    [
      'two refunds add up to all of it',
      {
        facts: [captured(), refunded('RF1', eur(2000)), refunded('RF2', eur(3000))],
        status: 'refunded',
        captured: 5000,
        refunded: 5000,
      },
    ],
    ['a refund that is only asked for', { facts: [captured(), refundRequested()], status: 'paid', captured: 5000 }],
    [
      'a refund that the gateway holds',
      { facts: [captured(), refundRequested(), refundPending()], status: 'paid', captured: 5000 },
    ],
    [
      'a refund that failed after it had succeeded',
      { facts: [captured(), refunded(), refundFailed()], status: 'paid', captured: 5000, attention: 'refund_failed' },
    ],
    [
      'a refund of more than came',
      {
        facts: [captured(), refunded('RF1', eur(6000))],
        status: 'refunded',
        captured: 5000,
        refunded: 6000,
        attention: 'refund_exceeds_payment',
      },
    ],
    [
      'a reversal',
      {
        facts: [captured(), reversed()],
        status: 'disputed',
        captured: 5000,
        disputed: 5000,
        attention: 'reversal_received',
      },
    ],
    [
      'a reversal that was cancelled is nobody’s business',
      { facts: [captured(), reversed(), reversalCancelled()], status: 'paid', captured: 5000 },
    ],
    [
      'a cancelled reversal told before the reversal',
      { facts: [captured(), reversalCancelled(), reversed()], status: 'paid', captured: 5000 },
    ],
    [
      'a cancelled reversal whose reversal is not told',
      { facts: [captured(), reversalCancelled()], status: 'paid', captured: 5000, attention: 'reversal_excess' },
    ],
    [
      'a reversal cancelled in part',
      {
        facts: [captured(), reversed(), reversalCancelled('RC1', eur(2000))],
        status: 'disputed',
        captured: 5000,
        disputed: 3000,
        attention: 'reversal_received',
      },
    ],
    [
      'a case is open',
      { facts: [captured(), disputeOpened()], status: 'disputed', captured: 5000, attention: 'dispute_opened' },
    ],
    ['a case was closed', { facts: [captured(), disputeOpened(), disputeClosed()], status: 'paid', captured: 5000 }],
    [
      'one of two cases was closed',
      {
        facts: [captured(), disputeOpened('TX1', 'A'), disputeOpened('TX1', 'B'), disputeClosed('TX1', 'A')],
        status: 'disputed',
        captured: 5000,
        attention: 'dispute_opened',
      },
    ],
    [
      'a case was lost',
      {
        facts: [captured(), disputeOpened(), reversed(), lost()],
        status: 'charged_back',
        captured: 5000,
        chargedBack: 5000,
        attention: 'dispute_lost',
      },
    ],
    [
      'a case was lost in part',
      {
        facts: [captured(), disputeOpened(), reversed(), lost({ refunded: 2000 })],
        status: 'partially_refunded',
        captured: 5000,
        chargedBack: 2000,
        attention: 'dispute_lost',
      },
    ],
    [
      'a part was given back and the rest lost',
      {
        facts: [captured(), refunded('RF1', eur(2000)), reversed('RV1', eur(3000)), disputeOpened(), lost()],
        status: 'charged_back',
        captured: 5000,
        refunded: 2000,
        chargedBack: 3000,
        attention: 'dispute_lost',
      },
    ],
    [
      'money taken after a correction is held',
      {
        facts: [captured(), disputeAdjusted()],
        status: 'disputed',
        captured: 5000,
        disputed: 1500,
        attention: 'reversal_received',
      },
    ],
    ['a refund of money that was never told', { facts: [refunded()], status: 'awaiting_payer' }],
    [
      'money in suspense is shown before a case',
      {
        facts: [captured('TX1'), refunded('RF1', eur(10)), disputeOpened(), captured('TX2')],
        status: 'disputed',
        captured: 10_000,
        refunded: 10,
        attention: 'duplicate_payment',
      },
    ],
    [
      'money in another currency that was given back, though nothing was ever accepted',
      { facts: [captured('TX1', usd(5000)), refunded('RF1', usd(5000))], status: 'refunded' },
    ],
  ])('%s', (_, row) => check(row));
});

describe('what is linked by its parent decides what became of a sum', () => {
  const gone = reversed('RV1', eur(5000));
  test.each<[string, Row]>([
    [
      'a held sum that was reversed never came',
      { facts: [pending('TX1'), gone], status: 'failed', reason: 'unauthorized_claim' },
    ],
    [
      'a held sum that was given back never came',
      { facts: [pending('TX1'), refunded()], status: 'failed', reason: 'refund' },
    ],
    [
      'a held sum of which a cancelled reversal tells never came',
      { facts: [pending('TX1'), reversalCancelled()], status: 'failed', reason: 'dispute_won' },
    ],
    [
      'told before the hold that it ends',
      { facts: [gone, pending('TX1')], status: 'failed', reason: 'unauthorized_claim' },
    ],
    [
      'reversed, and the reversal cancelled, before any money came',
      { facts: [pending('TX1'), gone, reversalCancelled()], status: 'failed', reason: 'unauthorized_claim' },
    ],
    [
      'a held sum that came after all is paid, and taken back',
      {
        facts: [pending('TX1'), gone, captured('TX1')],
        status: 'disputed',
        captured: 5000,
        disputed: 5000,
        attention: 'reversal_received',
      },
    ],
    [
      'another sum that is held keeps the payment going',
      { facts: [pending('TX1'), gone, pending('TX2')], status: 'processing', reason: 'echeck' },
    ],
    [
      'another sum pays the payment',
      { facts: [pending('TX1'), gone, captured('TX2')], status: 'paid', captured: 5000 },
    ],
    [
      'a misfit that was given back is no more to be placed',
      {
        facts: [captured('TX1', eur(4999)), refunded('RF1', eur(4999))],
        status: 'refunded',
        captured: 4999,
        refunded: 4999,
      },
    ],
    [
      'of a misfit given back in part the rest is still to be placed',
      {
        facts: [captured('TX1', eur(4999)), refunded('RF1', eur(999))],
        status: 'needs_review',
        captured: 4999,
        refunded: 999,
        attention: 'amount_mismatch',
      },
    ],
    [
      'a second sum that was given back waits for nobody',
      {
        facts: [captured('TX0'), captured('TX1'), refunded()],
        status: 'paid',
        captured: 10_000,
        refunded: 5000,
      },
    ],
    [
      'a misfit that was taken back waits for nobody',
      {
        facts: [captured('TX1', eur(4999)), reversed('RV1', eur(4999))],
        status: 'disputed',
        captured: 4999,
        disputed: 4999,
        attention: 'reversal_received',
      },
    ],
  ])('%s', (_, row) => check(row));
});

describe('what a person only has to read', () => {
  test.each<[string, Row]>([
    [
      'a fee that could not be read',
      {
        facts: [captured(), noted('fee_unreadable', '1,95')],
        status: 'paid',
        captured: 5000,
        attention: 'fee_unreadable',
      },
    ],
    [
      'until the fee is known',
      { facts: [captured(), noted('fee_unreadable', '1,95'), fee()], status: 'paid', captured: 5000, fee: 195 },
    ],
    [
      'or a person accepts',
      {
        facts: [captured(), noted('fee_unreadable', '1,95'), acknowledged('fee_unreadable fee_unreadable')],
        status: 'paid',
        captured: 5000,
      },
    ],
    [
      'a fee of another sum does not tell this one',
      {
        facts: [captured(), noted('fee_negative', '-1.95'), fee('TX2')],
        status: 'paid',
        captured: 5000,
        fee: 195,
        attention: 'fee_unreadable',
      },
    ],
    [
      'two payments named by one transaction',
      {
        facts: [captured(), noted('contradicting_echo', 'pay_1 pay_2')],
        status: 'paid',
        captured: 5000,
        attention: 'gateway_remark',
      },
    ],
    [
      'a fee above the gross is booked as told, and shown',
      {
        facts: [captured(), fee('TX1', eur(5001))],
        status: 'paid',
        captured: 5000,
        fee: 5001,
        attention: 'fee_above_gross',
      },
    ],
    [
      'a fee as large as the gross is unusual and possible',
      { facts: [captured(), fee('TX1', eur(5000))], status: 'paid', captured: 5000, fee: 5000 },
    ],
    [
      'a person has read of the fee above the gross',
      {
        facts: [captured(), fee('TX1', eur(5001)), acknowledged('fee_above_gross')],
        status: 'paid',
        captured: 5000,
        fee: 5001,
      },
    ],
  ])('%s', (_, row) => check(row));

  test('the words of the gateway stand in the detail', () => {
    expect(summarize(paymentWith([captured(), noted('fee_unreadable', '1,95')])).attention?.detail).toContain('"1,95"');
  });
});

describe('approved money that the gateway refuses to let us take', () => {
  test.each<[string, Row]>([
    [
      'is shown while the payer waits',
      { facts: [captureRefusal()], status: 'awaiting_payer', reason: 'invented_word', attention: 'capture_refused' },
    ],
    [
      'ends with the next try that is declined',
      { facts: [captureRefusal(), attemptFailed('ORDER1')], status: 'awaiting_payer', reason: 'declined' },
    ],
    [
      'is shown anew for the try after that',
      {
        facts: [captureRefusal(), attemptFailed('ORDER1'), captureRefusal(2)],
        status: 'awaiting_payer',
        reason: 'invented_word',
        attention: 'capture_refused',
      },
    ],
    ['ends with the money', { facts: [captureRefusal(), captured()], status: 'paid', captured: 5000 }],
    ['ends with our own closing', { facts: [captureRefusal(), expired()], status: 'expired' }],
  ])('%s', (_, row) => check(row));
});

describe('attention names the money and the moment', () => {
  const at = '2026-03-02T12:34:56.789Z';

  test('since our record of the fact that raised it, and null while that is not recorded', () => {
    const suspended = captured('TX1', eur(4250));
    expect(summarize(paymentWith([{ ...suspended, recordedAt: at } as Fact])).attention?.since).toBe(at);
    expect(summarize(paymentWith([suspended])).attention?.since).toBeNull();
  });

  test('a person reads both sums', () => {
    expect(summarize(paymentWith([captured('TX1', eur(4250))])).attention?.detail).toContain(
      '42.50 EUR came as TX1, but 50.00 EUR was asked',
    );
  });
});

test('evolving with a known fact changes nothing at all', () => {
  const payment = paymentWith([captured(), fee()]);
  expect(evolve(payment, captured())).toBe(payment);
  expect(evolve(payment, { ...captured(), amount: 1 })).toBe(payment); // the same key is the same fact, whatever it says now
});

test.each<[PaymentSummary['status'], readonly Fact[], boolean]>([
  ['awaiting_payer', [], false],
  ['processing', [pending()], false],
  ['paid', [captured()], true],
  ['failed', [failed()], true],
  ['cancelled', [cancelled()], true],
  ['expired', [expired()], true],
  ['needs_review', [captured('TX1', eur(1))], true],
  ['partially_refunded', [captured(), refunded('RF1', eur(1))], true],
  ['refunded', [captured(), refunded()], true],
  ['disputed', [captured(), reversed()], true],
  ['charged_back', [captured(), disputeOpened(), reversed(), lost()], true],
])('a payment that is %s rests or not', (status, facts, resting) => {
  const summary = summarize(paymentWith(facts));
  expect(summary.status).toBe(status);
  expect(rests(summary)).toBe(resting);
});

describe('what is asked about again', () => {
  const handed = (kind: 'form' | 'prompt', ...facts: Fact[]) =>
    [checkoutOpened(terms(), kind, NOON), ...facts].reduce<Payment>(evolve, { terms: terms(), facts: [] });

  test.each<readonly [string, Payment, boolean]>([
    ['a form whose payer may never come', handed('form'), false],
    ['money that the gateway holds', handed('form', pending('TX1')), true],
    ['money that it held and captured', handed('form', pending('TX1'), captured('TX1')), false],
    ['money that it held and refused', handed('form', pending('TX1'), failed('TX1')), false],
    ['a held try that failed', handed('form', pending('TX1'), attemptFailed('TX1')), false],
    ['one of two sums still held', handed('form', pending('TX1'), failed('TX1'), pending('TX2')), true],
    ['a prompt on a phone', handed('prompt'), true],
    ['a prompt that our deadline has passed: it may still be approved', handed('prompt', expired()), true],
    ['a prompt that was refused', handed('prompt', failed('TX1')), false],
    ['a prompt that was approved', handed('prompt', captured('TX1')), false],
  ])('%s', (_what, payment, expected) => {
    expect(isWorthWatching(payment)).toBe(expected);
  });

  test('held sums are asked about by their references, each once', () => {
    const payment = handed(
      'form',
      pending('TX1', 'echeck'),
      pending('TX1', 'paymentreview'),
      pending('TX2'),
      pending('TX3'),
      failed('TX2'),
    );
    expect(pendingReferences(payment)).toEqual(['TX1', 'TX3']);
  });

  test('an approval after a declined one is the next attempt, and a repetition of it is not', () => {
    const payment = handed('form', attemptFailed('ORDER1'), attemptFailed('OTHER'));
    expect([nextAttempt(handed('form'), 'ORDER1'), nextAttempt(payment, 'ORDER1')]).toEqual([1, 2]);
  });
});
