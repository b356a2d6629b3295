import { noteChange } from '../../books/audit';
import { findMember } from '../../books/members';
import { addPayLink, listPayLinks, payLinkObject, withdrawPayLink } from '../../books/pay-links';
import type { ListedPayLink } from '../../books/pay-links';
import { inTransaction } from '../../books/sql';
import type { Database } from '../../prisma/client';
import { isId } from '../../workflows/domain/ids';
import { checkCharges } from '../desks/opening';
import { checkOrigin } from '../http/origins';
import { readCursor, toPage } from '../http/paging';
import * as schemas from '../http/pay-link-schemas';
import { erased, notFound } from '../http/problems';
import { route } from '../http/routing';
import { list, noFilter } from '../http/schemas';

export function payLinkRoutes({ db, publicUrl }: { readonly db: Database; readonly publicUrl: string }) {
  const view = (link: ListedPayLink) => ({
    code: link.code,
    url: `${publicUrl}/p/${link.code}`,
    member: link.memberId,
    charges: link.charges,
    amount: link.amount,
    editable: link.editable,
    expiresAt: link.expiresAt?.toISOString() ?? null,
    returnUrl: link.returnUrl,
    payment: link.paymentId,
    createdAt: link.createdAt.toISOString(),
  });

  return [
    route({
      operationId: 'createPayLink',
      method: 'post',
      path: '/v1/pay-links',
      summary: 'Make a link by which anybody can pay for a member',
      right: 'manage_members',
      body: schemas.newPayLink,
      answers: { 201: schemas.payLink },
      refusals: ['not_found', 'member_erased', 'origin_not_registered'],
      idempotentFor: 'days',
      async handle({ caller: { merchantId }, author, body, once }) {
        const { charges = [], amount = null, editable, returnUrl, expiresAt } = body;
        const member = isId('mem', body.member) ? await findMember(db, merchantId, body.member) : null;
        if (!member) throw notFound('member');
        if (member.erasedAt !== null) throw erased();
        await checkCharges(db, member.id, charges);
        checkOrigin('returnUrl', returnUrl, member.merchant.returnOrigins);
        const wish = { memberId: member.id, charges, amount, editable, returnUrl: returnUrl ?? null };
        const made = await once(async (tx) => {
          const link = { ...wish, expiresAt: expiresAt === undefined ? null : new Date(expiresAt) };
          const added = await addPayLink(tx, merchantId, link);
          const { memberId, ...after } = wish;
          await noteChange(tx, author, {
            ...{ merchantId, action: 'pay_link.created', object: payLinkObject(added.code) },
            after: { member: memberId, ...after, expiresAt: expiresAt ?? null },
          });
          return view(added);
        });
        return { status: 201, body: made };
      },
    }),
    route({
      operationId: 'listPayLinks',
      method: 'get',
      path: '/v1/pay-links',
      summary: 'List the pay links that were not withdrawn, newest first',
      right: 'manage_members',
      query: noFilter,
      answers: { 200: list(schemas.payLink) },
      async handle({ caller, query }) {
        const rows = await listPayLinks(db, caller.merchantId, { before: readCursor(query), limit: query.limit });
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, view) };
      },
    }),
    route({
      operationId: 'withdrawPayLink',
      method: 'delete',
      path: '/v1/pay-links/:code',
      summary: 'Withdraw a pay link: nobody pays by it any more',
      detail: 'Again: the same answer.',
      right: 'manage_members',
      params: schemas.codeParams,
      answers: { 200: schemas.payLink },
      async handle({ caller: { merchantId }, author, params: { code } }) {
        const link = await inTransaction(db, async (tx) => {
          const withdrawn = await withdrawPayLink(tx, merchantId, code);
          if (!withdrawn) throw notFound('pay link');
          const change = { merchantId, action: 'pay_link.withdrawn', object: payLinkObject(code) };
          if (withdrawn.isNew) await noteChange(tx, author, change);
          return withdrawn.link;
        });
        return { status: 200, body: view(link) };
      },
    }),
  ];
}
