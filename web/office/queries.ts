import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { Refusal, troubleOf } from '../shared/client';

/** What the office knows of the server. What passes by itself is asked for again, what was refused is not. */
export const queries = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  mutationCache: new MutationCache({ onError: noticeEnd }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 3 && (troubleOf(error)?.isPassing ?? false) && !isLimited(error),
      networkMode: 'always', // a browser that believes it is offline may be wrong about a server on its own machine
    },
    mutations: { networkMode: 'always' },
  },
});

const isLimited = (error: unknown): boolean => error instanceof Refusal && error.status === 429;

const SESSION = ['/v1/session', {}] as const;

/** The session was ended elsewhere, or works for another merchant since: whatever is shown is not theirs any more. */
export function noticeEnd(error: unknown): void {
  if (!(error instanceof Refusal)) return;
  // Who is known to be out is not asked once more who they are.
  const isThoughtIn = queries.getQueryData(SESSION) !== undefined;
  if (error.status === 401 && isThoughtIn) void queries.resetQueries({ queryKey: SESSION });
  if (error.code === 'merchant_switched') location.reload();
}
