import type { Currency } from '../workflows/domain/money';
import type { LetterData, LetterLocale } from '../workflows/domain/letter';
import { linkOfAllDue } from './pay-links';
import { BEYOND_ALL } from './sql';
import type { Page, Sql } from './sql';

export const REMINDER_STATES = ['queued', 'sent', 'refused', 'left_out'] as const;
/** Why a member was not reminded. */
export const LEFT_OUT_REASONS = [
  'no_email',
  'erased',
  'owes_nothing',
  'paid_meanwhile',
  'payment_under_way',
  'reminded_recently',
] as const;

/** A reminder as a row has it. */
export interface ReminderRow {
  readonly id: string;
  readonly sequence: number;
  readonly memberId: string;
  readonly memberName: string;
  /** What was due when it was asked for; minor units. */
  readonly due: number;
  readonly state: (typeof REMINDER_STATES)[number];
  readonly reason: (typeof LEFT_OUT_REASONS)[number] | null;
  readonly createdAt: Date;
  readonly decidedAt: Date | null;
}

interface AskedReminders {
  /** Null: all who owe something. */
  readonly members: readonly string[] | null;
  readonly notAgainDays: number;
  /** What the address of a pay link begins with. */
  readonly payPage: string;
}

/**
 * Queues a reminder for each of these members of the merchant, or for all who owe something; gives for how many. Who has one queued gets
 * no second.
 */
export async function askReminders(
  { sql }: Sql,
  merchantId: string,
  { members, notAgainDays, payPage }: AskedReminders,
): Promise<number> {
  const wanted = members === null ? 'c.balance < 0 AND m.erased_at IS NULL' : 'm.id = ANY ($4)';
  const { rowCount } = await sql.query(
    `WITH asked AS (
       INSERT INTO reminders (id, merchant_id, member_id, due_when_asked, not_again_days, pay_page)
         SELECT 'rem_' || left(replace(gen_random_uuid()::text, '-', ''), 26), m.merchant_id, m.id, greatest(0, -c.balance), $2, $3
         FROM members m JOIN carts c ON c.member_id = m.id WHERE m.merchant_id = $1 AND ${wanted}
       ON CONFLICT (member_id) WHERE state = 'queued' DO NOTHING
       RETURNING id, merchant_id, member_id)
     INSERT INTO letters (id, kind, merchant_id, member_id, subject_id)
       SELECT 'ltr_' || right(id, 26), 'reminder', merchant_id, member_id, id FROM asked`,
    [merchantId, notAgainDays, payPage, ...(members === null ? [] : [members])],
  );
  return rowCount ?? 0;
}

/** Which of these are no members of the merchant. */
export async function notMembers({ sql }: Sql, merchantId: string, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM unnest($2::text[]) AS id WHERE NOT EXISTS (SELECT FROM members m WHERE m.id = id.id AND m.merchant_id = $1)',
    [merchantId, ids],
  );
  return rows.map(({ id }) => id);
}

/** Those who were to be reminded, newest first; one more than asked for where there are more. */
export async function listReminders({ sql }: Sql, merchantId: string, { before, limit }: Page): Promise<ReminderRow[]> {
  const { rows } = await sql.query<ReminderRow>(
    `SELECT r.id, r.sequence, r.member_id AS "memberId", m.name AS "memberName", r.due_when_asked AS due, r.state, r.reason,
            r.created_at AS "createdAt", r.decided_at AS "decidedAt"
     FROM reminders r JOIN members m ON m.id = r.member_id WHERE r.merchant_id = $1 AND r.sequence < $2 ORDER BY r.sequence DESC LIMIT $3`,
    [merchantId, before ?? BEYOND_ALL, limit + 1],
  );
  return rows;
}

/** A reminder that is to leave now. */
interface DueReminder {
  readonly to: string;
  readonly locale: LetterLocale;
  readonly data: LetterData['reminder'];
}

/**
 * Decides whether a queued reminder leaves, by what is true at this moment, and keeps why where it does not: then null. It is decided anew on
 * each try, since a member may pay while the mail server is away. In a transaction: the letter leads to a pay link, which is made where there is none.
 */
export async function decideReminder(tx: Sql, id: string): Promise<DueReminder | null> {
  const { rows } = await tx.sql.query<{
    merchantId: string;
    memberId: string;
    payPage: string;
    to: string;
    locale: LetterLocale;
    merchant: string;
    member: string;
    amount: number;
    currency: Currency;
  }>(
    `WITH asked AS (
       SELECT r.id, r.merchant_id, r.member_id, r.pay_page, m.email, coalesce(m.locale, h.locale) AS locale, m.name AS member, h.name AS merchant, h.currency, greatest(0, -c.balance) AS amount,
         CASE
           WHEN m.erased_at IS NOT NULL THEN 'erased'
           WHEN m.email IS NULL THEN 'no_email'
           WHEN c.balance >= 0 THEN CASE WHEN r.due_when_asked > 0 THEN 'paid_meanwhile' ELSE 'owes_nothing' END
           WHEN EXISTS (SELECT FROM payments p WHERE p.member_id = m.id AND p.status IN ('created', 'awaiting_payer', 'processing')) THEN 'payment_under_way'
           WHEN EXISTS (SELECT FROM reminders e WHERE e.member_id = m.id AND e.state = 'sent' AND e.decided_at > now() - r.not_again_days * interval '1 day')
             THEN 'reminded_recently'
         END AS reason
       FROM reminders r JOIN members m ON m.id = r.member_id JOIN merchants h ON h.id = r.merchant_id JOIN carts c ON c.member_id = m.id
       WHERE r.id = $1 AND r.state = 'queued'),
     left_out AS (
       UPDATE reminders r SET state = 'left_out', reason = a.reason, decided_at = now() FROM asked a WHERE r.id = a.id AND a.reason IS NOT NULL)
     SELECT merchant_id AS "merchantId", member_id AS "memberId", pay_page AS "payPage", email AS "to", locale, merchant, member, amount, currency
     FROM asked WHERE reason IS NULL`,
    [id],
  );
  if (!rows[0]) return null;
  const { merchantId, memberId, payPage, to, locale, ...data } = rows[0];
  const code = await linkOfAllDue(tx, merchantId, memberId);
  return { to, locale, data: { ...data, url: `${payPage}${code}` } };
}
