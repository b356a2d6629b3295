import createClient from 'openapi-fetch';
import type { PathsWithMethod } from 'openapi-typescript-helpers';
import { queryOptions } from '@tanstack/react-query';
import { readClock, Refusal, Unreachable } from '../shared/client';
import type { components, paths } from '../shared/schema';

/** A named schema of the API. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

let merchant: string | null = null;

/** Whatever is asked from now on is meant for this merchant; the API refuses it where the session has moved on to another. */
export function workFor(merchantId: string | null): void {
  merchant = merchantId;
}

/** A question that is not answered for so long counts as unanswered; what is asked for has its own time. */
const PATIENCE_MS = 20_000;

/** Sends a request with what each of ours says. */
async function send(request: Request): Promise<Response> {
  if (merchant !== null) request.headers.set('quittance-merchant', merchant);
  const patience = request.method === 'GET' ? [AbortSignal.timeout(PATIENCE_MS)] : [];
  const answer = await fetch(request, { cache: 'no-store', signal: AbortSignal.any([request.signal, ...patience]) });
  readClock(answer.headers.get('date'));
  return answer;
}

/** The API, by its document: paths, parameters, bodies and answers are typed by `web/shared/schema.d.ts`. */
export const api = createClient<paths>({
  baseUrl: location.origin,
  fetch: send,
  querySerializer: { array: { style: 'form', explode: false } },
});

/** What a call of {@link api} gives. */
export interface Asked<Answer> {
  readonly data?: Answer;
  readonly error?: unknown;
  readonly response: Response;
}

/** What was answered; throws a {@link Refusal} or {@link Unreachable}. */
export async function answerOf<Answer>(asking: Promise<Asked<Answer>>): Promise<NonNullable<Answer>> {
  const { data, error, response } = await asking.catch((cause: unknown) => {
    throw new Unreachable(String(cause));
  });
  if (response.ok && data !== undefined) return data as NonNullable<Answer>;
  // What stands before the API says in its own words that the API is away.
  if (response.status >= 500 && typeof error !== 'object') throw new Unreachable(`answered ${response.status}`);
  const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1000;
  throw new Refusal(response.status, typeof error === 'object' ? (error ?? {}) : {}, retryAfterMs);
}

type Readable = PathsWithMethod<paths, 'get'>;
type Get<Path extends Readable> = paths[Path]['get'];
/** What an address answers to who reads it. */
export type AnswerTo<Path extends Readable> =
  Get<Path> extends { responses: { 200: { content: { 'application/json': infer Body } } } } ? Body : never;
type Places<Path extends Readable> =
  Get<Path> extends { parameters: infer All } ? Pick<All, keyof All & ('path' | 'query')> : never;

/** What reads this address. The first part of its key is the path, by which events say what is to be read anew. */
export function reading<Path extends Readable>(path: Path, params: Places<Path>) {
  const ask = api.GET as (path: string, init: object) => Promise<Asked<AnswerTo<Path>>>; // typed above, by the document
  return queryOptions({
    queryKey: [path, params] as const,
    queryFn: ({ signal }) => answerOf(ask(path, { params, signal })),
  });
}
