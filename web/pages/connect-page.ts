import type { z } from 'zod';
import { unreachable } from '../../workflows/domain/unreachable';
import type { Arrival } from '../../api/desks/onboarding';
import type * as schemas from '../../api/http/schemas';
import { html } from './html';
import type { Html } from './html';
import { plainPage } from './layout';
import type { Page } from './layout';

type AccountCheck = z.output<typeof schemas.account>['checks'][number];

/** For the treasurer who comes back from the gateway: what would be connected, or how it stands and what to do. Works without scripts. `labelOf`: what a gateway is called. */
export function connectPage(arrival: Arrival, labelOf: (gateway: string) => string): Page {
  switch (arrival.outcome) {
    case 'to_confirm':
      return confirmPage(arrival, labelOf(arrival.gateway));
    case 'connected':
      return connectedPage(arrival, labelOf(arrival.account.gateway));
    case 'not_connected':
      return {
        title: 'Not connected',
        body: html`<main class="narrow">
          <section class="card standing" data-tone="bad">
            <h1>The account is not connected</h1>
            <p>${arrival.detail}. Nothing was changed; you can start again at any time.</p>
          </section>
          ${onward(arrival.onwardUrl)}
        </main>`,
      };
    case 'used':
      return plainPage(
        'This invitation was used',
        `A ${labelOf(arrival.gateway)} account was connected with it. To connect another one, please start again from where you came.`,
      );
    case 'elsewhere':
      return plainPage(
        'This invitation was opened in another browser',
        `Only there can the ${labelOf(arrival.gateway)} account be connected. Nothing was changed here. If it was not you, please ask for a new invitation: it ends this one.`,
      );
    case 'over':
      return plainPage(
        'This invitation does not work any more',
        'It is too old, or a newer one was made, or keys were entered instead. Nothing was changed. Please start again from where you wanted to connect the account.',
      );
    case 'too_often':
      return plainPage(
        'This invitation was opened too often',
        'Please load this page again in a minute. Nothing was changed.',
      );
    case 'unanswered':
      return plainPage(
        `${labelOf(arrival.gateway)} does not answer`,
        'Please load this page again in a moment. Nothing was changed.',
      );
    case 'unknown':
      return plainPage(
        'We know no such invitation',
        'Please start again from where you wanted to connect the account.',
      );
    default:
      return unreachable(arrival);
  }
}

function confirmPage(
  { token, account, merchantName, replaces, onwardUrl }: Arrival & { outcome: 'to_confirm' },
  label: string,
): Page {
  return {
    title: `Connect ${label} to ${merchantName}?`,
    body: html`<main class="narrow">
      <p class="merchant">${merchantName}</p>
      <section class="card standing" data-tone="waiting">
        <h1>Connect ${label} account <code>${account}</code> to ${merchantName}?</h1>
        <p>Members will pay into this account from then on. Nothing was changed yet.</p>
        ${replaces ? html`<p>It takes the place of the ${label} account that is used today.</p>` : null}
      </section>
      <div class="actions">
        <form method="post">
          <input type="hidden" name="token" value="${token}" />
          <button>Connect</button>
        </form>
        ${onwardUrl === null ? null : html`<a class="button quiet" href="${onwardUrl}">Do not connect</a>`}
      </div>
      ${onwardUrl === null ? html`<p class="note">If you do not want this, close this page.</p>` : null}
    </main>`,
  };
}

function connectedPage({ account, onwardUrl }: Arrival & { outcome: 'connected' }, gateway: string): Page {
  const checks = account.checks as unknown as AccountCheck[];
  return {
    title: account.enabled ? 'Connected' : 'Connected, and not usable yet',
    body: html`<main class="narrow">
      <section class="card standing" data-tone="${account.enabled ? 'good' : 'waiting'}">
        <h1>
          ${account.enabled ? `Your ${gateway} account is connected` : `Your ${gateway} account is connected, and cannot be used yet`}
        </h1>
        <p>${account.enabled ? 'Members can pay through it from now on.' : (account.disabledReason ?? '')}</p>
      </section>
      <section class="card">
        <h2>What was checked</h2>
        <ul class="lines">
          ${checks.map(
            ({ name, ok, detail, remedy }) =>
              html`<li>
                <span>${name.replaceAll('_', ' ')}</span>
                <span class="badge" data-tone="${ok === true ? 'good' : ok === false ? 'bad' : 'waiting'}"
                  >${ok === true ? 'good' : ok === false ? 'to mend' : 'not known yet'}</span
                >
                <span class="note">${detail}${ok !== true && remedy !== null ? ` ${remedy}` : ''}</span>
              </li>`,
          )}
        </ul>
      </section>
      ${onward(onwardUrl)}
    </main>`,
  };
}

function onward(url: string | null): Html {
  return url === null
    ? html`<p class="note">You can close this page.</p>`
    : html`<div class="actions"><a class="button" href="${url}">Go on</a></div>`;
}
