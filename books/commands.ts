import type { CommandOutcome } from '../workflows/domain/turn';
import type { Sql } from './sql';

/** What a person asks of a payment. */
export type Order =
  | { readonly kind: 'cancel' | 'resolve' }
  | {
      readonly kind: 'refund';
      readonly refundId: string;
      readonly capture: string;
      readonly amount: number;
      readonly charges: readonly string[];
    }
  | { readonly kind: 'retry_refund' | 'give_up_refund'; readonly refundId: string }
  | { readonly kind: 'resolve_dispute'; readonly disputeId: string; readonly outcome: 'lost' | 'withdrawn' };

export interface StoredCommand {
  readonly id: string;
  readonly paymentId: string;
  readonly order: Order;
  readonly outcome: CommandOutcome | null;
}

/** Stores a command, and that Temporal is to be told of it by whoever sweeps, unless somebody does so within `leaseMs`. */
export async function storeCommand(
  { sql }: Sql,
  { id, paymentId, order }: Omit<StoredCommand, 'outcome'>,
  note: { readonly note?: string },
  leaseMs: number,
): Promise<void> {
  await sql.query('INSERT INTO commands (id, payment_id, kind, body) VALUES ($1, $2, $3, $4)', [
    id,
    paymentId,
    order.kind,
    JSON.stringify({ ...order, ...note }),
  ]);
  await sql.query(
    `INSERT INTO outbox (subject_id, kind, payment_id, due_at) VALUES ($1, 'command', $2, now() + $3 * interval '1 millisecond')`,
    [id, paymentId, leaseMs],
  );
}

/** A stored command with what became of it, or null. */
export async function readCommand({ sql }: Sql, id: string): Promise<StoredCommand | null> {
  const { rows } = await sql.query<{
    id: string;
    payment_id: string;
    body: Order;
    outcome: CommandOutcome | null;
  }>('SELECT id, payment_id, body, outcome FROM commands WHERE id = $1', [id]);
  const [row] = rows;
  return row ? { id: row.id, paymentId: row.payment_id, order: row.body, outcome: row.outcome } : null;
}
