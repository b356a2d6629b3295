import fc from 'fast-check';
import type { Fact, GatewayFact } from '../../workflows/domain/fact';
import { keyOf } from '../../workflows/domain/fact';
import { sameMoney } from '../../workflows/domain/money';
import type { Money } from '../../workflows/domain/money';
import { decide, evolve, isInSuspense, leftOf, summarize } from '../../workflows/domain/payment';
import type { Payment, PaymentInput, PaymentTerms } from '../../workflows/domain/payment';
import {
  attemptFailed,
  cancelled,
  captured,
  disputeAdjusted,
  disputeClosed,
  disputeOpened,
  eur,
  expired,
  failed,
  fee,
  NOON,
  paymentWith,
  pending,
  refunded,
  reversalCancelled,
  reversed,
  usd,
} from './builders';

// One key has one content here: two contents under one key are a contradiction, and which of them stands does depend on arrival.

const transactions = ['TX1', 'TX2', 'TX3'];
const hours = [NOON, '2026-03-02T09:30:00.000Z', '2026-03-04T23:59:59.000Z', null];
const someMoney: fc.Arbitrary<Money> = fc.constantFrom(eur(5000), eur(5000), eur(4999), usd(5000));
const told = fc.record({ occurredAt: fc.constantFrom(...hours) });
const on = (references: readonly string[]) => fc.constantFrom(...references);

const aCapture: fc.Arbitrary<GatewayFact> = fc
  .tuple(on(transactions), someMoney, told)
  .map(([reference, money, when]) => captured(reference, money, when));
const aFailure: fc.Arbitrary<GatewayFact> = fc
  .tuple(on([...transactions, 'TX4']), told)
  .map(([reference, when]) => failed(reference, `no_${reference}`, when));
const aHold: fc.Arbitrary<GatewayFact> = fc
  .tuple(on(transactions), fc.constantFrom('echeck', 'address', 'multi_currency'), told)
  .map(([reference, reason, when]) => pending(reference, reason, when));
/** What moves no payment out of the payer's hands by itself. */
const aside: fc.Arbitrary<GatewayFact> = fc.oneof(
  fc.tuple(on(transactions), fc.constantFrom(eur(195), usd(195))).map(([reference, money]) => fee(reference, money)),
  on(transactions).map((reference) => attemptFailed(reference)),
  fc.tuple(on(['RF1', 'RF2']), someMoney).map(([reference, money]) => refunded(reference, money)),
  fc.tuple(on(['RV1', 'RV2']), someMoney).map(([reference, money]) => reversed(reference, money)),
  fc.tuple(on(['RC1', 'RC2']), someMoney).map(([reference, money]) => reversalCancelled(reference, money)),
  on(['A', 'B']).map((caseId) => disputeOpened('TX1', caseId)),
  on(['A', 'B']).map((caseId) => disputeClosed('TX1', caseId)),
  on(['ADJ1', 'ADJ2']).map((reference) => disputeAdjusted(reference)),
);
const aPolicy = fc.constantFrom<PaymentTerms['latePayments']>('credit', 'refund');

const factSet = (...kinds: fc.Arbitrary<GatewayFact>[]) =>
  fc.uniqueArray(fc.oneof(...kinds), { maxLength: 9, selector: keyOf });

/** The same facts told in another order, some of them again. */
const retold = (facts: readonly GatewayFact[]): fc.Arbitrary<GatewayFact[]> =>
  fc
    .subarray([...facts])
    .chain((repeated) => fc.shuffledSubarray([...facts, ...repeated], { minLength: facts.length + repeated.length }));

/** What the API shows, without the moments and references that may depend on arrival. */
function publicState(payment: Payment) {
  const { status, reason, captured, fee, refunded, disputed, chargedBack, attention, sums } = summarize(payment);
  const moved = { captured, fee, refunded, disputed, chargedBack };
  // Of two fitting twins the first is booked: whether the one that went back was that one decides how the payment stands.
  const twins = sums.filter((sum) => sameMoney(sum.money, payment.terms));
  if (twins.length > 1 && twins.some((sum) => leftOf(sum) < sum.money.amount)) return moved;
  // Two sums in suspense and none accepted: the older is shown, so which misfit is named depends on arrival (and only that).
  const isOneOfMany = sums.length > 1 && !sums.some((sum) => sum.standing === 'accepted');
  return { ...moved, status, reason, code: isOneOfMany ? 'one of the sums' : (attention?.code ?? null) };
}

/** Facts that keep the payment open, our own closing (or none), facts after it; each part in two orders. */
const closedInBetween = fc
  .record({
    open: factSet(aside),
    closing: fc.constantFrom<Fact | null>(cancelled(), expired(), null),
    rest: factSet(aCapture, aCapture, aHold, aside),
  })
  .chain(({ open, closing, rest }) => {
    const before = open.filter((fact) => !rest.some((other) => keyOf(other) === keyOf(fact)));
    const middle = closing ? [closing] : [];
    return fc.record({
      one: fc.constant([...before, ...middle, ...rest]),
      other: fc.tuple(retold(before), retold(rest)).map(([first, last]) => [...first, ...middle, ...last]),
    });
  });

describe('the same facts make the same payment', () => {
  test('in any order and however often told, our own closing keeping its place', () => {
    fc.assert(
      fc.property(closedInBetween, aPolicy, ({ one, other }, latePayments) => {
        expect(publicState(paymentWith(other, { latePayments }))).toEqual(
          publicState(paymentWith(one, { latePayments })),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('failures and holds in any order, as long as no money came', () => {
    const both = factSet(aFailure, aHold, aside).chain((facts) => fc.tuple(fc.constant(facts), retold(facts)));
    fc.assert(
      fc.property(both, aPolicy, ([one, other], latePayments) => {
        expect(publicState(paymentWith(other, { latePayments }))).toEqual(
          publicState(paymentWith(one, { latePayments })),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  test('a failure is an attempt: told before or after the money, it makes the same payment', () => {
    const both = factSet(aFailure, aCapture, aHold, aside).chain((facts) =>
      fc.tuple(fc.constant(facts), retold(facts)),
    );
    fc.assert(
      fc.property(both, aPolicy, ([one, other], latePayments) => {
        expect(publicState(paymentWith(other, { latePayments }))).toEqual(
          publicState(paymentWith(one, { latePayments })),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

const anInput: fc.Arbitrary<PaymentInput> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(fc.oneof(aCapture, aFailure, aHold, aside), { maxLength: 3 })
      .map((facts) => ({ kind: 'facts' as const, facts, at: NOON })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('cmd_1', 'cmd_2').map((commandId) => ({ kind: 'cancel' as const, commandId, at: NOON })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'expire' as const, at: NOON }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('cmd_3', 'cmd_4', 'cmd_5')
      .map((commandId) => ({ kind: 'resolve' as const, commandId, at: NOON })),
  },
);

const aLife = fc
  .record({ inputs: fc.array(anInput, { maxLength: 8 }), latePayments: aPolicy })
  .map(({ inputs, latePayments }) =>
    inputs.reduce<Payment>(
      (payment, input) => {
        const decision = decide(payment, input);
        return decision.outcome === 'accepted' ? decision.facts.reduce(evolve, payment) : payment;
      },
      paymentWith([], { latePayments }),
    ),
  );

describe('whatever happened before', () => {
  test('what was accepted once is a duplicate the second time', () => {
    fc.assert(
      fc.property(aLife, anInput, (payment, input) => {
        const decision = decide(payment, input);
        if (decision.outcome !== 'accepted') return;
        expect(decision.facts.length).toBeGreaterThan(0);
        const next = decision.facts.reduce(evolve, payment);
        expect(next.facts).toHaveLength(payment.facts.length + decision.facts.length);
        expect(decide(next, input)).toEqual({ outcome: 'duplicate' });
      }),
      { numRuns: 2_000 },
    );
  });

  test('money once accepted is never put back in suspense, and no sum is lost', () => {
    fc.assert(
      fc.property(aLife, (payment) => {
        const standings = payment.facts.map(
          (_, index) => summarize({ ...payment, facts: payment.facts.slice(0, index + 1) }).sums,
        );
        for (const [index, sums] of standings.entries()) {
          for (const sum of standings[index - 1] ?? [])
            expect(sums).toContainEqual(
              expect.objectContaining({
                reference: sum.reference,
                money: sum.money,
                ...(sum.standing === 'accepted' && { standing: 'accepted' }),
              }),
            );
        }
        const captures = payment.facts.filter((fact) => fact.kind === 'payment_captured');
        expect(summarize(payment).sums.map((sum) => sum.reference)).toEqual(
          captures.map((fact) => fact.gatewayReference),
        );
      }),
    );
  });

  test('what is accepted is paid or on its way back, what is suspended is with a person, and neither goes unseen', () => {
    fc.assert(
      fc.property(aLife, (payment) => {
        const { status, sums, attention, disputed } = summarize(payment);
        const isAccepted = sums.some((sum) => sum.standing === 'accepted');
        if (status === 'paid' || status === 'partially_refunded') expect(isAccepted).toBe(true);
        if (status === 'needs_review') expect(sums.length > 0 && !isAccepted).toBe(true);
        if (sums.length > 0) expect(status).toMatch(/paid|refunded|disputed|charged_back|needs_review/);
        if (disputed > 0 && sums.some((sum) => sum.held > 0)) expect(status).toBe('disputed');
        if (sums.some(isInSuspense)) expect(attention).not.toBeNull();
      }),
    );
  });
});
