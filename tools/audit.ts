import { Client } from 'pg';

/** Asks the database for every row that contradicts what the books promise; exits 1 when there is one. */
async function main(): Promise<void> {
  const url = process.env['DATABASE_URL'];
  if (!url) throw new Error('DATABASE_URL is not set: audit which books?');
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const broken = await report(client, 'inv_%', 'holds', 'BROKEN');
    await report(client, 'known_%', 'none', 'known');
    process.exitCode = broken > 0 ? 1 : 0;
    process.stdout.write(broken > 0 ? `${broken} invariants are broken\n` : 'the books hold\n');
  } finally {
    await client.end();
  }
}

/** Prints every view of that name with the rows it has; gives the number of views with rows. */
async function report(client: Client, pattern: string, empty: string, found: string): Promise<number> {
  const views = await client.query<{ name: string; meaning: string | null }>(
    `SELECT c.relname AS name, obj_description(c.oid) AS meaning FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'v' AND n.nspname = current_schema() AND c.relname LIKE $1 ORDER BY 1`,
    [pattern],
  );
  let withRows = 0;
  for (const { name, meaning } of views.rows) {
    const { rows } = await client.query(`SELECT * FROM ${name} LIMIT 20`);
    if (rows.length > 0) withRows += 1;
    process.stdout.write(`${rows.length > 0 ? found : empty}  ${name}: ${meaning ?? ''}\n`);
    for (const row of rows) process.stdout.write(`    ${JSON.stringify(row)}\n`);
  }
  return withRows;
}

main().catch((error: unknown) => {
  process.stderr.write(`the audit could not run: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
});
