import type { Request, Response, Router } from 'express';
import type { SendPage } from '../../web/pages/layout';
import { officePage } from '../../web/pages/office-page';
import { dayIn } from '../../web/shared/days';
import { addressOf, ASKED_BEFORE_PAID, askedToday, MERCHANT, PAID, SESSION } from '../../web/shared/today';
import type { Asked } from '../../web/shared/today';
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
    const isFirstPage = req.path === FIRST_PAGE;
    const answers = await firstAnswers(req, isFirstPage).catch(() => ({})); // the script asks for itself, and says what is wrong
    sendPage(res, 200, officePage({ language: pageLanguage(req), answers, nonce: nonceOf(res), isFirstPage }));
  };
  for (const path of ['/office', '/office/*page']) {
    router.get(path, officeContentAllowed, show);
    refuseOtherMethods(router, path, ['get']);
  }

  async function firstAnswers(req: Request, isFirstPage: boolean): Promise<Readonly<Record<string, unknown>>> {
    const caller = await recognition.recognise(req);
    if (caller === null) return {};
    const ask = (asked: readonly Asked[]) => askFirst(caller, asked.map(addressOf));
    const everywhere = await ask([SESSION, MERCHANT]);
    const merchant = everywhere[addressOf(MERCHANT)];
    if (!isFirstPage || !isMerchant(merchant)) return everywhere;
    const today = await ask(askedToday(dayIn(merchant.timeZone, new Date())));
    const beforePaid = isEmptyPage(today[addressOf(PAID)]) ? await ask(ASKED_BEFORE_PAID) : {};
    return { ...everywhere, ...today, ...beforePaid };
  }
  return router;
}

/** Who works for no merchant yet has none. */
const isMerchant = (answer: unknown): answer is { readonly timeZone: string } =>
  typeof answer === 'object' && answer !== null && 'timeZone' in answer;

const isEmptyPage = (answer: unknown): boolean =>
  typeof answer === 'object' &&
  answer !== null &&
  'data' in answer &&
  Array.isArray(answer.data) &&
  answer.data.length === 0;
