import type { Client } from 'pg';

interface Mark {
  /** By our clock, in ms since 1970. */
  readonly from: number;
  /** What is to be added to each moment from then until the next mark. */
  readonly shiftMs: number;
}

/**
 * Has what is done now be done earlier. The database writes each moment by its own clock and lets nobody write another, so that everything is
 * done first, in the order in which it is to have happened, and then moved in time.
 */
export class PretendedTime {
  readonly #marks: Mark[] = [];

  /** From here on it is this moment, and time goes on; what was done before is over by then. */
  async goTo(moment: Date): Promise<void> {
    const from = await nextMillisecond();
    const before = this.#marks.at(-1)?.shiftMs ?? -Infinity;
    this.#marks.push({ from, shiftMs: Math.max(moment.getTime() - from, before) });
  }

  /** It is now again. */
  async comeBack(): Promise<void> {
    this.#marks.push({ from: await nextMillisecond(), shiftMs: 0 });
  }

  /**
   * Moves what was written, with what follows from it. For that the triggers that keep rows as they are written are off, inside this one
   * transaction; the tables' owner needs no other right for it.
   */
  async moveBack(client: Client): Promise<void> {
    const marks = this.#marks
      .slice(0, -1)
      .map(({ from, shiftMs }, index) => [from, this.#marks[index + 1]?.from, shiftMs]);
    const tables = await momentsOf(client);
    await client.query('BEGIN');
    await client.query(MARKS);
    await client.query(
      `INSERT INTO marks SELECT ${momentAt('m->>0')}, ${momentAt('m->>1')}, (m->>2)::bigint * interval '1 ms' FROM jsonb_array_elements($1) m`,
      [JSON.stringify(marks)],
    );
    await client.query(MOVED);
    for (const { table } of tables) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    for (const { table, columns } of tables) {
      const moved = columns.map((column) => `${column} = ${beside(table, column) ?? `pg_temp.moved(${column})`}`);
      await client.query(`UPDATE ${table} SET ${[...moved, ...(INSIDE[table] ? [INSIDE[table]] : [])].join(', ')}`);
    }
    for (const statement of FOLLOWING) await client.query(statement);
    for (const { table } of tables) await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    await client.query('COMMIT');
  }
}

/** A millisecond in which nothing was written yet: what was done before lies before it, by whichever clock of this machine. */
async function nextMillisecond(): Promise<number> {
  const last = Date.now();
  while (Date.now() <= last) await new Promise((resolve) => setImmediate(resolve));
  return Date.now();
}

const momentAt = (ms: string): string => `'epoch'::timestamptz + (${ms})::bigint * interval '1 ms'`;

const MARKS =
  'CREATE TEMP TABLE marks (since timestamptz PRIMARY KEY, until timestamptz NOT NULL, shift interval NOT NULL) ON COMMIT DROP';

const MOVED = `
  CREATE FUNCTION pg_temp.moved(moment timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT moment + m.shift FROM marks m WHERE m.since <= moment AND moment < m.until), moment)
  $$`;

/** Moments of others than our clock stay as far from ours as they were: a gateway's, and those that are still to come. */
const BESIDE: Readonly<Record<string, string>> = {
  'facts.occurred_at': 'recorded_at',
  'payments.expires_at': 'created_at',
  'disputes.answer_by': 'opened_at',
};

function beside(table: string, column: string): string | null {
  const ours = BESIDE[`${table}.${column}`];
  return ours === undefined ? null : `${column} + (pg_temp.moved(${ours}) - ${ours})`;
}

/** The same inside a document. */
const INSIDE: Readonly<Record<string, string>> = {
  facts: `detail = CASE WHEN detail ? 'answerBy'
    THEN jsonb_set(detail, '{answerBy}', coalesce(to_jsonb(iso((detail->>'answerBy')::timestamptz + (pg_temp.moved(recorded_at) - recorded_at))), 'null')) ELSE detail END`,
};

/** Every table with moments, found in the catalogue, so that a new one is moved like the others. */
async function momentsOf(client: Client): Promise<readonly { table: string; columns: readonly string[] }[]> {
  const { rows } = await client.query<{ table: string; columns: readonly string[] }>(
    `SELECT c.oid::regclass::text AS table, array_agg(format('%I', a.attname) ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'timestamptz'::regtype
     WHERE c.relkind = 'r' AND c.relnamespace IN ('public'::regnamespace, 'auth'::regnamespace) AND c.relname <> ALL ($1) GROUP BY c.oid ORDER BY c.oid`,
    [['_prisma_migrations', 'outbox', 'idempotency_keys']],
  );
  return rows;
}

/** What is derived of moments when they are written. */
const FOLLOWING = [
  // The day on which an entry counts, as its own trigger has it.
  `UPDATE entries e SET booked_on = (least(coalesce(f.occurred_at, e.recorded_at), e.recorded_at) AT TIME ZONE m.time_zone)::date
   FROM merchants m, entries o LEFT JOIN facts f ON f.id = o.fact_id WHERE m.id = e.merchant_id AND o.id = e.id`,
  // The changes of days as one for each payment, and of statistics none yet: both are folded by the next upkeep.
  'DELETE FROM payment_day_changes',
  'DELETE FROM payment_days',
  `INSERT INTO payment_day_changes (account_id, day, status, payments, captured, fee, refunded)
   SELECT account_id, (created_at AT TIME ZONE 'UTC')::date, status, 1, captured, fee, refunded FROM payments`,
  'DELETE FROM statistics_days',
  'DELETE FROM statistics_marks',
  // They were looked at once more after a day and after three, as the upkeep does.
  `UPDATE payments SET looked_again = (created_at < now() - interval '24 hours')::int + (created_at < now() - interval '72 hours')::int`,
];
