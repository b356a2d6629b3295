import type { QueryResultRow } from 'pg';
import type { Database } from '../prisma/client';
import { narrowed } from './sought';
import type { Sought } from './sought';
import { inTransaction } from './sql';
import type { Page } from './sql';

/** So many rows of a list are summed one by one. */
export const MOST_SUMMED = 10_000;

interface Summing<Filter> {
  /** Asks for the newest rows of the list, and one more than the page has. */
  readonly listOf: (filter: Filter, page: Page) => { readonly text: string; readonly values: unknown[] };
  /** The sums as columns, of rows `s`; of those that are `summed` alone. */
  readonly sums: string;
}

/**
 * Sums the newest rows that a filter shows. Of so many the planner hopes to read the whole table sooner than an index, whosever rows are in it: so
 * it may not.
 */
export async function sumNewest<
  Filter extends { readonly sought?: Sought | undefined },
  Row extends QueryResultRow & { readonly exact: boolean },
>(db: Pick<Database, 'sql'>, filter: Filter, { listOf, sums }: Summing<Filter>): Promise<Row> {
  const { sought } = filter;
  const asked = sought === undefined ? filter : { ...filter, sought: narrowed(sought) };
  const { text, values } = listOf(asked, { before: null, limit: MOST_SUMMED });
  const { rows } = await inTransaction(db, async ({ sql }) => {
    await sql.query('SET LOCAL enable_seqscan = off');
    return sql.query<Row>(
      `SELECT ${sums} FROM (SELECT f.*, row_number() OVER (ORDER BY f.sequence DESC) <= ${MOST_SUMMED} AS summed FROM (${text}) f) s`,
      values,
    );
  });
  if (rows[0] === undefined) throw new Error('a sum has no row');
  return { ...rows[0], exact: rows[0].exact && sought?.members.areAll !== false };
}
