import { captured, eur, expired, fee, pending } from '../domain/builders';
import {
  act, everything, inTransaction, messageState, newClub, newId, newMember, newMessage, newPayment, now, openBooks, receive, tell, tellUnmatched,
} from './bookkeeping'; // prettier-ignore
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
    expect(await receive(db, club, { bytes: 'txn_id=TX1' })).toMatchObject({ id: first.id, fresh: false, state: 'received', waiting: 0 });
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
    const [ours, theirs] = [await receive(db, club, { bytes: 'same' }), await receive(db, await newClub(db), { bytes: 'same' })];
    expect(theirs).toMatchObject({ fresh: true });
    expect(theirs.id).not.toBe(ours.id);
  });
});

describe('a message that says nothing new', () => {
  const known = [captured('TX1'), fee('TX1')];
  beforeEach(async () => {
    await tell(db, await newPayment(db, club, member), ...known);
  });

  test.each([
    ['all its claims are known', { facts: known }, 'duplicate'],
    ['one of its claims is known and it makes no other', { facts: [known[0]!] }, 'duplicate'],
    ['it claims a fee that is not known', { facts: [captured('TX1'), fee('TX1', eur(1), { qualifier: 'second' })] }, 'received'],
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
    expect(await receive(db, club, { bytes: 'resent', facts: [captured('TX1')] })).toMatchObject({ id, fresh: true, state: 'received' });
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
    expect(await receive(db, club, { bytes: 'applied', payment: payment.id })).toMatchObject({ id, fresh: false, state: 'applied' });
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
    expect(await receive(db, club, { payment: newId('pay'), references: ['RF1', 'TX1'] })).toMatchObject({ payment: payment.id });
  });

  test('and not by a reference that only another account knows', async () => {
    const stranger = await newClub(db);
    await tell(db, await newPayment(db, stranger, await newMember(db, stranger)), captured('TX1'));
    expect(await receive(db, club, { references: ['TX1'] })).toMatchObject({ payment: null });
  });

  test('nor to nobody’s money: that stays unmatched', async () => {
    await tellUnmatched(db, club, [captured('TX1')]);
    expect(await receive(db, club, { references: ['TX1'], facts: [fee('TX1')] })).toMatchObject({ payment: null, state: 'received' });
  });
});

test('a message that told no facts is settled once, with its reason', async () => {
  const id = await newMessage(db, club);
  for (const [state, reason] of [['attention', 'receiver_mismatch'], ['invalid', 'forged']])
    await db.sql.query('SELECT settle_without_facts($1, $2, $3)', [id, state, reason]); // prettier-ignore
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
  expect(rows).toEqual([{ status: 'awaiting_payer', kind: 'checkout_opened', amount: 5000, outbox: 'start', leased: true }]);
});

describe('what is due is taken by one sweeper', () => {
  const take = async (on: Pick<Books, 'sql'>, most: number) =>
    (await on.sql.query<{ subject_id: string; tries: number }>('SELECT * FROM take_due($1)', [most])).rows;
  const allDue = () => db.sql.query("UPDATE outbox SET due_at = now() - interval '1 second'");
  const addDue = async (count: number) => {
    const ids = await Promise.all(Array.from({ length: count }, () => newMessage(db, club)));
    await allDue();
    return ids;
  };

  test('ten sweepers at once never take the same row, and leave none', async () => {
    const ids = await addDue(60);
    const taken = await Promise.all(Array.from({ length: 10 }, () => take(db, 10)));
    const subjects = taken.flat().map((row) => row.subject_id);
    expect(new Set(subjects).size).toBe(subjects.length);
    const rest = await take(db, 100);
    expect([...subjects, ...rest.map((row) => row.subject_id)].sort()).toEqual(ids.sort());
  });

  test('a row that another sweeper holds is passed over, not waited for', async () => {
    await addDue(3);
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
    expect((await take(db, 1)).map((row) => row.subject_id)).toEqual([old]);
    expect((await take(db, 10)).map((row) => row.subject_id)).toEqual([young]);
  });

  test('a run that was taken and never started comes back, each time after a longer pause', async () => {
    const { id } = await newPayment(db, club, member);
    const pauses: number[] = [];
    for (let tries = 1; tries <= 12; tries++) {
      await allDue();
      expect(await take(db, 1)).toMatchObject([{ subject_id: id, tries }]);
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

test('an expiry that was recorded leaves nothing for a sweeper to verify', async () => {
  const payment = await newPayment(db, club, member);
  await act(db, payment, { kind: 'expire', at: now() }, { guard: 'no_unverified' });
  const { rows } = await db.sql.query("SELECT kind, qualifier FROM facts WHERE payment_id = $1 AND kind = 'payment_expired'", [payment.id]);
  expect(rows).toEqual([{ kind: expired().kind, qualifier: expired().qualifier }]);
});
