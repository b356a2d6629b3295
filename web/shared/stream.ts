/** The first line of a stream comes at once; where it does not, something on the way holds streams back. */
const FIRST_WORD_MS = 5_000;
/** The server says something every 15 s; a stream silent for longer than two of them is dead. */
const SILENCE_MS = 35_000;

/** One server-sent event: its number, and its data as JSON text. */
export interface SentEvent {
  readonly id: string;
  readonly data: string;
}

/**
 * Reads server-sent events until the stream ends, and calls `onEvents` with those that came together. Throws what `open` throws; a stream
 * that is cut, or silent for too long, throws too. `fetch` is used, since an `EventSource` does not show the server's signs of life.
 */
export async function readStream(
  open: (signal: AbortSignal) => Promise<Response>,
  stopped: AbortSignal,
  onEvents: (events: readonly SentEvent[]) => unknown,
): Promise<void> {
  const cut = new AbortController();
  const cutIt = () => cut.abort();
  stopped.addEventListener('abort', cutIt, { once: true });
  let timer = setTimeout(cutIt, FIRST_WORD_MS);
  try {
    const { body } = await open(cut.signal);
    if (body === null) throw new Error('nothing to read');
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(cutIt, SILENCE_MS);
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      const events = blocks.flatMap(eventOf);
      if (events.length > 0) await onEvents(events);
    }
  } finally {
    clearTimeout(timer);
    stopped.removeEventListener('abort', cutIt);
    cutIt();
  }
}

/** Signs of life have no data. */
function eventOf(block: string): readonly SentEvent[] {
  const data = /^data: ?(.*)$/m.exec(block)?.[1];
  return data === undefined ? [] : [{ id: /^id: ?(.*)$/m.exec(block)?.[1] ?? '', data }];
}
