import type { Database } from '../prisma/client';
import { forgetPersonIn } from './idempotency';
import { forgetLettersOf } from './letters';
import { BEYOND_ALL } from './sql';
import type { Page, Sql } from './sql';

export const MEMBER_LOCALES = ['en', 'fr'] as const;
export type MemberLocale = (typeof MEMBER_LOCALES)[number];

/** A member as their merchant describes them. */
export interface MemberDetails {
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly reference: string | null;
  readonly locale: MemberLocale | null;
  readonly address: string | null;
}

/** What erasing overwrites, and so what the audit trail names and never tells. */
export const PERSONAL = ['name', 'email', 'phone', 'reference', 'locale', 'address'] as const;

/** Which of it is known of a member. */
export const knownOf = (member: MemberDetails): readonly string[] => PERSONAL.filter((name) => member[name] !== null);

/** A member as a row has them. */
export interface MemberRow extends MemberDetails {
  readonly id: string;
  readonly sequence: number;
  readonly createdAt: Date;
  /** Since when nothing personal is kept of them; null of all others. */
  readonly erasedAt: Date | null;
}

/** A member in a list, with what their cart comes to: below zero they owe it. */
export interface ListedMember extends MemberRow {
  readonly balance: number;
}

/** Of a member `m`. */
const MEMBER = `m.id, m.sequence, m.name, m.email, m.phone, m.reference, m.locale, m.address, m.created_at AS "createdAt", m.erased_at AS "erasedAt"`;
/** Looked up for the rows that are shown only. */
const LISTED = `${MEMBER}, (SELECT c.balance FROM carts c WHERE c.member_id = m.id) AS balance`;

/** Creates a member with an empty cart; gives when. */
export async function addMember(
  { sql }: Sql,
  { id, merchantId, ...details }: MemberDetails & { readonly id: string; readonly merchantId: string },
): Promise<Date> {
  const { name, email, phone, reference, locale, address } = details;
  const { rows } = await sql.query<{ created_at: Date }>(
    `WITH created AS (INSERT INTO members (id, merchant_id, name, email, phone, reference, locale, address)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id, created_at),
          cart AS (INSERT INTO carts (member_id) SELECT id FROM created)
     SELECT created_at FROM created`,
    [id, merchantId, name, email, phone, reference, locale, address],
  );
  if (!rows[0]) throw new Error(`member ${id} was not created`);
  return rows[0].created_at;
}

/** A member as they were, held for the caller's transaction, or null. */
async function holdMember({ sql }: Sql, merchantId: string, id: string): Promise<MemberRow | null> {
  const { rows } = await sql.query<MemberRow>(
    `SELECT ${MEMBER} FROM members m WHERE m.id = $2 AND m.merchant_id = $1 FOR NO KEY UPDATE`,
    [merchantId, id],
  );
  return rows[0] ?? null;
}

/** Changes what is given of a member; gives them before and after. Null: there is no such member, or they were erased. In a transaction. */
export async function changeMember(
  { sql }: Sql,
  merchantId: string,
  id: string,
  change: { readonly [Field in keyof MemberDetails]?: MemberDetails[Field] | undefined },
): Promise<{ readonly before: MemberRow; readonly after: MemberRow } | null> {
  const before = await holdMember({ sql }, merchantId, id);
  if (before === null || before.erasedAt !== null) return null;
  const { rows } = await sql.query<MemberRow>(
    `UPDATE members m SET (name, email, phone, reference, locale, address) = (
       SELECT c.name, c.email, c.phone, c.reference, c.locale, c.address FROM jsonb_populate_record(m, $3) c)
     WHERE m.id = $2 AND m.merchant_id = $1 RETURNING ${MEMBER}`,
    [merchantId, id, JSON.stringify(change)],
  );
  if (!rows[0]) throw new Error(`member ${id} is gone`);
  return { before, after: rows[0] };
}

/** What an erased member is called. */
const NAME_OF_THE_ERASED = 'Erased member';

/**
 * Overwrites what is personal of a member: in their row, in the prompts of payments that have ended, and in kept answers; their sessions and
 * letters are gone, sent or not. Their money, and what proves it (the terms that a payment was opened with, the sealed bytes of messages), stay. One
 * who was erased before stays as they are. Gives them before and after; null: there is no such member. In a transaction.
 */
export async function eraseMember(
  { sql }: Sql,
  merchantId: string,
  id: string,
): Promise<{ readonly before: MemberRow; readonly after: MemberRow } | null> {
  const before = await holdMember({ sql }, merchantId, id);
  if (before === null) return null;
  const { rows } = await sql.query<MemberRow>(
    `UPDATE members m SET name = $3, email = NULL, phone = NULL, reference = NULL, locale = NULL, address = NULL, erased_at = coalesce(m.erased_at, now())
     WHERE m.id = $2 AND m.merchant_id = $1 RETURNING ${MEMBER}`,
    [merchantId, id, NAME_OF_THE_ERASED],
  );
  if (!rows[0]) throw new Error(`member ${id} is gone`);
  await sql.query(
    `UPDATE payments SET next_action = next_action - 'to'
     WHERE member_id = $1 AND next_action ? 'to' AND status NOT IN ('created', 'awaiting_payer', 'processing')`,
    [id],
  );
  await sql.query('DELETE FROM member_sessions WHERE merchant_id = $1 AND member_id = $2', [merchantId, id]);
  await forgetPersonIn({ sql }, rows[0]);
  await forgetLettersOf({ sql }, id);
  return { before, after: rows[0] };
}

/** The merchant's member of this id with what a cart needs of the merchant, or null. */
export async function findMember({ prisma }: Pick<Database, 'prisma'>, merchantId: string, id: string) {
  const found = await prisma.member.findFirst({
    where: { id, merchantId },
    include: { merchant: { select: { currency: true, name: true, returnOrigins: true } } },
  });
  return found && { ...found, sequence: Number(found.sequence), locale: found.locale as MemberLocale | null };
}

/** Which members a list shows; what is left out shows all. */
export interface MemberFilter {
  /** What a person typed: beginnings of words of the name, or the beginning of e-mail, phone or reference. */
  readonly q?: string | undefined;
  /** Only those who owe something. */
  readonly owes?: boolean | undefined;
}

/** The merchant's members, newest first; one more than asked for where there are more. */
export async function listMembers(
  db: Sql,
  merchantId: string,
  { q, owes = false }: MemberFilter,
  { before, limit }: Page,
): Promise<ListedMember[]> {
  const values: unknown[] = [merchantId, before ?? BEYOND_ALL, limit + 1];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const asked = owes ? 'AND EXISTS (SELECT FROM carts c WHERE c.member_id = m.id AND c.balance < 0)' : '';
  const ways = q === undefined ? null : await readBeginnings(db, q);
  if (ways === null) {
    const { rows } = await db.sql.query<ListedMember>(
      `SELECT ${LISTED} FROM members m WHERE m.merchant_id = $1 AND m.sequence < $2 ${asked} ORDER BY m.sequence DESC LIMIT $3`,
      values,
    );
    return rows;
  }
  if (ways.length === 0) return [];
  const found = foundBy(ways, given, 'w.sequence < $2');
  // Where nothing else is asked of them, no more are looked up than are shown.
  const { rows } = await db.sql.query<ListedMember>(
    `SELECT ${LISTED} FROM (${found} ORDER BY sequence DESC ${asked === '' ? 'LIMIT $3' : ''}) f JOIN members m ON m.merchant_id = $1 AND m.sequence = f.sequence
     WHERE true ${asked} ORDER BY m.sequence DESC LIMIT $3`,
    values,
  );
  return rows;
}

/** Members whom a text finds: the newest of them, and whether there are more. */
export interface FoundMembers {
  readonly sequences: readonly number[];
  readonly areAll: boolean;
  /** Each a list of beginnings; a member is found who has words that begin so. */
  readonly ways: readonly (readonly string[])[];
}

/** Finds so many members at most. Only the index of words is read. */
export async function findMembers(db: Sql, merchantId: string, q: string, most: number): Promise<FoundMembers> {
  const ways = await readBeginnings(db, q);
  if (ways.length === 0) return { sequences: [], areAll: true, ways };
  const values: unknown[] = [merchantId, most + 1];
  const found = foundBy(ways, (value) => `$${values.push(value)}`, 'true');
  const { rows } = await db.sql.query<{ sequence: number }>(`${found} ORDER BY sequence DESC LIMIT $2`, values);
  return { sequences: rows.slice(0, most).map(({ sequence }) => sequence), areAll: rows.length <= most, ways };
}

/** So many words of a text are looked for; a name has fewer. */
const MOST_WORDS = 6;

/**
 * What a text may be the beginning of, as members' words are kept: each of its words, together; or all of it, as an e-mail or a reference;
 * or its digits, as a telephone number.
 */
async function readBeginnings({ sql }: Sql, q: string): Promise<readonly (readonly string[])[]> {
  const { rows } = await sql.query<{ words: string[]; whole: string; digits: string }>(
    'SELECT words_of($1) AS words, folded($1) AS whole, digits_of($1) AS digits',
    [q.trim()],
  );
  if (!rows[0]) throw new Error('a text was not folded');
  const { words, whole, digits } = rows[0];
  const ways = [[...new Set(words)].slice(0, MOST_WORDS), [whole], /^[-+0-9 ()./]+$/.test(q) ? [digits] : []];
  const isNew = (way: readonly string[], index: number) =>
    ways.findIndex((other) => other.join() === way.join()) === index;
  return ways.filter((way) => way.length > 0 && !way.includes('')).filter((way) => isNew(way, ways.indexOf(way)));
}

/**
 * The sequences of the merchant $1's members `w` that are asked for, each of whom has a word for every beginning of one of these ways. Only
 * the index of words is read, however many members are found.
 */
export function foundBy(
  ways: readonly (readonly string[])[],
  given: (value: unknown) => string,
  asked: 'w.sequence < $2' | 'true',
): string {
  const beginningWith = (text: string) => {
    const beginning = `${given(text)}::text`;
    return `SELECT w.sequence FROM member_words w
      WHERE w.merchant_id = $1 AND w.word >= ${beginning} AND w.word < ${beginning} || chr(1114111) AND ${asked}`;
  };
  return `SELECT DISTINCT sequence FROM (${ways.map((way) => `(${way.map(beginningWith).join(' INTERSECT ')})`).join(' UNION ALL ')}) found`;
}
