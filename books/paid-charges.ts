import type { Sql } from './sql';

/** What one payment pays of one charge now, in minor units. */
interface PaidCharge {
  readonly id: string;
  readonly label: string;
  readonly category: string;
  readonly amount: number;
}

/** What a payment pays now: of each charge, the oldest first, and what of it is kept for later. What was given back pays nothing. */
export interface PaidNow {
  readonly charges: readonly PaidCharge[];
  readonly credit: number;
}

/** The two columns of it, for a statement that reads payments `p`. */
export const PAID_NOW = `
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'label', g.label, 'category', g.category, 'amount', g.amount) ORDER BY g.sequence), '[]')
   FROM (SELECT c.sequence, c.id, c.label, c.category, sum(standing_of(a))::bigint AS amount
         FROM paylines l JOIN allocations a ON a.payline_id = l.id JOIN charges c ON c.id = a.charge_id
         WHERE l.payment_id = p.id GROUP BY c.sequence, c.id, c.label, c.category) g WHERE g.amount > 0) AS charges,
  (SELECT coalesce(sum(credit_of(l)), 0)::bigint FROM paylines l WHERE l.payment_id = p.id AND l.amount > 0) AS credit`;

/** Throws where there is no such payment. */
export async function readPaidNow({ sql }: Sql, paymentId: string): Promise<PaidNow> {
  const { rows } = await sql.query<PaidNow>(`SELECT ${PAID_NOW} FROM payments p WHERE p.id = $1`, [paymentId]);
  if (!rows[0]) throw new Error(`payment ${paymentId} is gone`);
  return rows[0];
}
