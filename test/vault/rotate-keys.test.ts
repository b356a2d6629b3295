import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { queueLetter, readAddressed, takeLetters } from '../../books/letters';
import { addEndpoint, rotateSecret } from '../../books/webhooks';
import { waitUntil } from '../../tools/local/piece';
import { openPayer, sealPayer } from '../../vault/payer';
import { openRaw, sealRaw } from '../../vault/raw-message';
import { createVault, type Vault } from '../../vault/vault';
import { inTransaction, newClub, newId, newMember, newPayment, openBooks } from '../books/bookkeeping';
import type { Books, Club } from '../books/bookkeeping';

const ROOT = path.resolve(__dirname, '..', '..');
const [OLD, NEW, LOST] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2), Buffer.alloc(32, 3)];
const [old, current, lost] = [createVault(OLD), createVault(NEW), createVault(LOST)];
const PASSWORD = 'the password of the account';

let db: Books;
beforeEach(async () => {
  db = await openBooks();
});
afterEach(() => db.close());

/** Runs the rotation from OLD to NEW, unless said otherwise, as `npm run rotate-keys` does. */
function start(over: NodeJS.ProcessEnv = {}): {
  child: ChildProcess;
  ended: Promise<{ code: number | null; out: string; err: string }>;
} {
  const env = {
    DATABASE_URL: db.database.url,
    ENCRYPTION_KEY: NEW.toString('base64'),
    ENCRYPTION_KEY_PREVIOUS: OLD.toString('base64'),
  };
  const program = [
    path.join(ROOT, 'test/support/environment/register.cjs'),
    path.join(ROOT, 'tools/rotate-keys.ts'),
  ] as const;
  const child = spawn(process.execPath, ['-r', ...program], { cwd: ROOT, env: { ...process.env, ...env, ...over } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
  return { child, ended };
}
const rotate = (over: NodeJS.ProcessEnv = {}) => start(over).ended;

interface Sealed extends Club {
  readonly paymentId: string;
  readonly messageId: string;
}

/** A club with an account, a payment and a message, all sealed by this key. */
async function newSealed(vault: Vault = old): Promise<Sealed> {
  const club = await newClub(db);
  const credentials = (what: string) =>
    vault.seal(Buffer.from(JSON.stringify({ what, password: PASSWORD })), club.accountId);
  await db.sql.query('UPDATE gateway_accounts SET credentials = $2, key_id = $3 WHERE id = $1', [
    club.accountId,
    credentials('today'),
    vault.keyId,
  ]);
  const { id: paymentId } = await newPayment(db, club, await newMember(db, club));
  await asRotation('UPDATE payments SET opened_with = $2 WHERE id = $1', [paymentId, credentials('then')]);
  const [messageId] = await newMessages(club, 1, vault);
  return { ...club, paymentId, messageId: messageId! };
}

/** What a payment was opened with is written when it is made; only a rotation may write it anew. */
async function asRotation(statement: string, values: unknown[]): Promise<void> {
  await inTransaction(db, async ({ sql }) => {
    await sql.query("SELECT set_config('quittance.rotating_keys', pg_current_xact_id()::text, true)");
    await sql.query(statement, values);
  });
}

async function newMessages({ accountId }: Club, count: number, vault: Vault): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId('ntf'));
  const sealed = ids.map((id) =>
    sealRaw(vault, { headers: { of: id }, body: Buffer.from(`mc_gross=1&id=${id}`) }, accountId),
  );
  await db.sql.query(
    `WITH messages AS (
       INSERT INTO notifications (id, account_id, dedupe_key, channel, state)
         SELECT id, $1, sha256(id::bytea), 'ipn', 'received' FROM unnest($2::text[]) AS id)
     INSERT INTO notification_bodies (notification_id, sealed, payer) SELECT * FROM unnest($2::text[], $3::bytea[], $4::bytea[])`,
    [accountId, ids, sealed, ids.map((name) => sealPayer(vault, { name, email: null }, accountId))],
  );
  return ids;
}

/** As the release before kept it. */
async function keepInItsRow(messageId: string): Promise<void> {
  await db.sql.query(
    'UPDATE notifications n SET sealed = b.sealed FROM notification_bodies b WHERE b.notification_id = n.id AND n.id = $1',
    [messageId],
  );
  await db.sql.query("UPDATE notifications SET state = 'invalid' WHERE id = $1", [messageId]);
  await db.sql.query('DELETE FROM notification_bodies WHERE notification_id = $1', [messageId]);
}

/** What this vault reads in the club's places; null where it opens nothing. */
async function read(vault: Vault, { accountId, paymentId, messageId }: Sealed) {
  const { rows } = await db.sql.query<{
    credentials: Buffer;
    keyId: string;
    openedWith: Buffer;
    message: Buffer;
    payer: Buffer;
  }>(
    `SELECT a.credentials, a.key_id AS "keyId", p.opened_with AS "openedWith", b.sealed AS message, b.payer
     FROM gateway_accounts a, payments p, notification_bodies b WHERE a.id = $1 AND p.id = $2 AND b.notification_id = $3`,
    [accountId, paymentId, messageId],
  );
  const row = rows[0]!;
  const opened = <Content>(open: () => Content): Content | null => {
    try {
      return open();
    } catch {
      return null;
    }
  };
  const json = (sealed: Buffer) =>
    opened(() => JSON.parse(vault.open(sealed, accountId).toString()) as { what: string });
  return {
    keyId: row.keyId,
    credentials: json(row.credentials)?.what ?? null,
    openedWith: json(row.openedWith)?.what ?? null,
    message: opened(() => openRaw(vault, row.message, accountId).body.toString()),
    payer: opened(() => openPayer(vault, row.payer, accountId)?.name),
  };
}
const everything = ({ messageId }: Sealed) => ({
  credentials: 'today',
  openedWith: 'then',
  message: `mc_gross=1&id=${messageId}`,
  payer: messageId,
});

/** Every sealed byte, to see whether anything changed. */
async function bytes(): Promise<unknown> {
  const { rows } = await db.sql.query(
    `SELECT id, md5(credentials) || key_id AS sealed, updated_at::text AS at FROM gateway_accounts
     UNION ALL SELECT id, md5(opened_with), NULL FROM payments UNION ALL SELECT notification_id, md5(sealed) || md5(payer), NULL FROM notification_bodies ORDER BY 1`,
  );
  return rows;
}

test('what the old key has sealed is opened by the new key alone, with the content it had', async () => {
  const clubs = [await newSealed(), await newSealed()];
  const { code, out, err } = await rotate();
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toBe(
    `gateway_accounts.credentials: 2 of 2 sealed anew\npayments.opened_with: 2 of 2 sealed anew\nnotifications.sealed: 0 of 0 sealed anew\n` +
      `notification_bodies.sealed: 2 of 2 sealed anew\nnotification_bodies.payer: 2 of 2 sealed anew\nletters.sealed: 0 of 0 sealed anew\n` +
      `webhook_endpoints.secret: 0 of 0 sealed anew\nwebhook_endpoints.former_secret: 0 of 0 sealed anew\n` +
      `everything is sealed by the current key (${current.keyId}): the previous ones can go\n`,
  );
  for (const club of clubs) {
    expect(await read(current, club)).toEqual({ keyId: current.keyId, ...everything(club) });
    expect(await read(old, club)).toMatchObject({
      credentials: null,
      openedWith: null,
      message: null,
      payer: null,
    });
  }
});

test('a message that lies where the release before put it is sealed anew there', async () => {
  const { accountId, messageId } = await newSealed();
  await keepInItsRow(messageId);
  const { out } = await rotate();
  expect(out).toContain('notifications.sealed: 1 of 1 sealed anew');
  const { rows } = await db.sql.query<{ sealed: Buffer }>('SELECT sealed FROM notifications WHERE id = $1', [
    messageId,
  ]);
  expect(openRaw(current, rows[0]!.sealed, accountId).body.toString()).toBe(`mc_gross=1&id=${messageId}`);
});

test('a letter that waits is sealed anew, and says what it said', async () => {
  const { merchantId } = await newClub(db);
  const address = { to: 'ada@example.org', locale: 'en' } as const;
  const says = { kind: 'step_up_code', data: { code: '123456', minutes: 10 } } as const;
  await queueLetter(db, old, { id: newId('ltr'), ...address, ...says, merchantId, memberId: null });
  const { out } = await rotate();
  expect(out).toContain('letters.sealed: 1 of 1 sealed anew');
  const [letter] = await takeLetters(db, 1, 60_000);
  expect(await readAddressed(db, current, letter!)).toEqual({ ...address, ...says });
  await expect(readAddressed(db, old, letter!)).rejects.toThrow('no key opens this');
});

test('both secrets of a webhook endpoint whose secret was changed are sealed anew', async () => {
  const { merchantId } = await newClub(db);
  const id = newId('whe');
  const sealed = (secret: string) => old.seal(Buffer.from(secret), id);
  await addEndpoint(db, merchantId, {
    ...{ id, url: 'https://shop.example/', types: ['payment.paid'], description: null },
    secret: sealed('former'),
  });
  await rotateSecret(db, id, sealed('today'), 60_000);
  const { out } = await rotate();
  expect(out).toContain('webhook_endpoints.secret: 1 of 1 sealed anew\nwebhook_endpoints.former_secret: 1 of 1');
  const { rows } = await db.sql.query<{ secret: Buffer; former: Buffer }>(
    'SELECT secret, former_secret AS former FROM webhook_endpoints',
  );
  const { secret, former } = rows[0]!;
  expect([secret, former].map((one) => current.open(one, id).toString())).toEqual(['today', 'former']);
});

test('a second run changes nothing', async () => {
  await newSealed();
  await rotate();
  const before = await bytes();
  const { code, out } = await rotate();
  expect(code).toBe(0);
  expect(out).toContain('gateway_accounts.credentials: 0 of 1 sealed anew\npayments.opened_with: 0 of 1 sealed anew\n');
  expect(await bytes()).toEqual(before);
});

test('rows by the thousand are all sealed anew, whatever key sealed them', async () => {
  const club = await newSealed();
  await newMessages(club, 700, old);
  await newMessages(club, 300, current);
  await newMessages(club, 600, lost);
  const previous = [LOST, OLD].map((key) => key.toString('base64')).join(',');
  const { code, out } = await rotate({ ENCRYPTION_KEY_PREVIOUS: previous });
  expect(code).toBe(0);
  expect(out).toContain('notification_bodies.sealed: 1301 of 1601 sealed anew');
  const { rows } = await db.sql.query<{ id: string; sealed: Buffer }>(
    'SELECT notification_id AS id, sealed FROM notification_bodies',
  );
  expect(
    rows.filter(
      ({ id, sealed }) => openRaw(current, sealed, club.accountId).headers['of'] !== id && id !== club.messageId,
    ),
  ).toEqual([]);
});

test('a row of an unknown key is named and left, the others are done, and the run says that a key is missing', async () => {
  const [club, stranger] = [await newSealed(), await newSealed(lost)];
  const { code, out, err } = await rotate();
  expect(code).toBe(1);
  expect(err.trim().split('\n').sort()).toEqual(
    [
      `gateway_accounts.credentials of ${stranger.accountId}`,
      `notification_bodies.payer of ${stranger.messageId}`,
      `notification_bodies.sealed of ${stranger.messageId}`,
      `payments.opened_with of ${stranger.paymentId}`,
    ].map((row) => `${row}: none of the keys given opens it`),
  );
  expect(out).toMatch(/\n4 rows are sealed by a key that was not given: find it before any key goes\n$/);
  expect(await read(current, club)).toEqual({ keyId: current.keyId, ...everything(club) });
  expect(await read(lost, stranger)).toEqual({ keyId: lost.keyId, ...everything(stranger) });
});

test('bytes that belong to another account are named, not carried along', async () => {
  const [club, other] = [await newSealed(), await newSealed()];
  await db.sql.query('UPDATE notifications SET account_id = $2 WHERE id = $1', [club.messageId, other.accountId]);
  const { code, err } = await rotate();
  expect({ code, err }).toEqual({
    code: 1,
    err: ['sealed', 'payer']
      .map((column) => `notification_bodies.${column} of ${club.messageId}: none of the keys given opens it\n`)
      .join(''),
  });
});

/** Whether the rotation has come to a row that somebody else's transaction holds. */
const rotationWaits = () =>
  waitUntil(
    async () => {
      const { rows } = await db.sql.query(
        `SELECT FROM pg_stat_activity WHERE application_name = 'quittance-rotate-keys' AND wait_event_type = 'Lock' AND datname = current_database()`,
      );
      return rows.length > 0;
    },
    { patienceMs: 20_000 },
  );

test('a rotation that is killed half-way is finished by the next one', async () => {
  const club = await newSealed();
  await inTransaction(db, async ({ sql }) => {
    await sql.query('SELECT FROM payments WHERE id = $1 FOR UPDATE', [club.paymentId]);
    const { child, ended } = start();
    expect(await rotationWaits()).toBe(true);
    child.kill('SIGKILL');
    await ended;
  });
  expect(await read(current, club)).toEqual({
    keyId: current.keyId,
    credentials: 'today',
    openedWith: null,
    message: null,
    payer: null,
  });

  const { code, out } = await rotate();
  expect(code).toBe(0);
  expect(out).toMatch(/^gateway_accounts.credentials: 0 of 1 sealed anew\npayments.opened_with: 1 of 1 sealed anew\n/);
  expect(await read(current, club)).toEqual({ keyId: current.keyId, ...everything(club) });
});

test.each([
  { what: 'the new key', vault: current, anew: 1 },
  { what: 'the old key', vault: old, anew: 2 },
])('credentials that are changed meanwhile, sealed by $what, are not overwritten', async ({ vault, anew }) => {
  const [club] = [await newSealed(), await newSealed()];
  const changed = vault.seal(Buffer.from(JSON.stringify({ what: 'changed' })), club.accountId);
  const { ended } = await inTransaction(db, async ({ sql }) => {
    const put = 'UPDATE gateway_accounts SET credentials = $2, key_id = $3 WHERE id = $1';
    await sql.query(put, [club.accountId, changed, vault.keyId]);
    const rotation = start();
    expect(await rotationWaits()).toBe(true);
    return rotation;
  });
  const { code, out } = await ended;
  expect(code).toBe(0);
  expect(out).toContain(`gateway_accounts.credentials: ${anew} of 2 sealed anew`);
  expect(await read(current, club)).toMatchObject({ keyId: current.keyId, credentials: 'changed' });
});

test('nothing that is printed is a secret', async () => {
  await newSealed();
  await newSealed(lost);
  const runs = [await rotate(), await rotate({ ENCRYPTION_KEY_PREVIOUS: LOST.toString('base64') })];
  for (const { out, err } of runs) {
    for (const secret of [PASSWORD, OLD.toString('base64'), NEW.toString('base64'), LOST.toString('base64')])
      expect(out + err).not.toContain(secret);
  }
});

test('the terms of a payment stay fixed for everybody but a rotation, and for its other columns even then', async () => {
  const club = await newSealed();
  const other = randomBytes(40);
  await expect(
    db.sql.query('UPDATE payments SET opened_with = $2 WHERE id = $1', [club.paymentId, other]),
  ).rejects.toThrow('are fixed');
  await expect(asRotation('UPDATE payments SET amount = amount + 1 WHERE id = $1', [club.paymentId])).rejects.toThrow(
    'are fixed',
  );
});

test.each([
  ['without a database', { DATABASE_URL: '' }, 'DATABASE_URL'],
  ['without a key', { ENCRYPTION_KEY: '' }, 'ENCRYPTION_KEY'],
  [
    'with a previous key that is none',
    { ENCRYPTION_KEY_PREVIOUS: `${OLD.toString('base64')},short` },
    'ENCRYPTION_KEY_PREVIOUS',
  ],
  ['where no database answers', { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing' }, 'ECONNREFUSED'],
])('%s it did not run', async (_, env, reason) => {
  const { code, out, err } = await rotate(env);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain('the keys could not be rotated: ');
  expect(err).toContain(reason);
});
