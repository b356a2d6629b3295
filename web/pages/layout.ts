import type { Response } from 'express';
import type { Assets } from './assets';
import { html } from './html';
import type { Html } from './html';

export interface Page {
  readonly title: string;
  readonly body: Html;
  /** An asset, run as a module. */
  readonly script?: string;
  /** More for the head. */
  readonly head?: Html | null;
  /** English where it is not given. */
  readonly language?: 'en' | 'fr';
}

export type SendPage = (res: Response, status: number, page: Page) => void;

/** Sends whole pages. */
export function pageSender(assets: Assets): SendPage {
  return (res, status, { title, body, script, head, language = 'en' }) => {
    res.status(status).type('html');
    res.send(
      html`<!doctype html>
        <html lang="${language}">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="robots" content="noindex" />
            <meta name="color-scheme" content="light dark" />
            <title>${title}</title>
            <link rel="icon" href="data:," />
            <link rel="stylesheet" href="${assets.urlOf('style.css')}" />
            ${head ?? null}${script === undefined ? null : html`<script type="module" src="${assets.urlOf(script)}"></script>`}
          </head>
          <body>
            ${body}
          </body>
        </html> `.text,
    );
  };
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
