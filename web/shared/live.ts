import { ask, call, Refusal, troubleOf } from './client';
import type { Credentials } from './client';
import type { Payment } from './types';

/** The first line of a stream comes at once; where it does not, something on the way holds streams back, and we ask instead. */
const FIRST_WORD_MS = 5_000;
/** The server says something every 15 s; a stream silent for longer than two of them is dead. */
const SILENCE_MS = 35_000;
const LONGEST_PAUSE_MS = 15_000;

export interface PaymentWatch {
  readonly id: string;
  readonly credentials: Credentials;
  readonly onPayment: (payment: Payment) => void;
  readonly onConnection: (isThere: boolean) => void;
  /** Ends it. */
  readonly onRefused: (refusal: Refusal) => void;
}

/**
 * Tells where a payment stands, now and whenever that changes, until stopped. Looks again whatever happens to the stream:
 * with a stream that works at once, without one after ever longer pauses.
 */
export function watchPayment({ id, credentials, onPayment, onConnection, onRefused }: PaymentWatch): () => void {
  const stopping = new AbortController();
  const isStopped = () => stopping.signal.aborted;
  let failures = 0;

  const look = async () => {
    const { body } = await call(credentials, 'GET', `/v1/payments/${encodeURIComponent(id)}`);
    if (isStopped()) return;
    onConnection(true);
    onPayment(body);
  };

  const run = async () => {
    while (!isStopped()) {
      let atLeastMs = 0;
      try {
        await look();
        await follow(id, credentials, stopping.signal, async () => {
          failures = 0;
          await look();
        });
        failures = Math.max(failures, 1); // a stream that merely ended: again soon
      } catch (error) {
        if (isStopped()) return;
        if (error instanceof Refusal && !error.isPassing) {
          onRefused(error);
          return;
        }
        failures += 1;
        atLeastMs = troubleOf(error)?.retryAfterMs ?? 0;
        if (!(error instanceof StreamTrouble)) onConnection(false);
      }
      await pause(Math.max(atLeastMs, pauseAfter(failures)), stopping.signal);
    }
  };
  void run();
  return () => stopping.abort();
}

class StreamTrouble extends Error {}

/** Reads the timeline as it is written, and calls `onEvent` for each batch of rows. */
async function follow(
  id: string,
  credentials: Credentials,
  stopped: AbortSignal,
  onEvent: () => Promise<void>,
): Promise<void> {
  const cut = new AbortController();
  const cutIt = () => cut.abort();
  stopped.addEventListener('abort', cutIt, { once: true });
  let timer = setTimeout(cutIt, FIRST_WORD_MS);
  try {
    const answer = await ask(credentials, `/v1/payments/${encodeURIComponent(id)}/events`, {
      headers: { accept: 'text/event-stream' },
      signal: cut.signal,
    });
    if (answer.body === null) throw new StreamTrouble('nothing to read');
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(cutIt, SILENCE_MS);
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      if (blocks.some((block) => /^data:/m.test(block))) await onEvent();
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new StreamTrouble(String(error)); // whether the network is gone shows when we look
  } finally {
    clearTimeout(timer);
    stopped.removeEventListener('abort', cutIt);
    cutIt();
  }
}

/** 1 s, 2 s, 4 s …, each a little different, so that many pages do not come back at one moment. */
export function pauseAfter(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures) * (0.75 + Math.random() / 2);
}

/** Waits; or less, when the network or the reader comes back. */
export function pause(ms: number, stopped?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wakeIfVisible);
      stopped?.removeEventListener('abort', wake);
      resolve();
    };
    const wakeIfVisible = () => {
      if (document.visibilityState === 'visible') wake();
    };
    const timer = setTimeout(wake, ms);
    window.addEventListener('online', wake);
    document.addEventListener('visibilitychange', wakeIfVisible);
    stopped?.addEventListener('abort', wake);
  });
}
