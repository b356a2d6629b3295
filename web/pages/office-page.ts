import type { PageLanguage } from '../../words/language';
import { OFFICE } from '../../words/office/shell-page';
import { colorScheme } from '../shared/theme';
import type { Theme } from '../shared/theme';
import type { Assets } from './assets';
import { html, inScript } from './html';

/** What the server knows when somebody opens the office. */
export interface OfficeLook {
  readonly language: PageLanguage;
  /** Chosen by the reader. */
  readonly theme: Theme;
  /** Answers of the API by path, for which the script would ask first. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** Lets the components write their own styles, and nobody else. */
  readonly nonce: string;
}

/** The office: a room that its script furnishes through the public API, with the first answers in it already. */
export function officePage(
  assets: Pick<Assets, 'scriptOf' | 'officeStyles'>,
  { language, theme, answers, nonce }: OfficeLook,
): string {
  const { url, imports } = assets.scriptOf(`office-${language}`);
  return html`<!doctype html>
    <html lang="${language}" data-theme="${theme}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="${colorScheme(theme)}" />
        <meta property="csp-nonce" nonce="${nonce}" />
        <title>${OFFICE[language].title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${assets.officeStyles}" />
        <script type="module" src="${url}"></script>
        ${imports.map((part) => html`<link rel="modulepreload" href="${part}" />`)}
      </head>
      <body>
        <div id="page">
          <noscript><p class="card">${OFFICE[language].needsScripts}</p></noscript>
        </div>
        <script type="application/json" id="answers">
          ${inScript(answers)}
        </script>
      </body>
    </html> `.text;
}
