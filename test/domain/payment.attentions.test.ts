import type { Fact } from '../../workflows/domain/fact';
import { ATTENTION_CODES, ATTENTIONS, conflict, decide, evolve, summarize } from '../../workflows/domain/payment';
import type { AttentionCode, PaymentTerms } from '../../workflows/domain/payment';
import {
  accepted,
  captured,
  captureRefusal,
  disputeOpened,
  eur,
  expired,
  fee,
  lost,
  NOON,
  noted,
  paymentWith,
  refunded,
  refundFailed,
  refundPending,
  refundRequested,
  refundSlow,
  reversalCancelled,
  reversed,
  usd,
  writtenOff,
} from './builders';

/** One story for each code: what raises it, and what ends it, or null where nothing does. */
const STORIES: Readonly<
  Record<
    AttentionCode,
    {
      readonly raised: readonly Fact[];
      readonly ended: readonly Fact[] | 'accept' | null;
      readonly late?: PaymentTerms['latePayments'];
    }
  >
> = {
  duplicate_payment: { raised: [captured(), captured('TX2')], ended: [accepted('TX2')] },
  currency_mismatch: { raised: [captured('TX1', usd(5000))], ended: [refunded('RF1', usd(5000))] },
  amount_mismatch: { raised: [captured('TX1', eur(1))], ended: 'accept' },
  late_payment: { raised: [expired(), captured()], ended: 'accept', late: 'refund' },
  refund_at_gateway_only: {
    raised: [
      expired(),
      captured(),
      refundRequested('ref_1', eur(5000), { origin: 'policy' }),
      refundFailed('ref_1', eur(5000), { refundId: 'ref_1', reason: 'refund_at_gateway_only' }),
    ],
    ended: [refunded()],
    late: 'refund',
  },
  reversal_excess: { raised: [captured(), reversalCancelled()], ended: [reversed()] },
  refund_exceeds_payment: { raised: [captured(), refunded('RF1', eur(6000))], ended: [writtenOff(eur(1000))] },
  fact_conflict: { raised: [captured(), conflict(captured(), captured('TX1', eur(1)), NOON)], ended: null },
  dispute_opened: { raised: [captured(), disputeOpened()], ended: [lost()] },
  reversal_received: { raised: [captured(), reversed()], ended: [reversalCancelled()] },
  refund_waits_for_funds: {
    raised: [captured(), refundRequested(), refundPending('ref_1', eur(5000), { reason: 'insufficient_fund' })],
    ended: [refunded('RF1', eur(5000), { refundId: 'ref_1' })],
  },
  refund_failed: { raised: [captured(), refunded(), refundFailed()], ended: 'accept' },
  refund_slow: {
    raised: [captured(), refundRequested(), refundSlow()],
    ended: [refunded('RF1', eur(5000), { refundId: 'ref_1' })],
  },
  dispute_lost: { raised: [captured(), disputeOpened(), reversed(), lost()], ended: 'accept' },
  capture_refused: { raised: [captureRefusal()], ended: [captured()] },
  fee_above_gross: { raised: [captured(), fee('TX1', eur(5001))], ended: 'accept' },
  fee_unreadable: { raised: [captured(), noted('fee_unreadable', '1,95')], ended: [fee()] },
  gateway_remark: { raised: [captured(), noted('contradicting_echo', 'pay_1 pay_2')], ended: 'accept' },
};

const shown = (facts: readonly Fact[], latePayments: PaymentTerms['latePayments'] = 'credit') =>
  summarize(paymentWith(facts, { latePayments })).attentions.map(({ code }) => code);

test.each(ATTENTION_CODES)('%s is raised, and ends', (code) => {
  const { raised, ended, late = 'credit' } = STORIES[code];
  expect(shown(raised, late)).toEqual([code]);
  if (ended === 'accept') {
    const payment = paymentWith(raised, { latePayments: late });
    const decision = decide(payment, { kind: 'resolve', commandId: 'cmd_9', at: NOON });
    const next = decision.outcome === 'accepted' ? decision.facts.reduce(evolve, payment) : payment;
    expect(summarize(next).attentions).toEqual([]);
  } else if (ended !== null) expect(shown([...raised, ...ended], late)).not.toContain(code);
});

test('each code has its row and no other has one, with words in both languages', () => {
  expect(Object.keys(ATTENTIONS).sort()).toEqual([...ATTENTION_CODES].sort());
  for (const { words, raisedBy, endsBy } of Object.values(ATTENTIONS))
    for (const text of [words.en, words.fr, raisedBy, endsBy]) expect(text.trim()).not.toBe('');
});

test('reading is enough exactly where the table says so', () => {
  const answered = ATTENTION_CODES.filter((code) => {
    const { raised, late = 'credit' } = STORIES[code];
    const decision = decide(paymentWith(raised, { latePayments: late }), {
      kind: 'resolve',
      commandId: 'cmd_9',
      at: NOON,
    });
    return decision.outcome === 'accepted' && decision.facts.every(({ kind }) => kind === 'attention_acknowledged');
  });
  expect(answered.sort()).toEqual(ATTENTION_CODES.filter((code) => ATTENTIONS[code].acknowledgeable).sort());
});

test('all that apply are kept, the most urgent first, and the first is the one shown', () => {
  const { attention, attentions } = summarize(
    paymentWith([captured(), noted('contradicting_echo', 'x'), disputeOpened(), captured('TX2')]),
  );
  expect(attentions.map(({ code }) => code)).toEqual(['duplicate_payment', 'dispute_opened', 'gateway_remark']);
  expect(attention).toEqual(attentions[0]);
});

test('acknowledging the loss of one case leaves the loss of another', () => {
  const lossOf = (caseId: string, reversal: string, amount: number) => [
    disputeOpened('TX1', caseId),
    reversed(reversal, eur(amount), { caseId }),
    lost({}, caseId),
  ];
  const payment = paymentWith([captured(), ...lossOf('A', 'RV1', 1000), ...lossOf('B', 'RV2', 2000)]);
  const decision = decide(payment, { kind: 'resolve', commandId: 'cmd_9', at: NOON });
  const next = decision.outcome === 'accepted' ? decision.facts.reduce(evolve, payment) : payment;
  expect(summarize(payment).attentions).toHaveLength(2);
  expect(summarize(next).attentions.map(({ code }) => code)).toEqual(['dispute_lost']);
});
