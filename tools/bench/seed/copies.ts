import type { Client } from 'pg';

/** What was told once in a database and can be told again: the rows that it left, by table. */
export interface Told {
  readonly rows: ReadonlyMap<string, readonly Row[]>;
}
type Row = Readonly<Record<string, unknown>>;

/** So many copies of what was told: before all others, or spread evenly over all that are made. */
export interface Order {
  readonly told: Told;
  readonly copies: number;
  readonly isOld: boolean;
}

/** They belong to the clubs, and not to what is told of them. */
const NOT_COPIED = [
  ...['_prisma_migrations', 'merchants', 'api_keys', 'gateway_accounts', 'onboardings', 'onboarding_events'],
  ...['ledger_accounts', 'balance_marks', 'audit_marks', 'account_channels_seen'],
  ...['payment_days', 'statistics_days', 'statistics_marks', 'uncounted_payments'],
];

/** Stands in ids and references for what differs from copy to copy. */
const MARK = 'template00';
const OUR_ID = /^[a-z]{3}_[0-9a-z]{26}$/;
const TXN_ID = /^[0-9A-F]{17}$/;

/** More than all numbers that identities gave while telling; a copy's numbers lie so far beyond those of the copy before. */
const STRIDE = 100_000;

/** Does `tell`, and gives the rows that it wrote; but those of `fixed` members, who are the same in every copy. */
export async function watch(client: Client, tell: () => Promise<readonly string[]>): Promise<Told> {
  await numberEvents(client);
  const { rows: begun } = await client.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid');
  const fixed = await tell();
  await numberEvents(client);
  const rows = new Map<string, Row[]>();
  for (const { table } of await tablesOf(client)) {
    const written = await client.query<{ row: Row }>(
      `SELECT to_jsonb(t) AS row FROM ${table} t WHERE xmin::text::bigint > $1::bigint`,
      [begun[0]?.xid],
    );
    rows.set(
      table,
      written.rows.map(({ row }) => row).filter((row) => !isFixed(table, row, fixed)),
    );
  }
  return { rows: marked(rows, fixed) };
}

/** Events are copied with their numbers, as a worker gives them. */
async function numberEvents(client: Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ numbered: number }>('SELECT number_events(1000) AS numbered');
    if (rows[0]?.numbered === 0) return;
  }
}

/** What a fixed member has once: themselves and their cart. */
function isFixed(table: string, row: Row, fixed: readonly string[]): boolean {
  const owner = table === 'members' ? row['id'] : table === 'carts' ? row['member_id'] : null;
  return fixed.includes(String(owner));
}

/** Puts the mark into every id and reference of these rows, wherever it is written: in columns, arrays, JSON. */
function marked(tables: ReadonlyMap<string, readonly Row[]>, fixed: readonly string[]): ReadonlyMap<string, Row[]> {
  const names = new Set<string>();
  for (const row of [...tables.values()].flat()) {
    if (typeof row['id'] === 'string' && OUR_ID.test(row['id'])) names.add(row['id']);
    const reference = row['gateway_reference'];
    if (typeof reference === 'string' && (TXN_ID.test(reference) || OUR_ID.test(reference))) names.add(reference);
  }
  fixed.forEach((id) => names.delete(id));
  let text = JSON.stringify([...tables]);
  for (const name of names) text = text.replaceAll(name, withMark(name));
  return new Map(JSON.parse(text) as [string, Row[]][]);
}

const withMark = (name: string): string =>
  OUR_ID.test(name) ? `${name.slice(0, 4)}${MARK}${name.slice(4 + MARK.length)}` : `${MARK}${name.slice(MARK.length)}`;

interface Column {
  readonly name: string;
  readonly type: string;
  /** In a primary or unique key. */
  readonly isKey: boolean;
}

/**
 * Writes the copies by one statement per table, in the order in which their stories would have come: interleaved. Triggers and
 * foreign keys are off meanwhile, because each row is one that they let pass before; whether the whole is sound is for the
 * invariants to say. Columns are found in the catalogue, so that a new table or column is copied like the others.
 */
export async function copy(client: Client, orders: readonly Order[]): Promise<void> {
  const most = Math.max(...orders.map(({ copies }) => copies));
  await client.query('BEGIN');
  await client.query('SET LOCAL session_replication_role = replica');
  await client.query(`SET LOCAL work_mem = '128MB'`);
  await client.query('CREATE TEMP TABLE copies (story int, copy bigint, tag text) ON COMMIT DROP');
  for (const [story, { copies, isOld }] of orders.entries())
    await client.query(
      // An odd factor scatters the tags over all 40 bits and gives no tag twice: ids are random, and their indexes are read as such.
      `INSERT INTO copies SELECT $1, place, lpad(to_hex((place * 706075542893) & ((1::bigint << 40) - 1)), ${MARK.length}, '0')
       FROM (SELECT n * $3::bigint / $2 AS place FROM generate_series(1, $2::bigint) n) places`,
      [story, copies, isOld ? copies : most],
    );
  await client.query('ANALYZE copies');
  for (const { table, columns, identities } of await tablesOf(client)) {
    const rows = orders.flatMap(({ told }, story) => (told.rows.get(table) ?? []).map((row) => ({ story, row })));
    if (rows.length === 0) continue;
    const isMarked = new Set(columns.filter(({ name }) => rows.some(({ row }) => holdsMark(row[name]))));
    await client.query(
      `CREATE TEMP TABLE told ON COMMIT DROP AS
       SELECT (e.value->>'story')::int AS story, e.place, r.*
       FROM jsonb_array_elements($1) WITH ORDINALITY AS e(value, place), jsonb_populate_record(NULL::${table}, e.value->'row') r`,
      [JSON.stringify(rows)],
    );
    await client.query('ANALYZE told');
    // The few rows that were told are hashed and the copies pass by in their order: no need to sort the many that come of both.
    await client.query(
      `INSERT INTO ${table} (${columns.map(({ name }) => name).join(', ')}) OVERRIDING SYSTEM VALUE
       SELECT ${columns.map((column) => copied(column, isMarked.has(column))).join(', ')}
       FROM (SELECT * FROM copies ORDER BY copy, story) c JOIN told t ON t.story = c.story`,
    );
    await client.query('DROP TABLE told');
    for (const name of identities)
      await client.query(
        `SELECT setval(pg_get_serial_sequence('${table}', '${name}'), (SELECT max(${name}) FROM ${table}))`,
      );
  }
  await client.query(BALANCES);
  await client.query('COMMIT');
  await client.query('VACUUM ANALYZE');
}

/** A fixed member's cart is one row, to which no trigger added what the copies brought. */
const BALANCES = `
  UPDATE carts c SET balance = b.balance
  FROM (SELECT member_id, sum(amount) AS balance
        FROM (SELECT member_id, credit AS amount FROM cart_credit UNION ALL SELECT member_id, -open FROM cart_open) lines GROUP BY 1) b
  WHERE c.member_id = b.member_id AND c.balance <> b.balance`;

const holdsMark = (value: unknown): boolean => JSON.stringify(value ?? null).includes(MARK);

/** A column's value in a copy. */
function copied({ name, type, isKey }: Column, isMarked: boolean): string {
  if (type === 'bigint' && (name === 'id' || name === 'sequence' || name.endsWith('_id')))
    return `t.${name} + c.copy * ${STRIDE}`;
  if (type === 'bytea' && isKey) return `sha256(t.${name} || c.tag::bytea)`;
  return isMarked ? `replace(t.${name}::text, '${MARK}', c.tag)::${type}` : `t.${name}`;
}

interface Table {
  readonly table: string;
  readonly columns: readonly Column[];
  readonly identities: readonly string[];
}

async function tablesOf(client: Client): Promise<readonly Table[]> {
  const { rows } = await client.query<Table>(
    `SELECT c.oid::regclass::text AS table,
            jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, NULL),
              'isKey', EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey))) ORDER BY a.attnum) AS columns,
            coalesce(jsonb_agg(a.attname) FILTER (WHERE a.attidentity <> ''), '[]') AS identities
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> ALL ($1) GROUP BY c.oid ORDER BY c.oid`,
    [NOT_COPIED],
  );
  return rows;
}
