import type { Request, Response, Router } from 'express';
import { takeDemoEntry } from '../../books/demo-entry';
import type { Sql } from '../../books/sql';
import { deadLetterPage } from '../../web/pages/entering-pages';
import type { SendPage } from '../../web/pages/layout';
import { pageLanguage } from '../http/page-language';
import { isFromThisMachine } from '../http/this-machine';
import type { Revocations } from '../http/revocations';
import { refuseOtherMethods, strictRouter } from '../http/routing';
import { signInHeaders } from '../staff/sign-in';
import type { SignIn } from '../staff/sign-in';

export interface DemoEntryDependencies {
  readonly db: Sql;
  readonly signIn: Pick<SignIn, 'enterDemo'>;
  readonly revocations: Pick<Revocations, 'look'>;
  readonly sendPage: SendPage;
}

const OFFICE = '/office';

/**
 * The link that `npm start` prints: it opens the office of the demo as its treasurer, once. It is there only where DEMO_ENTRY is 1, which no
 * API takes whose PUBLIC_URL is another machine's. Its token is 256 random bits that stand on the terminal, and hashed in the database.
 * Nobody but this machine is answered, under no name but its own, through no proxy; and no page elsewhere can lead a browser through it.
 */
export function demoEntryRoutes({ db, signIn, revocations, sendPage }: DemoEntryDependencies): Router {
  const router = strictRouter();
  const path = '/demo-entry/:token';
  router.head(path, (_req: Request, res: Response) => {
    res.status(200).end(); // a program that only looks uses nothing up
  });
  router.get(path, async (req: Request<{ token: string }>, res: Response) => {
    const personId = isFromThisMachine(req) && isMeant(req) ? await takeDemoEntry(db, req.params.token) : null;
    if (personId === null) {
      const language = pageLanguage(req);
      sendPage(res, 404, deadLetterPage(language, 'unknown'));
      return;
    }
    const cookies = await signIn.enterDemo(personId, signInHeaders(req));
    await revocations.look();
    for (const cookie of cookies) res.append('set-cookie', cookie);
    res.redirect(303, OFFICE);
  });
  refuseOtherMethods(router, path, ['get']);
  return router;
}

/** Typed, or opened from a terminal: no page elsewhere sent the browser, and it is not only looking ahead. */
function isMeant(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  return (site === undefined || site === 'none' || site === 'same-origin') && req.get('sec-purpose') === undefined;
}
