import type { Database } from '../prisma/client';
import type { Member } from '../prisma/generated/client';
import type { Page, Sql } from './sql';

/** A member as their merchant describes them. */
export interface MemberDetails {
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly reference: string | null;
}

/** Creates a member with an empty cart; gives when. */
export async function addMember(
  { sql }: Sql,
  {
    id,
    merchantId,
    name,
    email,
    phone,
    reference,
  }: MemberDetails & { readonly id: string; readonly merchantId: string },
): Promise<Date> {
  const { rows } = await sql.query<{ created_at: Date }>(
    `WITH created AS (INSERT INTO members (id, merchant_id, name, email, phone, reference) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id, created_at),
          cart AS (INSERT INTO carts (member_id) SELECT id FROM created)
     SELECT created_at FROM created`,
    [id, merchantId, name, email, phone, reference],
  );
  if (!rows[0]) throw new Error(`member ${id} was not created`);
  return rows[0].created_at;
}

/** The merchant's member of this id with what a cart needs of the merchant, or null. */
export async function findMember({ prisma }: Pick<Database, 'prisma'>, merchantId: string, id: string) {
  return prisma.member.findFirst({
    where: { id, merchantId },
    include: { merchant: { select: { currency: true, name: true } } },
  });
}

/** The merchant's members, newest first; one more than asked for where there are more. */
export async function listMembers(
  { prisma }: Pick<Database, 'prisma'>,
  merchantId: string,
  { before, limit }: Page,
): Promise<Member[]> {
  return prisma.member.findMany({
    where: { merchantId, ...(before !== null && { sequence: { lt: before } }) },
    orderBy: { sequence: 'desc' },
    take: limit + 1,
  });
}
