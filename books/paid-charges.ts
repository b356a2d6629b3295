import type { Sql } from './sql';

/** What one payment pays of one charge now, in minor units. */
interface PaidCharge {
  readonly id: string;
  readonly label: string;
  readonly category: string;
  readonly amount: number;
}

/** What a payment pays now: each charge with what of it, and what is kept for later; given back, it pays nothing. */
export async function readPaidCharges(
  { sql }: Sql,
  paymentId: string,
): Promise<{ readonly charges: readonly PaidCharge[]; readonly credit: number }> {
  const { rows: charges } = await sql.query<PaidCharge>(
    `SELECT g.id, g.label, g.category, g.amount
     FROM (SELECT c.sequence, c.id, c.label, c.category, sum(standing_of(a))::bigint AS amount
           FROM paylines l JOIN allocations a ON a.payline_id = l.id JOIN charges c ON c.id = a.charge_id
           WHERE l.payment_id = $1 GROUP BY c.sequence, c.id, c.label, c.category) g WHERE g.amount > 0 ORDER BY g.sequence`,
    [paymentId],
  );
  const { rows } = await sql.query<{ credit: number }>(
    'SELECT coalesce(sum(credit_of(l)), 0)::bigint AS credit FROM paylines l WHERE l.payment_id = $1 AND l.amount > 0',
    [paymentId],
  );
  return { charges, credit: rows[0]?.credit ?? 0 };
}
