import type { Database } from '../prisma/client';
import type { Dispute } from '../prisma/generated/client';
import type { DisputeStatus } from '../workflows/domain/dispute';
import type { Page } from './sql';

export interface DisputeFilter {
  readonly status?: DisputeStatus | undefined;
  readonly memberId?: string | undefined;
  /** Of these members only, besides. */
  readonly memberIds?: readonly string[];
  readonly paymentId?: string | undefined;
}

/** The merchant's dispute of this id, or null. */
export async function findDispute(
  { prisma }: Pick<Database, 'prisma'>,
  merchantId: string,
  id: string,
): Promise<Dispute | null> {
  return prisma.dispute.findFirst({ where: { id, merchantId } });
}

/** Disputes by their ids, in no order; unknown ids are left out. */
export async function findDisputes({ prisma }: Pick<Database, 'prisma'>, ids: readonly string[]): Promise<Dispute[]> {
  return ids.length === 0 ? [] : prisma.dispute.findMany({ where: { id: { in: [...ids] } } });
}

/** A merchant's disputes, newest first; one more than asked for where there are more. */
export async function listDisputes(
  { prisma }: Pick<Database, 'prisma'>,
  merchantId: string,
  { status, memberId, memberIds, paymentId }: DisputeFilter,
  { before, limit }: Page,
): Promise<Dispute[]> {
  return prisma.dispute.findMany({
    where: {
      merchantId,
      ...(status && { status }),
      AND: [memberId === undefined ? {} : { memberId }, memberIds ? { memberId: { in: [...memberIds] } } : {}],
      ...(paymentId !== undefined && { paymentId }),
      ...(before !== null && { sequence: { lt: before } }),
    },
    orderBy: { sequence: 'desc' },
    take: limit + 1,
  });
}
