import { newClub } from '../books/bookkeeping';
import { databaseBefore } from './database-before';

// The release before knows no slug: the merchants that it made get one, and so do those that its APIs make while they are replaced.

const old = databaseBefore('20261202083000_links_and_settings');

test('every merchant has a slug of its own, whether it was made before the migration or after it', async () => {
  const before = [await newClub(old.db), await newClub(old.db)];
  await old.migrateOn();
  const all = [...before, await newClub(old.db)].map(({ merchantId }) => merchantId);
  const { rows } = await old.db.sql.query<{ id: string; name: string; slug: string }>(
    'SELECT id, name, slug FROM merchants WHERE id = ANY ($1) ORDER BY array_position($1, id)',
    [all],
  );
  const [first] = rows;
  expect(new Set(rows.map(({ name }) => name)).size).toBe(1);
  expect(rows.map(({ slug }) => slug)).toEqual([first!.slug, `${first!.slug}-2`, `${first!.slug}-3`]);
});

test('a zone that PostgreSQL does not know is refused, since nothing could be booked by its day', async () => {
  await old.migrateOn();
  const { merchantId } = await newClub(old.db);
  const change = old.db.sql.query("UPDATE merchants SET time_zone = 'Mars/Olympus' WHERE id = $1", [merchantId]);
  await expect(change).rejects.toThrow(/time zone/);
});
