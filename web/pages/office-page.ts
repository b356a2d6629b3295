import type { PageLanguage } from '../../words/language';
import { OFFICE } from '../../words/office/shell-page';
import { html, inScript } from './html';
import type { Page } from './layout';

/** What the server knows when somebody opens the office. */
export interface OfficeLook {
  readonly language: PageLanguage;
  /** Answers of the API by path, for which the script would ask first. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** Lets the components write their own styles, and nobody else. */
  readonly nonce: string;
  /** Whether the address is that of the first page, whose own part of the script is wanted at once. */
  readonly isFirstPage: boolean;
}

/** The office: a room that its script furnishes through the public API, with the first answers in it already. */
export function officePage({ language, answers, nonce, isFirstPage }: OfficeLook): Page {
  const { title, needsScripts } = OFFICE[language];
  return {
    title,
    language,
    script: 'office',
    ...(isFirstPage && { opens: 'today' as const }),
    head: html`<meta property="csp-nonce" nonce="${nonce}" />`,
    body: html`<div id="page">
        <noscript><p class="card">${needsScripts}</p></noscript>
      </div>
      <script type="application/json" id="answers">
        ${inScript(answers)}
      </script>`,
  };
}
