import { spawn } from 'node:child_process';
import path from 'node:path';
import {
  inTransaction,
  newClub,
  newMember,
  newPayment,
  openBooks,
  owe,
  tell,
  tellUnmatched,
} from '../books/bookkeeping';
import type { Books } from '../books/bookkeeping';
import { captured, fee } from '../domain/builders';

const ROOT = path.resolve(__dirname, '..', '..');

/** Runs the audit as `npm run audit` does; `url`: null leaves the address out. */
function audit(
  url: string | null,
  ...args: readonly string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const { DATABASE_URL: _, ...environment } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['-r', path.join(ROOT, 'test/support/environment/register.cjs'), path.join(ROOT, 'tools/audit.ts'), ...args],
      {
        cwd: ROOT,
        env: url === null ? environment : { ...environment, DATABASE_URL: url },
      },
    );
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

let db: Books;
beforeAll(async () => {
  db = await openBooks();
  const club = await newClub(db);
  const member = await newMember(db, club);
  await owe(db, club, member, 3000);
  await tell(db, await newPayment(db, club, member), captured('TX1'), fee('TX1'));
  await tellUnmatched(db, club, [captured('TX2')]);
});
afterAll(() => db.close());

test('good books pass, and money that waits for a person is named without failing them', async () => {
  const { code, out } = await audit(db.database.url);
  expect(out).toContain('holds  inv_entries_balance: every entry sums to zero per currency');
  expect(out).toContain('known  known_suspense');
  expect(out).not.toContain('BROKEN');
  expect(out).toMatch(/the books hold\n$/);
  expect(code).toBe(0);
});

/** The marks that stand, oldest first: whether each is of an audit of everything. */
const marks = async (): Promise<boolean[]> =>
  (await db.sql.query<{ whole: boolean }>('SELECT whole FROM audit_marks ORDER BY id')).rows.map(({ whole }) => whole);

test('an audit from a mark looks at what is new, and finds what is wrong there', async () => {
  while ((await marks()).length === 0) await audit(db.database.url); // none is kept while another transaction goes on
  const { code, out } = await audit(db.database.url, '--since-mark');
  expect(out).toMatch(/^what is new since the mark of 20\d\d-/);
  expect(out).toMatch(/the books hold\n$/);
  expect(code).toBe(0);

  await inTransaction(db, async (tx) => {
    await tx.sql.query('SET LOCAL session_replication_role = replica');
    await tx.sql.query(
      `INSERT INTO entries (merchant_id, kind, command_id, booked_on) SELECT id, 'charge_cancelled', 'cmd_1', now() FROM merchants`,
    );
  });
  const later = await audit(db.database.url, '--since-mark');
  expect(later.out).toContain('BROKEN  inv_entries_have_postings');
  expect(later.code).toBe(1);
  const kept = await marks();
  await audit(db.database.url, '--since-mark');
  expect(await marks()).toEqual(kept); // what is broken is never left behind a mark

  await inTransaction(db, async (tx) => {
    await tx.sql.query('SET LOCAL session_replication_role = replica');
    await tx.sql.query("DELETE FROM entries WHERE command_id = 'cmd_1'");
  });
  expect((await audit(db.database.url, '--whole')).code).toBe(0);
});

test('an audit that is asked for something else does not run', async () => {
  const { code, err } = await audit(db.database.url, '--since-yesterday');
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('npm run audit -- [--whole | --since-mark]') });
});

test('books that were tampered with fail, and the broken promise is named with its rows', async () => {
  await inTransaction(db, async (tx) => {
    await tx.sql.query('SET LOCAL session_replication_role = replica');
    await tx.sql.query("UPDATE postings SET amount = amount + 1 WHERE side = 'debit'");
  });
  const { code, out } = await audit(db.database.url);
  expect(out).toMatch(/BROKEN {2}inv_entries_balance: every entry sums to zero per currency\n {4}\{"entry"/);
  expect(out).toMatch(/\d invariants are broken\n$/);
  expect(code).toBe(1);
});

test.each([
  ['without an address', null, 'DATABASE_URL is not set'],
  ['at an address where nobody answers', 'postgresql://nobody@127.0.0.1:1/nothing', 'ECONNREFUSED'],
])('%s it did not run, which is neither good nor bad books', async (_, url, reason) => {
  const { code, out, err } = await audit(url);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(`the audit could not run: `);
  expect(err).toContain(reason);
});
