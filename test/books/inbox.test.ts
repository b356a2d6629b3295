import fc from 'fast-check';
import { giveWay as leavePlace } from '../../books/outbox';
import { TURNS } from '../../workflows/domain/places';
import { captured, eur, expired, fee, pending } from '../domain/builders';
import {
  act,
  everything,
  inTransaction,
  messageState,
  newClub,
  newId,
  newMember,
  newMessage,
  newPayment,
  now,
  openBooks,
  receive,
  take as takeFrom,
  tell,
  tellUnmatched,
} from './bookkeeping';
import type { Books, Club } from './bookkeeping';

let db: Books;
let club: Club;
let member: string;
beforeAll(async () => {
  db = await openBooks();
});
beforeEach(async () => {
  await db.sql.query('DELETE FROM outbox');
  club = await newClub(db);
  member = await newMember(db, club);
});
afterAll(() => db.close());

const settleInvalid = (id: string) => db.sql.query("SELECT settle_without_facts($1, 'invalid', 'forged')", [id]);

describe('a message is kept once', () => {
  test('identical bytes make no second row and no second verification', async () => {
    const first = await receive(db, club, { bytes: 'txn_id=TX1' });
    expect(first).toMatchObject({ fresh: true, state: 'received', payment: null });
    const before = await everything(db);
    expect(await receive(db, club, { bytes: 'txn_id=TX1' })).toMatchObject({
      id: first.id,
      fresh: false,
      state: 'received',
      waiting: 0,
    });
    expect(await everything(db)).toEqual(before);
  });

  test('though it comes ten times at once', async () => {
    const receptions = await Promise.all(Array.from({ length: 10 }, () => receive(db, club, { bytes: 'at once' })));
    expect(new Set(receptions.map((reception) => reception.id)).size).toBe(1);
    expect(receptions.filter((reception) => reception.fresh)).toHaveLength(1);
    const { rows } = await db.sql.query('SELECT count(*)::int AS count FROM outbox');
    expect(rows).toEqual([{ count: 1 }]);
  });

  test('but the same bytes for another club are another message', async () => {
    const [ours, theirs] = [
      await receive(db, club, { bytes: 'same' }),
      await receive(db, await newClub(db), { bytes: 'same' }),
    ];
    expect(theirs).toMatchObject({ fresh: true });
    expect(theirs.id).not.toBe(ours.id);
  });
});

describe('a message that says nothing new', () => {
  const known = [captured('TX1'), fee('TX1')];
  beforeEach(async () => {
    await tell(db, await newPayment(db, club, member), ...known);
  });

  test.each<[string, Parameters<typeof receive>[2], string]>([
    ['all its claims are known', { facts: known }, 'duplicate'],
    ['one of its claims is known and it makes no other', { facts: [known[0]!] }, 'duplicate'],
    [
      'it claims a fee that is not known',
      { facts: [captured('TX1'), fee('TX1', eur(1), { qualifier: 'second' })] },
      'received',
    ],
    ['it claims another amount of a known fact', { facts: [captured('TX1', eur(1))] }, 'received'],
    ['it claims another state of the same money', { facts: [pending('TX1')] }, 'received'],
    ['it claims nothing that can be read', { facts: [] }, 'received'],
    ['a browser brings the reference of known money', { channel: 'pdt', references: ['TX1'] }, 'duplicate'],
    ['a browser brings the reference of unknown money', { channel: 'pdt', references: ['TX9'] }, 'received'],
    ['a browser brings no reference', { channel: 'pdt', references: [] }, 'received'],
  ])('%s', async (_, claim, state) => {
    const reception = await receive(db, club, claim);
    expect(reception).toMatchObject({ state, fresh: state === 'received' });
    expect(await messageState(db, reception.id)).toMatchObject({ state, waits: state === 'received' });
  });

  test('what another club knows is new here', async () => {
    expect(await receive(db, await newClub(db), { facts: known })).toMatchObject({ state: 'received' });
  });
});

describe('a message once called invalid', () => {
  test('is verified once more when it is sent again, and not a third time', async () => {
    const { id } = await receive(db, club, { bytes: 'resent' });
    await settleInvalid(id);
    expect(await receive(db, club, { bytes: 'resent' })).toMatchObject({ id, fresh: true, state: 'received' });
    expect(await messageState(db, id)).toMatchObject({ state: 'received', waits: true });
    await settleInvalid(id);
    expect(await receive(db, club, { bytes: 'resent' })).toMatchObject({ id, fresh: false, state: 'invalid' });
    expect(await messageState(db, id)).toMatchObject({ state: 'invalid', waits: false });
  });

  test('is verified once more even when its claims became known meanwhile', async () => {
    const { id } = await receive(db, club, { bytes: 'resent', facts: [captured('TX1')] });
    await settleInvalid(id);
    await tell(db, await newPayment(db, club, member), captured('TX1'));
    expect(await receive(db, club, { bytes: 'resent', facts: [captured('TX1')] })).toMatchObject({
      id,
      fresh: true,
      state: 'received',
    });
    expect(await messageState(db, id)).toMatchObject({ state: 'received', waits: true });
  });

  test('one that was settled otherwise stays settled', async () => {
    const payment = await newPayment(db, club, member);
    const { id } = await receive(db, club, { bytes: 'applied', payment: payment.id });
    await act(
      db,
      payment,
      { kind: 'facts', facts: [captured('TX1')], at: now() },
      { notification: { id, state: 'applied', about: captured('TX1') } },
    );
    expect(await receive(db, club, { bytes: 'applied', payment: payment.id })).toMatchObject({
      id,
      fresh: false,
      state: 'applied',
    });
  });
});

describe('where a message is sent', () => {
  test('to the payment it names', async () => {
    const payment = await newPayment(db, club, member);
    expect(await receive(db, club, { payment: payment.id })).toMatchObject({ payment: payment.id, waiting: 1 });
    expect(await receive(db, club, { payment: payment.id })).toMatchObject({ payment: payment.id, waiting: 2 });
  });

  test('not to a payment of another account', async () => {
    const stranger = await newClub(db);
    const payment = await newPayment(db, stranger, await newMember(db, stranger));
    expect(await receive(db, club, { payment: payment.id })).toMatchObject({ payment: null, fresh: true });
  });

  test('else to the payment that has its money, or its parent’s', async () => {
    const payment = await newPayment(db, club, member);
    await tell(db, payment, captured('TX1'));
    expect(await receive(db, club, { payment: newId('pay'), references: ['RF1', 'TX1'] })).toMatchObject({
      payment: payment.id,
    });
  });

  test('and not by a reference that only another account knows', async () => {
    const stranger = await newClub(db);
    await tell(db, await newPayment(db, stranger, await newMember(db, stranger)), captured('TX1'));
    expect(await receive(db, club, { references: ['TX1'] })).toMatchObject({ payment: null });
  });

  test('nor to nobody’s money: that stays unmatched', async () => {
    await tellUnmatched(db, club, [captured('TX1')]);
    expect(await receive(db, club, { references: ['TX1'], facts: [fee('TX1')] })).toMatchObject({
      payment: null,
      state: 'received',
    });
  });
});

test('a message that told no facts is settled once, with its reason', async () => {
  const id = await newMessage(db, club);
  for (const [state, reason] of [
    ['attention', 'receiver_mismatch'],
    ['invalid', 'forged'],
  ])
    await db.sql.query('SELECT settle_without_facts($1, $2, $3)', [id, state, reason]);
  const { rows } = await db.sql.query('SELECT state, reason FROM notifications WHERE id = $1', [id]);
  expect(rows).toEqual([{ state: 'attention', reason: 'receiver_mismatch' }]);
  expect(await messageState(db, id)).toMatchObject({ waits: false });
});

test('a payment is created with its first fact and its run to start', async () => {
  const payment = await newPayment(db, club, member);
  const { rows } = await db.sql.query(
    `SELECT p.status, f.kind, f.amount, o.kind AS outbox, o.due_at > now() AS leased FROM payments p
     JOIN facts f ON f.payment_id = p.id JOIN outbox o ON o.subject_id = p.id WHERE p.id = $1`,
    [payment.id],
  );
  expect(rows).toEqual([
    { status: 'awaiting_payer', kind: 'checkout_opened', amount: 5000, outbox: 'start', leased: true },
  ]);
});

describe('what is due is taken by one sweeper', () => {
  const take = takeFrom;
  const allDue = () => db.sql.query("UPDATE outbox SET due_at = now() - interval '1 second'");
  /** Messages that found no place with Temporal, of this club unless said otherwise. */
  const addDue = async (count: number, of = club) => {
    const ids = await Promise.all(Array.from({ length: count }, () => newMessage(db, of)));
    await db.sql.query("UPDATE outbox SET told_at = NULL, due_at = now() - interval '1 second'");
    return ids;
  };

  test('ten sweepers at once never take the same row, and leave none', async () => {
    const clubs = await Promise.all(Array.from({ length: 30 }, () => newClub(db)));
    const ids: string[] = [];
    for (const of of clubs) ids.push(...(await addDue(2, of)));
    const taken = await Promise.all(Array.from({ length: 10 }, () => take(db, 10)));
    const subjects = taken.flat().map((row) => row.subjectId);
    expect(new Set(subjects).size).toBe(subjects.length);
    const rest = await take(db, 100);
    expect([...subjects, ...rest.map((row) => row.subjectId)].sort()).toEqual(ids.sort());
  });

  test('an account that another sweeper serves is passed over, not waited for', async () => {
    await addDue(3);
    const others = await addDue(1, await newClub(db));
    await inTransaction(db, async (tx) => {
      await db.sql.query("UPDATE outbox SET due_at = now() + interval '1 hour' WHERE subject_id = ANY ($1)", [others]);
      expect(await take(tx, 2)).toHaveLength(2);
      await db.sql.query('UPDATE outbox SET due_at = now() WHERE subject_id = ANY ($1)', [others]);
      expect((await take(db, 10)).map((row) => row.subjectId)).toEqual(others);
    });
    await db.sql.query("UPDATE outbox SET told_at = told_at - interval '3 seconds'");
    expect(await take(db, 10)).toHaveLength(1);
  });

  test('a start that another sweeper holds is passed over, not waited for', async () => {
    for (let i = 0; i < 3; i++) await newPayment(db, club, member);
    await allDue();
    await inTransaction(db, async (tx) => {
      expect(await take(tx, 2)).toHaveLength(2);
      expect(await take(db, 10)).toHaveLength(1);
    });
    expect(await take(db, 10)).toEqual([]);
  });

  test('the oldest first, and nothing that is not due', async () => {
    const [old, young, later] = await addDue(3);
    await db.sql.query("UPDATE outbox SET due_at = now() - interval '1 hour' WHERE subject_id = $1", [old]);
    await db.sql.query("UPDATE outbox SET due_at = now() + interval '1 hour' WHERE subject_id = $1", [later]);
    expect((await take(db, 1)).map((row) => row.subjectId)).toEqual([old]);
    expect((await take(db, 10)).map((row) => row.subjectId)).toEqual([young]);
  });

  test('a run that was taken and never started comes back, each time after a longer pause', async () => {
    const { id } = await newPayment(db, club, member);
    const pauses: number[] = [];
    for (let tries = 1; tries <= 12; tries++) {
      await allDue();
      expect(await take(db, 1)).toMatchObject([{ subjectId: id, tries }]);
      const { rows } = await db.sql.query<{ pause: number }>(
        'SELECT round(extract(epoch FROM due_at - now()))::int AS pause FROM outbox WHERE subject_id = $1',
        [id],
      );
      pauses.push(rows[0]!.pause);
    }
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[0]).toBe(5);
    expect(pauses.at(-1)).toBe(3600);
  });
});

describe('a flood waits in the outbox', () => {
  const take = (most = 100) => takeFrom(db, most);
  const settle = (ids: readonly string[]) =>
    db.sql.query("SELECT settle_without_facts(id, 'invalid', 'forged') FROM unnest($1::text[]) AS id", [ids]);
  const sendBack = (ids: readonly string[], pause: string) =>
    db.sql.query(
      'UPDATE outbox SET told_at = NULL, throttled = true, due_at = now() + $2::interval WHERE subject_id = ANY ($1)',
      [ids, pause],
    );
  const flood = (count: number, claim: Parameters<typeof receive>[2] = {}, of = club) =>
    Promise.all(Array.from({ length: count }, () => receive(db, of, claim)));
  const told = (receptions: readonly { id: string; tell: boolean }[]) =>
    receptions.filter(({ tell }) => tell).map(({ id }) => id);
  const openPayments = async (count: number) => {
    const payments = await Promise.all(Array.from({ length: count }, () => newPayment(db, club, member)));
    await db.sql.query("DELETE FROM outbox WHERE kind = 'start'"); // their runs sleep until the deadline
    return payments.map(({ id }) => id);
  };
  /** Takes whose turn it is until nobody's is, with a moment between. */
  const takeAll = async () => {
    const taken: string[] = [];
    for (;;) {
      await db.sql.query("UPDATE outbox SET told_at = told_at - interval '3 seconds'");
      const ids = (await take()).map((row) => row.subjectId);
      if (ids.length === 0) return taken;
      taken.push(...ids);
    }
  };
  const withTemporal = async ({ accountId }: Club) => {
    const { rows } = await db.sql.query<{ count: number }>(
      'SELECT count(*)::int FROM outbox WHERE account_id = $1 AND told_at IS NOT NULL',
      [accountId],
    );
    return rows[0]!.count;
  };

  test('of messages that name no payment two are told at once, though all come at once, and twenty before the first is verified', async () => {
    expect(told(await flood(60))).toHaveLength(2);
    expect(await take()).toEqual([]);
    expect(await takeAll()).toHaveLength(18);
    expect(await withTemporal(club)).toBe(20);
  });

  test('of messages about one payment ten and then twenty, and a hundred of one account in all', async () => {
    const payments = await openPayments(8);
    expect(told(await flood(30, { payment: payments[0]! }))).toHaveLength(10);
    for (const payment of payments.slice(1)) await flood(20, { payment });
    await takeAll();
    expect(await withTemporal(club)).toBe(100);
    expect((await receive(db, club)).tell).toBe(false);
  });

  test('while another account is told at once, and whoever of this one names a living payment too', async () => {
    await flood(60);
    expect((await receive(db, await newClub(db))).tell).toBe(true);
    expect((await receive(db, club, { payment: (await newPayment(db, club, member)).id })).tell).toBe(true);
  });

  test('nobody overtakes those who wait, not even when there is room again', async () => {
    const receptions = await flood(9);
    await settle(told(receptions));
    expect((await receive(db, club)).tell).toBe(false);
    const taken = (await take()).map((row) => row.subjectId);
    expect(taken).toHaveLength(2);
    expect(receptions.map(({ id }) => id)).toEqual(expect.arrayContaining(taken));
  });

  test('accounts take turns: one message of a quiet one is taken with the first of a flood, however long that waits', async () => {
    await settle(told(await flood(60)));
    const quiet = await newClub(db);
    const [message] = await flood(1, {}, quiet);
    await db.sql.query('UPDATE outbox SET told_at = NULL, due_at = now() WHERE subject_id = $1', [message!.id]);
    expect((await take(2)).map((row) => row.subjectId)).toContain(message!.id);
  });

  test('twenty sweepers at once give away no place twice', async () => {
    await settle(told(await flood(60)));
    const taken = await Promise.all(Array.from({ length: 20 }, () => take(3)));
    const rest = await take();
    expect(new Set([...taken.flat(), ...rest].map((row) => row.subjectId)).size).toBe(2);
    expect(await withTemporal(club)).toBe(2);
  });

  test('what the throttle sent back holds up the others of its kind, and nobody else, until it is due', async () => {
    await sendBack(told(await flood(60)), '1 hour');
    const [about] = await flood(1, { payment: (await openPayments(1))[0]! });
    await db.sql.query('UPDATE outbox SET told_at = NULL, due_at = now() WHERE subject_id = $1', [about!.id]);
    expect(await takeAll()).toEqual([about!.id]);
    await db.sql.query('UPDATE outbox SET due_at = now() WHERE throttled');
    expect(await takeAll()).toHaveLength(20);
  });

  test('a payment whose message was sent back waits as long, and another payment does not', async () => {
    const [throttled, other] = await openPayments(2);
    await sendBack(told(await flood(1, { payment: throttled! })), '1 hour');
    expect((await receive(db, club, { payment: throttled! })).tell).toBe(false);
    expect(await takeAll()).toEqual([]);
    expect((await receive(db, club, { payment: other! })).tell).toBe(true);
  });

  test('a place that somebody died with is told again, and counts until the message is settled', async () => {
    const ids = told(await flood(25));
    await db.sql.query("UPDATE outbox SET due_at = now() - interval '1 second' WHERE told_at IS NOT NULL");
    expect((await take()).map((row) => row.subjectId).sort()).toEqual(ids.sort());
    expect(await withTemporal(club)).toBe(2);
  });

  test('what nobody answers leaves its place only to one of its kind that waits, and comes back behind it', async () => {
    const giveWay = (id: string) => leavePlace(db, id, TURNS.pauseMs);
    const alone = await receive(db, club, { payment: (await openPayments(1))[0]! });
    const ids = told(await flood(3));
    expect(await giveWay(alone.id)).toBe(false);
    expect(await giveWay(ids[0]!)).toBe(true);
    const taken = await takeAll();
    expect(taken).toHaveLength(1);
    expect(taken).not.toContain(ids[0]);
    expect(await giveWay(ids[1]!)).toBe(false);
  });

  test('hundreds about one payment do not stand before another payment of the account, and come back by and by', async () => {
    const [flooded, other] = await openPayments(2);
    await flood(300, { payment: flooded! });
    const { id } = await receive(db, club, { payment: other! });
    await db.sql.query("UPDATE outbox SET told_at = NULL, due_at = now() - interval '1 second'");
    const taken = [await takeAll(), await takeAll()].flat(); // a sweep may only have put off
    expect(taken).toContain(id);
    expect(taken).toHaveLength(21);
    const { rows } = await db.sql.query<{ soon: number }>(
      "SELECT count(*)::int AS soon FROM outbox WHERE told_at IS NULL AND due_at < now() + interval '90 seconds'",
    );
    expect(rows[0]!.soon).toBeLessThan(100);
  });

  test('100,000 messages of one account cost the sweep and the next message as little as none', async () => {
    await db.sql.query(
      `INSERT INTO outbox (subject_id, kind, account_id, stray, due_at)
       SELECT 'ntf_' || i, 'notification', $1, true, now() - interval '1 minute' FROM generate_series(1, 100000) AS i`,
      [club.accountId],
    );
    const rowsRead = await inTransaction(db, async (tx) => {
      const read = async () =>
        (
          await tx.sql.query<{ rows: number }>(
            "SELECT (seq_tup_read + idx_tup_fetch)::int AS rows FROM pg_stat_xact_user_tables WHERE relname = 'outbox'",
          )
        ).rows[0]!.rows;
      const before = await read();
      expect(await takeFrom(tx)).toHaveLength(2);
      expect((await receive(tx, club)).tell).toBe(false);
      return (await read()) - before;
    });
    expect(rowsRead).toBeLessThan(500);
  });

  describe('a payment is living for its messages', () => {
    const ended = async (status: string, days: number) => {
      const { id } = await newPayment(db, club, member);
      await inTransaction(db, async ({ sql }) => {
        await sql.query('SET LOCAL session_replication_role = replica');
        await sql.query('UPDATE payments SET status = $2::payment_status WHERE id = $1', [id, status]);
        await sql.query("UPDATE facts SET recorded_at = now() - $2 * interval '1 day' WHERE payment_id = $1", [
          id,
          days,
        ]);
      });
      return id;
    };
    test.each([
      ['awaiting_payer', 400, true],
      ['paid', 400, true],
      ['expired', 6, true],
      ['expired', 8, false],
      ['cancelled', 8, false],
      ['failed', 8, false],
    ])('%s, with its last news %i days ago: %s', async (status, days, living) => {
      const full = { payment: await ended(status, days), accountFull: true };
      const reception = await receive(db, club, full);
      expect(reception.refused === true).toBe(!living);
    });
  });

  test('of an account that is full only those are refused that name no living payment; a payment has its own allowance', async () => {
    const [flooded, other] = [await newPayment(db, club, member), await newPayment(db, club, member)];
    const before = await everything(db);
    expect(await receive(db, club, { accountFull: true })).toEqual({ refused: true });
    expect(await everything(db)).toEqual(before);
    expect(await receive(db, club, { accountFull: false })).toMatchObject({ fresh: true });
    await db.sql.query(
      `INSERT INTO outbox (subject_id, kind, account_id, payment_id, due_at)
       SELECT 'ntf_' || i, 'notification', $1, $2, now() FROM generate_series(1, 499) AS i`,
      [club.accountId, flooded.id],
    );
    expect(await receive(db, club, { payment: flooded.id, accountFull: true })).toMatchObject({ fresh: true });
    expect(await receive(db, club, { payment: flooded.id, accountFull: false })).toEqual({ refused: true });
    expect(await receive(db, club, { payment: other.id, accountFull: true })).toMatchObject({ fresh: true });
  });

  test('whatever happens in whatever order, no message is lost, and no more are with Temporal than may be', async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant('receive' as const),
          count: fc.integer({ min: 1, max: 40 }),
          about: fc.integer({ min: 0, max: 8 }),
          of: fc.nat(1),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constantFrom('take', 'settle', 'send back', 'time passes' as const),
          part: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        await db.sql.query('DELETE FROM outbox');
        const clubs = [await newClub(db), await newClub(db)];
        const payments = await Promise.all(
          clubs.map(async (of) => {
            const payer = await newMember(db, of);
            return Promise.all(Array.from({ length: 8 }, () => newPayment(db, of, payer)));
          }),
        );
        await db.sql.query("DELETE FROM outbox WHERE kind = 'start'");
        const part = async (share: number) => {
          const { rows } = await db.sql.query<{ id: string }>(
            'SELECT subject_id AS id FROM outbox WHERE told_at IS NOT NULL ORDER BY md5(subject_id)',
          );
          return rows.slice(0, Math.ceil(rows.length * share)).map(({ id }) => id);
        };
        const ids: string[] = [];
        for (const one of steps) {
          if (one.kind === 'receive') {
            const payment = payments[one.of]![one.about - 1]?.id ?? null; // 0: none
            ids.push(...(await flood(one.count, { payment }, clubs[one.of])).map(({ id }) => id));
          } else if (one.kind === 'take') await Promise.all([take(50), take(50)]);
          else if (one.kind === 'settle') await settle(await part(one.part));
          else if (one.kind === 'send back') await sendBack(await part(one.part), '30 seconds');
          else
            await db.sql.query(
              "UPDATE outbox SET due_at = due_at - interval '2 minutes', told_at = told_at - interval '2 minutes'",
            );

          const { rows } = await db.sql.query<{ strays: number; all: number; one: number }>(
            `SELECT coalesce(max(t.strays), 0)::int AS strays, coalesce(max(t."all"), 0)::int AS "all",
               (SELECT coalesce(max(n), 0)::int FROM (SELECT count(*) AS n FROM outbox WHERE told_at IS NOT NULL AND payment_id IS NOT NULL GROUP BY payment_id) p) AS one
             FROM (SELECT count(*) FILTER (WHERE stray) AS strays, count(*) AS "all" FROM outbox WHERE told_at IS NOT NULL GROUP BY account_id) t`,
          );
          expect(rows[0]!.strays).toBeLessThanOrEqual(20);
          expect(rows[0]!.all).toBeLessThanOrEqual(100);
          expect(rows[0]!.one).toBeLessThanOrEqual(20);
          expect(
            (await db.sql.query('SELECT FROM inv_received_is_in_outbox WHERE notification = ANY ($1)', [ids])).rows,
          ).toEqual([]);
        }
        // Time goes by, and the gateway answers all.
        for (
          let turns = 0;
          turns < 300 && (await db.sql.query('SELECT FROM outbox LIMIT 1')).rows.length > 0;
          turns++
        ) {
          await db.sql.query(
            "UPDATE outbox SET due_at = now() - interval '1 second', told_at = told_at - interval '3 seconds'",
          );
          await settle((await take()).map((row) => row.subjectId));
        }
        const { rows } = await db.sql.query<{ state: string }>(
          'SELECT DISTINCT state FROM notifications WHERE id = ANY ($1)',
          [ids],
        );
        expect(rows.map(({ state }) => state)).toEqual(ids.length > 0 ? ['invalid'] : []);
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});

test('an expiry that was recorded leaves nothing for a sweeper to verify', async () => {
  const payment = await newPayment(db, club, member);
  await act(db, payment, { kind: 'expire', at: now() }, { guard: 'no_unverified' });
  const { rows } = await db.sql.query(
    "SELECT kind, qualifier FROM facts WHERE payment_id = $1 AND kind = 'payment_expired'",
    [payment.id],
  );
  expect(rows).toEqual([{ kind: expired().kind, qualifier: expired().qualifier }]);
});
