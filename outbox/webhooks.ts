import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { byItself, noteChange } from '../books/audit';
import { findEvents, numberEvents } from '../books/events';
import type { EventRow } from '../books/events';
import { queueStaffLetters } from '../books/letters';
import type { Seal } from '../books/letters';
import { inTransaction } from '../books/sql';
import { disableEndpoint, noteFailure, noteSuccess, takeDeliveries } from '../books/webhooks';
import type { TakenDelivery } from '../books/webhooks';
import { inBackground } from '../platform/background';
import { sayNowAndThen } from '../platform/log';
import type { PostWebhook } from '../platform/webhook-post';
import { signedHeaders } from '../platform/webhook-signature';
import type { Database } from '../prisma/client';
import { consequenceOf } from '../workflows/domain/webhook';
import type { DisabledReason } from '../workflows/domain/webhook';

/** A merchant's system hears of a payment about as soon as its member does. */
const EVERY_MS = 250;
/** While endpoints take what they are sent: more may wait for the places that become free. */
const AGAIN_MS = 50;
/**
 * So many are under way at once, and of each endpoint a few. Endpoints that took nothing lately have places of their own, and one each: they
 * may be silent for as long as the time-out, which none of the others waits for.
 */
const PLACES = {
  well: { failing: false, most: 48, perEndpoint: 4 },
  failing: { failing: true, most: 16, perEndpoint: 1 },
} as const;
/** For so long an event waits until the earlier ones of its object have arrived; after that the receiver orders them by their sequence. */
const WAIT_FOR_EARLIER_MS = 30_000;
/** What is under way at the end has so long; what is cut short is sent again by the next process that takes it. */
const LAST_MS = 2_000;

interface WebhookDependencies {
  readonly db: Database;
  readonly vault: Pick<Seal, 'open'>;
  readonly post: PostWebhook;
  /** What events say, as JSON. */
  readonly readEvents: (db: Database, events: readonly EventRow[]) => Promise<(event: EventRow) => object>;
  readonly log: Logger;
  /** Longer than any try takes: a delivery that was taken and not heard of is due again after it. */
  readonly leaseMs: number;
  /** After each try that came to nothing, how long until the next; after the last one a delivery has failed. */
  readonly retryMs: readonly number[];
  /** An endpoint that took nothing for so long is disabled. */
  readonly disableAfterMs: number;
}

/** Numbers what happened, and sends it to the endpoints that want it, at least once each. */
export function startWebhooks(deps: WebhookDependencies): { stop(): Promise<void> } {
  return inBackground((stopped) => sendUntil(deps, stopped));
}

async function sendUntil(deps: WebhookDependencies, stopped: AbortSignal): Promise<void> {
  const failed = sayNowAndThen((count, error) => {
    deps.log.warn({ err: error, count }, 'webhooks were not sent; they are tried again');
  });
  const underWay = { well: new Set<Promise<void>>(), failing: new Set<Promise<void>>() };
  while (!stopped.aborted) {
    const taken = await takeAll(deps, underWay, failed).catch((error: unknown) => {
      failed(error);
      return 0;
    });
    const pauseMs = taken > 0 || underWay.well.size > 0 ? AGAIN_MS : EVERY_MS;
    await sleep(pauseMs, undefined, { signal: stopped }).catch(() => undefined);
  }
  const rest = Promise.all([...underWay.well, ...underWay.failing]);
  await Promise.race([rest, sleep(LAST_MS, undefined, { ref: false })]);
}

type UnderWay = Readonly<Record<keyof typeof PLACES, Set<Promise<void>>>>;

/** Begins to send what is due as far as there are places; gives how many. */
async function takeAll(deps: WebhookDependencies, underWay: UnderWay, failed: (error: unknown) => void) {
  await numberEvents(deps.db);
  const taken = await Promise.all([take(deps, underWay, 'well'), take(deps, underWay, 'failing')]);
  const deliveries = taken.flat();
  if (deliveries.length === 0) return 0;
  const events = await findEvents(
    deps.db,
    deliveries.map(({ eventId }) => eventId),
  );
  const byId = new Map(events.map((event) => [event.id, event]));
  const read = await deps.readEvents(deps.db, events);
  for (const [index, kind] of (['well', 'failing'] as const).entries())
    for (const delivery of taken[index] ?? []) {
      const event = byId.get(delivery.eventId);
      const body = delivery.isTest ? testOf(delivery) : event && read(event);
      const sending: Promise<void> = send(deps, delivery, body)
        .catch(failed)
        .finally(() => underWay[kind].delete(sending));
      underWay[kind].add(sending);
    }
  return deliveries.length;
}

function take({ db, leaseMs }: WebhookDependencies, underWay: UnderWay, kind: keyof typeof PLACES) {
  const { failing, most, perEndpoint } = PLACES[kind];
  const free = most - underWay[kind].size;
  return takeDeliveries(db, { failing, most: free, perEndpoint, leaseMs, waitMs: WAIT_FOR_EARLIER_MS });
}

/** What is sent to try an endpoint out: it tells of nothing. */
function testOf({ eventId, merchantId, createdAt }: TakenDelivery): object {
  return {
    id: eventId,
    type: 'webhook.test',
    createdAt: createdAt.toISOString(),
    sequence: 0,
    merchant: merchantId,
    data: {},
  };
}

async function send(deps: WebhookDependencies, delivery: TakenDelivery, said: object | undefined): Promise<void> {
  const { db, vault, post, retryMs, disableAfterMs } = deps;
  const { id, endpointId, eventId, isTest, tries, url } = delivery;
  if (said === undefined) throw new Error(`event ${eventId} is gone`);
  const body = JSON.stringify(said);
  const secrets = delivery.secrets.flatMap((secret) => (secret ? [vault.open(secret, endpointId).toString()] : []));
  const headers = signedHeaders(secrets, { id: eventId, atS: Math.floor(Date.now() / 1000), body });
  const attempt = await post(url, headers, body);
  // A person who tries an endpoint out is told at once what came of it.
  const consequence = consequenceOf(attempt, tries, isTest ? [] : retryMs, Math.random());
  if (consequence.outcome === 'succeeded') return noteSuccess(db, id, attempt);
  const pauseMs = consequence.outcome === 'later' ? consequence.pauseMs : null;
  const failingMs = await noteFailure(db, delivery, attempt, pauseMs);
  if (consequence.outcome === 'gone' && !isTest) return disable(deps, delivery, 'gone');
  if (failingMs >= disableAfterMs) return disable(deps, delivery, 'failing');
}

async function disable(
  { db, log }: WebhookDependencies,
  { endpointId, merchantId, url }: TakenDelivery,
  reason: DisabledReason,
): Promise<void> {
  const isNew = await inTransaction(db, async (tx) => {
    if (!(await disableEndpoint(tx, endpointId, reason))) return false;
    await noteChange(tx, byItself({ kind: 'clock', id: null }), {
      ...{ merchantId, action: 'webhook_endpoint.disabled', object: { kind: 'webhook_endpoint', id: endpointId } },
      before: { enabled: true },
      after: { enabled: false, disabledReason: reason },
    });
    // The rest of an address may be as good as a key to it.
    await queueStaffLetters(tx, merchantId, { kind: 'webhook_disabled', data: { host: new URL(url).host, reason } });
    return true;
  });
  if (isNew) log.warn({ endpoint: endpointId, merchant: merchantId, reason }, 'a webhook endpoint was disabled');
}
