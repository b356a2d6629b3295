import { watchPayment } from './live.js';
import { describeStanding } from './standing-words.js';

/** So long a payer who waits is kept, whatever happens. */
const LONGEST_STAY_MS = 10_000;
/** So long the last word stays to be read. */
const READING_MS = 2_500;

const at = (id) => document.getElementById(id);
const { payment: id, token, place, merchant, onward } = at('page').dataset;

let goAt = Infinity;

function show(payment) {
  const words = describeStanding(payment, { place, merchant });
  at('standing').dataset.tone = words.tone;
  at('standing').dataset.status = payment.status;
  // Only what differs is written: a screen reader says what is written.
  if (at('title').textContent !== words.title) at('title').textContent = words.title;
  if (at('text').textContent !== words.text) at('text').textContent = words.text;
  document.title = `${words.title} · ${merchant}`;
  if (payment.nextAction === null) {
    at('continue')?.remove();
    at('onward')?.classList.remove('quiet');
  }
  if (words.settled) {
    goAt = Math.min(goAt, performance.now() + READING_MS);
    stopWatching();
  }
}

function showConnection(isThere) {
  const note = isThere ? '' : 'The connection is interrupted. We keep trying; your payment does not depend on it.';
  if (at('connection').textContent !== note) at('connection').textContent = note;
  at('connection').hidden = isThere;
}

const stopWatching = watchPayment({
  id,
  token,
  onPayment: show,
  onConnection: showConnection,
  onRefused() {
    at('connection').textContent = 'This page has been open for long. Load it again to see where the payment stands.';
    at('connection').hidden = false;
  },
});

// Who comes here by the Back button wants to be here, and would be caught between two pages otherwise.
const cameBack = performance.getEntriesByType('navigation')[0]?.type === 'back_forward';
if (onward && !cameBack) goOn();

function goOn() {
  goAt = Math.min(goAt, performance.now() + LONGEST_STAY_MS);
  const tick = () => {
    const left = goAt - performance.now();
    if (left <= 0) {
      clearInterval(timer);
      location.assign(onward);
    } else {
      at('countdown').textContent = `You go back to ${merchant} in ${Math.ceil(left / 1000)} s.`;
    }
  };
  const timer = setInterval(tick, 250);
  tick();
  at('moving').hidden = false;
  at('stay').addEventListener('click', () => {
    clearInterval(timer);
    at('moving').hidden = true;
  });
}
