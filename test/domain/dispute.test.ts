import { disputesOf, takingsOf } from '../../workflows/domain/dispute';
import type { Fact, Recorded } from '../../workflows/domain/fact';
import { decide, evolve, summarize } from '../../workflows/domain/payment';
import {
  captured,
  disputeAdjusted,
  disputeClosed,
  disputeFee,
  disputeOpened,
  disputeResolved,
  disputeUpdated,
  eur,
  lost,
  NOON,
  paymentWith,
  refunded,
  reversalCancelled,
  reversed,
  usd,
} from './builders';

const on = (day: number) => ({ occurredAt: `2026-03-0${day}T08:00:00.000Z` });

/** The disputes of a payment, each in a line: its name, stage and status, and what was taken, is held and is lost of that. */
function disputes(facts: readonly Fact[]): string[] {
  return disputesOf(paymentWith([captured(), ...facts])).map(
    ({ gatewayReference, stage, status, taken, held, lost: gone }) =>
      `${gatewayReference} ${stage} ${status}: ${taken}, held ${held}, lost ${gone}`,
  );
}
const surplusOf = (facts: readonly Fact[]) => takingsOf(paymentWith([captured(), ...facts]), 'TX1').surplus;

/** Every order in which the facts may be told. */
function ordersOf<T>(all: readonly T[]): T[][] {
  return all.length <= 1
    ? [[...all]]
    : all.flatMap((first, place) =>
        ordersOf(all.filter((_, other) => other !== place)).map((rest) => [first, ...rest]),
      );
}

const won = (told: Parameters<typeof disputeClosed>[2] = {}) =>
  disputeClosed('TX1', 'PP-D-1', { reason: 'resolved_seller_favour', lost: false, ...told });

test.each<[string, readonly Fact[], readonly string[]]>([
  ['nothing was disputed', [], []],
  ['a case without money', [disputeOpened()], ['PP-D-1 claim open: 0, held 0, lost 0']],
  [
    'one dispute per case id',
    [disputeOpened('TX1', 'A', on(1)), disputeOpened('TX1', 'B', on(2)), disputeUpdated('TX1', 'A', on(3))],
    ['A claim open: 0, held 0, lost 0', 'B claim open: 0, held 0, lost 0'],
  ],
  ['a reversal without a case', [reversed()], ['RV1 reversal open: 5000, held 5000, lost 0']],
  ['a reversal joins its open case', [disputeOpened(), reversed()], ['PP-D-1 claim open: 5000, held 5000, lost 0']],
  [
    'a reversal joins the case that it names, and not the one that is open',
    [disputeOpened('TX1', 'A'), reversed('RV1', eur(5000), { caseId: 'B' })],
    ['A claim open: 0, held 0, lost 0', 'B claim open: 5000, held 5000, lost 0'],
  ],
  [
    'a case opened later takes over what was taken before',
    [reversed('RV1', eur(5000), on(1)), disputeOpened('TX1', 'PP-D-1', on(2))],
    ['PP-D-1 claim open: 5000, held 5000, lost 0'],
  ],
  [
    'a case opened after the money was back is another one',
    [
      reversed('RV1', eur(5000), on(1)),
      reversalCancelled('RC1', eur(5000), on(2)),
      disputeOpened('TX1', 'PP-D-1', on(3)),
    ],
    ['RV1 reversal won: 5000, held 0, lost 0', 'PP-D-1 claim open: 0, held 0, lost 0'],
  ],
  [
    'money that came back wins the case',
    [disputeOpened(), reversed(), reversalCancelled()],
    ['PP-D-1 claim won: 5000, held 0, lost 0'],
  ],
  [
    'money that came back in part leaves it open',
    [disputeOpened(), reversed(), reversalCancelled('RC1', eur(2000))],
    ['PP-D-1 claim open: 5000, held 3000, lost 0'],
  ],
  [
    'decided for the payer, what is held is lost',
    [disputeOpened(), reversed(), lost()],
    ['PP-D-1 claim lost: 5000, held 0, lost 5000'],
  ],
  [
    'decided for the payer in the word alone, as the release before recorded it',
    [disputeOpened(), reversed(), disputeClosed('TX1', 'PP-D-1', { reason: 'accepted' })],
    ['PP-D-1 claim lost: 5000, held 0, lost 5000'],
  ],
  [
    'decided for the payer of a part, the rest is back',
    [disputeOpened(), reversed(), lost({ refunded: 2000 })],
    ['PP-D-1 claim lost: 5000, held 0, lost 2000'],
  ],
  [
    'a part that was lost is not lost twice where the rest is also said to be back',
    [disputeOpened(), reversed(), lost({ ...on(2), refunded: 2000 }), reversalCancelled('RC1', eur(3000), on(3))],
    ['PP-D-1 claim lost: 5000, held 0, lost 2000'],
  ],
  [
    'decided for the merchant, what is held is back',
    [disputeOpened(), reversed(), won()],
    ['PP-D-1 claim won: 5000, held 0, lost 0'],
  ],
  [
    'decided for the merchant, and the money told to be back as well',
    [disputeOpened(), reversed('RV1', eur(5000), on(3)), won(on(4)), reversalCancelled('RC1', eur(5000), on(5))],
    ['PP-D-1 claim won: 5000, held 0, lost 0'],
  ],
  ['decided, and nothing had moved', [disputeOpened(), won()], ['PP-D-1 claim withdrawn: 0, held 0, lost 0']],
  ['lost, and nothing had moved', [disputeOpened(), lost()], ['PP-D-1 claim lost: 0, held 0, lost 0']],
  [
    'taken after the case was decided for the payer',
    [disputeOpened('TX1', 'PP-D-1', on(1)), lost(on(2)), reversed('RV1', eur(5000), on(3))],
    ['PP-D-1 claim lost: 5000, held 0, lost 5000'],
  ],
  [
    'taken once more after the case was won by a decision',
    [
      disputeOpened('TX1', 'PP-D-1', on(1)),
      reversed('RV1', eur(5000), on(2)),
      won(on(3)),
      reversed('RV2', eur(5000), on(4)),
    ],
    ['PP-D-1 claim won: 5000, held 0, lost 0', 'RV2 reversal open: 5000, held 5000, lost 0'],
  ],
  [
    'taken once more after the case was won by the money’s return',
    [
      disputeOpened('TX1', 'PP-D-1', on(1)),
      reversed('RV1', eur(5000), on(2)),
      reversalCancelled('RC1', eur(5000), on(3)),
      reversed('RV2', eur(5000), on(4)),
    ],
    ['PP-D-1 claim won: 5000, held 0, lost 0', 'RV2 reversal open: 5000, held 5000, lost 0'],
  ],
  [
    'lost, and won after all',
    [disputeOpened(), reversed('RV1', eur(5000), on(3)), lost(on(4)), reversalCancelled('RC1', eur(5000), on(5))],
    ['PP-D-1 claim won: 5000, held 0, lost 0'],
  ],
  [
    'what came back without a readable date came back after it was taken',
    [reversed('RV1', eur(5000), on(3)), reversalCancelled('RC1', eur(5000), { occurredAt: null })],
    ['RV1 reversal won: 5000, held 0, lost 0'],
  ],
  [
    'what is said to have come back before it was taken has come back',
    [reversalCancelled('RC1', eur(5000), on(1)), reversed('RV1', eur(5000), on(2))],
    ['RV1 reversal won: 5000, held 0, lost 0'],
  ],
  [
    'a correction says that what was taken is kept',
    [reversed('RV1', eur(5000), on(1)), disputeAdjusted('ADJ1', eur(1500), on(2))],
    ['RV1 reversal lost: 5000, held 0, lost 5000'],
  ],
  [
    'a correction, and the money is back after all',
    [
      reversed('RV1', eur(5000), on(1)),
      disputeAdjusted('ADJ1', eur(1500), on(2)),
      reversalCancelled('RC1', eur(5000), on(3)),
    ],
    ['RV1 reversal won: 5000, held 0, lost 0'],
  ],
  [
    'a correction dated before what it is about',
    [disputeAdjusted('ADJ1', eur(1500), on(1)), reversed('RV1', eur(5000), on(2))],
    ['RV1 reversal lost: 5000, held 0, lost 5000'],
  ],
  [
    'a correction with nothing held is held under a dispute of its own',
    [disputeAdjusted('ADJ1', eur(1500))],
    ['ADJ1 reversal open: 1500, held 1500, lost 0'],
  ],
  [
    'a correction for us with nothing held is no dispute',
    [disputeAdjusted('ADJ1', eur(1500), { qualifier: 'credit' })],
    [],
  ],
  [
    'a reversal of the id of a refund is that refund, and no dispute stays open',
    [reversed('RV1'), refunded('RV1')],
    ['RV1 reversal withdrawn: 0, held 0, lost 0'],
  ],
  ['a reversal in another currency than came is none of it', [reversed('RV1', usd(5000))], []],
  [
    'a person gives up what is held',
    [reversed(), disputeResolved(idOf([reversed()]), 'lost')],
    ['RV1 reversal lost: 5000, held 0, lost 5000'],
  ],
  [
    'a person closes a case under which nothing is held',
    [disputeOpened(), disputeResolved(idOf([disputeOpened()]), 'withdrawn')],
    ['PP-D-1 claim withdrawn: 0, held 0, lost 0'],
  ],
  [
    'what is taken after a person closed the case is held',
    [disputeOpened(), disputeResolved(idOf([disputeOpened()]), 'withdrawn', on(4)), reversed('RV1', eur(5000), on(5))],
    ['PP-D-1 claim open: 5000, held 5000, lost 0'],
  ],
  [
    'what is taken after a person gave something up is not given up with it',
    [
      disputeOpened('TX1', 'PP-D-1', on(1)),
      reversed('RV1', eur(3000), on(2)),
      disputeResolved(idOf([disputeOpened()]), 'lost', on(3)),
      reversed('RV2', eur(2000), on(4)),
    ],
    ['PP-D-1 claim lost: 3000, held 0, lost 3000', 'RV2 reversal open: 2000, held 2000, lost 0'],
  ],
  [
    'the gateway’s word stands above a person’s',
    [disputeOpened(), reversed(), disputeResolved(idOf([disputeOpened()]), 'lost', on(3)), won(on(4))],
    ['PP-D-1 claim won: 5000, held 0, lost 0'],
  ],
])('%s', (_, facts, expected) => {
  for (const order of facts.length <= 4 ? ordersOf(facts) : [facts, [...facts].reverse()])
    if (!order.some(({ kind }) => kind === 'dispute_resolved') || order[0] === facts[0])
      expect(disputes(order)).toEqual(expected);
});

function idOf(facts: readonly Fact[]): string {
  return disputesOf(paymentWith([captured(), ...facts]))[0]!.id;
}

test.each<[string, readonly Fact[], number]>([
  ['nothing', [reversed(), reversalCancelled()], 0],
  ['what came back and was never taken', [reversalCancelled()], 5000],
  ['what came back twice', [reversed(), reversalCancelled('RC1'), reversalCancelled('RC2')], 5000],
  ['what came back beyond what was taken', [reversed('RV1', eur(3000)), reversalCancelled()], 2000],
  ['a correction for us with nothing held', [disputeAdjusted('ADJ1', eur(1500), { qualifier: 'credit' })], 1500],
  [
    'a correction for us with something held',
    [reversed(), disputeAdjusted('ADJ1', eur(1500), { qualifier: 'credit' })],
    0,
  ],
])('nobody’s yet is %s', (_, facts, surplus) => {
  for (const order of ordersOf(facts)) expect(surplusOf(order)).toBe(surplus);
});

describe('who a dispute is', () => {
  test('a case that takes over a reversal keeps its id', () => {
    expect(idOf([reversed(), disputeOpened()])).toBe(idOf([reversed()]));
  });

  test('a reversal that joins a case goes by the case’s id', () => {
    expect(idOf([disputeOpened(), reversed()])).toBe(idOf([disputeOpened()]));
  });

  test('two payments have no dispute in common', () => {
    const other = disputesOf(paymentWith([captured(), reversed()], { id: 'pay_2' }))[0]!.id;
    expect(other).not.toBe(idOf([reversed()]));
  });

  test('what a case says of itself, the newest first', () => {
    const told = [
      disputeOpened('TX1', 'PP-D-1', { ...on(1), stage: 'inquiry', claimed: 5000, url: 'https://example.org/1' }),
      disputeUpdated('TX1', 'PP-D-1', { ...on(2), stage: 'chargeback', answerBy: '2026-03-12T00:00:00.000Z' }),
      disputeFee(1600),
      disputeFee(300, 'PP-D-1', 'DISPUTE_FEE'),
    ];
    expect(disputesOf(paymentWith([captured(), ...told.reverse()]))).toMatchObject([
      {
        stage: 'chargeback',
        amount: 5000,
        reason: 'not_received',
        answerBy: '2026-03-12T00:00:00.000Z',
        gatewayUrl: 'https://example.org/1',
        fee: 1900,
        currency: 'EUR',
      },
    ]);
  });

  test('what is claimed is not known where the gateway does not say; what was taken without a case is', () => {
    expect(disputesOf(paymentWith([captured(), disputeOpened()]))[0]?.amount).toBeNull();
    expect(disputesOf(paymentWith([captured(), reversed()]))[0]?.amount).toBe(5000);
  });

  test('it was opened when it was first recorded, and closed when its end was', () => {
    const at = <F extends Fact>(fact: F, recordedAt: string): Recorded<F> => ({ ...fact, recordedAt });
    const told = [at(reversed(), '2026-03-05T00:00:00.000Z'), at(reversalCancelled(), '2026-03-06T00:00:00.000Z')];
    expect(disputesOf(paymentWith([captured(), ...told]))).toMatchObject([
      { openedAt: '2026-03-05T00:00:00.000Z', closedAt: '2026-03-06T00:00:00.000Z' },
    ]);
    expect(disputesOf(paymentWith([captured(), told[0]!]))[0]?.closedAt).toBeNull();
  });
});

describe('a person decides where the gateway says no more', () => {
  const answer = (facts: readonly Fact[], outcome: 'lost' | 'withdrawn', disputeId?: string) => {
    const payment = paymentWith([captured(), ...facts]);
    const id = disputeId ?? disputesOf(payment)[0]!.id;
    const decision = decide(payment, { kind: 'resolve_dispute', commandId: 'cmd_1', disputeId: id, outcome, at: NOON });
    const next = decision.outcome === 'accepted' ? decision.facts.reduce(evolve, payment) : payment;
    return `${decision.outcome === 'rejected' ? decision.reason : decision.outcome}, ${disputesOf(next)[0]?.status ?? 'none'}`;
  };

  test.each<[string, string, string]>([
    ['what is held is given up', answer([reversed()], 'lost'), 'accepted, lost'],
    ['what is held cannot be withdrawn', answer([reversed()], 'withdrawn'), 'money_held, open'],
    ['a case without money is withdrawn', answer([disputeOpened()], 'withdrawn'), 'accepted, withdrawn'],
    ['a case without money cannot be lost', answer([disputeOpened()], 'lost'), 'nothing_held, open'],
    ['a closed one is closed', answer([disputeOpened(), lost()], 'lost'), 'dispute_closed, lost'],
    ['an unknown one is no open one', answer([], 'lost', 'dis_unknown'), 'dispute_closed, none'],
  ])('%s', (_, got, expected) => {
    expect(got).toBe(expected);
  });

  test('the same command told twice decides once', () => {
    const payment = paymentWith([captured(), reversed()]);
    const input = {
      kind: 'resolve_dispute',
      commandId: 'cmd_1',
      disputeId: disputesOf(payment)[0]!.id,
      outcome: 'lost',
      at: NOON,
    } as const;
    const decision = decide(payment, input);
    const next = decision.outcome === 'accepted' ? decision.facts.reduce(evolve, payment) : payment;
    expect(decide(next, input)).toEqual({ outcome: 'duplicate' });
  });

  test('money of a sum that never came is held by nobody', () => {
    expect(summarize(paymentWith([reversed()]))).toMatchObject({ disputed: 0, status: 'awaiting_payer' });
  });
});
