import { openDatabase } from '../../prisma/client';
import type { Database } from '../../prisma/client';
import { createEmptyDatabase, migrateSome } from '../support/environment/database';
import type { TestDatabase } from '../support/environment/database';

/** For each test of a file a database as the release before `migration` left it. */
export function databaseBefore(migration: string): { readonly db: Database; migrateOn(): Promise<void> } {
  let database: TestDatabase;
  let db: Database;
  beforeEach(async () => {
    database = await createEmptyDatabase();
    await migrateSome(database, (name) => name < migration);
    db = openDatabase(database.url, { connections: 2 });
  });
  afterEach(async () => {
    await db.close();
    await database.drop();
  });
  return {
    get db() {
      return db;
    },
    migrateOn: () => migrateSome(database, (name) => name >= migration),
  };
}
