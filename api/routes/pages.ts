import type { NextFunction, Request, Response, Router } from 'express';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { GATEWAYS, labelOf } from '../../activities/gateways/registry';
import { loadAgreement } from '../../books/agreements';
import { loadPayment } from '../../books/facts';
import type { LoadedPayment } from '../../books/facts';
import { readPageMerchant } from '../../books/merchants';
import { countHints } from '../../books/notifications';
import type { Sql } from '../../books/sql';
import type { NextAction } from '../../workflows/domain/gateway';
import { isOpen, summarizeAgreement } from '../../workflows/domain/agreement';
import { isId } from '../../workflows/domain/ids';
import { summarize } from '../../workflows/domain/payment';
import type { Tokens } from '../http/auth';
import type { Inbox } from '../desks/reception';
import type { OnboardingDesk } from '../desks/onboarding';
import type { SignInDesk } from '../desks/member-sign-in';
import type { InvitingDesk } from '../desks/inviting';
import type { PayLinkDesk } from '../desks/pay-links';
import type { RecoveryDesk } from '../desks/recovering';
import type { MemberCookies } from '../http/member-cookie';
import type { Revocations } from '../http/revocations';
import type { StaffRecognition } from '../staff/recognition';
import type { SignIn } from '../staff/sign-in';
import type { Runs } from '../../outbox/runs';
import { sayNowAndThen } from '../../platform/log';
import { isRegistered } from '../http/origins';
import { gatewayContentAllowed } from '../http/page-policy';
import { isConnectionFailure } from '../http/problems';
import { queryOf, strictRouter } from '../http/routing';
import { loadAssets } from '../../web/pages/assets';
import { pageSender, plainPage } from '../../web/pages/layout';
import { standingPage } from '../../web/pages/standing-page';
import { MEMBER_PAGES } from '../../words/member-pages';
import type { Place } from '../../words/standing';
import { pageLanguage } from '../http/page-language';
import type { AskFirst } from '../http/first-answers';
import { connectRoutes } from './connect';
import { demoEntryRoutes } from './demo-entry';
import { enteringRoutes } from './entering';
import { memberSignInRoutes } from './member-sign-in';
import { memberSpaceRoutes } from './member-space';
import { officeRoutes } from './office';
import { payRoutes } from './pay';

export interface PageDependencies {
  readonly db: Sql;
  readonly runs: Pick<Runs, 'lookAtAgreement'>;
  readonly inbox: Inbox;
  readonly tokens: Tokens;
  readonly onboarding: OnboardingDesk;
  readonly payLinks: PayLinkDesk;
  readonly signIns: SignInDesk;
  readonly inviting: InvitingDesk;
  readonly recoveries: RecoveryDesk;
  readonly recognition: StaffRecognition;
  /** By it the demo's link lets somebody in; null: there is no such link. */
  readonly demoSignIn: Pick<SignIn, 'enterDemo'> | null;
  readonly revocations: Pick<Revocations, 'look'>;
  readonly cookies: MemberCookies;
  readonly askFirst: AskFirst;
  readonly redis: Redis | null;
  readonly publicUrl: string;
  readonly simulatorPublicUrl: string;
  readonly log: Logger;
}

/** A payer comes back once or twice; whoever comes with more different tokens is trying them out on our account. */
const MOST_HINTS_PER_PAYMENT = 10;

/** Pages for a payer's browser: where the gateway sends it back, and the member space. */
export function pageRoutes({
  db,
  runs,
  inbox,
  tokens,
  onboarding,
  payLinks,
  signIns,
  inviting,
  recoveries,
  recognition,
  demoSignIn,
  revocations,
  cookies,
  askFirst,
  redis,
  publicUrl,
  simulatorPublicUrl,
  log,
}: PageDependencies): Router {
  const assets = loadAssets();
  const sendPage = pageSender(assets);

  const hintLost = sayNowAndThen((count, error) => {
    log.warn({ err: error, count }, 'hints were not kept; the gateway tells us anyway');
  });
  const lookLost = sayNowAndThen((count, error) => {
    log.warn({ err: error, count }, 'runs of agreements were not told to look; the gateway tells us anyway');
  });
  const notShown = sayNowAndThen((count, error) => {
    log.warn({ err: error, count }, 'pages could not be shown');
  });

  /** They command nothing and believe nothing of what the browser brings; what it posts is not even read. */
  function standing(place: Place) {
    return async (req: Request<{ id: string }>, res: Response): Promise<void> => {
      if (isId('agr', req.params.id)) return backFromAgreement(place, req, res);
      const payment = isId('pay', req.params.id) ? await loadPayment(db, req.params.id) : null;
      if (!payment) return sendUnknown(req, res);
      await keepHint(payment, queryOf(req)).catch(hintLost);
      const { terms, row } = payment;
      const { status, reason, captured, refunded, disputed, chargedBack, refunds } = summarize(payment);
      const merchant = await readPageMerchant(db, terms.merchantId);
      const onwards = place === 'cancel' ? [row.cancelUrl, row.returnUrl] : [row.returnUrl ?? merchant.thankYouUrl];
      const onward = onwards.find((url) => url !== null && isRegistered(url, merchant.returnOrigins));
      sendPage(
        res,
        200,
        standingPage({
          language: pageLanguage(req, merchant.locale),
          place,
          id: terms.id,
          status,
          reason,
          gatewayLabel: labelOf(terms.gateway),
          amount: terms.amount,
          currency: terms.currency,
          captured,
          refunded,
          disputed,
          chargedBack,
          refunds,
          merchant: merchant.name,
          isOwn: await isOwn(req, terms.memberId),
          token: await tokens.mintWatcher(terms.merchantId, terms.id),
          onwardUrl: onward ? withId(onward, 'payment', terms.id) : null,
          nextAction: status === 'awaiting_payer' ? (row.nextAction as NextAction) : null,
        }),
      );
    };
  }

  function sendUnknown(req: Request, res: Response): void {
    const language = pageLanguage(req);
    const { title, text } = MEMBER_PAGES[language].unknownPayment;
    sendPage(res, 404, { ...plainPage(title, text), language });
  }

  /** A browser that comes back from approving an agreement proves nothing: the gateway is asked. */
  async function backFromAgreement(place: Place, req: Request<{ id: string }>, res: Response): Promise<void> {
    const agreement = await loadAgreement(db, req.params.id);
    if (!agreement) return sendUnknown(req, res);
    const { terms, row } = agreement;
    if (place === 'return' && isOpen(summarizeAgreement(agreement).status))
      await runs.lookAtAgreement(terms.id).catch(lookLost);
    const merchant = await readPageMerchant(db, terms.merchantId);
    const onward = place === 'cancel' ? (row.cancelUrl ?? row.returnUrl) : row.returnUrl;
    if (onward !== null && isRegistered(onward, merchant.returnOrigins)) {
      res.redirect(303, withId(onward, 'agreement', terms.id));
      return;
    }
    if (await isOwn(req, terms.memberId)) {
      res.redirect(303, place === 'return' ? `/m?agreement=${terms.id}` : '/m');
      return;
    }
    const language = pageLanguage(req, merchant.locale);
    const { title, text } = MEMBER_PAGES[language].agreement[place];
    sendPage(res, 200, { ...plainPage(title, text), language });
  }

  /** Whether the browser is signed in as this member. A gateway's POST brings no cookie, and no claim to one. */
  async function isOwn(req: Request, memberId: string): Promise<boolean> {
    return req.method === 'GET' && (await cookies.read(req))?.memberId === memberId;
  }

  /** What the gateway gave the browser to bring along says where to look, and nothing else. */
  async function keepHint({ terms }: LoadedPayment, query: string): Promise<void> {
    const { id, accountId, gateway } = terms;
    const channel = (['pdt', 'poll'] as const).find((candidate) => candidate in GATEWAYS[gateway].channels);
    if (query === '' || !channel) return;
    if ((await countHints(db, id)) >= MOST_HINTS_PER_PAYMENT) return;
    await inbox.receive({ accountId, gateway }, { channel, headers: {}, body: Buffer.from(query) }, id); // refused where it names nothing
  }

  const router = strictRouter();
  router.get(assets.path, assets.serve);
  router.use(['/checkout', '/m', '/return', '/cancel', '/p'], gatewayContentAllowed({ db, simulatorPublicUrl }));
  router.use(officeRoutes({ recognition, askFirst, sendPage }));
  router.use(connectRoutes({ onboarding, sendPage, publicUrl }));
  router.use(memberSignInRoutes({ db, signIns, cookies, sendPage, publicUrl }));
  router.use(memberSpaceRoutes({ db, signIns, cookies, askFirst, sendPage, publicUrl }));
  router.use(enteringRoutes({ db, inviting, recoveries, recognition, revocations, sendPage, publicUrl }));
  if (demoSignIn) router.use(demoEntryRoutes({ db, signIn: demoSignIn, revocations, sendPage }));
  router.use(payRoutes({ payLinks, sendPage, publicUrl, redis }));
  for (const place of ['return', 'cancel'] as const)
    router.route(`/${place}/:id`).get(standing(place)).post(standing(place));
  router.use((error: unknown, req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent || !/^\/(m$|(m|return|cancel|p)\/)/.test(req.path) || !isConnectionFailure(error)) {
      next(error);
      return;
    }
    notShown(error);
    res.setHeader('retry-after', '10');
    const language = pageLanguage(req);
    const { title, text } = MEMBER_PAGES[language].notNow;
    sendPage(res, 503, { ...plainPage(title, text), language });
  });
  return router;
}

/** Adds the id and leaves the rest of the address exactly as the merchant wrote it. */
function withId(address: string, name: 'payment' | 'agreement', id: string): string {
  const url = new URL(address);
  url.search = `${url.search}${url.search === '' ? '?' : '&'}${name}=${encodeURIComponent(id)}`;
  return url.href;
}
