import type { PageLanguage } from '../../words/language';
import { FIRST_LOOK } from '../../words/first-look';
import { MEMBER_PAGES } from '../../words/member-pages';
import type { GatewayLabels } from '../../words/standing';
import { html, inScript } from './html';
import type { Html } from './html';
import { plainPage } from './layout';
import type { Page } from './layout';

/** A page of the member space. */
export const MEMBER_VIEWS = ['account', 'payments', 'me'] as const;
export type MemberView = (typeof MEMBER_VIEWS)[number];

/** Who looks at a page of the member space. */
export interface MemberPage {
  readonly language: PageLanguage;
  readonly view: MemberView | 'choose';
  /** Where the three pages are: `/m` for who is signed in, `/checkout` for who brings a token in the address. */
  readonly base: '/m' | '/checkout';
  /** Who is signed in; null: the token says it. */
  readonly member: string | null;
  /** What gateways are called, in the order in which a member is offered them. */
  readonly gateways: GatewayLabels;
  /** Answers of the API by path, for which the script would ask first. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** What is seen before the script has come; null: nothing is known yet. */
  readonly look: MemberLook | null;
}

/** The first of what a page shows. */
export interface MemberLook {
  readonly merchant: string;
  readonly title: string;
  /** No real money moves. */
  readonly isTest: boolean;
}

/** The member space: a room that its script furnishes through the public API, with the first answers in it already. */
export function memberPage({ language, view, base, member, gateways, answers, look }: MemberPage): Page {
  const { account, needsScripts } = MEMBER_PAGES[language];
  return {
    title: account,
    language,
    script: 'member',
    body: html`<div
        id="page"
        data-page="${view}"
        data-base="${base}"
        data-member="${member ?? ''}"
        data-gateways="${JSON.stringify(labelsOf(gateways))}"
      >
        ${look === null || view === 'choose' ? null : firstLook(look, { language, view, base })}<noscript
          ><main class="narrow"><p class="card standing" data-tone="bad">${needsScripts}</p></main></noscript
        >
      </div>
      ${
        Object.keys(answers).length === 0
          ? null
          : html`<script type="application/json" id="answers">
              ${inScript(answers)}
            </script>`
      }`,
  };
}

/** As the script writes it too: it takes the place of this and moves nothing. */
function firstLook(
  { merchant, title, isTest }: MemberLook,
  { language, view, base }: { readonly language: PageLanguage; readonly view: MemberView; readonly base: string },
): Html {
  const words = FIRST_LOOK[language];
  return html`<a class="skip" href="#main">${words.skip}</a>
    <header class="top">
      <p class="merchant">${merchant}</p>
      <nav aria-label="${words.way}">
        ${MEMBER_VIEWS.map((name) => {
          const address = name === 'account' ? base : `${base}?page=${name}`;
          return name === view
            ? html`<a href="${address}" aria-current="page">${words.pages[name]}</a>`
            : html`<a href="${address}">${words.pages[name]}</a>`;
        })}
      </nav>
      ${isTest ? html`<p class="note banner">${words.test}</p>` : null}
    </header>
    <main class="wide" id="main" tabindex="-1"><h1>${title}</h1></main>`;
}

function labelsOf(gateways: GatewayLabels): GatewayLabels {
  const labels = Object.entries(gateways).map(([name, { label, apart }]) => [
    name,
    { label, ...(apart !== undefined && { apart }) },
  ]);
  return Object.fromEntries(labels) as GatewayLabels;
}

/** For who comes to the member space without a session. */
export function signedOutPage(language: PageLanguage): Page {
  const { title, text } = MEMBER_PAGES[language].signedOut;
  return { ...plainPage(title, text), language };
}
