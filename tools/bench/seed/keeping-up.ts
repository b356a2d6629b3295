import { foldPaymentDays, foldStatistics } from '../../../books/days';
import { markBalances } from '../../../books/ledger';
import type { Sql } from '../../../books/sql';

const BATCH = 100_000;

/** Does what a worker's upkeep does from time to time, so that what is read is summed up to here. */
export async function keepUp(db: Sql): Promise<void> {
  while ((await markBalances(db, 500)) === null);
  while ((await foldStatistics(db, { atLeast: 1, most: BATCH })) !== 0);
  while ((await foldPaymentDays(db, BATCH)) > 0);
  await db.sql.query('VACUUM payment_day_changes'); // as PostgreSQL does by itself within a minute
}
