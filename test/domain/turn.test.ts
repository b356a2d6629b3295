import { disputesOf } from '../../workflows/domain/dispute';
import type { Fact, GatewayFact } from '../../workflows/domain/fact';
import { checkoutOpened, evolve, summarize } from '../../workflows/domain/payment';
import type { Payment } from '../../workflows/domain/payment';
import { NOTHING_REMEMBERED, tasksDue, turn } from '../../workflows/domain/turn';
import type {
  Approval,
  CaptureEnd,
  Cause,
  Closer,
  Finding,
  Item,
  Memory,
  RefundEnd,
  TaskKind,
  Turn,
} from '../../workflows/domain/turn';
import {
  accepted,
  attemptFailed,
  cancelled,
  captured,
  captureRefusal,
  disputeOpened,
  eur,
  expired,
  failed,
  fee,
  NOON,
  paymentWith,
  pending,
  refunded,
  refundFailed,
  refundPending,
  refundRequested,
  refundSlow,
  reversed,
  terms,
  usd,
} from './builders';

const message: Cause = { kind: 'message', notificationId: 'ntf_1' };
const later: Cause = { kind: 'message', notificationId: 'ntf_2' };
const deadline: Cause = { kind: 'deadline' };
const retry: Cause = { kind: 'retry' };
const approval = (cause: Cause = message, reference = 'ORDER1'): Approval => ({ kind: 'approval', cause, reference });
const cancelling: Closer = { kind: 'cancel', commandId: 'cmd_9', at: NOON };
const timeOver: Closer = { kind: 'deadline' };

interface Situation extends Partial<Memory> {
  readonly facts?: readonly Fact[];
  readonly payment?: Payment;
  readonly resumed?: boolean;
  readonly busy?: readonly TaskKind[];
}
function decideIn(
  { facts = [], payment = paymentWith(facts), resumed = false, busy = [], ...memory }: Situation,
  item: Item,
): Turn {
  return turn({ ...NOTHING_REMEMBERED, ...memory, payment, resumed, busy: new Set(busy) }, item, NOON);
}

/** What a turn comes to, in a line a person can read; `and` joins what happens in one turn. */
function tell({ facts, messages, commands, guard, reload, start, stop, then, waitMs }: Turn): string {
  const parts = [
    ...facts.map((fact) =>
      fact.kind === 'refund_failed' || fact.kind === 'refund_pending'
        ? `record ${fact.kind} (${fact.reason})`
        : `record ${fact.kind}`,
    ),
    ...(guard ? ['unless a message waits'] : []),
    ...messages.map(({ id, state, reason }) => `end ${id} ${state}${reason ? ` (${reason})` : ''}`),
    ...commands.map(
      ({ id, outcome }) => `answer ${id} ${outcome.outcome === 'rejected' ? outcome.reason : outcome.outcome}`,
    ),
    ...(reload ? ['read the payment anew'] : []),
    ...(stop ? [`stop ${stop}`] : []),
    ...start.map((task) =>
      task.kind === 'capture'
        ? `start capture ${task.attempt} of ${task.approval.reference} for the ${task.approval.cause.kind}${task.again ? ', looking first' : ''}`
        : `start ${task.kind}`,
    ),
    ...then.map((item) => (item.kind === 'close' ? `then close by ${item.closer.kind}` : `then ${item.kind}`)),
    ...(waitMs === null ? [] : [`wait ${waitMs / 1000} s`]),
  ];
  return parts.join(' and ') || 'nothing';
}

const capture = (end: CaptureEnd, by = approval()): Item => ({ kind: 'capture', approval: by, attempt: 1, end });
const taken: CaptureEnd = { outcome: 'facts', facts: [captured()] };
const declined: CaptureEnd = { outcome: 'facts', facts: [attemptFailed('ORDER1')] };
const notApproved: CaptureEnd = { outcome: 'not_approved', reason: 'order_not_approved' };
const refused: CaptureEnd = { outcome: 'refused', reason: 'invented_word' };
const found = (finding: Finding | null): Item => ({ kind: 'finding', finding });
const approved: Finding = { outcome: 'approved', reference: 'ORDER1' };
const cancel: Item = { kind: 'command', input: { kind: 'cancel', commandId: 'cmd_9', at: NOON } };
const accept: Item = { kind: 'command', input: { kind: 'resolve', commandId: 'cmd_9', at: NOON } };
const askedFor: readonly Fact[] = [captured(), refundRequested()];
const moving: readonly Fact[] = [...askedFor, refundPending('RF1', eur(5000), { refundId: 'ref_1' })];
const shortOfFunds: readonly Fact[] = [
  ...askedFor,
  refundPending('ref_1', eur(5000), { refundId: 'ref_1', reason: 'insufficient_fund' }),
];
const given: readonly Fact[] = [...askedFor, refunded('RF1', eur(5000), { refundId: 'ref_1' })];
const order = (amount = 5000, refundId = 'ref_9'): Item => ({
  kind: 'command',
  input: { kind: 'refund', commandId: 'cmd_9', refundId, capture: 'TX1', amount, charges: [], at: NOON },
});
const hurry = (kind: 'retry_refund' | 'give_up_refund', refundId = 'ref_1'): Item => ({
  kind: 'command',
  input: { kind, commandId: 'cmd_9', refundId, at: NOON },
});
const told = (...facts: GatewayFact[]): Item => ({ kind: 'verified', cause: message, facts });
const refundEnd = (end: RefundEnd, refundId = 'ref_1'): Item => ({ kind: 'refund', refundId, end });
const checked = (end: RefundEnd): Item => ({ kind: 'refund_check', refundId: 'ref_1', commandId: 'cmd_9', end });
const succeeded: RefundEnd = { outcome: 'facts', facts: [refunded('RF1')] };
const lateFor = (facts: readonly Fact[]) => paymentWith([expired(), ...facts], { latePayments: 'refund' });
const heardAside: Memory['aside'] = [{ kind: 'verified', cause: later, facts: [refunded('RF7')] }];
const created: Payment = { terms: terms(), facts: [] };

test.each<[string, Situation, Item, string]>([
  ['a message is verified', {}, { kind: 'notification', notificationId: 'ntf_1' }, 'start verification'],
  [
    'money that a message tells of is recorded with its message',
    {},
    { kind: 'verified', cause: message, facts: [captured()] },
    'record payment_captured and end ntf_1 applied',
  ],
  [
    'money that is known already makes its message a duplicate',
    { facts: [captured()] },
    { kind: 'verified', cause: message, facts: [captured()] },
    'end ntf_1 duplicate',
  ],
  [
    'money told in another amount is a contradiction',
    { facts: [captured()] },
    { kind: 'verified', cause: message, facts: [captured('TX1', eur(1))] },
    'record conflict_detected and end ntf_1 applied',
  ],
  [
    'money that watching finds ends no message',
    {},
    { kind: 'verified', cause: { kind: 'watch' }, facts: [captured()] },
    'record payment_captured',
  ],
  ['what an earlier run dealt with is read from the records', {}, { kind: 'settled_before' }, 'read the payment anew'],
  ['a watch that is over changes nothing', {}, { kind: 'watch_over' }, 'nothing'],

  [
    'a checkout that was opened is in the payer’s hands',
    { payment: created },
    { kind: 'opening', opening: { outcome: 'opened', handed: 'redirect' } },
    'record checkout_opened',
  ],
  [
    'a checkout that the gateway refuses fails the payment',
    { payment: created },
    { kind: 'opening', opening: { outcome: 'refused', reason: 'no_such_method' } },
    'record payment_failed',
  ],
  [
    'an opening that broke fails the payment',
    { payment: created },
    { kind: 'opening', opening: { outcome: 'refused', reason: 'opening_failed' } },
    'record payment_failed',
  ],

  ['approved money is taken', {}, approval(), 'start capture 1 of ORDER1 for the message'],
  [
    'approved anew after a declined try, it is the next attempt',
    { facts: [attemptFailed('ORDER1')] },
    approval(),
    'start capture 2 of ORDER1 for the message',
  ],
  ['an approval while money is being taken waits', { busy: ['capture'] }, approval(later), 'nothing'],
  [
    'an approval while the gateway is asked before closing waits',
    { busy: ['lookup'], closers: [timeOver] },
    approval(later),
    'nothing',
  ],
  [
    'an approval of a cancelled payment is taken no more',
    { facts: [cancelled()] },
    approval(),
    'end ntf_1 applied (payment_closed)',
  ],
  ['an approval of a paid payment tells nothing new', { facts: [captured()] }, approval(), 'end ntf_1 duplicate'],
  [
    'money refused before is looked at before it is tried again',
    { facts: [captureRefusal()] },
    approval(retry),
    'start capture 1 of ORDER1 for the retry, looking first',
  ],
  [
    'money in doubt is looked at before it is tried again',
    { inDoubt: true },
    approval(),
    'start capture 1 of ORDER1 for the message, looking first',
  ],
  [
    'a run that goes on from the record looks before it takes',
    { resumed: true },
    approval(),
    'start capture 1 of ORDER1 for the message, looking first',
  ],
  ['a retry of what was paid meanwhile is nothing', { facts: [captured()] }, approval(retry), 'nothing'],

  [
    'money taken is recorded with the message that told of the approval',
    {},
    capture(taken),
    'record payment_captured and end ntf_1 applied',
  ],
  [
    'approvals that came meanwhile were of the same money',
    { approvals: [approval(later)] },
    capture(taken),
    'record payment_captured and end ntf_1 applied and end ntf_2 duplicate',
  ],
  [
    'money taken ends what wanted the payment closed',
    { closers: [cancelling] },
    capture(taken),
    'record payment_captured and end ntf_1 applied and then close by cancel',
  ],
  [
    'a declined try leaves the payer to try again',
    {},
    capture(declined),
    'record attempt_failed and end ntf_1 applied',
  ],
  [
    'a declined try at the deadline was the last',
    {},
    capture(declined, approval(deadline)),
    'record attempt_failed and then close by deadline',
  ],
  [
    'an order that nobody approved ends the message that said so',
    {},
    capture(notApproved),
    'end ntf_1 invalid (order_not_approved)',
  ],
  [
    'an approval of what our records had closed meanwhile ends as one of a closed payment',
    { facts: [cancelled()] },
    capture({ outcome: 'not_approved', reason: 'payment_closed' }),
    'end ntf_1 applied (payment_closed)',
  ],
  [
    'it may have been too early for the approval that came meanwhile',
    { approvals: [approval(later)] },
    capture(notApproved),
    'end ntf_1 invalid (order_not_approved) and then approval',
  ],
  [
    'an order that nobody approved at the deadline expires',
    {},
    capture(notApproved, approval(deadline)),
    'then close by deadline',
  ],
  [
    'a refusal that nobody knows is shown',
    {},
    capture(refused),
    'record capture_refused and end ntf_1 attention (capture_refused)',
  ],
  [
    'the same refusal again says nothing new',
    { facts: [captureRefusal()] },
    capture(refused, approval(retry)),
    'nothing',
  ],
  [
    'the same refusal of a message says nothing new',
    { facts: [captureRefusal()] },
    capture(refused),
    'end ntf_1 duplicate',
  ],
  [
    'refused at the deadline, the payment expires',
    {},
    capture(refused, approval(deadline)),
    'record capture_refused and then close by deadline',
  ],
  [
    'refused while a person wants it cancelled, it is cancelled',
    { closers: [cancelling] },
    capture(refused),
    'record capture_refused and end ntf_1 attention (capture_refused) and then close by cancel',
  ],
  [
    'stopped before an answer came, the gateway is asked what became of it',
    { closers: [cancelling] },
    capture({ outcome: 'stopped' }),
    'start lookup',
  ],
  [
    'taking money that broke is put before a person, and the deadline waits',
    {},
    capture({ outcome: 'broke' }),
    'end ntf_1 attention (capture_failed) and wait 600 s',
  ],
  [
    'taking money that broke lets the approval that came meanwhile try',
    { approvals: [approval(later)] },
    capture({ outcome: 'broke' }),
    'end ntf_1 attention (capture_failed) and then approval and wait 600 s',
  ],
  [
    'taking money that broke while a person wants it cancelled is asked about',
    { closers: [cancelling] },
    capture({ outcome: 'broke' }),
    'end ntf_1 attention (capture_failed) and start lookup',
  ],

  ['at the deadline the gateway is asked', {}, { kind: 'deadline' }, 'start lookup'],
  ['at the deadline money that is being taken is stopped', { busy: ['capture'] }, { kind: 'deadline' }, 'stop capture'],
  [
    'money that nobody told us about is found at the deadline',
    { closers: [timeOver] },
    found({ outcome: 'facts', facts: [captured()] }),
    'record payment_captured and then close by deadline',
  ],
  [
    'an approval that nobody told us about is taken at the deadline',
    { closers: [timeOver] },
    found(approved),
    'start capture 1 of ORDER1 for the deadline and wait 60 s',
  ],
  [
    'an approval whose capture was stopped is looked at first',
    { closers: [timeOver], inDoubt: true },
    found(approved),
    'start capture 1 of ORDER1 for the deadline, looking first and wait 60 s',
  ],
  [
    'approved, refused and nothing taken: it expires',
    { facts: [captureRefusal()], closers: [timeOver] },
    found(approved),
    'then close by deadline',
  ],
  [
    'tried at the deadline already: it expires',
    { triedAtDeadline: true, closers: [timeOver] },
    found(approved),
    'then close by deadline',
  ],
  [
    'approved, and a person wants it cancelled: nothing is taken',
    { closers: [cancelling] },
    found(approved),
    'then close by cancel',
  ],
  ['the gateway knows of nothing', { closers: [timeOver] }, found({ outcome: 'nothing' }), 'then close by deadline'],
  [
    'both the deadline and a person are answered',
    { closers: [timeOver, cancelling] },
    found({ outcome: 'nothing' }),
    'then close by deadline and then close by cancel',
  ],
  [
    'approvals that were put aside have their turn after the closing',
    { closers: [cancelling], approvals: [approval(later)] },
    found({ outcome: 'nothing' }),
    'then close by cancel and then approval',
  ],
  [
    'money found is what the approvals put aside told of',
    { closers: [cancelling], approvals: [approval(later)] },
    found({ outcome: 'facts', facts: [captured()] }),
    'record payment_captured and end ntf_2 duplicate and then close by cancel',
  ],
  [
    'asking that broke leaves it open, and says so to the person',
    { closers: [timeOver, cancelling] },
    found(null),
    'answer cmd_9 payment_processing and wait 600 s',
  ],

  [
    'the deadline expires an open payment',
    {},
    { kind: 'close', closer: timeOver },
    'record payment_expired and unless a message waits',
  ],
  [
    'the deadline leaves a paid payment as it is',
    { facts: [captured()] },
    { kind: 'close', closer: timeOver },
    'nothing',
  ],
  ['the deadline leaves held money as it is', { facts: [pending()] }, { kind: 'close', closer: timeOver }, 'nothing'],
  [
    'a person’s closing cancels an open payment',
    {},
    { kind: 'close', closer: cancelling },
    'record payment_cancelled and answer cmd_9 accepted',
  ],
  [
    'a person’s closing of a payment that was paid meanwhile is refused',
    { facts: [captured()] },
    { kind: 'close', closer: cancelling },
    'answer cmd_9 already_paid',
  ],
  [
    'a person’s closing of a payment that expired meanwhile is refused',
    { facts: [expired()] },
    { kind: 'close', closer: cancelling },
    'answer cmd_9 already_expired',
  ],

  ['an open payment is cancelled at once', {}, cancel, 'record payment_cancelled and answer cmd_9 accepted'],
  [
    'an open payment is cancelled while the deadline asks',
    { busy: ['lookup'], closers: [timeOver] },
    cancel,
    'record payment_cancelled and answer cmd_9 accepted',
  ],
  ['a cancelled one is not cancelled again', { facts: [cancelled()] }, cancel, 'answer cmd_9 already_cancelled'],
  ['one that failed is not cancelled', { facts: [failed()] }, cancel, 'answer cmd_9 already_failed'],
  [
    'a cancellation stops money that is being taken, and waits for what became of it',
    { busy: ['capture'] },
    cancel,
    'stop capture',
  ],
  ['a cancellation of refused money asks first', { facts: [captureRefusal()] }, cancel, 'start lookup'],
  ['a cancellation of money in doubt asks first', { inDoubt: true }, cancel, 'start lookup'],
  [
    'a cancellation waits with the deadline for one question',
    { inDoubt: true, busy: ['lookup'], closers: [timeOver] },
    cancel,
    'nothing',
  ],
  [
    'accepting places the misfit',
    { facts: [captured('TX1', eur(1))] },
    accept,
    'record suspense_accepted and answer cmd_9 accepted',
  ],
  ['accepting where nothing waits is refused', { facts: [captured()] }, accept, 'answer cmd_9 nothing_to_resolve'],

  [
    'a refund is recorded before the gateway is asked',
    { facts: [captured()] },
    order(),
    'record refund_requested and answer cmd_9 accepted',
  ],
  ['the same refund again is the same', { facts: askedFor }, order(5000, 'ref_1'), 'answer cmd_9 accepted'],
  [
    'a refund that was promised and cannot be any more is seen to have failed',
    { facts: [captured(), refunded()] },
    order(),
    'record refund_requested and record refund_failed (nothing_to_refund) and answer cmd_9 accepted',
  ],
  [
    'and one under a case that was opened meanwhile',
    { facts: [captured(), disputeOpened()] },
    order(),
    'record refund_requested and record refund_failed (payment_disputed) and answer cmd_9 accepted',
  ],
  [
    'a dispute is resolved by a person',
    { facts: [captured(), reversed()] },
    {
      kind: 'command',
      input: {
        kind: 'resolve_dispute',
        commandId: 'cmd_9',
        disputeId: disputesOf(paymentWith([captured(), reversed()]))[0]!.id,
        outcome: 'lost',
        at: NOON,
      },
    },
    'record dispute_resolved and answer cmd_9 accepted',
  ],

  [
    'news of a refund that may be ours waits for the gateway’s answer to us',
    { facts: askedFor },
    told(refunded()),
    'nothing',
  ],
  [
    'news of a refund of another sum does not',
    { facts: askedFor },
    told(refunded('RF1', eur(1), { parent: 'TX2' })),
    'record payment_refunded and end ntf_1 applied',
  ],
  [
    'news that names our refund does not',
    { facts: askedFor },
    told(refunded('RF1', eur(5000), { refundId: 'ref_1' })),
    'record payment_refunded and end ntf_1 applied',
  ],
  [
    'news of a refund that the gateway has named does not',
    { facts: moving },
    told(refunded('RF1')),
    'record payment_refunded and end ntf_1 applied',
  ],
  [
    'nobody having asked, a refund is the gateway’s own',
    { facts: [captured()] },
    told(refunded()),
    'record payment_refunded and end ntf_1 applied',
  ],

  [
    'the gateway’s answer is recorded, and then what had to wait for it has its turn',
    { facts: askedFor, aside: heardAside },
    refundEnd(succeeded),
    'record payment_refunded and then verified',
  ],
  [
    'a message that had told of it first is the same refund',
    { facts: [captured(), refunded('RF1'), refundRequested('ref_1', eur(1))] },
    refundEnd({ outcome: 'facts', facts: [refunded('RF1')] }),
    'record refund_pending (told_before)',
  ],
  [
    'what is not known is said so, and not asked for again',
    { facts: askedFor, aside: heardAside },
    refundEnd({ outcome: 'broke' }),
    'record refund_pending (uncertain)',
  ],
  [
    'nor where the gateway knows nothing of it yet',
    { facts: askedFor },
    refundEnd({ outcome: 'nothing' }),
    'record refund_pending (uncertain)',
  ],
  [
    'without an outcome for a week, it is slow',
    { facts: moving },
    refundEnd({ outcome: 'undecided' }),
    'record refund_slow',
  ],
  [
    'a slow one is said to be slow once',
    { facts: [...moving, refundSlow()] },
    refundEnd({ outcome: 'undecided' }),
    'nothing',
  ],
  [
    'an answer to a refund that a message had settled frees what had to wait',
    { facts: given, aside: heardAside },
    refundEnd(succeeded),
    'then verified',
  ],

  [
    'a waiting refund is asked about now',
    { facts: shortOfFunds, busy: ['refund_watch'] },
    hurry('retry_refund'),
    'answer cmd_9 accepted and stop refund_watch and start refund_watch',
  ],
  [
    'one that no answer came to is asked for again',
    { facts: askedFor, busy: ['refund'] },
    hurry('retry_refund'),
    'answer cmd_9 accepted and stop refund and start refund',
  ],
  ['a settled refund is not', { facts: given }, hurry('retry_refund'), 'answer cmd_9 refund_settled'],
  ['nor one that nobody knows', { facts: given }, hurry('retry_refund', 'ref_8'), 'answer cmd_9 refund_settled'],
  [
    'before a refund is given up the gateway is asked',
    { facts: shortOfFunds, busy: ['refund_watch'] },
    hurry('give_up_refund'),
    'stop refund_watch and start refund_check',
  ],
  ['one that moves is not given up', { facts: moving }, hurry('give_up_refund'), 'answer cmd_9 refund_moving'],
  ['nor one that is settled', { facts: given }, hurry('give_up_refund'), 'answer cmd_9 refund_settled'],
  [
    'nor twice at once',
    { facts: shortOfFunds, busy: ['refund_check'] },
    hurry('give_up_refund'),
    'answer cmd_9 refund_moving',
  ],
  [
    'where nothing has moved it is given up',
    { facts: shortOfFunds, aside: heardAside },
    checked({ outcome: 'nothing' }),
    'record refund_failed (given_up) and answer cmd_9 accepted and then verified',
  ],
  [
    'where it has succeeded meanwhile it is not',
    { facts: shortOfFunds },
    checked(succeeded),
    'record payment_refunded and answer cmd_9 refund_settled',
  ],
  [
    'where a message settled it while the gateway was asked',
    { facts: given },
    checked({ outcome: 'nothing' }),
    'answer cmd_9 refund_settled',
  ],

  [
    'late money goes back by itself where the merchant wants that',
    { payment: lateFor([]) },
    told(captured()),
    'record payment_captured and record refund_requested and end ntf_1 applied',
  ],
  [
    'whatever its amount and currency',
    { payment: lateFor([]) },
    told(captured('TX1', usd(7))),
    'record payment_captured and record refund_requested and end ntf_1 applied',
  ],
  [
    'late money that pays the member does not',
    { facts: [expired()] },
    told(captured()),
    'record payment_captured and end ntf_1 applied',
  ],
  [
    'late money of the release before does not',
    { payment: lateFor([captured()]) },
    told(fee()),
    'record fee_charged and end ntf_1 applied',
  ],
  [
    'a second late sum waits for the first refund',
    { payment: lateFor([captured(), refundRequested('ref_p', eur(5000), { origin: 'policy' })]) },
    told(captured('TX2')),
    'record payment_captured and end ntf_1 applied',
  ],
  [
    'and goes back after it',
    {
      payment: lateFor([captured(), refundRequested('ref_p', eur(5000), { origin: 'policy' }), captured('TX2')]),
    },
    refundEnd(succeeded, 'ref_p'),
    'record payment_refunded and record refund_requested',
  ],
  [
    'also where a message tells of the first',
    {
      payment: lateFor([captured(), refundRequested('ref_p', eur(5000), { origin: 'policy' }), captured('TX2')]),
    },
    told(refunded('RF1', eur(5000), { refundId: 'ref_p' })),
    'record payment_refunded and record refund_requested and end ntf_1 applied',
  ],
  [
    'and after a refund that a person had asked for',
    { payment: lateFor([captured(), accepted(), refundRequested(), captured('TX2')]) },
    refundEnd(succeeded),
    'record payment_refunded and record refund_requested',
  ],
  [
    'what the policy asked for once and the gateway refused is a person’s',
    { payment: lateFor([captured(), refundRequested('ref_p', eur(5000), { origin: 'policy' })]) },
    refundEnd(
      { outcome: 'facts', facts: [refundFailed('ref_p', eur(5000), { reason: 'refund_at_gateway_only' })] },
      'ref_p',
    ),
    'record refund_failed (refund_at_gateway_only)',
  ],
])('%s', (_, situation, item, meaning) => {
  expect(tell(decideIn(situation, item))).toBe(meaning);
});

describe('what a run remembers', () => {
  test('a stopped capture keeps its approval until it is known what became of it', () => {
    const stopped = decideIn({ closers: [cancelling], approvals: [approval(later)] }, capture({ outcome: 'stopped' }));
    expect(stopped.remember).toEqual({ approvals: [approval(), approval(later)], inDoubt: true });
  });

  test('once the gateway has answered nothing is in doubt and nobody waits', () => {
    const known = decideIn({ closers: [cancelling], inDoubt: true }, found({ outcome: 'nothing' }));
    expect(known.remember).toEqual({ approvals: [], closers: [], inDoubt: false });
  });

  test('an approval found at the deadline is tried once', () => {
    expect(decideIn({ closers: [timeOver] }, found(approved)).remember).toMatchObject({
      closers: [],
      triedAtDeadline: true,
    });
  });
});

test('a run that goes on from the record looks before it asks for a refund again', () => {
  const due = (resumed: boolean) =>
    tasksDue({ ...NOTHING_REMEMBERED, payment: paymentWith(askedFor), resumed, busy: new Set() }).start;
  expect(due(false)).toMatchObject([{ kind: 'refund', again: false }]);
  expect(due(true)).toMatchObject([{ kind: 'refund', again: true }]);
});

test('a refund that the gateway is silent about is not given up', () => {
  const { facts, commands } = decideIn({ facts: shortOfFunds }, checked({ outcome: 'broke' }));
  expect(commands).toMatchObject([{ id: 'cmd_9', outcome: { reason: 'refund_moving' } }]);
  expect(facts.map(({ kind }) => kind)).not.toContain('refund_failed');
});

test('a slow refund is watched slowly', () => {
  const { start } = tasksDue({
    ...NOTHING_REMEMBERED,
    payment: paymentWith([...moving, refundSlow()]),
    resumed: false,
    busy: new Set(),
  });
  expect(start).toMatchObject([{ kind: 'refund_watch', slow: true }]);
});

test('news that is put aside is kept with what was put aside before', () => {
  const item = told(refunded());
  expect(decideIn({ facts: askedFor, aside: heardAside }, item).remember).toEqual({ aside: [...heardAside, item] });
  expect(decideIn({ facts: askedFor, aside: heardAside }, refundEnd(succeeded)).remember).toEqual({ aside: [] });
  expect(decideIn({ facts: askedFor, aside: heardAside }, refundEnd({ outcome: 'broke' })).remember).toEqual({});
});

describe('what is due without anybody asking', () => {
  const due = (payment: Payment, over: Partial<Memory> = {}, busy: TaskKind[] = []) =>
    tasksDue({ ...NOTHING_REMEMBERED, ...over, payment, resumed: false, busy: new Set(busy) }).start.map(
      ({ kind }) => kind,
    );
  const prompted = [checkoutOpened(terms(), 'prompt', NOON)].reduce<Payment>(evolve, { terms: terms(), facts: [] });

  test.each<[string, readonly string[], readonly string[]]>([
    ['a payment that no gateway was asked for is opened', due(created), ['opening']],
    ['once a run', due(created, { opening: true }), []],
    ['an open form needs nothing', due(paymentWith()), []],
    ['held money is watched', due(paymentWith([pending()])), ['watch']],
    ['not twice at once', due(paymentWith([pending()]), {}, ['watch']), []],
    ['not again for the same money', due(paymentWith([pending()]), { watchedFor: 'TX1' }), []],
    ['again for other money', due(paymentWith([pending('TX2')]), { watchedFor: 'TX1' }), ['watch']],
    ['a prompt on a phone is watched', due(prompted), ['watch']],
    ['money that came is not', due(paymentWith([captured()])), []],
    ['a refund that was asked for is asked of the gateway', due(paymentWith(askedFor)), ['refund']],
    ['not twice at once', due(paymentWith(askedFor), {}, ['refund']), []],
    ['nor while a person wants it given up', due(paymentWith(shortOfFunds), {}, ['refund_check']), []],
    ['a refund that the gateway holds is asked about', due(paymentWith(moving)), ['refund_watch']],
    ['one of the gateway’s own site too', due(paymentWith([captured(), refundPending()])), ['refund_watch']],
    ['one that has an outcome is not', due(paymentWith(given)), []],
  ])('%s', (_, tasks, expected) => {
    expect(tasks).toEqual(expected);
  });
});

test('a payment in any open state can always be closed in the end', () => {
  for (const facts of [[], [attemptFailed('ORDER1')], [captureRefusal()]]) {
    const closed = decideIn({ facts }, { kind: 'close', closer: cancelling });
    expect(summarize(closed.facts.reduce<Payment>(evolve, paymentWith(facts))).status).toBe('cancelled');
  }
});
