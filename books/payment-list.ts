import type { Database } from '../prisma/client';
import type { GatewayName } from '../workflows/domain/gateway';
import type { AttentionCode, PaymentStatus } from '../workflows/domain/payment';
import { anyOf, betweenAmounts, betweenPlaces, newestOf, placesOf } from './newest';
import { inPeriod, momentOf } from './period';
import type { Period } from './period';
import { meantBy } from './sought';
import type { Sought } from './sought';
import type { Page, Sql } from './sql';
import { MOST_SUMMED, sumNewest } from './sums';

/** Which payments a list shows; what is left out shows all. */
export interface PaymentFilter {
  /** Payments of all these members at once, so of none where they differ. */
  readonly memberIds: readonly string[];
  /** In one of these. */
  readonly status?: readonly PaymentStatus[] | undefined;
  /** What asks for a person most urgently is one of these; any: it does. */
  readonly attention?: readonly (AttentionCode | 'any')[] | undefined;
  /** Through one of these. */
  readonly gateway?: readonly GatewayName[] | undefined;
  /** When they were created. */
  readonly period?: Period | undefined;
  /** Minor units. */
  readonly minAmount?: number | undefined;
  readonly maxAmount?: number | undefined;
  /** What is meant by what a person looks for. */
  readonly sought?: Sought | undefined;
}

/** The ids of a merchant's payments, newest first; one more than asked for where there are more. */
export async function listPayments(
  { sql }: Sql,
  merchantId: string,
  filter: PaymentFilter,
  { before, limit }: Page,
): Promise<{ readonly id: string; readonly sequence: number }[]> {
  const { text, values } = newest('p.id, p.sequence', merchantId, filter, { before, limit });
  const { rows } = await sql.query<{ id: string; sequence: number }>(text, values);
  return rows;
}

/** The sums of all payments that a filter shows, in minor units of the currency of the books. */
export interface PaymentSummary {
  readonly count: number;
  readonly captured: number;
  readonly fee: number;
  readonly refunded: number;
  /** False: there are more of them than these, and so much at least. */
  readonly exact: boolean;
}

/** Sums all payments that a filter shows: from the sums of their days where it can, else of the newest ones. */
export async function sumPayments(
  db: Pick<Database, 'sql'>,
  merchantId: string,
  filter: PaymentFilter,
): Promise<PaymentSummary> {
  const ofDays = hasDays(filter) ? await sumDays(db, merchantId, filter) : null;
  if (ofDays?.exact) return ofDays;
  const ofNewest = await sumNewest<PaymentFilter, PaymentSummary>(db, filter, {
    listOf: (asked, page) => newest('p.id, p.sequence, p.captured, p.fee, p.refunded', merchantId, asked, page),
    sums: `count(*) FILTER (WHERE s.summed) AS count, ${sums('FILTER (WHERE s.summed)')}, count(*) = count(s.captured) FILTER (WHERE s.summed) AS exact`,
  });
  return ofNewest.exact || ofDays === null || ofDays.count < ofNewest.count ? ofNewest : ofDays;
}

/** Days are summed by gateway account and status. */
function hasDays({ memberIds, attention, minAmount, maxAmount, sought }: PaymentFilter): boolean {
  return memberIds.length === 0 && [attention, minAmount, maxAmount, sought].every((one) => one === undefined);
}

async function sumDays(
  { sql }: Sql,
  merchantId: string,
  { status, gateway, period: { from, to } = {} }: PaymentFilter,
): Promise<PaymentSummary> {
  const values: unknown[] = [merchantId, status ?? null, MOST_SUMMED];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const moment = (text: string | undefined) => (text === undefined ? 'NULL::timestamptz' : momentOf(text, given));
  const { rows } = await sql.query<PaymentSummary>(
    `SELECT coalesce(sum(s.payments), 0)::bigint AS count, ${sums()}, coalesce(bool_and(s.exact), true) AS exact
     FROM gateway_accounts a, LATERAL sum_payments(a.id, $2, ${moment(from)}, ${moment(to)}, $3) s
     WHERE a.merchant_id = $1${gateway === undefined ? '' : ` AND a.gateway = ANY (${given(gateway)})`}`,
    values,
  );
  if (!rows[0]) throw new Error('a sum has no row');
  return rows[0];
}

const sums = (filter = ''): string =>
  ['captured', 'fee', 'refunded'].map((name) => `coalesce(sum(s.${name}) ${filter}, 0)::bigint AS ${name}`).join(', ');

/**
 * Asks for a page of a merchant's payments, newest first, and one more. Merged of the merchant's accounts, at each of which the payments lie
 * in order, and those that are not paid, or that ask for a person, by themselves. It has no name, so that it is planned for what it is given:
 * a plan for any status could not use the index of those not paid.
 */
function newest(
  columns: string,
  merchantId: string,
  { memberIds, status, attention, gateway, period = {}, sought, ...amounts }: PaymentFilter,
  { before, limit }: Page,
): { readonly text: string; readonly values: unknown[] } {
  const values: unknown[] = [merchantId, limit + 1];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    'p.account_id = a.id',
    ...memberIds.map((id) => `p.member_id = ${given(id)}`),
    ...(attention === undefined ? [] : ['p.attention IS NOT NULL']),
    ...(attention === undefined || attention.includes('any') ? [] : [`p.attention = ANY (${given(attention)})`]),
    ...betweenAmounts('p.amount', amounts, given),
    ...(before === null ? [] : [`p.sequence < ${given(before)}`]),
    ...inPeriod('p.created_at', period, given),
    ...betweenPlaces(period, 'p.sequence'),
  ];
  const choices = [...anyOf('p.status', status, given), ...(sought === undefined ? [] : [meantBy('p', sought, given)])];
  const list = { columns, from: 'payments p', sequence: 'p.sequence', limit: '$2' };
  const accounts = ['a.id', ...placesOf(period, given, (moment) => `payment_place(a.id, ${moment})`)];
  const text = `WITH accounts AS MATERIALIZED (
       SELECT ${accounts.join(', ')} FROM gateway_accounts a
       WHERE a.merchant_id = $1${gateway === undefined ? '' : ` AND a.gateway = ANY (${given(gateway)})`})
     SELECT found.* FROM accounts a, LATERAL (${newestOf(list, conditions, choices)}) found ORDER BY found.sequence DESC LIMIT $2`;
  return { text, values };
}
