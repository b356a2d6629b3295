import { Client } from 'pg';

/**
 * Promises about rows that are only ever added, by the column that numbers these: what was found good stays so, and an audit may begin
 * at a mark. Of the others a later row can break what an earlier one kept, and they are always asked of everything.
 */
const SINCE_MARK: Readonly<Record<string, readonly [column: string, mark: keyof Mark]>> = {
  inv_entries_balance: ['entry', 'entry'],
  inv_entries_have_postings: ['entry', 'entry'],
  inv_postings_of_own_merchant: ['entry_id', 'entry'],
  inv_bookings_have_paylines: ['entry', 'entry'],
  inv_captures_are_booked: ['fact', 'fact'],
  inv_capture_amounts: ['fact', 'fact'],
  inv_fees_are_booked: ['fact', 'fact'],
  inv_paylines_are_booked: ['payline', 'payline'],
  inv_takings_are_undone: ['payline', 'payline'],
};

/** The last rows that were looked at. */
interface Mark {
  readonly entry: string;
  readonly fact: string;
  readonly payline: string;
}

const USAGE = 'npm run audit -- [--whole | --since-mark]';

/** Asks the database for every row that contradicts what the books promise; exits 1 when there is one. */
async function main(args: readonly string[]): Promise<void> {
  const url = process.env['DATABASE_URL'];
  if (!url) throw new Error('DATABASE_URL is not set: audit which books?');
  const unknown = args.find((arg) => arg !== '--whole' && arg !== '--since-mark');
  if (unknown !== undefined) throw new Error(`there is no ${unknown}: ${USAGE}`);
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const horizon = await readHorizon(client);
    const mark = args.includes('--since-mark') ? await readMark(client) : null;
    if (args.includes('--since-mark'))
      process.stdout.write(mark ? `what is new since the mark of ${mark.at}\n` : 'no mark stands yet: everything\n');
    const broken = await report(client, 'inv_%', 'holds', 'BROKEN', mark);
    await report(client, 'known_%', 'none', 'known', null);
    if (broken === 0 && horizon) await keepMark(client, horizon, mark === null);
    process.exitCode = broken > 0 ? 1 : 0;
    process.stdout.write(broken > 0 ? `${broken} invariants are broken\n` : 'the books hold\n');
  } finally {
    await client.end();
  }
}

/** Prints every view of that name with the rows it has; gives the number of views with rows. */
async function report(
  client: Client,
  pattern: string,
  empty: string,
  found: string,
  mark: Mark | null,
): Promise<number> {
  const views = await client.query<{ name: string; meaning: string | null }>(
    `SELECT c.relname AS name, obj_description(c.oid) AS meaning FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'v' AND n.nspname = current_schema() AND c.relname LIKE $1 ORDER BY 1`,
    [pattern],
  );
  let withRows = 0;
  for (const { name, meaning } of views.rows) {
    const since = mark && SINCE_MARK[name];
    const part = since ? ` WHERE ${since[0]} > ${mark[since[1]]}` : '';
    // Materialized, because a plan that hopes for twenty rows soon is the dearest where there are none.
    const { rows } = await client.query(
      `WITH found AS MATERIALIZED (SELECT * FROM ${name}${part}) SELECT * FROM found LIMIT 20`,
    );
    if (rows.length > 0) withRows += 1;
    process.stdout.write(`${rows.length > 0 ? found : empty}  ${name}: ${meaning ?? ''}\n`);
    for (const row of rows) process.stdout.write(`    ${JSON.stringify(row)}\n`);
  }
  return withRows;
}

/** How far this audit will have looked; null where that cannot be said or kept: a transaction goes on, or we may only read. */
async function readHorizon(client: Client): Promise<Mark | null> {
  const { rows: may } = await client.query<{ write: boolean }>(
    "SELECT NOT pg_is_in_recovery() AND has_table_privilege('audit_marks', 'INSERT') AS write",
  );
  if (!may[0]?.write) return null;
  const { rows } = await client.query<{ [Name in keyof Mark]: Mark[Name] | null }>('SELECT * FROM audit_horizon()');
  const { entry, fact, payline } = rows[0] ?? { entry: null, fact: null, payline: null };
  return entry === null || fact === null || payline === null ? null : { entry, fact, payline };
}

/**
 * Where the last audit that found nothing ended; null where there was none. A fact takes its number a moment before its transaction has its
 * place among the others, so the last thousand rows are looked at again; and a fact of any age that was booked since is looked at too.
 */
async function readMark(client: Client): Promise<(Mark & { readonly at: string }) | null> {
  const { rows } = await client.query<Mark & { readonly at: string }>(
    `SELECT m.entry, m.payline, m.at, least(m.fact, (SELECT min(e.fact_id) - 1 FROM entries e WHERE e.id > m.entry)) AS fact
     FROM (SELECT up_to_entry - 1000 AS entry, up_to_fact - 1000 AS fact, up_to_payline - 1000 AS payline, iso(audited_at) AS at
           FROM audit_marks ORDER BY id DESC LIMIT 1) m`,
  );
  return rows[0] ?? null;
}

async function keepMark(client: Client, { entry, fact, payline }: Mark, whole: boolean): Promise<void> {
  await client.query(
    'INSERT INTO audit_marks (up_to_entry, up_to_fact, up_to_payline, whole) VALUES ($1, $2, $3, $4)',
    [entry, fact, payline, whole],
  );
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`the audit could not run: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
});
