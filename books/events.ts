import type { EventObject, EventType } from '../workflows/domain/event';
import { call } from './functions';
import type { Sql } from './sql';

/** An event as it lies in the books; what it says of its object is folded from there. */
export interface EventRow {
  readonly id: string;
  readonly merchantId: string;
  /** Of two events of a merchant the later one has the higher; none that is smaller appears after it. */
  readonly sequence: number;
  readonly type: EventType;
  readonly kind: EventObject;
  readonly objectId: string;
  /** How many facts stood of the payment, or of the money that a refund gives back; null where none are told of. */
  readonly facts: number | null;
  /** What no facts tell. */
  readonly told: Readonly<Record<string, unknown>> | null;
  readonly createdAt: Date;
}

/** Of an event `e`. */
const EVENT = `e.id, e.merchant_id AS "merchantId", e.sequence, e.type, e.object_kind AS kind, e.object_id AS "objectId", e.facts, e.told,
  e.created_at AS "createdAt"`;

/** So many are numbered in one transaction: some ten milliseconds, for which others who number wait. */
const MOST_AT_ONCE = 500;

/** Numbers the oldest of the events that were committed, so that they are listed; gives how many. Not inside a transaction: others wait for its end. */
export function numberEvents(db: Sql): Promise<number> {
  return call(db, 'number_events', MOST_AT_ONCE);
}

/** A merchant's events after a number, oldest first; one more than asked for where there are more. `types`: of these only; null: all. */
export async function listEvents(
  { sql }: Sql,
  merchantId: string,
  types: readonly EventType[] | null,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly EventRow[]> {
  const ofMerchant = `e.merchant_id = $1 AND e.sequence > $2`;
  const { rows } = await (types === null
    ? sql.query<EventRow>({
        name: 'list_events',
        text: `SELECT ${EVENT} FROM events e WHERE ${ofMerchant} ORDER BY e.sequence LIMIT $3`,
        values: [merchantId, after, limit + 1],
      })
    : sql.query<EventRow>({
        name: 'list_events_of_types',
        // Each type by itself, so that a rare one is not looked for among all the others.
        text: `SELECT ${EVENT} FROM unnest($4::text[]) AS t(type), LATERAL (
                 SELECT * FROM events e WHERE ${ofMerchant} AND e.type = t.type ORDER BY e.sequence LIMIT $3) e
               ORDER BY e.sequence LIMIT $3`,
        values: [merchantId, after, limit + 1, [...new Set(types)]],
      }));
  return rows;
}

/** Events by their ids, in no order; unknown ids are left out. */
export async function findEvents({ sql }: Sql, ids: readonly string[]): Promise<readonly EventRow[]> {
  const { rows } = await sql.query<EventRow>({
    name: 'find_events',
    text: `SELECT ${EVENT} FROM events e WHERE e.id = ANY ($1)`,
    values: [ids],
  });
  return rows;
}

/** The number of a merchant's event, by its id or by that number; null where the merchant has no such event, or has no more. */
export async function findSequence({ sql }: Sql, merchantId: string, idOrNumber: string): Promise<number | null> {
  const { rows } = await sql.query<{ sequence: number }>(
    `SELECT sequence FROM events WHERE merchant_id = $1 AND ${/^[0-9]+$/.test(idOrNumber) ? 'sequence = $2::bigint' : 'id = $2'}`,
    [merchantId, idOrNumber],
  );
  return rows[0]?.sequence ?? null;
}

/** The highest number that an event of each of these merchants has; 0 for one that has none. */
export async function newestSequences(
  { sql }: Sql,
  merchantIds: readonly string[],
): Promise<readonly { readonly id: string; readonly reached: number }[]> {
  const { rows } = await sql.query<{ id: string; reached: number }>(
    'SELECT m.id, coalesce((SELECT max(e.sequence) FROM events e WHERE e.merchant_id = m.id), 0) AS reached FROM unnest($1::text[]) AS m(id)',
    [merchantIds],
  );
  return rows;
}

/** Forgets events so old, at most `most` of them; gives how many. */
export async function forgetEvents({ sql }: Sql, afterDays: number, most: number): Promise<number> {
  const { rowCount } = await sql.query(
    `DELETE FROM events WHERE id IN (
       SELECT id FROM events WHERE created_at < now() - $1 * interval '1 day' ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [afterDays, most],
  );
  return rowCount ?? 0;
}
