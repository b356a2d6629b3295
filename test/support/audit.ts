import { Client } from 'pg';
import type { World } from './world';

/** The rows that contradict what the books promise, by the view that found them; empty when the books hold. */
export async function brokenInvariants({ database }: Pick<World, 'database'>): Promise<Record<string, unknown[]>> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    const views = await client.query<{ name: string }>(
      `SELECT viewname AS name FROM pg_views WHERE schemaname = current_schema() AND viewname LIKE 'inv\\_%' ORDER BY 1`,
    );
    if (views.rows.length === 0) throw new Error('there is no inv_* view to ask');
    const broken: Record<string, unknown[]> = {};
    for (const { name } of views.rows) {
      const { rows } = await client.query<Record<string, unknown>>(`SELECT * FROM ${name}`);
      if (rows.length > 0) broken[name] = rows;
    }
    return broken;
  } finally {
    await client.end();
  }
}
