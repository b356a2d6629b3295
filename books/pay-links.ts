import { byItself, noteChange } from './audit';
import type { Change } from './audit';
import type { Currency } from '../workflows/domain/money';
import type { MemberLocale } from './members';
import type { Page, Sql } from './sql';

/** What a link asks a payer for: what is open of charges, an amount, or all that is due. */
export interface PayLink {
  readonly code: string;
  readonly memberId: string;
  readonly charges: readonly string[];
  readonly amount: number | null;
  readonly editable: boolean;
  readonly returnUrl: string | null;
  readonly expiresAt: Date | null;
}
/** A link as its merchant sees it. */
export interface ListedPayLink extends PayLink {
  readonly sequence: number;
  /** The payment that was opened by it last. */
  readonly paymentId: string | null;
  readonly createdAt: Date;
}

/** Of a link `l`. */
const LINK = `l.code, l.sequence, l.member_id AS "memberId", l.charges, l.amount, l.editable, l.return_url AS "returnUrl", l.expires_at AS "expiresAt",
  l.payment_id AS "paymentId", l.created_at AS "createdAt"`;

/** Nobody guesses it. Letters and digits alone, so that a mail program makes all of the address a link. */
const NEW_CODE = "replace(gen_random_uuid()::text, '-', '')";

/** Makes a link, with a code of its own. */
export async function addPayLink(
  { sql }: Sql,
  merchantId: string,
  link: Omit<PayLink, 'code'>,
): Promise<ListedPayLink> {
  const { memberId, charges, amount, editable, returnUrl, expiresAt } = link;
  const { rows } = await sql.query<ListedPayLink>(
    `INSERT INTO pay_links AS l (merchant_id, code, member_id, charges, amount, editable, return_url, expires_at)
     VALUES ($1, ${NEW_CODE}, $2, $3, $4, $5, $6, $7) RETURNING ${LINK}`,
    [merchantId, memberId, charges, amount, editable, returnUrl, expiresAt],
  );
  if (!rows[0]) throw new Error('a pay link was not made');
  return rows[0];
}

/** A link as the trail names it: a reader of the trail need not be able to pay by it. */
export const payLinkObject = (code: string): Change['object'] => ({ kind: 'pay_link', id: `…${code.slice(-6)}` });

/** The code of a link by which anybody can pay what a member owes, a part of it, or more; made where there is none that stays. In a transaction. */
export async function linkOfAllDue(tx: Sql, merchantId: string, memberId: string): Promise<string> {
  const { rows } = await tx.sql.query<{ code: string; isNew: boolean }>(
    `WITH standing AS (
       SELECT code FROM pay_links WHERE member_id = $2 AND charges = '{}' AND amount IS NULL AND expires_at IS NULL AND withdrawn_at IS NULL LIMIT 1),
     made AS (
       INSERT INTO pay_links (code, merchant_id, member_id, editable)
       SELECT ${NEW_CODE}, $1, $2, true WHERE NOT EXISTS (SELECT FROM standing) RETURNING code)
     SELECT code, false AS "isNew" FROM standing UNION ALL SELECT code, true FROM made`,
    [merchantId, memberId],
  );
  if (!rows[0]) throw new Error('a pay link was not made');
  const { code, isNew } = rows[0];
  const after = { member: memberId, editable: true };
  if (isNew)
    await noteChange(tx, byItself({ kind: 'clock', id: null }), {
      ...{ merchantId, action: 'pay_link.created', object: payLinkObject(code), after },
    });
  return code;
}

/** The merchant's links that were not withdrawn, newest first; one more than asked for where there are more. */
export async function listPayLinks(
  { sql }: Sql,
  merchantId: string,
  { before, limit }: Page,
): Promise<readonly ListedPayLink[]> {
  const { rows } = await sql.query<ListedPayLink>(
    `SELECT ${LINK} FROM pay_links l WHERE l.merchant_id = $1 AND l.withdrawn_at IS NULL AND ($2::bigint IS NULL OR l.sequence < $2)
     ORDER BY l.sequence DESC LIMIT $3`,
    [merchantId, before, limit + 1],
  );
  return rows;
}

/** Nobody pays by it any more; `isNew`: so far somebody could. Null: the merchant has no such link. In a transaction. */
export async function withdrawPayLink(
  { sql }: Sql,
  merchantId: string,
  code: string,
): Promise<{ readonly link: ListedPayLink; readonly isNew: boolean } | null> {
  const { rowCount } = await sql.query(
    'UPDATE pay_links SET withdrawn_at = now() WHERE code = $2 AND merchant_id = $1 AND withdrawn_at IS NULL',
    [merchantId, code],
  );
  const { rows } = await sql.query<ListedPayLink>(
    `SELECT ${LINK} FROM pay_links l WHERE l.code = $2 AND l.merchant_id = $1`,
    [merchantId, code],
  );
  return rows[0] ? { link: rows[0], isNew: rowCount === 1 } : null;
}

/** A link with all that its page depends on, as it stands at one moment. */
export interface PayLinkSituation extends PayLink {
  readonly merchantId: string;
  readonly paymentId: string | null;
  readonly merchant: {
    readonly name: string;
    readonly currency: Currency;
    readonly locale: MemberLocale;
    readonly returnOrigins: readonly string[];
  };
  readonly member: { readonly name: string; readonly locale: MemberLocale | null };
  /** What is owed in all, what of it is on its way, and what is open of the charges that are named. */
  readonly due: number;
  readonly pending: number;
  readonly dueOfNamed: number;
  /** What the charges named are called. */
  readonly labels: readonly string[];
}

/** Reads it; null where there is no such link, or it was withdrawn, or its member was erased. */
export async function readPayLink({ sql }: Sql, code: string): Promise<PayLinkSituation | null> {
  // The charges named are looked up by their ids alone, see readSituation().
  const { rows } = await sql.query<PayLinkSituation>({
    name: 'read_pay_link',
    text: `SELECT ${LINK}, l.merchant_id AS "merchantId",
             jsonb_build_object('name', m.name, 'currency', m.currency, 'locale', m.locale, 'returnOrigins', m.return_origins) AS merchant,
             jsonb_build_object('name', b.name, 'locale', b.locale) AS member,
             greatest(0, -c.balance) AS due, pending_of(l.member_id) AS pending,
             (SELECT coalesce(sum(open_of(h)) FILTER (WHERE h.member_id = l.member_id), 0)::bigint FROM charges h WHERE h.id = ANY (l.charges)) AS "dueOfNamed",
             ARRAY(SELECT h.label FROM charges h WHERE h.id = ANY (l.charges) ORDER BY h.sequence) AS labels
           FROM pay_links l JOIN merchants m ON m.id = l.merchant_id JOIN members b ON b.id = l.member_id JOIN carts c ON c.member_id = l.member_id
           WHERE l.code = $1 AND l.withdrawn_at IS NULL AND b.erased_at IS NULL`,
    values: [code],
  });
  return rows[0] ?? null;
}

/** Of those who pay by a link at once, one goes on; the others wait for the end of its transaction, and see what it has opened. */
export async function holdPayLink({ sql }: Sql, code: string): Promise<void> {
  await sql.query('SELECT 1 FROM pay_links WHERE code = $1 FOR UPDATE', [code]);
}

/** Notes what was opened by a link. */
export async function noteOpened({ sql }: Sql, code: string, paymentId: string): Promise<void> {
  await sql.query('UPDATE pay_links SET payment_id = $2 WHERE code = $1', [code, paymentId]);
}
