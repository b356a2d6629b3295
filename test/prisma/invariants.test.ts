import { cancelCharge } from '../../books/cart';
import { foldPaymentDays, foldStatistics } from '../../books/days';
import { markBalances } from '../../books/ledger';
import {
  inTransaction,
  newClub,
  newId,
  newMember,
  newMessage,
  newPayment,
  openBooks,
  owe,
  tell,
  tellUnmatched,
} from '../books/bookkeeping';
import type { Books } from '../books/bookkeeping';
import { captured, disputeOpened, eur, fee, refunded, reversed } from '../domain/builders';
import { brokenInvariants } from '../support/audit';

let db: Books;
beforeAll(async () => {
  db = await openBooks();
  const club = await newClub(db);
  const [member, neighbour] = [await newMember(db, club), await newMember(db, club)];
  await owe(db, club, member, 3000);
  const payment = await newPayment(db, club, member);
  await tell(db, payment, captured('TX1'), fee('TX1'));
  await tell(db, payment, refunded('RF1', eur(10)));
  await tell(db, payment, reversed('RV1', eur(20)), disputeOpened('TX1'));
  await owe(db, club, member, 500);
  const called = await owe(db, club, member, 100);
  const { merchantId } = club;
  const commandId = newId('cmd');
  await cancelCharge(db, { commandId, merchantId, memberId: member, chargeId: called, currency: 'EUR', note: null });
  await owe(db, club, neighbour, 700);
  await tellUnmatched(db, club, [captured('TX2')]);
  await newMessage(db, club, { payment: payment.id });
  const stranger = await newClub(db);
  await tell(db, await newPayment(db, stranger, await newMember(db, stranger)), captured('TX1'));
  // Somebody else's transaction goes on.
  while ((await markBalances(db, 1)) === null);
  while ((await foldStatistics(db, { atLeast: 1, most: 1000 })) === null);
  await foldPaymentDays(db, 1000);
});
afterAll(() => db.close());

const BOOKED = "(SELECT id FROM facts WHERE kind = 'payment_captured' AND payment_id IS NOT NULL ORDER BY id LIMIT 1)";
const ENTRY = `(SELECT id FROM entries WHERE kind = 'payment_captured' AND fact_id = ${BOOKED})`;
const PAYLINE = `(SELECT id FROM paylines WHERE fact_id = ${BOOKED})`;

/** How each view's promise can be broken, by somebody who first disables every trigger. */
const damage: Record<string, string[]> = {
  inv_entries_balance: [`UPDATE postings SET amount = amount + 1 WHERE entry_id = ${ENTRY} AND position = 1`],
  inv_entries_have_postings: [`DELETE FROM postings WHERE entry_id = ${ENTRY}`],
  inv_postings_of_own_merchant: [
    `UPDATE postings SET account_id = (SELECT a.id FROM ledger_accounts a JOIN entries e ON e.merchant_id <> a.merchant_id WHERE e.id = ${ENTRY} LIMIT 1) WHERE entry_id = ${ENTRY}`,
  ],
  inv_captures_are_booked: [`DELETE FROM entries WHERE id = ${ENTRY}`],
  inv_capture_amounts: [`UPDATE facts SET amount = amount + 1 WHERE id = ${BOOKED}`],
  inv_fees_are_booked: ["DELETE FROM entries WHERE kind = 'fee_charged'"],
  inv_paylines_are_booked: [`UPDATE entries SET kind = 'payment_suspended' WHERE id = ${ENTRY}`],
  inv_bookings_have_paylines: [`DELETE FROM paylines WHERE id = ${PAYLINE}`],
  inv_carts_equal_books: [`UPDATE paylines SET amount = amount - 1 WHERE id = ${PAYLINE}`],
  inv_credit_equals_books: [
    "DELETE FROM entries WHERE kind = 'credit_used'",
    'DELETE FROM postings WHERE entry_id NOT IN (SELECT id FROM entries)',
  ],
  inv_no_idle_credit: [
    `UPDATE charges SET amount = amount + 1 WHERE member_id = (SELECT member_id FROM paylines WHERE id = ${PAYLINE})`,
  ],
  inv_one_accepted_capture: [
    `INSERT INTO facts (account_id, gateway_reference, kind, payment_id, amount, currency)
       SELECT account_id, 'TX3', kind, payment_id, amount, currency FROM facts WHERE id = ${BOOKED}`,
    `INSERT INTO entries (merchant_id, kind, fact_id, payment_id, booked_on)
       SELECT e.merchant_id, e.kind, f.id, e.payment_id, e.booked_on FROM entries e, facts f WHERE e.id = ${ENTRY} AND f.gateway_reference = 'TX3'`,
  ],
  inv_paid_has_money: ["UPDATE payments SET status = 'expired' WHERE status = 'paid'"],
  inv_undone_is_laid: ['UPDATE allocation_undos SET amount = 1000000 WHERE allocation_id IS NOT NULL'],
  inv_credit_is_not_negative: ['UPDATE allocation_undos SET amount = 1000000 WHERE by_payline_id IS NOT NULL'],
  inv_takings_are_undone: ['DELETE FROM allocation_undos WHERE by_payline_id IS NOT NULL'],
  inv_cancelled_is_unpaid: ['DELETE FROM allocation_undos WHERE by_payline_id IS NULL'],
  inv_cart_open_equals_books: ['UPDATE cart_open SET open = open + 1'],
  inv_cart_credit_equals_books: [
    `INSERT INTO cart_credit (member_id, payline_id, credit) SELECT member_id, id, 1 FROM paylines WHERE id = ${PAYLINE} ON CONFLICT (member_id, payline_id) DO UPDATE SET credit = 1`,
  ],
  inv_cart_balance_equals_books: ['UPDATE carts SET balance = balance + 1'],
  inv_cart_balance_is_credit_or_due: ['DELETE FROM cart_open'],
  inv_disputed_funds_are_held: ['UPDATE disputes SET held = held + 1'],
  inv_money_back_is_booked: ["DELETE FROM entries WHERE kind = 'payment_refunded'"],
  inv_payment_sums_equal_facts: ['UPDATE payments SET refunded = refunded + 1'],
  inv_payment_days_equal_payments: ['UPDATE payment_days SET captured = captured + 1'],
  inv_statistics_equal_entries: ["UPDATE statistics_days SET fees = fees + 1 WHERE told_by = 'category'"],
  inv_balance_marks_equal_postings: ['UPDATE balance_marks SET debit = debit + 1'],
  inv_received_is_in_outbox: ["DELETE FROM outbox WHERE kind = 'notification'"],
  inv_received_can_be_read: ['DELETE FROM notification_bodies'],
  inv_attentions_are_listed: ['DELETE FROM payment_attentions'],
  inv_instalments_are_handed_over: ["UPDATE payments SET agreement_id = 'agr_of_nobody', instalment = sequence"],
  inv_unapplied_are_listed: ["UPDATE unapplied_messages SET state = 'attention'"],
};

/** Damages the database inside a transaction that is taken back, and looks at the view meanwhile. */
async function rowsAfter(statements: readonly string[], view: string): Promise<number> {
  let found = -1;
  const work = inTransaction(db, async (tx) => {
    await tx.sql.query('SET LOCAL session_replication_role = replica');
    for (const statement of statements) {
      const { rowCount } = await tx.sql.query(statement);
      expect(rowCount).toBeGreaterThan(0); // else nothing was broken
    }
    found = (await tx.sql.query(`SELECT * FROM ${view}`)).rows.length;
    throw new Error('taken back');
  });
  await expect(work).rejects.toThrow('taken back');
  return found;
}

test('books that were only written by the booking functions break no promise', async () => {
  expect(await brokenInvariants(db)).toEqual({});
});

test.each(Object.entries(damage))('%s finds what it says', async (view, statements) => {
  expect(await rowsAfter(statements, view)).toBeGreaterThan(0);
  expect(await brokenInvariants(db)).toEqual({});
});

test('a payment called paid without money is found too, and a case of a paid one is not', async () => {
  expect(await rowsAfter(['DELETE FROM paylines'], 'inv_paid_has_money')).toBeGreaterThan(0);
  expect(await rowsAfter(["UPDATE payments SET status = 'disputed' WHERE status = 'paid'"], 'inv_paid_has_money')).toBe(
    0,
  );
});

test('every view has its damage here, and says in a sentence what it holds', async () => {
  const { rows } = await db.sql.query<{ name: string; meaning: string | null }>(
    "SELECT relname AS name, obj_description(oid) AS meaning FROM pg_class WHERE relkind = 'v' AND relname LIKE 'inv\\_%' ORDER BY 1",
  );
  expect(rows.map((row) => row.name)).toEqual(Object.keys(damage).sort());
  for (const row of rows) expect(row.meaning).toMatch(/^[a-z].* .*/);
});

test.each([
  ['given', "kind = 'payment_refunded'", 'RF1'],
  ['taken', "kind = 'payment_reversed'", 'RV1'],
])('money %s back that has no entry is named, whether or not its run is to be woken', async (_, entry, reference) => {
  const work = inTransaction(db, async (tx) => {
    await tx.sql.query('SET LOCAL session_replication_role = replica');
    await tx.sql.query(`DELETE FROM entries WHERE ${entry}`);
    const { rows } = await tx.sql.query('SELECT gateway_reference FROM inv_money_back_is_booked');
    expect(rows).toEqual([{ gateway_reference: reference }]);
    throw new Error('taken back');
  });
  await expect(work).rejects.toThrow('taken back');
});

test('what waits in suspense is listed', async () => {
  const suspense = await db.sql.query('SELECT currency, amount::int FROM known_suspense');
  expect(suspense.rows).toEqual([{ currency: 'EUR', amount: 5000 }]);
});
