import type { Pool } from 'pg';

/** A statement that the product sent, and how many blocks each of its calls touched. */
export interface Reading {
  readonly statement: string;
  readonly blocks: number;
}

/** Counts the blocks (pages of 8 kB, in memory or not) that statements read in a database; a function's count with whatever they call. */
export interface BlockMeter {
  /** What `work` sent, the dearest first. */
  during(work: () => Promise<unknown>): Promise<readonly Reading[]>;
}

/** Prepares the database to be measured: connections that are opened from now on are counted. */
export async function meterBlocks(sql: Pool): Promise<BlockMeter> {
  await sql.query('CREATE EXTENSION pg_stat_statements');
  await sql.query(
    `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET pg_stat_statements.track = %L', current_database(), 'top'); END $$`,
  );
  return {
    async during(work) {
      await sql.query(
        'SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0)',
      );
      await work();
      const read = await sql.query<Reading>(
        `SELECT query AS statement, ((shared_blks_hit + shared_blks_read) / calls)::int AS blocks FROM pg_stat_statements
         WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg_stat_statements%' ORDER BY 2 DESC`,
      );
      return read.rows;
    },
  };
}
