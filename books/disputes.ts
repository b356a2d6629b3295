import type { Database } from '../prisma/client';
import type { Dispute } from '../prisma/generated/client';
import type { DisputeStatus } from '../workflows/domain/dispute';
import type { GatewayName } from '../workflows/domain/gateway';
import { anyOf, betweenAmounts, betweenPlaces, newestBetween, placesOf } from './newest';
import { inPeriod } from './period';
import type { Period } from './period';
import { inOrderOf } from './sql';
import type { Page } from './sql';

/** Which disputes a list shows; what is left out shows all. */
export interface DisputeFilter {
  /** In one of these. */
  readonly status?: readonly DisputeStatus[] | undefined;
  /** Through one of these. */
  readonly gateway?: readonly GatewayName[] | undefined;
  /** Of all these members at once, so of none where they differ. */
  readonly memberIds?: readonly string[];
  readonly paymentId?: string | undefined;
  /** When they were opened. */
  readonly period?: Period | undefined;
  /** What is claimed, in minor units. */
  readonly minAmount?: number | undefined;
  readonly maxAmount?: number | undefined;
}

/** The merchant's dispute of this id, or null. */
export async function findDispute(
  { prisma }: Pick<Database, 'prisma'>,
  merchantId: string,
  id: string,
): Promise<Dispute | null> {
  return prisma.dispute.findFirst({ where: { id, merchantId } });
}

/** Disputes in the order of these ids; unknown ids are left out. */
export async function findDisputes({ prisma }: Pick<Database, 'prisma'>, ids: readonly string[]): Promise<Dispute[]> {
  return ids.length === 0 ? [] : inOrderOf(ids, await prisma.dispute.findMany({ where: { id: { in: [...ids] } } }));
}

/** A merchant's disputes, newest first; one more than asked for where there are more. */
export async function listDisputes(
  { sql, prisma }: Pick<Database, 'sql' | 'prisma'>,
  merchantId: string,
  { status, gateway, memberIds = [], paymentId, period = {}, ...amounts }: DisputeFilter,
  { before, limit }: Page,
): Promise<Dispute[]> {
  const values: unknown[] = [merchantId, limit + 1];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    'd.merchant_id = $1',
    ...memberIds.map((id) => `d.member_id = ${given(id)}`),
    ...(paymentId === undefined ? [] : [`d.payment_id = ${given(paymentId)}`]),
    ...(gateway === undefined ? [] : [`d.gateway = ANY (${given(gateway)})`]),
    ...betweenAmounts('d.amount', amounts, given),
    ...(before === null ? [] : [`d.sequence < ${given(before)}`]),
    ...inPeriod('d.opened_at', period, given),
    ...betweenPlaces(period, 'd.sequence'),
  ];
  const list = { columns: 'd.id, d.sequence', from: 'disputes d', sequence: 'd.sequence', limit: '$2' };
  const places = placesOf(
    period,
    given,
    (moment) => `sequence_at('disputes', 'merchant_id', $1, 'opened_at', ${moment})`,
  );
  // It has no name, so that it is planned for what it is given.
  const { rows } = await sql.query<{ id: string }>(
    newestBetween(places, list, conditions, anyOf('d.status', status, given)),
    values,
  );
  return findDisputes(
    { prisma },
    rows.map(({ id }) => id),
  );
}
