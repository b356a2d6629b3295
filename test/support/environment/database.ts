import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { statementsOf } from '../../../prisma/migrate';
import { testAddress } from './addresses';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of its own for one test file: a copy of the migrated template, in some tens of milliseconds. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createFrom(testAddress('templateDatabase'));
}

/** One without any table, for a test that migrates it itself. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createFrom('template0');
}

async function createFrom(template: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asAdministrator(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(testAddress('postgresUrl'));
  url.pathname = `/${name}`;
  return {
    url: url.href,
    // FORCE: a pool that a failed test left open must not keep the database.
    drop: () => asAdministrator(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function asAdministrator(sql: string): Promise<void> {
  const client = new Client({ connectionString: testAddress('postgresUrl') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

const MIGRATIONS = path.resolve(__dirname, '..', '..', '..', 'prisma', 'migrations');

/** Applies those migrations of a database that are meant, in their order: a database of an earlier release, or its way to this one. */
export async function migrateSome({ url }: TestDatabase, isMeant: (name: string) => boolean): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const name of readdirSync(MIGRATIONS).sort().filter(isMeant)) {
      const sql = readFileSync(path.join(MIGRATIONS, name, 'migration.sql'), 'utf8');
      // Several statements that are sent at once are one transaction.
      for (const statement of statementsOf(sql)) await client.query(statement);
    }
  } finally {
    await client.end();
  }
}
