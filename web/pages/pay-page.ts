import type { NextAction } from '../../workflows/domain/gateway';
import type { Money } from '../../workflows/domain/money';
import { fillIn } from '../../words/filling';
import type { PageLanguage } from '../../words/language';
import { writeAmount, writeMoney } from '../../words/figures';
import { PAY_LINK } from '../../words/pay-link';
import { html } from './html';
import type { Html } from './html';
import { plainPage } from './layout';
import { qrDrawing } from './qr-drawing';
import type { Page } from './layout';

/** What of a link's member and cart its page shows: no more than this. */
export interface PayPage {
  readonly language: PageLanguage;
  readonly merchant: string;
  readonly firstName: string;
  readonly labels: readonly string[];
  readonly money: Money;
  /** The address of the page itself. */
  readonly url: string;
  readonly state: PayState;
}

type PayState =
  | {
      readonly kind: 'to_pay';
      /** What each gateway is called. */
      readonly gateways: readonly { readonly name: string; readonly label: string }[];
      readonly editable: boolean;
      /** What the payer wrote, where it was no amount or was refused. */
      readonly written: string | null;
      /** The gateway that refused; null: what was written is no amount. */
      readonly trouble: { readonly refusedBy: string | null } | null;
    }
  | { readonly kind: 'open'; readonly label: string; readonly nextAction: NextAction | null; readonly payment: string }
  | { readonly kind: 'paid' | 'on_its_way'; readonly payment: string }
  | { readonly kind: 'settled' };

/** So many charges are named; of more it is said how many there are. */
const MOST_LABELS = 3;

/** For a payer with a pay link: what is asked for, and buttons that pay it. Works without scripts. */
export function payPage(page: PayPage): Page {
  const { language, merchant, firstName, labels, money } = page;
  const words = PAY_LINK[language];
  const fill = (text: string) => fillIn(text, { merchant, name: firstName, currency: money.currency });
  const more = labels.length - MOST_LABELS;
  const what = labels.length === 0 ? fill(words.anything) : labels.slice(0, MOST_LABELS).join(', ');
  return {
    title: fill(words.title),
    language,
    body: html`<main class="narrow">
      <p class="merchant">${merchant}</p>
      <section class="card">
        <h1>${more > 0 ? `${what} + ${more}` : what}</h1>
        <p class="note">${fill(words.forWhom)}</p>
        ${page.state.kind === 'settled' ? null : html`<p class="amount">${writeMoney(money, language)}</p>`}
        ${describeState(page, fill)}
      </section>
      ${
        page.state.kind === 'to_pay' && page.state.gateways.length > 0
          ? html`<details>
              <summary>${words.qr}</summary>
              ${qrDrawing(page.url, words.qr)}
            </details>`
          : null
      }
    </main>`,
  };
}

function describeState({ language, money, state }: PayPage, fill: (text: string) => string): Html {
  const words = PAY_LINK[language];
  switch (state.kind) {
    case 'to_pay':
      if (state.gateways.length === 0) return html`<p class="error" role="alert">${fill(words.noGateway)}</p>`;
      return html`<form method="post" accept-charset="utf-8">
        ${state.editable ? amountField(state, { language, money }, fill) : null}
        ${state.trouble === null ? null : html`<p class="error" id="trouble" role="alert">${trouble(state.trouble, { language, money }, fill)}</p>`}
        <div class="actions">
          ${state.gateways.map(
            ({ name, label }) =>
              html`<button name="gateway" value="${name}">${fillIn(words.payWith, { gateway: label })}</button>`,
          )}
        </div>
      </form>`;
    case 'open': {
      const { title, text, other } = words.begun;
      return html`<h2>${fillIn(title, { gateway: state.label })}</h2>
        <p>${text}</p>
        <div class="actions">
          ${goOn(state, words.begun.goOn)}
          <form method="post"><button class="quiet" name="instead" value="1">${other}</button></form>
        </div>`;
    }
    case 'paid':
    case 'on_its_way': {
      const { title, text } = state.kind === 'paid' ? words.paid : words.onItsWay;
      return html`<h2 data-tone="${state.kind === 'paid' ? 'good' : 'waiting'}">${title}</h2>
        <p>${fill(text)}</p>
        <p><a href="/return/${state.payment}">${words.whereItStands}</a></p>`;
    }
    case 'settled':
      return html`<h2>${words.settled.title}</h2>
        <p>${words.settled.text}</p>`;
  }
}

type ToPay = Extract<PayState, { kind: 'to_pay' }>;
type Sum = Pick<PayPage, 'language' | 'money'>;

function amountField({ written, trouble }: ToPay, { language, money }: Sum, fill: (text: string) => string): Html {
  const words = PAY_LINK[language];
  return html`<label for="amount">${fill(words.amount)}</label>
    <input
      id="amount"
      name="amount"
      inputmode="decimal"
      autocomplete="off"
      value="${written ?? writeAmount(money, language)}"
      aria-describedby="${trouble === null ? 'amount-note' : 'amount-note trouble'}"
      aria-invalid="${String(trouble !== null)}"
    />
    <p class="note" id="amount-note">${words.mayChange}</p>`;
}

function trouble(
  { refusedBy }: { refusedBy: string | null },
  { language, money }: Sum,
  fill: (text: string) => string,
) {
  const words = PAY_LINK[language];
  return refusedBy === null
    ? fillIn(words.notAnAmount, { money: writeAmount(money, language) })
    : fill(fillIn(words.refused, { gateway: refusedBy }));
}

/** Leads to the gateway. What only the gateway's own script can, and what is not open yet, the page of the payment does. */
function goOn({ nextAction, label, payment }: Extract<PayState, { kind: 'open' }>, words: string): Html {
  const text = fillIn(words, { gateway: label });
  if (nextAction?.kind === 'form')
    return html`<form method="post" action="${nextAction.action}" accept-charset="utf-8">
      ${Object.entries(nextAction.fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
      <button>${text}</button>
    </form>`;
  return html`<a class="button" href="${nextAction?.kind === 'redirect' ? nextAction.url : `/cancel/${payment}`}"
    >${text}</a
  >`;
}

/** For a payer whose link cannot be used. */
export function noPayPage(language: PageLanguage, why: 'unknown' | 'expired' | 'tooOften'): Page {
  const { title, text } = PAY_LINK[language][why];
  return { ...plainPage(title, text), language };
}
