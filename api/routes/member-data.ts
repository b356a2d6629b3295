import type { Request, Response, Router } from 'express';
import { listCharges, listPaylines } from '../../books/cart';
import { listDisputes } from '../../books/disputes';
import { loadPayments } from '../../books/facts';
import { eraseMember, findMember } from '../../books/members';
import { listMessagesOfMember } from '../../books/notifications';
import { listPayments } from '../../books/payments';
import { listRefunds } from '../../books/refunds';
import { inTransaction } from '../../books/sql';
import type { Database } from '../../prisma/client';
import type { Vault } from '../../vault/vault';
import { isId } from '../../workflows/domain/ids';
import { permit } from '../http/rights';
import { notFound } from '../http/problems';
import { refuseOtherMethods, refuseParameters, strictRouter } from '../http/routing';
import type { Authenticate } from '../http/routing';
import { viewDispute, viewMember, viewPayment, viewRefund } from '../http/views';
import type { ViewSettings } from '../http/views';
import { WEIGHTS } from '../http/weights';
import { viewCharge, viewPayline } from './members';
import { viewMessagesWith } from './notifications';

interface MemberDataDependencies {
  readonly db: Database;
  readonly vault: Vault;
  readonly authenticate: Authenticate;
  readonly view: ViewSettings;
}

/** Nobody has so many lines: an export leaves none out. */
const ALL = { before: null, limit: 1_000_000 };

/**
 * What is kept of a person: handed out as a file, and erased. Mounted by hand, because a file has a name, and because erasing has a
 * method that no other call has.
 */
export function memberDataRoutes({ db, vault, authenticate, view }: MemberDataDependencies): Router {
  const viewMessage = viewMessagesWith(vault);
  const router = strictRouter();

  router.get('/v1/members/:id/export', async (req: Request<{ id: string }>, res: Response) => {
    const { merchantId } = permit('hand_out_members', await authenticate(req, WEIGHTS.opening));
    refuseParameters(req);
    const { id } = req.params;
    const member = isId('mem', id) ? await findMember(db, merchantId, id) : null;
    if (!member) throw notFound('member');
    const paymentIds = (await listPayments(db, merchantId, { memberIds: [id] }, ALL)).map((payment) => payment.id);
    const [charges, paylines, payments, refunds, disputes, messages] = await Promise.all([
      listCharges(db, id, ALL),
      listPaylines(db, id, ALL),
      loadPayments(db, paymentIds),
      listRefunds(db, merchantId, { memberId: id }, ALL),
      listDisputes(db, merchantId, { memberId: id }, ALL),
      listMessagesOfMember(db, merchantId, id),
    ]);
    res.setHeader('content-disposition', `attachment; filename="${id}.json"`);
    res.json({
      exportedAt: new Date().toISOString(),
      member: viewMember(member),
      currency: member.merchant.currency,
      charges: charges.map(viewCharge),
      paylines: paylines.map(viewPayline),
      payments: payments.map((payment) => viewPayment(payment, view)),
      refunds: refunds.map(viewRefund),
      disputes: disputes.map(viewDispute),
      notifications: messages.map(viewMessage),
    });
  });
  refuseOtherMethods(router, '/v1/members/:id/export', ['get']);

  router.delete('/v1/members/:id', async (req: Request<{ id: string }>, res: Response) => {
    const { merchantId } = permit('erase_members', await authenticate(req, WEIGHTS.light));
    refuseParameters(req);
    const { id } = req.params;
    const erased = isId('mem', id) ? await inTransaction(db, (tx) => eraseMember(tx, merchantId, id)) : null;
    if (!erased) throw notFound('member');
    res.json(viewMember(erased));
  });

  return router;
}
