import type { z } from 'zod';
import { toJsonSchema } from './openapi-schemas';
import type { Side } from './openapi-schemas';
import { PROBLEMS } from './problems';
import type { ProblemCode } from './problems';
import { describeHolders, RIGHTS } from './rights';
import type { Right, RightName } from './rights';
import type { Route } from './routing';

/** Methods by path, in the document's spelling. */
export type Paths = Record<string, Record<string, object>>;

/** Any call may end so. */
const ALWAYS = ['too_many_requests', 'internal_error', 'unavailable'] as const satisfies readonly ProblemCode[];

/** A code under its own status, or under the one with which this call answers it. */
export type Refusal = ProblemCode | { readonly code: ProblemCode; readonly status: number };

/** What a member's token is told on a page that is not its merchant's, before anything else. */
const FROM_ELSEWHERE = { code: 'origin_not_registered', status: 403 } as const satisfies Refusal;

/** All that a call with this right can be refused by, whatever it does. */
export function refusalsOfRight(name: RightName, method: Route['method']): readonly Refusal[] {
  const { person, stepUp }: Right = RIGHTS[name];
  return [
    ...(['unauthenticated', 'forbidden', 'invalid_request'] as const),
    ...ALWAYS,
    FROM_ELSEWHERE,
    // What only those are told who come with the cookie of a session.
    ...(method === 'get' ? [] : (['cross_origin'] as const)),
    ...(person ? [] : (['second_factor_required', 'merchant_switched'] as const)),
    ...(stepUp === 'never' ? [] : (['step_up_required'] as const)),
  ];
}

/** The refusals of a call: by status, each with the codes that it can have. What has one code under its own status is told once, for all calls. */
export function problems(refusals: readonly Refusal[]): Record<string, object> {
  const byStatus = new Map<number, Set<ProblemCode>>();
  for (const refusal of refusals) {
    const { code, status } = typeof refusal === 'string' ? { code: refusal, status: PROBLEMS[refusal][0] } : refusal;
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  }
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, codes]) => {
        const [code, ...others] = codes;
        const isShared = code !== undefined && others.length === 0 && PROBLEMS[code][0] === status;
        return [String(status), isShared ? { $ref: `#/components/responses/${code}` } : problemResponse([...codes])];
      }),
  );
}

/** Each problem as the only one of its call and status. */
export function componentResponses(): Record<string, object> {
  return Object.fromEntries((Object.keys(PROBLEMS) as ProblemCode[]).map((code) => [code, problemResponse([code])]));
}

function problemResponse(codes: readonly ProblemCode[]): object {
  const thisCode = { type: 'object', properties: { code: { type: 'string', enum: codes } }, required: ['code'] };
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join('\n\n'),
    content: {
      'application/problem+json': { schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, thisCode] } },
    },
  };
}

/** Who may: in words, and as the row of the table for programs. */
export function describeRight(name: RightName, more = '') {
  return { description: `For: ${describeHolders(RIGHTS[name])}. ${more}`.trim(), 'x-right': { name, ...RIGHTS[name] } };
}

export function json(schema: z.ZodType, side: Side) {
  return { content: { 'application/json': { schema: toJsonSchema(schema, side) } } };
}

interface Property {
  readonly description?: string;
}

/** The parameters of a path, or of a query, as the document lists them. */
export function parameters(schema: z.ZodType | undefined, place: { readonly path: string } | 'query') {
  if (!schema) return [];
  const { properties = {}, required = [] } = toJsonSchema(schema, 'input') as {
    properties?: Record<string, Property>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: place === 'query' ? 'query' : 'path',
    required: place !== 'query' || required.includes(name),
    description: description ?? (place === 'query' ? undefined : describePlace(name, place.path)),
    schema: property,
  }));
}

/** What a part of a path names: the `id` of `/v1/webhook-endpoints/{id}` is the id of the webhook endpoint. */
function describePlace(name: string, path: string): string {
  const segments = path.split('/');
  const collection = segments[segments.indexOf(`{${name}}`) - 1] ?? '';
  const noun = collection === 'people' ? 'person' : collection.replace(/ies$/, 'y').replace(/s$/, '');
  return `${name} of the ${noun.replaceAll('-', ' ')}`;
}
