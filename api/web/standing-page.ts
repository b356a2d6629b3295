import type { NextAction } from '../../workflows/domain/gateway';
import { describeMoney } from '../../workflows/domain/money';
import { html } from './html';
import type { Html } from './html';
import type { Page } from './layout';
import { describeStanding, gatewayLabel } from './words';
import type { Place, Standing } from './words';

export interface StandingPage extends Standing {
  readonly place: Place;
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly merchant: string;
  /** Read-only, for this payment alone. */
  readonly token: string;
  /** Where the merchant wants the browser next, with the payment's id in it; null: this is where the way ends. */
  readonly onwardUrl: string | null;
  /** What the payer may still do; null once it is too late. */
  readonly nextAction: NextAction | null;
}

/** How long a browser without scripts waits, before it goes on or looks again. */
const WITHOUT_SCRIPT_S = 10;

/** Where a payment stands, for the payer who comes back from the gateway; complete without scripts, and live with them. */
export function standingPage(page: StandingPage): Page {
  const { place, id, amount, currency, merchant, token, onwardUrl, status, gateway } = page;
  const words = describeStanding(page, page);
  return {
    title: `${words.title} · ${merchant}`,
    script: 'standing.js',
    head: refreshWithoutScript(onwardUrl, words.settled),
    body: html`<main
      class="narrow"
      id="page"
      data-payment="${id}"
      data-token="${token}"
      data-place="${place}"
      data-merchant="${merchant}"
      data-onward="${onwardUrl ?? ''}"
    >
      <p class="merchant">${merchant}</p>
      <section class="card standing" id="standing" data-tone="${words.tone}" data-status="${status}">
        <p class="amount">${describeMoney({ amount, currency })}</p>
        <div role="status" aria-live="polite">
          <h1 id="title">${words.title}</h1>
          <p id="text">${words.text}</p>
        </div>
        <p class="note" id="connection" role="status" hidden></p>
      </section>
      <div class="actions">
        ${place === 'cancel' ? html`<div id="continue">${continueButton(page.nextAction, gateway)}</div>` : null}
        ${
          onwardUrl === null
            ? null
            : html`<a class="button ${place === 'cancel' && page.nextAction ? 'quiet' : ''}" id="onward" href="${onwardUrl}"
                >Back to ${merchant}</a
              >`
        }
      </div>
      <p class="note moving" id="moving" hidden>
        <span id="countdown"></span> <button type="button" class="link" id="stay">Stay here</button>
      </p>
      ${onwardUrl === null ? html`<p class="note">You can close this page. Nothing depends on it staying open.</p>` : null}
      <p class="note reference">Payment <code>${id}</code> through ${gatewayLabel(gateway)}</p>
    </main>`,
  };
}

function refreshWithoutScript(onwardUrl: string | null, settled: boolean): Html | null {
  if (onwardUrl !== null) return html`<noscript><meta http-equiv="refresh" content="${WITHOUT_SCRIPT_S}; url=${onwardUrl}" /></noscript>`;
  return settled ? null : html`<noscript><meta http-equiv="refresh" content="${WITHOUT_SCRIPT_S}" /></noscript>`;
}

function continueButton(action: NextAction | null, gateway: string): Html | null {
  const label = `Go on paying with ${gatewayLabel(gateway)}`;
  switch (action?.kind) {
    case 'form':
      return html`<form method="post" action="${action.action}" accept-charset="utf-8">
        ${Object.entries(action.fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
        <button>${label}</button>
      </form>`;
    case 'redirect':
      return html`<a class="button" href="${action.url}">${label}</a>`;
    case 'widget':
    case 'prompt':
    case undefined:
      return null; // nothing that a page without the gateway's own script can do
  }
}
