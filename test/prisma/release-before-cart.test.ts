import { addCharge, cancelCharge } from '../../books/cart';
import { toRow } from '../../books/facts';
import { record } from '../../books/record';
import { openDatabase } from '../../prisma/client';
import type { Database } from '../../prisma/client';
import { book, bookAttachment, bookCancellation, bookUnmatched, settle } from '../../workflows/domain/booking';
import type { Operation } from '../../workflows/domain/booking';
import type { Cart } from '../../workflows/domain/cart';
import type { Fact } from '../../workflows/domain/fact';
import { checkoutOpened, evolve, summarize } from '../../workflows/domain/payment';
import type { Payment, PaymentTerms } from '../../workflows/domain/payment';
import { cartOf, newClub, newId, newMember, now, readCart } from '../books/bookkeeping';
import type { Club } from '../books/bookkeeping';
import { captured, eur, refunded, refundFailed } from '../domain/builders';
import { brokenInvariants } from '../support/audit';
import { createEmptyDatabase, migrateSome } from '../support/environment/database';
import type { TestDatabase } from '../support/environment/database';

// The release before summed a cart's lines whenever it read it, and its functions know of no derived rows. They write before the migration
// and after it; what they wrote and what they go on to write is derived all the same.

const FIRST_OF_THIS_RELEASE = '20261130';

let database: TestDatabase;
let db: Database;
let club: Club;
beforeAll(async () => {
  database = await createEmptyDatabase();
  await migrateSome(database, (name) => name < FIRST_OF_THIS_RELEASE);
  db = openDatabase(database.url, { connections: 4 });
  club = await newClub(db);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

async function callBefore(name: 'record_turn' | 'change_cart', payload: unknown): Promise<string> {
  const { rows } = await db.sql.query<{ answer: { outcome: string } }>({
    name,
    text: `SELECT ${name}($1) AS answer`,
    values: [JSON.stringify(payload)],
  });
  return rows[0]!.answer.outcome;
}

/** All of it, as the release before reads it for whatever takes money off. */
async function wholeCart(memberId: string): Promise<Cart & { readonly version: number }> {
  const { rows } = await db.sql.query<{ cart: Omit<Cart, 'made'> & { version: number } }>(
    'SELECT read_whole_cart($1) AS cart',
    [memberId],
  );
  return { ...rows[0]!.cart, made: 0 };
}

/** A payment whose checkout is open; its facts are remembered here as a run remembers them. */
async function openPayment(memberId: string, amount: number): Promise<Payment> {
  const terms: PaymentTerms = {
    id: newId('pay'),
    memberId,
    ...club,
    amount,
    currency: 'EUR',
    expiresAt: '2030-01-01T00:00:00.000Z',
    latePayments: 'credit',
    charges: [],
  };
  const opened = checkoutOpened(terms, 'form', now());
  await db.sql.query(
    `INSERT INTO payments (id, merchant_id, member_id, account_id, gateway, amount, currency, late_payments, opened_with, expires_at, status)
     VALUES ($1, $2, $3, $4, $5, $6, 'EUR', 'credit', '', $7, 'awaiting_payer')`,
    [terms.id, club.merchantId, memberId, club.accountId, club.gateway, amount, terms.expiresAt],
  );
  await db.sql.query(
    `INSERT INTO facts (account_id, gateway_reference, kind, payment_id, amount, currency, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      club.accountId,
      opened.gatewayReference,
      opened.kind,
      terms.id,
      opened.amount,
      opened.currency,
      { handed: 'form' },
    ],
  );
  return { terms, facts: [opened] };
}

/** Records a fact as the release before did; gives the payment after it. */
async function tellBefore(payment: Payment, fact: Fact): Promise<Payment> {
  const next = evolve(payment, fact);
  const { version, ...cart } = await wholeCart(payment.terms.memberId);
  const outcome = await callBefore('record_turn', {
    merchant: club.merchantId,
    account: club.accountId,
    gateway: club.gateway,
    payment: payment.terms.id,
    member: payment.terms.memberId,
    known: payment.facts.length,
    cartVersion: version,
    facts: [{ ...toRow(fact), operations: book(payment, fact, club.gateway, cart).operations }],
    standing: { status: summarize(next).status, attention: null, attentions: [], refunds: [], disputes: [] },
  });
  expect(outcome).toBe('recorded');
  return next;
}

async function changeBefore(memberId: string, version: number, change: { operations: readonly Operation[] }) {
  return callBefore('change_cart', { merchant: club.merchantId, member: memberId, cartVersion: version, ...change });
}

async function oweBefore(memberId: string, amount: number): Promise<string> {
  const id = newId('chg');
  const { version, ...cart } = await wholeCart(memberId);
  const open = { id, category: 'fee', open: amount, dueOn: now().slice(0, 10), sequence: Number.MAX_SAFE_INTEGER };
  const { operations } = settle({ operations: [], cart: { ...cart, charges: [...cart.charges, open] } }, 'EUR');
  const charge = { id, label: 'Fee', category: 'fee', amount, currency: 'EUR', dueOn: null };
  expect(await changeBefore(memberId, version, { operations, charge } as never)).toBe('recorded');
  return id;
}

async function cancelBefore(memberId: string, charge: string): Promise<void> {
  const { version, ...cart } = await wholeCart(memberId);
  const { operations } = bookCancellation(cart, [charge], 'EUR');
  const command = { id: newId('cmd'), kind: 'cancel_charge', body: { kind: 'cancel_charge', charge } };
  expect(await changeBefore(memberId, version, { operations, command } as never)).toBe('recorded');
}

async function attachBefore(memberId: string, reference: string): Promise<void> {
  const money = captured(reference, eur(900));
  const message = newId('ntf');
  await db.sql.query(
    `INSERT INTO notifications (id, account_id, dedupe_key, channel, sealed, state, kind, amount, currency, gateway_reference)
     VALUES ($1, $2, $3, 'ipn', '', 'unmatched', 'payment_captured', 900, 'EUR', $4)`,
    [message, club.accountId, Buffer.from(reference), reference],
  );
  const facts = [{ ...toRow(money), operations: bookUnmatched(money, club.gateway) }];
  await callBefore('record_turn', { merchant: club.merchantId, account: club.accountId, gateway: club.gateway, facts });
  const { rows } = await db.sql.query<{ id: number }>('SELECT id FROM facts WHERE gateway_reference = $1', [reference]);
  const { version, ...cart } = await wholeCart(memberId);
  const { operations } = bookAttachment(cart, message, eur(900));
  const attach = { fact: rows[0]!.id, notification: message, amount: 900 };
  expect(await changeBefore(memberId, version, { operations, attach } as never)).toBe('recorded');
}

/** Carts of every kind, as the release before writes them. */
async function liveOnce(run: string) {
  // Two charges, of which one is partly paid; then that is refunded in part, and the refund comes back.
  const partlyPaid = await newMember(db, club);
  const paidCharge = await oweBefore(partlyPaid, 3000);
  await oweBefore(partlyPaid, 2000);
  const first = await openPayment(partlyPaid, 4000);
  const taken = await tellBefore(first, captured(`${run}-TX1`, eur(4000)));
  const refund = { parent: `${run}-TX1` };
  const back = await tellBefore(taken, refunded(`${run}-RF1`, eur(1500), refund));
  await tellBefore(back, refundFailed(`${run}-RF1`, eur(1500), refund));
  expect(await cartOf(db, partlyPaid)).toMatchObject({ paid: [3000, 1000], credit: 0 });

  // Paid in advance, used, cancelled; money of nobody's comes on top, and a part of all goes back.
  const inAdvance = await newMember(db, club);
  const advance = await openPayment(inAdvance, 5000);
  const came = await tellBefore(advance, captured(`${run}-TX2`, eur(5000)));
  const used = await oweBefore(inAdvance, 700);
  await oweBefore(inAdvance, 300);
  await cancelBefore(inAdvance, used);
  await attachBefore(inAdvance, `${run}-NOBODY`);
  await tellBefore(came, refunded(`${run}-RF2`, eur(4900), { parent: `${run}-TX2` }));
  expect(await cartOf(db, inAdvance)).toEqual({ paid: [0, 300], paylines: [5000, 900, -4900], credit: 700 });

  const owing = await newMember(db, club);
  await oweBefore(owing, 100);
  return { partlyPaid, paidCharge, inAdvance, owing };
}

test('a cart that the release before wrote is derived from the books, and what it goes on to write is too', async () => {
  const lived = await liveOnce('before');
  const read = () =>
    Promise.all([lived.partlyPaid, lived.inAdvance, lived.owing].map((member) => readCart(db, member)));
  const before = await read();

  await migrateSome(database, (name) => name >= FIRST_OF_THIS_RELEASE);

  expect(await brokenInvariants({ database })).toEqual({});
  expect(await read()).toEqual(before);
  const { rows } = await db.sql.query<{ balance: number }>(
    'SELECT balance FROM carts WHERE member_id = ANY ($1) ORDER BY balance',
    [[lived.partlyPaid, lived.inAdvance, lived.owing]],
  );
  expect(rows.map(({ balance }) => balance)).toEqual([-1000, -100, 700]);
  await liveOnce('after');
  expect(await brokenInvariants({ database })).toEqual({});
});

test('both releases write one cart, and the one that was overtaken decides again', async () => {
  const { partlyPaid, paidCharge, inAdvance } = await liveOnce('both');
  const { version } = await readCart(db, inAdvance);
  const { merchantId } = club;
  const charge = {
    id: newId('chg'),
    merchantId,
    label: 'Fee',
    category: 'fee',
    amount: 250,
    currency: 'EUR',
    dueOn: null,
  };
  await addCharge(db, { ...charge, memberId: inAdvance });
  expect(await changeBefore(inAdvance, version, { operations: [] })).toBe('cart_moved');
  await oweBefore(inAdvance, 400);
  expect(await cartOf(db, inAdvance)).toMatchObject({ paid: [0, 300, 250, 400], credit: 50 });

  const about = { merchantId, memberId: partlyPaid, chargeId: paidCharge, currency: 'EUR', note: null } as const;
  await cancelCharge(db, { commandId: newId('cmd'), ...about });
  const payment = await openPayment(partlyPaid, 600);
  const fact = captured('both-TX3', eur(600));
  expect(await record(db, { on: payment.terms, facts: [fact], known: 1 })).toMatchObject({ outcome: 'recorded' });
  expect(await cartOf(db, partlyPaid)).toMatchObject({ paid: [0, 2000], credit: 2600 });
  expect(await brokenInvariants({ database })).toEqual({});
});
