import type { Logger } from 'pino';
import { byItself, noteChange } from '../books/audit';
import { findEvents } from '../books/events';
import type { EventRow } from '../books/events';
import { queueStaffLetters } from '../books/letters';
import type { Seal } from '../books/letters';
import { inTransaction } from '../books/sql';
import type { Sql } from '../books/sql';
import { disableEndpoint, noteFailure, noteSuccess, takeDeliveries } from '../books/webhooks';
import type { TakenDelivery, Taking } from '../books/webhooks';
import type { Database } from '../prisma/client';
import { consequenceOf } from '../workflows/domain/webhook';
import type { DisabledReason } from '../workflows/domain/webhook';
import type { PostWebhook } from './post';
import { signedHeaders } from './signature';

/** For so long an event waits until the earlier ones of its object have arrived; after that the receiver orders them by their sequence. */
const WAIT_FOR_EARLIER_MS = 30_000;

export interface SendingDependencies {
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

/** Takes what is due, to be sent by nobody else for a while. */
export function take(
  { db, leaseMs }: SendingDependencies,
  taking: Omit<Taking, 'leaseMs' | 'waitMs'>,
): Promise<readonly TakenDelivery[]> {
  return takeDeliveries(db, { ...taking, leaseMs, waitMs: WAIT_FOR_EARLIER_MS });
}

/** Reads what deliveries say; gives what makes one try of one of them, and keeps what came of it. */
export async function readToSend(
  deps: SendingDependencies,
  deliveries: readonly TakenDelivery[],
): Promise<(delivery: TakenDelivery) => Promise<void>> {
  const events = await findEvents(
    deps.db,
    deliveries.map(({ eventId }) => eventId),
  );
  const byId = new Map(events.map((event) => [event.id, event]));
  const read = await deps.readEvents(deps.db, events);
  return (delivery) => {
    const event = byId.get(delivery.eventId);
    return send(deps, delivery, delivery.isTest ? testOf(delivery) : event && read(event));
  };
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

async function send(deps: SendingDependencies, delivery: TakenDelivery, said: object | undefined): Promise<void> {
  const { db, vault, post, log, retryMs, disableAfterMs } = deps;
  const { endpointId, eventId, isTest, tries, url } = delivery;
  if (said === undefined) throw new Error(`event ${eventId} is gone`);
  const body = JSON.stringify(said);
  const secrets = delivery.secrets.flatMap((secret) => (secret ? [vault.open(secret, endpointId).toString()] : []));
  const headers = signedHeaders(secrets, { id: eventId, atS: Math.floor(Date.now() / 1000), body });
  const attempt = await post(url, headers, body);
  // A person who tries an endpoint out is told at once what came of it.
  const consequence = consequenceOf(attempt, tries, isTest ? [] : retryMs, Math.random());
  if (consequence.outcome === 'succeeded') return noteSuccess(db, delivery, attempt);
  const disabled = await inTransaction(db, async (tx) => {
    const pauseMs = consequence.outcome === 'later' ? consequence.pauseMs : null;
    const failingMs = await noteFailure(tx, delivery, attempt, pauseMs);
    const reason = consequence.outcome === 'gone' ? 'gone' : failingMs >= disableAfterMs ? 'failing' : null;
    return !isTest && reason !== null && (await disable(tx, delivery, reason)) ? reason : null;
  });
  if (disabled === null) return;
  const { merchantId } = delivery;
  log.warn({ endpoint: endpointId, merchant: merchantId, reason: disabled }, 'a webhook endpoint was disabled');
}

/** False: it was disabled before. */
async function disable(
  tx: Sql,
  { endpointId, merchantId, url }: TakenDelivery,
  reason: DisabledReason,
): Promise<boolean> {
  if (!(await disableEndpoint(tx, endpointId, reason))) return false;
  await noteChange(tx, byItself({ kind: 'clock', id: null }), {
    ...{ merchantId, action: 'webhook_endpoint.disabled', object: { kind: 'webhook_endpoint', id: endpointId } },
    before: { enabled: true },
    after: { enabled: false, disabledReason: reason },
  });
  // The rest of an address may be as good as a key to it.
  await queueStaffLetters(tx, merchantId, { kind: 'webhook_disabled', data: { host: new URL(url).host, reason } });
  return true;
}
