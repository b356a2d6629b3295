import type { Request, Response, Router } from 'express';
import type { SendPage } from '../../web/pages/layout';
import { officePage } from '../../web/pages/office-page';
import type { AskFirst } from '../http/first-answers';
import { pageLanguage } from '../http/page-language';
import { nonceOf, officeContentAllowed } from '../http/page-policy';
import { refuseOtherMethods, strictRouter } from '../http/routing';
import type { StaffRecognition } from '../staff/recognition';

export interface OfficeDependencies {
  readonly recognition: Pick<StaffRecognition, 'recognise'>;
  readonly askFirst: AskFirst;
  readonly sendPage: SendPage;
}

/** What every page of the office asks first. */
const FIRST = ['/v1/session', '/v1/merchant'];

/** The office, under one address and all below it: the script reads from the address which page is meant. */
export function officeRoutes({ recognition, askFirst, sendPage }: OfficeDependencies): Router {
  const router = strictRouter();
  const show = async (req: Request, res: Response): Promise<void> => {
    const answers = await firstAnswers(req).catch(() => ({})); // the script asks for itself, and says what is wrong
    sendPage(res, 200, officePage({ language: pageLanguage(req), answers, nonce: nonceOf(res) }));
  };
  for (const path of ['/office', '/office/*page']) {
    router.get(path, officeContentAllowed, show);
    refuseOtherMethods(router, path, ['get']);
  }

  async function firstAnswers(req: Request): Promise<Readonly<Record<string, unknown>>> {
    const caller = await recognition.recognise(req);
    return caller === null ? {} : askFirst(caller, FIRST);
  }
  return router;
}
