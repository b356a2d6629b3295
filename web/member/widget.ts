import type { NextAction, WidgetListeners } from '../shared/types';
import { claim } from './claims';

/** The gateway's window could not be opened here: nothing was paid, and another try may work. */
export class WidgetTrouble extends Error {}

/** A script that has not come by then is not waited for. */
const PATIENCE_MS = 20_000;

interface Session extends WidgetListeners {
  readonly paymentId: string;
}

const loading = new Map<string, Promise<void>>(); // script URL → a promise of it
let session: Session | null = null; // what the window that was opened last is about

/**
 * Opens the gateway's own window over this page (KKiaPay, JavaScript SDK) and returns once it is open. When the payer has
 * paid, by its word, the browser goes to the payment's page. `onFailedTry()`: a try failed, the window stays open for the
 * next one; `onClosed()`: the payer closed it. Throws {@link WidgetTrouble}.
 */
export async function openWidget(
  paymentId: string,
  { script, params }: Extract<NextAction, { kind: 'widget' }>,
  { onFailedTry, onClosed }: WidgetListeners,
): Promise<void> {
  await load(script);
  if (!window.openKkiapayWidget) throw new WidgetTrouble('not what it should be');
  session = { paymentId, onFailedTry, onClosed };
  try {
    window.openKkiapayWidget(params);
  } catch (error) {
    session = null;
    throw new WidgetTrouble(String(error));
  }
}

function load(script: string): Promise<void> {
  const known = loading.get(script);
  if (known) return known;
  const promise = run(script).then(listen);
  loading.set(script, promise);
  promise.catch(() => loading.delete(script)); // the next click tries anew
  return promise;
}

function run(script: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const element = document.createElement('script');
    const fail = (why: string) => {
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
function listen(): void {
  window.addSuccessListener?.((told) => end((ended) => succeed(ended, told)));
  window.addFailedListener?.(() => session?.onFailedTry());
  window.addKkiapayCloseListener?.(() => end(({ onClosed }) => onClosed()));
}

function end(how: (ended: Session) => void): void {
  if (session === null) return; // it closes after a success too
  const ended = session;
  session = null;
  how(ended);
}

/** What the window tells is only a hint: it says which transaction the payment's page should have looked up. */
function succeed({ paymentId }: Session, told: { readonly transactionId?: unknown } | null | undefined): void {
  const id = typeof told?.transactionId === 'string' ? told.transactionId : '';
  if (id !== '') claim(paymentId, id);
  location.assign(
    `/return/${encodeURIComponent(paymentId)}${id === '' ? '' : `?transaction_id=${encodeURIComponent(id)}`}`,
  );
}
