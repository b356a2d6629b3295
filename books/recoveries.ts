import type { Sql } from './sql';

/** Who is invited as owner of a merchant whose owners cannot come in, unless one of them objects before `dueAt`. */
export interface Recovery {
  readonly merchantId: string;
  readonly email: string;
  readonly dueAt: Date;
}
const RECOVERY = 'merchant_id AS "merchantId", email, due_at AS "dueAt"';

/** Plans to invite an address as owner after so many seconds; it takes the place of one that was planned before. */
export async function planRecovery({ sql }: Sql, merchantId: string, email: string, waitS: number): Promise<Recovery> {
  const { rows } = await sql.query<Recovery>(
    `INSERT INTO recoveries (merchant_id, email, due_at) VALUES ($1, $2, now() + make_interval(secs => $3))
     ON CONFLICT (merchant_id) DO UPDATE SET email = excluded.email, created_at = now(), due_at = excluded.due_at RETURNING ${RECOVERY}`,
    [merchantId, email, waitS],
  );
  if (!rows[0]) throw new Error('a recovery was not planned');
  return rows[0];
}

/** What is planned for the merchant. */
export async function findRecovery({ sql }: Sql, merchantId: string): Promise<Recovery | null> {
  const { rows } = await sql.query<Recovery>(`SELECT ${RECOVERY} FROM recoveries WHERE merchant_id = $1`, [merchantId]);
  return rows[0] ?? null;
}

/** Ends what is planned for the merchant; gives what it was. */
export async function endRecovery({ sql }: Sql, merchantId: string): Promise<Recovery | null> {
  const { rows } = await sql.query<Recovery>(`DELETE FROM recoveries WHERE merchant_id = $1 RETURNING ${RECOVERY}`, [
    merchantId,
  ]);
  return rows[0] ?? null;
}

/** Takes one that is due, if there is one; no other process takes it too. In a transaction. */
export async function takeDueRecovery({ sql }: Sql): Promise<Recovery | null> {
  const { rows } = await sql.query<Recovery>(
    `DELETE FROM recoveries WHERE merchant_id =
       (SELECT merchant_id FROM recoveries WHERE due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING ${RECOVERY}`,
  );
  return rows[0] ?? null;
}
