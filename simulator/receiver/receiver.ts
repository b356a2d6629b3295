import { z } from 'zod';
import type { Clock } from '../clock';
import { Newest } from '../newest';
import { readOrder } from '../read-order';
import { Refusal } from '../refusal';
import { judge, SECRET, type Verdict } from './signature';

const MOST_NAMES = 100;
/** In all: one endpoint that is flooded pushes out what others got, and no more. */
const MOST_KEPT = 200;
const NAME = /^[a-z0-9-]{1,40}$/;

/** How an endpoint can be told to answer. */
export const ANSWERS = {
  ok: 'takes it: 200',
  '500': 'fails: 500',
  '410': 'is gone: 410, after which nothing more should come',
  slow: 'takes it, but only after 12 s: longer than a sender waits',
  flapping: 'fails every second time: 500, 200, 500, …',
  timeout: 'never answers; the connection is cut after a minute',
} as const;
type AnswerKind = keyof typeof ANSWERS;

const settingsOrder = z.strictObject({
  answer: z.enum(Object.keys(ANSWERS) as [AnswerKind, ...AnswerKind[]]).optional(),
  /** Null: it is forgotten. */
  secret: z.string().regex(SECRET, 'the secret of a webhook endpoint, whsec_…').nullable().optional(),
});

/** One webhook as it came. */
interface Arrival {
  readonly id: string;
  readonly name: string;
  readonly at: Date;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** How it was answered: a status, or null where no answer was meant to come in time. */
  readonly answered: number | null;
}

/** An endpoint: where webhooks come in under one name. */
interface Endpoint {
  readonly name: string;
  readonly answer: AnswerKind;
  readonly secret: string | null;
  /** How many came, also of those that are not kept any more. */
  readonly received: number;
}

/** An arrival with what its bytes say. */
export interface Shown extends Verdict {
  readonly id: string;
  readonly at: Date;
  readonly type: string | null;
  readonly sequence: number | null;
  readonly answered: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** As JSON with indents; as it came where it is none. */
  readonly body: string;
}

/** How a webhook is answered: a status, now or after so many milliseconds; or null, silence until then. */
export interface Reception {
  readonly status: number | null;
  readonly afterMs: number;
}

const SLOW_MS = 12_000;
const SILENT_MS = 60_000;

/** Takes the webhooks of any system of a merchant's, each under its name; names come into being by use. */
export class Receiver {
  readonly #endpoints = new Newest<Endpoint>(MOST_NAMES);
  readonly #arrivals = new Newest<Arrival>(MOST_KEPT);
  #made = 0;

  constructor(private readonly clock: Clock) {}

  receive(name: string, headers: Arrival['headers'], body: Buffer): Reception {
    const before = this.find(name);
    const endpoint = { ...before, received: before.received + 1 };
    this.#endpoints.set(name, endpoint);
    const reception = receptionOf(endpoint);
    const id = `webhook-${++this.#made}`;
    const answered = reception.afterMs > 0 ? null : reception.status;
    this.#arrivals.set(id, { id, name, at: this.clock.now(), headers, body, answered });
    return reception;
  }

  /** One that nothing was said of, and nothing came to, takes what comes. */
  find(name: string): Endpoint {
    if (!NAME.test(name)) throw new Refusal(404, 'not_found', 'a name is up to 40 small letters, digits and hyphens');
    return this.#endpoints.get(name) ?? { name, answer: 'ok', secret: null, received: 0 };
  }

  /** The one that something came to last is the first. */
  list(): Endpoint[] {
    return this.#endpoints.list();
  }

  /** Newest first, each judged by the secret that is known now. */
  arrivals(name: string): Shown[] {
    const { secret } = this.find(name);
    return this.#arrivals
      .list()
      .filter((arrival) => arrival.name === name)
      .map((arrival) => ({ ...shown(arrival), ...judge(arrival, secret) }));
  }

  set(name: string, order: unknown): Endpoint {
    const { answer, secret } = readOrder(settingsOrder, order);
    const before = this.find(name);
    const after = { ...before, answer: answer ?? before.answer, secret: secret === undefined ? before.secret : secret };
    this.#endpoints.set(name, after);
    return after;
  }

  clear(): void {
    this.#endpoints.clear();
    this.#arrivals.clear();
  }
}

function receptionOf({ answer, received }: Endpoint): Reception {
  switch (answer) {
    case 'ok':
      return { status: 200, afterMs: 0 };
    case '500':
      return { status: 500, afterMs: 0 };
    case '410':
      return { status: 410, afterMs: 0 };
    case 'flapping':
      return { status: received % 2 === 1 ? 500 : 200, afterMs: 0 };
    case 'slow':
      return { status: 200, afterMs: SLOW_MS };
    case 'timeout':
      return { status: null, afterMs: SILENT_MS };
  }
}

function shown({ id, at, answered, headers, body }: Arrival): Omit<Shown, keyof Verdict> {
  const text = body.toString('utf8');
  const event = parsed(text);
  const { type, sequence } = (event ?? {}) as { readonly type?: unknown; readonly sequence?: unknown };
  return {
    id,
    at,
    type: typeof type === 'string' ? type : null,
    sequence: typeof sequence === 'number' ? sequence : null,
    answered,
    headers,
    body: event === undefined ? text : JSON.stringify(event, null, 2),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
