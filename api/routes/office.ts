import { randomBytes } from 'node:crypto';
import type { NextFunction, Request, Response, Router } from 'express';
import helmet from 'helmet';
import type { Assets } from '../../web/pages/assets';
import { officePage } from '../../web/pages/office-page';
import { themeOf } from '../../web/shared/theme';
import type { AskApi } from '../http/first-answers';
import { pageLanguage } from '../http/page-language';
import { Problem } from '../http/problems';
import { refuseOtherMethods, strictRouter } from '../http/routing';
import type { StaffRecognition } from '../staff/recognition';

export interface OfficeDependencies {
  readonly assets: Pick<Assets, 'scriptOf' | 'officeStyles'>;
  readonly recognition: Pick<StaffRecognition, 'recognise'>;
  readonly askApi: AskApi;
}

/** What every page of the office asks first. */
const FIRST = ['/v1/session', '/v1/merchant'];

/** The office, under one address and all below it: the script reads from the address which page is meant. */
export function officeRoutes({ assets, recognition, askApi }: OfficeDependencies): Router {
  const router = strictRouter();
  const show = async (req: Request, res: Response): Promise<void> => {
    const nonce = randomBytes(16).toString('base64');
    policyWith(nonce)(req, res, (error?: unknown) => {
      if (error !== undefined) throw error as Error;
    });
    const answers = await firstAnswers(req).catch(() => ({})); // the script asks for itself, and says what is wrong
    res
      .type('html')
      .send(officePage(assets, { language: pageLanguage(req), theme: themeOf(req.get('cookie')), answers, nonce }));
  };
  for (const path of ['/office', '/office/*page']) {
    router.get(path, show);
    refuseOtherMethods(router, path, ['get']);
  }

  async function firstAnswers(req: Request): Promise<Readonly<Record<string, unknown>>> {
    const caller = await recognition.recognise(req);
    if (caller === null) return {};
    const answers = await Promise.all(
      FIRST.map((address) =>
        askApi(caller, address).then(
          (answer) => [[address, answer] as const],
          (error: unknown) => {
            if (!(error instanceof Problem)) throw error;
            return [];
          },
        ),
      ),
    );
    return Object.fromEntries(answers.flat());
  }
  return router;
}

/** Everything is our own; the components write two styles of theirs, which the nonce lets in. */
function policyWith(nonce: string): (req: Request, res: Response, next: NextFunction) => void {
  return helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", `'nonce-${nonce}'`],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  });
}
