import type { Sql } from './sql';

/** The gateway's id of terms that were prepared there before, or null. */
export async function findPlan({ sql }: Sql, accountId: string, terms: string): Promise<string | null> {
  const { rows } = await sql.query<{ reference: string }>(
    'SELECT gateway_reference AS reference FROM agreement_plans WHERE account_id = $1 AND terms = $2',
    [accountId, terms],
  );
  return rows[0]?.reference ?? null;
}

/** Keeps it; gives the one that was kept first. */
export async function keepPlan({ sql }: Sql, accountId: string, terms: string, reference: string): Promise<string> {
  const { rows } = await sql.query<{ reference: string }>(
    `INSERT INTO agreement_plans (account_id, terms, gateway_reference) VALUES ($1, $2, $3)
     ON CONFLICT (account_id, terms) DO UPDATE SET terms = excluded.terms RETURNING gateway_reference AS reference`,
    [accountId, terms, reference],
  );
  return rows[0]?.reference ?? reference;
}
