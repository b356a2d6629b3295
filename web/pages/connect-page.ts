import type { z } from 'zod';
import { unreachable } from '../../workflows/domain/unreachable';
import type { Arrival } from '../../api/desks/onboarding';
import type * as schemas from '../../api/http/schemas';
import { CONNECTING } from '../../words/connecting';
import { fillIn } from '../../words/filling';
import type { PageLanguage } from '../../words/language';
import { html } from './html';
import type { Html } from './html';
import { plainPage } from './layout';
import type { Page } from './layout';

type AccountCheck = z.output<typeof schemas.account>['checks'][number];

/** For the treasurer who comes back from the gateway: what would be connected, or how it stands and what to do. Works without scripts. `labelOf`: what a gateway is called. */
export function connectPage(arrival: Arrival, language: PageLanguage, labelOf: (gateway: string) => string): Page {
  return { ...pageOf(arrival, language, labelOf), language };
}

function pageOf(arrival: Arrival, language: PageLanguage, labelOf: (gateway: string) => string): Page {
  const words = CONNECTING[language];
  const say = ({ title, text }: { readonly title: string; readonly text: string }, gateway = '') => {
    const label = gateway === '' ? '' : labelOf(gateway);
    return plainPage(fillIn(title, { label }), fillIn(text, { label }));
  };
  switch (arrival.outcome) {
    case 'to_confirm':
      return confirmPage(arrival, language, labelOf(arrival.gateway));
    case 'connected':
      return connectedPage(arrival, language, labelOf(arrival.account.gateway));
    case 'not_connected':
      return {
        title: words.notConnected.title,
        body: html`<main class="narrow">
          <section class="card standing" data-tone="bad">
            <h1>${words.notConnected.heading}</h1>
            <p lang="en">${arrival.detail}.</p>
            <p>${words.notConnected.text}</p>
          </section>
          ${onward(language, arrival.onwardUrl)}
        </main>`,
      };
    case 'used':
      return say(words.used, arrival.gateway);
    case 'elsewhere':
      return say(words.elsewhere, arrival.gateway);
    case 'over':
      return say(words.over);
    case 'too_often':
      return say(words.tooOften);
    case 'unanswered':
      return say(words.unanswered, arrival.gateway);
    case 'unknown':
      return say(words.unknown);
    default:
      return unreachable(arrival);
  }
}

function confirmPage(
  { token, account, merchantName, replaces, onwardUrl }: Arrival & { outcome: 'to_confirm' },
  language: PageLanguage,
  label: string,
): Page {
  const { confirm } = CONNECTING[language];
  const said = (text: string) => fillIn(text, { label, merchant: merchantName });
  const [before, after] = confirm.heading;
  return {
    title: said(confirm.title),
    body: html`<main class="narrow">
      <p class="merchant">${merchantName}</p>
      <section class="card standing" data-tone="waiting">
        <h1>${said(before)} <code>${account}</code> ${said(after)}</h1>
        <p>${confirm.text}</p>
        ${replaces ? html`<p>${said(confirm.replaces)}</p>` : null}
      </section>
      <div class="actions">
        <form method="post">
          <input type="hidden" name="token" value="${token}" />
          <button>${confirm.connect}</button>
        </form>
        ${onwardUrl === null ? null : html`<a class="button quiet" href="${onwardUrl}">${confirm.leave}</a>`}
      </div>
      ${onwardUrl === null ? html`<p class="note">${confirm.close}</p>` : null}
    </main>`,
  };
}

function connectedPage(
  { account, onwardUrl }: Arrival & { outcome: 'connected' },
  language: PageLanguage,
  label: string,
): Page {
  const words = CONNECTING[language];
  const checks = account.checks as unknown as AccountCheck[];
  const { title, text } = account.enabled ? words.connected : words.unusable;
  const heading = fillIn(title, { label });
  return {
    title: heading,
    body: html`<main class="narrow">
      <section class="card standing" data-tone="${account.enabled ? 'good' : 'waiting'}">
        <h1>${heading}</h1>
        <p>${text} ${account.enabled ? null : html`<span lang="en">${account.disabledReason}</span>`}</p>
      </section>
      <section class="card">
        <h2>${words.checked}</h2>
        <ul class="lines">
          ${checks.map(
            ({ name, ok, detail, remedy }) =>
              html`<li>
                <span lang="en">${name.replaceAll('_', ' ')}</span>
                <span class="badge" data-tone="${ok === true ? 'good' : ok === false ? 'bad' : 'waiting'}"
                  >${ok === true ? words.good : ok === false ? words.bad : words.unseen}</span
                >
                <span class="note" lang="en">${detail}${ok !== true && remedy !== null ? ` ${remedy}` : ''}</span>
              </li>`,
          )}
        </ul>
      </section>
      ${onward(language, onwardUrl)}
    </main>`,
  };
}

function onward(language: PageLanguage, url: string | null): Html {
  const { goOn, closePage } = CONNECTING[language];
  return url === null
    ? html`<p class="note">${closePage}</p>`
    : html`<div class="actions"><a class="button" href="${url}">${goOn}</a></div>`;
}
