import { record } from '../../books/record';
import { admitRefund } from '../../books/refunds';
import { summarize } from '../../workflows/domain/payment';
import type { PaymentInput } from '../../workflows/domain/payment';
import { refundRequested } from '../../workflows/domain/refunding';
import { accepted, captured, disputeOpened, eur, expired, fee, pending, refunded, usd } from '../domain/builders';
import {
  act,
  balances,
  cartOf,
  entries,
  everything,
  inTransaction,
  load,
  messageState,
  newClub,
  newId,
  newMember,
  newMessage,
  newPayment,
  now,
  openBooks,
  owe,
  receive,
  recordingOf,
  tell,
  tellUnmatched,
} from './bookkeeping';
import { brokenInvariants } from '../support/audit';
import type { Books, Club } from './bookkeeping';

let db: Books;
let club: Club;
let member: string;
beforeAll(async () => {
  db = await openBooks();
});
beforeEach(async () => {
  club = await newClub(db);
  member = await newMember(db, club);
});
afterEach(async () => expect(await brokenInvariants(db)).toEqual({}));
afterAll(() => db.close());

const accept = (commandId: string): PaymentInput => ({ kind: 'resolve', commandId, at: now() });
const expire = (): PaymentInput => ({ kind: 'expire', at: now() });

describe('a captured sum is booked once', () => {
  test('one income entry, one fee entry, one payline', async () => {
    await owe(db, club, member, 3000, { category: 'fee' });
    await owe(db, club, member, 1000, { category: 'insurance' });
    const payment = await newPayment(db, club, member);
    expect(await tell(db, payment, captured('TX1'), fee('TX1'))).toEqual({ outcome: 'recorded', fresh: 2 });
    expect(await entries(db, club)).toEqual([
      'payment_captured: +5000 gateway_clearing, -3000 income:fee, -1000 income:insurance, -1000 member_credit',
      'fee_charged: +195 gateway_fees, -195 gateway_clearing',
    ]);
    expect(await cartOf(db, member)).toEqual({ paid: [3000, 1000], paylines: [5000], credit: 1000 });
  });

  test('though twenty workers record it at once', async () => {
    await owe(db, club, member, 5000);
    const payment = await newPayment(db, club, member);
    const recording = recordingOf(payment, [captured('TX1'), fee('TX1')]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => record(db, recording)));
    expect(answers.every((answer) => answer.outcome === 'recorded')).toBe(true);
    expect(
      answers
        .map((answer) => (answer.outcome === 'recorded' ? answer.fresh : 0))
        .sort((a, b) => b - a)
        .slice(0, 2),
    ).toEqual([2, 0]);
    expect(await entries(db, club)).toHaveLength(2);
    expect(await cartOf(db, member)).toEqual({ paid: [5000], paylines: [5000], credit: 0 });
  });

  test('and recording it again after the commit changes nothing at all', async () => {
    const payment = await newPayment(db, club, member);
    const message = await newMessage(db, club, { payment: payment.id });
    const settles = { notification: { id: message, state: 'applied', about: captured('TX1') } } as const;
    const recording = recordingOf(payment, [captured('TX1'), fee('TX1')], settles);
    await record(db, recording);
    const before = await everything(db);
    expect(await record(db, recording)).toEqual({ outcome: 'recorded', fresh: 0 });
    expect(await everything(db)).toEqual(before);
    expect(await messageState(db, message)).toEqual({ state: 'applied', payment: payment.id, waits: false });
  });

  test('a fee that comes later, by another message, is booked beside it', async () => {
    const payment = await newPayment(db, club, member);
    await tell(db, payment, captured('TX1'));
    expect(await tell(db, payment, captured('TX1'), fee('TX1'))).toEqual({ outcome: 'recorded', fresh: 1 });
    expect(await balances(db, club)).toMatchObject({ 'gateway_clearing EUR': 4805, 'gateway_fees EUR': 195 });
  });

  test('a fact that an earlier release only recorded is booked when it is told again', async () => {
    const payment = await newPayment(db, club, member);
    await db.sql.query(
      "INSERT INTO facts (account_id, gateway_reference, kind, payment_id, amount, currency) VALUES ($1, 'TX1', 'payment_captured', $2, 5000, 'EUR')",
      [club.accountId, payment.id],
    );
    expect(await record(db, recordingOf(payment, [captured('TX1')]))).toEqual({ outcome: 'recorded', fresh: 0 });
    expect(await cartOf(db, member)).toMatchObject({ paylines: [5000], credit: 5000 });
  });
});

/** Returns once so many of this database's sessions wait for a lock. */
async function waitingFor(count: number): Promise<void> {
  for (;;) {
    const { rows } = await db.sql.query<{ waiting: number }>(
      "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    if (rows[0]!.waiting >= count) return;
  }
}

describe('two payments of one cart', () => {
  test('recorded at once are both booked, and no charge is paid twice', async () => {
    for (const category of ['fee', 'insurance', 'outing']) await owe(db, club, member, 7000, { category });
    const payments = await Promise.all(Array.from({ length: 6 }, () => newPayment(db, club, member)));
    await Promise.all(payments.map((payment, index) => tell(db, payment, captured(`TX${index}`), fee(`TX${index}`))));
    expect(await cartOf(db, member)).toEqual({ paid: [7000, 7000, 7000], paylines: Array(6).fill(5000), credit: 9000 });
    expect(await balances(db, club)).toEqual({
      'gateway_clearing EUR': 6 * 4805,
      'gateway_fees EUR': 6 * 195,
      'income:fee EUR': -7000,
      'income:insurance EUR': -7000,
      'income:outing EUR': -7000,
      'member_credit EUR': -9000,
    });
  });

  test('one that read the cart before the other was booked allocates again', async () => {
    await owe(db, club, member, 5000, { category: 'fee' });
    await owe(db, club, member, 5000, { category: 'outing' });
    const [first, second] = [await newPayment(db, club, member), await newPayment(db, club, member)];
    let waiting: Promise<unknown> = Promise.resolve();
    await inTransaction(db, async (tx) => {
      await tell(tx, first, captured('TX1'));
      waiting = tell(db, second, captured('TX2')); // reads the old cart, then waits for its lock
    });
    expect(await waiting).toEqual({ outcome: 'recorded', fresh: 1 });
    expect(await entries(db, club)).toEqual([
      'payment_captured: +5000 gateway_clearing, -5000 income:fee',
      'payment_captured: +5000 gateway_clearing, -5000 income:outing',
    ]);
  });

  test('of two members who open the same new accounts in opposite order neither waits for the other in a circle', async () => {
    const neighbour = await newMember(db, club);
    await tell(db, await newPayment(db, club, await newMember(db, club)), captured('TX0')); // the other accounts are there
    for (const category of ['a', 'm', 'z']) await owe(db, club, member, 1000, { category });
    for (const category of ['z', 'm', 'a']) await owe(db, club, neighbour, 1000, { category });
    const payments = await Promise.all([newPayment(db, club, member), newPayment(db, club, neighbour)]);
    let booked: Promise<unknown> = Promise.resolve();
    await inTransaction(db, async (tx) => {
      // Somebody else is opening the account in the middle, so both meet there.
      await tx.sql.query("SELECT ledger_account($1, 'income:m', 'EUR')", [club.merchantId]);
      booked = Promise.all(payments.map((payment, index) => tell(db, payment, captured(`TX${index + 1}`))));
      await waitingFor(2);
    });
    await booked;
    expect(await balances(db, club)).toMatchObject({
      'income:a EUR': -2000,
      'income:m EUR': -2000,
      'income:z EUR': -2000,
    });
  });

  test('a charge named by the member is paid first, even when it is the youngest', async () => {
    await owe(db, club, member, 4000, { category: 'fee', dueOn: '2026-01-01' });
    const outing = await owe(db, club, member, 3000, { category: 'outing', dueOn: '2026-06-01' });
    const payment = await newPayment(db, club, member, { charges: [outing] });
    await tell(db, payment, captured('TX1'));
    expect(await cartOf(db, member)).toMatchObject({ paid: [2000, 3000] });
  });

  test('the charge due first is paid first, whichever was made first', async () => {
    await owe(db, club, member, 4000, { dueOn: '2026-06-01' });
    await owe(db, club, member, 4000, { dueOn: '2026-01-01' });
    await tell(db, await newPayment(db, club, member), captured('TX1'));
    expect(await cartOf(db, member)).toMatchObject({ paid: [1000, 4000] });
  });
});

describe('a contradiction writes nothing', () => {
  test('the same fact with another amount, or in another currency', async () => {
    const payment = await newPayment(db, club, member);
    await tell(db, payment, captured('TX1'));
    const before = await everything(db);
    for (const other of [captured('TX1', eur(1)), captured('TX1', usd(5000))])
      expect(await record(db, recordingOf(payment, [fee('TX1'), other]))).toEqual({
        outcome: 'conflict',
        conflicts: [1],
      });
    expect(await everything(db)).toEqual(before);
  });

  test('neither the message nor the command that brought it is settled', async () => {
    const payment = await newPayment(db, club, member);
    await tell(db, payment, captured('TX1'));
    const message = await newMessage(db, club, { payment: payment.id });
    const before = await everything(db);
    const settles = {
      notification: { id: message, state: 'applied', about: undefined },
      command: { id: 'cmd', outcome: {} },
    } as const;
    expect(await record(db, recordingOf(payment, [captured('TX1', eur(1))], settles))).toMatchObject({
      outcome: 'conflict',
    });
    expect(await everything(db)).toEqual(before);
  });

  test('another payment’s money', async () => {
    const [owner, stranger] = [await newPayment(db, club, member), await newPayment(db, club, member)];
    await tell(db, owner, captured('TX1'));
    const before = await everything(db);
    expect(await tell(db, stranger, captured('TX1'))).toEqual({ outcome: 'conflict', conflicts: [0] });
    expect(await everything(db)).toEqual(before);
  });

  test('but the same reference at another club’s account is other money', async () => {
    const otherClub = await newClub(db);
    const otherPayment = await newPayment(db, otherClub, await newMember(db, otherClub));
    await tell(db, await newPayment(db, club, member), captured('TX1'));
    expect(await tell(db, otherPayment, captured('TX1'))).toEqual({ outcome: 'recorded', fresh: 1 });
  });

  test('unmatched money that is in suspense is not paid into a payment as well: a person attaches it', async () => {
    const payment = await newPayment(db, club, member);
    await tellUnmatched(db, club, [captured('TX1'), fee('TX1')]);
    const before = await everything(db);
    expect(await tell(db, payment, captured('TX1'), fee('TX1'))).toEqual({ outcome: 'conflict', conflicts: [0, 1] });
    expect(await everything(db)).toEqual(before);
  });

  test('even when both are recorded side by side', async () => {
    const payment = await newPayment(db, club, member);
    let waiting: Promise<unknown> = Promise.resolve();
    await inTransaction(db, async (tx) => {
      await tellUnmatched(tx, club, [captured('TX1')]);
      waiting = tell(db, payment, captured('TX1')); // sees no such fact yet, and waits for its key
    });
    expect(await waiting).toEqual({ outcome: 'conflict', conflicts: [0] });
    expect(await entries(db, club)).toEqual(['payment_suspended: +5000 gateway_clearing, -5000 suspense']);
  });

  test('and of two contents told at once one is booked and the other contradicted', async () => {
    const payments = await Promise.all([newPayment(db, club, member), newPayment(db, club, member)]);
    const answers = await Promise.all(
      payments.map((payment, index) => tell(db, payment, captured('TX1', eur(5000 + index)))),
    );
    expect(answers.map((answer) => answer.outcome).sort()).toEqual(['conflict', 'recorded']);
    expect(await entries(db, club)).toHaveLength(1);
  });
});

describe('a message about the payment holds up its expiry', () => {
  test('while it is not verified, and no longer', async () => {
    const payment = await newPayment(db, club, member);
    const message = await newMessage(db, club, { payment: payment.id });
    const before = await everything(db);
    expect(await act(db, payment, expire(), { guard: 'no_unverified' })).toEqual({ outcome: 'unverified' });
    expect(await everything(db)).toEqual(before);
    await db.sql.query("SELECT settle_without_facts($1, 'invalid', 'forged')", [message]);
    expect(await act(db, payment, expire(), { guard: 'no_unverified' })).toEqual({ outcome: 'recorded', fresh: 1 });
  });

  test('a message about another payment holds up nothing', async () => {
    const [payment, other] = [await newPayment(db, club, member), await newPayment(db, club, member)];
    await newMessage(db, club, { payment: other.id });
    await newMessage(db, club);
    expect(await act(db, payment, expire(), { guard: 'no_unverified' })).toEqual({ outcome: 'recorded', fresh: 1 });
  });
});

describe('money in suspense', () => {
  test('is not in the cart until a person accepts it, then it is allocated like any capture', async () => {
    await owe(db, club, member, 3000);
    const payment = await newPayment(db, club, member);
    await tell(db, payment, captured('TX1', eur(4000)), fee('TX1'));
    expect(await cartOf(db, member)).toEqual({ paid: [0], paylines: [], credit: 0 });
    expect(await act(db, payment, accept('cmd_1'))).toEqual({ outcome: 'recorded', fresh: 1 });
    expect(await cartOf(db, member)).toEqual({ paid: [3000], paylines: [4000], credit: 1000 });
    expect(await entries(db, club)).toEqual([
      'payment_suspended: +4000 gateway_clearing, -4000 suspense',
      'fee_charged: +195 gateway_fees, -195 gateway_clearing',
      'suspense_accepted: +4000 suspense, -3000 income:fee, -1000 member_credit',
    ]);
  });

  test('two accepted commands settle two sums, the older first, and one told again settles none', async () => {
    const payment = await newPayment(db, club, member);
    await tell(db, payment, captured('TX1', eur(1)));
    await tell(db, payment, captured('TX2', eur(2)));
    await act(db, payment, accept('cmd_1'));
    await act(db, payment, accept('cmd_1'));
    expect(await cartOf(db, member)).toMatchObject({ paylines: [1] });
    await act(db, payment, accept('cmd_2'));
    expect(await cartOf(db, member)).toMatchObject({ paylines: [1, 2] });
    expect(await balances(db, club)).toMatchObject({ 'suspense EUR': 0 });
  });

  test('two sums accepted in one recording pay the cart one after the other', async () => {
    await owe(db, club, member, 3);
    const payment = await newPayment(db, club, member);
    await tell(db, payment, captured('TX1', eur(2)), captured('TX2', eur(4)));
    await record(db, recordingOf(payment, [accepted('TX1', eur(2), 'cmd_1'), accepted('TX2', eur(4), 'cmd_2')]));
    expect(await cartOf(db, member)).toEqual({ paid: [3], paylines: [2, 4], credit: 3 });
  });

  test('the capture told once more after it was accepted books nothing', async () => {
    const payment = await newPayment(db, club, member);
    const misfit = captured('TX1', eur(1));
    await tell(db, payment, misfit);
    await act(db, payment, accept('cmd_1'));
    const before = await everything(db);
    expect(await record(db, recordingOf(payment, [misfit]))).toEqual({ outcome: 'recorded', fresh: 0 });
    expect(await everything(db)).toEqual(before);
  });

  test('another currency has a suspense of its own', async () => {
    const payment = await newPayment(db, club, member);
    await tell(db, payment, captured('TX1', usd(5000)), fee('TX1', usd(200)));
    expect(await balances(db, club)).toEqual({
      'gateway_clearing USD': 4800,
      'gateway_fees USD': 200,
      'suspense USD': -5000,
    });
  });

  test('late money under refund waits there; under credit it pays', async () => {
    await owe(db, club, member, 5000);
    for (const [latePayments, reference] of [
      ['refund', 'TX1'],
      ['credit', 'TX2'],
    ] as const) {
      const payment = await newPayment(db, club, member, { latePayments });
      await act(db, payment, expire());
      await tell(db, payment, captured(reference));
    }
    expect(await entries(db, club)).toEqual([
      'payment_suspended: +5000 gateway_clearing, -5000 suspense',
      'payment_captured: +5000 gateway_clearing, -5000 income:fee',
    ]);
  });
});

describe('money given back', () => {
  test('a refund that was admitted while the policy’s own was recorded keeps nothing from being recorded', async () => {
    const payment = await newPayment(db, club, member, { latePayments: 'refund' });
    await tell(db, payment, captured('TX1'));
    await admitRefund(db, {
      id: newId('ref'),
      merchantId: club.merchantId,
      accountId: club.accountId,
      paymentId: payment.id,
      notificationId: null,
      memberId: member,
      capture: 'TX1',
      amount: 1000,
      currency: 'EUR',
      charges: [],
      note: null,
      noteToPayer: null,
    });
    const { facts } = await load(db, payment);
    const sum = captured('TX2');
    const after = { terms: payment, facts: [...facts, sum] };
    const policy = refundRequested(after, {
      refundId: newId('ref'),
      capture: 'TX2',
      amount: 5000,
      charges: [],
      origin: 'policy',
      at: now(),
    });
    expect(await record(db, { on: payment, facts: [sum, policy], known: facts.length })).toEqual({
      outcome: 'recorded',
      fresh: 2,
    });
    const { rows } = await db.sql.query('SELECT origin, status FROM refunds WHERE payment_id = $1 ORDER BY sequence', [
      payment.id,
    ]);
    expect(rows).toEqual([
      { origin: 'merchant', status: 'pending' },
      { origin: 'policy', status: 'pending' },
    ]);
  });

  test('a sum of which a part was given back before we were told of either is booked with both at once', async () => {
    await owe(db, club, member, 3000);
    const payment = await newPayment(db, club, member);
    await tell(db, payment, captured('TX-AT-ONCE'), refunded('RF-AT-ONCE', eur(2500), { parent: 'TX-AT-ONCE' }));
    expect(await cartOf(db, member)).toEqual({ paid: [2500], paylines: [5000, -2500], credit: 0 });
  });

  test('a refund told to twenty workers at once is booked once, and the same pair may be laid and undone again', async () => {
    await owe(db, club, member, 5000);
    const payment = await newPayment(db, club, member);
    await tell(db, payment, captured('TX1'));
    const back = refunded('RF1', eur(2000));
    const recording = recordingOf(payment, [back]);
    await Promise.all(Array.from({ length: 20 }, () => record(db, recording)));
    expect(await entries(db, club)).toEqual([
      'payment_captured: +5000 gateway_clearing, -5000 income:fee',
      'payment_refunded: +2000 income:fee, -2000 gateway_clearing',
    ]);
    expect(await cartOf(db, member)).toEqual({ paid: [3000], paylines: [5000, -2000], credit: 0 });

    const other = await newPayment(db, club, member);
    await tell(db, other, captured('TX2', eur(5000)));
    expect(await cartOf(db, member)).toMatchObject({ paid: [5000], credit: 3000 });
    await tell(db, other, { ...refunded('RF2', eur(5000)), parent: 'TX2' });
    expect(await cartOf(db, member)).toMatchObject({ paid: [3000], credit: 0 });
  });

  test.each([
    ['of all of it', refunded('RF1', eur(5000))],
    ['of a part that is more than what is left', refunded('RF1', eur(3000))],
  ])('a refund %s, recorded again after the commit, changes nothing and is no failure', async (_name, back) => {
    await owe(db, club, member, 5000);
    const payment = await newPayment(db, club, member);
    await tell(db, payment, captured('TX1'));
    const { facts } = await load(db, payment);
    const recording = recordingOf(payment, [back]);
    await record(db, { ...recording, known: facts.length });
    const before = await everything(db);
    expect(await record(db, { ...recording, known: facts.length })).toEqual({ outcome: 'stale' });
    expect(await record(db, recording)).toEqual({ outcome: 'recorded', fresh: 0 });
    expect(await everything(db)).toEqual(before);
  });
});

describe('what a recording settles besides', () => {
  test('nothing, when it was decided without facts that stand already', async () => {
    const payment = await newPayment(db, club, member);
    const { facts } = await load(db, payment);
    await tell(db, payment, captured('TX1'));
    const before = await everything(db);
    const late = { ...recordingOf(payment, [captured('TX2')]), known: facts.length };
    expect(await record(db, late)).toEqual({ outcome: 'stale' });
    expect(await everything(db)).toEqual(before);
  });

  test('nothing that keeps the next message about the payment waiting', async () => {
    const payment = await newPayment(db, club, member);
    await inTransaction(db, async (tx) => {
      await tell(tx, payment, captured('TX1'));
      expect((await receive(db, club, { payment: payment.id })).payment).toBe(payment.id);
    });
  });

  test('the status that lists read', async () => {
    const payment = await newPayment(db, club, member);
    const statuses: string[] = [];
    for (const facts of [[pending('TX1')], [captured('TX1')]]) {
      await tell(db, payment, ...facts);
      const { rows } = await db.sql.query<{ status: string }>('SELECT status FROM payments WHERE id = $1', [
        payment.id,
      ]);
      statuses.push(rows[0]!.status);
    }
    expect(statuses).toEqual(['processing', 'paid']);
  });

  test('a command keeps its first outcome, and leaves the outbox', async () => {
    const payment = await newPayment(db, club, member);
    await db.sql.query("INSERT INTO commands (id, payment_id, kind, body) VALUES ('cmd_x', $1, 'cancel', '{}')", [
      payment.id,
    ]);
    await db.sql.query(
      "INSERT INTO outbox (subject_id, kind, payment_id, due_at) VALUES ('cmd_x', 'command', $1, now())",
      [payment.id],
    );
    for (const outcome of ['accepted', 'rejected'])
      await record(db, { on: payment, facts: [], command: { id: 'cmd_x', outcome: { outcome } } });
    const { rows } = await db.sql.query(
      "SELECT outcome, EXISTS (SELECT FROM outbox WHERE subject_id = 'cmd_x') AS waits FROM commands WHERE id = 'cmd_x'",
    );
    expect(rows).toEqual([{ outcome: { outcome: 'accepted' }, waits: false }]);
  });

  test('a message that brought something new is applied; one that did not is a duplicate', async () => {
    const payment = await newPayment(db, club, member);
    const [first, second] = [await newMessage(db, club), await newMessage(db, club)];
    const input: PaymentInput = { kind: 'facts', facts: [captured('TX1')], at: now() };
    const recording = recordingOf(payment, input.facts);
    for (const id of [first, second])
      await record(db, { ...recording, notification: { id, state: 'applied', about: captured('TX1') } });
    expect(await messageState(db, first)).toEqual({ state: 'applied', payment: payment.id, waits: false });
    expect(await messageState(db, second)).toEqual({ state: 'duplicate', payment: payment.id, waits: false });
    const { rows } = await db.sql.query(
      'SELECT kind, amount, currency, gateway_reference, member_id FROM notifications WHERE id = $1',
      [first],
    );
    expect(rows).toEqual([
      { kind: 'payment_captured', amount: 5000, currency: 'EUR', gateway_reference: 'TX1', member_id: member },
    ]);
  });
});

describe('a message that came before the money it is about', () => {
  const cases = [
    ['a refund', refunded('RF1', eur(1000))],
    ['a case', disputeOpened('TX1')],
  ] as const;

  test.each(cases)('%s waits unmatched, and is sent on when the money becomes known', async (_, fact) => {
    const payment = await newPayment(db, club, member);
    const message = await newMessage(db, club);
    await tellUnmatched(db, club, [fact], { id: message, state: 'unmatched', about: fact });
    expect(await messageState(db, message)).toEqual({ state: 'unmatched', payment: null, waits: false });
    await tell(db, payment, captured('TX1'));
    expect(await messageState(db, message)).toEqual({ state: 'received', payment: payment.id, waits: true });

    // What its verification then tells is bound to the payment.
    const input: PaymentInput = { kind: 'facts', facts: [fact], at: now() };
    await act(db, payment, input, { notification: { id: message, state: 'applied', about: fact } });
    expect(await messageState(db, message)).toEqual({ state: 'applied', payment: payment.id, waits: false });
    expect((await load(db, payment)).facts.map((known) => known.kind)).toEqual([
      'checkout_opened',
      'payment_captured',
      fact.kind,
    ]);
  });

  test.each(cases)(
    '%s recorded while the money is being recorded is not forgotten, whoever commits first',
    async (_, fact) => {
      for (const moneyFirst of [true, false]) {
        const payment = await newPayment(db, club, member);
        const reference = newId('pay');
        const about = {
          ...fact,
          ...('parent' in fact
            ? { gatewayReference: newId('ref'), parent: reference }
            : { gatewayReference: reference }),
        };
        const message = await newMessage(db, club);
        const steps = [
          (on: Pick<Books, 'sql'>) => tell(on, payment, captured(reference)),
          (on: Pick<Books, 'sql'>) => tellUnmatched(on, club, [about], { id: message, state: 'unmatched', about }),
        ];
        const [first, second] = moneyFirst ? steps : steps.reverse();
        let waiting: Promise<unknown> = Promise.resolve();
        await inTransaction(db, async (tx) => {
          await first!(tx);
          waiting = second!(db);
        });
        await waiting;
        expect(await messageState(db, message)).toEqual({ state: 'received', payment: payment.id, waits: true });
      }
    },
  );

  test('another club’s message about the same reference stays where it is', async () => {
    const stranger = await newClub(db);
    const message = await newMessage(db, stranger);
    const about = refunded('RF1', eur(1000));
    await tellUnmatched(db, stranger, [about], { id: message, state: 'unmatched', about });
    await tell(db, await newPayment(db, club, member), captured('TX1'));
    expect(await messageState(db, message)).toMatchObject({ state: 'unmatched' });
  });
});

test('our own facts are recorded with what they say', async () => {
  const payment = await newPayment(db, club, member);
  await tell(db, payment, captured('TX1', eur(1)));
  await act(db, payment, accept('cmd_1'));
  const { facts } = await load(db, payment);
  expect(facts.at(-1)).toMatchObject({ ...accepted('TX1', eur(1), 'cmd_1'), occurredAt: expect.any(String) });
  expect(summarize({ terms: payment, facts: [...facts, expired()] }).status).toBe('paid');
});
