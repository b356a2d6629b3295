import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';

/** A failure that one sentence explains: shown without a stack. */
export class MigrationFailure extends Error {
  override name = 'MigrationFailure';
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** Where migrations are, and how patiently they wait for those who work with a table. */
export interface MigrateOptions {
  readonly log?: (line: string) => void;
  readonly folder?: string;
  /** Everybody else waits behind a migration that waits for a lock: so it gives way after so long, and tries again after a pause. */
  readonly lockTimeoutMs?: number;
  readonly pauseMs?: number;
  readonly tries?: number;
}

/**
 * The first line of a migration that cannot be in a transaction (CREATE INDEX CONCURRENTLY). Its statements end with `;` at the end of a
 * line and run one by one, again from the first after a failure: so each must leave alone, or replace, what is there already.
 */
const WITHOUT_TRANSACTION = '-- without a transaction';

/** Any fixed number: whoever migrates this database takes the same lock. */
const ADVISORY_LOCK = 7_206_412_001;

/** The columns that Prisma's own tools expect, so that they can read what this runner did. */
const HISTORY_TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  varchar(36) PRIMARY KEY,
    checksum            varchar(64) NOT NULL,
    finished_at         timestamptz,
    migration_name      varchar(255) NOT NULL,
    logs                text,
    rolled_back_at      timestamptz,
    started_at          timestamptz NOT NULL DEFAULT now(),
    applied_steps_count integer NOT NULL DEFAULT 0
  )`;

/** Applies every migration that the database does not have, in order, each in its own transaction. Returns the names applied. */
export async function migrate(databaseUrl: string, options: MigrateOptions = {}): Promise<string[]> {
  const { log = () => undefined, folder = path.join(projectRoot(), 'prisma', 'migrations') } = options;
  const { lockTimeoutMs = 3_000 } = options;
  const migrations = readMigrations(folder);
  const client = await connect(databaseUrl);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await client.query("SET client_min_messages = 'warning'");
    await client.query(HISTORY_TABLE);
    const pending = await pendingMigrations(client, migrations);
    for (const migration of pending) {
      if (migration.sql.startsWith(WITHOUT_TRANSACTION)) await applyWithoutTransaction(client, migration);
      else await patiently(() => apply(client, migration, lockTimeoutMs), options);
      log(`applied ${migration.name}`);
    }
    log(
      pending.length === 0
        ? `the database is up to date (${String(migrations.length)} migrations)`
        : `${String(pending.length)} migrations applied`,
    );
    return pending.map((migration) => migration.name);
  } finally {
    // Ending the session also gives the lock back.
    await client.end();
  }
}

async function pendingMigrations(client: Client, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  const known = new Set(migrations.map((migration) => migration.name));
  for (const name of applied.keys()) {
    if (!known.has(name))
      throw new MigrationFailure(
        `The database has the migration ${name}, which this version does not know: it was migrated by a newer version.`,
      );
  }
  for (const { name, checksum } of migrations) {
    if (applied.has(name) && applied.get(name) !== checksum) {
      throw new MigrationFailure(
        `The migration ${name} was changed after it was applied: take the change back, and write a new migration instead.`,
      );
    }
  }
  return migrations.filter((migration) => !applied.has(migration.name));
}

/** Tries again what found a table in use. */
async function patiently(
  attempt: () => Promise<void>,
  { log = () => undefined, pauseMs = 2_000, tries = 60 }: MigrateOptions,
): Promise<void> {
  for (let left = tries; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      const isInUse = error instanceof MigrationFailure && isLockTimeout(error.cause);
      if (!isInUse || left <= 1) throw error;
      log('a table is in use: trying again');
      await sleep(pauseMs);
    }
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '55P03'; // lock_not_available
}

async function apply(client: Client, migration: Migration, lockTimeoutMs: number): Promise<void> {
  const { name, sql } = migration;
  try {
    await client.query('BEGIN');
    await client.query(`SET LOCAL lock_timeout = ${String(lockTimeoutMs)}`);
    await client.query(sql);
    await note(client, migration);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw new MigrationFailure(`The migration ${name} failed and was rolled back: ${explain(error, sql)}`, {
      cause: error,
    });
  }
}

/** What it waits for, nobody else waits for. */
async function applyWithoutTransaction(client: Client, migration: Migration): Promise<void> {
  for (const statement of statementsOf(migration.sql)) {
    try {
      await client.query(statement);
    } catch (error) {
      throw new MigrationFailure(
        `The migration ${migration.name} failed on its way; the next one begins it anew: ${explain(error, statement)}`,
        { cause: error },
      );
    }
  }
  await note(client, migration);
}

async function note(client: Client, { name, checksum }: Migration): Promise<void> {
  await client.query(
    'INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, clock_timestamp(), 1)',
    [randomUUID(), checksum, name],
  );
}

/** What of a migration is run in one go: all of it in its transaction, or statement by statement without. */
export function statementsOf(sql: string): readonly string[] {
  if (!sql.startsWith(WITHOUT_TRANSACTION)) return [sql];
  return sql.split(/;\s*$/m).filter((statement) => statement.replaceAll(/^--.*$/gm, '').trim() !== '');
}

function explain(error: unknown, sql: string): string {
  if (!(error instanceof DatabaseError)) return error instanceof Error ? error.message : String(error);
  const line =
    error.position === undefined ? '' : ` at line ${String(sql.slice(0, Number(error.position)).split('\n').length)}`;
  const detail = error.detail === undefined ? '' : ` (${error.detail})`;
  return `${error.message}${line}${detail}`;
}

async function connect(databaseUrl: string): Promise<Client> {
  let where = 'the address in DATABASE_URL';
  try {
    const url = new URL(databaseUrl);
    where = `${url.host}${url.pathname}`;
  } catch {
    throw new MigrationFailure(
      'DATABASE_URL is not an address: it looks like postgresql://user:password@host:5432/database.',
    );
  }
  const client = new Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    application_name: 'quittance-migrate',
  });
  try {
    await client.connect();
  } catch (error) {
    throw new MigrationFailure(`PostgreSQL does not answer at ${where} (DATABASE_URL): ${reason(error)}.`, {
      cause: error,
    });
  }
  return client;
}

/** Node gathers the attempts on several addresses of one host in an error without a message. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(', ');
  return error instanceof Error ? error.message : String(error);
}

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(path.join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/** The SQL files are not compiled, so they are found from the sources and from dist/ alike: beside package.json. */
function projectRoot(): string {
  let folder = __dirname;
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder)
      throw new MigrationFailure('The migrations were not found: no package.json above the program.');
    folder = parent;
  }
  return folder;
}

if (require.main === module) {
  const databaseUrl = process.env['DATABASE_URL'];
  void (async () => {
    if (!databaseUrl) throw new MigrationFailure('DATABASE_URL is not set: it names the database to migrate.');
    await migrate(databaseUrl, {
      log: (line) => {
        console.log(line);
      },
    });
  })().catch((error: unknown) => {
    console.error(error instanceof MigrationFailure ? error.message : error);
    process.exitCode = 1;
  });
}
