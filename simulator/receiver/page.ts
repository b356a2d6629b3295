import { html, type Html } from '../html';
import { ANSWERS, type Receiver, type Shown } from './receiver';

const SHOWN = 30;

/** Every endpoint that something came to or was said of. */
export function receiverPage(base: string, receiver: Receiver): Html {
  const endpoints = receiver.list();
  return html`<h1>Receiver</h1>
    <p>
      A merchant’s own system, as far as webhooks go. Whatever is posted to <code>${base}/receiver/a-name</code> is
      shown under that name, its signature checked, and answered as told.
    </p>
    <nav class="row">
      <a class="button quiet" href="${base}/receiver">Refresh</a> <a href="${base}/">The control page</a>
    </nav>
    ${endpoints.length === 0 ? html`<p class="note">Nothing has come yet.</p>` : null}
    ${endpoints.map(
      ({ name, answer, received, secret }) =>
        html`<section class="card">
          <h3><a href="${base}/receiver/${name}">${name}</a></h3>
          <p class="note">
            ${received} came; it ${ANSWERS[answer]}; ${secret === null ? 'no secret known' : 'signatures are checked'}
          </p>
        </section>`,
    )}`;
}

/** One endpoint: what came, and how it goes on. */
export function endpointPage(base: string, receiver: Receiver, name: string): Html {
  const { answer, secret } = receiver.find(name);
  const arrivals = receiver.arrivals(name);
  const action = `${base}/actions/receiver/${name}`;
  return html`<h1>${name}</h1>
    <p>What was posted to <code>${base}/receiver/${name}</code>, newest first.</p>
    <nav class="row">
      <a class="button quiet" href="${base}/receiver/${name}">Refresh</a> <a href="${base}/receiver">All of them</a>
      <a href="${base}/">The control page</a>
    </nav>

    <form class="fields" method="post" action="${action}">
      <label
        >Secret <input name="secret" placeholder="${secret === null ? 'whsec_…' : 'one is known'}" autocomplete="off"
      /></label>
      <button>Check signatures with it</button>
    </form>
    <form class="fields" method="post" action="${action}">
      <label
        >Answer
        <select name="answer">
          ${Object.entries(ANSWERS).map(
            ([kind, does]) =>
              html`<option value="${kind}" ${kind === answer ? html`selected` : null}>${kind}: ${does}</option>`,
          )}
        </select></label
      >
      <button>Answer like this</button>
    </form>

    ${arrivals.length === 0 ? html`<p class="note">Nothing has come yet.</p>` : null}
    ${arrivals.slice(0, SHOWN).map(arrivalCard)}
    ${arrivals.length > SHOWN ? html`<p class="note">${arrivals.length - SHOWN} older ones are in the JSON below.</p>` : null}
    <p class="note">As JSON: <a href="${base}/control/receiver/${name}">${base}/control/receiver/${name}</a></p>`;
}

function arrivalCard({ id, at, type, sequence, answered, signature, why, headers, body }: Shown): Html {
  return html`<section class="card" id="${id}">
    <h3>${type ?? 'no event'} <span class="state ${signature}">signature ${signature}</span></h3>
    <p class="note">
      ${at.toISOString().slice(0, 19).replace('T', ' ')} UTC${sequence === null ? '' : `, sequence ${sequence}`};
      ${answered === null ? 'not answered in time' : `answered ${answered}`}; ${why}
    </p>
    <pre>${body}</pre>
    <details>
      <summary>Headers</summary>
      <dl>
        ${Object.entries(headers).map(
          ([header, value]) =>
            html`<div>
              <dt>${header}</dt>
              <dd>${value}</dd>
            </div> `,
        )}
      </dl>
    </details>
  </section>`;
}
