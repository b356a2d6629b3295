import type { Interval } from '../workflows/domain/agreement';
import type { Page, Sql } from './sql';

/** What a merchant lets members begin by themselves. Amounts in minor units of one instalment. */
export interface Offer {
  readonly id: string;
  readonly label: string;
  readonly category: string;
  readonly interval: Interval;
  readonly every: number;
  readonly currency: string;
  readonly amount: number | { readonly min: number; readonly max: number };
  readonly instalments: number | null;
}
export interface ListedOffer extends Offer {
  readonly sequence: number;
  readonly createdAt: Date;
  readonly withdrawnAt: Date | null;
}

const OFFER = `id, sequence, label, category, interval, every, currency, instalments, created_at AS "createdAt", withdrawn_at AS "withdrawnAt",
  CASE WHEN amount IS NULL THEN jsonb_build_object('min', min_amount, 'max', max_amount) ELSE to_jsonb(amount) END AS amount`;
const columnsOf = (amount: Offer['amount']): readonly (number | null)[] =>
  typeof amount === 'number' ? [amount, null, null] : [null, amount.min, amount.max];

export async function addOffer(
  { sql }: Sql,
  merchantId: string,
  { id, label, category, interval, every, currency, amount, instalments }: Offer,
): Promise<ListedOffer> {
  const { rows } = await sql.query<ListedOffer>(
    `INSERT INTO offers (id, merchant_id, label, category, interval, every, currency, instalments, amount, min_amount, max_amount)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING ${OFFER}`,
    [id, merchantId, label, category, interval, every, currency, instalments, ...columnsOf(amount)],
  );
  if (!rows[0]) throw new Error(`offer ${id} was not added`);
  return rows[0];
}

/** The merchant's offer of this id, withdrawn or not; or null. */
export async function findOffer({ sql }: Sql, merchantId: string, id: string): Promise<ListedOffer | null> {
  const { rows } = await sql.query<ListedOffer>(`SELECT ${OFFER} FROM offers WHERE id = $1 AND merchant_id = $2`, [
    id,
    merchantId,
  ]);
  return rows[0] ?? null;
}

/** A merchant's offers that can be begun, newest first; one more than asked for where there are more. */
export async function listOffers({ sql }: Sql, merchantId: string, { before, limit }: Page): Promise<ListedOffer[]> {
  const { rows } = await sql.query<ListedOffer>(
    `SELECT ${OFFER} FROM offers WHERE merchant_id = $1 AND withdrawn_at IS NULL AND ($2::bigint IS NULL OR sequence < $2) ORDER BY sequence DESC LIMIT $3`,
    [merchantId, before, limit + 1],
  );
  return rows;
}

/** Changes what the next agreement begins with; those that were begun go on as they are. */
export async function changeOffer(
  { sql }: Sql,
  merchantId: string,
  { id, label, category, amount, instalments }: Offer,
): Promise<ListedOffer | null> {
  const { rows } = await sql.query<ListedOffer>(
    `UPDATE offers SET label = $3, category = $4, instalments = $5, amount = $6, min_amount = $7, max_amount = $8
     WHERE id = $1 AND merchant_id = $2 RETURNING ${OFFER}`,
    [id, merchantId, label, category, instalments, ...columnsOf(amount)],
  );
  return rows[0] ?? null;
}

/** Nobody can begin it any more; null where there is no such offer. `isNew`: somebody could before. */
export async function withdrawOffer(
  { sql }: Sql,
  merchantId: string,
  id: string,
): Promise<{ readonly offer: ListedOffer; readonly isNew: boolean } | null> {
  const { rowCount } = await sql.query(
    'UPDATE offers SET withdrawn_at = now() WHERE id = $1 AND merchant_id = $2 AND withdrawn_at IS NULL',
    [id, merchantId],
  );
  const offer = await findOffer({ sql }, merchantId, id);
  return offer && { offer, isNew: rowCount === 1 };
}
