/** Begins work that goes on beside everything else until its signal; `stop` gives the signal, and waits for the work to end. */
export function inBackground(work: (stopped: AbortSignal) => Promise<void>): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const working = work(stopping.signal);
  return {
    stop: () => {
      stopping.abort();
      return working;
    },
  };
}
