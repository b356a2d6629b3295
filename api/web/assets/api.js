/** The API said no: `code` from its closed list, `detail` for people. */
export class Refusal extends Error {
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
  get isPassing() {
    return true;
  }
}

/** One request may take so long before it counts as unanswered. */
const PATIENCE_MS = 20_000;

/** One call of the public API: `{ status, body, replayed }`, or one of the errors above. */
export async function call(token, method, path, { body, idempotencyKey } = {}) {
  const answer = await fetch(path, {
    method,
    cache: 'no-store',
    signal: AbortSignal.timeout(PATIENCE_MS),
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error) => {
    throw new Unreachable(String(error));
  });
  if (!answer.ok) throw await refusalOf(answer);
  const answered = await answer.json().catch((error) => {
    throw new Unreachable(String(error)); // cut off half-way
  });
  return { status: answer.status, body: answered, replayed: answer.headers.has('idempotency-replayed') };
}

export async function refusalOf(answer) {
  const problem = await answer.json().catch(() => ({}));
  return new Refusal(answer.status, problem, Number(answer.headers.get('retry-after') ?? 0) * 1000);
}
