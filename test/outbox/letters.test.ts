import { pino } from 'pino';
import { letterState, queueLetter } from '../../books/letters';
import type { NewLetter } from '../../books/letters';
import { addMember, eraseMember } from '../../books/members';
import { createPostman, longestTryMs } from '../../mail/postman';
import { startLetters } from '../../outbox/letters';
import { createVault } from '../../vault/vault';
import { expectNowhere } from '../api/whole-database';
import { inTransaction, newClub, newId, openBooks } from '../books/bookkeeping';
import type { Books, Club } from '../books/bookkeeping';
import { eventually } from '../support/client';
import { startSmtpServer } from '../support/smtp';
import type { SmtpServer } from '../support/smtp';

const vault = createVault(Buffer.alloc(32, 7));
const log = pino({ level: 'silent' });
const TIMEOUT_MS = 300;
/** More often than any test needs. */
const OFTEN = Array.from({ length: 50 }, () => 20);

let books: Books;
let club: Club;
let server: SmtpServer;
let stopping: (() => Promise<unknown>)[];
beforeEach(async () => {
  [books, server] = await Promise.all([openBooks(), startSmtpServer()]);
  club = await newClub(books);
  stopping = [];
});
afterEach(async () => {
  await Promise.all(stopping.map((stop) => stop()));
  await Promise.all([server.stop(), books.close()]);
});

/** A worker's part that sends letters. */
function startSending(retryMs: readonly number[] = OFTEN): void {
  const postman = createPostman({ by: 'smtp', url: server.url, from: 'Quittance <no-reply@pay.example>' }, TIMEOUT_MS);
  const letters = startLetters({ db: books, vault, sender: postman, log, retryMs, leaseMs: longestTryMs(TIMEOUT_MS) });
  stopping.push(() => letters.stop().then(() => postman.close()));
}

const invitation = (over: Partial<NewLetter> = {}): NewLetter =>
  ({
    id: newId('ltr'),
    kind: 'invitation',
    to: 'ada@example.org',
    locale: 'en',
    merchantId: club.merchantId,
    memberId: null,
    data: {
      merchant: 'Club',
      role: 'treasurer',
      inviter: 'Grace',
      url: 'https://pay.example/invitations/the-token',
      expiresAt: '2099-01-01T00:00:00.000Z',
      timeZone: 'Europe/Paris',
    },
    ...over,
  }) as NewLetter;

async function queue(letter = invitation()): Promise<string> {
  await queueLetter(books, vault, letter);
  return letter.id;
}
const untilEnded = (id: string) =>
  eventually(
    () => letterState(books, id),
    (letter) => letter?.state !== 'queued',
  );
const messageIds = () => server.mails.map(({ source }) => /^Message-ID: <(.+)>$/im.exec(source)?.[1]);

test('a letter reaches the one it is for, as text and as HTML, and what it said is forgotten', async () => {
  const id = await queue();
  startSending();
  expect(await untilEnded(id)).toEqual({ state: 'sent', answer: '250 2.0.0 taken' });
  expect(server.mails).toHaveLength(1);
  const { to, source } = server.mails[0]!;
  expect(to).toEqual(['ada@example.org']);
  expect(messageIds()).toEqual([`${id}@pay.example`]);
  expect(source).toContain('Subject: You are invited to Club');
  expect(source).toContain('Auto-Submitted: auto-generated');
  expect(source.match(/Content-Type: text\/(plain|html)/g)).toEqual([
    'Content-Type: text/plain',
    'Content-Type: text/html',
  ]);
  const { rows } = await books.sql.query('SELECT sealed FROM letters WHERE id = $1', [id]);
  expect(rows).toEqual([{ sealed: null }]);
});

test('a letter that the server refuses for good is not tried again, and its answer is kept without the address', async () => {
  server.mood = { RCPT: '550 5.1.1 <ada@example.org>: no such user' };
  const id = await queue();
  startSending();
  expect(await untilEnded(id)).toEqual({ state: 'refused', answer: '550 5.1.1 <…>: no such user' });
  expect(server.mails).toEqual([]);
  await expectNowhere(books, 'ada@example.org');
});

test.each([
  ['is busy at the recipient', { RCPT: '451 4.3.2 come again' }],
  ['is busy at the end of the letter', { '.': '421 4.3.2 shutting down' }],
  ['refuses everybody in its greeting', { greeting: '554 5.3.2 no service here' }],
  ['refuses our sender', { MAIL: '550 5.7.1 not you' }],
  ['cuts the connection', { DATA: 'cut' }],
  ['says nothing', { greeting: 'silence' }],
  ['falls silent', { MAIL: 'silence' }],
] as const)('while the server %s a letter waits, and afterwards it is sent once', async (_what, mood) => {
  server.mood = mood;
  const id = await queue();
  startSending();
  await eventually(
    () => letterState(books, id),
    (letter) => letter?.answer !== null,
  );
  server.mood = {};
  expect(await untilEnded(id)).toMatchObject({ state: 'sent' });
  expect(messageIds()).toEqual([`${id}@pay.example`]);
});

test('a letter whose answer was lost is sent again under the same message id', async () => {
  server.mood = { '.': 'silence' };
  const id = await queue();
  startSending();
  await eventually(
    async () => server.mails.length,
    (count) => count > 0,
  );
  server.mood = {};
  expect(await untilEnded(id)).toMatchObject({ state: 'sent' });
  expect(server.mails.length).toBeGreaterThan(1);
  expect(new Set(messageIds())).toEqual(new Set([`${id}@pay.example`]));
});

test('a server that is away loses nothing', async () => {
  await server.goAway();
  const ids = [await queue(), await queue()];
  startSending();
  await eventually(
    () => Promise.all(ids.map((id) => letterState(books, id))),
    (letters) => letters.every((letter) => letter?.answer?.includes('ECONNREFUSED') === true),
  );
  await server.comeBack();
  for (const id of ids) expect(await untilEnded(id)).toMatchObject({ state: 'sent' });
  expect(server.mails).toHaveLength(2);
});

test('a letter that nobody took for too long counts as refused, with what was answered last', async () => {
  server.mood = { RCPT: '451 4.3.2 come again' };
  const id = await queue();
  startSending([0, 0]);
  expect(await untilEnded(id)).toEqual({ state: 'refused', answer: '451 4.3.2 come again' });
  const { rows } = await books.sql.query('SELECT tries FROM letters WHERE id = $1', [id]);
  expect(rows).toEqual([{ tries: 3 }]);
});

test('a link that has expired is not sent', async () => {
  const data = { merchant: 'Club', url: 'https://pay.example/sign-in/the-token', minutes: 15 };
  const id = await queue(invitation({ kind: 'member_sign_in', data }));
  await books.sql.query("UPDATE letters SET created_at = now() - interval '15 minutes'");
  startSending();
  expect(await untilEnded(id)).toMatchObject({ state: 'refused', answer: expect.stringContaining('expired') });
  expect(server.mails).toEqual([]);
});

test('an address that is none is refused, and nobody else hears of it', async () => {
  const ids = [await queue(invitation({ to: 'a@b.example, c@d.example' })), await queue(invitation({ to: '\r\nx' }))];
  startSending();
  for (const id of ids) await untilEnded(id);
  expect(server.mails.flatMap(({ to }) => to)).not.toContain('c@d.example');
});

test('a letter that waits for its member is not sent once they were erased', async () => {
  const member = newId('mem');
  const { merchantId } = club;
  const nothing = { phone: null, reference: null, locale: null, address: null };
  await addMember(books, { id: member, merchantId, name: 'Ada', email: 'ada@example.org', ...nothing });
  await server.goAway();
  const id = await queue(invitation({ memberId: member }));
  startSending();
  await eventually(
    () => letterState(books, id),
    (letter) => letter?.answer !== null,
  );
  await inTransaction(books, (tx) => eraseMember(tx, merchantId, member));
  await server.comeBack();
  expect(await untilEnded(await queue())).toMatchObject({ state: 'sent' }); // one that was asked for later
  expect(server.mails).toHaveLength(1);
  expect(await letterState(books, id)).toBeNull();
});

test('several workers send each letter once', async () => {
  const ids = await Promise.all(Array.from({ length: 30 }, () => queue()));
  startSending();
  startSending();
  for (const id of ids) expect(await untilEnded(id)).toMatchObject({ state: 'sent' });
  expect(messageIds().sort()).toEqual(ids.map((id) => `${id}@pay.example`).sort());
});
