import { describeStanding, goOnLabel, mayTryAgain } from '../../words/standing';
import type { Place, Standing } from '../../words/standing';
import { serverNow } from '../shared/client';
import { watchPayment } from '../shared/live';
import type { Payment } from '../shared/types';
import { asClaimed, claim } from './claims';
import { perform } from './next-action';
import { language, t } from './words';
import { WidgetTrouble } from './widget';

/** So long a payer who waits is kept, whatever happens. */
const LONGEST_STAY_MS = 10_000;
/** So long the last word stays to be read. */
const READING_MS = 2_500;
/** So long the payer who comes back has just agreed to something, and what failed before that is not the answer to it. */
const ARRIVAL_MS = 15_000;
/** A failure told so shortly before the payer's arrival is about the try that the payer comes from. */
const BEFORE_ARRIVAL_MS = 5_000;

/** The place of the page that has this id. */
function at(id: string): HTMLElement {
  const place = document.getElementById(id);
  if (!place) throw new Error(`the page has no ${id}`);
  return place;
}

/** Shows a text, or hides its place where there is none. Writes only what differs: a screen reader says what is written. */
function say(id: string, text: string): void {
  const place = at(id);
  if (place.textContent !== text) place.textContent = text;
  place.hidden = text === '';
}

/** Keeps the page of a payment, which the server wrote in full, true to what happens, and leads the browser on. */
export function watchStanding(page: HTMLElement): void {
  const { payment: id = '', token = '', merchant = '', gateway = '', currency = '', onward = '', kept } = page.dataset;
  const place: Place = page.dataset['place'] === 'cancel' ? 'cancel' : 'return';
  /** What the gateway gave the browser to bring along; believed by nobody. */
  const brought = place === 'return' ? location.search : '';
  const claimed = new URLSearchParams(brought).get('transaction_id');

  let latest: Payment | null = null; // the payment as it was told last
  let arrivedAt = NaN; // by the server's clock; not a number before the first answer
  let leaveAt = Infinity;
  // Who comes here by the Back button wants to be here, and would be caught between two pages otherwise.
  let stays = onward === '' || isBackForward();

  // Perhaps just paid: until we know more, nothing on this page says otherwise.
  if (claimed && at('standing').dataset['status'] === 'awaiting_payer') {
    const waiting: Standing = {
      status: 'awaiting_payer',
      reason: null,
      gatewayLabel: gateway,
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
    credentials: { kind: 'token', token },
    onPayment(payment) {
      latest = payment;
      if (Number.isNaN(arrivedAt)) arrive();
      show(asArrived(asClaimed(payment)));
    },
    onConnection: (isThere) => say('connection', isThere ? '' : t('standing.offline')),
    onRefused: () => say('connection', t('standing.old')),
  });

  function isBackForward(): boolean {
    const [navigation] = performance.getEntriesByType('navigation');
    return navigation instanceof PerformanceNavigationTiming && navigation.type === 'back_forward';
  }

  function arrive(): void {
    arrivedAt = serverNow();
    if (claimed) claim(id, claimed);
    // Where no answer comes, what is known stands.
    if (brought !== '') setTimeout(() => latest !== null && show(asClaimed(latest)), ARRIVAL_MS);
  }

  /** The payment without the failure of an earlier try, for a payer who has just come back from the next one. */
  function asArrived(payment: Payment): Payment {
    if (brought === '' || payment.reason === null || payment.status !== 'awaiting_payer') return payment;
    const isAnswer = ({ kind, recordedAt }: Payment['timeline'][number]) =>
      kind === 'attempt_failed' && Date.parse(recordedAt) > arrivedAt - BEFORE_ARRIVAL_MS;
    if (serverNow() - arrivedAt > ARRIVAL_MS || payment.timeline.some(isAnswer)) return payment;
    return { ...payment, reason: null };
  }

  function show(payment: Payment): void {
    const standing = asStanding(payment);
    const words = showWords({ ...standing, isUnanswered: patienceLeft(payment) <= 0 });
    showGoOn(standing);
    showPatience(payment);
    if (words.settled) {
      leaveAt = Math.min(leaveAt, performance.now() + READING_MS);
      stopWatching();
    } else if (mayTryAgain(standing) || payment.nextAction?.kind === 'prompt') {
      leaveAt = Infinity;
    } else if (leaveAt === Infinity) {
      leaveAt = performance.now() + LONGEST_STAY_MS;
    }
    move();
  }

  function showWords(standing: Standing) {
    const words = describeStanding(standing, { place, merchant, language: language() });
    at('standing').dataset['tone'] = words.tone;
    at('standing').dataset['status'] = standing.status;
    say('title', words.title);
    say('text', words.text);
    document.title = `${words.title} · ${merchant}`;
    return words;
  }

  /** The button back to the gateway: as the server wrote it, until it has to be another one. */
  function showGoOn(standing: Standing): void {
    const { nextAction } = standing;
    const label = goOnLabel(standing, { place, language: language() });
    document.getElementById('onward')?.classList.toggle('quiet', label !== null);
    const shown = at('continue').querySelector('a, button');
    if (label === null || nextAction === null) {
      at('continue').replaceChildren();
      say('trouble', '');
    } else if (shown?.textContent !== label) {
      at('continue').replaceChildren(
        nextAction.kind === 'redirect'
          ? Object.assign(document.createElement('a'), {
              className: 'button',
              href: nextAction.url,
              textContent: label,
            })
          : Object.assign(document.createElement('button'), { type: 'button', textContent: label }),
      );
    } else if (shown instanceof HTMLButtonElement) {
      shown.disabled = false; // it waited for this script
    }
  }

  /** How long the request on the payer's phone is usually answered within; whatever comes later still counts. */
  function showPatience(payment: Payment): void {
    const left = patienceLeft(payment);
    say('patience', left > 0 ? t('standing.left', { seconds: Math.ceil(left / 1000) }) : '');
  }

  /** Milliseconds; NaN where nobody waits for a phone. */
  function patienceLeft({ status, nextAction, timeline }: Payment): number {
    if (status !== 'awaiting_payer' || nextAction?.kind !== 'prompt') return NaN;
    const opened = timeline.find(({ kind }) => kind === 'checkout_opened');
    return Math.min(nextAction.patienceMs, Date.parse(opened?.recordedAt ?? '') + nextAction.patienceMs - serverNow());
  }

  async function goOn(payment: Payment, button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    say('trouble', '');
    try {
      await perform(payment, {
        onFailedTry: () => say('trouble', t('standing.declined', { gateway })),
        onClosed: () => button.focus(),
      });
    } catch (error) {
      if (!(error instanceof WidgetTrouble)) throw error;
      say('trouble', t('trouble.window', { gateway }));
    } finally {
      button.disabled = false;
    }
  }

  function tick(): void {
    if (latest !== null && latest.nextAction?.kind === 'prompt') show(latest);
    else move();
  }

  /** Leads the browser back to the merchant when it is time, and says so before. */
  function move(): void {
    const left = leaveAt - performance.now();
    at('moving').hidden = stays || leaveAt === Infinity;
    if (at('moving').hidden) return;
    if (left <= 0) {
      stays = true;
      location.assign(onward);
    } else {
      say('countdown', t('standing.moving', { merchant, seconds: Math.ceil(left / 1000) }));
    }
  }

  function asStanding(payment: Payment): Standing {
    return { ...payment, nextAction: payment.nextAction as Standing['nextAction'], gatewayLabel: gateway };
  }
}
