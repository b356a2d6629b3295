import type { Prisma } from '../prisma/generated/client';
import type { Database } from '../prisma/client';
import type { GatewayName } from '../workflows/domain/gateway';
import type { RefundStatus } from '../workflows/domain/refund';
import type { SealedAccount } from './accounts';
import { anyOf, betweenAmounts, betweenPlaces, newestBetween, placesOf } from './newest';
import { inPeriod } from './period';
import type { Period } from './period';
import { meantBy } from './sought';
import type { Sought } from './sought';
import { inOrderOf } from './sql';
import { sumNewest } from './sums';
import type { Page, Sql } from './sql';

/** A refund that is admitted: the payment's one in flight. */
export interface NewRefund {
  readonly id: string;
  readonly merchantId: string;
  readonly accountId: string;
  /** Whose money it is: a payment's, or that of a message that names none. */
  readonly paymentId: string | null;
  readonly notificationId: string | null;
  readonly memberId: string | null;
  readonly capture: string;
  readonly amount: number;
  readonly currency: string;
  readonly charges: readonly string[];
  readonly note: string | null;
  readonly noteToPayer: string | null;
}

/**
 * Locks the payment for as long as the caller's transaction lasts, so that of twenty who ask for a refund at once one sees
 * that nobody did before.
 */
export async function lockPayment({ sql }: Sql, paymentId: string): Promise<void> {
  await sql.query('SELECT FROM payments WHERE id = $1 FOR NO KEY UPDATE', [paymentId]);
}

/** The same of a message that told of money of nobody's. */
export async function lockMessage({ sql }: Sql, notificationId: string): Promise<void> {
  await sql.query('SELECT FROM notifications WHERE id = $1 FOR NO KEY UPDATE', [notificationId]);
}

/** Whether a refund of the payment, or of that message's money, was admitted that has no outcome yet. */
export async function isRefundAdmitted(db: Sql, subjectId: string): Promise<boolean> {
  return (await findAdmitted(db, [subjectId])).has(subjectId);
}

/** Which of these payments, and of the messages about money of nobody's, have a refund that was admitted and has no outcome yet. */
export async function findAdmitted({ sql }: Sql, subjectIds: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT payment_id AS id FROM refunds WHERE payment_id = ANY ($1) AND status = 'pending' AND origin = 'merchant'
     UNION ALL SELECT notification_id FROM refunds WHERE notification_id = ANY ($1) AND status = 'pending'`,
    [subjectIds],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Admits a refund; the database lets one of a payment be in flight. */
export async function admitRefund({ sql }: Sql, refund: NewRefund): Promise<void> {
  const {
    id,
    merchantId,
    accountId,
    paymentId,
    notificationId,
    memberId,
    capture,
    amount,
    currency,
    charges,
    note,
    noteToPayer,
  } = refund;
  await sql.query(
    `INSERT INTO refunds (id, merchant_id, account_id, payment_id, notification_id, member_id, capture_reference, amount, currency, status, reason, origin, charges, note, note_to_payer)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', 'awaiting_gateway', 'merchant', $10, $11, $12)`,
    [
      id,
      merchantId,
      accountId,
      paymentId,
      notificationId,
      memberId,
      capture,
      amount,
      currency,
      charges,
      note,
      noteToPayer,
    ],
  );
}

/** What the gateway is asked with for a refund. */
export interface RefundRow extends SealedAccount {
  readonly method: string | null;
  readonly noteToPayer: string | null;
}

/** Reads it. Throws where no such payment is recorded. */
export async function readRefundRow({ sql }: Sql, paymentId: string, refundId: string): Promise<RefundRow> {
  const { rows } = await sql.query<RefundRow>({
    name: 'read_refund',
    text: `SELECT p.gateway, p.method, p.opened_with AS "openedWith", a.id AS "accountId", a.environment, a.credentials,
                  (SELECT r.note_to_payer FROM refunds r WHERE r.id = $2) AS "noteToPayer"
           FROM payments p JOIN gateway_accounts a ON a.id = p.account_id WHERE p.id = $1`,
    values: [paymentId, refundId],
  });
  if (!rows[0]) throw new Error(`payment ${paymentId} is not recorded`);
  return rows[0];
}

/** Has a refund of nobody's money begun by whoever sweeps, unless somebody does so within `leaseMs`. */
export async function planRefundRun({ sql }: Sql, refundId: string, leaseMs: number): Promise<void> {
  await sql.query(
    `INSERT INTO outbox (subject_id, kind, due_at) VALUES ($1, 'refund', now() + $2 * interval '1 millisecond')`,
    [refundId, leaseMs],
  );
}

/** A refund of nobody's money as its run begins with it; null where it is a payment's, or not known. */
export async function readUnmatchedRefund({ sql }: Sql, refundId: string): Promise<UnmatchedRefund | null> {
  const { rows } = await sql.query<UnmatchedRefund>(
    `SELECT id AS "refundId", notification_id AS "notificationId", capture_reference AS capture, amount
     FROM refunds WHERE id = $1 AND notification_id IS NOT NULL`,
    [refundId],
  );
  return rows[0] ?? null;
}
export interface UnmatchedRefund {
  readonly refundId: string;
  readonly notificationId: string;
  readonly capture: string;
  readonly amount: number;
}

export type ListedRefund = Prisma.RefundGetPayload<{ include: { account: { select: { gateway: true } } } }>;
const LISTED = { account: { select: { gateway: true } } } as const;

/** The merchant's refund of this id, or null. */
export async function findRefund(
  { prisma }: Pick<Database, 'prisma'>,
  merchantId: string,
  id: string,
): Promise<ListedRefund | null> {
  return prisma.refund.findFirst({ where: { id, merchantId }, include: LISTED });
}

/** Refunds in the order of these ids; unknown ids are left out. */
export async function findRefunds(
  { prisma }: Pick<Database, 'prisma'>,
  ids: readonly string[],
): Promise<ListedRefund[]> {
  if (ids.length === 0) return [];
  return inOrderOf(ids, await prisma.refund.findMany({ where: { id: { in: [...ids] } }, include: LISTED }));
}

/** Which refunds a list shows; what is left out shows all. */
export interface RefundFilter {
  /** In one of these. */
  readonly status?: readonly RefundStatus[] | undefined;
  /** Through one of these. */
  readonly gateway?: readonly GatewayName[] | undefined;
  /** Of all these members at once, so of none where they differ. */
  readonly memberIds?: readonly string[];
  readonly paymentId?: string | undefined;
  /** When they were asked for, or heard of. */
  readonly period?: Period | undefined;
  /** Minor units. */
  readonly minAmount?: number | undefined;
  readonly maxAmount?: number | undefined;
  /** What is meant by what a person looks for. */
  readonly sought?: Sought | undefined;
}

/** A merchant's refunds, newest first; one more than asked for where there are more. */
export async function listRefunds(
  { sql, prisma }: Pick<Database, 'sql' | 'prisma'>,
  merchantId: string,
  filter: RefundFilter,
  page: Page,
): Promise<ListedRefund[]> {
  const { text, values } = newest('r.id, r.sequence', merchantId, filter, page);
  const { rows } = await sql.query<{ id: string }>(text, values);
  return findRefunds(
    { prisma },
    rows.map(({ id }) => id),
  );
}

/** The sums of all refunds that a filter shows, in minor units of the currency of the books. */
export interface RefundSummary {
  readonly count: number;
  /** What was given back of them; what is on its way, or failed, is not in it. */
  readonly refunded: number;
  /** False: at least so much. */
  readonly exact: boolean;
}

/** Sums the refunds that a filter shows, from the newest on. */
export async function sumRefunds(
  db: Pick<Database, 'sql'>,
  merchantId: string,
  filter: RefundFilter,
): Promise<RefundSummary> {
  return sumNewest<RefundFilter, RefundSummary>(db, filter, {
    listOf: (asked, page) => newest('r.id, r.sequence, r.status, r.amount, r.currency', merchantId, asked, page),
    sums: `count(*) FILTER (WHERE s.summed) AS count, count(*) = count(*) FILTER (WHERE s.summed) AS exact,
       coalesce(sum(s.amount) FILTER (WHERE s.summed AND s.status = 'succeeded' AND s.currency = (SELECT m.currency FROM merchants m WHERE m.id = $1)), 0)::bigint
         AS refunded`,
  });
}

/** Asks for a page of a merchant's refunds, newest first, and one more. It has no name, so that it is planned for what it is given. */
function newest(
  columns: string,
  merchantId: string,
  { status, gateway, memberIds = [], paymentId, period = {}, sought, ...amounts }: RefundFilter,
  { before, limit }: Page,
): { readonly text: string; readonly values: unknown[] } {
  const values: unknown[] = [merchantId, limit + 1];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    'r.merchant_id = $1',
    ...memberIds.map((id) => `r.member_id = ${given(id)}`),
    ...(paymentId === undefined ? [] : [`r.payment_id = ${given(paymentId)}`]),
    ...(gateway === undefined
      ? []
      : [
          `r.account_id = ANY (ARRAY(SELECT g.id FROM gateway_accounts g WHERE g.merchant_id = $1 AND g.gateway = ANY (${given(gateway)})))`,
        ]),
    ...betweenAmounts('r.amount', amounts, given),
    ...(before === null ? [] : [`r.sequence < ${given(before)}`]),
    ...inPeriod('r.created_at', period, given),
    ...betweenPlaces(period, 'r.sequence'),
  ];
  const choices = [...anyOf('r.status', status, given), ...(sought === undefined ? [] : [meantBy('r', sought, given)])];
  const list = { columns, from: 'refunds r', sequence: 'r.sequence', limit: '$2' };
  const places = placesOf(
    period,
    given,
    (moment) => `sequence_at('refunds', 'merchant_id', $1, 'created_at', ${moment})`,
  );
  return { text: newestBetween(places, list, conditions, choices), values };
}
