import { json, urlencoded } from 'express';
import type { Request, Response, Router } from 'express';
import type { z } from 'zod';
import { readSignInLink } from '../../books/member-sign-in';
import type { Sql } from '../../books/sql';
import type { SendPage } from '../../web/pages/layout';
import { deadLinkPage, signInPage } from '../../web/pages/sign-in-page';
import type { SignedIn, SignInDesk } from '../desks/member-sign-in';
import { hashKey } from '../http/auth';
import { sourceOf } from '../http/author';
import type { MemberCookies } from '../http/member-cookie';
import * as schemas from '../http/member-sign-in-schemas';
import { isFromElsewhere } from '../http/origin-check';
import { pageLanguage } from '../http/page-language';
import { invalid, Problem } from '../http/problems';
import { refuseOtherMethods, strictRouter } from '../http/routing';

export interface SignInRouteDependencies {
  readonly db: Sql;
  readonly signIns: SignInDesk;
  readonly cookies: MemberCookies;
  readonly sendPage: SendPage;
  readonly publicUrl: string;
}

/** Members sign in without a key: by a letter, and the page that its link opens. */
export function memberSignInRoutes(deps: SignInRouteDependencies): Router {
  const { db, signIns, cookies, sendPage, publicUrl } = deps;
  const router = strictRouter();
  const body = json({ limit: '16kb', strict: false });
  const ask = '/v1/member-sign-in';
  const session = '/v1/member-sign-in/session';
  const page = '/member-sign-in/:token';

  router.post(ask, body, async (req: Request, res: Response) => {
    const { merchant, email } = read(schemas.askForLetter, req);
    await signIns.ask(merchant, email);
    res.status(202).json({});
  });
  refuseOtherMethods(router, ask, ['post']);

  router.post(session, body, async (req: Request, res: Response) => {
    refuseElsewhere(req);
    const { token } = read(schemas.tokenOfLink, req);
    const { cookie, ...signedIn } = await signIns.signIn(token, sourceOf(req));
    cookies.set(res, cookie);
    res.json(view(signedIn));
  });
  router.put(session, body, async (req: Request, res: Response) => {
    const held = await cookies.read(req);
    if (!held) throw new Problem('unauthenticated', 'sign in by the link of a letter first');
    const { member } = read(schemas.chosenMember, req);
    res.json(view(await signIns.choose(held, member, sourceOf(req))));
  });
  router.delete(session, async (req: Request, res: Response) => {
    const held = await cookies.read(req);
    if (held) await signIns.signOut(held, sourceOf(req));
    cookies.clear(res);
    res.json({});
  });
  refuseOtherMethods(router, session, ['post', 'put', 'delete']);

  router.get(page, async (req: Request<{ token: string }>, res: Response) => {
    const link = await readSignInLink(db, hashKey(req.params.token));
    if (link?.state === 'good') sendPage(res, 200, signInPage(pageLanguage(req, link.locale), link.merchant));
    else sendPage(res, link ? 410 : 404, deadLinkPage(pageLanguage(req), link?.state ?? 'unknown'));
  });
  router.post(
    page,
    urlencoded({ extended: false, limit: '4kb' }),
    async (req: Request<{ token: string }>, res: Response) => {
      refuseElsewhere(req);
      try {
        const { cookie } = await signIns.signIn(req.params.token, sourceOf(req));
        cookies.set(res, cookie);
        res.redirect(303, '/m');
      } catch (error) {
        if (!(error instanceof Problem) || ![404, 410].includes(error.status)) throw error;
        const why = error.code === 'link_used' ? 'used' : error.code === 'link_expired' ? 'expired' : 'unknown';
        sendPage(res, error.status, deadLinkPage(pageLanguage(req), why));
      }
    },
  );
  refuseOtherMethods(router, page, ['get', 'post']);

  /** Another page must not sign somebody in as somebody else. */
  function refuseElsewhere(req: Request): void {
    if (isFromElsewhere(req, publicUrl)) throw new Problem('cross_origin', 'this is sent by our own pages only');
  }

  return router;
}

function read<Schema extends z.ZodType>(schema: Schema, req: Request): z.output<Schema> {
  if (!req.is('application/json')) throw new Problem('unsupported_media_type', 'send the body as application/json');
  const parsed = schema.safeParse(req.body);
  if (!parsed.success) throw invalid(parsed.error.issues, 'body');
  return parsed.data;
}

const view = ({ member, members }: SignedIn): z.input<typeof schemas.signedIn> => ({ member, members: [...members] });
