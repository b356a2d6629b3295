import type { Channel } from '../../workflows/domain/gateway';
import { gatewaysBy } from '../routes/hooks';
import * as signIn from './member-sign-in-schemas';
import { describeRight, json, parameters, problems, refusalsOfRight } from './openapi-parts';
import type { Paths } from './openapi-parts';
import { codeParams } from './pay-link-schemas';
import { receiptQuery } from './receipt-schemas';
import * as schemas from './schemas';
import * as staff from './staff-schemas';

/** What is no JSON call with a key, and therefore not mounted from a {@link Route}: streams, gateways' messages, pages, health. */
export function mountedByHand(): Paths {
  const open = { security: [] };
  const text = (description: string, type: string) => ({
    description,
    content: { [type]: { schema: { type: 'string' } } },
  });
  const object = (description: string) => ({
    description,
    content: { 'application/json': { schema: { type: 'object' } } },
  });
  const page = (summary: string) => ({
    ...open,
    summary,
    description: 'For the browser of a payer. Commands nothing and believes nothing of what the browser brings.',
    parameters: parameters(schemas.idParams, { path: '/payments/{id}' }),
    responses: {
      200: text('where the payment stands, live', 'text/html'),
      404: text('there is no such payment', 'text/html'),
    },
  });
  const payPage = {
    ...open,
    description: 'For the browser of a payer who has a pay link. Works without scripts.',
    parameters: parameters(codeParams, { path: '/pay-links/{code}' }),
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
        operationId: 'watchPayment',
        summary: 'Watch a payment: its timeline as server-sent events, so far and live',
        ...describeRight(
          'watch_payment',
          "`event` is a fact's kind, `data` a row of the timeline, `id` is for resuming. A member's or a watcher's token has at most 20 streams open at each API process; one more is 429.",
        ),
        parameters: [LAST_EVENT_ID, ...parameters(schemas.idParams, { path: '/v1/payments/{id}/events' })],
        responses: {
          200: text('the stream; it stays open for as long as the key or token holds', 'text/event-stream'),
          ...problems(['not_found', ...refusalsOfRight('watch_payment', 'get')]),
        },
      },
    },
    '/v1/payments/{id}/receipt': {
      get: {
        operationId: 'printReceipt',
        summary: 'A paper about a payment that is booked, to be printed',
        ...describeRight(
          'watch_payment',
          'It says what was paid, to whom and for what, and what has gone back since; in French it is an *attestation de paiement*.',
        ),
        parameters: [
          ...parameters(schemas.idParams, { path: '/v1/payments/{id}/receipt' }),
          ...parameters(receiptQuery, 'query'),
        ],
        responses: {
          200: text('the page', 'text/html'),
          ...problems(['not_found', 'payment_not_booked', ...refusalsOfRight('watch_payment', 'get')]),
        },
      },
    },
    '/v1/events/stream': {
      get: {
        operationId: 'watchEvents',
        summary: 'Watch what happens: the ids of events as server-sent events, live',
        ...describeRight(
          'read_work',
          'In the order of `GET /v1/events`. `event` is the type, `data` is `{ id, type, object: { kind, id } }`, `id` is for resuming; without `Last-Event-ID` it begins now.',
        ),
        parameters: [LAST_EVENT_ID],
        responses: {
          200: text('the stream; it stays open for as long as the key holds', 'text/event-stream'),
          ...problems(['not_found', ...refusalsOfRight('read_work', 'get')]),
        },
      },
    },
    ...hooks(open),
    '/return/{id}': {
      get: { operationId: 'showReturn', ...returned },
      post: { operationId: 'showPostedReturn', ...returned },
    },
    '/cancel/{id}': {
      get: { operationId: 'showCancel', ...cancelled },
      post: { operationId: 'showPostedCancel', ...cancelled },
    },
    '/p/{code}': {
      get: {
        ...payPage,
        operationId: 'showPayLink',
        summary: 'What a pay link asks for, and the buttons that pay it',
        responses: { 200: text('the page, in English or French', 'text/html'), ...payLinkPages },
      },
      post: {
        ...payPage,
        operationId: 'payByLink',
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
    '/openapi.json': {
      get: { ...open, operationId: 'readOpenApi', summary: 'This document', responses: { 200: object('OpenAPI 3.1') } },
    },
    '/docs': {
      get: {
        ...open,
        operationId: 'showDocs',
        summary: 'This document for people',
        responses: { 200: text('a page', 'text/html') },
      },
    },
    '/healthz': {
      get: {
        ...open,
        operationId: 'readLiveness',
        summary: 'Whether the process is alive',
        responses: { 200: object('it is') },
      },
    },
    '/readyz': {
      get: {
        ...open,
        operationId: 'readReadiness',
        summary: 'Whether requests can be served, naming what is degraded',
        responses: { 200: object('they can'), 503: object('they cannot: PostgreSQL is away') },
      },
    },
    '/metrics': {
      get: {
        ...open,
        operationId: 'readMetrics',
        summary: 'What Prometheus reads',
        responses: { 200: text('metrics', 'text/plain') },
      },
    },
  };
}

function memberSignIn(open: object): Paths {
  const signedIn = {
    200: {
      description: 'who is signed in; a cookie holds it for 12 hours',
      ...json(signIn.signedIn, 'output'),
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
        operationId: 'askForMemberSignIn',
        summary: 'Send a member a letter with a link by which they sign in',
        description:
          'The same answer after the same time, whether anybody has the address; at most 3 letters for it within an hour.',
        requestBody: { required: true, ...json(signIn.askForLetter, 'input') },
        responses: {
          202: { description: 'if members have this address, a letter is on its way' },
          ...problems(['mail_not_configured', ...body]),
        },
      },
    },
    '/v1/member-sign-in/session': {
      post: {
        ...open,
        operationId: 'signInMember',
        summary: 'Sign in as a member by the token of a letter’s link, once',
        requestBody: { required: true, ...json(signIn.tokenOfLink, 'input') },
        responses: { ...signedIn, ...problems(['cross_origin', 'not_found', 'link_used', 'link_expired', ...body]) },
      },
      put: {
        ...open,
        operationId: 'chooseSignedInMember',
        summary: 'Choose one of the members who have the address that signed in',
        requestBody: { required: true, ...json(signIn.chosenMember, 'input') },
        responses: { ...signedIn, ...problems(['unauthenticated', 'cross_origin', 'not_found', ...body]) },
      },
      delete: {
        ...open,
        operationId: 'signOutMember',
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
  return {
    '/v1/invitations/acceptance': {
      post: {
        ...open,
        operationId: 'acceptInvitation',
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
  const hook = (operationId: string, channel: Channel, type: string) => ({
    post: {
      operationId,
      ...open,
      summary: 'Take a message from a gateway',
      description:
        'For gateways, at the `notificationUrl` of an account. Stored as it came, then answered, then verified with the gateway.',
      parameters: [
        {
          name: 'gateway',
          in: 'path',
          required: true,
          description: 'which gateway sends',
          schema: { type: 'string', enum: gatewaysBy(channel) },
        },
        {
          name: 'token',
          in: 'path',
          required: true,
          description: 'which account it is for',
          schema: { type: 'string' },
        },
      ],
      requestBody: { required: true, content: { [type]: { schema: {} } } },
      responses: {
        200: { description: 'stored, or known already' },
        ...problems([
          'invalid_request',
          'unauthenticated',
          'not_found',
          'body_too_large',
          'unsupported_media_type',
          'internal_error',
          'unavailable',
        ]),
      },
    },
  });
  return {
    ...(gatewaysBy('ipn').length > 0 && {
      '/hooks/{gateway}/{token}/ipn': hook('receiveIpn', 'ipn', 'application/x-www-form-urlencoded'),
    }),
    ...(gatewaysBy('webhook').length > 0 && {
      '/hooks/{gateway}/{token}': hook('receiveGatewayWebhook', 'webhook', 'application/json'),
    }),
  };
}

const LAST_EVENT_ID = {
  name: 'Last-Event-ID',
  in: 'header',
  description: 'the `id` of the last event that came: goes on after it',
  schema: { type: 'string' },
};
