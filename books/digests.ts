import type { Sql } from './sql';

/** Hours of a merchant's clock: from the first one on its people are written to, and from the second one on left in peace. */
const MORNING_HOUR = 8;
const EVENING_HOUR = 20;

/** Of a merchant `m`: it is day there, and what waits was not looked at yet today. */
const DUE = `extract(hour FROM now() AT TIME ZONE m.time_zone) >= ${MORNING_HOUR} AND extract(hour FROM now() AT TIME ZONE m.time_zone) < ${EVENING_HOUR}
  AND m.digested_on IS DISTINCT FROM (now() AT TIME ZONE m.time_zone)::date`;

/** Merchants whose digest of today is due, in order of their ids, after the one with the id `after`; one without people has nobody to be told. */
export async function listDigestsDue({ sql }: Sql, after: string, most: number): Promise<readonly string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT m.id FROM merchants m WHERE m.id > $1 AND ${DUE} AND EXISTS (SELECT FROM staff_roles r WHERE r.merchant_id = m.id) ORDER BY m.id LIMIT $2`,
    [after, most],
  );
  return rows.map(({ id }) => id);
}

/** Takes a merchant's digest of today; false: another process has. In the transaction that queues it. */
export async function takeDigest({ sql }: Sql, merchantId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE merchants m SET digested_on = (now() AT TIME ZONE m.time_zone)::date WHERE m.id = $1 AND ${DUE}`,
    [merchantId],
  );
  return rowCount === 1;
}
