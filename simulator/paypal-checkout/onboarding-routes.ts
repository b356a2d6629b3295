import { Router, type Response } from 'express';
import { readForm } from '../form-encoding';
import { html, type Html } from '../html';
import { peopleList, sendPage } from '../page';
import { bodyOf } from '../request-body';
import type { Decision, Onboarding, Referral } from './onboarding';
import { RETURN_S } from './payer-pages';
import { findPerson, PERSONS } from './persons';

/** The page where a seller lets a partner's app act for him. */
export function onboardingRoutes({ base, onboarding }: { base: string; onboarding: Onboarding }): Router {
  const address = `${base}/paypal/bizsignup/partner/entry`;
  const router = Router();

  router.get('/bizsignup/partner/entry', (req, res) => {
    const { referralToken } = req.query;
    withReferral(typeof referralToken === 'string' ? referralToken : '', res, (referral) => {
      sendPage(res, 200, { base, title: 'Connect with PayPal (simulator)', body: choicePage(address, referral, null) });
    });
  });

  router.post('/bizsignup/partner/entry', (req, res) => {
    const { referralToken = '', person: key = '' } = readForm(bodyOf(req), 'utf-8');
    withReferral(referralToken, res, (referral) => {
      const person = findPerson(key);
      if (!person) {
        res.redirect(303, `${address}?referralToken=${referral.token}`);
        return;
      }
      const decision = onboarding.decide(referral, person);
      if (decision.kind === 'refused') {
        sendPage(res, 200, {
          base,
          title: 'Refused (simulator)',
          body: choicePage(address, referral, decision.reason),
        });
        return;
      }
      const goesTo = decision.returnUrl === null ? null : { url: decision.returnUrl, afterS: RETURN_S };
      sendPage(res, 200, { base, title: 'Connected (simulator)', body: donePage(decision, person.name), goesTo });
    });
  });

  return router;

  function withReferral(token: string, res: Response, act: (referral: Referral) => void): void {
    const referral = onboarding.referral(token);
    if (referral) act(referral);
    else {
      const body = html`<h1>This link does not work any more</h1>
        <p>Ask the partner for a new one.</p>`;
      sendPage(res, 404, { base, title: 'No such invitation (simulator)', body });
    }
  }
}

function choicePage(action: string, { token, trackingId, features }: Referral, trouble: string | null): Html {
  return html`<h1>Connect your PayPal account</h1>
    ${trouble === null ? null : html`<p class="alert" role="alert">${trouble}</p>`}
    <dl>
      <div>
        <dt>Asked for</dt>
        <dd>${features.join(', ')}</dd>
      </div>
      <div>
        <dt>Tracking id</dt>
        <dd>${trackingId}</dd>
      </div>
    </dl>
    <h2>Who are you?</h2>
    <p>Choose a test seller. What is written is what will happen.</p>
    <form method="post" action="${action}">
      <input type="hidden" name="referralToken" value="${token}" />
      ${peopleList('person', PERSONS)}
    </form>`;
}

function donePage(decision: Exclude<Decision, { kind: 'refused' }>, name: string): Html {
  const { returnUrl } = decision;
  return html`<h1>${decision.kind === 'granted' ? `${name} is connected` : `${name} said no`}</h1>
    ${
      returnUrl === null
        ? html`<p>The partner named no page to return to.</p>`
        : html`<p><a class="button" href="${returnUrl}">Return to the partner</a></p>
            <p class="note">You will be sent back in ${RETURN_S} seconds.</p>`
    }`;
}
