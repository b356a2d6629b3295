import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { openDatabase, type Database } from '../../prisma/client';
import { migrate } from '../../prisma/migrate';
import { createDatabase } from '../local/postgres-server';
import { meterBlocks } from './blocks';
import { number, type Finding, type Table } from './report';
import type { Club, Place } from './seed/club';
import { keepUp } from './seed/keeping-up';
import { openQuietPlace } from '../quiet-place';
import { seedBooks, type Seeded } from './seed/seed';
import { DIST, startPostgres } from './stack';
import { BenchFailure, type Workbench } from './workbench';

const MERCHANTS = ['largest', 'small', 'empty'] as const;
const LISTS = [
  ...['/v1/payments', '/v1/payments?status=paid', '/v1/payments?status=expired', '/v1/payments?status=charged_back'],
  ...['/v1/payments?attention=any', '/v1/payments?attention=amount_mismatch', '/v1/payments?gateway=paypal-standard'],
  ...['/v1/payments?gateway=kkiapay', '/v1/refunds?status=pending', '/v1/disputes?status=open', '/v1/members'],
  ...['/v1/notifications', '/v1/notifications?state=unmatched', '/v1/ledger/entries', '/v1/ledger/balances'],
  ...['/v1/gateway-accounts', '/v1/payments?summary=1', '/v1/payments?summary=1&status=paid,expired&from=2020-01-01'],
  ...['/v1/payments?summary=1&minAmount=1', '/v1/payments?q=mem', '/v1/payments?q=50.00', '/v1/refunds?summary=1'],
  ...[
    '/v1/refunds?q=mem',
    '/v1/notifications?from=2020-01-01&to=2100-01-01',
    '/v1/statistics',
    '/v1/statistics?by=category',
  ],
];

/** One member's payments that are booked at the same time. */
const AT_ONCE = 16;

/** What reading costs in books of so many payments: blocks, which are the same on every machine, and what the books weigh. */
export async function measureScale(workbench: Workbench, payments: number): Promise<Finding> {
  const postgres = await startPostgres(workbench, 'postgres-scale', {
    shared_buffers: '1GB',
    max_wal_size: '8GB',
    shared_preload_libraries: 'pg_stat_statements',
    'pg_stat_statements.track': 'none',
  });
  const url = postgres.url('scale');
  await createDatabase(postgres.url('postgres'), 'scale');
  await migrate(url);
  const observer = openDatabase(url, { connections: 1 });
  const meter = await meterBlocks(observer.sql);
  const place = await openQuietPlace(url);
  try {
    const seeded = await timed(() => seedBooks(place, url, payments));
    const books = seeded.answer;
    await warmUp(books);
    const blocks = async (work: () => Promise<unknown>): Promise<number> =>
      (await meter.during(work)).reduce((sum, reading) => sum + reading.blocks, 0);
    const unmarked = await blocks(() => get(place, books.largest, '/v1/ledger/balances'));
    await keepUp(place.db);
    const lists = new Map<string, readonly number[]>();
    for (const list of LISTS) {
      const read: number[] = [];
      for (const merchant of MERCHANTS) read.push(await blocks(() => get(place, books[merchant], list)));
      lists.set(list, read);
    }
    const carts = await readCarts(place, books, blocks);
    const whole = await timed(() => audit(url, '--whole'));
    await books.small.pay(await books.small.newMember(), 5000);
    const sinceMark = await timed(() => audit(url, '--since-mark'));
    const sizes = await sizesOf(observer, payments);
    const perPayment = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
    return {
      title: `Books of ${payments} payments`,
      notes: [
        `Seeded in ${number(seeded.ms / 1000)} s. Blocks of 8 kB that one request reads, in memory or not; pages of 50 rows.`,
        `Audit: ${number(whole.ms / 1000, 1)} s whole, ${number(sinceMark.ms / 1000, 1)} s from the mark that it left. Balances of the largest merchant before the first mark: ${unmarked} blocks.`,
        `${number(perPayment)} bytes a payment on disk, with its members and charges.`,
      ],
      tables: [
        {
          title: 'Blocks of each list, by merchant',
          columns: ['list', 'half of all', 'an eighth', 'none'],
          rows: [...lists].map(([list, read]) => [list, ...read.map(String)]),
        },
        carts.table,
        {
          title: 'Bytes a payment',
          columns: ['table', 'with its indexes'],
          rows: sizes.map(({ table, bytes }) => [table, number(bytes)]),
        },
      ],
      data: {
        payments,
        lists: Object.fromEntries(lists),
        carts: carts.data,
        auditMs: { whole: whole.ms, sinceMark: sinceMark.ms },
        bytes: Object.fromEntries(sizes.map(({ table, bytes }) => [table, bytes])),
      },
    };
  } finally {
    await Promise.all([place.close(), observer.close()]);
    await workbench.stop(postgres.piece);
  }
}

/** The first calls on a connection read the catalogue for the plans of every statement in a function: they say nothing of books. */
async function warmUp({ largest }: Seeded): Promise<void> {
  for (let i = 0; i < 8; i++) await largest.pay(await largest.newMember(), 1000);
}

async function get({ baseUrl }: Place, { secretKey }: Club, list: string): Promise<void> {
  const answer = await fetch(new URL(list, baseUrl), { headers: { authorization: `Bearer ${secretKey}` } });
  if (!answer.ok) throw new BenchFailure(`GET ${list} was answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

async function readCarts(
  place: Place,
  { largest, huge }: Seeded,
  blocks: (work: () => Promise<unknown>) => Promise<number>,
): Promise<{ table: Table; data: unknown }> {
  const members = { 'an ordinary cart': await largest.newMember(), ...huge };
  const rows: [string, number, number, number, number][] = [];
  for (const [name, member] of Object.entries(members)) {
    const read = await blocks(() => get(place, largest, `/v1/members/${member}/cart`));
    const paid = await blocks(() => largest.pay(member, 1000));
    const one = await timed(() => largest.pay(member, 1000));
    const atOnce = await timed(() => Promise.all(Array.from({ length: AT_ONCE }, () => largest.pay(member, 1000))));
    rows.push([name, read, paid, one.ms, atOnce.ms]);
  }
  return {
    table: {
      title: 'A huge cart, of lines that are paid, owed, or paid in advance',
      columns: [
        'cart',
        'read, blocks',
        'pay with all that belongs to it, blocks',
        'pay, ms',
        `pay ${AT_ONCE} at once, ms`,
      ],
      rows: rows.map((row) => row.map((figure) => (typeof figure === 'string' ? figure : number(figure)))),
    },
    data: rows,
  };
}

async function audit(url: string, how: '--whole' | '--since-mark'): Promise<void> {
  const env = { ...process.env, DATABASE_URL: url };
  await promisify(execFile)(process.execPath, [path.join(DIST, 'tools/audit.js'), how], { env }).catch(
    (error: unknown) => {
      const { stdout } = error as { readonly stdout?: string };
      throw new BenchFailure(`the audit of the seeded books failed: ${stdout ?? String(error)}`);
    },
  );
}

async function sizesOf({ sql }: Database, payments: number): Promise<readonly { table: string; bytes: number }[]> {
  const { rows } = await sql.query<{ table: string; bytes: number }>(
    `SELECT relname AS table, (pg_total_relation_size(oid) / $1::float8)::int AS bytes FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_total_relation_size(oid) >= $1 ORDER BY 2 DESC`,
    [payments],
  );
  return rows;
}

async function timed<Answer>(work: () => Promise<Answer>): Promise<{ answer: Answer; ms: number }> {
  const begun = performance.now();
  const answer = await work();
  return { answer, ms: performance.now() - begun };
}
