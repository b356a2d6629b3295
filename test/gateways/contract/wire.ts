/** A call of ours to the gateway. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

/** What can become of a call. `acted`: the gateway did what it was asked, and only its answer is lost or spoilt. */
export interface Fault {
  readonly name: string;
  readonly acted: boolean;
  /** What is heard in place of an answer; null: nothing, until whoever asks has had enough. */
  readonly spoil: (() => Response) | null;
}
export const LOST_CALLS: readonly Fault[] = [
  { name: 'nobody listens', acted: false, spoil: refuseConnection },
  { name: 'the connection breaks before the gateway acted', acted: false, spoil: breakConnection },
  { name: 'the answer is lost', acted: true, spoil: breakConnection },
];
export const BAD_ANSWERS: readonly Fault[] = [
  {
    name: 'HTTP 429 with Retry-After',
    acted: false,
    spoil: () => page(429, '{"message":"slow down"}', { 'retry-after': '1' }),
  },
  { name: 'HTTP 500 before the gateway acted', acted: false, spoil: () => page(500, '<h1>Sorry</h1>') },
  { name: 'HTTP 500 after the gateway acted', acted: true, spoil: () => page(500, '<h1>Sorry</h1>') },
  { name: 'HTTP 503 with Retry-After', acted: false, spoil: () => page(503, '', { 'retry-after': '1' }) },
  {
    name: 'garbage in place of the answer',
    acted: true,
    spoil: () => page(200, '{"id":"\u0000\u00ff","status":COMPL VERIFIED SUCCESS'),
  },
  { name: 'an empty answer', acted: true, spoil: () => page(200, '') },
  { name: 'an answer without end', acted: true, spoil: () => page(200, 'x'.repeat(3 * 1024 * 1024)) },
  {
    name: 'a redirect to a place that says yes to anybody',
    acted: false,
    spoil: () => page(302, '', { location: ELSEWHERE }),
  },
];

const ELSEWHERE = 'http://127.0.0.1:9/elsewhere';

export const SILENCE: Fault = { name: 'silence', acted: false, spoil: null };

/** One merchant's calls. */
export interface Wire {
  /** What was asked since the last `forget`, oldest first. */
  readonly calls: readonly Asked[];
  /** Values by which a call shows that it is this merchant's. */
  readonly marks: Set<string>;
  forget(): void;
  /** The call with this number (from 0, since the last `forget`) fails so, once. */
  plan(index: number, fault: Fault): void;
  /** Whether what was planned has happened. */
  hasFailed(): boolean;
}

interface Rules {
  /** Takes out of an address or a body what only tells us whose call it is. */
  unstamp(text: string): string;
  handedOut(asked: Asked, answer: string): string | null;
}

/** Stands between us and the gateways, for every merchant of a world. */
export interface Switchboard {
  readonly fetch: typeof globalThis.fetch;
  connect(marks: readonly string[]): Wire;
  /** Calls that were ready to follow a redirect: there must be none. */
  readonly credulous: readonly string[];
  /** Calls that no merchant's mark was found in. */
  readonly nobodys: readonly string[];
}

export function openSwitchboard({ unstamp, handedOut }: Rules): Switchboard {
  const lines: (Wire & { take(asked: Asked): Fault | null })[] = [];
  const [credulous, nobodys]: [string[], string[]] = [[], []];

  const ask: typeof globalThis.fetch = async (input, init = {}) => {
    if (typeof input !== 'string') throw new Error('the gateways of this release ask with text addresses');
    const asked: Asked = {
      method: init.method ?? 'GET',
      url: new URL(input),
      headers: new Headers(init.headers),
      body: Buffer.from(init.body instanceof Uint8Array || typeof init.body === 'string' ? init.body : '').toString(
        'latin1',
      ),
    };
    const name = `${asked.method} ${input}`;
    if (init.redirect !== 'manual' || input.startsWith(ELSEWHERE)) credulous.push(name);
    const text = `${input}\n${[...asked.headers.values()].join('\n')}\n${asked.body}`;
    const line = lines.find(({ marks }) => [...marks].some((mark) => text.includes(mark)));
    if (!line) nobodys.push(name);
    const fault = line?.take(asked) ?? null;
    if (fault?.spoil === null) return untilAborted(init.signal);
    const answer =
      fault === null || fault.acted ? await globalThis.fetch(unstamp(input), { ...init, ...bodyOf(asked) }) : null;
    const body = answer === null ? null : Buffer.from(await answer.arrayBuffer());
    if (line && answer && body) {
      const mark = handedOut(asked, body.toString('latin1'));
      if (mark !== null) line.marks.add(mark);
    }
    if (fault !== null) return fault.spoil();
    if (!answer) throw new Error('without a fault there is an answer');
    return new Response(NO_BODY.has(answer.status) ? null : body, {
      status: answer.status,
      headers: plain(answer.headers),
    });
  };

  function bodyOf({ body }: Asked): { body?: Buffer<ArrayBuffer> } {
    return body === '' ? {} : { body: Buffer.from(unstamp(body), 'latin1') };
  }

  return {
    fetch: ask,
    credulous,
    nobodys,
    connect(given) {
      let calls: Asked[] = [];
      let planned: { index: number; fault: Fault } | null = null;
      let failed = false;
      const line = {
        get calls() {
          return calls;
        },
        marks: new Set(given),
        forget: () => void (calls = []),
        plan: (index: number, fault: Fault) => void (planned = { index, fault }),
        hasFailed: () => failed,
        take(asked: Asked) {
          calls.push(asked);
          if (planned?.index !== calls.length - 1) return null;
          const { fault } = planned;
          planned = null;
          failed = true;
          return fault;
        },
      };
      lines.push(line);
      return line;
    },
  };
}

const NO_BODY: ReadonlySet<number> = new Set([204, 304]);

/** The body was decoded already. */
function plain(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) kept.delete(name);
  return kept;
}

function page(status: number, body: string, headers: Record<string, string> = {}): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/html', ...headers } });
}

/** As Node's fetch says it: the request never left. */
function refuseConnection(): never {
  throw new TypeError('fetch failed', {
    cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  });
}

/** As Node's fetch says it: whether the other side has heard anything is not known. */
function breakConnection(): never {
  throw new TypeError('fetch failed', {
    cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
  });
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<never> {
  if (!signal) throw new Error('a call without a signal would wait for ever');
  return new Promise((_resolve, reject) => {
    const stop = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
