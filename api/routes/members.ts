import type { Member } from '../../prisma/generated/client';
import type { Database } from '../../prisma/client';
import { addCharge } from '../../books/cart';
import { isId } from '../../workflows/domain/ids';
import type { Tokens } from '../http/auth';
import { newId } from '../../platform/ids';
import { readCursor, toPage } from '../http/paging';
import { notFound, Problem } from '../http/problems';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';

export function memberRoutes({ db, tokens }: { db: Database; tokens: Tokens }) {
  async function findMember(merchantId: string, id: string) {
    const found = isId('mem', id)
      ? await db.prisma.member.findFirst({
          where: { id, merchantId },
          include: { merchant: { select: { currency: true, name: true } } },
        })
      : null;
    if (!found) throw notFound('member');
    return found;
  }

  return [
    route({
      method: 'post',
      path: '/v1/members',
      summary: 'Create a member',
      access: ['merchant'],
      body: schemas.newMember,
      answers: { 201: schemas.member },
      idempotent: true,
      async handle({ caller, body, once }) {
        const created = await once(async ({ sql }) => {
          const member = {
            id: newId('mem'),
            name: body.name,
            email: body.email ?? null,
            phone: body.phone ?? null,
            reference: body.reference ?? null,
          };
          const { rows } = await sql.query<{ created_at: Date }>(
            `WITH created AS (INSERT INTO members (id, merchant_id, name, email, phone, reference) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id, created_at),
                  cart AS (INSERT INTO carts (member_id) SELECT id FROM created)
             SELECT created_at FROM created`,
            [member.id, caller.merchantId, member.name, member.email, member.phone, member.reference],
          );
          return { ...member, createdAt: rows[0]?.created_at.toISOString() };
        });
        return { status: 201, body: created };
      },
    }),
    route({
      method: 'get',
      path: '/v1/members',
      summary: 'List members, newest first',
      access: ['merchant'],
      query: schemas.noFilter,
      answers: { 200: schemas.list(schemas.member) },
      async handle({ caller, query }) {
        const before = readCursor(query);
        const rows = await db.prisma.member.findMany({
          where: { merchantId: caller.merchantId, ...(before !== null && { sequence: { lt: before } }) },
          orderBy: { sequence: 'desc' },
          take: query.limit + 1,
        });
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, viewMember) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/members/:id',
      summary: 'Read a member',
      access: ['merchant', 'member'],
      params: schemas.idParams,
      answers: { 200: schemas.member },
      async handle({ caller, params }) {
        if (caller.kind === 'member' && caller.memberId !== params.id) throw notFound('member');
        return { status: 200, body: viewMember(await findMember(caller.merchantId, params.id)) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/members/:id/tokens',
      summary: "Mint a short-lived token for the member's browser",
      access: ['merchant'],
      params: schemas.idParams,
      body: schemas.newToken,
      answers: { 201: schemas.memberToken },
      async handle({ caller, params, body }) {
        const member = await findMember(caller.merchantId, params.id);
        return { status: 201, body: await tokens.mintMember(caller.merchantId, member.id, body.expiresInMs) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/members/:id/cart',
      summary: "Read a member's cart",
      access: ['merchant', 'member'],
      params: schemas.idParams,
      answers: { 200: schemas.cart },
      async handle({ caller, params }) {
        if (caller.kind === 'member' && caller.memberId !== params.id) throw notFound('member');
        return { status: 200, body: await viewCart(db, await findMember(caller.merchantId, params.id)) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/members/:id/charges',
      summary: 'Add a charge to a cart',
      access: ['merchant'],
      params: schemas.idParams,
      body: schemas.newCharge,
      answers: { 201: schemas.charge },
      refusals: ['currency_not_supported'],
      idempotent: true,
      async handle({ caller, params, body, once }) {
        const member = await findMember(caller.merchantId, params.id);
        const { currency } = member.merchant;
        if (body.currency !== currency)
          throw new Problem('currency_not_supported', `this merchant's books are in ${currency}, not ${body.currency}`);
        const created = await once(async (tx) => {
          const id = newId('chg');
          const { label, category, amount } = body;
          await addCharge(tx, {
            id,
            merchantId: caller.merchantId,
            memberId: member.id,
            label,
            category,
            amount,
            currency,
            dueOn: body.dueOn ?? null,
          });
          const { rows } = await tx.sql.query<{ paid: number }>(
            'SELECT coalesce(sum(amount), 0)::bigint AS paid FROM allocations WHERE charge_id = $1',
            [id],
          );
          return {
            id,
            label,
            category,
            amount,
            paid: rows[0]?.paid ?? 0,
            ...(body.dueOn !== undefined && { dueOn: body.dueOn }),
          };
        });
        return { status: 201, body: created };
      },
    }),
  ];
}

function viewMember({ id, name, email, phone, reference, createdAt }: Member) {
  return { id, name, email, phone, reference, createdAt: createdAt.toISOString() };
}

/** One statement, so that charges and paylines are of one moment and the sums agree. */
async function viewCart({ sql }: Database, member: { id: string; merchant: { currency: string; name: string } }) {
  const { rows } = await sql.query<{
    charges: { id: string; label: string; category: string; amount: number; paid: number; dueOn: string | null }[];
    paylines: { id: string; payment: string | null; amount: number; at: string }[];
    pending: number;
  }>(
    `SELECT
       coalesce((SELECT jsonb_agg(jsonb_build_object('id', c.id, 'label', c.label, 'category', c.category, 'amount', c.amount, 'dueOn', c.due_on,
           'paid', coalesce((SELECT sum(a.amount) FROM allocations a WHERE a.charge_id = c.id), 0)) ORDER BY c.sequence)
         FROM charges c WHERE c.member_id = $1), '[]') AS charges,
       coalesce((SELECT jsonb_agg(jsonb_build_object('id', 'pln_' || p.id, 'payment', p.payment_id, 'amount', p.amount, 'at', iso(p.created_at)) ORDER BY p.id)
         FROM paylines p WHERE p.member_id = $1), '[]') AS paylines,
       pending_of($1) AS pending`,
    [member.id],
  );
  const { charges = [], paylines = [], pending = 0 } = rows[0] ?? {};
  const total = (lines: readonly { amount: number }[]) => lines.reduce((sum, line) => sum + line.amount, 0);
  const balance = total(paylines) - total(charges);
  return {
    member: member.id,
    merchantName: member.merchant.name,
    currency: member.merchant.currency,
    balance,
    due: Math.max(0, -balance),
    credit: Math.max(0, balance),
    pending,
    charges: charges.map(({ dueOn, ...charge }) => ({ ...charge, ...(dueOn !== null && { dueOn }) })),
    paylines,
  };
}
