import { serverNow } from './api.js';
import { asClaimed, claim } from './claims.js';
import { at, make, say } from './dom.js';
import { watchPayment } from './live.js';
import { perform } from './next-action.js';
import { describeStanding, gatewayLabel, goOnLabel, mayTryAgain } from './standing-words.js';
import { WidgetTrouble } from './widget.js';

/** @import { Payment, Place, Standing } from './types' */

/** So long a payer who waits is kept, whatever happens. */
const LONGEST_STAY_MS = 10_000;
/** So long the last word stays to be read. */
const READING_MS = 2_500;
/** So long the payer who comes back has just agreed to something, and what failed before that is not the answer to it. */
const ARRIVAL_MS = 15_000;
/** A failure told so shortly before the payer's arrival is about the try that the payer comes from. */
const BEFORE_ARRIVAL_MS = 5_000;

const {
  payment: id = '',
  token = '',
  merchant = '',
  gateway = '',
  currency = '',
  onward = '',
  kept,
} = at('page').dataset;
/** @type {Place} */
const place = at('page').dataset['place'] === 'cancel' ? 'cancel' : 'return';
/** What the gateway gave the browser to bring along; believed by nobody. */
const brought = place === 'return' ? location.search : '';
const claimed = new URLSearchParams(brought).get('transaction_id');

/** @type {Payment | null} */
let latest = null; // the payment as it was told last
let arrivedAt = NaN; // by the server's clock; not a number before the first answer
let leaveAt = Infinity;
// Who comes here by the Back button wants to be here, and would be caught between two pages otherwise.
let stays = onward === '' || isBackForward();

// Perhaps just paid: until we know more, nothing on this page says otherwise.
if (claimed && at('standing').dataset['status'] === 'awaiting_payer') {
  /** @type {Standing} */
  const waiting = {
    status: 'awaiting_payer',
    reason: null,
    gateway,
    nextAction: null,
    currency,
    captured: 0,
    refunded: 0,
    disputed: 0,
    chargedBack: 0,
  };
  showWords(waiting);
  showGoOn(waiting);
}
if (kept !== 'true') leaveAt = performance.now() + LONGEST_STAY_MS;
at('stay').addEventListener('click', () => (stays = true));
at('continue').addEventListener('click', (event) => {
  stays = true; // who acts here is not led away
  if (!(event.target instanceof Element) || event.target.closest('a, form') !== null) return;
  const button = event.target.closest('button');
  if (button !== null && latest !== null) void goOn(latest, button);
});
setInterval(tick, 250);
tick();

const stopWatching = watchPayment({
  id,
  token,
  onPayment(payment) {
    latest = payment;
    if (Number.isNaN(arrivedAt)) arrive();
    show(asArrived(asClaimed(payment)));
  },
  onConnection: (isThere) =>
    say(
      at('connection'),
      isThere ? '' : 'The connection is interrupted. We keep trying; your payment does not depend on it.',
    ),
  onRefused: () =>
    say(at('connection'), 'This page has been open for long. Load it again to see where the payment stands.'),
});

function isBackForward() {
  const [navigation] = performance.getEntriesByType('navigation');
  return navigation instanceof PerformanceNavigationTiming && navigation.type === 'back_forward';
}

function arrive() {
  arrivedAt = serverNow();
  if (claimed) claim(id, claimed);
  // Where no answer comes, what is known stands.
  if (brought !== '') setTimeout(() => latest !== null && show(asClaimed(latest)), ARRIVAL_MS);
}

/**
 * The payment without the failure of an earlier try, for a payer who has just come back from the next one.
 * @param {Payment} payment
 * @returns {Payment}
 */
function asArrived(payment) {
  if (brought === '' || payment.reason === null || payment.status !== 'awaiting_payer') return payment;
  const isAnswer = (/** @type {Payment['timeline'][number]} */ { kind, recordedAt }) =>
    kind === 'attempt_failed' && Date.parse(recordedAt) > arrivedAt - BEFORE_ARRIVAL_MS;
  if (serverNow() - arrivedAt > ARRIVAL_MS || payment.timeline.some(isAnswer)) return payment;
  return { ...payment, reason: null };
}

/** @param {Payment} payment */
function show(payment) {
  const words = showWords({ ...payment, isUnanswered: patienceLeft(payment) <= 0 });
  showGoOn(payment);
  showPatience(payment);
  if (words.settled) {
    leaveAt = Math.min(leaveAt, performance.now() + READING_MS);
    stopWatching();
  } else if (mayTryAgain(payment) || payment.nextAction?.kind === 'prompt') {
    leaveAt = Infinity;
  } else if (leaveAt === Infinity) {
    leaveAt = performance.now() + LONGEST_STAY_MS;
  }
  move();
}

/** @param {Standing} standing */
function showWords(standing) {
  const words = describeStanding(standing, { place, merchant });
  at('standing').dataset['tone'] = words.tone;
  at('standing').dataset['status'] = standing.status;
  say(at('title'), words.title);
  say(at('text'), words.text);
  document.title = `${words.title} · ${merchant}`;
  return words;
}

/**
 * The button back to the gateway: as the server wrote it, until it has to be another one.
 * @param {Standing} standing
 */
function showGoOn(standing) {
  const { nextAction } = standing;
  const label = goOnLabel(standing, place);
  at('onward')?.classList.toggle('quiet', label !== null);
  const shown = at('continue').querySelector('a, button');
  if (label === null || nextAction === null) {
    at('continue').replaceChildren();
    say(at('trouble'), '');
  } else if (shown?.textContent !== label) {
    at('continue').replaceChildren(
      nextAction.kind === 'redirect'
        ? make('a', { className: 'button', href: nextAction.url }, label)
        : make('button', { type: 'button' }, label),
    );
  } else if (shown instanceof HTMLButtonElement) {
    shown.disabled = false; // it waited for this script
  }
}

/**
 * How long the request on the payer's phone is usually answered within; whatever comes later still counts.
 * @param {Payment} payment
 */
function showPatience(payment) {
  const left = patienceLeft(payment);
  say(at('patience'), left > 0 ? `${Math.ceil(left / 1000)} s left` : '');
}

/**
 * Milliseconds; NaN where nobody waits for a phone.
 * @param {Payment} payment
 */
function patienceLeft({ status, nextAction, timeline }) {
  if (status !== 'awaiting_payer' || nextAction?.kind !== 'prompt') return NaN;
  const opened = timeline.find(({ kind }) => kind === 'checkout_opened');
  return Math.min(nextAction.patienceMs, Date.parse(opened?.recordedAt ?? '') + nextAction.patienceMs - serverNow());
}

/**
 * @param {Payment} payment
 * @param {HTMLButtonElement} button
 */
async function goOn(payment, button) {
  button.disabled = true;
  say(at('trouble'), '');
  const name = gatewayLabel(gateway);
  try {
    await perform(payment, {
      onFailedTry: () =>
        say(
          at('trouble'),
          `That try did not go through. You can try again, or close ${name}’s window and pay in another way.`,
        ),
      onClosed: () => button.focus(),
    });
  } catch (error) {
    if (!(error instanceof WidgetTrouble)) throw error;
    say(
      at('trouble'),
      `${name}’s window could not be opened here. Please check the connection and try again, or pay in another way.`,
    );
  } finally {
    button.disabled = false;
  }
}

function tick() {
  if (latest !== null && latest.nextAction?.kind === 'prompt') show(latest);
  else move();
}

/** Leads the browser back to the merchant when it is time, and says so before. */
function move() {
  const left = leaveAt - performance.now();
  at('moving').hidden = stays || leaveAt === Infinity;
  if (at('moving').hidden) return;
  if (left <= 0) {
    stays = true;
    location.assign(onward);
  } else {
    say(at('countdown'), `You go back to ${merchant} in ${Math.ceil(left / 1000)} s.`);
  }
}
