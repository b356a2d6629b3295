import type { GatewayName } from '../workflows/domain/gateway';
import { idsBeginning } from '../workflows/domain/ids';
import type { IdPrefix } from '../workflows/domain/ids';
import type { Money } from '../workflows/domain/money';
import type { PaymentStatus } from '../workflows/domain/payment';
import type { RefundStatus } from '../workflows/domain/refund';
import type { NotificationState } from './notifications';
import type { Sql } from './sql';

/** What a person knows of money that they look for. */
export interface Clue {
  /** As it was typed: an id of ours, or how one begins. */
  readonly id: string;
  /** What a gateway may call it. */
  readonly references: readonly string[];
  /** Minor units of the currency of the books; null: it is no amount. */
  readonly amount: number | null;
}

export interface FoundPayment extends Money {
  readonly id: string;
  readonly memberName: string;
  readonly gateway: GatewayName;
  readonly status: PaymentStatus;
}

/** Of a merchant's accounts, which are a handful, and so of nobody else's rows. */
const ACCOUNTS = 'accounts AS (SELECT a.id, a.gateway FROM gateway_accounts a WHERE a.merchant_id = $1)';

/** Of so many ids that begin as the clue, of whichever merchant, the newest are looked at. */
const MOST_BEGINNINGS = 500;

/** The ids of the merchant $1 in a table, between those called `first` and `last`: these are null where the clue is no beginning of an id. */
const beginning = (table: 'payments' | 'refunds', first: string, last: string): string =>
  `SELECT b.id FROM (SELECT t.id, t.merchant_id FROM ${table} t WHERE t.id BETWEEN ${first} AND ${last} ORDER BY t.id DESC LIMIT ${MOST_BEGINNINGS}) b
   WHERE b.merchant_id = $1`;
const placesOf = (prefix: IdPrefix, { id }: Clue): readonly [string | null, string | null] => {
  const places = idsBeginning(prefix, id);
  return [places?.first ?? null, places?.last ?? null];
};

/** The payments of ACCOUNTS that a gateway calls by one of the references $2. */
const CALLED_PAYMENTS = `
  SELECT p.id FROM accounts a JOIN payments p ON p.account_id = a.id AND p.checkout_reference = ANY ($2)
  UNION SELECT coalesce(f.payment_id, b.payment_id) FROM accounts a JOIN facts f ON f.account_id = a.id AND f.gateway_reference = ANY ($2)
    LEFT JOIN fact_bindings b ON b.fact_id = f.id`;
/** The refunds that one calls so. */
const CALLED_REFUNDS =
  'SELECT r.id FROM accounts a JOIN refunds r ON r.account_id = a.id AND r.gateway_reference = ANY ($2)';

/** The ids of what is called so at a gateway or by us, or begins so. */
export async function findPaymentIds({ sql }: Sql, merchantId: string, clue: Clue): Promise<readonly string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `WITH ${ACCOUNTS} SELECT found.id FROM (${CALLED_PAYMENTS} UNION ${beginning('payments', '$3', '$4')}) found WHERE found.id IS NOT NULL`,
    [merchantId, clue.references, ...placesOf('pay', clue)],
  );
  return rows.map(({ id }) => id);
}
export async function findRefundIds({ sql }: Sql, merchantId: string, clue: Clue): Promise<readonly string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `WITH ${ACCOUNTS} ${CALLED_REFUNDS} UNION ${beginning('refunds', '$3', '$4')}`,
    [merchantId, clue.references, ...placesOf('ref', clue)],
  );
  return rows.map(({ id }) => id);
}

/** The payments that are called so at a gateway or by us, or are of exactly this amount; the newest first. */
export async function findPaymentsBy(
  { sql }: Sql,
  merchantId: string,
  clue: Clue,
  limit: number,
): Promise<readonly FoundPayment[]> {
  const { rows } = await sql.query<FoundPayment>(
    `WITH ${ACCOUNTS}, found AS (
       ${CALLED_PAYMENTS}
       UNION ${beginning('payments', '$3', '$4')}
       UNION SELECT p.id FROM accounts a, LATERAL (
         SELECT p.id FROM payments p WHERE p.account_id = a.id AND p.amount = $5 ORDER BY p.sequence DESC LIMIT $6) p)
     SELECT p.id, m.name AS "memberName", p.gateway, p.status, p.amount, p.currency
     FROM found JOIN payments p ON p.id = found.id AND p.merchant_id = $1 JOIN members m ON m.id = p.member_id ORDER BY p.sequence DESC LIMIT $6`,
    [merchantId, clue.references, ...placesOf('pay', clue), clue.amount, limit],
  );
  return rows;
}

export interface FoundRefund extends Money {
  readonly id: string;
  /** Null: of money of nobody's. */
  readonly memberName: string | null;
  readonly gateway: GatewayName;
  readonly status: RefundStatus;
}

/** The refunds that are called so, or are of exactly this amount; the newest first. */
export async function findRefundsBy(
  { sql }: Sql,
  merchantId: string,
  clue: Clue,
  limit: number,
): Promise<readonly FoundRefund[]> {
  const { rows } = await sql.query<FoundRefund>(
    `WITH ${ACCOUNTS}, found AS (
       ${CALLED_REFUNDS}
       UNION ${beginning('refunds', '$3', '$4')}
       UNION SELECT r.id FROM accounts a, LATERAL (
         SELECT r.id FROM refunds r WHERE r.account_id = a.id AND r.amount = $5 ORDER BY r.sequence DESC LIMIT $6) r)
     SELECT r.id, m.name AS "memberName", a.gateway, r.status, r.amount, r.currency
     FROM found JOIN refunds r ON r.id = found.id AND r.merchant_id = $1 JOIN accounts a ON a.id = r.account_id
       LEFT JOIN members m ON m.id = r.member_id ORDER BY r.sequence DESC LIMIT $6`,
    [merchantId, clue.references, ...placesOf('ref', clue), clue.amount, limit],
  );
  return rows;
}

/** `found`: the messages of ACCOUNTS that have the id $2, or a gateway's reference of $3. */
const CALLED_MESSAGES = `
  told AS MATERIALIZED (SELECT f.account_id, coalesce(f.payment_id, b.payment_id) AS payment_id FROM accounts a
    JOIN facts f ON f.account_id = a.id AND f.gateway_reference = ANY ($3) LEFT JOIN fact_bindings b ON b.fact_id = f.id),
  found AS (
    SELECT $2::text AS id
    UNION SELECT n.id FROM told t JOIN notifications n ON n.payment_id = t.payment_id AND n.gateway_reference = ANY ($3)
    UNION SELECT u.notification_id FROM told t JOIN unapplied_messages u ON u.account_id = t.account_id AND u.state = 'unmatched'
      JOIN notifications n ON n.id = u.notification_id AND n.gateway_reference = ANY ($3) WHERE t.payment_id IS NULL)`;

export interface FoundMessage {
  readonly id: string;
  readonly gateway: GatewayName;
  readonly state: NotificationState;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly gatewayReference: string | null;
}

/**
 * The messages that are called so, or told of money that is; the newest first. They have no index by reference, which every settling
 * would have to write: they are found by the payment that the money is of, or, where it is nobody's, among those that wait.
 */
export async function findMessagesBy(
  { sql }: Sql,
  merchantId: string,
  { id, references }: Clue,
  limit: number,
): Promise<readonly FoundMessage[]> {
  const { rows } = await sql.query<FoundMessage>(
    `WITH ${ACCOUNTS}, ${CALLED_MESSAGES}
     SELECT n.id, a.gateway, n.state, n.amount, n.currency, n.gateway_reference AS "gatewayReference"
     FROM found JOIN notifications n ON n.id = found.id JOIN accounts a ON a.id = n.account_id ORDER BY n.sequence DESC LIMIT $4`,
    [merchantId, id, references, limit],
  );
  return rows;
}

/** The ids of those messages. */
export async function findMessageIds(
  { sql }: Sql,
  merchantId: string,
  { id, references }: Clue,
): Promise<readonly string[]> {
  const { rows } = await sql.query<{ id: string }>(`WITH ${ACCOUNTS}, ${CALLED_MESSAGES} SELECT id FROM found`, [
    merchantId,
    id,
    references,
  ]);
  return rows.map((row) => row.id);
}
