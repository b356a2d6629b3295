import { randomBytes } from 'node:crypto';
import { differing, noteChange } from '../../books/audit';
import type { Change } from '../../books/audit';
import { inTransaction } from '../../books/sql';
import type { Sql } from '../../books/sql';
import {
  addEndpoint,
  changeEndpoint,
  findDelivery,
  findEndpoint,
  listDeliveries,
  listEndpoints,
  queueTest,
  removeEndpoint,
  rotateSecret,
  sendAgain,
} from '../../books/webhooks';
import type { Delivery, Endpoint } from '../../books/webhooks';
import { newId } from '../../platform/ids';
import { refusalOfUrl } from '../../webhooks/address';
import { spellSecret } from '../../webhooks/signature';
import type { Database } from '../../prisma/client';
import type { Vault } from '../../vault/vault';
import { readCursor, toPage } from '../http/paging';
import { notFound, Problem } from '../http/problems';
import { route } from '../http/routing';
import { idParams, list, noFilter } from '../http/schemas';
import * as schemas from '../http/webhook-schemas';

/** After a rotation a receiver has so long to learn the new secret. */
const BOTH_SIGN_MS = 86_400_000;
const SECRET_BYTES = 24;

interface WebhookDependencies {
  readonly db: Database;
  readonly vault: Pick<Vault, 'seal'>;
  /** Whether http to this machine is allowed, which is for development. */
  readonly allowHttp: boolean;
}

export function webhookRoutes({ db, vault, allowHttp }: WebhookDependencies) {
  const checkUrl = (url: string): void => {
    const refusal = refusalOfUrl(url, allowHttp);
    if (refusal !== null) throw new Problem('url_not_allowed', `url: ${refusal}`);
  };
  const find = async (tx: Sql, merchantId: string, id: string): Promise<Endpoint> => {
    const endpoint = await findEndpoint(tx, merchantId, id);
    if (!endpoint) throw notFound('webhook endpoint');
    return endpoint;
  };
  const findSent = async (tx: Sql, merchantId: string, id: string): Promise<Delivery> => {
    const delivery = await findDelivery(tx, merchantId, id);
    if (!delivery) throw notFound('webhook delivery');
    return delivery;
  };
  const findEnabled = async (tx: Sql, merchantId: string, id: string): Promise<void> => {
    if (!(await find(tx, merchantId, id)).enabled)
      throw new Problem('webhook_endpoint_disabled', 'enable the endpoint first; events are listed by GET /v1/events');
  };
  const mintSecret = (id: string) => {
    const secret = spellSecret(randomBytes(SECRET_BYTES));
    return { secret, sealed: vault.seal(Buffer.from(secret), id) };
  };

  return [
    route({
      operationId: 'createWebhookEndpoint',
      method: 'post',
      path: '/v1/webhook-endpoints',
      summary: 'Have events sent to a system of yours',
      detail: 'Signed as Standard Webhooks; events that happen from now on.',
      right: 'manage_webhooks',
      body: schemas.newEndpoint,
      answers: { 201: schemas.endpointWithSecret },
      refusals: ['url_not_allowed'],
      async handle({ caller: { merchantId }, author, body: { url, types, description = null } }) {
        checkUrl(url);
        const id = newId('whe');
        const { secret, sealed } = mintSecret(id);
        const made = await inTransaction(db, async (tx) => {
          const endpoint = await addEndpoint(tx, merchantId, { id, url, types, description, secret: sealed });
          const after = { url, types, description };
          await noteChange(tx, author, { merchantId, action: 'webhook_endpoint.created', object: objectOf(id), after });
          return endpoint;
        });
        return { status: 201, body: { ...viewEndpoint(made), secret } };
      },
    }),
    route({
      operationId: 'listWebhookEndpoints',
      method: 'get',
      path: '/v1/webhook-endpoints',
      summary: 'List the webhook endpoints, newest first',
      right: 'read_webhooks',
      query: noFilter,
      answers: { 200: list(schemas.endpoint) },
      async handle({ caller, query }) {
        const rows = await listEndpoints(db, caller.merchantId, { before: readCursor(query), limit: query.limit });
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, viewEndpoint) };
      },
    }),
    route({
      operationId: 'readWebhookEndpoint',
      method: 'get',
      path: '/v1/webhook-endpoints/:id',
      summary: 'Read a webhook endpoint',
      right: 'read_webhooks',
      params: idParams,
      answers: { 200: schemas.endpoint },
      async handle({ caller, params: { id } }) {
        return { status: 200, body: viewEndpoint(await find(db, caller.merchantId, id)) };
      },
    }),
    route({
      operationId: 'changeWebhookEndpoint',
      method: 'patch',
      path: '/v1/webhook-endpoints/:id',
      summary: 'Change a webhook endpoint, disable it, or enable it again',
      detail: 'While it is disabled nothing is queued for it: catch up by `GET /v1/events`.',
      right: 'manage_webhooks',
      params: idParams,
      body: schemas.endpointChange,
      answers: { 200: schemas.endpoint },
      refusals: ['url_not_allowed'],
      async handle({ caller: { merchantId }, author, params: { id }, body }) {
        if (body.url !== undefined) checkUrl(body.url);
        const changed = await inTransaction(db, async (tx) => {
          const former = await find(tx, merchantId, id);
          const { url = former.url, types = former.types, enabled = former.enabled } = body;
          const description = body.description === undefined ? former.description : body.description;
          const endpoint = await changeEndpoint(tx, { id, url, types, description, enabled });
          const states = differing(former, endpoint, ['url', 'types', 'description', 'enabled', 'disabledReason']);
          const change = { merchantId, action: 'webhook_endpoint.changed', object: objectOf(id) };
          if (states) await noteChange(tx, author, { ...change, ...states });
          return endpoint;
        });
        return { status: 200, body: viewEndpoint(changed) };
      },
    }),
    route({
      operationId: 'removeWebhookEndpoint',
      method: 'delete',
      path: '/v1/webhook-endpoints/:id',
      summary: 'Remove a webhook endpoint: nothing is sent to it any more',
      right: 'manage_webhooks',
      params: idParams,
      answers: { 200: schemas.endpoint },
      async handle({ caller: { merchantId }, author, params: { id } }) {
        const removed = await inTransaction(db, async (tx) => {
          const endpoint = await find(tx, merchantId, id);
          await removeEndpoint(tx, id);
          const { url, types, description } = endpoint;
          const change = { merchantId, action: 'webhook_endpoint.removed', object: objectOf(id) };
          await noteChange(tx, author, { ...change, before: { url, types, description } });
          return endpoint;
        });
        return { status: 200, body: { ...viewEndpoint(removed), enabled: false } };
      },
    }),
    route({
      operationId: 'rotateWebhookSecret',
      method: 'post',
      path: '/v1/webhook-endpoints/:id/rotation',
      summary: 'Give a webhook endpoint a new secret; for 24 hours the one before signs too',
      right: 'manage_webhooks',
      params: idParams,
      answers: { 200: schemas.endpointWithSecret },
      async handle({ caller: { merchantId }, author, params: { id } }) {
        const { secret, sealed } = mintSecret(id);
        const endpoint = await inTransaction(db, async (tx) => {
          const rotated = await find(tx, merchantId, id);
          await rotateSecret(tx, id, sealed, BOTH_SIGN_MS);
          await noteChange(tx, author, { merchantId, action: 'webhook_endpoint.rotated', object: objectOf(id) });
          return rotated;
        });
        return { status: 200, body: { ...viewEndpoint(endpoint), secret } };
      },
    }),
    route({
      operationId: 'testWebhookEndpoint',
      method: 'post',
      path: '/v1/webhook-endpoints/:id/test',
      summary: 'Send a test, of type `webhook.test`, which is no event',
      detail: 'It is tried once; the delivery shows what came of it.',
      right: 'manage_webhooks',
      params: idParams,
      answers: { 201: schemas.delivery },
      refusals: ['webhook_endpoint_disabled'],
      idempotentFor: 'days',
      async handle({ caller: { merchantId }, author, params: { id }, once }) {
        const queued = await once(async (tx) => {
          await findEnabled(tx, merchantId, id);
          const delivery = await queueTest(tx, id, newId('evt'));
          await noteChange(tx, author, { merchantId, action: 'webhook_endpoint.tested', object: objectOf(id) });
          return viewDelivery(delivery);
        });
        return { status: 201, body: queued };
      },
    }),
    route({
      operationId: 'listDeliveries',
      method: 'get',
      path: '/v1/webhook-endpoints/:id/deliveries',
      summary: 'List what was sent to a webhook endpoint, newest first',
      detail: 'Kept for 30 days.',
      right: 'read_webhooks',
      params: idParams,
      query: schemas.deliveryFilter,
      answers: { 200: list(schemas.delivery) },
      async handle({ caller, params: { id }, query }) {
        await find(db, caller.merchantId, id);
        const rows = await listDeliveries(db, id, query.state, { before: readCursor(query), limit: query.limit });
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, viewDelivery) };
      },
    }),
    route({
      operationId: 'readDelivery',
      method: 'get',
      path: '/v1/webhook-deliveries/:id',
      summary: 'Read a delivery, with each attempt',
      right: 'read_webhooks',
      params: idParams,
      answers: { 200: schemas.delivery },
      async handle({ caller, params: { id } }) {
        return { status: 200, body: viewDelivery(await findSent(db, caller.merchantId, id)) };
      },
    }),
    route({
      operationId: 'resendDelivery',
      method: 'post',
      path: '/v1/webhook-deliveries/:id/resend',
      summary: 'Send a delivery once more, whatever became of it',
      detail: 'With the same `webhook-id`; where it is not taken it is tried again as the first time.',
      right: 'manage_webhooks',
      params: idParams,
      answers: { 200: schemas.delivery },
      refusals: ['webhook_endpoint_disabled'],
      idempotentFor: 'days',
      async handle({ caller: { merchantId }, author, params: { id }, once }) {
        const queued = await once(async (tx) => {
          const { endpointId } = await findSent(tx, merchantId, id);
          await findEnabled(tx, merchantId, endpointId);
          await sendAgain(tx, id);
          const object = { kind: 'webhook_delivery', id };
          await noteChange(tx, author, { merchantId, action: 'webhook_delivery.resent', object });
          return viewDelivery(await findSent(tx, merchantId, id));
        });
        return { status: 200, body: queued };
      },
    }),
  ];
}

const objectOf = (id: string): Change['object'] => ({ kind: 'webhook_endpoint', id });

function viewEndpoint({ id, url, types, description, enabled, disabledReason, createdAt }: Endpoint) {
  return { id, url, types, description, enabled, disabledReason, createdAt: createdAt.toISOString() };
}

function viewDelivery({ id, endpointId, eventId, state, attempts, createdAt }: Delivery) {
  return { id, endpoint: endpointId, event: eventId, state, attempts, createdAt: createdAt.toISOString() };
}
