/** @import { AnswerTo } from './types' */

/** The API said no: `code` from its closed list, `detail` for people. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {{ code?: string, detail?: string }} problem
   * @param {number} retryAfterMs
   */
  constructor(status, problem, retryAfterMs) {
    super(problem.detail ?? 'The server could not do that.');
    this.status = status;
    this.code = problem.code ?? '';
    this.retryAfterMs = retryAfterMs;
  }

  /** The same request may well succeed later. */
  get isPassing() {
    return this.status >= 500 || this.status === 429 || this.code === 'idempotency_key_in_use';
  }
}

/** No answer came: what was asked may have happened or not. */
export class Unreachable extends Error {
  code = '';
  retryAfterMs = 0;

  get isPassing() {
    return true;
  }
}

/**
 * What went wrong with a call; null where something else went wrong.
 * @param {unknown} error
 */
export const troubleOf = (error) => (error instanceof Refusal || error instanceof Unreachable ? error : null);

/** One request may take so long before it counts as unanswered. */
const PATIENCE_MS = 20_000;

/** A clock that differs by less is right: the server names whole seconds, and its answer takes a while. */
const CLOCK_TOLERANCE_MS = 2_000;
let clockIsAheadMs = 0;

/** The time by the server's clock, as far as it is known: a telephone's own may be wrong by hours. */
export const serverNow = () => Date.now() - clockIsAheadMs;

/**
 * One call of the public API: `{ status, body, replayed }`, or one of the errors above. `signal` ends it early, as unanswered.
 * @template {string} Path
 * @param {string} token
 * @param {'GET' | 'POST'} method
 * @param {Path} path
 * @param {{ body?: object, idempotencyKey?: string, signal?: AbortSignal }} [more]
 * @returns {Promise<{ status: number, body: AnswerTo<Path>, replayed: boolean }>}
 */
export async function call(token, method, path, { body, idempotencyKey, signal } = {}) {
  const ending = new AbortController();
  signal?.addEventListener('abort', () => ending.abort(), { once: true });
  const timer = setTimeout(() => ending.abort(), PATIENCE_MS);
  try {
    return await ask(token, method, path, {
      signal: ending.signal,
      ...(body !== undefined && { body }),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {string} token
 * @param {string} method
 * @param {string} path
 * @param {{ body?: object, idempotencyKey?: string, signal: AbortSignal }} more
 */
async function ask(token, method, path, { body, idempotencyKey, signal }) {
  const answer = await fetch(path, {
    method,
    cache: 'no-store',
    signal,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error) => {
    throw new Unreachable(String(error));
  });
  readClock(answer.headers.get('date'));
  if (!answer.ok) throw await refusalOf(answer);
  const answered = await answer.json().catch((error) => {
    throw new Unreachable(String(error)); // cut off half-way
  });
  return { status: answer.status, body: answered, replayed: answer.headers.has('idempotency-replayed') };
}

/** @param {string | null} date */
function readClock(date) {
  const ahead = Date.now() - Date.parse(date ?? '');
  clockIsAheadMs = Math.abs(ahead) < CLOCK_TOLERANCE_MS || Number.isNaN(ahead) ? 0 : ahead;
}

/** @param {Response} answer */
export async function refusalOf(answer) {
  const problem = await answer.json().catch(() => ({}));
  return new Refusal(answer.status, problem, Number(answer.headers.get('retry-after') ?? 0) * 1000);
}
