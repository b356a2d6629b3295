import { z } from 'zod';
import { isWebAddress } from '../paypal-standard/checkout-form';
import { newTxnId } from '../paypal-standard/random-ids';
import { notFound, Problem } from './problem';
import { rawMember } from './raw-member';
import { readBody, type Call, type Reply } from './rest';
import { theSigner } from './signer';
import { link } from './views';
import type { Webhook, Webhooks } from './webhooks';

const webAddress = z.string().max(2048).refine(isWebAddress, 'not an absolute http or https address');
const eventTypes = z.array(z.object({ name: z.string().min(1) })).min(1);
const webhookShape = z.object({ url: webAddress, event_types: eventTypes });

const changeShape = z.array(
  z.discriminatedUnion('path', [
    z.object({ op: z.literal('replace'), path: z.literal('/url'), value: webAddress }),
    z.object({ op: z.literal('replace'), path: z.literal('/event_types'), value: eventTypes }),
  ]),
);

const verificationShape = z.object({
  auth_algo: z.string(),
  cert_url: z.string(),
  transmission_id: z.string(),
  transmission_sig: z.string(),
  transmission_time: z.string(),
  webhook_id: z.string(),
  webhook_event: z.looseObject({}),
});

/** `GET /v1/notifications/webhooks`. */
export function listWebhooks(call: Call<object>, webhooks: Webhooks): Reply {
  return { status: 200, body: { webhooks: webhooks.of(call.clientId).map(view) } };
}

/** `POST /v1/notifications/webhooks`. */
export async function createWebhook(call: Call<object>, webhooks: Webhooks): Promise<Reply> {
  const asked = readBody(webhookShape, call.body);
  const signer = await theSigner();
  refuseTaken(asked.url, webhooks.of(call.clientId));
  const types = asked.event_types.map(({ name }) => name);
  const webhook: Webhook = {
    id: newTxnId(),
    clientId: call.clientId,
    origin: call.origin,
    signer,
    url: asked.url,
    eventTypes: types,
  };
  webhooks.add(webhook);
  return { status: 201, body: view(webhook) };
}

/** `GET /v1/notifications/webhooks/:id`. */
export function getWebhook(call: Call<{ id: string }>, webhooks: Webhooks): Reply {
  return { status: 200, body: view(find(call, webhooks)) };
}

/** `PATCH /v1/notifications/webhooks/:id`. */
export function changeWebhook(call: Call<{ id: string }>, webhooks: Webhooks): Reply {
  const webhook = find(call, webhooks);
  const changes = readBody(changeShape, call.body);
  const others = webhooks.of(call.clientId).filter((other) => other !== webhook);
  for (const change of changes) if (change.path === '/url') refuseTaken(change.value, others);
  for (const change of changes) {
    if (change.path === '/url') webhook.url = change.value;
    else webhook.eventTypes = change.value.map(({ name }) => name);
  }
  return { status: 200, body: view(webhook) };
}

/** `DELETE /v1/notifications/webhooks/:id`. */
export function deleteWebhook(call: Call<{ id: string }>, webhooks: Webhooks): Reply {
  webhooks.delete(find(call, webhooks).id);
  return { status: 204, body: null };
}

/** `POST /v1/notifications/verify-webhook-signature`: whether the event, byte for byte as it stands in the question, is one that was signed here. */
export async function verifySignature(call: Call<object>, webhooks: Webhooks): Promise<Reply> {
  const asked = readBody(verificationShape, call.body);
  const body = rawMember(call.raw, 'webhook_event');
  const webhook = webhooks.get(asked.webhook_id);
  const signer = await theSigner();
  const isOurs =
    body !== null &&
    webhook?.clientId === call.clientId &&
    asked.auth_algo === 'SHA256withRSA' &&
    asked.cert_url === `${webhook.origin}/paypal/v1/notifications/certs/${signer.certificates.genuine.name}` &&
    signer.isGenuine(asked.transmission_sig, {
      id: asked.transmission_id,
      time: asked.transmission_time,
      webhookId: webhook.id,
      body,
    });
  return { status: 200, body: { verification_status: isOurs ? 'SUCCESS' : 'FAILURE' } };
}

function find(call: Call<{ id: string }>, webhooks: Webhooks): Webhook {
  const webhook = webhooks.get(call.params.id);
  if (webhook?.clientId !== call.clientId) throw notFound();
  return webhook;
}

function refuseTaken(url: string, others: readonly Webhook[]): void {
  if (!others.some((other) => other.url === url)) return;
  throw new Problem(400, 'WEBHOOK_URL_ALREADY_EXISTS', {
    name: 'WEBHOOK_URL_ALREADY_EXISTS',
    description: 'Webhook URL already exists.',
    field: '/url',
  });
}

function view({ id, url, eventTypes: types, origin }: Webhook) {
  const path = `/v1/notifications/webhooks/${id}`;
  return {
    id,
    url,
    event_types: types.map((name) => ({ name, description: `${name} happened.` })),
    links: [link(origin, path, 'self'), link(origin, path, 'update', 'PATCH'), link(origin, path, 'delete', 'DELETE')],
  };
}
