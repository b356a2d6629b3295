import { createHash } from 'node:crypto';
import { toRow } from '../../books/facts';
import { openDatabase } from '../../prisma/client';
import type { Database } from '../../prisma/client';
import { creditUsed, paymentCaptured, paymentSuspended, suspenseReleased } from '../../workflows/domain/ledger';
import { checkoutOpened } from '../../workflows/domain/payment';
import type { PaymentTerms } from '../../workflows/domain/payment';
import { newClub, newId, newMember, now, readCart } from '../books/bookkeeping';
import type { Club } from '../books/bookkeeping';
import { captured, eur } from '../domain/builders';
import { brokenInvariants } from '../support/audit';
import { createEmptyDatabase, migrateSome } from '../support/environment/database';
import type { TestDatabase } from '../support/environment/database';

// While a release is rolled out, APIs and workers of the release before go on writing to the database that was migrated under them. Their
// statements stand here as they sent them, and run twice over one pool: before the migration, which finds their rows, and after it.

const FIRST_OF_THIS_RELEASE = '20261129080000_values';

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

/** Calls an SQL function as the release before did: by a statement with this name, and its payload as JSON. */
async function callBefore<Answer>(name: string, text: string, ...values: unknown[]): Promise<Answer> {
  const { rows } = await db.sql.query<{ answer: Answer }>({ name, text: `SELECT ${text} AS answer`, values });
  return rows[0]!.answer;
}

async function openPayment(memberId: string): Promise<PaymentTerms> {
  const terms: PaymentTerms = {
    id: newId('pay'),
    memberId,
    ...club,
    amount: 5000,
    currency: 'EUR',
    expiresAt: '2030-01-01T00:00:00.000Z',
    latePayments: 'credit',
    charges: [],
  };
  const payload = {
    ...terms,
    method: null,
    nextAction: { kind: 'form' },
    returnUrl: null,
    cancelUrl: null,
    merchant: terms.merchantId,
    member: memberId,
    account: terms.accountId,
    opening: null,
    opened: toRow(checkoutOpened(terms, 'form', now())),
  };
  await callBefore(
    'create_payment',
    "create_payment($1, $2, interval '5 seconds')",
    JSON.stringify(payload),
    Buffer.from('x'),
  );
  return terms;
}

function receive(bytes: string, over: Readonly<Record<string, unknown>> = {}) {
  const claim = {
    id: newId('ntf'),
    account: club.accountId,
    channel: 'ipn',
    references: [],
    accountFull: false,
    facts: [],
    ...over,
  };
  return callBefore<{ id: string; payment: string | null; state: string; tell: boolean; refused?: true }>(
    'receive_notification',
    "receive_notification($1, $2, $3, interval '5 seconds')",
    JSON.stringify(claim),
    createHash('sha256').update(bytes).digest(),
    Buffer.from(bytes),
  );
}

const record = (payload: unknown) =>
  callBefore<{ outcome: string; fresh?: number }>('record', 'record($1)', JSON.stringify(payload));

/** Captured money of a payment that covers a charge, told by a message. */
async function takeMoney(terms: PaymentTerms, notificationId: string, reference: string) {
  const cart = await readCart(db, terms.memberId);
  const fact = captured(reference);
  const parts = cart.charges.map(({ id, category, open }) => ({ charge: id, category, amount: open }));
  const credit = 5000 - parts.reduce((sum, { amount }) => sum + amount, 0);
  return record({
    merchant: club.merchantId,
    account: club.accountId,
    payment: terms.id,
    member: terms.memberId,
    status: 'paid',
    attention: null,
    known: 1,
    cartVersion: cart.version,
    facts: [
      {
        ...toRow(fact),
        entries: [paymentCaptured(club.gateway, eur(5000), { parts, credit })],
        payline: { amount: 5000, currency: 'EUR', parts },
      },
    ],
    notification: {
      id: notificationId,
      state: 'applied',
      payment: terms.id,
      member: terms.memberId,
      kind: fact.kind,
      amount: 5000,
      currency: 'EUR',
      gatewayReference: reference,
    },
  });
}

/** What is paid and what is credit, as the release before counts it: nothing was ever taken off a cart. */
async function cartOf({ sql }: Pick<Database, 'sql'>, memberId: string) {
  const { rows } = await sql.query<{ paid: number[]; paylines: number[]; credit: number }>(
    `SELECT array(SELECT coalesce((SELECT sum(a.amount) FROM allocations a WHERE a.charge_id = c.id), 0)::int FROM charges c WHERE c.member_id = $1 ORDER BY c.sequence) AS paid,
            array(SELECT l.amount::int FROM paylines l WHERE l.member_id = $1 ORDER BY l.id) AS paylines,
            (coalesce((SELECT sum(l.amount) FROM paylines l WHERE l.member_id = $1), 0)
              - coalesce((SELECT sum(a.amount) FROM allocations a JOIN paylines l ON l.id = a.payline_id WHERE l.member_id = $1), 0))::int AS credit`,
    [memberId],
  );
  return rows[0];
}

async function addCharge(memberId: string, amount: number): Promise<string> {
  const { version, credits } = await readCart(db, memberId);
  const id = newId('chg');
  const payload = {
    id,
    merchant: club.merchantId,
    member: memberId,
    label: 'Fee',
    category: 'fee',
    amount,
    currency: 'EUR',
    dueOn: null,
    credits: credits.map(({ id: payline }) => ({ payline, amount, entry: creditUsed(eur(amount), 'fee') })),
    cartVersion: version,
  };
  const { rows } = await db.sql.query<{ answer: { outcome: string } }>('SELECT add_charge($1) AS answer', [
    JSON.stringify(payload),
  ]);
  expect(rows[0]!.answer).toEqual({ outcome: 'recorded' });
  return id;
}

async function stateOf(id: string) {
  const { rows } = await db.sql.query<{ state: string; reason: string | null; waits: boolean }>(
    'SELECT state, reason, EXISTS (SELECT FROM outbox WHERE subject_id = n.id) AS waits FROM notifications n WHERE id = $1',
    [id],
  );
  return rows[0]!;
}

const takeDue = async () =>
  (await db.sql.query<{ subject_id: string; kind: string }>('SELECT * FROM take_due($1)', [100])).rows;

/** All that the release before writes, once; `run` keeps the references of one time apart from those of the other. */
async function liveOnce(run: string): Promise<void> {
  const member = await newMember(db, club);
  await addCharge(member, 3000);
  const terms = await openPayment(member);
  const { rows: first } = await db.sql.query<{ kind: string }>('SELECT kind FROM facts WHERE payment_id = $1', [
    terms.id,
  ]);
  expect(first).toEqual([{ kind: 'checkout_opened' }]);
  const { rows: opened } = await db.sql.query<{ status: string }>('SELECT status FROM payments WHERE id = $1', [
    terms.id,
  ]);
  expect(opened).toEqual([{ status: 'awaiting_payer' }]);

  // A message is told at once, taken when it is due, and ends with the money that it tells of.
  const told = await receive(`${run} told`, { payment: terms.id });
  expect(told).toMatchObject({ payment: terms.id, state: 'received', tell: true });
  expect(await takeMoney(terms, told.id, `TX-${run}`)).toEqual({ outcome: 'recorded', fresh: 1 });
  expect(await stateOf(told.id)).toEqual({ state: 'applied', reason: null, waits: false });
  expect(await cartOf(db, member)).toEqual({ paid: [3000], paylines: [5000], credit: 2000 });
  await addCharge(member, 500);
  expect(await cartOf(db, member)).toEqual({ paid: [3000, 500], paylines: [5000], credit: 1500 });

  // What is known by then says nothing new, also where a browser brings it.
  expect(await receive(`${run} again`, { facts: [toRow(captured(`TX-${run}`))] })).toMatchObject({
    state: 'duplicate',
  });
  expect(await receive(`${run} brought`, { channel: 'pdt', references: [`TX-${run}`] })).toMatchObject({
    state: 'duplicate',
  });
  const known = { channel: 'webhook', references: [`TX-${run}`], facts: [toRow(captured(`TX-${run}`))] };
  expect(await callBefore('says_nothing_new', 'says_nothing_new($1, $2)', club.accountId, JSON.stringify(known))).toBe(
    true,
  );

  // A forged one ends; one that nobody answers gives way to the one that waits.
  const strays = [];
  for (const bytes of ['a', 'b', 'c']) strays.push(await receive(`${run} stray ${bytes}`));
  expect(strays.map(({ tell }) => tell)).toEqual([true, true, false]);
  const { rows: gave } = await db.sql.query('SELECT give_way($1) AS gave', [strays[0]!.id]);
  expect(gave).toEqual([{ gave: true }]);
  for (const { id } of strays) {
    await db.sql.query('SELECT settle_without_facts($1, $2, $3)', [id, 'invalid', 'forged']);
    expect(await stateOf(id)).toEqual({ state: 'invalid', reason: 'forged', waits: false });
  }

  // A hint of a browser is asked about again while its money is not there.
  const hint = await receive(`${run} hint`, { channel: 'poll', references: ['unknown'] });
  await db.sql.query('SELECT settle_without_facts($1, $2, $3)', [hint.id, 'applied', null]);
  expect(await receive(`${run} hint`, { channel: 'poll', references: ['unknown'] })).toMatchObject({
    id: hint.id,
    state: 'received',
  });
  await db.sql.query('SELECT settle_without_facts($1, $2, $3)', [hint.id, 'invalid', null]);

  // Money of nobody is suspended, and given to a member.
  const stray = await receive(`${run} of nobody`);
  const money = captured(`NOBODY-${run}`);
  const { gatewayReference, kind } = money;
  await record({
    merchant: club.merchantId,
    account: club.accountId,
    facts: [{ ...toRow(money), entries: [paymentSuspended(club.gateway, eur(5000))] }],
    notification: { id: stray.id, state: 'unmatched', kind, amount: 5000, currency: 'EUR', gatewayReference },
  });
  expect(await stateOf(stray.id)).toMatchObject({ state: 'unmatched', waits: false });
  const { rows: facts } = await db.sql.query<{ id: number }>('SELECT id FROM facts WHERE gateway_reference = $1', [
    gatewayReference,
  ]);
  const heir = await newMember(db, club);
  const attachment = {
    notification: stray.id,
    merchant: club.merchantId,
    member: heir,
    fact: facts[0]!.id,
    entry: suspenseReleased('suspense_attached', eur(5000), { parts: [], credit: 5000 }),
    payline: { ...eur(5000), parts: [] },
    cartVersion: (await readCart(db, heir)).version,
  };
  const { rows: attached } = await db.sql.query('SELECT attach($1) AS answer', [JSON.stringify(attachment)]);
  expect(attached).toEqual([{ answer: { outcome: 'recorded' } }]);
  expect(await cartOf(db, heir)).toEqual({ paid: [], paylines: [5000], credit: 5000 });

  // A start and a command are swept, confirmed and struck.
  const command = newId('cmd');
  await db.sql.query('INSERT INTO commands (id, payment_id, kind, body) VALUES ($1, $2, $3, $4)', [
    command,
    terms.id,
    'cancel',
    '{"kind":"cancel"}',
  ]);
  await db.sql.query(
    "INSERT INTO outbox (subject_id, kind, payment_id, due_at) VALUES ($1, 'command', $2, now() + interval '5 seconds')",
    [command, terms.id],
  );
  await db.sql.query("UPDATE outbox SET due_at = now() - interval '1 second'");
  expect((await takeDue()).map(({ subject_id, kind }) => [kind, subject_id]).sort()).toEqual(
    [
      ['command', command],
      ['start', terms.id],
    ].sort(),
  );
  expect(await takeDue()).toEqual([]);
  await db.sql.query('DELETE FROM outbox WHERE subject_id = ANY ($1)', [[command, terms.id]]);
}

test('the release before still writes: what it wrote is kept by the migration, and what it goes on to write is booked', async () => {
  await liveOnce('before');
  const waiting = await receive('waits for the migration');
  const read = () =>
    db.sql.query({
      name: 'read_checkout',
      text: 'SELECT a.environment, p.late_payments, p.status FROM payments p JOIN gateway_accounts a ON a.id = p.account_id ORDER BY p.sequence LIMIT 1',
    });
  const row = [{ environment: 'simulator', late_payments: 'credit', status: 'paid' }];
  expect((await read()).rows).toEqual(row);

  await migrateSome(database, (name) => name >= FIRST_OF_THIS_RELEASE);

  expect((await read()).rows).toEqual(row); // by a statement whose columns had other types when it was prepared
  expect(await stateOf(waiting.id)).toEqual({ state: 'received', reason: null, waits: true });
  await db.sql.query('SELECT settle_without_facts($1, $2, $3)', [waiting.id, 'attention', null]);
  await liveOnce('after');
  expect(await brokenInvariants({ database })).toEqual({});
});
