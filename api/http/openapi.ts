import { staffCookiePrefix } from '../staff/cookies';
import { mountedByHand } from './openapi-by-hand';
import { componentResponses, describeRight, json, parameters, problems, refusalsOfRight } from './openapi-parts';
import type { Paths, Refusal } from './openapi-parts';
import { componentSchemas } from './openapi-schemas';
import { tagOf, TAGS } from './openapi-tags';
import type { Route } from './routing';

/** The OpenAPI 3.1 document, written by the schemas that validate the requests. */
export function describeApi(routes: readonly Route[], { publicUrl }: { publicUrl: string }) {
  const paths: Paths = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: describeRoute(route, path) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Quittance',
      version: '1',
      description: 'Payments that are booked exactly once. Amounts are integers in the minor unit of their currency.',
    },
    servers: [{ url: publicUrl }],
    tags: TAGS,
    paths: tagged({ ...paths, ...mountedByHand() }),
    components: {
      schemas: componentSchemas(),
      responses: componentResponses(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'operator key, merchant secret key, or member token' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: `${staffCookiePrefix(publicUrl)}.session_token`,
          description:
            'the session of one of the people, signed in under /auth; what changes something is sent from a page of this server',
        },
      },
    },
    security: [{ bearer: [] }, { session: [] }],
  };
}

function tagged(paths: Paths): Paths {
  return Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => {
      const tags = [tagOf(path)];
      const all = Object.entries(operations).map(([method, operation]) => [method, { tags, ...operation }] as const);
      return [path, Object.fromEntries(all)];
    }),
  );
}

function describeRoute(route: Route, path: string) {
  const body = route.documentedBody ?? route.body;
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...describeRight(route.right, route.detail),
    parameters: [
      ...(route.idempotentFor ? [IDEMPOTENCY_KEY] : []),
      ...parameters(route.params, { path }),
      ...parameters(route.query, 'query'),
    ],
    ...(route.file && {
      requestBody: { required: true, content: { [route.file]: { schema: { type: 'string' } } } },
    }),
    ...(body && { requestBody: { required: !body.safeParse({}).success, ...json(body, 'input') } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, schema]) => [
          status,
          {
            description: status === '202' ? 'stored; the outcome will show on the payment' : 'done',
            ...(route.idempotentFor && { headers: { 'Idempotency-Replayed': REPLAYED } }),
            ...json(schema, 'output'),
          },
        ]),
      ),
      ...problems(refusalsOf(route)),
    },
  };
}

/** All that a call can be refused by: what every call can, what follows from its row of the table of routes, and what it names itself. */
function refusalsOf(route: Route): readonly Refusal[] {
  return [
    ...refusalsOfRight(route.right, route.method),
    ...(route.params ? (['not_found'] as const) : []),
    ...(route.body || route.file ? (['body_too_large', 'unsupported_media_type'] as const) : []),
    ...(route.idempotentFor ? (['idempotency_key_reused'] as const) : []),
    ...(route.refusals ?? []),
  ];
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'the same key with the same body is answered by the first answer again, and done once',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};
const REPLAYED = {
  description: '`true`: this is the first answer to this key once more',
  schema: { type: 'string', const: 'true' },
};
