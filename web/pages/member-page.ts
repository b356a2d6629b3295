import type { PageLanguage } from '../../words/language';
import { MEMBER_PAGES } from '../../words/member-pages';
import type { GatewayLabels } from '../../words/standing';
import { html, Html } from './html';
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
}

/** The member space: a room that its script furnishes through the public API, with the first answers in it already. */
export function memberPage({ language, view, base, member, gateways, answers }: MemberPage): Page {
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
        <noscript
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

function labelsOf(gateways: GatewayLabels): GatewayLabels {
  const labels = Object.entries(gateways).map(([name, { label, apart }]) => [
    name,
    { label, ...(apart !== undefined && { apart }) },
  ]);
  return Object.fromEntries(labels) as GatewayLabels;
}

/** JSON that cannot end the element in which it stands. */
function inScript(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

/** For who comes to the member space without a session. */
export function signedOutPage(language: PageLanguage): Page {
  const { title, text } = MEMBER_PAGES[language].signedOut;
  return { ...plainPage(title, text), language };
}
