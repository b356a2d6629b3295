import type { PageLanguage } from '../../../words/language';

/** How the office looks: as the system does, or by choice. */
export const LOOKS = ['system', 'light', 'dark'] as const;
export type Look = (typeof LOOKS)[number];

const YEAR_S = 31_536_000;

/** Kept where the server reads it too, so that a page comes as it was chosen: in its language, and without a flash of the other look. */
function keep(name: 'quittance_language' | 'quittance_look', value: string): void {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_S}; samesite=lax`;
}

/** The office is written anew in this language. */
export function chooseLanguage(language: PageLanguage): void {
  keep('quittance_language', language);
  location.reload();
}

export function look(): Look {
  return LOOKS.find((name) => name === document.documentElement.dataset['look']) ?? 'system';
}

export function chooseLook(chosen: Look): void {
  keep('quittance_look', chosen);
  if (chosen === 'system') delete document.documentElement.dataset['look'];
  else document.documentElement.dataset['look'] = chosen;
}
