import { ask, call, Refusal, troubleOf } from './client';
import type { Credentials } from './client';
import { readStream } from './stream';
import type { Payment } from './types';

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
  const open = (signal: AbortSignal) =>
    ask(credentials, `/v1/payments/${encodeURIComponent(id)}/events`, {
      headers: { accept: 'text/event-stream' },
      signal,
    });
  await readStream(open, stopped, onEvent).catch((error: unknown) => {
    if (error instanceof Refusal) throw error;
    throw new StreamTrouble(String(error)); // whether the network is gone shows when we look
  });
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
