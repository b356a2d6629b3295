import { holdMerchant } from './merchants';
import type { Page, Sql } from './sql';

/** The lists of which a filter can be kept. */
export const VIEW_LISTS = ['payments', 'members', 'refunds', 'notifications', 'disputes'] as const;
export type ViewList = (typeof VIEW_LISTS)[number];

/** The filter of a list, kept under a name. */
export interface SavedView {
  readonly id: string;
  readonly sequence: number;
  /** Who made it; null: a key did. */
  readonly personId: string | null;
  readonly name: string;
  readonly list: ViewList;
  /** Query parameters of the list, as they were written. */
  readonly filter: Readonly<Record<string, string>>;
  /** Whether all of the merchant's people see it, or only who made it. */
  readonly shared: boolean;
  readonly createdAt: Date;
}
export type NewView = Omit<SavedView, 'sequence' | 'createdAt'>;

/** So many each person keeps at a merchant, and its keys together; more would be found by nobody. */
const MOST_VIEWS = 100;

/** Of a view `v`. */
const VIEW =
  'v.id, v.sequence, v.person_id AS "personId", v.name, v.list, v.filter, v.shared, v.created_at AS "createdAt"';

/** Keeps one; null: its maker has too many. In a transaction. */
export async function addView(tx: Sql, merchantId: string, view: NewView): Promise<SavedView | null> {
  await holdMerchant(tx, merchantId); // of two that are made at once the second is counted with the first
  const { id, personId, name, list, filter, shared } = view;
  const { rows } = await tx.sql.query<SavedView>(
    `INSERT INTO saved_views AS v (id, merchant_id, person_id, name, list, filter, shared) SELECT $1, $2, $3, $4, $5, $6, $7
     WHERE (SELECT count(*) FROM saved_views o WHERE o.merchant_id = $2 AND o.person_id IS NOT DISTINCT FROM $3) < ${MOST_VIEWS} RETURNING ${VIEW}`,
    [id, merchantId, personId, name, list, JSON.stringify(filter), shared],
  );
  return rows[0] ?? null;
}

/** What a person sees, or a key (null): their own and what is shared, newest first; one more than asked for where there are more. */
export async function listViews(
  { sql }: Sql,
  merchantId: string,
  personId: string | null,
  list: ViewList | undefined,
  { before, limit }: Page,
): Promise<readonly SavedView[]> {
  const { rows } = await sql.query<SavedView>(
    `SELECT ${VIEW} FROM saved_views v WHERE v.merchant_id = $1 AND (v.shared OR v.person_id = $2) AND ($3::text IS NULL OR v.list = $3)
       AND ($4::bigint IS NULL OR v.sequence < $4) ORDER BY v.sequence DESC LIMIT $5`,
    [merchantId, personId, list, before, limit + 1],
  );
  return rows;
}

/** One that the person, or a key (null), sees. */
export async function findView(
  { sql }: Sql,
  merchantId: string,
  personId: string | null,
  id: string,
): Promise<SavedView | null> {
  const { rows } = await sql.query<SavedView>(
    `SELECT ${VIEW} FROM saved_views v WHERE v.id = $3 AND v.merchant_id = $1 AND (v.shared OR v.person_id = $2)`,
    [merchantId, personId, id],
  );
  return rows[0] ?? null;
}

/** False: it is gone already. */
export async function removeView({ sql }: Sql, id: string): Promise<boolean> {
  const { rowCount } = await sql.query('DELETE FROM saved_views WHERE id = $1', [id]);
  return rowCount === 1;
}

/** What somebody kept at a merchant for themself goes with them; what they shared stays. */
export async function forgetOwnViews({ sql }: Sql, merchantId: string, personId: string): Promise<void> {
  await sql.query('DELETE FROM saved_views WHERE merchant_id = $1 AND person_id = $2 AND NOT shared', [
    merchantId,
    personId,
  ]);
}
