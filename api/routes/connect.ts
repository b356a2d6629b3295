import { urlencoded } from 'express';
import type { NextFunction, Request, Response, Router } from 'express';
import { labelOf } from '../../activities/gateways/registry';
import type { Author } from '../../books/audit';
import type { Arrival, OnboardingDesk } from '../desks/onboarding';
import { sourceOf } from '../http/author';
import { isFromElsewhere } from '../http/origin-check';
import { pageLanguage } from '../http/page-language';
import { Problem } from '../http/problems';
import { queryOf, strictRouter } from '../http/routing';
import { connectPage } from '../../web/pages/connect-page';
import type { SendPage } from '../../web/pages/layout';

/** Holds the token of the browser that came first; sent back to its own invitation only. */
const COOKIE = 'quittance_connect';
/** As long as an arrival may be confirmed. */
const COOKIE_LIFETIME_MS = 3_600_000;

const ALLOWED = ['GET', 'POST'];

type ConnectRequest = Request<{ trackingId: string }>;

/** Where the gateway sends a merchant's browser back: it shows what would be connected, and a button of the page connects it. */
export function connectRoutes({
  onboarding,
  sendPage,
  publicUrl,
}: {
  onboarding: OnboardingDesk;
  sendPage: SendPage;
  publicUrl: string;
}): Router {
  const router = strictRouter();
  const path = '/connect/:trackingId';

  // HEAD as well: whoever only looks whether a link works must not be the first to arrive.
  router.all(path, (req: ConnectRequest, _res: Response, next: NextFunction) => {
    if (!ALLOWED.includes(req.method))
      throw new Problem('method_not_allowed', `this path takes ${ALLOWED.join(', ')}`, { allow: ALLOWED });
    next();
  });

  router.get(path, async (req: ConnectRequest, res: Response) => {
    const { trackingId } = req.params;
    const arrival = await onboarding.arrive(
      holderOfLink(req),
      trackingId,
      new URLSearchParams(queryOf(req)),
      cookieOf(req),
    );
    if (arrival.outcome === 'to_confirm')
      res.cookie(COOKIE, arrival.token, {
        httpOnly: true,
        // Strict would keep it from the browser that comes from the gateway once more.
        sameSite: 'lax',
        secure: publicUrl.startsWith('https:'),
        path: `/connect/${trackingId}`,
        maxAge: COOKIE_LIFETIME_MS,
      });
    show(req, res, arrival);
  });

  router.post(path, urlencoded({ extended: false, limit: '4kb' }), async (req: ConnectRequest, res: Response) => {
    if (isFromElsewhere(req, publicUrl))
      throw new Problem('forbidden', 'this form is sent by the page it stands on, and by no other');
    const { trackingId } = req.params;
    const { token } = (req.body ?? {}) as { token?: unknown };
    const answer = await onboarding.confirm(holderOfLink(req), trackingId, new URLSearchParams(queryOf(req)), {
      cookie: cookieOf(req),
      form: typeof token === 'string' ? token : null,
    });
    // Loading the page again, or going back to it, then shows how things stand and sends nothing twice.
    if (answer.outcome === 'connected') res.redirect(303, `/connect/${trackingId}`);
    else show(req, res, answer);
  });

  function show(req: ConnectRequest, res: Response, arrival: Arrival): void {
    if (arrival.outcome === 'too_often') res.setHeader('retry-after', String(arrival.retryAfterS));
    sendPage(res, STATUSES[arrival.outcome], connectPage(arrival, pageLanguage(req), labelOf));
  }
  return router;
}

const STATUSES: Readonly<Record<Arrival['outcome'], number>> = {
  to_confirm: 200,
  connected: 200,
  not_connected: 200,
  used: 200,
  elsewhere: 403,
  unknown: 404,
  over: 410,
  too_often: 429,
  unanswered: 502,
};

/** Who comes here is a person of whom nothing is known but the link that brought them. */
const holderOfLink = (req: Request): Author => ({ actor: { kind: 'person', id: null }, source: sourceOf(req) });

function cookieOf(req: Request): string | null {
  return new RegExp(`(?:^|;)\\s*${COOKIE}=([\\w-]+)\\s*(?:;|$)`).exec(req.headers.cookie ?? '')?.[1] ?? null;
}
