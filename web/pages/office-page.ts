import type { PageLanguage } from '../../words/language';
import { OFFICE } from '../../words/office/shell-page';
import type { Assets } from './assets';
import { html, Html, inScript } from './html';

/** What the server knows when somebody opens the office. */
export interface OfficeLook {
  readonly language: PageLanguage;
  /** Chosen by the reader; null: as the system does. */
  readonly look: 'light' | 'dark' | null;
  /** Answers of the API by path, for which the script would ask first. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** Lets the components write their own styles, and nobody else. */
  readonly nonce: string;
}

/** The office: a room that its script furnishes through the public API, with the first answers in it already. */
export function officePage(
  assets: Pick<Assets, 'scriptOf' | 'officeStyles'>,
  { language, look, answers, nonce }: OfficeLook,
): string {
  const { url, imports } = assets.scriptOf(`office-${language}`);
  return html`<!doctype html>
    <html lang="${language}" ${look === null ? null : new Html(`data-look="${look}"`)}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
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
