import { openDatabase, type Database } from '../../prisma/client';
import { record, type Recording } from '../../books/record';
import type { GatewayFact } from '../../workflows/domain/fact';
import { checkoutOpened, summarize, type PaymentTerms } from '../../workflows/domain/payment';
import { migrate } from '../../prisma/migrate';
import { createDatabase } from '../local/postgres-server';
import { cpuOf } from './process-tree';
import { number, type Finding } from './report';
import { startPostgres } from './stack';
import type { Workbench } from './workbench';

/** Books that hold something already: on empty tables PostgreSQL plans for empty tables. */
const WARM_UP = 1000;
const AT = '2026-11-21T10:00:00.000Z';

interface Booking {
  readonly what: string;
  readonly roundTrips: number;
  readonly nodeCpuMs: number;
  readonly postgresCpuMs: number;
  readonly walAfterCheckpoint: number;
  readonly walLater: number;
  readonly perSecond: number;
}

/** What it costs to book a capture and its fee onto one charge, by one caller who waits for each. */
export async function measureRecord(workbench: Workbench, bookings: number): Promise<Finding> {
  const postgres = await startPostgres(workbench, 'postgres-record');
  const results: Booking[] = [];
  try {
    for (const withMessage of [false, true]) {
      const name = withMessage ? 'record_with_message' : 'record';
      await createDatabase(postgres.url('postgres'), name);
      await migrate(postgres.url(name));
      const db = openDatabase(postgres.url(name), { connections: 1 });
      try {
        const recordings = await furnish(db, WARM_UP + 2 * bookings, withMessage);
        results.push({
          what: withMessage
            ? 'the same, and the message that brought it settled'
            : 'capture, fee, payline on one charge',
          ...(await book(db, recordings, { bookings, postgresPid: postgres.piece.group })),
        });
      } finally {
        await db.close();
      }
    }
  } finally {
    await workbench.stop(postgres.piece);
  }
  return {
    title: 'Booking: record()',
    notes: [
      `${bookings} bookings one after the other on one connection, each of another payment, member and charge; fsync on.`,
      'WAL: after a checkpoint, when the first change of a page writes the whole page, and once those are written.',
    ],
    tables: [
      {
        columns: [
          'booking',
          'round trips',
          'Node CPU ms',
          'PostgreSQL CPU ms',
          'WAL bytes after checkpoint',
          'WAL bytes later',
          'per second',
        ],
        rows: results.map((row) => [
          row.what,
          number(row.roundTrips, 2),
          number(row.nodeCpuMs, 3),
          number(row.postgresCpuMs, 3),
          number(row.walAfterCheckpoint),
          number(row.walLater),
          number(row.perSecond),
        ]),
      },
    ],
    data: results,
  };
}

async function book(
  db: Database,
  recordings: readonly Recording[],
  { bookings, postgresPid }: { bookings: number; postgresPid: number },
): Promise<Omit<Booking, 'what'>> {
  for (const recording of recordings.slice(0, WARM_UP)) await recordOrThrow(db, recording);
  await db.sql.query('ANALYZE');
  await db.sql.query('CHECKPOINT');
  const trips = countQueries(db);

  const lsn: string[] = [await walPosition(db)];
  let cpu = { user: 0, system: 0 };
  let [milliseconds, postgresCpuMs, counted] = [0, 0, 0];
  for (const batch of [recordings.slice(WARM_UP, WARM_UP + bookings), recordings.slice(WARM_UP + bookings)]) {
    const tripsBefore = trips();
    const postgresBefore = cpuOf(postgresPid);
    const cpuBefore = process.cpuUsage();
    const begun = performance.now();
    for (const recording of batch) await recordOrThrow(db, recording);
    milliseconds += performance.now() - begun;
    const used = process.cpuUsage(cpuBefore);
    cpu = { user: cpu.user + used.user, system: cpu.system + used.system };
    postgresCpuMs += cpuOf(postgresPid) - postgresBefore;
    counted += trips() - tripsBefore;
    lsn.push(await walPosition(db));
  }
  const [start = '', middle = '', end = ''] = lsn;
  const all = 2 * bookings;
  return {
    roundTrips: counted / all,
    nodeCpuMs: (cpu.user + cpu.system) / 1000 / all,
    postgresCpuMs: postgresCpuMs / all,
    walAfterCheckpoint: (await walBetween(db, start, middle)) / bookings,
    walLater: (await walBetween(db, middle, end)) / bookings,
    perSecond: (all * 1000) / milliseconds,
  };
}

async function recordOrThrow(db: Database, recording: Recording): Promise<void> {
  const recorded = await record(db, recording);
  if (recorded.outcome !== 'recorded') throw new Error(`a booking was not recorded: ${JSON.stringify(recorded)}`);
}

/** Counts what is sent to the database from now on. */
function countQueries({ sql }: Database): () => number {
  const query = sql.query.bind(sql) as (...args: unknown[]) => unknown;
  let count = 0;
  Object.assign(sql, {
    query: (...args: unknown[]) => {
      count += 1;
      return query(...args);
    },
  });
  return () => count;
}

async function walPosition({ sql }: Database): Promise<string> {
  const { rows } = await sql.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn');
  return rows[0]?.lsn ?? '';
}

async function walBetween({ sql }: Database, from: string, to: string): Promise<number> {
  const { rows } = await sql.query<{ bytes: string }>('SELECT pg_wal_lsn_diff($2, $1) AS bytes', [from, to]);
  return Number(rows[0]?.bytes);
}

/** Members with a charge each, their payments, and what is to be recorded of them. */
async function furnish({ sql }: Database, count: number, withMessage: boolean): Promise<Recording[]> {
  const account = { merchantId: 'mer_bench', accountId: 'acc_bench', gateway: 'paypal-standard' } as const;
  const id = (prefix: string): string => `'${prefix}_' || lpad(i::text, 26, '0')`;
  const each = `FROM generate_series(1, ${count}) AS i`;
  await sql.query(`
    INSERT INTO merchants (id, name, currency) VALUES ('mer_bench', 'Club', 'EUR');
    INSERT INTO gateway_accounts (id, merchant_id, gateway, environment, path_token, credentials, key_id)
      VALUES ('acc_bench', 'mer_bench', 'paypal-standard', 'simulator', 'token', '', 'none');
    INSERT INTO members (id, merchant_id, name) SELECT ${id('mem')}, 'mer_bench', 'Member' ${each};
    INSERT INTO carts (member_id) SELECT ${id('mem')} ${each} ON CONFLICT DO NOTHING;
    INSERT INTO charges (id, merchant_id, member_id, label, category, amount, currency)
      SELECT ${id('chg')}, 'mer_bench', ${id('mem')}, 'Membership', 'membership', 5000, 'EUR' ${each};
    INSERT INTO payments (id, merchant_id, member_id, account_id, gateway, amount, currency, late_payments, opened_with, expires_at, status)
      SELECT ${id('pay')}, 'mer_bench', ${id('mem')}, 'acc_bench', 'paypal-standard', 5000, 'EUR', 'credit', '', now() + interval '1 day', 'awaiting_payer' ${each};
    INSERT INTO facts (account_id, gateway_reference, kind, payment_id, amount, currency, detail, occurred_at)
      SELECT 'acc_bench', ${id('pay')}, 'checkout_opened', ${id('pay')}, 5000, 'EUR', '{"handed":"form"}', now() ${each};`);
  if (withMessage)
    await sql.query(`
      INSERT INTO notifications (id, account_id, dedupe_key, channel, sealed, state, payment_id)
        SELECT ${id('ntf')}, 'acc_bench', sha256(i::text::bytea), 'ipn', decode(repeat('ab', 1400), 'hex'), 'received', ${id('pay')} ${each};
      INSERT INTO outbox (subject_id, kind, payment_id, account_id, told_at, due_at)
        SELECT ${id('ntf')}, 'notification', ${id('pay')}, 'acc_bench', now(), now() + interval '1 hour' ${each};`);

  return Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(26, '0');
    const on: PaymentTerms = {
      ...account,
      ...{ id: `pay_${number}`, memberId: `mem_${number}`, amount: 5000, currency: 'EUR', charges: [] },
      ...{ expiresAt: AT, latePayments: 'credit' },
    };
    const told = { gatewayReference: `TXN${number.slice(-14)}`, qualifier: '', occurredAt: AT, currency: 'EUR' };
    const facts: GatewayFact[] = [
      { ...told, kind: 'payment_captured', amount: 5000 },
      { ...told, kind: 'fee_charged', amount: 195 },
    ];
    const { sums, status, attention } = summarize({ terms: on, facts: [checkoutOpened(on, 'form', AT), ...facts] });
    const notification = { id: `ntf_${number}`, state: 'applied', about: facts[0] } as const;
    // One fact stands already: the opening.
    return {
      on,
      facts,
      sums,
      status,
      attention: attention?.code ?? null,
      known: 1,
      ...(withMessage && { notification }),
    };
  });
}
