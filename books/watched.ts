import { newestSequences, numberEvents } from './events';
import type { Sql } from './sql';

/** How far something has come: a payment by its facts, a merchant by the number of its newest event. */
interface Reached {
  readonly id: string;
  readonly reached: number;
}

/** How far each of these payments and merchants has come by now; unknown ids are left out. */
export async function measureWatched(db: Sql, ids: readonly string[]): Promise<readonly Reached[]> {
  const payments = ids.filter((id) => id.startsWith('pay_'));
  const merchants = ids.filter((id) => id.startsWith('mer_'));
  const [ofPayments, ofMerchants] = await Promise.all([
    payments.length === 0 ? [] : countFacts(db, payments),
    merchants.length === 0 ? [] : numberEvents(db).then(() => newestSequences(db, merchants)),
  ]);
  return [...ofPayments, ...ofMerchants];
}

async function countFacts({ sql }: Sql, ids: readonly string[]): Promise<readonly Reached[]> {
  const { rows } = await sql.query<Reached>(
    `SELECT p.id, (SELECT count(*) FROM facts f WHERE f.payment_id = p.id) + (SELECT count(*) FROM fact_bindings b WHERE b.payment_id = p.id) AS reached
     FROM payments p WHERE p.id = ANY ($1)`,
    [ids],
  );
  return rows;
}
