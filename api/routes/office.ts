import type { Request, Response, Router } from 'express';
import type { SendPage } from '../../web/pages/layout';
import { officePage } from '../../web/pages/office-page';
import { addressOf, askedToday, dayIn, MERCHANT, SESSION } from '../../web/shared/today';
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

const FIRST_PAGE = '/office';

/** The office, under one address and all below it: the script reads from the address which page is meant. */
export function officeRoutes({ recognition, askFirst, sendPage }: OfficeDependencies): Router {
  const router = strictRouter();
  const show = async (req: Request, res: Response): Promise<void> => {
    const answers = await firstAnswers(req).catch(() => ({})); // the script asks for itself, and says what is wrong
    const isFirstPage = req.path === FIRST_PAGE;
    sendPage(res, 200, officePage({ language: pageLanguage(req), answers, nonce: nonceOf(res), isFirstPage }));
  };
  for (const path of ['/office', '/office/*page']) {
    router.get(path, officeContentAllowed, show);
    refuseOtherMethods(router, path, ['get']);
  }

  async function firstAnswers(req: Request): Promise<Readonly<Record<string, unknown>>> {
    const caller = await recognition.recognise(req);
    if (caller === null) return {};
    const answers = await askFirst(caller, [SESSION, MERCHANT].map(addressOf));
    const merchant = answers[addressOf(MERCHANT)];
    if (req.path !== FIRST_PAGE || !isMerchant(merchant)) return answers;
    const today = dayIn(merchant.timeZone, new Date());
    return { ...answers, ...(await askFirst(caller, askedToday(today).map(addressOf))) };
  }
  return router;
}

/** Who works for no merchant yet has none. */
const isMerchant = (answer: unknown): answer is { readonly timeZone: string } =>
  typeof answer === 'object' && answer !== null && 'timeZone' in answer;
