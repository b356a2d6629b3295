import type { Response } from 'express';
import type { PageLanguage } from '../../words/language';
import { colorScheme, themeOf } from '../shared/theme';
import type { Assets, PartName, ScriptName } from './assets';
import { html } from './html';
import type { Html } from './html';

export interface Page {
  readonly title: string;
  readonly body: Html;
  /** Run as a module: the member's and the office's in the language of the page. The office has styles of its own. */
  readonly script?: 'member' | 'office' | 'entering';
  /** The part of the script that it will load first by itself. */
  readonly opens?: PartName;
  /** More for the head. */
  readonly head?: Html | null;
  /** English where it is not given. */
  readonly language?: PageLanguage;
}

export type SendPage = (res: Response, status: number, page: Page) => void;

/** Sends whole pages. */
export function pageSender(assets: Assets): SendPage {
  return (res, status, { title, body, script, opens, head, language = 'en' }) => {
    const theme = themeOf(res.req.headers.cookie);
    res.status(status).type('html');
    res.send(
      html`<!doctype html>
        <html lang="${language}" data-theme="${theme}">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="robots" content="noindex" />
            <meta name="color-scheme" content="${colorScheme(theme)}" />
            <title>${title}</title>
            <link rel="icon" href="data:," />
            <link rel="stylesheet" href="${script === 'office' ? assets.officeStyles : assets.styles}" />
            ${head ?? null}${script === undefined ? null : scriptTags(assets, script === 'entering' ? script : `${script}-${language}`, opens)}
          </head>
          <body>
            ${body}
          </body>
        </html> `.text,
    );
  };
}

/** The script, and beside it what it imports, so that one journey brings all. */
function scriptTags(assets: Assets, name: ScriptName, opens?: PartName): Html {
  const { url, imports } = assets.scriptOf(name, opens);
  return html`<script type="module" src="${url}"></script>
    ${imports.map((part) => html`<link rel="modulepreload" href="${part}" />`)}`;
}

/** A page that says one thing. */
export function plainPage(title: string, text: string): Page {
  return {
    title,
    body: html`<main class="narrow">
      <section class="card standing" data-tone="bad">
        <h1>${title}</h1>
        <p>${text}</p>
      </section>
    </main>`,
  };
}
