export const PAGE_LANGUAGES = ['en', 'fr'] as const;
/** A language that pages, papers and letters are written in. */
export type PageLanguage = (typeof PAGE_LANGUAGES)[number];

/** The language that a browser asks for first of those we have; else the first of these that is given. */
export function languageFor(accepted: string | undefined, ...others: readonly (PageLanguage | null)[]): PageLanguage {
  const wanted = (accepted ?? '').split(',').map((part) => part.trim().slice(0, 2).toLowerCase());
  return wanted.find(isPageLanguage) ?? others.find((other) => other !== null) ?? 'en';
}

export function isPageLanguage(code: string): code is PageLanguage {
  return PAGE_LANGUAGES.some((language) => language === code);
}
