import type { EventType } from '../workflows/domain/event';
import type { Attempt, DeliveryState, DisabledReason } from '../workflows/domain/webhook';
import { interval } from './functions';
import type { Page, Sql } from './sql';

/** Where a merchant's systems are told of events. */
export interface Endpoint {
  readonly id: string;
  readonly sequence: number;
  readonly url: string;
  readonly types: readonly EventType[];
  readonly description: string | null;
  readonly enabled: boolean;
  readonly disabledReason: DisabledReason | null;
  readonly createdAt: Date;
}

/** Of an endpoint `w`. */
const ENDPOINT = `w.id, w.sequence, w.url, w.types, w.description, w.enabled, w.disabled_reason AS "disabledReason", w.created_at AS "createdAt"`;

/** Adds one. `secret`: sealed. */
export async function addEndpoint(
  { sql }: Sql,
  merchantId: string,
  {
    id,
    url,
    types,
    description,
    secret,
  }: Pick<Endpoint, 'id' | 'url' | 'types' | 'description'> & { readonly secret: Buffer },
): Promise<Endpoint> {
  const { rows } = await sql.query<Endpoint>(
    `INSERT INTO webhook_endpoints AS w (id, merchant_id, url, types, description, secret) VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${ENDPOINT}`,
    [id, merchantId, url, types, description, secret],
  );
  if (!rows[0]) throw new Error('a webhook endpoint was not made');
  return rows[0];
}

/** A merchant's endpoints, newest first; one more than asked for where there are more. */
export async function listEndpoints(
  { sql }: Sql,
  merchantId: string,
  { before, limit }: Page,
): Promise<readonly Endpoint[]> {
  const { rows } = await sql.query<Endpoint>(
    `SELECT ${ENDPOINT} FROM webhook_endpoints w WHERE w.merchant_id = $1 AND w.removed_at IS NULL AND ($2::bigint IS NULL OR w.sequence < $2)
     ORDER BY w.sequence DESC LIMIT $3`,
    [merchantId, before, limit + 1],
  );
  return rows;
}

/** The merchant's endpoint of this id, or null. */
export async function findEndpoint({ sql }: Sql, merchantId: string, id: string): Promise<Endpoint | null> {
  const { rows } = await sql.query<Endpoint>(
    `SELECT ${ENDPOINT} FROM webhook_endpoints w WHERE w.id = $2 AND w.merchant_id = $1 AND w.removed_at IS NULL`,
    [merchantId, id],
  );
  return rows[0] ?? null;
}

/**
 * Writes what a person changed of an endpoint; one that is enabled, or elsewhere, begins anew. What was queued for one that is disabled is sent
 * no more.
 */
export async function changeEndpoint(
  { sql }: Sql,
  { id, url, types, description, enabled }: Pick<Endpoint, 'id' | 'url' | 'types' | 'description' | 'enabled'>,
): Promise<Endpoint> {
  const { rows } = await sql.query<Endpoint>(
    `UPDATE webhook_endpoints w SET url = $2, types = $3, description = $4, enabled = $5,
       disabled_reason = CASE WHEN NOT $5 THEN w.disabled_reason END, failing_since = CASE WHEN w.enabled AND w.url = $2 THEN w.failing_since END
     WHERE w.id = $1 RETURNING ${ENDPOINT}`,
    [id, url, types, description, enabled],
  );
  if (!rows[0]) throw new Error(`webhook endpoint ${id} is gone`);
  if (enabled) await makeDue({ sql }, id);
  else await failPending({ sql }, id);
  return rows[0];
}

/** Nobody is told there any more. */
export async function removeEndpoint({ sql }: Sql, id: string): Promise<void> {
  await sql.query('UPDATE webhook_endpoints SET removed_at = now() WHERE id = $1', [id]);
  await failPending({ sql }, id);
}

/** A new secret, sealed; for so long the one before signs too. */
export async function rotateSecret({ sql }: Sql, id: string, secret: Buffer, bothForMs: number): Promise<void> {
  await sql.query(
    'UPDATE webhook_endpoints SET former_secret = secret, former_until = now() + $3::interval, secret = $2 WHERE id = $1',
    [id, secret, interval(bothForMs)],
  );
}

/** Nothing more is sent to it. False: it was disabled, or removed, before. In a transaction. */
export async function disableEndpoint({ sql }: Sql, id: string, reason: DisabledReason): Promise<boolean> {
  const { rowCount } = await sql.query(
    'UPDATE webhook_endpoints SET enabled = false, disabled_reason = $2 WHERE id = $1 AND enabled AND removed_at IS NULL',
    [id, reason],
  );
  await failPending({ sql }, id);
  return rowCount === 1;
}

/** What waits for an endpoint that seemed to fail is tried now. */
async function makeDue({ sql }: Sql, endpointId: string): Promise<void> {
  await sql.query(
    `UPDATE webhook_deliveries d SET due_at = now() FROM webhook_endpoints w
     WHERE d.endpoint_id = $1 AND w.id = $1 AND w.failing_since IS NULL AND d.state = 'pending' AND d.taken_at IS NULL AND d.due_at > now()`,
    [endpointId],
  );
}

async function failPending({ sql }: Sql, endpointId: string): Promise<void> {
  await sql.query(
    "UPDATE webhook_deliveries SET state = 'failed', taken_at = NULL WHERE endpoint_id = $1 AND state = 'pending'",
    [endpointId],
  );
}

/** An event that is sent to an endpoint, and what became of it. */
export interface Delivery {
  readonly id: string;
  readonly sequence: number;
  readonly endpointId: string;
  readonly eventId: string;
  readonly isTest: boolean;
  readonly state: DeliveryState;
  readonly attempts: readonly Attempt[];
  readonly createdAt: Date;
}

/** Of a delivery `d`. */
const DELIVERY = `d.id, d.sequence, d.endpoint_id AS "endpointId", d.event_id AS "eventId", d.is_test AS "isTest", d.state, d.attempts, d.created_at AS "createdAt"`;

/** Queues a test, of an event that there is not. */
export async function queueTest({ sql }: Sql, endpointId: string, eventId: string): Promise<Delivery> {
  const { rows } = await sql.query<Delivery>(
    `INSERT INTO webhook_deliveries AS d (endpoint_id, event_id, is_test, object) VALUES ($1, $2, true, $2) RETURNING ${DELIVERY}`,
    [endpointId, eventId],
  );
  if (!rows[0]) throw new Error('a test was not queued');
  return rows[0];
}

/** An endpoint's deliveries, newest first; one more than asked for where there are more. */
export async function listDeliveries(
  { sql }: Sql,
  endpointId: string,
  state: DeliveryState | undefined,
  { before, limit }: Page,
): Promise<readonly Delivery[]> {
  const { rows } = await sql.query<Delivery>(
    `SELECT ${DELIVERY} FROM webhook_deliveries d WHERE d.endpoint_id = $1 AND ($2::text IS NULL OR d.state = $2) AND ($3::bigint IS NULL OR d.sequence < $3)
     ORDER BY d.sequence DESC LIMIT $4`,
    [endpointId, state ?? null, before, limit + 1],
  );
  return rows;
}

/** The merchant's delivery of this id, or null. */
export async function findDelivery({ sql }: Sql, merchantId: string, id: string): Promise<Delivery | null> {
  const { rows } = await sql.query<Delivery>(
    `SELECT ${DELIVERY} FROM webhook_deliveries d JOIN webhook_endpoints w ON w.id = d.endpoint_id
     WHERE d.id = $2 AND w.merchant_id = $1 AND w.removed_at IS NULL`,
    [merchantId, id],
  );
  return rows[0] ?? null;
}

/** Has it sent once more, whatever became of it; one that is being sent is not sent beside itself. */
export async function sendAgain({ sql }: Sql, id: string): Promise<void> {
  await sql.query(
    `UPDATE webhook_deliveries SET state = 'pending', tries = 0, due_at = CASE WHEN taken_at IS NULL THEN now() ELSE due_at END WHERE id = $1`,
    [id],
  );
}

/** A delivery that was taken to be sent, and is nobody else's for a while. */
export interface TakenDelivery {
  readonly id: string;
  readonly endpointId: string;
  readonly merchantId: string;
  readonly eventId: string;
  readonly isTest: boolean;
  /** How often it was taken, this time included. */
  readonly tries: number;
  /** Its endpoint's run took it, which need not be told what becomes of it. */
  readonly byRun: boolean;
  readonly url: string;
  /** Sealed; the second one is of before a rotation, and signs too. */
  readonly secrets: readonly [Buffer, Buffer | null];
  readonly createdAt: Date;
}

/** Which deliveries: of endpoints that took what they were sent last; of the others what was not tried yet; or of one of those what was. */
export type Waiting =
  { readonly which: 'of_well' | 'new_of_failing' } | { readonly which: 'retries_of'; readonly endpointId: string };

/** What is taken at once. */
export interface Taking {
  readonly waiting: Waiting;
  readonly most: number;
  /** At one endpoint so many are under way. */
  readonly perEndpoint: number;
  /** When one that was taken and not heard of is due again. */
  readonly leaseMs: number;
  /** For so long an event waits until the earlier ones of its object have arrived. */
  readonly waitMs: number;
}

/** Endpoints for which nothing waits are not looked at: one step through the index for each for which something does. */
const ENDPOINTS_WAITED_FOR = `WITH RECURSIVE waiting AS (
    (SELECT c.endpoint_id FROM webhook_deliveries c WHERE c.state = 'pending' ORDER BY c.endpoint_id LIMIT 1)
    UNION ALL
    SELECT (SELECT c.endpoint_id FROM webhook_deliveries c WHERE c.state = 'pending' AND c.endpoint_id > b.endpoint_id ORDER BY c.endpoint_id LIMIT 1)
    FROM waiting b WHERE b.endpoint_id IS NOT NULL)`;

/** Of endpoints `w` and their deliveries `c`. */
const TAKEN: Readonly<
  Record<Waiting['which'], { readonly endpoints: string; readonly of: string; readonly due: string }>
> = {
  of_well: { endpoints: ENDPOINTS_WAITED_FOR, of: 'w.failing_since IS NULL', due: 'true' },
  new_of_failing: { endpoints: ENDPOINTS_WAITED_FOR, of: 'w.failing_since IS NOT NULL', due: 'c.tries = 0' },
  retries_of: {
    endpoints: 'WITH waiting AS (SELECT $5::text AS endpoint_id)',
    of: 'w.failing_since IS NOT NULL',
    due: 'c.tries > 0',
  },
};

/** Takes what is due, the longest due first, of each endpoint only a few. */
export async function takeDeliveries(
  { sql }: Sql,
  { waiting, most, perEndpoint, leaseMs, waitMs }: Taking,
): Promise<readonly TakenDelivery[]> {
  type Row = Omit<TakenDelivery, 'secrets' | 'byRun'> & {
    readonly secret: Buffer;
    readonly formerSecret: Buffer | null;
  };
  const { endpoints, of, due } = TAKEN[waiting.which];
  const { rows } = await sql.query<Row>({
    name: `take_deliveries_${waiting.which}`,
    text: `${endpoints}
      UPDATE webhook_deliveries d SET tries = d.tries + 1, taken_at = now(), due_at = now() + $3::interval
      FROM (
        SELECT due.id, w.url, w.merchant_id, w.secret, CASE WHEN w.former_until > now() THEN w.former_secret END AS former_secret
        FROM waiting JOIN webhook_endpoints w ON w.id = waiting.endpoint_id CROSS JOIN LATERAL (
          SELECT c.id, c.due_at FROM webhook_deliveries c
          WHERE c.endpoint_id = w.id AND c.state = 'pending' AND c.due_at <= now() AND ${due}
            AND (c.created_at < now() - $4::interval OR NOT EXISTS (SELECT FROM webhook_deliveries e
              WHERE e.endpoint_id = c.endpoint_id AND e.object = c.object AND e.sequence < c.sequence AND e.state = 'pending'))
          ORDER BY c.due_at, c.sequence
          LIMIT greatest(0, $2 - (SELECT count(*) FROM webhook_deliveries t WHERE t.endpoint_id = w.id AND t.taken_at IS NOT NULL AND t.due_at > now()))
          FOR UPDATE SKIP LOCKED) due
        WHERE w.enabled AND w.removed_at IS NULL AND ${of}
        ORDER BY due.due_at LIMIT $1) taken
      WHERE d.id = taken.id
      RETURNING d.id, d.endpoint_id AS "endpointId", taken.merchant_id AS "merchantId", d.event_id AS "eventId", d.is_test AS "isTest", d.tries, taken.url,
                taken.secret, taken.former_secret AS "formerSecret", d.created_at AS "createdAt"`,
    values: [
      most,
      perEndpoint,
      interval(leaseMs),
      interval(waitMs),
      ...(waiting.which === 'retries_of' ? [waiting.endpointId] : []),
    ],
  });
  const byRun = waiting.which === 'retries_of';
  return rows.map(({ secret, formerSecret, ...row }) => ({ ...row, byRun, secrets: [secret, formerSecret] }));
}

/** Has the run of the endpoints `told` look at what waits. */
const TELL_RUN = (
  told: string,
) => `INSERT INTO outbox (subject_id, kind, due_at) SELECT 'deliveries-' || t.id, 'deliveries', now() FROM ${told} t
  ON CONFLICT (subject_id) DO UPDATE SET due_at = EXCLUDED.due_at, tries = 0`;

/** The endpoint took it. One that had failed is well again, and what waited for it is due: its run has nothing more to do. */
export async function noteSuccess(
  { sql }: Sql,
  { id, byRun }: Pick<TakenDelivery, 'id' | 'byRun'>,
  attempt: Attempt,
): Promise<void> {
  await sql.query(
    `WITH delivered AS (
       UPDATE webhook_deliveries SET state = 'succeeded', taken_at = NULL, attempts = attempts || $2::jsonb WHERE id = $1 AND state = 'pending' RETURNING endpoint_id),
     well AS (
       UPDATE webhook_endpoints w SET failing_since = NULL FROM delivered d WHERE w.id = d.endpoint_id AND w.failing_since IS NOT NULL RETURNING w.id),
     due AS (
       UPDATE webhook_deliveries d SET due_at = now() FROM well w WHERE d.endpoint_id = w.id AND d.state = 'pending' AND d.taken_at IS NULL AND d.due_at > now())
     ${TELL_RUN('(SELECT id FROM well WHERE NOT $3)')}`,
    [id, JSON.stringify([attempt]), byRun],
  );
}

/**
 * The endpoint did not take it: it is due again after the pause, which its run sees to, or, without one, has failed. Gives since when the
 * endpoint takes nothing, in milliseconds; of a test it does not count.
 */
export async function noteFailure(
  { sql }: Sql,
  { id, isTest, byRun }: Pick<TakenDelivery, 'id' | 'isTest' | 'byRun'>,
  attempt: Attempt,
  pauseMs: number | null,
): Promise<number> {
  const { rows } = await sql.query<{ failingMs: number }>(
    `WITH failed AS (
       UPDATE webhook_deliveries SET state = CASE WHEN $3::interval IS NULL THEN 'failed' ELSE 'pending' END, taken_at = NULL, attempts = attempts || $2::jsonb,
         due_at = now() + coalesce($3::interval, '0')
       WHERE id = $1 AND state = 'pending' RETURNING endpoint_id),
     failing AS (
       UPDATE webhook_endpoints w SET failing_since = coalesce(w.failing_since, now()) FROM failed f WHERE w.id = f.endpoint_id AND NOT $4 RETURNING w.id, w.failing_since),
     told AS (${TELL_RUN('(SELECT id FROM failing WHERE $3::interval IS NOT NULL AND NOT $5)')})
     SELECT (extract(epoch FROM now() - failing_since) * 1000)::float8 AS "failingMs" FROM failing`,
    [id, JSON.stringify([attempt]), pauseMs === null ? null : interval(pauseMs), isTest, byRun],
  );
  return rows[0]?.failingMs ?? 0;
}

/** What an endpoint did not take and is to be sent once more. */
export interface Retries {
  readonly waiting: number;
  /** In milliseconds; below 0: it is due; null: nothing waits, or the endpoint is well or told nothing any more. */
  readonly dueInMs: number | null;
}

/** What is left for an endpoint's run. */
export async function retriesOf({ sql }: Sql, endpointId: string): Promise<Retries> {
  const { rows } = await sql.query<Retries>(
    `SELECT count(*)::int AS waiting, (extract(epoch FROM min(d.due_at) - now()) * 1000)::float8 AS "dueInMs"
     FROM webhook_deliveries d JOIN webhook_endpoints w ON w.id = d.endpoint_id
     WHERE w.id = $1 AND w.enabled AND w.removed_at IS NULL AND w.failing_since IS NOT NULL AND d.state = 'pending' AND d.tries > 0`,
    [endpointId],
  );
  return rows[0] ?? { waiting: 0, dueInMs: null };
}

/** An endpoint, and whose it is. */
export interface EndpointOfMerchant {
  readonly endpointId: string;
  readonly merchantId: string;
}

/** The endpoints whose runs have these workflow ids; of other ids there are none. */
export async function readEndpointsOfRuns(
  { sql }: Sql,
  workflowIds: readonly string[],
): Promise<readonly EndpointOfMerchant[]> {
  const { rows } = await sql.query<EndpointOfMerchant>(
    `SELECT id AS "endpointId", merchant_id AS "merchantId" FROM webhook_endpoints
     WHERE id = ANY (ARRAY(SELECT substr(run, 12) FROM unnest($1::text[]) run WHERE run LIKE 'deliveries-%'))`,
    [workflowIds],
  );
  return rows;
}

/** Has the runs of endpoints look whose retries are overdue for so long. */
export async function planForgottenRetries({ sql }: Sql, overdueMs: number): Promise<void> {
  await sql.query(
    TELL_RUN(`(SELECT w.id FROM webhook_endpoints w WHERE w.failing_since IS NOT NULL AND w.enabled AND w.removed_at IS NULL AND EXISTS (
      SELECT FROM webhook_deliveries d WHERE d.endpoint_id = w.id AND d.state = 'pending' AND d.tries > 0 AND d.due_at < now() - $1::interval))`),
    [interval(overdueMs)],
  );
}

/** Forgets deliveries so old, at most `most` of them; gives how many. */
export async function forgetDeliveries({ sql }: Sql, afterDays: number, most: number): Promise<number> {
  const { rowCount } = await sql.query(
    `DELETE FROM webhook_deliveries WHERE id IN (
       SELECT id FROM webhook_deliveries WHERE created_at < now() - $1 * interval '1 day' ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [afterDays, most],
  );
  return rowCount ?? 0;
}
