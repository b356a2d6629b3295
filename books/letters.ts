import type { Letter, LetterData, LetterKind, LetterLocale, StaffLetterKind } from '../workflows/domain/letter';
import type { Role } from './people';
import { decideReminder } from './reminders';
import type { Sql } from './sql';

export type { Letter, LetterKind, LetterLocale } from '../workflows/domain/letter';

/** What seals at rest, and opens again in the same context: the vault. */
export interface Seal {
  seal(plain: Uint8Array, context: string): Buffer;
  open(sealed: Uint8Array, context: string): Buffer;
}

/** A letter that somebody causes, with all that it says. `id`: `newId('ltr')`. `memberId`: the member it is about, with whom it is forgotten. */
export type NewLetter = Letter & {
  readonly id: string;
  readonly to: string;
  readonly locale: LetterLocale;
  readonly merchantId: string | null;
  readonly memberId: string | null;
};

/** To whom a letter goes, and what it says. */
export type Addressed = Letter & { readonly to: string; readonly locale: LetterLocale };

/** Queues a letter in the caller's transaction: it is sent if that commits, and else not. */
export async function queueLetter({ sql }: Sql, vault: Pick<Seal, 'seal'>, letter: NewLetter): Promise<void> {
  const { id, kind, to, locale, merchantId, memberId, data } = letter;
  await sql.query(
    'INSERT INTO letters (id, kind, merchant_id, member_id, locale, sealed) VALUES ($1, $2, $3, $4, $5, $6)',
    [id, kind, merchantId, memberId, locale, vault.seal(Buffer.from(JSON.stringify({ to, data })), id)],
  );
}

/** Who of a merchant's people is told of its affairs. */
const TOLD_TO: Readonly<Record<StaffLetterKind, readonly Role[]>> = {
  account_disabled: ['owner', 'treasurer'],
  webhook_disabled: ['owner'],
  attention_digest: ['owner', 'treasurer'],
};

/** What such a letter says; the merchant's name is added when it is sent. It names no person. */
export type StaffLetter = {
  [Kind in StaffLetterKind]: { readonly kind: Kind; readonly data: Omit<LetterData[Kind], 'merchant'> };
}[StaffLetterKind];

/** Queues a letter to each of the merchant's people whom it concerns, in the caller's transaction; none in a process without a mail server. */
export async function queueStaffLetters({ sql }: Sql, merchantId: string, { kind, data }: StaffLetter): Promise<void> {
  await sql.query(
    `INSERT INTO letters (id, kind, merchant_id, person_id, told)
     SELECT 'ltr_' || left(replace(gen_random_uuid()::text, '-', ''), 26), $2, r.merchant_id, r.person_id, $4
     FROM staff_roles r WHERE r.merchant_id = $1 AND r.role = ANY($3) AND current_setting('quittance.mailing', true) = 'on'`,
    [merchantId, kind, TOLD_TO[kind], JSON.stringify(data)],
  );
}

/** Where a letter stands, and what the mail server said last of it. */
export interface LetterState {
  readonly state: 'queued' | 'sent' | 'refused';
  readonly answer: string | null;
}

/** Null: there is no such letter, or no more: it ended long ago, or its member was erased. */
export async function letterState({ sql }: Sql, id: string): Promise<LetterState | null> {
  const { rows } = await sql.query<LetterState>('SELECT state, answer FROM letters WHERE id = $1', [id]);
  return rows[0] ?? null;
}

/** Forgets the letters that are about a member; those that were not sent yet are not sent. */
export async function forgetLettersOf({ sql }: Sql, memberId: string): Promise<void> {
  await sql.query('DELETE FROM letters WHERE member_id = $1', [memberId]);
  await sql.query(
    "UPDATE reminders SET state = 'left_out', reason = 'erased', decided_at = now() WHERE member_id = $1 AND state = 'queued'",
    [memberId],
  );
}

/** A letter that was taken to be sent, and is nobody else's for a while. */
export interface TakenLetter {
  readonly id: string;
  readonly kind: LetterKind;
  readonly locale: LetterLocale | null;
  readonly merchantId: string | null;
  readonly memberId: string | null;
  readonly sealed: Buffer | null;
  readonly subjectId: string | null;
  readonly personId: string | null;
  readonly told: object | null;
  /** How often it was taken, this time included. */
  readonly tries: number;
  readonly createdAt: Date;
}

/** Takes letters that are due, the longest due first; each is due again after the lease, for the process that took it may have died. */
export async function takeLetters({ sql }: Sql, most: number, leaseMs: number): Promise<TakenLetter[]> {
  const { rows } = await sql.query<TakenLetter>(
    `UPDATE letters l SET tries = l.tries + 1, due_at = now() + $2 * interval '1 millisecond'
     FROM (SELECT id FROM letters WHERE state = 'queued' AND due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED) due
     WHERE l.id = due.id
     RETURNING l.id, l.kind, l.locale, l.merchant_id AS "merchantId", l.member_id AS "memberId", l.sealed, l.subject_id AS "subjectId",
               l.person_id AS "personId", l.told, l.tries, l.created_at AS "createdAt"`,
    [most, leaseMs],
  );
  return rows;
}

/** To whom a taken letter goes and what it says, as it is true now. Null: nobody is to be told any more; the member was erased, or has no address; the person has lost the role. In a transaction. */
export async function readAddressed(tx: Sql, vault: Pick<Seal, 'open'>, taken: TakenLetter): Promise<Addressed | null> {
  const { id, kind, locale, memberId, sealed, subjectId } = taken;
  if (subjectId !== null && kind === 'reminder') {
    const due = await decideReminder(tx, subjectId);
    return due && { ...due, kind };
  }
  if (subjectId !== null) return readAbout(tx, kind, subjectId);
  if (taken.told !== null) return readToPerson(tx, taken);
  if (sealed === null || locale === null || (memberId !== null && (await isErased(tx, memberId)))) return null;
  const { to, data } = JSON.parse(vault.open(sealed, id).toString()) as Pick<Addressed, 'to' | 'data'>;
  return { kind, to, locale, data } as Addressed;
}

async function isErased({ sql }: Sql, memberId: string): Promise<boolean> {
  const { rows } = await sql.query('SELECT FROM members WHERE id = $1 AND erased_at IS NULL', [memberId]);
  return rows.length === 0;
}

async function readToPerson(
  { sql }: Sql,
  { kind, merchantId, personId, told }: TakenLetter,
): Promise<Addressed | null> {
  const { rows } = await sql.query<{ to: string; locale: LetterLocale; merchant: string }>(
    `SELECT u.email AS "to", m.locale, m.name AS merchant
     FROM staff_roles r JOIN auth."user" u ON u.id = r.person_id JOIN merchants m ON m.id = r.merchant_id
     WHERE r.merchant_id = $1 AND r.person_id = $2 AND r.role = ANY($3)`,
    [merchantId, personId, TOLD_TO[kind as StaffLetterKind]],
  );
  const { to, locale, merchant } = rows[0] ?? {};
  return to === undefined ? null : ({ kind, to, locale, data: { ...told, merchant } } as Addressed);
}

/** A row that a letter tells of, with the member whom it concerns. */
interface About {
  readonly to: string | null;
  readonly locale: LetterLocale;
  readonly merchant: string;
  readonly member: string;
  readonly amount: number;
  readonly currency: string;
}

/** Where the rows stand that letters of a kind tell of. */
const TOLD_FROM: Partial<Record<LetterKind, string>> = {
  money_arrived:
    'paylines t JOIN members m ON m.id = t.member_id JOIN merchants h ON h.id = m.merchant_id WHERE t.id = $1::bigint',
  money_given_back:
    'refunds t JOIN members m ON m.id = t.member_id JOIN merchants h ON h.id = m.merchant_id WHERE t.id = $1',
};

async function readAbout({ sql }: Sql, kind: LetterKind, subjectId: string): Promise<Addressed | null> {
  const { rows } = await sql.query<About>(
    `SELECT m.email AS "to", coalesce(m.locale, h.locale) AS locale, m.name AS member, t.amount, t.currency, h.name AS merchant
     FROM ${TOLD_FROM[kind]}`,
    [subjectId],
  );
  const about = rows[0];
  if (!about || about.to === null) return null;
  const { to, locale, merchant, member, amount, currency } = about;
  return { kind, to, locale, data: { merchant, member, amount, currency } } as Addressed;
}

/** A letter has ended: what it said is forgotten at once, and only that it was sent or refused stays for a while; a reminder’s own row says it too. */
export async function endLetter(
  { sql }: Sql,
  id: string,
  { outcome, answer }: { readonly outcome: 'sent' | 'refused'; readonly answer: string },
): Promise<void> {
  await sql.query(
    `WITH ended AS (
       UPDATE letters SET state = $2, answer = left($3, 500), sealed = NULL, told = NULL, ended_at = now() WHERE id = $1 AND state = 'queued' RETURNING subject_id)
     UPDATE reminders r SET state = $2, decided_at = now() FROM ended e WHERE r.id = e.subject_id AND r.state = 'queued'`,
    [id, outcome, answer],
  );
}

/** A letter that nobody took is due again after the pause. */
export async function postponeLetter({ sql }: Sql, id: string, answer: string, pauseMs: number): Promise<void> {
  await sql.query(
    "UPDATE letters SET answer = left($2, 500), due_at = now() + $3 * interval '1 millisecond' WHERE id = $1 AND state = 'queued'",
    [id, answer, pauseMs],
  );
}

/** A letter that nobody is to be told any more. */
export async function dropLetter({ sql }: Sql, id: string): Promise<void> {
  await sql.query('DELETE FROM letters WHERE id = $1', [id]);
}

/** Forgets letters so old, sent or not, at most `most` of them; gives how many. */
export async function forgetLetters({ sql }: Sql, afterDays: number, most: number): Promise<number> {
  const { rowCount } = await sql.query(
    `DELETE FROM letters WHERE id IN (
       SELECT id FROM letters WHERE created_at < now() - $1 * interval '1 day' ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [afterDays, most],
  );
  return rowCount ?? 0;
}
