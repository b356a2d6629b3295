import { readFileSync } from 'node:fs';
import path from 'node:path';
import { GATEWAYS } from '../../activities/gateways/registry';
import { ACTOR_KINDS } from '../../books/audit';
import { Prisma } from '../../prisma/generated/client';
import { PAYLINE_KINDS } from '../../workflows/domain/booking';
import { DISPUTE_STATUSES } from '../../workflows/domain/dispute';
import { DISPUTE_STAGES } from '../../workflows/domain/fact';
import { ENVIRONMENTS } from '../../workflows/domain/gateway';
import { ENTRY_KINDS } from '../../workflows/domain/ledger';
import { REFUND_ORIGINS, REFUND_STATUSES } from '../../workflows/domain/refund';
import { newClub, newMember, newMessage, newPayment, openBooks, owe, tell } from '../books/bookkeeping';
import type { Books } from '../books/bookkeeping';
import { captured } from '../domain/builders';

// The SQL migrations make the database; schema.prisma only makes the client. Nothing but this test keeps the two equal.

let db: Books;
beforeAll(async () => {
  db = await openBooks();
});
afterAll(() => db.close());

/** What the client has no use for, or no word for. */
const ONLY_IN_DATABASE = [
  'entries.transaction_id: xid8 not null', // the stamp by which later postings are refused; only triggers read it
];
/** Keys that count only some rows, or that hold an expression. */
const KEYS_ONLY_IN_DATABASE = [
  'entries (command_id, kind)', // and the payline, where one cause has several entries of a kind
  'entries (fact_id, kind)',
  'payments (agreement_id, instalment)', // of instalments
  'refunds (notification_id)', // of those in flight
  'refunds (payment_id)',
  'reminders (member_id)', // of those queued
];

/** The client does not see the schema of the sign-in. */
const REFERENCES_ONLY_IN_DATABASE = [
  'passkeys (person_id) -> auth."user" (id)',
  'saved_views (person_id) -> auth."user" (id)',
  'letters (person_id) -> auth."user" (id)',
  'staff_roles (person_id) -> auth."user" (id)',
  'staff_sessions (session_id) -> auth.session (id)',
];

/** Relations that the client follows and no foreign key holds: the row pointed to cannot vanish, and a trigger sees that it is there. */
const REFERENCES_ONLY_IN_CLIENT = [
  'entries (merchant_id) -> merchants (id)',
  'postings (account_id) -> ledger_accounts (id)',
  'postings (entry_id) -> entries (id)',
];

/** Prisma's words for a column, in PostgreSQL's. */
const TYPES: Record<string, string> = {
  String: 'text',
  'String Char(3)': 'currency_code',
  BigInt: 'bigint',
  Int: 'integer',
  'Int SmallInt': 'smallint',
  Boolean: 'boolean',
  Bytes: 'bytea',
  Json: 'jsonb',
  'DateTime Timestamptz()': 'timestamptz',
  'DateTime Date': 'date',
};

interface ParsedSchema {
  /** `table.column: type null|not null` */
  readonly columns: string[];
  /** `table (column, …)`, primary keys and unique keys alike. */
  readonly keys: string[];
  /** `table (column) -> table (column)` */
  readonly references: string[];
}

/** Reads the little of Prisma's language that our schema uses; throws at a line it does not understand. */
function parseSchema(text: string): ParsedSchema {
  const blocks = [...text.matchAll(/^model (\w+) \{\n(.*?)^\}/gms)].map(([, name, body]) => {
    const lines = body!
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('//'));
    const mapped = lines.map((line) => /^@@map\("(.+)"\)$/.exec(line)?.[1]).find(Boolean);
    return {
      name: name!,
      mapped: mapped ?? name!,
      lines: lines.filter((line) => !line.startsWith('@@map')),
    };
  });
  const models = new Map(blocks.map((block) => [block.name, block]));

  const columnOf = (model: string, field: string): string => {
    const line = models.get(model)!.lines.find((candidate) => candidate.split(/\s+/)[0] === field);
    if (line === undefined) throw new Error(`${model} has no field ${field}`);
    return /@map\("(.+?)"\)/.exec(line)?.[1] ?? field;
  };
  const columnsOf = (model: string, list: string) =>
    list
      .split(',')
      .map((field) => columnOf(model, field.trim()))
      .join(', ');

  const parsed: ParsedSchema = { columns: [], keys: [], references: [] };
  for (const { name, mapped: table, lines } of models.values()) {
    for (const line of lines) {
      const key = /^@@(?:id|unique)\(\[(.+)\]\)$/.exec(line)?.[1];
      if (key !== undefined) {
        parsed.keys.push(`${table} (${columnsOf(name, key)})`);
        continue;
      }
      const field = /^(\w+)\s+(\w+)(\[\]|\?)?(.*)$/.exec(line);
      if (!field) throw new Error(`${name}: not understood: ${line}`);
      const [, fieldName, type, mark, rest] = field as unknown as [string, string, string, string | undefined, string];
      if (models.has(type)) {
        const relation = /@relation\((?:"\w+", )?fields: \[(.+?)\], references: \[(.+?)\]\)/.exec(rest);
        if (relation)
          parsed.references.push(
            `${table} (${columnsOf(name, relation[1]!)}) -> ${models.get(type)!.mapped} (${columnsOf(type, relation[2]!)})`,
          );
        continue;
      }
      const native = /@db\.(\S+)/.exec(rest)?.[1];
      const sql = TYPES[native === undefined ? type : `${type} ${native}`];
      if (sql === undefined) throw new Error(`${name}: not understood: ${line}`);
      parsed.columns.push(
        `${table}.${columnOf(name, fieldName)}: ${sql}${mark === '[]' ? '[]' : ''} ${mark === '?' ? 'null' : 'not null'}`,
      );
      if (/@(id|unique)\b/.test(rest)) parsed.keys.push(`${table} (${columnOf(name, fieldName)})`);
    }
  }
  return parsed;
}

const parsed = parseSchema(readFileSync(path.resolve(__dirname, '..', '..', 'prisma', 'schema.prisma'), 'utf8'));
const lines = async (query: string): Promise<string[]> =>
  (await db.sql.query<{ line: string }>(query)).rows.map((row) => row.line);

const TABLES = `pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'`;
const columnNames = (numbers: string, table: string) =>
  `(SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(${numbers}) WITH ORDINALITY AS k(number, place)
    JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = k.number)`;

test('every column, with its type and whether it may be null', async () => {
  const columns = await lines(`
    SELECT t.relname || '.' || a.attname || ': '
        -- a domain is a type that the database watches more closely than the client does; only a currency has a word of the client's
        || replace(format_type(CASE WHEN y.typtype = 'd' AND y.typname <> 'currency_code' THEN y.typbasetype ELSE y.oid END, NULL),
                   'timestamp with time zone', 'timestamptz')
        || CASE WHEN a.attnotnull THEN ' not null' ELSE ' null' END AS line
    FROM ${TABLES} JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type y ON y.oid = a.atttypid
    WHERE t.relkind = 'r' AND t.relname <> '_prisma_migrations'`);
  expect(columns.length).toBeGreaterThan(100);
  expect(columns.sort()).toEqual([...parsed.columns, ...ONLY_IN_DATABASE].sort());
});

test('every primary and unique key', async () => {
  const keys = await lines(`
    SELECT t.relname || ' (' || ${columnNames('i.indkey::int2[]', 't.oid')} || ')' AS line
    FROM ${TABLES} JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique WHERE t.relkind = 'r' AND t.relname <> '_prisma_migrations'`);
  expect(keys.sort()).toEqual([...parsed.keys, ...KEYS_ONLY_IN_DATABASE].sort());
});

test('a key leaves out no rows but those where its column is null, and refunds and reminders that are settled or not asked for here', async () => {
  const partial = await lines(`
    SELECT t.relname || ' (' || ${columnNames('i.indkey::int2[]', 't.oid')} || ') where ' || pg_get_expr(i.indpred, t.oid) AS line
    FROM ${TABLES} JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique AND i.indpred IS NOT NULL`);
  expect(partial.sort()).toEqual([
    'entries (allocation_id) where (allocation_id IS NOT NULL)',
    'entries (command_id, kind) where (command_id IS NOT NULL)',
    'entries (fact_id, kind) where (fact_id IS NOT NULL)',
    'payments (account_id, checkout_reference) where (checkout_reference IS NOT NULL)',
    'payments (agreement_id, instalment) where (agreement_id IS NOT NULL)',
    "refunds (notification_id) where (((status)::text = 'pending'::text) AND (notification_id IS NOT NULL))",
    "refunds (payment_id) where (((status)::text = 'pending'::text) AND ((origin)::text = 'merchant'::text) AND (payment_id IS NOT NULL))",
    "reminders (member_id) where (state = 'queued'::text)",
  ]);
});

test('every reference from table to table', async () => {
  const references = await lines(`
    SELECT t.relname || ' (' || ${columnNames('c.conkey', 'c.conrelid')} || ') -> ' || c.confrelid::regclass || ' (' || ${columnNames('c.confkey', 'c.confrelid')} || ')' AS line
    FROM ${TABLES} JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype = 'f'`);
  expect([...references, ...REFERENCES_ONLY_IN_CLIENT].sort()).toEqual(
    [...parsed.references, ...REFERENCES_ONLY_IN_DATABASE].sort(),
  );
});

test('no enumerated type: a domain takes another word inside a transaction', async () => {
  expect(await lines("SELECT typname AS line FROM pg_type WHERE typtype = 'e'")).toEqual([]);
});

test.each([
  ['actor_kind', ACTOR_KINDS],
  ['entry_kind', ENTRY_KINDS],
  ['gateway_environment', ENVIRONMENTS],
  ['notification_channel', [...new Set(Object.values(GATEWAYS).flatMap(({ channels }) => Object.keys(channels)))]],
  ['payline_kind', PAYLINE_KINDS],
  ['refund_status', REFUND_STATUSES],
  ['refund_origin', REFUND_ORIGINS],
  ['dispute_status', DISPUTE_STATUSES],
  ['dispute_stage', DISPUTE_STAGES],
])('%s takes every word that the domain writes', async (domain, words) => {
  const taken = words.map((word) => db.sql.query(`SELECT $1::${domain}`, [word]));
  expect(await Promise.all(taken)).toHaveLength(words.length);
  await expect(db.sql.query(`SELECT 'nonsense'::${domain}`)).rejects.toThrow(`${domain}_check`);
});

test('the client reads a row of every table that a booking fills', async () => {
  const club = await newClub(db);
  const member = await newMember(db, club);
  await owe(db, club, member, 3000);
  await newMessage(db, club);
  await tell(db, await newPayment(db, club, member), captured());
  const models = Object.values(Prisma.ModelName);
  const readers = db.prisma as unknown as Record<string, { findMany(): Promise<unknown[]> }>;
  const counts = await Promise.all(
    models.map(
      async (model) =>
        [model, (await readers[model.charAt(0).toLowerCase() + model.slice(1)]!.findMany()).length] as const,
    ),
  );
  const empty = counts.filter(([, count]) => count === 0).map(([model]) => model);
  expect(empty.sort()).toEqual([
    'AccountChannelSeen',
    'Agreement',
    'AgreementCommand',
    'AgreementFact',
    'AgreementPlan',
    'AllocationUndo',
    'ApiKey',
    'AuditMark',
    'BalanceMark',
    'BodiesToMove',
    'CartOpen',
    'ChargeCancellation',
    'Command',
    'Dispute',
    'Event',
    'FactBinding',
    'IdempotencyKey',
    'Import',
    'ImportRow',
    'Invitation',
    'Letter',
    'MemberSession',
    'MemberSignInLink',
    'Offer',
    'Onboarding',
    'OnboardingEvent',
    'Passkey',
    'PasskeyQuestion',
    'PayLink',
    'PaymentAttention',
    'PaymentDay',
    'Recovery',
    'Refund',
    'Reminder',
    'SavedView',
    'StaffRole',
    'StaffSession',
    'StatisticsDay',
    'StatisticsMark',
    'UncountedPayments',
    'WebhookDelivery',
    'WebhookEndpoint',
  ]);
});
