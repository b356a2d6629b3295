import { html, type Html } from '../html';
import { ANSWERS, type AnswerOrder, type Letter, type Mailbox } from './mailbox';

const LETTERS_SHOWN = 30;

/** The mailbox: each letter as text and as HTML, side by side, with its links to click. */
export function mailboxPage(base: string, mailbox: Mailbox): Html {
  const letters = mailbox.list();
  return html`<h1>Mailbox</h1>
    <p>Every letter that Quittance sends while <code>MAIL=simulator</code>, to anybody. Newest first.</p>
    <nav class="row">
      <a class="button quiet" href="${base}/mailbox">Refresh</a> <a href="${base}/">The control page</a>
      <a href="#answers">How it answers</a>
    </nav>
    ${letters.length === 0 ? html`<p class="note">No letter has come yet.</p>` : null}
    ${letters.slice(0, LETTERS_SHOWN).map((letter) => letterCard(base, letter))}
    ${
      letters.length > LETTERS_SHOWN
        ? html`<p class="note">${letters.length - LETTERS_SHOWN} older ones are in the JSON below.</p>`
        : null
    }

    <h2 id="answers">How it answers</h2>
    <p>${describeOrder(mailbox.order)}</p>
    <form class="fields" method="post" action="${base}/actions/mailbox/answers">
      <label
        >Answer
        <select name="answer">
          ${Object.entries(ANSWERS).map(([answer, does]) => html`<option value="${answer}">${answer}: ${does}</option>`)}
        </select></label
      >
      <label>Times (empty: until taken back) <input name="times" type="number" min="1" inputmode="numeric" /></label>
      <button>Answer like this</button>
    </form>
    <form method="post" action="${base}/actions/mailbox/reset">
      <button class="quiet">Take everything again</button>
    </form>
    <p class="note">As JSON: <a href="${base}/control/mailbox/letters">${base}/control/mailbox/letters</a></p>`;
}

function letterCard(base: string, { id, at, from, to, subject, text, copies }: Letter): Html {
  const links = [...new Set(text.match(/https?:\/\/\S+/g) ?? [])];
  return html`<section class="card" id="${id}">
    <h3>${subject}</h3>
    <p class="note">
      to ${to}, from ${from}, ${at.toISOString().slice(0, 19).replace('T', ' ')}
      UTC${copies > 1 ? `; came ${copies} times` : ''}
    </p>
    ${links.map((link) => html`<p><a href="${link}">${link}</a></p>`)}
    <div class="sides">
      <pre>${text}</pre>
      <iframe
        src="${base}/mailbox/letters/${id}/html"
        title="${subject}"
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        loading="lazy"
      ></iframe>
    </div>
  </section>`;
}

function describeOrder(order: AnswerOrder | null): string {
  if (order === null) return 'It takes every letter.';
  return `It ${ANSWERS[order.answer]}; ${order.times === null ? 'until taken back' : `${order.times} more`}.`;
}
