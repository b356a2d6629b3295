import type { z } from 'zod';
import type * as staff from '../../api/http/staff-schemas';
import { ENTERING } from '../../words/entering';
import { fillIn } from '../../words/filling';
import type { PageLanguage } from '../../words/language';
import { html } from './html';
import type { Html } from './html';
import { plainPage } from './layout';
import type { Page } from './layout';

type Role = z.output<typeof staff.accepted>['role'];

/** What the link of an invitation opens: nothing happens before its button is pressed. */
export function invitationPage(
  language: PageLanguage,
  { merchant, role, email, hasAccount }: { merchant: string; role: Role; email: string; hasAccount: boolean },
): Page {
  const words = ENTERING[language];
  const { invitation, roles } = words;
  const fill = (text: string) => fillIn(text, { merchant, role: roles[role], email });
  const fields = hasAccount
    ? html`<div id="sign-in" hidden>
        <p class="note">${invitation.signIn}</p>
        ${field({ name: 'password', label: invitation.password, type: 'password', autocomplete: 'current-password' })}
        <div id="second-factor" hidden>
          ${field({ name: 'code', label: invitation.code, type: 'text', autocomplete: 'one-time-code' })}
        </div>
      </div>`
    : html`${field({ name: 'name', label: invitation.name, type: 'text', autocomplete: 'name' })}
      ${field({ name: 'password', label: invitation.newPassword, type: 'password', autocomplete: 'new-password' })}`;
  return formPage(language, {
    merchant,
    title: fill(invitation.title),
    text: fill(invitation.text),
    kind: hasAccount ? 'invitation-of-account' : 'invitation',
    email,
    fields,
    button: invitation.accept,
    done: fill(invitation.done),
  });
}

/** What the link of a letter opens by which a new password is chosen. */
export function resetPage(language: PageLanguage): Page {
  const { reset } = ENTERING[language];
  return formPage(language, {
    merchant: null,
    title: reset.title,
    text: null,
    kind: 'reset',
    email: null,
    fields: field({ name: 'password', label: reset.password, type: 'password', autocomplete: 'new-password' }),
    button: reset.choose,
    done: reset.done,
  });
}

/** What the link of an owner's letter opens: who would become an owner, and the button that ends it. Works without scripts. */
export function recoveryPage(
  language: PageLanguage,
  { merchant, email, dueAt }: { merchant: string; email: string; dueAt: Date },
): Page {
  const { recovery } = ENTERING[language];
  const until = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  const fill = (text: string) => fillIn(text, { merchant, email, until: `${until.format(dueAt)} UTC` });
  return {
    title: fill(recovery.title),
    language,
    body: html`<main class="narrow">
      <p class="merchant">${merchant}</p>
      <section class="card standing" data-tone="waiting">
        <h1>${fill(recovery.title)}</h1>
        <p>${fill(recovery.text)}</p>
      </section>
      <div class="actions">
        <form method="post"><button>${recovery.end}</button></form>
      </div>
    </main>`,
  };
}

/** After an owner has objected. */
export function recoveryEndedPage(language: PageLanguage): Page {
  const { title, text } = ENTERING[language].recovery.ended;
  return { ...plainPage(title, text), language };
}

export function deadLetterPage(language: PageLanguage, why: 'unknown' | 'used' | 'expired'): Page {
  const { title, text } = ENTERING[language][why];
  return { ...plainPage(title, text), language };
}

interface FormPage {
  readonly merchant: string | null;
  readonly title: string;
  readonly text: string | null;
  readonly kind: 'invitation' | 'invitation-of-account' | 'reset';
  readonly email: string | null;
  readonly fields: Html;
  readonly button: string;
  readonly done: string;
}

/** A form that a script sends as JSON: a page elsewhere could send any other. */
function formPage(language: PageLanguage, page: FormPage): Page {
  const { wrong, tooOften, failed, needsScripts } = ENTERING[language];
  return {
    title: page.title,
    language,
    script: 'entering',
    body: html`<main class="narrow">
      ${page.merchant === null ? null : html`<p class="merchant">${page.merchant}</p>`}
      <noscript><p class="card standing" data-tone="bad">${needsScripts}</p></noscript>
      <section class="card">
        <h1>${page.title}</h1>
        ${page.text === null ? null : html`<p>${page.text}</p>`}
        <form
          id="enter"
          method="post"
          data-kind="${page.kind}"
          data-email="${page.email ?? ''}"
          data-wrong="${wrong}"
          data-often="${tooOften}"
          data-failed="${failed}"
        >
          ${page.email === null ? null : html`<input type="hidden" autocomplete="username" value="${page.email}" />`}
          ${page.fields}
          <p class="error" id="trouble" role="alert" hidden></p>
          <button id="send">${page.button}</button>
        </form>
        <p id="done" role="status" hidden>${page.done}</p>
      </section>
    </main>`,
  };
}

interface Field {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'password';
  readonly autocomplete: string;
}

function field({ name, label, type, autocomplete }: Field): Html {
  return html`<p>
    <label for="${name}">${label}</label> <input id="${name}" type="${type}" autocomplete="${autocomplete}" />
  </p>`;
}
