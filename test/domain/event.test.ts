import fc from 'fast-check';
import { eventsOf } from '../../workflows/domain/event';
import type { Telling } from '../../workflows/domain/event';
import { keyOf } from '../../workflows/domain/fact';
import type { Fact } from '../../workflows/domain/fact';
import { evolve, summarize } from '../../workflows/domain/payment';
import type { Payment } from '../../workflows/domain/payment';
import {
  accepted,
  cancelled,
  captured,
  disputeClosed,
  disputeOpened,
  eur,
  expired,
  failed,
  fee,
  lost,
  paymentWith,
  pending,
  refunded,
  refundFailed,
  refundPending,
  refundRequested,
  reversalCancelled,
  reversed,
} from './builders';

/** What is told of each turn of a payment, one line for a turn: `type, type`. */
function told(...turns: readonly (readonly Fact[])[]): string[] {
  let payment = paymentWith();
  return turns.map((facts) => {
    const before = payment;
    payment = facts.reduce<Payment>(evolve, before);
    return eventsOf(before, payment)
      .map(({ type }) => type)
      .join(', ');
  });
}
const ours = { refundId: 'ref_1' };

describe('what a merchant is told of a payment', () => {
  test.each<[string, readonly (readonly Fact[])[], string[]]>([
    ['money comes with its fee', [[captured(), fee()]], ['payment.paid']],
    ['the same facts once more tell nothing', [[captured()], [captured()]], ['payment.paid', '']],
    ['money is held first', [[pending()], [captured()]], ['payment.processing', 'payment.paid']],
    ['a try fails, and then the money comes', [[failed()], [captured('TX2')]], ['payment.failed', 'payment.paid']],
    ['the payer gives up', [[cancelled()]], ['payment.cancelled']],
    [
      'money comes after the deadline and is credited',
      [[expired()], [captured()]],
      ['payment.expired', 'payment.paid'],
    ],
    [
      'money that does not fit is accepted by a person',
      [[captured('TX1', eur(4500))], [accepted('TX1', eur(4500))]],
      ['payment.needs_review, payment.attention', 'payment.paid'],
    ],
    [
      'a second sum for a paid payment asks for a person',
      [[captured()], [captured('TX2')]],
      ['payment.paid', 'payment.attention'],
    ],
    [
      'a refund that the gateway makes at once',
      [[captured()], [refundRequested()], [refunded('RF1', eur(5000), ours)]],
      ['payment.paid', '', 'refund.succeeded, payment.refunded'],
    ],
    [
      'each part that is given back',
      [[captured()], [refunded('RF1', eur(1000))], [refunded('RF2', eur(4000))]],
      ['payment.paid', 'refund.succeeded, payment.refunded', 'refund.succeeded, payment.refunded'],
    ],
    [
      'a refund that the gateway leaves open, twice said, and that fails',
      [
        [captured()],
        [refundRequested()],
        [refundPending('RF1', eur(5000), ours)],
        [refundPending('RF1', eur(5000), { ...ours, reason: 'review' })],
        [refundFailed('RF1', eur(5000), ours)],
      ],
      ['payment.paid', '', 'refund.pending', '', 'refund.failed, payment.attention'],
    ],
    [
      'a refund whose money came back leaves the payment paid, of which only the refund tells',
      [[captured()], [refunded()], [refundFailed('RF1')]],
      ['payment.paid', 'refund.succeeded, payment.refunded', 'refund.failed, payment.attention'],
    ],
    [
      'a case that takes the money and is won',
      [[captured()], [reversed('RV1')], [reversalCancelled('RC1')]],
      ['payment.paid', 'dispute.opened, payment.disputed, payment.attention', 'dispute.won'],
    ],
    [
      'a case that is lost',
      [[captured()], [disputeOpened(), reversed('RV1', eur(5000), { caseId: 'PP-D-1' })], [lost()]],
      [
        'payment.paid',
        'dispute.opened, payment.disputed, payment.attention',
        'dispute.lost, payment.charged_back, payment.attention',
      ],
    ],
  ])('%s', (_name, turns, expected) => {
    expect(told(...turns)).toEqual(expected);
  });
});

const references = fc.constantFrom('TX1', 'TX2');
const money = fc.constantFrom(eur(5000), eur(5000), eur(4999));
const aFact: fc.Arbitrary<Fact> = fc.oneof(
  fc.tuple(references, money).map(([reference, sum]) => captured(reference, sum)),
  references.map((reference) => pending(reference)),
  references.map((reference) => failed(reference)),
  fc.constantFrom<Fact>(cancelled(), expired(), refundRequested(), accepted('TX1', eur(4999))),
  fc
    .tuple(fc.constantFrom('RF1', 'RF2'), fc.constantFrom(eur(1000), eur(5000)))
    .map(([reference, sum]) => refunded(reference, sum)),
  fc.constantFrom<Fact>(
    refundPending('RF1'),
    refundFailed('RF1'),
    refundFailed('RF2'),
    refunded('RF3', eur(500), ours),
  ),
  fc.constantFrom<Fact>(disputeOpened(), disputeClosed(), reversed(), reversalCancelled(), lost()),
);
const someTurns = fc.array(fc.array(aFact, { maxLength: 3 }), { maxLength: 7 });

/** A payment through these turns: all that was told, and how it stands. */
function through(turns: readonly (readonly Fact[])[]) {
  let payment = paymentWith();
  const all: Telling[] = [];
  for (const facts of turns) {
    const after = facts.reduce<Payment>(evolve, payment);
    all.push(...eventsOf(payment, after));
    payment = after;
  }
  return { all, payment };
}

test('whatever is told in whichever turns: paid once if money was accepted, and the last word about each refund and case is how it stands', () => {
  const last = (all: readonly Telling[], id: string) => all.filter((event) => event.id === id).at(-1)?.type;
  fc.assert(
    fc.property(someTurns, (turns) => {
      const { all, payment } = through(turns);
      const { sums, refunds, disputes } = summarize(payment);
      const paid = all.filter(({ type }) => type === 'payment.paid');
      expect(paid).toHaveLength(sums.some(({ standing }) => standing === 'accepted') ? 1 : 0);
      for (const { id, status } of refunds) if (status !== 'pending') expect(last(all, id)).toBe(`refund.${status}`);
      for (const { id, status } of disputes)
        expect(last(all, id)).toBe(`dispute.${status === 'open' ? 'opened' : status}`);
      const given = all.filter(({ type }) => type === 'refund.succeeded');
      expect(all.filter(({ type }) => type === 'payment.refunded')).toHaveLength(given.length);
      expect(new Set(given.map(({ id }) => id)).size).toBe(given.length);
    }),
    { numRuns: 2_000 },
  );
});

test('facts that are known already tell nothing, in whatever company they come', () => {
  fc.assert(
    fc.property(someTurns, fc.array(aFact, { maxLength: 4 }), (turns, more) => {
      const { payment } = through(turns);
      const known = payment.facts.map(keyOf);
      const repeated = more.filter((fact) => known.includes(keyOf(fact)));
      expect(eventsOf(payment, repeated.reduce<Payment>(evolve, payment))).toEqual([]);
    }),
  );
});
