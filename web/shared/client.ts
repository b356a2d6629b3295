import type { AnswerTo } from './types';

/** Who asks: the holder of a token, or who is signed in by a cookie, which the browser sends by itself. */
export type Credentials = { readonly kind: 'token'; readonly token: string } | { readonly kind: 'member' };

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly WrongField[];
}

/** A field of what was sent, by its path in it, and what is wrong with it, in English. */
interface WrongField {
  readonly path: string;
  readonly message: string;
}

/** The API said no: `code` from its closed list, `detail` for people, and with `invalid_request` each wrong field. */
export class Refusal extends Error {
  readonly code: string;
  readonly errors: readonly WrongField[];

  constructor(
    readonly status: number,
    problem: Problem,
    readonly retryAfterMs: number,
  ) {
    super(problem.detail ?? '');
    this.code = problem.code ?? '';
    this.errors = problem.errors ?? [];
  }

  /** The same request may well succeed later. */
  get isPassing(): boolean {
    return this.status >= 500 || this.status === 429 || this.code === 'idempotency_key_in_use';
  }
}

/** No answer came: what was asked may have happened or not. */
export class Unreachable extends Error {
  readonly code = '';
  readonly retryAfterMs = 0;

  get isPassing(): boolean {
    return true;
  }
}

/** What went wrong with a call; null where something else went wrong. */
export function troubleOf(error: unknown): Refusal | Unreachable | null {
  return error instanceof Refusal || error instanceof Unreachable ? error : null;
}

/** One request may take so long before it counts as unanswered. */
const PATIENCE_MS = 20_000;

/** A clock that differs by less is right: the server names whole seconds, and its answer takes a while. */
const CLOCK_TOLERANCE_MS = 2_000;
let clockIsAheadMs = 0;

/** The time by the server's clock, as far as it is known: a telephone's own may be wrong by hours. */
export const serverNow = (): number => Date.now() - clockIsAheadMs;

/** Answers that came with the page; each is taken once. */
const brought = new Map<string, unknown>(
  Object.entries(JSON.parse(document.getElementById('answers')?.textContent ?? '{}') as Record<string, unknown>),
);

/** What came with the page as the answer to this call. */
export function broughtAnswer<Path extends string>(path: Path): AnswerTo<Path> | undefined {
  const answer = brought.get(path) as AnswerTo<Path> | undefined;
  brought.delete(path);
  return answer;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface More {
  readonly body?: object;
  readonly idempotencyKey?: string;
  /** Ends the call early, as unanswered. */
  readonly signal?: AbortSignal;
}

export interface Reply<Body> {
  readonly body: Body;
  readonly replayed: boolean;
}

/** One call of the public API; throws one of the errors above. */
export async function call<Path extends string>(
  credentials: Credentials,
  method: Method,
  path: Path,
  { body, idempotencyKey, signal }: More = {},
): Promise<Reply<AnswerTo<Path>>> {
  const known = method === 'GET' ? broughtAnswer(path) : undefined;
  if (known !== undefined) return { body: known, replayed: false };
  const ending = new AbortController();
  signal?.addEventListener('abort', () => ending.abort(), { once: true });
  const timer = setTimeout(() => ending.abort(), PATIENCE_MS);
  try {
    const answer = await ask(credentials, path, {
      method,
      signal: ending.signal,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answered = (await answer.json().catch((error: unknown) => {
      throw new Unreachable(String(error)); // cut off half-way
    })) as AnswerTo<Path>;
    return { body: answered, replayed: answer.headers.has('idempotency-replayed') };
  } finally {
    clearTimeout(timer);
  }
}

/** Sends a request in the caller's name; throws one of the errors above unless it is answered with what was asked for. */
export async function ask(credentials: Credentials, path: string, request: RequestInit): Promise<Response> {
  const answer = await fetch(path, {
    ...request,
    cache: 'no-store',
    headers: {
      ...(request.headers as Record<string, string> | undefined),
      ...(credentials.kind === 'token'
        ? { authorization: `Bearer ${credentials.token}` }
        : { 'quittance-as': 'member' }),
    },
  }).catch((error: unknown) => {
    throw new Unreachable(String(error));
  });
  readClock(answer.headers.get('date'));
  if (!answer.ok) throw await refusalOf(answer);
  return answer;
}

/** Learns of an answer how far this device's clock is off. */
export function readClock(date: string | null): void {
  const ahead = Date.now() - Date.parse(date ?? '');
  clockIsAheadMs = Math.abs(ahead) < CLOCK_TOLERANCE_MS || Number.isNaN(ahead) ? 0 : ahead;
}

/** What an answer that is no yes says. */
export async function refusalOf(answer: Response): Promise<Refusal> {
  const problem = (await answer.json().catch(() => ({}))) as Problem;
  return new Refusal(answer.status, problem, Number(answer.headers.get('retry-after') ?? 0) * 1000);
}
