import { openDatabase } from '../../prisma/client';
import type { Database } from '../../prisma/client';
import { newClub } from '../books/bookkeeping';
import { createEmptyDatabase, migrateSome } from '../support/environment/database';
import type { TestDatabase } from '../support/environment/database';

// The release before knows no slug: the merchants that it made get one, and so do those that its APIs make while they are replaced.

const MIGRATION = '20261202083000_links_and_settings';

let database: TestDatabase;
let db: Database;
beforeEach(async () => {
  database = await createEmptyDatabase();
  await migrateSome(database, (name) => name < MIGRATION);
  db = openDatabase(database.url, { connections: 2 });
});
afterEach(async () => {
  await db.close();
  await database.drop();
});

test('every merchant has a slug of its own, whether it was made before the migration or after it', async () => {
  const before = [await newClub(db), await newClub(db)];
  await migrateSome(database, (name) => name >= MIGRATION);
  const all = [...before, await newClub(db)].map(({ merchantId }) => merchantId);
  const { rows } = await db.sql.query<{ id: string; name: string; slug: string }>(
    'SELECT id, name, slug FROM merchants WHERE id = ANY ($1) ORDER BY array_position($1, id)',
    [all],
  );
  const [first] = rows;
  expect(new Set(rows.map(({ name }) => name)).size).toBe(1);
  expect(rows.map(({ slug }) => slug)).toEqual([first!.slug, `${first!.slug}-2`, `${first!.slug}-3`]);
});

test('a zone that PostgreSQL does not know is refused, since nothing could be booked by its day', async () => {
  await migrateSome(database, (name) => name >= MIGRATION);
  const { merchantId } = await newClub(db);
  const change = db.sql.query("UPDATE merchants SET time_zone = 'Mars/Olympus' WHERE id = $1", [merchantId]);
  await expect(change).rejects.toThrow(/time zone/);
});
