import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { addCharge } from '../../books/cart';
import type { Cart } from '../../books/cart';
import { loadPayment } from '../../books/facts';
import type { LoadedPayment } from '../../books/facts';
import { keepMessage } from '../../books/notifications';
import { takeDue } from '../../books/outbox';
import type { Due } from '../../books/outbox';
import { createPayment } from '../../books/payments';
import { record } from '../../books/record';
import type { Recorded, Recording, SettledNotification } from '../../books/record';
import { TAKING } from '../../outbox/sweeper';
import { openDatabase } from '../../prisma/client';
import type { Database } from '../../prisma/client';
import { claimOf, mostQuestions } from '../../workflows/domain/claim';
import type { Fact, GatewayFact } from '../../workflows/domain/fact';
import type { Channel } from '../../workflows/domain/gateway';
import { ID_RANDOM_BYTES, makeId } from '../../workflows/domain/ids';
import type { IdPrefix } from '../../workflows/domain/ids';
import { checkoutOpened, decide, summarize } from '../../workflows/domain/payment';
import type { PaymentInput, PaymentTerms } from '../../workflows/domain/payment';
import { TURNS } from '../../workflows/domain/places';
import { createTestDatabase } from '../support/environment/database';
import type { TestDatabase } from '../support/environment/database';

export type Books = Database & { readonly database: TestDatabase };

const ENDS_WHAT_HANGS = '-c lock_timeout=10s';

/** A migrated, empty database of its own. */
export async function openBooks(): Promise<Books> {
  const database = await createTestDatabase();
  const db = openDatabase(`${database.url}?options=${encodeURIComponent(ENDS_WHAT_HANGS)}`, { connections: 20 });
  return {
    ...db,
    database,
    async close() {
      await db.close();
      await database.drop();
    },
  };
}

export const newId = (prefix: IdPrefix): string => makeId(prefix, Date.now(), randomBytes(ID_RANDOM_BYTES));
export const now = (): string => new Date().toISOString();

export interface Club {
  readonly merchantId: string;
  readonly accountId: string;
  readonly gateway: 'paypal-standard';
}

export async function newClub({ sql }: Pick<Database, 'sql'>, currency = 'EUR'): Promise<Club> {
  const club: Club = { merchantId: newId('mer'), accountId: newId('acc'), gateway: 'paypal-standard' };
  await sql.query('INSERT INTO merchants (id, name, currency) VALUES ($1, $2, $3)', [
    club.merchantId,
    'Club',
    currency,
  ]);
  await sql.query(
    `INSERT INTO gateway_accounts (id, merchant_id, gateway, environment, path_token, credentials, key_id) VALUES ($1, $2, $3, 'simulator', $4, '', 'key')`,
    [club.accountId, club.merchantId, club.gateway, randomUUID()],
  );
  return club;
}

export async function newMember({ sql }: Pick<Database, 'sql'>, { merchantId }: Club): Promise<string> {
  const id = newId('mem');
  await sql.query('INSERT INTO members (id, merchant_id, name) VALUES ($1, $2, $3)', [id, merchantId, 'Anne Martin']);
  await sql.query('INSERT INTO carts (member_id) VALUES ($1)', [id]);
  return id;
}

/** A charge of the member; gives its id. */
export async function owe(
  db: Pick<Database, 'sql'>,
  club: Club,
  memberId: string,
  amount: number,
  {
    category = 'fee',
    dueOn = null,
    currency = 'EUR',
  }: { category?: string; dueOn?: string | null; currency?: string } = {},
): Promise<string> {
  const id = newId('chg');
  await addCharge(db, {
    id,
    merchantId: club.merchantId,
    memberId,
    label: category,
    category,
    amount,
    currency,
    dueOn,
  });
  return id;
}

/** A payment as the API creates it: 50.00 EUR unless said otherwise. */
export async function newPayment(
  db: Pick<Database, 'sql'>,
  club: Club,
  memberId: string,
  over: Partial<PaymentTerms> = {},
): Promise<PaymentTerms> {
  const terms: PaymentTerms = {
    id: newId('pay'),
    memberId,
    ...club,
    amount: 5000,
    currency: 'EUR',
    expiresAt: '2030-01-01T00:00:00.000Z',
    latePayments: 'credit',
    charges: [],
    ...over,
  };
  const opened = checkoutOpened(terms, 'form', now());
  await createPayment(
    db,
    { actor: { kind: 'member', id: memberId }, source: { ip: null, userAgent: null } },
    {
      terms,
      status: summarize({ terms, facts: [opened] }).status,
      method: null,
      nextAction: { kind: 'form', action: 'https://gateway.example', method: 'POST', fields: {} },
      returnUrl: null,
      cancelUrl: null,
      opening: null,
      opened,
      openedWith: Buffer.alloc(0),
    },
    { leaseMs: 30_000, mostOpen: null },
  );
  return terms;
}

export async function load(db: Pick<Database, 'sql'>, { id }: Pick<PaymentTerms, 'id'>): Promise<LoadedPayment> {
  const payment = await loadPayment(db, id);
  if (!payment) throw new Error(`no payment ${id}`);
  return payment;
}

type Settles = Pick<Recording, 'notification' | 'command' | 'guard'>;

/** Decides on what is recorded and records the outcome, as a payment's run does. */
export async function act(
  db: Pick<Database, 'sql'>,
  terms: PaymentTerms,
  input: PaymentInput,
  settles: Settles = {},
): Promise<Recorded> {
  const { facts } = await load(db, terms);
  const decision = decide({ terms, facts }, input);
  if (decision.outcome === 'rejected') throw new Error(decision.reason);
  const recording = recordingOf(terms, decision.outcome === 'accepted' ? decision.facts : [], settles);
  return record(db, { ...recording, known: facts.length });
}

export const tell = (db: Pick<Database, 'sql'>, terms: PaymentTerms, ...facts: GatewayFact[]): Promise<Recorded> =>
  act(db, terms, { kind: 'facts', facts, at: now() });

/** What a run would record of these facts. */
export function recordingOf(terms: PaymentTerms, facts: readonly Fact[], settles: Settles = {}): Recording {
  return { on: terms, facts, ...settles };
}

/** Money of no payment, as the run of a message records it. */
export const tellUnmatched = (
  db: Pick<Database, 'sql'>,
  club: Club,
  facts: readonly GatewayFact[],
  notification?: SettledNotification,
): Promise<Recorded> => record(db, { on: club, facts, ...(notification && { notification }) });

/** A stored message that is not verified yet; gives its id. */
export async function newMessage(db: Pick<Database, 'sql'>, club: Club, claim: Partial<Claim> = {}): Promise<string> {
  return (await receive(db, club, claim)).id;
}

export interface Claim {
  readonly id: string;
  readonly channel: Channel;
  readonly payment: string | null;
  readonly references: readonly string[];
  readonly facts: readonly GatewayFact[];
  /** What makes two messages the same one. */
  readonly bytes: string;
  /** Whether the account is said to have too many messages waiting. */
  readonly accountFull: boolean;
}
export interface Reception {
  readonly id: string;
  readonly payment: string | null;
  readonly fresh: boolean;
  readonly state: string;
  readonly waiting: number;
  readonly tell: boolean;
  /** Of a message beyond what may wait; it has nothing else. */
  readonly refused?: true;
}

export async function receive(
  db: Pick<Database, 'sql'>,
  club: Club,
  { bytes = randomUUID(), ...claim }: Partial<Claim> = {},
): Promise<Reception> {
  const { id = newId('ntf'), channel = 'ipn', payment = null, references = [], facts = [], accountFull } = claim;
  const received = await keepMessage(
    db,
    {
      id,
      accountId: club.accountId,
      channel,
      paymentId: payment,
      agreementId: null,
      claim: claimOf(channel, { references, facts }),
      askAgain: mostQuestions(channel),
      ...(accountFull !== undefined && { accountFull }),
      dedupeKey: createHash('sha256').update(bytes).digest(),
      sealed: Buffer.from(bytes),
      payer: Buffer.from('somebody'),
    },
    TURNS,
    30_000,
  );
  return received as Reception;
}

/** What a sweeper takes. */
export const take = (db: Pick<Database, 'sql'>, most = 100): Promise<Due[]> => takeDue(db, most, TURNS, TAKING);

/** Every row of every table, to see that nothing was written. */
export async function everything({ sql }: Pick<Database, 'sql'>): Promise<Record<string, unknown[]>> {
  const tables = await sql.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> '_prisma_migrations' ORDER BY 1",
  );
  const contents: Record<string, unknown[]> = {};
  for (const { name } of tables.rows)
    contents[name] = (await sql.query(`SELECT t::text FROM ${name} t ORDER BY 1`)).rows;
  return contents;
}

/** Debits minus credits of each account of the club that has any, `account currency` → minor units. */
export async function balances({ sql }: Pick<Database, 'sql'>, { merchantId }: Club): Promise<Record<string, number>> {
  const { rows } = await sql.query<{ account: string; balance: string }>(
    `SELECT a.name || ' ' || a.currency AS account, sum(CASE p.side WHEN 'debit' THEN p.amount ELSE -p.amount END)::text AS balance
     FROM postings p JOIN ledger_accounts a ON a.id = p.account_id WHERE a.merchant_id = $1 GROUP BY 1`,
    [merchantId],
  );
  return Object.fromEntries(rows.map((row) => [row.account.replace(':paypal-standard', ''), Number(row.balance)]));
}

/** Entries in the order written: `kind: debit account → credit account amount, …`. */
export async function entries({ sql }: Pick<Database, 'sql'>, { merchantId }: Club): Promise<string[]> {
  const { rows } = await sql.query<{ line: string }>(
    `SELECT e.kind || ': ' || string_agg(CASE p.side WHEN 'debit' THEN '+' ELSE '-' END || p.amount || ' ' || replace(a.name, ':paypal-standard', ''), ', ' ORDER BY p.position) AS line
     FROM entries e JOIN postings p ON p.entry_id = e.id JOIN ledger_accounts a ON a.id = p.account_id WHERE e.merchant_id = $1 GROUP BY e.id ORDER BY e.id`,
    [merchantId],
  );
  return rows.map((row) => row.line);
}

export interface CartLines {
  /** Paid of each charge, in the order made. */
  readonly paid: readonly number[];
  readonly paylines: readonly number[];
  readonly credit: number;
}
export async function cartOf({ sql }: Pick<Database, 'sql'>, memberId: string): Promise<CartLines> {
  const { rows } = await sql.query<CartLines>(
    `SELECT array(SELECT paid_of(c)::int FROM charges c WHERE c.member_id = $1 ORDER BY c.sequence) AS paid,
            array(SELECT l.amount::int FROM paylines l WHERE l.member_id = $1 ORDER BY l.id) AS paylines,
            coalesce((SELECT sum(credit_of(l)) FROM paylines l WHERE l.member_id = $1 AND l.amount > 0), 0)::int AS credit`,
    [memberId],
  );
  return rows[0]!;
}

/** A cart as the release before reads it: all that is open, and all that is credit. */
export async function readCart({ sql }: Pick<Database, 'sql'>, memberId: string): Promise<Omit<Cart, 'laid' | 'made'>> {
  const { rows } = await sql.query<{ cart: Omit<Cart, 'laid' | 'made'> }>('SELECT read_cart($1) AS cart', [memberId]);
  return rows[0]!.cart;
}

export async function messageState(
  { sql }: Pick<Database, 'sql'>,
  id: string,
): Promise<{ state: string; payment: string | null; waits: boolean }> {
  const { rows } = await sql.query<{ state: string; payment: string | null; waits: boolean }>(
    'SELECT state, payment_id AS payment, EXISTS (SELECT FROM outbox WHERE subject_id = n.id) AS waits FROM notifications n WHERE id = $1',
    [id],
  );
  return rows[0]!;
}

/** Inside one transaction that stays open until `work` is done. */
export async function inTransaction<Value>(
  { sql }: Pick<Database, 'sql'>,
  work: (tx: Pick<Database, 'sql'>) => Promise<Value>,
): Promise<Value> {
  const client: PoolClient = await sql.connect();
  try {
    await client.query('BEGIN');
    const value = await work({ sql: client as unknown as Pool }); // only its `query` is used
    await client.query('COMMIT');
    return value;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
