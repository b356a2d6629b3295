import { GatewayFailure } from './port';
import type { GatewayContext } from './port';

/** Who asks. PayPal answers 403 to a request without a descriptive one; held equal to package.json by a test. */
export const USER_AGENT = 'Quittance/0.1.0 (+payment notifications)';

// A gateway's answer comes in one or two seconds; whoever needs more is asked again, which is cheaper than a longer wait.
const TIMEOUT_MS = 8_000;
// A gateway's answers are a few kilobytes; whatever is a thousand times that is not an answer.
const MAX_BYTES = 1024 * 1024;
// However long a gateway wants to be left alone, once an hour is patient enough.
const LONGEST_PAUSE_MS = 3_600_000;

/** One request to a gateway. */
export interface Question {
  /** What is attempted, as a clause for messages: `asking PayPal to verify a notification`. Holds no secret and no body. */
  readonly attempt: string;
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Whether the request may move money: only then does a lost answer leave that open. */
  readonly moves: boolean;
  /** Patience for the whole exchange, the body included. Default 8 s. */
  readonly timeoutMs?: number;
  /** The longest body that is read, decompressed. Default 1 MiB. */
  readonly maxBytes?: number;
}
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/**
 * Asks a gateway once, follows no redirect, and gives the answer with any status but 3xx. No answer is a thrown
 * {@link GatewayFailure}; when `context.signal` aborts, its reason is thrown instead, since then it was us who stopped.
 */
export async function ask(
  context: Pick<GatewayContext<unknown>, 'fetch' | 'signal'>,
  question: Question,
): Promise<Answer> {
  const { attempt, moves, timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES } = question;
  const patience = startPatience(context.signal, timeoutMs);
  try {
    const response = await context.fetch(question.url, {
      method: question.method,
      headers: { 'user-agent': USER_AGENT, ...question.headers },
      ...(question.body !== undefined && { body: question.body }),
      redirect: 'manual',
      signal: patience.signal,
    });
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
      abandon(response);
      // A redirect is answered by a door-keeper, and following it loses the body of a POST or asks a stranger.
      throw new GatewayFailure({
        code: 'redirected',
        message: `${attempt}: the answer was a redirect (HTTP ${response.status}), which is never followed`,
        moved: perhaps(moves),
      });
    }
    const body = await readBounded(response, maxBytes);
    if (body === null) {
      throw new GatewayFailure({
        code: 'body_too_large',
        message: `${attempt}: HTTP ${response.status} with a body of more than ${maxBytes} bytes, not read further`,
        moved: perhaps(moves),
      });
    }
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    if (error instanceof GatewayFailure) throw error;
    context.signal.throwIfAborted();
    if (patience.isOver()) {
      throw new GatewayFailure({
        code: 'timed_out',
        message: `${attempt}: no answer within ${timeoutMs} ms`,
        moved: perhaps(moves),
        cause: error,
      });
    }
    const reason = systemCode(error);
    const neverLeft = reason !== null && NEVER_LEFT.has(reason);
    throw new GatewayFailure({
      code: neverLeft ? 'no_connection' : 'connection_lost',
      message: `${attempt}: ${neverLeft ? 'no connection' : 'the connection broke before the answer was complete'} (${reason ?? 'no reason given'})`,
      moved: neverLeft ? 'no' : perhaps(moves),
      cause: error,
    });
  } finally {
    patience.end();
  }
}

/** The failure for an answer whose status is not the one that was hoped for: `http_500`, later, or when a 429 or 503 says so. */
export function unexpectedStatus(question: Pick<Question, 'attempt' | 'moves'>, answer: Answer): GatewayFailure {
  const afterMs = answer.status === 429 || answer.status === 503 ? retryAfterMs(answer.headers) : null;
  return new GatewayFailure({
    code: `http_${answer.status}`,
    message: `${question.attempt}: HTTP ${answer.status}${afterMs === null ? '' : `, to be asked again after ${afterMs} ms`}`,
    moved: perhaps(question.moves),
    retry: afterMs === null ? 'later' : { afterMs },
  });
}

/** Reads `Retry-After` (RFC 9110, 10.2.3: seconds or a date); null when absent or unreadable. At most an hour. */
export function retryAfterMs(headers: Headers, nowMs: number = Date.now()): number | null {
  const text = headers.get('retry-after')?.trim() ?? '';
  const wait = /^\d{1,9}$/.test(text)
    ? Number(text) * 1000
    : /^[A-Za-z]{3},? /.test(text)
      ? Date.parse(text) - nowMs
      : NaN;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), LONGEST_PAUSE_MS) : null;
}

// Only what cannot happen once a byte of the request was sent: no such name, nobody listening, no handshake, a wrong certificate.
const NEVER_LEFT: ReadonlySet<string> = new Set(
  `ECONNREFUSED ENOTFOUND EAI_AGAIN UND_ERR_CONNECT_TIMEOUT CERT_HAS_EXPIRED DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN
   UNABLE_TO_VERIFY_LEAF_SIGNATURE UNABLE_TO_GET_ISSUER_CERT_LOCALLY ERR_TLS_CERT_ALTNAME_INVALID`.split(/\s+/),
);

function perhaps(moves: boolean): 'no' | 'perhaps' {
  return moves ? 'perhaps' : 'no';
}

/** The code of the system's error that `fetch` wraps in a TypeError: `ECONNREFUSED`, `UND_ERR_SOCKET`. */
function systemCode(error: unknown): string | null {
  const code = member(member(error, 'cause') ?? error, 'code');
  return typeof code === 'string' ? code : null;
}
function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** One signal out of the caller's and a clock. AbortSignal.any with a time-out signal can be collected before it fires on Node 20. */
function startPatience(
  outer: AbortSignal,
  timeoutMs: number,
): { signal: AbortSignal; isOver: () => boolean; end: () => void } {
  const controller = new AbortController();
  let over = false;
  const stop = (): void => {
    controller.abort(outer.reason);
  };
  const timer = setTimeout(() => {
    over = true;
    controller.abort();
  }, timeoutMs);
  outer.addEventListener('abort', stop, { once: true });
  if (outer.aborted) stop();
  return {
    signal: controller.signal,
    isOver: () => over,
    end: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', stop);
    },
  };
}

async function readBounded(response: Response, maxBytes: number): Promise<Uint8Array | null> {
  if (response.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxBytes) return null; // leaving the loop cancels the stream
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function abandon(response: Response): void {
  response.body?.cancel().catch(() => undefined); // the connection may be gone already: nothing is wanted from it any more
}
