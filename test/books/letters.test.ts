import { addMember, eraseMember } from '../../books/members';
import { letterState, queueLetter, readAddressed, takeLetters } from '../../books/letters';
import type { NewLetter } from '../../books/letters';
import { openDatabase } from '../../prisma/client';
import type { Database } from '../../prisma/client';
import { createVault } from '../../vault/vault';
import { expectNowhere } from '../api/whole-database';
import { captured, eur, refunded } from '../domain/builders';
import { inTransaction, newClub, newId, newMember, newPayment, openBooks, tell } from './bookkeeping';
import type { Books, Club } from './bookkeeping';

const vault = createVault(Buffer.alloc(32, 7));
const LEASE_MS = 60_000;

let books: Books;
let club: Club;
/** The same database, as a process sees it that is told of a mail server. */
let mailing: Database;
beforeEach(async () => {
  books = await openBooks();
  mailing = openDatabase(books.database.url, { connections: 2, mailing: true });
  club = await newClub(books);
});
afterEach(async () => {
  await mailing.close();
  await books.close();
});

const signIn = (over: Partial<NewLetter> = {}): NewLetter =>
  ({
    id: newId('ltr'),
    kind: 'member_sign_in',
    to: 'ada@example.org',
    locale: 'fr',
    merchantId: club.merchantId,
    memberId: null,
    data: { merchant: 'Club', url: 'https://pay.example/sign-in/the-token', minutes: 15 },
    ...over,
  }) as NewLetter;

async function memberWith(email: string | null, locale: 'en' | 'fr' | null = 'fr'): Promise<string> {
  const id = newId('mem');
  const { merchantId } = club;
  await addMember(books, {
    id,
    merchantId,
    name: 'Ada',
    email,
    phone: null,
    reference: null,
    locale,
    address: null,
  });
  return id;
}

/** What waits to be sent, as it would be sent now. */
async function readWaiting() {
  const taken = await takeLetters(mailing, 10, LEASE_MS);
  return Promise.all(taken.map((letter) => readAddressed(mailing, vault, letter)));
}

test('a letter is queued with what causes it, and not at all when that is undone', async () => {
  const [kept, undone] = [signIn(), signIn()];
  await inTransaction(books, (tx) => queueLetter(tx, vault, kept));
  const failing = inTransaction(books, async (tx) => {
    await queueLetter(tx, vault, undone);
    throw new Error('changed its mind');
  });
  await expect(failing).rejects.toThrow('changed its mind');
  expect(await letterState(books, kept.id)).toEqual({ state: 'queued', answer: null });
  expect(await letterState(books, undone.id)).toBeNull();
  const { to, locale, kind, data } = kept;
  expect(await readWaiting()).toEqual([{ to, locale, kind, data }]);
});

test('neither address nor link lies in the database in clear', async () => {
  await queueLetter(books, vault, signIn());
  await expectNowhere(books, 'ada@example.org', 'the-token');
});

test('a letter that was taken is nobody else’s until its lease is over', async () => {
  const letter = signIn();
  await queueLetter(books, vault, letter);
  expect(await takeLetters(books, 10, LEASE_MS)).toMatchObject([{ id: letter.id, tries: 1 }]);
  expect(await takeLetters(books, 10, 0)).toEqual([]);
  await books.sql.query("UPDATE letters SET due_at = now() - interval '1 second'");
  expect(await takeLetters(books, 10, 0)).toMatchObject([{ id: letter.id, tries: 2 }]);
});

test('money that a member paid is told to them once, however often it is reported', async () => {
  const member = await memberWith('ada@example.org');
  const payment = await newPayment(books, club, member);
  await tell(mailing, payment, captured('TX1'));
  await tell(mailing, payment, captured('TX1'));
  const merchant = (await books.prisma.merchant.findUniqueOrThrow({ where: { id: club.merchantId } })).name;
  expect(await readWaiting()).toEqual([
    {
      kind: 'money_arrived',
      to: 'ada@example.org',
      locale: 'fr',
      data: { merchant, member: 'Ada', amount: 5000, currency: 'EUR' },
    },
  ]);
});

test('a letter about money is in the language of its member, else of the merchant', async () => {
  await books.prisma.merchant.update({ where: { id: club.merchantId }, data: { locale: 'fr' } });
  for (const locale of ['en', null] as const) {
    const member = await memberWith(`${locale}@example.org`, locale);
    await tell(mailing, await newPayment(books, club, member), captured(`TX ${locale}`));
  }
  const letters = (await readWaiting()).map((letter) => [letter?.to, letter?.locale]);
  expect(letters.sort()).toEqual([
    ['en@example.org', 'en'],
    ['null@example.org', 'fr'],
  ]);
});

test('money that is given back is told once, with the sum that went back', async () => {
  const member = await memberWith('ada@example.org');
  const payment = await newPayment(books, club, member);
  await tell(books, payment, captured('TX1'));
  await tell(mailing, payment, refunded('RF1', eur(1000)));
  await tell(mailing, payment, refunded('RF1', eur(1000)));
  expect(await readWaiting()).toMatchObject([
    { kind: 'money_given_back', to: 'ada@example.org', data: { amount: 1000, currency: 'EUR' } },
  ]);
});

test('a process without a mail server queues nothing, and neither does money of a member without an address', async () => {
  const [reachable, unreachable] = [await memberWith('ada@example.org'), await newMember(books, club)];
  await tell(books, await newPayment(books, club, reachable), captured('TX1'));
  await tell(mailing, await newPayment(books, club, unreachable), captured('TX2'));
  expect(await readWaiting()).toEqual([]);
});

test('a letter to a member who was erased meanwhile is gone', async () => {
  const member = await memberWith('ada@example.org');
  const asked = signIn({ memberId: member });
  await queueLetter(books, vault, asked);
  await tell(mailing, await newPayment(books, club, member), captured('TX1'));
  expect(await takeLetters(books, 10, 0)).toHaveLength(2);
  await inTransaction(books, (tx) => eraseMember(tx, club.merchantId, member));
  expect(await letterState(books, asked.id)).toBeNull();
  expect(await readWaiting()).toEqual([]);
});

test('a letter that was queued while its member was being erased has no reader', async () => {
  const member = await memberWith('ada@example.org');
  await inTransaction(books, (tx) => eraseMember(tx, club.merchantId, member));
  await queueLetter(books, vault, signIn({ memberId: member }));
  expect(await readWaiting()).toEqual([null]);
});
