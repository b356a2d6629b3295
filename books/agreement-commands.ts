import type { AgreementCommandEnd } from '../workflows/domain/agreement';
import { interval } from './functions';
import type { Sql } from './sql';

/** What a person asks of an agreement. */
export type AgreementOrder =
  | { readonly kind: 'cancel' | 'suspend' | 'resume'; readonly note: string | null }
  | { readonly kind: 'change_amount'; readonly amount: number };
export interface StoredAgreementCommand {
  readonly id: string;
  readonly agreementId: string;
  readonly order: AgreementOrder;
  readonly outcome: AgreementCommandEnd | null;
}

/** Stores a command, and that its run is to be told. */
export async function storeAgreementCommand(
  { sql }: Sql,
  { id, agreementId, order }: Omit<StoredAgreementCommand, 'outcome'>,
  leaseMs: number,
): Promise<void> {
  const { kind, ...body } = order;
  await sql.query(
    `WITH stored AS (INSERT INTO agreement_commands (id, agreement_id, kind, body) VALUES ($1, $2, $3, $4))
     INSERT INTO outbox (subject_id, kind, payment_id, due_at) VALUES ($1, 'agreement_command', $2, now() + $5::interval)`,
    [id, agreementId, kind, JSON.stringify(body), interval(leaseMs)],
  );
}

export async function readAgreementCommand({ sql }: Sql, id: string): Promise<StoredAgreementCommand | null> {
  const { rows } = await sql.query<StoredAgreementCommand>(
    `SELECT id, agreement_id AS "agreementId", body || jsonb_build_object('kind', kind) AS order, outcome FROM agreement_commands WHERE id = $1`,
    [id],
  );
  return rows[0] ?? null;
}
