import type { PageLanguage } from '../../../words/language';
import { colorScheme, themeCookie, themeOf } from '../../shared/theme';
import type { Theme } from '../../shared/theme';

const YEAR_S = 31_536_000;

/** The office is written anew in this language; the server reads the choice too. */
export function chooseLanguage(language: PageLanguage): void {
  document.cookie = `quittance_language=${language}; path=/; max-age=${YEAR_S}; samesite=lax`;
  location.reload();
}

export const theme = (): Theme => themeOf(document.cookie);

export function chooseTheme(chosen: Theme): void {
  document.cookie = themeCookie(chosen);
  document.documentElement.dataset['theme'] = chosen;
  document.querySelector('meta[name=color-scheme]')?.setAttribute('content', colorScheme(chosen));
}
