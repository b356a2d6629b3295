import type { Arrival } from '../onboarding';
import type { AccountCheck } from '../../workflows/domain/gateway';
import { html } from './html';
import { plainPage } from './layout';
import type { Page } from './layout';
import { gatewayLabel } from './words';

/** For the treasurer who comes back from the gateway: whether the account can be used, and what to do where it cannot. */
export function connectedPage(arrival: Arrival, onwardUrl: string | null): Page {
  switch (arrival.outcome) {
    case 'unknown':
      return plainPage('We know no such invitation', 'Please start again from where you wanted to connect the account.');
    case 'not_connected':
      return {
        title: 'Not connected',
        body: html`<main class="narrow">
          <section class="card standing" data-tone="bad">
            <h1>The account is not connected</h1>
            <p>${arrival.detail}. Nothing was changed; you can start again at any time.</p>
          </section>
          ${onward(onwardUrl)}
        </main>`,
      };
    case 'connected': {
      const { account } = arrival;
      const checks = account.checks as unknown as AccountCheck[];
      const gateway = gatewayLabel(account.gateway);
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
  }
}

function onward(url: string | null) {
  return url === null
    ? html`<p class="note">You can close this page.</p>`
    : html`<div class="actions"><a class="button" href="${url}">Go on</a></div>`;
}
