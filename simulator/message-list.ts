import { html, type Html } from './html';
import { describeAnswer, type Message, type MessageState } from './message';

const ATTEMPTS_SHOWN = 4;

/** Messages on the control page, with their attempts and buttons. Folded away, since a payment may have many. */
export function messageList(base: string, messages: readonly Message[]): Html {
  if (messages.length === 0) return html`<p class="note">No message about it.</p>`;
  return html`<details class="messages">
    <summary>${summarise(messages)}</summary>
    <ul>
      ${messages.map((message) => item(base, message))}
    </ul>
  </details>`;
}

function item(base: string, message: Message): Html {
  const { id, parcel, state } = message;
  const action = `${base}/actions/messages/${id}`;
  return html`<li>
    <p><strong>${parcel.label}</strong> <span class="state ${state.toLowerCase()}">${state}</span></p>
    <p class="note">
      ${id}${parcel.copyOf === null ? '' : `, a copy of ${parcel.copyOf}`} · ${describeAttempts(message)}
    </p>
    <div class="row">
      <form method="post" action="${action}/replay"><button class="quiet">Replay these bytes</button></form>
      ${parcel.channel.resendLabel === null ? null : html`<form method="post" action="${action}/resend"><button class="quiet">${parcel.channel.resendLabel}</button></form>`}
    </div>
    ${parcel.channel.show(parcel.body, action)}
  </li>`;
}

/** `3 messages: 2 Sent, 1 Retrying`. */
function summarise(messages: readonly Message[]): string {
  const counts = new Map<MessageState, number>();
  for (const { state } of messages) counts.set(state, (counts.get(state) ?? 0) + 1);
  const states = Array.from(counts, ([state, count]) => `${count} ${state}`).join(', ');
  return `${messages.length} ${messages.length === 1 ? 'message' : 'messages'}: ${states}`;
}

function describeAttempts({ parcel, state, attempts }: Message): string {
  if (attempts.length === 0) return state === 'Lost' ? `never reached ${parcel.url}` : `not tried yet: ${parcel.url}`;
  const last = attempts
    .slice(-ATTEMPTS_SHOWN)
    .map(({ at, answer }) => `${at.toISOString().slice(11, 19)} → ${describeAnswer(answer)}`);
  const before = attempts.length > ATTEMPTS_SHOWN ? '… ' : '';
  return `${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'} at ${parcel.url}: ${before}${last.join(', ')}`;
}
