import type { GatewayName } from '../workflows/domain/gateway';
import type { AttentionCode } from '../workflows/domain/payment';
import type { Sql } from './sql';

/** What a list of what asks for a person shows. */
export interface AskingFilter {
  /** Payments that ask for one of these reasons. */
  readonly codes: readonly AttentionCode[];
  /** Money that names no payment, and messages that no rule understands. */
  readonly messages: boolean;
  readonly accounts: boolean;
  /** Systems of the merchant that take nothing of what they are sent. */
  readonly endpoints: boolean;
}

/** One thing that asks. `since`: by our clock, in whole microseconds, so that a page begins exactly where the one before ended. */
export type Asking = { readonly id: string; readonly since: string; readonly sinceUs: number } & (
  | { readonly source: 'payment'; readonly subject: string; readonly code: AttentionCode }
  | { readonly source: 'message'; readonly subject: string; readonly code: 'unmatched' | 'attention' }
  | { readonly source: 'account'; readonly subject: GatewayName; readonly code: 'disabled_account' }
  | { readonly source: 'endpoint'; readonly subject: string; readonly code: 'failing_webhook' }
);

/** A place in the list: after this moment, and of what asks since that very moment after this id. */
export interface AskingPlace {
  readonly sinceUs: number;
  readonly id: string;
}

/**
 * What asks for a person, the oldest first; one more than asked for where there are more. Each reason at each of the merchant's few
 * accounts lies in order of time, so that only the beginnings of those are read.
 */
export async function listAsking(
  { sql }: Sql,
  merchantId: string,
  { codes, messages, accounts, endpoints }: AskingFilter,
  { after, limit }: { readonly after: AskingPlace | null; readonly limit: number },
): Promise<readonly Asking[]> {
  const sources = [
    ...(codes.length === 0 ? [] : [PAYMENTS]),
    ...(messages ? [UNMATCHED, NOT_UNDERSTOOD] : []),
    ...(accounts ? [ACCOUNTS] : []),
    ...(endpoints ? [ENDPOINTS] : []),
  ];
  // It has no name, so that it is planned for the sources that it reads.
  const { rows } = await sql.query<Asking>(
    `WITH place AS (SELECT 'epoch'::timestamptz + $3::bigint / 1000000 * interval '1 second' + $3::bigint % 1000000 * interval '1 microsecond' AS since, $4::text AS id),
          codes AS (SELECT unnest($5::text[]) AS code)
     SELECT source, id, subject, code, iso(since) AS since, (extract(epoch FROM since) * 1000000)::bigint AS "sinceUs"
     FROM (${sources.map((source) => `(${source})`).join(' UNION ALL ')}) found ORDER BY found.since, found.id COLLATE "C" LIMIT $2`,
    [merchantId, limit + 1, after?.sinceUs ?? 0, after?.id ?? '', codes],
  );
  return rows;
}

/** Of rows that have a `since` and this id: those after the place, which an index by time begins at. */
const afterPlace = (since: string, id: string): string =>
  `${since} >= (SELECT place.since FROM place) AND (${since} > (SELECT place.since FROM place) OR ${id} COLLATE "C" > (SELECT place.id FROM place))`;

const PAYMENTS = `
  SELECT 'payment' AS source, f.payment_id || ':' || f.code AS id, f.payment_id AS subject, f.code, f.since
  FROM gateway_accounts a, codes c, LATERAL (
    SELECT t.* FROM payment_attentions t WHERE t.account_id = a.id AND t.code = c.code AND ${afterPlace('t.since', "t.payment_id || ':' || t.code")}
    ORDER BY t.since, t.payment_id COLLATE "C" LIMIT $2) f
  WHERE a.merchant_id = $1`;

/** What came back meanwhile is nobody's matter any more. */
const UNMATCHED = `
  SELECT 'message' AS source, f.notification_id AS id, f.notification_id AS subject, 'unmatched' AS code, f.since
  FROM gateway_accounts a, LATERAL (
    SELECT u.* FROM unapplied_messages u JOIN notifications n ON n.id = u.notification_id
    WHERE u.account_id = a.id AND u.state = 'unmatched' AND ${afterPlace('u.since', 'u.notification_id')}
      AND n.kind = 'payment_captured' AND n.payment_id IS NULL AND n.reason IS DISTINCT FROM 'given_back'
    ORDER BY u.since, u.notification_id COLLATE "C" LIMIT $2) f
  WHERE a.merchant_id = $1`;

const NOT_UNDERSTOOD = `
  SELECT 'message' AS source, f.notification_id AS id, f.notification_id AS subject, 'attention' AS code, f.since
  FROM gateway_accounts a, LATERAL (
    SELECT u.* FROM unapplied_messages u WHERE u.account_id = a.id AND u.state = 'attention' AND ${afterPlace('u.since', 'u.notification_id')}
    ORDER BY u.since, u.notification_id COLLATE "C" LIMIT $2) f
  WHERE a.merchant_id = $1`;

const ACCOUNTS = `
  SELECT 'account' AS source, f.gateway AS id, f.gateway AS subject, 'disabled_account' AS code, f.since
  FROM (SELECT a.gateway, coalesce((SELECT t.at FROM audit_trail t WHERE t.merchant_id = $1 AND t.object_id = a.gateway AND t.action = 'gateway_account.disabled'
          ORDER BY t.at DESC LIMIT 1), a.created_at) AS since
        FROM gateway_accounts a WHERE a.merchant_id = $1 AND NOT a.enabled) f
  WHERE ${afterPlace('f.since', 'f.gateway')}`;

/** A merchant has a handful. What a person disabled is meant to be so. */
const ENDPOINTS = `
  SELECT 'endpoint' AS source, w.id, w.id AS subject, 'failing_webhook' AS code, w.failing_since AS since
  FROM webhook_endpoints w
  WHERE w.merchant_id = $1 AND w.removed_at IS NULL AND (w.enabled OR w.disabled_reason IS NOT NULL) AND ${afterPlace('w.failing_since', 'w.id')}`;

/** The merchant's member who alone has each of these e-mail addresses, by the address in small letters. */
export async function findMembersByEmail(
  { sql }: Sql,
  merchantId: string,
  emails: readonly string[],
): Promise<ReadonlyMap<string, { readonly id: string; readonly name: string }>> {
  if (emails.length === 0) return new Map();
  const { rows } = await sql.query<{ email: string; id: string; name: string }>(
    `SELECT e.email, min(f.id) AS id, min(f.name) AS name FROM unnest($2::text[]) AS e(email), LATERAL (
       SELECT m.id, m.name FROM members m WHERE m.merchant_id = $1 AND lower(m.email) = e.email AND m.email IS NOT NULL LIMIT 2) f
     GROUP BY 1 HAVING count(*) = 1`,
    [merchantId, emails],
  );
  return new Map(rows.map(({ email, ...member }) => [email, member]));
}
