import { z } from 'zod';
import type { Channel } from '../../workflows/domain/gateway';
import { auditRow } from './audit-schemas';
import { event } from './event-schemas';
import { PROBLEMS } from './problems';
import type { ProblemCode } from './problems';
import { SCOPES } from '../../books/keys';
import { gatewaysBy } from '../routes/hooks';
import { staffCookiePrefix } from '../staff/cookies';
import { describeHolders, RIGHTS } from './rights';
import type { Right, RightName } from './rights';
import type { Route } from './routing';
import * as signIn from './member-sign-in-schemas';
import { codeParams } from './pay-link-schemas';
import { receiptQuery } from './receipt-schemas';
import * as schemas from './schemas';
import * as staff from './staff-schemas';
import { delivery, endpoint } from './webhook-schemas';

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  may: z
    .object({ roles: z.array(z.string()), scopes: z.array(z.enum(SCOPES)) })
    .optional()
    .describe('with `forbidden`: each of these suffices'),
});

type Paths = Record<string, Record<string, object>>;

/** The OpenAPI 3.1 document, written by the schemas that validate the requests. */
export function describeApi(routes: readonly Route[], { publicUrl }: { publicUrl: string }) {
  const paths: Paths = {};
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
    paths: { ...paths, ...mountedByHand() },
    components: {
      schemas: {
        Problem: toJsonSchema(problemSchema, 'output'),
        Key: whole(schemas.key),
        AuditRow: whole(auditRow),
        Person: whole(staff.person),
        Invitation: whole(staff.invitation),
        Event: whole(event),
        WebhookEndpoint: whole(endpoint),
        Delivery: whole(delivery),
      },
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

function describeRoute(route: Route) {
  const body = route.documentedBody ?? route.body;
  const refusals: ProblemCode[] = [
    'unauthenticated',
    'forbidden',
    'invalid_request',
    ...ALWAYS,
    ...ofStaff(route),
    ...(route.params ? (['not_found'] as const) : []),
    ...(body || route.file ? (['body_too_large', 'unsupported_media_type'] as const) : []),
    ...(route.idempotentFor ? (['idempotency_key_reused'] as const) : []),
    ...(route.refusals ?? []),
  ];
  return {
    summary: route.summary,
    ...describeRight(route.right, route.detail),
    parameters: [
      ...(route.idempotentFor
        ? [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string', minLength: 1, maxLength: 255 } }]
        : []),
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
    ],
    ...(route.file && {
      requestBody: { required: true, content: { [route.file]: { schema: { type: 'string' } } } },
    }),
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: toJsonSchema(body, 'input') } } },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, schema]) => [
          status,
          {
            description: status === '202' ? 'stored; the outcome will show on the payment' : 'done',
            ...(route.idempotentFor && { headers: { 'Idempotency-Replayed': REPLAYED } }),
            content: { 'application/json': { schema: toJsonSchema(schema, 'output') } },
          },
        ]),
      ),
      ...problems(refusals),
    },
  };
}

/** What only those are told who come with the cookie of a session. */
function ofStaff({ right, method }: Route): readonly ProblemCode[] {
  const { roles, person, operator, stepUp }: Right = RIGHTS[right];
  return [
    ...((roles.length > 0 || person || operator) && method !== 'get' ? (['cross_origin'] as const) : []),
    ...(roles.length > 0 ? (['second_factor_required', 'merchant_switched'] as const) : []),
    ...(stepUp === 'never' ? [] : (['step_up_required'] as const)),
  ];
}

/** Who may: in words, and as the row of the table for programs. */
function describeRight(name: RightName, more = '') {
  return { description: `For: ${describeHolders(RIGHTS[name])}. ${more}`.trim(), 'x-right': { name, ...RIGHTS[name] } };
}

/** Any call may end so. */
const ALWAYS = ['too_many_requests', 'internal_error', 'unavailable'] as const satisfies readonly ProblemCode[];
const REPLAYED = {
  description: '`true`: this is the first answer to this key once more',
  schema: { type: 'string', const: 'true' },
};

function problems(codes: readonly ProblemCode[]): Record<string, object> {
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code][0]))].sort();
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      {
        description: [...new Set(codes)]
          .filter((code) => PROBLEMS[code][0] === status)
          .map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`)
          .join('\n\n'),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

/** What is no JSON call with a key, and therefore not mounted from a {@link Route}: streams, gateways' messages, pages, health. */
function mountedByHand(): Paths {
  const open = { security: [] };
  const text = (description: string, type: string) => ({
    description,
    content: { [type]: { schema: { type: 'string' } } },
  });
  const json = (description: string) => ({
    description,
    content: { 'application/json': { schema: { type: 'object' } } },
  });
  const page = (summary: string) => ({
    ...open,
    summary,
    description: 'For the browser of a payer. Commands nothing and believes nothing of what the browser brings.',
    parameters: parameters(schemas.idParams, 'path'),
    responses: {
      200: text('where the payment stands, live', 'text/html'),
      404: text('there is no such payment', 'text/html'),
    },
  });
  const payPage = {
    ...open,
    description: 'For the browser of a payer who has a pay link. Works without scripts.',
    parameters: parameters(codeParams, 'path'),
  };
  const payLinkPages = {
    404: text('there is no such link, or it was withdrawn', 'text/html'),
    410: text('it has expired', 'text/html'),
  };
  const returned = page('Where the gateway sends the browser back');
  const cancelled = page('Where the gateway sends a browser whose payer gave up');
  return {
    '/v1/payments/{id}/events': {
      get: {
        summary: 'Watch a payment: its timeline as server-sent events, so far and live',
        ...describeRight(
          'watch_payment',
          "`event` is a fact's kind, `data` a row of the timeline, `id` is for resuming. A member's or a watcher's token has at most 20 streams open at each API process; one more is 429.",
        ),
        parameters: [
          { name: 'Last-Event-ID', in: 'header', schema: { type: 'string' } },
          ...parameters(schemas.idParams, 'path'),
        ],
        responses: {
          200: text('the stream; it stays open for as long as the key or token holds', 'text/event-stream'),
          ...problems(['unauthenticated', 'forbidden', 'not_found', 'invalid_request', ...ALWAYS]),
        },
      },
    },
    '/v1/payments/{id}/receipt': {
      get: {
        summary: 'A paper about a payment that is booked, to be printed',
        ...describeRight(
          'watch_payment',
          'It says what was paid, to whom and for what, and what has gone back since; in French it is an *attestation de paiement*.',
        ),
        parameters: [...parameters(schemas.idParams, 'path'), ...parameters(receiptQuery, 'query')],
        responses: {
          200: text('the page', 'text/html'),
          ...problems([
            'unauthenticated',
            'forbidden',
            'not_found',
            'invalid_request',
            'payment_not_booked',
            ...ALWAYS,
          ]),
        },
      },
    },
    '/v1/events/stream': {
      get: {
        summary: 'Watch what happens: the ids of events as server-sent events, live',
        ...describeRight(
          'read_work',
          'In the order of `GET /v1/events`. `event` is the type, `data` is `{ id, type, object: { kind, id } }`, `id` is for resuming; without `Last-Event-ID` it begins now.',
        ),
        parameters: [{ name: 'Last-Event-ID', in: 'header', schema: { type: 'string' } }],
        responses: {
          200: text('the stream; it stays open for as long as the key holds', 'text/event-stream'),
          ...problems(['unauthenticated', 'forbidden', 'not_found', 'invalid_request', ...ALWAYS]),
        },
      },
    },
    ...hooks(open),
    '/return/{id}': { get: returned, post: returned },
    '/cancel/{id}': { get: cancelled, post: cancelled },
    '/p/{code}': {
      get: {
        ...payPage,
        summary: 'What a pay link asks for, and the buttons that pay it',
        responses: { 200: text('the page, in English or French', 'text/html'), ...payLinkPages },
      },
      post: {
        ...payPage,
        summary: 'Open a payment by a pay link, unless one is open, and go to the gateway',
        requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: PAY_FORM } } },
        responses: {
          200: text('it is paid, or nothing is owed any more', 'text/html'),
          303: { description: 'to the gateway, or to the page that leads there' },
          ...problems(['cross_origin']),
          ...payLinkPages,
          422: text('the page again, with what cannot be paid so', 'text/html'),
          429: text('the link was used too often within an hour', 'text/html'),
        },
      },
    },
    ...memberSignIn(open),
    ...acceptance(open),
    '/openapi.json': { get: { ...open, summary: 'This document', responses: { 200: json('OpenAPI 3.1') } } },
    '/docs': { get: { ...open, summary: 'This document for people', responses: { 200: text('a page', 'text/html') } } },
    '/healthz': { get: { ...open, summary: 'Whether the process is alive', responses: { 200: json('it is') } } },
    '/readyz': {
      get: {
        ...open,
        summary: 'Whether requests can be served, naming what is degraded',
        responses: { 200: json('they can'), 503: json('they cannot: PostgreSQL is away') },
      },
    },
    '/metrics': {
      get: { ...open, summary: 'What Prometheus reads', responses: { 200: text('metrics', 'text/plain') } },
    },
  };
}

function memberSignIn(open: object): Paths {
  const takes = (schema: z.ZodType) => ({
    requestBody: { required: true, content: { 'application/json': { schema: toJsonSchema(schema, 'input') } } },
  });
  const signedIn = {
    200: {
      description: 'who is signed in; a cookie holds it for 12 hours',
      content: { 'application/json': { schema: toJsonSchema(signIn.signedIn, 'output') } },
    },
  };
  const body = [
    'invalid_request',
    'body_too_large',
    'unsupported_media_type',
    'internal_error',
    'unavailable',
  ] as const;
  return {
    '/v1/member-sign-in': {
      post: {
        ...open,
        summary: 'Send a member a letter with a link by which they sign in',
        description:
          'The same answer after the same time, whether anybody has the address; at most 3 letters for it within an hour.',
        ...takes(signIn.askForLetter),
        responses: {
          202: { description: 'if members have this address, a letter is on its way' },
          ...problems(['mail_not_configured', ...body]),
        },
      },
    },
    '/v1/member-sign-in/session': {
      post: {
        ...open,
        summary: 'Sign in as a member by the token of a letter’s link, once',
        ...takes(signIn.tokenOfLink),
        responses: { ...signedIn, ...problems(['cross_origin', 'not_found', 'link_used', 'link_expired', ...body]) },
      },
      put: {
        ...open,
        summary: 'Choose one of the members who have the address that signed in',
        ...takes(signIn.chosenMember),
        responses: { ...signedIn, ...problems(['unauthenticated', 'cross_origin', 'not_found', ...body]) },
      },
      delete: {
        ...open,
        summary: 'Sign out; again: the same answer',
        responses: {
          200: { description: 'nobody is signed in by the cookie, and the browser forgets it' },
          ...problems(['cross_origin', 'internal_error', 'unavailable']),
        },
      },
    },
  };
}

function acceptance(open: object): Paths {
  const json = (schema: z.ZodType, side: 'input' | 'output') => ({
    content: { 'application/json': { schema: toJsonSchema(schema, side) } },
  });
  return {
    '/v1/invitations/acceptance': {
      post: {
        ...open,
        summary: 'Come in by the token of an invitation’s link, once',
        description:
          'Somebody new brings name and password, and is signed in by a cookie. Who has an account at the invited address is signed in as it already, and works for the merchant from then on.',
        requestBody: { required: true, ...json(staff.acceptance, 'input') },
        responses: {
          201: { description: 'the merchant, and what the person is there', ...json(staff.accepted, 'output') },
          ...problems([
            'invalid_request',
            'sign_in_first',
            'cross_origin',
            'invitation_for_another_address',
            'not_found',
            'invitation_used',
            'invitation_expired',
            'body_too_large',
            'unsupported_media_type',
            'too_many_requests',
            'internal_error',
            'unavailable',
          ]),
        },
      },
    },
  };
}

const PAY_FORM = {
  type: 'object',
  properties: {
    gateway: { type: 'string' },
    amount: { type: 'string', description: 'decimal text, where the payer may choose' },
    instead: { type: 'string', description: 'closes the open payment, so that another one can be opened' },
  },
};

function hooks(open: object): Paths {
  const hook = (channel: Channel, type: string) => ({
    post: {
      ...open,
      summary: 'Take a message from a gateway',
      description:
        'For gateways, at the `notificationUrl` of an account. Stored as it came, then answered, then verified with the gateway.',
      parameters: [
        { name: 'gateway', in: 'path', required: true, schema: { type: 'string', enum: gatewaysBy(channel) } },
        { name: 'token', in: 'path', required: true, schema: { type: 'string' } },
      ],
      requestBody: { required: true, content: { [type]: { schema: {} } } },
      responses: {
        200: { description: 'stored, or known already' },
        ...problems([
          'invalid_request',
          'unauthenticated',
          'not_found',
          'body_too_large',
          'internal_error',
          'unavailable',
        ]),
      },
    },
  });
  return {
    ...(gatewaysBy('ipn').length > 0 && {
      '/hooks/{gateway}/{token}/ipn': hook('ipn', 'application/x-www-form-urlencoded'),
    }),
    ...(gatewaysBy('webhook').length > 0 && { '/hooks/{gateway}/{token}': hook('webhook', 'application/json') }),
  };
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query') {
  if (!schema) return [];
  const { properties = {}, required = [] } = toJsonSchema(schema, 'input') as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

const COMPONENTS = '#/components/schemas/';

/** A schema that has a name is told once, among the components, and referred to wherever it is used. */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const name = schema.meta()?.id;
  if (name !== undefined) return { $ref: `${COMPONENTS}${name}` };
  const { $schema: _dialect, $defs: _named, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return JSON.parse(JSON.stringify(rest).replaceAll('"#/$defs/', `"${COMPONENTS}`));
}

/** What the name of a schema stands for. */
function whole(schema: z.ZodObject): unknown {
  return toJsonSchema(z.object(schema.shape), 'output');
}
