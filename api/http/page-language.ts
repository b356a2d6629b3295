import type { Request } from 'express';
import { isPageLanguage, languageFor } from '../../words/language';
import type { PageLanguage } from '../../words/language';

/** Kept by the page on which a reader chooses a language; it is a wish, and no secret. */
const CHOSEN = /(?:^|;)\s*quittance_language=(\w+)/;

/** The language that the reader chose; else what the browser asks for, of those we have; else the first of these that is given. */
export function pageLanguage(req: Pick<Request, 'get'>, ...others: readonly (PageLanguage | null)[]): PageLanguage {
  const chosen = CHOSEN.exec(req.get('cookie') ?? '')?.[1];
  return chosen !== undefined && isPageLanguage(chosen) ? chosen : languageFor(req.get('accept-language'), ...others);
}
