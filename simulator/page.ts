import type { Response } from 'express';
import { html, type Html } from './html';

/** What a page is made of. `base` is the path under which a browser finds the simulator. */
export interface Page {
  readonly base: string;
  readonly title: string;
  readonly body: Html;
  /** Where the browser goes by itself, after so many seconds. */
  readonly goesTo?: { readonly url: string; readonly afterS: number } | null;
}

// Pages run no script and load nothing but their stylesheet.
const POLICY = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export function sendPage(res: Response, status: number, { base, title, body, goesTo }: Page): void {
  res.status(status);
  res.set({
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  res.type('html').send(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          ${goesTo ? html`<meta http-equiv="refresh" content="${goesTo.afterS}; url=${goesTo.url}" />` : null}
          <title>${title}</title>
          <link rel="icon" href="data:," />
          <link rel="stylesheet" href="${base}/style.css" />
        </head>
        <body>
          <p class="banner">Simulator. No real money moves here.</p>
          <main>${body}</main>
        </body>
      </html> `.text,
  );
}
