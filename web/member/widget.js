import { claim } from './claims.js';

/** The gateway's window could not be opened here: nothing was paid, and another try may work. */
export class WidgetTrouble extends Error {}

/** A script that has not come by then is not waited for. */
const PATIENCE_MS = 20_000;

const loading = new Map(); // script URL → a promise of it
let session = null; // what the window that was opened last is about

/**
 * Opens the gateway's own window over this page (KKiaPay, JavaScript SDK) and returns once it is open. When the payer has
 * paid, by its word, the browser goes to the payment's page. `onFailedTry()`: a try failed, the window stays open for the
 * next one; `onClosed()`: the payer closed it. Throws {@link WidgetTrouble}.
 */
export async function openWidget(paymentId, { script, params }, { onFailedTry, onClosed }) {
  await load(script);
  session = { paymentId, onFailedTry, onClosed };
  try {
    window.openKkiapayWidget(params);
  } catch (error) {
    session = null;
    throw new WidgetTrouble(String(error));
  }
}

function load(script) {
  const known = loading.get(script);
  if (known) return known;
  const promise = run(script).then(listen);
  loading.set(script, promise);
  promise.catch(() => loading.delete(script)); // the next click tries anew
  return promise;
}

function run(script) {
  return new Promise((resolve, reject) => {
    const element = document.createElement('script');
    const fail = (why) => {
      clearTimeout(timer);
      element.remove();
      reject(new WidgetTrouble(why));
    };
    const timer = setTimeout(() => fail('no answer'), PATIENCE_MS);
    element.onerror = () => fail('not loaded');
    element.onload = () => {
      clearTimeout(timer);
      if (typeof window.openKkiapayWidget === 'function') resolve();
      else fail('not what it should be');
    };
    element.src = script;
    document.head.append(element);
  });
}

/** Once per script: its listeners cannot all be taken back. */
function listen() {
  window.addSuccessListener?.((told) => end(succeed, told));
  window.addFailedListener?.(() => session?.onFailedTry());
  window.addKkiapayCloseListener?.(() => end(({ onClosed }) => onClosed()));
}

function end(how, told) {
  if (session === null) return; // it closes after a success too
  const ended = session;
  session = null;
  how(ended, told);
}

/** What the window tells is only a hint: it says which transaction the payment's page should have looked up. */
function succeed({ paymentId }, told) {
  const id = told?.transactionId;
  const known = typeof id === 'string' && id !== '';
  if (known) claim(paymentId, id);
  location.assign(
    `/return/${encodeURIComponent(paymentId)}${known ? `?transaction_id=${encodeURIComponent(id)}` : ''}`,
  );
}
