import { urlencoded } from 'express';
import type { Request, Response, Router } from 'express';
import type { z } from 'zod';
import { GATEWAYS } from '../../activities/gateways/registry';
import { findClub } from '../../books/merchants';
import { membersAt } from '../../books/member-sign-in';
import type { Sql } from '../../books/sql';
import { isId } from '../../workflows/domain/ids';
import type { SendPage } from '../../web/pages/layout';
import { plainPage } from '../../web/pages/layout';
import { MEMBER_VIEWS, memberPage, signedOutPage } from '../../web/pages/member-page';
import type { MemberLook, MemberView } from '../../web/pages/member-page';
import { clubPage, letterSentPage, noLettersPage } from '../../web/pages/sign-in-page';
import { balanceInWords, FIRST_LOOK } from '../../words/first-look';
import type { PageLanguage } from '../../words/language';
import { MEMBER_PAGES } from '../../words/member-pages';
import type { SignInDesk } from '../desks/member-sign-in';
import type { Caller } from '../http/auth';
import type { AskFirst } from '../http/first-answers';
import type { HeldSession, MemberCookies } from '../http/member-cookie';
import * as schemas from '../http/member-sign-in-schemas';
import type * as shapes from '../http/schemas';
import { isFromElsewhere } from '../http/origin-check';
import { pageLanguage } from '../http/page-language';
import { Problem } from '../http/problems';
import { refuseOtherMethods, strictRouter } from '../http/routing';

export interface MemberSpaceDependencies {
  readonly db: Sql;
  readonly signIns: Pick<SignInDesk, 'ask'>;
  readonly cookies: Pick<MemberCookies, 'read' | 'noteSeen'>;
  readonly askFirst: AskFirst;
  readonly sendPage: SendPage;
  readonly publicUrl: string;
}

/** The member space: `/m` for who signed in, `/checkout` for who brings a token in the address, and `/m/<club>`, where a letter is asked for. */
export function memberSpaceRoutes({
  db,
  signIns,
  cookies,
  askFirst,
  sendPage,
  publicUrl,
}: MemberSpaceDependencies): Router {
  const router = strictRouter();

  router.get('/checkout', (req: Request, res: Response) => {
    const view = viewOf(req);
    const about = { language: pageLanguage(req), base: '/checkout', gateways: GATEWAYS } as const;
    sendPage(res, 200, memberPage({ ...about, view, member: null, answers: {}, look: null }));
  });
  refuseOtherMethods(router, '/checkout', ['get']);

  router.get('/m', async (req: Request, res: Response) => {
    const session = await cookies.read(req);
    if (!session) {
      sendPage(res, 401, signedOutPage(pageLanguage(req)));
      return;
    }
    const language = pageLanguage(req, session.locale);
    cookies.noteSeen(session.id);
    const member = session.memberId;
    const view = member === null ? 'choose' : viewOf(req);
    const answers =
      member === null || view === 'choose'
        ? await choiceOf(session)
        : { ...(view === 'me' && (await choiceOf(session))), ...(await firstAnswers(session, member, view, req)) };
    sendPage(
      res,
      200,
      memberPage({
        ...{ language, view, base: '/m', member, gateways: GATEWAYS, answers },
        look: member === null ? null : lookOf(language, view, member, answers),
      }),
    );
  });
  refuseOtherMethods(router, '/m', ['get']);

  router.get('/m/:club', async (req: Request<{ club: string }>, res: Response) => {
    const club = await findClub(db, req.params.club);
    if (club) sendPage(res, 200, clubPage(pageLanguage(req, club.locale), club.name, null));
    else sendUnknownClub(req, res);
  });
  router.post(
    '/m/:club',
    urlencoded({ extended: false, limit: '4kb' }),
    async (req: Request<{ club: string }>, res: Response) => {
      if (isFromElsewhere(req, publicUrl)) throw new Problem('cross_origin', 'this is sent by our own pages only');
      const club = await findClub(db, req.params.club);
      if (!club) {
        sendUnknownClub(req, res);
        return;
      }
      const language = pageLanguage(req, club.locale);
      const written = (req.body as { readonly email?: unknown } | undefined)?.email;
      const asked = schemas.askForLetter.safeParse({ merchant: club.id, email: written });
      if (!asked.success) {
        sendPage(res, 422, clubPage(language, club.name, typeof written === 'string' ? written : ''));
        return;
      }
      try {
        await signIns.ask(club.id, asked.data.email);
        sendPage(res, 202, letterSentPage(language, club.name, asked.data.email));
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'mail_not_configured') throw error;
        sendPage(res, error.status, noLettersPage(language, club.name));
      }
    },
  );
  refuseOtherMethods(router, '/m/:club', ['get', 'post']);

  function sendUnknownClub(req: Request<{ club: string }>, res: Response): void {
    const language = pageLanguage(req);
    const { title, text } = MEMBER_PAGES[language].unknownClub;
    sendPage(res, 404, { ...plainPage(title, text), language });
  }

  /** Those who have the address of the session. */
  async function choiceOf(session: HeldSession): Promise<Readonly<Record<string, unknown>>> {
    return { '/v1/member-sign-in/session': { member: session.memberId, members: await membersAt(db, session) } };
  }

  /** What the page would ask for first. */
  function firstAnswers(
    { id, merchantId, expiresAt }: HeldSession,
    memberId: string,
    view: MemberView,
    req: Request,
  ): Promise<Readonly<Record<string, unknown>>> {
    const caller: Caller = { kind: 'member', merchantId, memberId, sessionId: id, expiresAtMs: expiresAt.getTime() };
    return askFirst(caller, addressesFor(view, memberId, req.query['payment']));
  }

  return router;
}

function viewOf(req: Request): MemberView {
  return MEMBER_VIEWS.find((view) => view === req.query['page']) ?? 'account';
}

/** What the script of a view asks for first, as it writes the addresses. */
function addressesFor(view: MemberView, member: string, returned: unknown): readonly string[] {
  const own = `/v1/members/${member}`;
  const cart = `${own}/cart`;
  switch (view) {
    case 'account': {
      const payment = typeof returned === 'string' && isId('pay', returned) ? [`/v1/payments/${returned}`] : [];
      return [cart, `${own}/checkout-options`, UNDECIDED, OFFERS, LASTING, ENDED, ...payment];
    }
    case 'payments':
      return [cart, '/v1/payments?limit=20', '/v1/refunds?limit=100'];
    case 'me':
      return [own, cart, '/v1/sessions'];
  }
}

/** What of the first answers is seen before the script has come. */
function lookOf(
  language: PageLanguage,
  view: MemberView | 'choose',
  member: string,
  answers: Readonly<Record<string, unknown>>,
): MemberLook | null {
  const own = `/v1/members/${member}`;
  const cart = answers[`${own}/cart`] as z.input<typeof shapes.cart> | undefined;
  const options = answers[`${own}/checkout-options`] as z.input<typeof shapes.checkoutOptions> | undefined;
  const person = answers[own] as z.input<typeof shapes.member> | undefined;
  if (!cart || view === 'choose') return null;
  const names = FIRST_LOOK[language].pages;
  const titles = { account: balanceInWords(cart, language), payments: names.payments, me: person?.name ?? names.me };
  const isTest = options?.data.some(({ available, environment }) => available && environment !== 'live') ?? false;
  return { merchant: cart.merchantName, title: titles[view], isTest };
}

/** What the member can begin, what is begun, and what has ended last. */
const OFFERS = '/v1/offers?limit=100';
const LASTING = '/v1/agreements?status=created,awaiting_payer,active,past_due,suspended&limit=100';
const ENDED = '/v1/agreements?status=cancelled,completed,expired,failed&limit=10';

/** The payments of a member in which something may happen still. */
const UNDECIDED = '/v1/payments?status=created,awaiting_payer,processing,needs_review,disputed&limit=20';
