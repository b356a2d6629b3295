import { Client } from 'pg';
import { eventually } from './client';
import type { World } from './world';

/** Stops whoever writes, in the middle of his transaction: the row is being inserted, and nothing is committed yet. */
export interface Gate {
  /** Resolves when so many stand at the gate; one, unless more are awaited. */
  arrival(count?: number): Promise<void>;
  /** Lets all pass, now and from now on. */
  open(): Promise<void>;
  /** The database drops whoever stands there, and with him what he was about to write; then the gate is open. */
  turnAway(): Promise<void>;
  close(): Promise<void>;
}

const KEY = 4711;

/** Sets a gate before facts of this kind. */
export const holdFacts = (world: Pick<World, 'database'>, kind: string): Promise<Gate> =>
  holdInserts(world, 'facts', `NEW.kind = '${kind}'`);

/** Sets a gate before new rows of a table. */
export async function holdInserts({ database }: Pick<World, 'database'>, table: string, where = 'true'): Promise<Gate> {
  const client = new Client({ connectionString: database.url });
  client.on('error', () => undefined); // the database is dropped under it when a test fails half-way
  await client.connect();
  await client.query(`SELECT pg_advisory_lock(${KEY})`);
  await client.query(`
    CREATE OR REPLACE FUNCTION stand_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF ${where} THEN PERFORM pg_advisory_xact_lock_shared(${KEY}); END IF;
      RETURN NEW;
    END $$;
    CREATE OR REPLACE TRIGGER gate BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION stand_at_the_gate();`);
  const standing = async () => {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = ${KEY} AND NOT granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows.map((row) => row.pid);
  };
  const open = async () => {
    await client.query('SELECT pg_advisory_unlock_all()');
  };
  return {
    async arrival(count = 1) {
      await eventually(standing, (pids) => pids.length >= count);
    },
    open,
    async turnAway() {
      for (const pid of await standing()) await client.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
      await open();
    },
    async close() {
      await client.query('DROP FUNCTION stand_at_the_gate() CASCADE');
      await client.end();
    },
  };
}
