import type { Request, Response, Router } from 'express';
import { labelOf } from '../../activities/gateways/registry';
import { readReceipt } from '../../books/receipts';
import type { Database } from '../../prisma/client';
import { receiptPage } from '../../web/pages/receipt-page';
import { paperOnly } from '../http/page-policy';
import { invalid, Problem } from '../http/problems';
import { receiptQuery } from '../http/receipt-schemas';
import { permit, refuseSwitched } from '../http/rights';
import { refuseOtherMethods, strictRouter } from '../http/routing';
import type { Authenticate } from '../http/routing';
import { WEIGHTS } from '../http/weights';
import { readPayment } from './payments';

const PATH = '/v1/payments/:id/receipt';

interface ReceiptDependencies {
  readonly db: Database;
  readonly authenticate: Authenticate;
}

/** The paper about a payment, for those who may watch it. */
export function receiptRoutes({ db, authenticate }: ReceiptDependencies): Router {
  const router = strictRouter();
  router.get(PATH, paperOnly, async (req: Request<{ id: string }>, res: Response) => {
    const known = await authenticate(req, WEIGHTS.light);
    refuseSwitched('watch_payment', known, req.get('quittance-merchant'));
    const caller = permit('watch_payment', known);
    const query = receiptQuery.safeParse(req.query);
    if (!query.success) throw invalid(query.error.issues, 'query');
    const { terms } = await readPayment(db, caller, req.params.id);
    const receipt = await readReceipt(db, terms.id);
    const { merchant, member, environment, currency, lines, charges, credit } = receipt;
    if (lines.length === 0)
      throw new Problem(
        'payment_not_booked',
        'no money of this payment is in the cart: there is nothing to attest yet',
      );
    const page = receiptPage({
      locale: query.data.locale ?? member.locale ?? merchant.locale,
      paymentId: terms.id,
      gatewayLabel: labelOf(terms.gateway),
      isTest: environment !== 'live',
      merchant,
      memberName: member.name,
      ...{ currency, lines, charges, credit },
    });
    res.status(200).type('html').send(page);
  });
  refuseOtherMethods(router, PATH, ['get']);
  return router;
}
