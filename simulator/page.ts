import type { Response } from 'express';
import { html, type Html } from './html';

/** What a page is made of. `base` is the path under which a browser finds the simulator. */
export interface Page {
  readonly base: string;
  readonly title: string;
  readonly body: Html;
  /** Where the browser goes by itself, after so many seconds. */
  readonly goesTo?: { readonly url: string; readonly afterS: number } | null;
  /** Stands in a frame of any merchant's page, with this one script of the simulator that tells that page what happened. */
  readonly framedWith?: string;
  /** Shows other pages of the simulator in frames. */
  readonly hasFrames?: boolean;
}

// Pages load nothing but their stylesheet, and run no script unless they stand in a merchant's frame.
const policy = (isFramed: boolean, hasFrames: boolean): string =>
  `default-src 'none'; ${isFramed ? "script-src 'self'; " : ''}${hasFrames ? "frame-src 'self'; " : ''}style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors ${isFramed ? 'http: https:' : "'none'"}`;

export function sendPage(
  res: Response,
  status: number,
  { base, title, body, goesTo, framedWith, hasFrames = false }: Page,
): void {
  res.status(status);
  res.set({
    'content-security-policy': policy(framedWith !== undefined, hasFrames),
    'referrer-policy': 'same-origin', // without a referrer, browsers keep silent about the origin of our own forms too
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
          ${framedWith === undefined ? null : html`<script src="${framedWith}" defer></script>`}
        </head>
        <body>
          <p class="banner">Simulator. No real money moves here.</p>
          <main>${body}</main>
        </body>
      </html> `.text,
  );
}

/** People to choose from: who is chosen sends `field` with their key, and decides what will happen. */
export function peopleList(
  field: string,
  people: readonly { readonly key: string; readonly name: string; readonly does: string }[],
): Html {
  return html`<ul class="buyers">
    ${people.map(
      ({ key, name, does }) =>
        html`<li>
          <button name="${field}" value="${key}"><strong>${name}</strong> <span>${does}</span></button>
        </li> `,
    )}
  </ul>`;
}

/** Facts, each with its name. */
export function factTable(rows: readonly (readonly [name: string, value: string])[]): Html {
  return html`<dl>
    ${rows.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
