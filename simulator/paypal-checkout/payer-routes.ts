import { Router, type Response } from 'express';
import { readForm } from '../form-encoding';
import { html } from '../html';
import { answerBadly, PAYER_PAGE, type Misbehaviour } from '../misbehaviour';
import { sendPage } from '../page';
import { bodyOf } from '../request-body';
import { findBuyer } from './buyers';
import type { Order, Orders } from './orders';
import { approvalPage, approvedPage, cancelledPage, capturedPage, RETURN_S } from './payer-pages';
import { approve, cancelAddress, returnAddress, type TakingDeps } from './taking';

export interface PayerDeps extends TakingDeps {
  readonly base: string;
  readonly orders: Orders;
  readonly misbehaviour: Misbehaviour;
  /** How fast PayPal's days pass here, for the page. */
  readonly timeNote: string;
}

/** The page where a payer approves an order. */
export function payerRoutes(deps: PayerDeps): Router {
  const { base, orders, misbehaviour, timeNote } = deps;
  const address = `${base}/paypal/checkoutnow`;
  const router = Router();

  router.use('/checkoutnow', (_req, res, next) => {
    const fault = misbehaviour.take(PAYER_PAGE);
    if (fault === null) next();
    else answerBadly(res, fault.mode, PAYER_PAGE, `${base}/`);
  });

  router.get('/checkoutnow', (req, res) => {
    const { token } = req.query;
    withOrder(typeof token === 'string' ? token : '', res, (order) => show(order, res));
  });

  router.post('/checkoutnow', (req, res) => {
    const { token = '', buyer: key = '' } = readForm(bodyOf(req), 'utf-8');
    withOrder(token, res, (order) => {
      const buyer = findBuyer(key);
      // A second click, or one on the page in another tab, finds it approved.
      const isWaiting = order.state.kind === 'open' || order.state.kind === 'card_declined';
      if (buyer?.plan.kind === 'cancels' && isWaiting) {
        const cancelUrl = cancelAddress(order);
        const goesTo = cancelUrl === null ? null : { url: cancelUrl, afterS: RETURN_S };
        sendPage(res, 200, { base, title: 'Cancelled (simulator)', body: cancelledPage(buyer, cancelUrl), goesTo });
        return;
      }
      if (buyer?.plan.kind === 'approves' && isWaiting) approve(order, buyer, buyer.plan, deps);
      res.redirect(303, `${address}?token=${order.id}`);
    });
  });

  return router;

  function show(order: Order, res: Response): void {
    const { state } = order;
    switch (state.kind) {
      case 'open':
      case 'card_declined':
        sendPage(res, 200, {
          base,
          title: 'Pay with PayPal (simulator)',
          body: approvalPage(address, order, cancelAddress(order), timeNote),
        });
        return;
      case 'approved': {
        const returnUrl =
          state.buyer.plan.kind === 'approves' && state.buyer.plan.returns ? returnAddress(order) : null;
        const goesTo = returnUrl === null ? null : { url: returnUrl, afterS: RETURN_S };
        sendPage(res, 200, {
          base,
          title: 'Approved (simulator)',
          body: approvedPage(order, state.buyer, returnUrl, `${base}/`),
          goesTo,
        });
        return;
      }
      case 'captured':
        sendPage(res, 200, { base, title: 'Paid (simulator)', body: capturedPage(order, `${base}/`) });
    }
  }

  function withOrder(id: string, res: Response, act: (order: Order) => void): void {
    const order = orders.order(id);
    if (order) act(order);
    else {
      const body = html`<h1>Things don’t appear to be working at the moment</h1>
        <p>There is no order “${id}”, or it was long ago.</p>`;
      sendPage(res, 404, { base, title: 'No such order (simulator)', body });
    }
  }
}
