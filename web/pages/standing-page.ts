import type { NextAction } from '../../workflows/domain/gateway';
import type { Refund } from '../../workflows/domain/refund';
import { unreachable } from '../../workflows/domain/unreachable';
import { html } from './html';
import type { Html } from './html';
import type { Page } from './layout';
import { fillIn } from '../../words/filling';
import type { PageLanguage } from '../../words/language';
import { MEMBER_PAGES } from '../../words/member-pages';
import { writeMoney } from '../../words/figures';
import { describeRefund, describeStanding, goOnLabel, mayTryAgain } from '../../words/standing';
import type { Place, Standing } from '../../words/standing';

export interface StandingPage extends Standing {
  readonly language: PageLanguage;
  readonly place: Place;
  readonly id: string;
  readonly amount: number;
  readonly refunds: readonly Pick<Refund, 'status' | 'money'>[];
  readonly merchant: string;
  /** Read-only, for this payment alone. */
  readonly token: string;
  /** Where the merchant wants the browser next, with the payment's id in it; null: this is where the way ends. */
  readonly onwardUrl: string | null;
  /** The payer is signed in as the member whose payment it is. */
  readonly isOwn: boolean;
}

/** How long a browser without scripts waits, before it goes on or looks again. */
const WITHOUT_SCRIPT_S = 10;

/** Where a payment stands, for the payer who comes back from the gateway; complete without scripts, and live with them. */
export function standingPage(page: StandingPage): Page {
  const { language, id, amount, currency, merchant, token, onwardUrl, status, gatewayLabel, nextAction } = page;
  const words = describeStanding(page, page);
  const goOn = goOnLabel(page, page);
  const said = MEMBER_PAGES[language].standing;
  // Who may act here is not led away from it.
  const isKept = mayTryAgain(page) || nextAction?.kind === 'prompt';
  return {
    title: `${words.title} · ${merchant}`,
    language,
    script: 'member',
    head: refreshWithoutScript(isKept ? null : onwardUrl, words.settled),
    body: html`<main
      class="narrow"
      id="page"
      data-page="standing"
      data-payment="${id}"
      data-token="${token}"
      data-place="${page.place}"
      data-merchant="${merchant}"
      data-gateway="${gatewayLabel}"
      data-currency="${currency}"
      data-onward="${onwardUrl ?? ''}"
      data-kept="${String(isKept)}"
    >
      <p class="merchant">${merchant}</p>
      <section class="card standing" id="standing" data-tone="${words.tone}" data-status="${status}">
        <p class="amount">${writeMoney({ amount, currency }, language)}</p>
        <div role="status" aria-live="polite">
          <h1 id="title">${words.title}</h1>
          <p id="text">${words.text}</p>
        </div>
        ${words.tellsGiven && isOneThatCame(page.refunds) ? null : page.refunds.map((refund) => refundLine(refund, page))}
        <p class="note" id="patience" role="timer" hidden></p>
        <p class="note" id="connection" role="status" hidden></p>
      </section>
      <div class="actions">
        <div id="continue">
          ${goOn === null || nextAction === null ? null : goOnButton(nextAction, goOn, said.allowScripts)}
        </div>
        ${
          onwardUrl === null
            ? null
            : html`<a class="button ${goOn === null ? '' : 'quiet'}" id="onward" href="${onwardUrl}"
                >${fillIn(said.back, { merchant })}</a
              >`
        }
        ${page.isOwn && onwardUrl === null ? html`<a class="button quiet" href="/m">${said.account}</a>` : null}
      </div>
      <p class="error" id="trouble" role="alert" hidden></p>
      <p class="note moving" id="moving" hidden>
        <span id="countdown"></span> <button type="button" class="link" id="stay">${said.stay}</button>
      </p>
      ${onwardUrl === null ? html`<p class="note">${said.close}</p>` : null}
      <p class="note reference">
        ${said.payment} <code>${id}</code> ${fillIn(said.through, { gateway: gatewayLabel })}
      </p>
    </main>`,
  };
}

type ShownRefund = StandingPage['refunds'][number];

/** Where the title tells its sum, a line of its own would say the same again. */
function isOneThatCame(refunds: readonly ShownRefund[]): boolean {
  return refunds.length === 1 && refunds[0]?.status === 'succeeded';
}

/** What is given back of the payment, and how far that has come. */
function refundLine({ status, money }: ShownRefund, page: StandingPage): Html {
  return html`<p class="note">${writeMoney(money, page.language)} ${describeRefund(status, page).text}.</p>`;
}

function refreshWithoutScript(onwardUrl: string | null, settled: boolean): Html | null {
  if (onwardUrl !== null)
    return html`<noscript><meta http-equiv="refresh" content="${WITHOUT_SCRIPT_S}; url=${onwardUrl}" /></noscript>`;
  return settled ? null : html`<noscript><meta http-equiv="refresh" content="${WITHOUT_SCRIPT_S}" /></noscript>`;
}

/** Leads back to the gateway. Where only the gateway's own script can, the button waits for ours. */
function goOnButton(action: NextAction, label: string, allowScripts: string): Html | null {
  switch (action.kind) {
    case 'form':
      return html`<form method="post" action="${action.action}" accept-charset="utf-8">
        ${Object.entries(action.fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
        <button>${label}</button>
      </form>`;
    case 'redirect':
      return html`<a class="button" href="${action.url}">${label}</a>`;
    case 'widget':
      return html`<button type="button" disabled>${label}</button>
        <noscript><p class="note">${allowScripts}</p></noscript>`;
    case 'prompt':
      return null;
    default:
      return unreachable(action);
  }
}
