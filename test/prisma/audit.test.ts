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
function audit(url: string | null): Promise<{ code: number | null; out: string; err: string }> {
  const { DATABASE_URL: _, ...environment } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['-r', path.join(ROOT, 'test/support/environment/register.cjs'), path.join(ROOT, 'tools/audit.ts')],
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
