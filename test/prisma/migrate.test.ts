import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { migrate, MigrationFailure } from '../../prisma/migrate';
import { createEmptyDatabase } from '../support/environment/database';
import type { TestDatabase } from '../support/environment/database';

let database: TestDatabase;
let client: Client;
let folder: string;
beforeEach(async () => {
  database = await createEmptyDatabase();
  folder = mkdtempSync(path.join(os.tmpdir(), 'migrations-'));
  client = await session();
});
afterEach(async () => {
  await client.end();
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function session(): Promise<Client> {
  const opened = new Client({ connectionString: database.url });
  await opened.connect();
  return opened;
}

function write(name: string, sql: string): void {
  mkdirSync(path.join(folder, name), { recursive: true });
  writeFileSync(path.join(folder, name, 'migration.sql'), sql);
}

const run = (over: Parameters<typeof migrate>[1] = {}) => migrate(database.url, { folder, ...over });

test('a migration that finds a table in use gives way, and is done when the table is free', async () => {
  write('1_table', 'CREATE TABLE things (id int);');
  await run();
  write('2_column', 'ALTER TABLE things ADD COLUMN name text;');
  const busy = await session();
  await busy.query('BEGIN');
  await busy.query('SELECT FROM things');
  const applied = run({
    lockTimeoutMs: 20,
    pauseMs: 10,
    log: (line) => {
      if (line.includes('in use')) void busy.query('COMMIT'); // it has given way at least once
    },
  });
  expect(await applied).toEqual(['2_column']);
  await busy.end();
});

test('one that finds it in use for too long leaves everything as it was', async () => {
  write('1_table', 'CREATE TABLE things (id int);');
  await run();
  write('2_column', 'CREATE TABLE more (id int); ALTER TABLE things ADD COLUMN name text;');
  const busy = await session();
  await busy.query('BEGIN');
  await busy.query('SELECT FROM things');
  await expect(run({ lockTimeoutMs: 20, pauseMs: 1, tries: 2 })).rejects.toThrow(MigrationFailure);
  const { rows } = await client.query("SELECT to_regclass('more') AS more");
  expect(rows).toEqual([{ more: null }]);
  await busy.end();
});

test('an index is made beside those who write, and made anew where it failed half-way', async () => {
  write('1_table', 'CREATE TABLE things (id int); INSERT INTO things VALUES (1), (1);');
  const index = (unique: string) =>
    `-- without a transaction\n\n-- Twins are refused.\nDROP INDEX CONCURRENTLY IF EXISTS things_by_id;\nCREATE ${unique} INDEX CONCURRENTLY things_by_id ON things (id);\n`;
  write('2_index', index('UNIQUE'));
  await expect(run()).rejects.toThrow('The migration 2_index failed on its way; the next one begins it anew');
  await client.query('DELETE FROM things');
  expect(await run()).toEqual(['2_index']);
  const { rows } = await client.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'things_by_id'::regclass");
  expect(rows).toEqual([{ indisvalid: true }]);
  expect(await run()).toEqual([]);
});
