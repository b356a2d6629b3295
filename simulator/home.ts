import { describeDuration } from './duration';
import { html, type Html } from './html';
import type { LookAlike } from './look-alike';
import type { Message } from './message';
import { messageList } from './message-list';
import { MODES, type Misbehaviour, type Place } from './misbehaviour';
import type { Outbox } from './outbox';

const STRAYS_SHOWN = 30;

export interface HomeDeps {
  readonly base: string;
  readonly misbehaviour: Misbehaviour;
  readonly outbox: Outbox;
  readonly lookAlikes: readonly LookAlike[];
  readonly places: readonly Place[];
  readonly resendSpeed: number;
}

/** The control page: what was paid, what was sent, and the buttons that make life harder. */
export function homePage({ base, misbehaviour, outbox, lookAlikes, places, resendSpeed }: HomeDeps): Html {
  const gateways = lookAlikes.map(({ home }) => home);
  const byPayment = groupByPayment(outbox.list());
  const strays = (byPayment.get('') ?? []).slice(0, STRAYS_SHOWN);
  return html`<h1>Gateway simulator</h1>
    <p>
      It stands for PayPal and KKiaPay, so that everything can be tried without an account. A payer’s choices are made
      on the payer page, everything that happens later is made here. PayPal’s time passes ${resendSpeed} times faster: a
      day takes ${describeDuration(86_400_000 / resendSpeed)}.
    </p>
    <nav class="row">
      <a class="button quiet" href="${base}/">Refresh</a> <a class="button quiet" href="${base}/mailbox">Mailbox</a>
      <a class="button quiet" href="${base}/receiver">Receiver</a>
      ${gateways.map(({ anchor, title }) => html`<a href="#${anchor}">${title}</a> `)}
      <a href="#misbehaviour">Misbehaviour</a> <a href="#delivery">Delivery</a> <a href="#buyers">Test buyers</a>
      <a href="#addresses">Addresses</a>
    </nav>

    ${gateways.map(
      ({ anchor, title, section }) =>
        html`<h2 id="${anchor}">${title}</h2>
          ${section((subject) => byPayment.get(subject) ?? [])}`,
    )}
    ${
      strays.length === 0
        ? null
        : html`<h2>Messages about no payment</h2>
            ${messageList(base, strays)}`
    }

    <h2 id="misbehaviour">Misbehaviour</h2>
    <p>${describeSwitches(misbehaviour)}</p>
    <form class="fields" method="post" action="${base}/actions/misbehave">
      <label
        >Where
        <select name="where">
          ${places.map(({ name }) => html`<option>${name}</option>`)}
        </select></label
      >
      <label
        >How
        <select name="mode">
          ${MODES.map((mode) => html`<option>${mode}</option>`)}
        </select></label
      >
      <label>Times (empty: until taken back) <input name="times" type="number" min="1" inputmode="numeric" /></label>
      <label class="check"><input type="checkbox" name="afterActing" /> Do it, and lose the answer</label>
      <button>Misbehave</button>
    </form>
    <form method="post" action="${base}/actions/behave"><button class="quiet">Behave again</button></form>

    <h2 id="delivery">Delivery of messages</h2>
    <p>For the messages to come. What is left empty is as usual.</p>
    <form class="fields" method="post" action="${base}/actions/delivery">
      <label
        >Delay in milliseconds <input name="delayMs" type="number" min="0" value="${outbox.rules.delayMs || ''}"
      /></label>
      <label
        >Extra copies <input name="duplicates" type="number" min="0" max="50" value="${outbox.rules.duplicates || ''}"
      /></label>
      <label>Charset <input name="charset" placeholder="as the form says" value="${outbox.rules.charset}" /></label>
      <label class="check"
        ><input type="checkbox" name="reorder" ${checked(outbox.rules.reorder)} /> Newer before older, two by two</label
      >
      <label class="check"
        ><input type="checkbox" name="drop" ${checked(outbox.rules.drop !== false)} /> Lose them</label
      >
      <button>Deliver like this</button>
    </form>
    <form method="post" action="${base}/actions/delivery/reset"><button class="quiet">Deliver as usual</button></form>

    <h2 id="buyers">Test buyers</h2>
    ${gateways.map(({ testPeople }) => testPeople())}

    <h2 id="addresses">Addresses</h2>
    <dl>
      ${gateways
        .flatMap(({ addresses }) => addresses)
        .map(
          ({ label, address }) =>
            html`<div>
              <dt>${label}</dt>
              <dd>${address}</dd>
            </div> `,
        )}
      <div>
        <dt>Control API</dt>
        <dd>
          <a href="${base}/control/payments">${base}/control/payments</a>,
          <a href="${base}/control/messages">${base}/control/messages</a>
        </dd>
      </div>
    </dl>
    <p class="note">
      PDT accepts any identity token that is not empty, unless one was set for the business. The simulator’s README says
      the rest.
    </p>`;
}

function groupByPayment(messages: readonly Message[]): Map<string, Message[]> {
  const groups = new Map<string, Message[]>();
  for (const message of messages) {
    const group = groups.get(message.parcel.about);
    if (group) group.push(message);
    else groups.set(message.parcel.about, [message]);
  }
  return groups;
}

function describeSwitches(misbehaviour: Misbehaviour): string {
  const switches = misbehaviour.list();
  if (switches.length === 0) return 'The simulator behaves.';
  return switches
    .map(
      ({ where, mode, afterActing, times }) =>
        `${where}: ${mode}${afterActing ? ' after acting' : ''}, ${times === null ? 'until taken back' : `${times} more`}`,
    )
    .join(' · ');
}

function checked(on: boolean): Html | null {
  return on ? html` checked` : null;
}
