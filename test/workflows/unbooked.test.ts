import { toRow } from '../../books/facts';
import { openDatabase } from '../../prisma/client';
import type { Database } from '../../prisma/client';
import type { Fact } from '../../workflows/domain/fact';
import { paymentCaptured, paymentSuspended, suspenseReleased } from '../../workflows/domain/ledger';
import type { Entry } from '../../workflows/domain/ledger';
import { checkoutOpened } from '../../workflows/domain/payment';
import type { PaymentTerms } from '../../workflows/domain/payment';
import {
  balances,
  cartOf,
  entries,
  everything,
  load,
  newClub,
  newId,
  newMember,
  now,
  readCart,
} from '../books/bookkeeping';
import type { Club } from '../books/bookkeeping';
import {
  captured,
  disputeClosed,
  disputeOpened,
  eur,
  expired,
  refunded,
  reversalCancelled,
  reversed,
} from '../domain/builders';
import { brokenInvariants } from '../support/audit';
import { eventually } from '../support/client';
import { createEmptyDatabase, migrateSome } from '../support/environment/database';
import type { TestDatabase } from '../support/environment/database';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

// The release before recorded refunds, reversals and cases and booked nothing of them. What it wrote, and what it goes on to write
// while it is replaced, is written here by its own functions; the runs of this release book it.

const OF_THIS_RELEASE = '20261129090000_after_the_money';

let database: TestDatabase;
let db: Database;
let club: Club;
beforeAll(async () => {
  database = await createEmptyDatabase();
  await migrateSome(database, (name) => name < OF_THIS_RELEASE);
  db = openDatabase(database.url, { connections: 4 });
  club = await newClub(db);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

async function callBefore(name: string, payload: object): Promise<unknown> {
  const { rows } = await db.sql.query<{ answer: unknown }>({
    name,
    text: `SELECT ${name}($1) AS answer`,
    values: [JSON.stringify(payload)],
  });
  return rows[0]!.answer;
}

/** A charge of 30.00 EUR, added as the release before did. */
async function owe(member: string): Promise<void> {
  const { version } = await readCart(db, member);
  const charge = { id: newId('chg'), label: 'Fee', category: 'fee', amount: 3000, currency: 'EUR', dueOn: null };
  const { merchantId: merchant } = club;
  expect(await callBefore('add_charge', { ...charge, merchant, member, credits: [], cartVersion: version })).toEqual({
    outcome: 'recorded',
  });
}

async function open(over: Partial<PaymentTerms> = {}): Promise<PaymentTerms> {
  const memberId = await newMember(db, club);
  await owe(memberId);
  const terms: PaymentTerms = {
    id: newId('pay'),
    memberId,
    ...club,
    amount: 3000,
    currency: 'EUR',
    expiresAt: '2030-01-01T00:00:00.000Z',
    latePayments: 'credit',
    charges: [],
    ...over,
  };
  const payload = {
    ...terms,
    merchant: terms.merchantId,
    member: memberId,
    account: terms.accountId,
    nextAction: { kind: 'form' },
    opening: null,
    opened: toRow(checkoutOpened(terms, 'form', now())),
  };
  await db.sql.query("SELECT create_payment($1, '', interval '30 seconds')", [JSON.stringify(payload)]);
  await db.sql.query('DELETE FROM outbox WHERE subject_id = $1', [terms.id]);
  return terms;
}

interface Written {
  readonly fact: Fact;
  readonly entries?: readonly Entry[];
  readonly payline?: object;
}
/** Records as the release before did: its entries and payline are given, its status is what it made of the facts. */
async function recordBefore(terms: PaymentTerms, status: string, attention: string | null, ...written: Written[]) {
  const { version } = await readCart(db, terms.memberId);
  expect(
    await callBefore('record', {
      merchant: terms.merchantId,
      account: terms.accountId,
      payment: terms.id,
      member: terms.memberId,
      status,
      attention,
      cartVersion: version,
      facts: written.map(({ fact, entries: booked = [], payline }) => ({
        ...toRow(fact),
        entries: booked,
        ...(payline && { payline }),
      })),
    }),
  ).toMatchObject({ outcome: 'recorded' });
}

/** A payment that paid its member's charge; `reference` is the gateway's. */
async function paid(reference: string): Promise<PaymentTerms> {
  const terms = await open();
  const cart = await readCart(db, terms.memberId);
  const parts = cart.charges.map(({ id, category, open: amount }) => ({ charge: id, category, amount }));
  await recordBefore(terms, 'paid', null, {
    fact: captured(reference, eur(3000)),
    entries: [paymentCaptured(club.gateway, eur(3000), { parts, credit: 0 })],
    payline: { ...eur(3000), parts },
  });
  return terms;
}
const of = (parent: string, fact: Fact): Written => ({
  fact: { ...fact, ...('parent' in fact && { parent }) },
});

/** All that can have been told of money after it was taken, each of a payment of its own. */
async function tellBefore(run: string) {
  const given = await paid(`${run}-A`);
  await recordBefore(given, 'paid', 'refund_received', of(`${run}-A`, refunded(`${run}-RF`, eur(1200))));
  const held = await paid(`${run}-B`);
  await recordBefore(held, 'paid', 'reversal_received', of(`${run}-B`, reversed(`${run}-RV`, eur(3000))));
  const claimed = await paid(`${run}-C`);
  await recordBefore(claimed, 'paid', 'dispute_opened', of(`${run}-C`, disputeOpened(`${run}-C`, `${run}-PP-1`)));
  const lost = await paid(`${run}-D`);
  const closed = { ...disputeClosed(`${run}-D`, `${run}-PP-2`), reason: 'resolved_buyer_favour' } as const;
  await recordBefore(
    lost,
    'paid',
    null,
    of(`${run}-D`, disputeOpened(`${run}-D`, `${run}-PP-2`)),
    of(`${run}-D`, reversed(`${run}-LV`, eur(3000))),
    of(`${run}-D`, closed),
  );
  const back = await paid(`${run}-E`);
  await recordBefore(
    back,
    'paid',
    null,
    of(`${run}-E`, reversed(`${run}-EV`, eur(3000))),
    of(`${run}-E`, reversalCancelled(`${run}-EC`, eur(3000))),
  );
  return { given, held, claimed, lost, back };
}

/** Money that came after its end, under the policy that gives such money back; the release before showed it to a person. */
async function lateMoney(): Promise<PaymentTerms> {
  const terms = await open({ latePayments: 'refund' });
  await recordBefore(terms, 'expired', null, { fact: { ...expired(), gatewayReference: terms.id } });
  await recordBefore(terms, 'needs_review', 'late_payment', {
    fact: captured('LATE', eur(3000)),
    entries: [paymentSuspended(club.gateway, eur(3000))],
  });
  return terms;
}

const standing = async ({ id }: PaymentTerms) => {
  const { rows } = await db.sql.query<{ status: string; attention: string | null }>(
    'SELECT status, attention FROM payments WHERE id = $1',
    [id],
  );
  return rows[0]!;
};
const untilBooked = () =>
  eventually(
    () => db.sql.query('SELECT subject_id FROM outbox'),
    ({ rows }) => rows.length === 0,
  );
const named = async () =>
  (
    await db.sql.query<{ reference: string }>('SELECT gateway_reference AS reference FROM inv_money_back_is_booked')
  ).rows
    .map(({ reference }) => reference)
    .sort();

async function expectBooked({ given, held, claimed, lost, back }: Awaited<ReturnType<typeof tellBefore>>) {
  expect(await standing(given)).toEqual({ status: 'partially_refunded', attention: null });
  expect(await cartOf(db, given.memberId)).toEqual({ paid: [1800], paylines: [3000, -1200], credit: 0 });
  expect(await standing(held)).toEqual({ status: 'disputed', attention: 'reversal_received' });
  expect(await cartOf(db, held.memberId)).toEqual({ paid: [3000], paylines: [3000], credit: 0 });
  expect(await standing(claimed)).toEqual({ status: 'disputed', attention: 'dispute_opened' });
  expect(await standing(lost)).toEqual({ status: 'charged_back', attention: 'dispute_lost' });
  expect(await cartOf(db, lost.memberId)).toEqual({ paid: [0], paylines: [3000, -3000], credit: 0 });
  expect(await standing(back)).toEqual({ status: 'paid', attention: null });

  const rows = async (table: string, terms: PaymentTerms, columns: string) =>
    (await db.sql.query<object>(`SELECT ${columns} FROM ${table} WHERE payment_id = $1`, [terms.id])).rows;
  expect(await rows('refunds', given, 'status, origin, amount::int')).toEqual([
    { status: 'succeeded', origin: 'gateway', amount: 1200 },
  ]);
  expect(await rows('disputes', held, 'status, held::int')).toEqual([{ status: 'open', held: 3000 }]);
  expect(await rows('disputes', claimed, 'status, held::int')).toEqual([{ status: 'open', held: 0 }]);
  expect(await rows('disputes', lost, 'status, lost::int')).toEqual([{ status: 'lost', lost: 3000 }]);
  expect(await rows('disputes', back, 'status, held::int')).toEqual([{ status: 'won', held: 0 }]);
}

test('what the release before recorded and did not book is booked once, by the runs that the migration wakes', async () => {
  const before = await tellBefore('old');
  const late = await lateMoney();

  await migrateSome(database, (name) => name >= OF_THIS_RELEASE);
  expect(await named()).toEqual(['old-EV', 'old-LV', 'old-RF', 'old-RV']);
  const { inv_money_back_is_booked: _, ...others } = await brokenInvariants({ database });
  expect(others).toEqual({});

  const world: World = await startWorld({ databaseVia: async () => database.url });
  try {
    await untilBooked();
    await expectBooked(before);
    expect(await brokenInvariants({ database })).toEqual({});

    // Older late money is not given back by itself: a person decides.
    expect(await standing(late)).toEqual({ status: 'needs_review', attention: 'late_payment' });
    expect((await load(db, late)).facts.map(({ kind }) => kind)).not.toContain('refund_requested');

    // An API and a worker of the release before are there for a while yet.
    await expectBooked(await tellDuring('new'));
    expect(await brokenInvariants({ database })).toEqual({});

    // A payment that is woken once more has nothing to book.
    const booked = await everything(db);
    await db.sql.query("INSERT INTO outbox (subject_id, kind, payment_id, due_at) VALUES ('wake', 'wake', $1, now())", [
      before.given.id,
    ]);
    await untilBooked();
    expect(await everything(db)).toEqual(booked);
  } finally {
    await world.stop();
  }
  expect(await balances(db, club)).toMatchObject({ 'disputed_funds EUR': 6000, 'suspense EUR': -3000 });
  const kinds = (await entries(db, club)).map((line) => line.split(':')[0]);
  for (const [kind, times] of [
    ['payment_refunded', 2],
    ['payment_reversed', 6],
    ['reversal_cancelled', 2],
    ['dispute_lost', 2],
  ] as const)
    expect(kinds.filter((one) => one === kind)).toHaveLength(times);
});

async function tellDuring(run: string) {
  const told = await tellBefore(run);
  await untilBooked();
  return told;
}

test('money that the release before attaches after the migration is a line of its message', async () => {
  const { rows: messages } = await db.sql.query<{ id: string }>(
    `INSERT INTO notifications (id, account_id, dedupe_key, channel, sealed, state, kind, amount, currency, gateway_reference)
     VALUES ($1, $2, '\\x01', 'ipn', '', 'unmatched', 'payment_captured', 2500, 'EUR', 'NOBODY') RETURNING id`,
    [newId('ntf'), club.accountId],
  );
  await callBefore('record', {
    merchant: club.merchantId,
    account: club.accountId,
    facts: [{ ...toRow(captured('NOBODY', eur(2500))), entries: [paymentSuspended(club.gateway, eur(2500))] }],
  });
  const { rows: facts } = await db.sql.query<{ id: number }>("SELECT id FROM facts WHERE gateway_reference = 'NOBODY'");
  const member = await newMember(db, club);
  const { version } = await readCart(db, member);
  expect(
    await callBefore('attach', {
      notification: messages[0]!.id,
      merchant: club.merchantId,
      member,
      fact: facts[0]!.id,
      entry: suspenseReleased('suspense_attached', eur(2500), { parts: [], credit: 2500 }),
      payline: { ...eur(2500), parts: [] },
      cartVersion: version,
    }),
  ).toEqual({ outcome: 'recorded' });
  const { rows: lines } = await db.sql.query(
    'SELECT kind, notification_id AS message FROM paylines WHERE member_id = $1',
    [member],
  );
  expect(lines).toEqual([{ kind: 'attachment', message: messages[0]!.id }]);
  expect(await brokenInvariants({ database })).toEqual({});
});
