import { listBalances, markBalances } from '../../books/ledger';
import { captured, fee } from '../domain/builders';
import { brokenInvariants } from '../support/audit';
import { balances, inTransaction, newClub, newMember, newPayment, openBooks, owe, tell } from './bookkeeping';
import type { Books, Club } from './bookkeeping';

let db: Books;
let club: Club;
let member: string;
beforeAll(async () => {
  db = await openBooks();
  club = await newClub(db);
  member = await newMember(db, club);
});
afterAll(() => db.close());

let told = 0;
async function pay(): Promise<void> {
  told += 1;
  await owe(db, club, member, 5000);
  await tell(db, await newPayment(db, club, member), captured(`TX${told}`), fee(`TX${told}`));
}

/** The balances as the API gives them. */
async function shown(): Promise<Record<string, number>> {
  const rows = await listBalances(db, club.merchantId, { before: null, limit: 100 });
  return Object.fromEntries(
    rows.map((row) => [`${row.account.replace(':paypal-standard', '')} ${row.currency}`, row.debit - row.credit]),
  );
}

/** Marks as soon as no transaction of another database of this server goes on. */
async function mark(postings = 1): Promise<number> {
  for (;;) {
    const marked = await markBalances(db, postings);
    if (marked !== null) return marked;
  }
}

const marksOf = async (): Promise<number> =>
  (await db.sql.query<{ count: number }>('SELECT count(*) FROM balance_marks')).rows[0]!.count;

test('a balance is the same before, at and after its mark', async () => {
  await pay();
  expect(await shown()).toEqual(await balances(db, club));
  expect(await mark()).toBe(3); // clearing, fees, income
  expect(await shown()).toEqual(await balances(db, club));
  await pay();
  expect(await shown()).toEqual(await balances(db, club));
  await mark();
  expect(await shown()).toEqual(await balances(db, club));
  expect(await brokenInvariants(db)).toEqual({});
});

test('an account with less than so many postings above its mark gets no other one', async () => {
  await mark();
  const before = await marksOf();
  expect(await mark()).toBe(0);
  await pay();
  expect(await mark(1000)).toBe(0);
  expect(await marksOf()).toBe(before);
});

test('while a booking is being written nothing is marked that it may still add to', async () => {
  const other = await newMember(db, club);
  await inTransaction(db, async (tx) => {
    await tell(tx, await newPayment(tx, club, other), captured('SLOW'), fee('SLOW')); // numbered, and not committed
    await pay(); // numbered later, and committed
    expect(await markBalances(db, 1)).toBeNull();
  });
  await mark();
  expect(await shown()).toEqual(await balances(db, club));
  expect(await brokenInvariants(db)).toEqual({});
});

test('marks are never edited, and are written in a transaction of their own', async () => {
  await expect(db.sql.query('UPDATE balance_marks SET debit = 0')).rejects.toThrow('insert-only');
  await expect(db.sql.query('DELETE FROM balance_marks')).rejects.toThrow('insert-only');
  const booking = inTransaction(db, async (tx) => {
    await newMember(tx, club);
    await markBalances(tx, 1);
  });
  await expect(booking).rejects.toThrow('took its place before the numbers were read');
});
