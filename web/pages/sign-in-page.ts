import { html } from './html';
import { plainPage } from './layout';
import type { Page } from './layout';

/** What the link of a letter opens: a button, since programs that look into letters open links too. */
export function signInPage(merchant: string): Page {
  return {
    title: `Sign in · ${merchant}`,
    body: html`<main class="narrow">
      <p class="merchant">${merchant}</p>
      <section class="card standing" data-tone="waiting">
        <h1>Sign in to see your cart</h1>
        <p>This link works once. · Ce lien fonctionne une fois.</p>
      </section>
      <div class="actions">
        <form method="post"><button>Sign in · Se connecter</button></form>
      </div>
    </main>`,
  };
}

/** Several members have one address: whose cart is it to be? */
export function choosePage(choices: readonly { readonly name: string; readonly url: string }[]): Page {
  return {
    title: 'Whose cart?',
    body: html`<main class="narrow">
      <section class="card">
        <h1>Whose cart would you like to see?</h1>
        <div class="actions">${choices.map(({ name, url }) => html`<a class="button" href="${url}">${name}</a>`)}</div>
      </section>
    </main>`,
  };
}

export function deadLinkPage(why: 'unknown' | 'used' | 'expired'): Page {
  const titles = {
    unknown: 'We know no such link',
    used: 'This link was used',
    expired: 'This link is too old',
  } as const;
  return plainPage(titles[why], 'Please ask for another one where you wanted to sign in.');
}
