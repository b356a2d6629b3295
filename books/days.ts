import { call } from './functions';
import type { Sql } from './sql';

/** The sums of days, which lists and statistics read in place of their rows, follow the books a batch at a time. */

/** Adds so many changes of payments to the days that they are of; gives how many there were. */
export async function foldPaymentDays(db: Sql, most: number): Promise<number> {
  return call(db, 'fold_payment_days', most);
}

/** Counts what came and went of so many payments that were opened under an earlier release; gives how many it looked at. */
export async function countPayments(db: Sql, most: number): Promise<number> {
  return call(db, 'count_payments', most);
}

/**
 * Adds about so many entries to the days that they were recorded on, of merchants who have at least so many that are not; gives how many
 * there were, or null while a long transaction may still write among them.
 */
export async function foldStatistics(
  db: Sql,
  { atLeast, most }: { readonly atLeast: number; readonly most: number },
): Promise<number | null> {
  return call(db, 'fold_statistics', atLeast, most);
}
