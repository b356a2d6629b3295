import { z } from 'zod';
import { PROBLEMS } from './problems';
import type { ProblemCode } from './problems';
import type { Route } from './routing';

const problemSchema = z.object({
  type: z.string(), title: z.string(), status: z.int(), code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]), detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
}); // prettier-ignore

/** The OpenAPI 3.1 document, written by the schemas that validate the requests. */
export function describeApi(routes: readonly Route[], { publicUrl }: { publicUrl: string }) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: describeRoute(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Quittance',
      version: '1',
      description: 'Payments that are booked exactly once. Amounts are integers in the minor unit of their currency.',
    },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'operator key, merchant secret key, or member token' } },
    },
    security: [{ bearer: [] }],
  };
}

function describeRoute(route: Route) {
  const refusals: ProblemCode[] = [
    'unauthenticated', 'forbidden', ...(route.params ? (['not_found'] as const) : []), ...(route.body || route.query ? (['invalid_request'] as const) : []),
    ...(route.idempotent ? (['idempotency_key_reused'] as const) : []), ...(route.refusals ?? []),
  ]; // prettier-ignore
  const statuses = [...new Set(refusals.map((code) => PROBLEMS[code][0]))].sort();
  return {
    summary: route.summary,
    description: `For: ${route.access.join(', ')}.`,
    parameters: [
      ...(route.idempotent ? [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 255 } }] : []),
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
    ],
    ...(route.body && { requestBody: { required: true, content: { 'application/json': { schema: toJsonSchema(route.body, 'input') } } } }),
    responses: Object.fromEntries<object>([
      ...Object.entries(route.answers).map(([status, schema]): [string, object] => [
        status,
        { description: 'done', content: { 'application/json': { schema: toJsonSchema(schema, 'output') } } },
      ]),
      ...statuses.map((status): [string, object] => [
        String(status),
        {
          description: refusals
            .filter((code) => PROBLEMS[code][0] === status)
            .map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`)
            .join('\n\n'),
          content: { 'application/problem+json': { schema: toJsonSchema(problemSchema, 'output') } },
        },
      ]),
    ]),
  };
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query') {
  if (!schema) return [];
  const { properties = {}, required = [] } = toJsonSchema(schema, 'input') as { properties?: Record<string, unknown>; required?: string[] };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>;
  return rest;
}
