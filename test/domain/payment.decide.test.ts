import type { Fact, GatewayFact } from '../../workflows/domain/fact';
import { conflict, decide, evolve, summarize } from '../../workflows/domain/payment';
import type { Decision, Payment, PaymentInput, PaymentTerms, Rejection } from '../../workflows/domain/payment';
import {
  accepted,
  attemptFailed,
  cancelled,
  captured,
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
  refundRequested,
  reversalCancelled,
  reversed,
  terms,
  usd,
} from './builders';

const cancel = (commandId = 'cmd_9'): PaymentInput => ({ kind: 'cancel', commandId, at: NOON });
const expire: PaymentInput = { kind: 'expire', at: NOON };
const accept = (commandId = 'cmd_9'): PaymentInput => ({ kind: 'resolve', commandId, at: NOON });
const refund = (amount: number, over: Partial<PaymentInput & { kind: 'refund' }> = {}): PaymentInput => ({
  kind: 'refund',
  commandId: 'cmd_9',
  refundId: 'ref_9',
  capture: 'TX1',
  amount,
  charges: [],
  at: NOON,
  ...over,
});
const told = (...facts: GatewayFact[]): PaymentInput => ({ kind: 'facts', facts, at: NOON });

const factsOf = (decision: Decision): readonly Fact[] => (decision.outcome === 'accepted' ? decision.facts : []);
const take = (payment: Payment, input: PaymentInput): Payment =>
  factsOf(decide(payment, input)).reduce(evolve, payment);

describe('commands', () => {
  const states: Record<string, readonly Fact[]> = {
    'awaiting the payer': [],
    'awaiting the payer after a failed try': [attemptFailed()],
    processing: [pending()],
    paid: [captured()],
    'paid twice': [captured(), captured('TX2')],
    'being given back': [captured(), refundRequested()],
    'given back in part': [captured(), refunded('RF1', eur(2000))],
    'given back beyond what came': [captured(), refunded('RF1', eur(6000))],
    'under a case': [captured(), disputeOpened()],
    'taken back': [captured(), reversed()],
    'taken back for good': [captured(), disputeOpened(), reversed(), lost()],
    'come back beyond what was taken': [captured(), reversalCancelled()],
    'in review, being given back': [captured('TX1', eur(1)), refundRequested('ref_1', eur(1))],
    'in review, and given back': [captured('TX1', eur(1)), refunded('RF1', eur(1))],
    'paid, its fee unreadable': [captured(), noted('fee_unreadable', '1,95')],
    'paid, two contents told': [captured(), conflict(captured(), captured('TX1', eur(1)), NOON)],
    failed: [failed()],
    cancelled: [cancelled()],
    expired: [expired()],
    'in review': [captured('TX1', eur(1))],
    'in review for its currency': [captured('TX1', usd(5000))],
  };
  type Answer = 'accepted' | 'duplicate' | Rejection;

  test.each<[keyof typeof states, string, Answer, PaymentInput]>([
    ['awaiting the payer', 'cancel', 'accepted', cancel()],
    ['awaiting the payer after a failed try', 'cancel', 'accepted', cancel()],
    ['processing', 'cancel', 'payment_processing', cancel()],
    ['paid', 'cancel', 'already_paid', cancel()],
    ['failed', 'cancel', 'already_failed', cancel()],
    ['cancelled', 'the same cancel', 'duplicate', cancel('cmd_1')],
    ['cancelled', 'another cancel', 'already_cancelled', cancel('cmd_9')],
    ['expired', 'cancel', 'already_expired', cancel()],
    ['in review', 'cancel', 'payment_needs_review', cancel()],
    ['awaiting the payer', 'expire', 'accepted', expire],
    ['awaiting the payer after a failed try', 'expire', 'accepted', expire],
    ['processing', 'expire', 'payment_processing', expire],
    ['paid', 'expire', 'already_paid', expire],
    ['failed', 'expire', 'already_failed', expire],
    ['cancelled', 'expire', 'already_cancelled', expire],
    ['expired', 'expire', 'duplicate', expire],
    ['in review', 'expire', 'payment_needs_review', expire],
    ['awaiting the payer', 'accept', 'nothing_to_resolve', accept()],
    ['paid', 'accept', 'nothing_to_resolve', accept()],
    ['failed', 'accept', 'nothing_to_resolve', accept()],
    ['in review', 'accept', 'accepted', accept()],
    ['in review for its currency', 'accept', 'currency_mismatch', accept()],
    ['in review, and given back', 'accept', 'nothing_to_resolve', accept()],
    ['paid, its fee unreadable', 'accept', 'accepted', accept()],
    ['awaiting the payer', 'refund', 'nothing_to_refund', refund(1)],
    ['paid', 'refund of all of it', 'accepted', refund(5000)],
    ['paid', 'refund of a part', 'accepted', refund(1)],
    ['paid', 'refund of more than came', 'amount_not_refundable', refund(5001)],
    ['paid', 'refund of another sum', 'nothing_to_refund', refund(1, { capture: 'TX9' })],
    ['paid twice', 'refund of the second sum, out of suspense', 'accepted', refund(5000, { capture: 'TX2' })],
    ['paid twice', 'accept', 'accepted', accept()],
    ['in review', 'refund out of suspense', 'accepted', refund(1)],
    ['in review for its currency', 'refund out of suspense', 'accepted', refund(5000)],
    ['in review, and given back', 'refund', 'nothing_to_refund', refund(1)],
    ['being given back', 'the same refund', 'duplicate', refund(5000, { refundId: 'ref_1' })],
    ['being given back', 'another refund', 'refund_in_flight', refund(1)],
    ['in review, being given back', 'accept', 'refund_in_flight', accept()],
    ['given back in part', 'refund of the rest', 'accepted', refund(3000)],
    ['given back in part', 'refund of more than the rest', 'amount_not_refundable', refund(3001)],
    ['under a case', 'refund', 'payment_disputed', refund(1)],
    ['taken back', 'refund', 'payment_disputed', refund(1)],
    ['taken back', 'accept', 'nothing_to_resolve', accept()],
    ['taken back for good', 'refund', 'nothing_to_refund', refund(1)],
    ['taken back for good', 'accept', 'accepted', accept()],
    ['given back beyond what came', 'accept', 'accepted', accept()],
    ['come back beyond what was taken', 'accept', 'accepted', accept()],
    ['paid, two contents told', 'accept', 'nothing_to_resolve', accept()],
  ])('%s: %s → %s', (state, _, answer, input) => {
    const decision = decide(paymentWith(states[state]), input);
    expect(decision.outcome === 'rejected' ? decision.reason : decision.outcome).toBe(answer);
  });

  test('a payment that was never opened may be cancelled too', () => {
    expect(decide({ terms: terms(), facts: [] }, cancel()).outcome).toBe('accepted');
  });

  test('our own closing facts carry the command that closed, and no money', () => {
    expect(factsOf(decide(paymentWith(), cancel('cmd_7')))).toEqual([
      {
        kind: 'payment_cancelled',
        gatewayReference: 'pay_1',
        qualifier: 'cmd_7',
        amount: null,
        currency: null,
        occurredAt: NOON,
      },
    ]);
    expect(factsOf(decide(paymentWith(), expire))).toMatchObject([{ kind: 'payment_expired', qualifier: 'deadline' }]);
  });
});

describe('a person accepts suspended sums', () => {
  const twoMisfits = paymentWith([captured('TX1', eur(1)), captured('TX2', eur(2))]);

  test('the oldest first, one at a time, each by its own command', () => {
    const once = take(twoMisfits, accept('cmd_a'));
    expect(once.facts.at(-1)).toEqual(accepted('TX1', eur(1), 'cmd_a'));
    const twice = take(once, accept('cmd_b'));
    expect(twice.facts.at(-1)).toEqual(accepted('TX2', eur(2), 'cmd_b'));
    expect(decide(twice, accept('cmd_c'))).toEqual({ outcome: 'rejected', reason: 'nothing_to_resolve' });
  });

  test('one command told twice settles one sum, not two', () => {
    const once = take(twoMisfits, accept('cmd_a'));
    expect(decide(once, accept('cmd_a'))).toEqual({ outcome: 'duplicate' });
    expect(summarize(once).sums.map((sum) => sum.standing)).toEqual(['accepted', 'suspended']);
  });

  test('a sum of another currency stands before the others until it is given back', () => {
    const payment = paymentWith([captured('TX1', usd(5000)), captured('TX2', eur(2))]);
    expect(decide(payment, accept())).toEqual({ outcome: 'rejected', reason: 'currency_mismatch' });
  });

  test('late money under refund may be accepted after all', () => {
    const payment = take(paymentWith([expired(), captured()], { latePayments: 'refund' }), accept());
    expect(summarize(payment)).toMatchObject({ status: 'paid', reason: 'late_payment', attention: null });
  });
});

describe('what gateways say', () => {
  const outcome = (facts: readonly Fact[], input: PaymentInput, over: Partial<PaymentTerms> = {}) =>
    decide(paymentWith(facts, over), input);

  test.each<[string, readonly Fact[], PaymentInput, Decision]>([
    ['something new is taken in', [], told(captured()), { outcome: 'accepted', facts: [captured()] }],
    ['something known is a duplicate', [captured()], told(captured()), { outcome: 'duplicate' }],
    ['nothing is a duplicate', [], told(), { outcome: 'duplicate' }],
    [
      'of two facts only the new one is taken',
      [captured()],
      told(captured(), fee()),
      { outcome: 'accepted', facts: [fee()] },
    ],
    ['twice in one message is once', [], told(captured(), captured()), { outcome: 'accepted', facts: [captured()] }],
    [
      'a new pending reason is a new fact',
      [pending('TX1', 'echeck')],
      told(pending('TX1', 'address')),
      { outcome: 'accepted', facts: [pending('TX1', 'address')] },
    ],
    [
      'money after our closing is never refused',
      [cancelled()],
      told(captured()),
      { outcome: 'accepted', facts: [captured()] },
    ],
    [
      'money after a failure is never refused',
      [failed()],
      told(captured('TX2')),
      { outcome: 'accepted', facts: [captured('TX2')] },
    ],
    [
      'another date alone is nothing new',
      [captured()],
      told(captured('TX1', eur(5000), { occurredAt: null })),
      { outcome: 'duplicate' },
    ],
  ])('%s', (_, facts, input, decision) => expect(outcome(facts, input)).toEqual(decision));
});

describe('one key with two contents', () => {
  const known = paymentWith([captured('TX1', eur(5000))]);
  const contradicted = take(known, told(captured('TX1', eur(1))));

  test('the first stands, and a person sees both', () => {
    expect(summarize(contradicted)).toMatchObject({
      status: 'paid',
      captured: 5000,
      attention: { code: 'fact_conflict' },
    });
    expect(summarize(contradicted).attention?.detail).toBe(
      'payment_captured of TX1 was 50.00 EUR and is now said to be 0.01 EUR',
    );
  });

  test('the same contradiction again is a duplicate; a third content is a new one', () => {
    expect(decide(contradicted, told(captured('TX1', eur(1)))).outcome).toBe('duplicate');
    expect(decide(contradicted, told(captured('TX1', eur(2)))).outcome).toBe('accepted');
    expect(decide(contradicted, told(captured('TX1', eur(5000)))).outcome).toBe('duplicate');
  });

  test('the same amount in another currency is a contradiction', () => {
    expect(factsOf(decide(known, told(captured('TX1', usd(5000)))))).toMatchObject([
      { kind: 'conflict_detected', currency: 'USD' },
    ]);
  });

  test('two contents in one message contradict each other', () => {
    const decision = decide(paymentWith(), told(captured('TX1', eur(5000)), captured('TX1', eur(1))));
    expect(factsOf(decision).map((fact) => fact.kind)).toEqual(['payment_captured', 'conflict_detected']);
  });

  test('what is good in a message with a contradiction is still taken in', () => {
    const decision = decide(known, told(captured('TX1', eur(1)), fee()));
    expect(factsOf(decision).map((fact) => fact.kind)).toEqual(['conflict_detected', 'fee_charged']);
  });

  test('a fact that our records hold as another payment’s is a contradiction without a known content', () => {
    const seen = evolve(paymentWith(), conflict(null, captured(), NOON));
    expect(summarize(seen)).toMatchObject({
      status: 'awaiting_payer',
      captured: 0,
      attention: { code: 'fact_conflict' },
    });
  });
});
