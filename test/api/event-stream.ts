export interface SentEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: unknown;
}

/** Server-sent events as they come; whoever opens one closes it. */
export interface EventStream {
  readonly status: number;
  readonly headers: Headers;
  /** The next so many events. Waits for them. */
  take(count: number): Promise<SentEvent[]>;
  /** What else comes until the server ends it. Waits for that. */
  rest(): Promise<SentEvent[]>;
  close(): void;
}

export function openEvents(
  world: { readonly baseUrl: string },
  key: string | null,
  payment: string,
  headers: Record<string, string> = {},
): Promise<EventStream> {
  return openStream(world, key, `/v1/payments/${payment}/events`, headers);
}

export async function openStream(
  { baseUrl }: { readonly baseUrl: string },
  key: string | null,
  path: string,
  headers: Record<string, string> = {},
): Promise<EventStream> {
  const leaving = new AbortController();
  const answer = await fetch(new URL(path, baseUrl), {
    headers: { ...(key !== null && { authorization: `Bearer ${key}` }), accept: 'text/event-stream', ...headers },
    signal: leaving.signal,
  });
  const events = readEvents(answer.body!);
  return {
    status: answer.status,
    headers: answer.headers,
    async take(count) {
      const taken: SentEvent[] = [];
      while (taken.length < count) {
        const { value, done } = await events.next();
        if (done) throw new Error(`the stream ended after ${taken.length} of ${count} events`);
        taken.push(value);
      }
      return taken;
    },
    async rest() {
      const left: SentEvent[] = [];
      for await (const event of events) left.push(event);
      return left;
    },
    close: () => leaving.abort(),
  };
}

async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<SentEvent, void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      );
      text = text.slice(end + 2);
      const data = lines.get('data');
      if (data !== undefined) yield { id: lines.get('id'), event: lines.get('event'), data: JSON.parse(data) };
    }
  }
}
