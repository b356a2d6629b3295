import { Router, type Response } from 'express';
import { readForm } from '../../form-encoding';
import { html } from '../../html';
import { answerBadly, PAYER_PAGE, type Misbehaviour } from '../../misbehaviour';
import { sendPage } from '../../page';
import { bodyOf } from '../../request-body';
import { findBuyer } from '../buyers';
import { cancelledPage, RETURN_S } from '../payer-pages';
import { approve, cancelAddress, returnAddress, revise, type BillingDeps } from './billing';
import { revisingPage, subscribedPage, subscribingPage } from './payer-pages';
import type { Subscription, Subscriptions } from './subscriptions';

export interface SubscriptionPayerDeps extends BillingDeps {
  readonly base: string;
  readonly subscriptions: Subscriptions;
  readonly misbehaviour: Misbehaviour;
}

/** Where the page is, below `/paypal`. */
export const APPROVAL_PATH = '/webapps/billing/subscriptions';

/** The page where a payer approves a subscription, or a higher price. */
export function subscriptionPayerRoutes(deps: SubscriptionPayerDeps): Router {
  const { base, subscriptions, misbehaviour } = deps;
  const address = `${base}/paypal${APPROVAL_PATH}`;
  const router = Router();

  router.use(APPROVAL_PATH, (_req, res, next) => {
    const fault = misbehaviour.take(PAYER_PAGE);
    if (fault === null) next();
    else answerBadly(res, fault.mode, PAYER_PAGE, `${base}/`);
  });

  router.get(APPROVAL_PATH, (req, res) => {
    const { ba_token: token } = req.query;
    withSubscription(typeof token === 'string' ? token : '', res, (subscription) => show(subscription, res));
  });

  router.post(APPROVAL_PATH, (req, res) => {
    const { ba_token: token = '', buyer: key = '', answer } = readForm(bodyOf(req), 'utf-8');
    withSubscription(token, res, (subscription) => {
      const { revision, status } = subscription;
      if (revision !== null) {
        if (answer === 'approve') revise(subscription, revision, deps);
        else subscription.revision = null;
        leave(res, answer === 'approve' ? returnAddress(subscription) : cancelAddress(subscription));
        return;
      }
      const buyer = findBuyer(key);
      // A second click, or one on the page in another tab, finds it approved.
      const isWaiting = status === 'APPROVAL_PENDING';
      if (buyer?.plan.kind === 'cancels' && isWaiting) {
        const cancelUrl = cancelAddress(subscription);
        const goesTo = cancelUrl === null ? null : { url: cancelUrl, afterS: RETURN_S };
        sendPage(res, 200, { base, title: 'Cancelled (simulator)', body: cancelledPage(buyer, cancelUrl), goesTo });
        return;
      }
      if (buyer?.plan.kind === 'approves' && isWaiting) approve(subscription, buyer, buyer.plan, deps);
      res.redirect(303, `${address}?ba_token=${subscription.approvalToken}`);
    });
  });

  return router;

  function show(subscription: Subscription, res: Response): void {
    const { payer, revision } = subscription;
    if (revision !== null) {
      const body = revisingPage(address, subscription, revision);
      sendPage(res, 200, { base, title: 'Approve another price (simulator)', body });
    } else if (payer === null) {
      const body = subscribingPage(address, subscription, cancelAddress(subscription));
      sendPage(res, 200, { base, title: 'Subscribe with PayPal (simulator)', body });
    } else {
      const returns = payer.plan.kind === 'approves' && payer.plan.returns;
      const returnUrl = returns ? returnAddress(subscription) : null;
      const goesTo = returnUrl === null ? null : { url: returnUrl, afterS: RETURN_S };
      const body = subscribedPage(subscription, payer, returnUrl, `${base}/`);
      sendPage(res, 200, { base, title: 'Approved (simulator)', body, goesTo });
    }
  }

  /** After an answer to another price: back to the merchant, where one is named. */
  function leave(res: Response, url: string | null): void {
    const goesTo = url === null ? null : { url, afterS: RETURN_S };
    const body = html`<h1>Your answer was noted</h1>
      ${url === null ? null : html`<p><a class="button" href="${url}">Return to merchant</a></p>`}`;
    sendPage(res, 200, { base, title: 'Answered (simulator)', body, goesTo });
  }

  function withSubscription(token: string, res: Response, act: (subscription: Subscription) => void): void {
    const subscription = subscriptions.byToken(token);
    if (subscription !== undefined) {
      act(subscription);
      return;
    }
    const body = html`<h1>Things don’t appear to be working at the moment</h1>
      <p>There is no subscription with the token “${token}”, or it was long ago.</p>`;
    sendPage(res, 404, { base, title: 'No such subscription (simulator)', body });
  }
}
