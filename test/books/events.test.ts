import { listEvents, numberEvents } from '../../books/events';
import { doUpkeep } from '../../outbox/upkeep';
import { captured, eur, failed } from '../domain/builders';
import { inTransaction, newClub, newId, newMember, newPayment, openBooks, tell } from './bookkeeping';
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
afterAll(() => db.close());

const from = (after: number, limit = 1_000) => listEvents(db, club.merchantId, null, { after, limit });
const types = async () => (await from(0)).map(({ type }) => type);

test('what happened is listed in its order, each with as many facts as stood then', async () => {
  const payment = await newPayment(db, club, member);
  await tell(db, payment, failed('TX1'));
  await tell(db, payment, captured('TX2'));
  await tell(db, payment, captured('TX2'));
  expect(await from(0)).toEqual([]);
  expect(await numberEvents(db)).toBe(3);
  expect((await from(0)).map(({ type, facts, objectId }) => [type, facts, objectId])).toEqual([
    ['payment.created', 1, payment.id],
    ['payment.failed', 2, payment.id],
    ['payment.paid', 3, payment.id],
  ]);
});

test('a recording that does not last is not told of', async () => {
  const payment = await newPayment(db, club, member);
  await inTransaction(db, async (tx) => {
    await tell(tx, payment, captured());
    throw new Error('cut short');
  }).catch(() => undefined);
  await numberEvents(db);
  expect(await types()).toEqual(['payment.created']);
});

test('what was begun first and commits last comes last: whoever reads on from where they were misses nothing', async () => {
  await inTransaction(db, async (slow) => {
    const late = await newPayment(slow, club, member);
    const early = await newPayment(db, club, member);
    await numberEvents(db);
    const [seen] = await from(0);
    expect(seen).toMatchObject({ objectId: early.id });
    await tell(slow, late, captured());
  });
  await numberEvents(db);
  const all = await from(0);
  expect(all.map(({ type }) => type)).toEqual(['payment.created', 'payment.created', 'payment.paid']);
  expect(await from(all[0]!.sequence)).toEqual(all.slice(1));
});

test('of writers, and of those who number, at once: a reader who follows gets each event once, in the order of the numbers', async () => {
  const read: number[] = [];
  let writing = true;
  const follow = async () => {
    for (;;) {
      const wasWriting = writing;
      await Promise.all([numberEvents(db), numberEvents(db)]);
      read.push(...(await from(read.at(-1) ?? 0, 3)).map(({ sequence }) => sequence));
      if (!wasWriting && (await from(read.at(-1) ?? 0)).length === 0) return;
    }
  };
  const write = async () => {
    for (let made = 0; made < 10; made++)
      await inTransaction(db, async (tx) => {
        await newPayment(tx, club, member);
        await newPayment(tx, club, member);
      });
  };
  const following = follow();
  await Promise.all(Array.from({ length: 6 }, write));
  writing = false;
  await following;
  expect(read).toEqual((await from(0)).map(({ sequence }) => sequence));
  expect(read).toHaveLength(120);
});

test('a rare type is found among all others, in one order with another type', async () => {
  const payments = [await newPayment(db, club, member), await newPayment(db, club, member)] as const;
  await tell(db, payments[1], captured('TX1', eur(4500)));
  await tell(db, payments[0], failed('TX2'));
  await numberEvents(db);
  const chosen = await listEvents(db, club.merchantId, ['payment.failed', 'payment.needs_review'], {
    after: 0,
    limit: 5,
  });
  expect(chosen.map(({ type }) => type)).toEqual(['payment.needs_review', 'payment.failed']);
});

test('events are kept for 90 days', async () => {
  const old = (days: number) =>
    db.sql.query(
      `INSERT INTO events (id, merchant_id, type, object_kind, object_id, created_at)
       VALUES ($1, $2, 'payment.paid', 'payment', 'pay_1', now() - $3 * interval '1 day')`,
      [newId('evt'), club.merchantId, days],
    );
  await Promise.all([old(89), old(91)]);
  await newPayment(db, club, member);
  await numberEvents(db);
  await doUpkeep({ db, silentGateways: [] });
  expect(await types()).toHaveLength(2);
});

test('what an event says is never changed', async () => {
  await newPayment(db, club, member);
  await numberEvents(db);
  await expect(db.sql.query("UPDATE events SET type = 'payment.paid'")).rejects.toThrow(/events/);
});
