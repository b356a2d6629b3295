import { Router, type Request, type Response } from 'express';
import { readForm } from '../form-encoding';
import { answerBadly, PAYER_PAGE, type Misbehaviour } from '../misbehaviour';
import { sendPage } from '../page';
import { bodyOf, readBody } from '../request-body';
import { findBuyer } from './buyers';
import type { Checkout, Checkouts } from './checkouts';
import { closedPage, payerPage, receiptPage, refusedPage } from './payer-pages';
import type { CheckoutForm } from './checkout-form';
import type { PayOutcome } from './pay';
import type { SubscribeOutcome } from './subscriptions/course';
import type { SubscriptionForm } from './subscriptions/form';
import { agreedPage } from './subscriptions/pages';
import { AUTO_RETURN_S } from './way-back';

export interface PayerDeps {
  readonly base: string;
  readonly checkouts: Checkouts;
  readonly misbehaviour: Misbehaviour;
  readonly pay: (form: CheckoutForm, buyerKey: string) => PayOutcome;
  readonly subscribe: (form: SubscriptionForm, buyerKey: string) => SubscribeOutcome;
  /** How fast PayPal's days pass here, for the page. */
  readonly timeNote: string;
}

/** The pages a payer clicks through once the form was found in order. */
export function payerRoutes({ base, checkouts, misbehaviour, pay, subscribe, timeNote }: PayerDeps): Router {
  const router = Router();

  router.use('/checkout', (_req, res, next) => {
    const fault = misbehaviour.take(PAYER_PAGE);
    if (fault === null) next();
    else answerBadly(res, fault.mode, PAYER_PAGE, `${base}/`);
  });

  router.get('/checkout/:id', (req, res) => {
    withCheckout(req, res, (checkout) => {
      const page = show(checkout);
      sendPage(res, 200, { base, ...page });
    });
  });

  router.post('/checkout/:id/pay', readBody, (req, res) => {
    withCheckout(req, res, (checkout) => {
      const buyer = findBuyer(readForm(bodyOf(req), 'utf-8')['buyer'] ?? '');
      // A second click, or one on the page in another tab, finds the payment made.
      if (buyer && !isDone(checkout)) checkout.state = stateAfter(decide(checkout, buyer.key));
      res.redirect(303, addressOf(checkout));
    });
  });

  router.post('/checkout/:id/close', (req, res) => {
    withCheckout(req, res, (checkout) => {
      if (checkout.state.kind === 'open') checkout.state = { kind: 'closed' };
      res.redirect(303, addressOf(checkout));
    });
  });

  router.post('/checkout/:id/open', (req, res) => {
    withCheckout(req, res, (checkout) => {
      if (checkout.state.kind === 'closed') checkout.state = { kind: 'open', trouble: null };
      res.redirect(303, addressOf(checkout));
    });
  });

  return router;

  function decide({ form }: Checkout, buyerKey: string): PayOutcome | SubscribeOutcome {
    return form.kind === 'subscription' ? subscribe(form, buyerKey) : pay(form, buyerKey);
  }

  function addressOf({ id }: Checkout): string {
    return `${base}/paypal/checkout/${id}`;
  }

  function withCheckout(req: Request<{ id: string }>, res: Response, act: (checkout: Checkout) => void): void {
    const checkout = checkouts.find(req.params.id);
    if (checkout) act(checkout);
    else
      sendPage(res, 404, {
        base,
        title: 'No such checkout',
        body: refusedPage(['This checkout is not known, or was long ago.']),
      });
  }

  function show(checkout: Checkout) {
    const { form, state } = checkout;
    const address = addressOf(checkout);
    switch (state.kind) {
      case 'open':
        return { title: 'Pay with PayPal (simulator)', body: payerPage(address, form, state.trouble, timeNote) };
      case 'closed':
        return { title: 'Closed (simulator)', body: closedPage(address) };
      case 'paid':
        return {
          title: 'Paid (simulator)',
          body: receiptPage(state.payment, `${base}/`),
          goesTo: goingTo(state.payment),
        };
      case 'agreed':
        return {
          title: 'Agreed (simulator)',
          body: agreedPage(state.subscription, `${base}/`),
          goesTo: goingTo(state.subscription),
        };
    }
  }
}

function isDone({ state }: Checkout): boolean {
  return state.kind === 'paid' || state.kind === 'agreed';
}

function goingTo({ returnUrl }: { readonly returnUrl: string | null }) {
  return returnUrl === null ? null : { url: returnUrl, afterS: AUTO_RETURN_S };
}

function stateAfter(outcome: PayOutcome | SubscribeOutcome): Checkout['state'] {
  switch (outcome.kind) {
    case 'paid':
    case 'agreed':
      return outcome;
    case 'declined':
    case 'refused':
      return { kind: 'open', trouble: outcome.reason };
  }
}
