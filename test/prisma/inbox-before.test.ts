import { createHash } from 'node:crypto';
import { forgetBodies, moveBodies } from '../../books/bodies';
import { turnRules } from '../../books/functions';
import { beginVerification, endMessage, listMessages, seenMessages } from '../../books/notifications';
import { doUpkeep } from '../../outbox/upkeep';
import { openDatabase } from '../../prisma/client';
import type { Database } from '../../prisma/client';
import { claimOf } from '../../workflows/domain/claim';
import { TURNS } from '../../workflows/domain/places';
import { newClub, newId, receive } from '../books/bookkeeping';
import type { Club } from '../books/bookkeeping';
import { brokenInvariants } from '../support/audit';
import { createEmptyDatabase, migrateSome } from '../support/environment/database';
import type { TestDatabase } from '../support/environment/database';

// The release before keeps a message's bytes in its row. Its APIs go on doing so while they are replaced, and its workers and lists read
// nothing else: whichever of both releases takes a message in, whichever verifies it, its bytes are there.

const MIGRATION = '20261130081000_inbox';

let database: TestDatabase;
let db: Database;
let club: Club;
beforeEach(async () => {
  database = await createEmptyDatabase();
  await migrateSome(database, (name) => name < MIGRATION);
  db = openDatabase(database.url, { connections: 4 });
  club = await newClub(db);
});
afterEach(async () => {
  await db.close();
  await database.drop();
});
const migrateOn = () => migrateSome(database, (name) => name >= MIGRATION);
const aDayPasses = () => db.sql.query("UPDATE bodies_to_move SET shared_until = now() - interval '1 hour'");

/** Takes a message in as the API of the release before does. */
async function receiveBefore(bytes: string): Promise<string> {
  const message = {
    id: newId('ntf'),
    account: club.accountId,
    channel: 'ipn',
    payment: null,
    claim: claimOf('ipn', { references: [], facts: [] }),
    askAgain: null,
    turns: turnRules(TURNS),
  };
  const { rows } = await db.sql.query<{ answer: { id: string } }>({
    name: 'keep_message',
    text: 'SELECT keep_message($1, $2, $3, $4) AS answer',
    values: [message, createHash('sha256').update(bytes).digest(), Buffer.from(bytes), '30000 milliseconds'],
  });
  return rows[0]!.answer.id;
}

/** The bytes as the worker of the release before reads them when it verifies a message. */
async function readBefore(id: string): Promise<string | undefined> {
  const { rows } = await db.sql.query<{ sealed: Buffer | null }>({
    name: 'begin_verification_before',
    text: `UPDATE notifications n SET attempts = n.attempts + 1 FROM gateway_accounts a
           WHERE n.id = $1 AND n.state = 'received' AND a.id = n.account_id RETURNING n.sealed`,
    values: [id],
  });
  return rows[0]?.sealed?.toString();
}
const readNow = async (id: string) => (await beginVerification(db, id, null))?.sealed.toString();

/** Where the bytes of every message lie, by what they are. */
async function places(): Promise<Record<string, string>> {
  const { rows } = await db.sql.query<{ bytes: Buffer; place: string }>(
    `SELECT coalesce(b.sealed, n.sealed) AS bytes, concat_ws(' and ', CASE WHEN n.sealed IS NOT NULL THEN 'row' END, CASE WHEN b.sealed IS NOT NULL THEN 'table' END) AS place
     FROM notifications n LEFT JOIN notification_bodies b ON b.notification_id = n.id ORDER BY n.sequence`,
  );
  return Object.fromEntries(rows.map(({ bytes, place }) => [bytes.toString(), place]));
}

test('both releases read every message, whichever of them took it in', async () => {
  const ids = { former: await receiveBefore('former'), settled: await receiveBefore('settled') };
  await db.sql.query("SELECT settle_without_facts($1, 'invalid', 'forged')", [ids.settled]);
  await migrateOn();
  const { id: ours } = await receive(db, club, { bytes: 'ours' });
  const all = { ...ids, theirs: await receiveBefore('theirs'), ours };
  expect(await places()).toEqual({ former: 'row', settled: 'row', theirs: 'row and table', ours: 'row and table' });
  for (const [bytes, id] of Object.entries(all)) {
    if (bytes === 'settled') continue;
    expect([await readBefore(id), await readNow(id)]).toEqual([bytes, bytes]);
  }

  // What one took in comes again, to either of them.
  expect(await receive(db, club, { bytes: 'former' })).toMatchObject({ id: all.former, fresh: false });
  expect(await receiveBefore('ours')).toBe(all.ours);
  expect(await receive(db, club, { bytes: 'settled' })).toMatchObject({ id: all.settled, fresh: true });
  expect([await readBefore(all.settled), await readNow(all.settled)]).toEqual(['settled', 'settled']);

  // And either of them settles it.
  await db.sql.query("SELECT settle_without_facts($1, 'applied', NULL)", [all.ours]);
  await endMessage(db, all.theirs, 'attention', 'unknown_type');
  const list = await listMessages(db, club.merchantId, {}, { before: null, limit: 50 });
  expect(Object.fromEntries(list.map(({ id, state }) => [id, state]))).toEqual({
    [all.former]: 'received',
    [all.settled]: 'received',
    [all.theirs]: 'attention',
    [all.ours]: 'applied',
  });
  expect(await brokenInvariants({ database })).toEqual({});
});

test('what lies in the rows is moved once a day has passed, a batch at a time, and then nothing is written there', async () => {
  for (const bytes of ['a', 'b', 'c', 'd', 'e']) await receiveBefore(bytes);
  await migrateOn();
  await receive(db, club, { bytes: 'f' });
  const before = await db.sql.query('SELECT state, reason, attempts FROM notifications ORDER BY sequence');
  expect(await moveBodies(db, 100)).toBe(0);
  await aDayPasses();
  const { id } = await receive(db, club, { bytes: 'g' });
  expect(await readNow(id)).toBe('g');

  expect(await moveBodies(db, 3)).toBe(3);
  expect(Object.values(await places())).toEqual(['table', 'table', 'table', 'row', 'row', 'row and table', 'table']);
  await doUpkeep({ db, silentGateways: [] });
  expect(await places()).toEqual(
    Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((bytes) => [bytes, 'table'])),
  );
  expect((await db.sql.query('SELECT FROM bodies_to_move')).rows).toEqual([]);
  expect(
    (await db.sql.query('SELECT state, reason, attempts FROM notifications ORDER BY sequence LIMIT 6')).rows,
  ).toEqual(before.rows);
  expect(await brokenInvariants({ database })).toEqual({});
});

test('what was found invalid before is forgotten only when all is moved', async () => {
  const id = await receiveBefore('forged');
  await db.sql.query("SELECT settle_without_facts($1, 'invalid', 'forged')", [id]);
  await db.sql.query("UPDATE notifications SET received_at = now() - interval '8 days'");
  await migrateOn();
  expect(await forgetBodies(db, 7, 100)).toBe(0);
  expect(await places()).toEqual({ forged: 'row' });
  await aDayPasses();
  await doUpkeep({ db, silentGateways: [] });
  expect((await db.sql.query('SELECT FROM notification_bodies')).rows).toEqual([]);
  expect((await db.sql.query('SELECT sealed FROM notifications')).rows).toEqual([{ sealed: null }]);
  expect(await receive(db, club, { bytes: 'forged' })).toMatchObject({ id, fresh: true });
  expect(await readNow(id)).toBe('forged');
});

test('the channels that were seen before stay seen', async () => {
  await db.sql.query("SELECT settle_without_facts($1, 'applied', NULL)", [await receiveBefore('told')]);
  const silent = await newClub(db);
  await migrateOn();
  expect(await seenMessages(db, club.accountId)).toEqual({ told: true, pdt: false });
  expect(await seenMessages(db, silent.accountId)).toEqual({ told: false, pdt: false });
});
