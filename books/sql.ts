import type { Pool, QueryConfig, QueryResult, QueryResultRow } from 'pg';

/** Runs on a connection of its own, or inside the caller's transaction. */
export interface Sql {
  readonly sql: {
    query<Row extends QueryResultRow>(query: string | QueryConfig, values?: unknown[]): Promise<QueryResult<Row>>;
  };
}

/** A part of a list that goes newest first: below the sequence `before`, or from the newest on. */
export interface Page {
  readonly before: bigint | null;
  readonly limit: number;
}

/** Above every sequence and every number that an identity gives: the place of a page that begins at the newest. */
export const BEYOND_ALL = 2n ** 63n - 1n;

/** Rows in the order of these ids; those that are not there are left out. */
export function inOrderOf<Row extends { readonly id: Id }, Id>(ids: readonly Id[], rows: readonly Row[]): Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Does `work` whole or not at all. */
export async function inTransaction<Result>(
  { sql }: { readonly sql: Pick<Pool, 'connect'> },
  work: (tx: Sql) => Promise<Result>,
): Promise<Result> {
  const client = await sql.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work({ sql: client });
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error('ROLLBACK failed'); // the pool must not hand it out again
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Resolves if the database answers. */
export async function ping({ sql }: Sql): Promise<void> {
  await sql.query('SELECT 1');
}
