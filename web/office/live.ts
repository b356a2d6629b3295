import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { EventObject } from '../../workflows/domain/event';
import { Refusal, refusalOf } from '../shared/client';
import { pause, pauseAfter } from '../shared/live';
import { noticeEnd } from './queries';
import { readStream } from '../shared/stream';

/** Without a stream, what is shown is asked for anew this often. */
const ASKING_MS = 15_000;

/** What may be otherwise wherever money moves. */
const OF_MONEY = [
  '/v1/payments',
  '/v1/notifications',
  '/v1/attention',
  '/v1/statistics',
  '/v1/members',
  '/v1/ledger',
  '/v1/agreements',
];

/** Which addresses may answer otherwise after an event about this kind of object. */
const TOUCHED: Readonly<Record<EventObject, readonly string[]>> = {
  payment: [...OF_MONEY, '/v1/pay-links'],
  refund: [...OF_MONEY, '/v1/refunds'],
  dispute: [...OF_MONEY, '/v1/disputes'],
  charge: ['/v1/members'],
  gateway_account: ['/v1/gateway-accounts', '/v1/attention'],
  agreement: ['/v1/agreements', '/v1/members'],
  notification: ['/v1/notifications', '/v1/attention', '/v1/ledger'],
};

let isLive = true;
const listeners = new Set<() => void>();
function say(live: boolean): void {
  if (live === isLive) return;
  isLive = live;
  for (const listener of listeners) listener();
}

/** Whether the office hears at once of what happens; else it asks from time to time. */
export function useIsLive(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isLive,
  );
}

/** Reads anew what is shown of these addresses. */
export function readAnew(queries: QueryClient, prefixes: readonly string[]): void {
  void queries.invalidateQueries({
    predicate: ({ queryKey: [path] }) =>
      typeof path === 'string' && prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)),
  });
}

/** One stream for the tab, until stopped: it tells ids only, on which the pages ask again. */
export function listen(queries: QueryClient): () => void {
  const stopping = new AbortController();
  const isStopped = () => stopping.signal.aborted;
  const asking = setInterval(() => {
    if (!isLive && document.visibilityState === 'visible') void queries.invalidateQueries({ type: 'active' });
  }, ASKING_MS);
  void run();
  return () => {
    clearInterval(asking);
    stopping.abort();
  };

  async function run(): Promise<void> {
    let last: string | null = null;
    for (let failures = 0; !isStopped(); failures += 1) {
      const open = async (signal: AbortSignal) => {
        const headers = { accept: 'text/event-stream', ...(last !== null && { 'last-event-id': last }) };
        const answer = await fetch('/v1/events/stream', { headers, signal, cache: 'no-store' });
        if (!answer.ok) throw await refusalOf(answer);
        if (failures > 0) void queries.invalidateQueries({ type: 'active' }); // what happened meanwhile may not be told again
        failures = 0;
        say(true);
        return answer;
      };
      try {
        await readStream(open, stopping.signal, (events) => {
          last = events.at(-1)?.id ?? last;
          // Many come at once when much is done at once: each address is read anew once.
          readAnew(queries, [...new Set(events.flatMap(({ data }) => TOUCHED[objectOf(data)]))]);
        });
      } catch (error) {
        if (error instanceof Refusal && error.code === 'not_found')
          last = null; // what was told last is kept no longer
        else if (error instanceof Refusal && !error.isPassing) {
          say(false);
          noticeEnd(error);
          return;
        }
      }
      if (isStopped()) return;
      say(false);
      await pause(pauseAfter(failures + 1), stopping.signal);
    }
  }
}

/** What kind of object an event is about. */
function objectOf(data: string): EventObject {
  return (JSON.parse(data) as { readonly object: { readonly kind: EventObject } }).object.kind;
}
