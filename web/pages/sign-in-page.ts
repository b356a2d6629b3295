import { fillIn } from '../../words/filling';
import type { PageLanguage } from '../../words/language';
import { MEMBER_PAGES } from '../../words/member-pages';
import { html } from './html';
import { plainPage } from './layout';
import type { Page } from './layout';

/** Where a club's members ask for the letter by which they sign in. Works without scripts. `written`: what was typed and is no address. */
export function clubPage(language: PageLanguage, merchant: string, written: string | null): Page {
  const { signIn } = MEMBER_PAGES[language];
  return {
    title: `${signIn.title} · ${merchant}`,
    language,
    body: html`<main class="narrow">
      <p class="merchant">${merchant}</p>
      <section class="card">
        <h1>${signIn.title}</h1>
        <p>${fillIn(signIn.text, { merchant })}</p>
        <form method="post" accept-charset="utf-8">
          <label for="email">${signIn.email}</label>
          <input
            id="email"
            name="email"
            type="email"
            autocomplete="email"
            value="${written ?? ''}"
            required
            aria-invalid="${String(written !== null)}"
            aria-describedby="trouble"
          />
          <p class="error" id="trouble" role="alert">${written === null ? '' : signIn.notAnAddress}</p>
          <button class="whole">${signIn.send}</button>
        </form>
      </section>
    </main>`,
  };
}

/** The same answer whether the address is known or not. */
export function letterSentPage(language: PageLanguage, merchant: string, email: string): Page {
  const { title, text } = MEMBER_PAGES[language].signIn.sent;
  return saying(language, 'waiting', title, fillIn(text, { merchant, email }), merchant);
}

/** The platform sends no letters. */
export function noLettersPage(language: PageLanguage, merchant: string): Page {
  const { title, text } = MEMBER_PAGES[language].signIn.noLetters;
  return saying(language, 'bad', title, fillIn(text, { merchant }), merchant);
}

function saying(language: PageLanguage, tone: 'waiting' | 'bad', title: string, text: string, merchant: string): Page {
  return {
    title: `${title} · ${merchant}`,
    language,
    body: html`<main class="narrow">
      <p class="merchant">${merchant}</p>
      <section class="card standing" data-tone="${tone}">
        <h1>${title}</h1>
        <p>${text}</p>
      </section>
    </main>`,
  };
}

/** What the link of a letter opens: a button, since programs that look into letters open links too. */
export function signInPage(language: PageLanguage, merchant: string): Page {
  const { link } = MEMBER_PAGES[language];
  return {
    title: `${link.button} · ${merchant}`,
    language,
    body: html`<main class="narrow">
      <p class="merchant">${merchant}</p>
      <section class="card standing" data-tone="waiting">
        <h1>${link.title}</h1>
        <p>${link.text}</p>
      </section>
      <div class="actions">
        <form method="post"><button>${link.button}</button></form>
      </div>
    </main>`,
  };
}

export function deadLinkPage(language: PageLanguage, why: 'unknown' | 'used' | 'expired'): Page {
  const { deadLink, askAgain } = MEMBER_PAGES[language];
  return { ...plainPage(deadLink[why], askAgain), language };
}
