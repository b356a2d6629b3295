/** Light or dark by the reader's choice; `system`: as their device has it. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const YEAR_S = 31_536_000;
const CHOSEN = /(?:^|;)\s*quittance_theme=(\w+)/;

/** The theme that a browser keeps among these cookies; it is a wish, and no secret. */
export function themeOf(cookies: string | undefined): Theme {
  const chosen = CHOSEN.exec(cookies ?? '')?.[1];
  return THEMES.find((theme) => theme === chosen) ?? 'system';
}

/** The cookie by which the server writes every page of this browser so from the first, and nothing flashes. */
export function themeCookie(theme: Theme): string {
  return `quittance_theme=${theme}; Path=/; Max-Age=${theme === 'system' ? 0 : YEAR_S}; SameSite=Lax`;
}

/** What a browser is told before it has the styles. */
export const colorScheme = (theme: Theme): string => (theme === 'system' ? 'light dark' : theme);
