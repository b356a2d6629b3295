import type { Sql } from '../../books/cart';
import type { Database } from '../../prisma/client';

/** Does `work` whole or not at all. */
export async function inTransaction<Result>(
  db: Pick<Database, 'sql'>,
  work: (tx: Sql) => Promise<Result>,
): Promise<Result> {
  const client = await db.sql.connect();
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
