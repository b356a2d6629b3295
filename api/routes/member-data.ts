import { listAgreements } from '../../books/agreements';
import { noteChange, withheld } from '../../books/audit';
import { listCharges, listPaylines } from '../../books/cart';
import { listDisputes } from '../../books/disputes';
import { loadPayments } from '../../books/facts';
import { eraseMember, findMember, knownOf } from '../../books/members';
import { listMessagesOfMember } from '../../books/notifications';
import { listPayments } from '../../books/payment-list';
import { listRefunds } from '../../books/refunds';
import { inTransaction } from '../../books/sql';
import type { Database } from '../../prisma/client';
import type { Vault } from '../../vault/vault';
import { isId } from '../../workflows/domain/ids';
import { viewAgreement } from '../http/agreement-views';
import { memberExport } from '../http/member-export-schema';
import { notFound } from '../http/problems';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';
import { viewCharge, viewDispute, viewMember, viewPayment, viewRefund } from '../http/views';
import type { ViewSettings } from '../http/views';
import { viewPayline } from './members';
import { viewMessagesWith } from './notifications';

interface MemberDataDependencies {
  readonly db: Database;
  readonly vault: Vault;
  readonly view: ViewSettings;
}

/** Nobody has so many lines: an export leaves none out. */
const ALL = { before: null, limit: 1_000_000 };

/** What is kept of a person: handed out as a file, and erased. */
export function memberDataRoutes({ db, vault, view }: MemberDataDependencies) {
  const viewMessage = viewMessagesWith(vault);

  return [
    route({
      operationId: 'exportMember',
      method: 'get',
      path: '/v1/members/:id/export',
      summary: 'All that is kept of a member, as a file',
      right: 'hand_out_members',
      weight: 'file',
      params: schemas.idParams,
      answers: { 200: memberExport },
      async handle({ caller: { merchantId }, params: { id } }) {
        const member = isId('mem', id) ? await findMember(db, merchantId, id) : null;
        if (!member) throw notFound('member');
        const paymentIds = (await listPayments(db, merchantId, { memberIds: [id] }, ALL)).map((payment) => payment.id);
        const [charges, paylines, payments, agreements, refunds, disputes, messages] = await Promise.all([
          listCharges(db, id, ALL),
          listPaylines(db, id, ALL),
          loadPayments(db, paymentIds),
          listAgreements(db, merchantId, { memberIds: [id] }, ALL),
          listRefunds(db, merchantId, { memberIds: [id] }, ALL),
          listDisputes(db, merchantId, { memberIds: [id] }, ALL),
          listMessagesOfMember(db, merchantId, id),
        ]);
        const body = {
          exportedAt: new Date().toISOString(),
          member: viewMember(member),
          currency: member.merchant.currency,
          charges: charges.map(viewCharge),
          paylines: paylines.map(viewPayline),
          payments: payments.map((payment) => viewPayment(payment, view)),
          agreements: agreements.map((agreement) => viewAgreement(agreement, view)),
          refunds: refunds.map(viewRefund),
          disputes: disputes.map(viewDispute),
          notifications: messages.map(viewMessage),
        };
        return { status: 200, body, download: `${id}.json` };
      },
    }),
    route({
      operationId: 'eraseMember',
      method: 'delete',
      path: '/v1/members/:id',
      summary: 'Erase a member: what is personal is overwritten, their money stays',
      detail: 'Again: the same answer.',
      right: 'erase_members',
      params: schemas.idParams,
      answers: { 200: schemas.member },
      async handle({ caller: { merchantId }, author, params: { id } }) {
        if (!isId('mem', id)) throw notFound('member');
        const { after } = await inTransaction(db, async (tx) => {
          const erased = await eraseMember(tx, merchantId, id);
          if (!erased) throw notFound('member');
          const object = { kind: 'member', id };
          if (erased.before.erasedAt === null)
            await noteChange(tx, author, {
              merchantId,
              action: 'member.erased',
              object,
              before: withheld(knownOf(erased.before)),
            });
          return erased;
        });
        return { status: 200, body: viewMember(after) };
      },
    }),
  ];
}
