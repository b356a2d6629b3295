import type { AgreementTerms } from '../workflows/domain/agreement';
import type { Sql } from './sql';

/** What the payment's instalment is charged as, while nothing of it is; null: it is no instalment, or its charge was made. */
export interface UnmadeCharge {
  readonly id: string;
  readonly category: string;
  readonly amount: number;
  readonly currency: string;
  readonly agreement: string;
  readonly number: number;
}
export async function readUnmadeCharge({ sql }: Sql, paymentId: string) {
  const { rows } = await sql.query<
    UnmadeCharge & Pick<AgreementTerms, 'label' | 'interval' | 'every'> & { readonly startsOn: string }
  >({
    name: 'read_unmade_charge',
    text: `SELECT p.charges[1] AS id, g.category, p.amount, p.currency, g.id AS agreement, p.instalment AS number, g.label, g.interval, g.every, g.starts_on::text AS "startsOn"
           FROM payments p JOIN agreements g ON g.id = p.agreement_id
           WHERE p.id = $1 AND NOT EXISTS (SELECT FROM charges c WHERE c.id = p.charges[1])`,
    values: [paymentId],
  });
  return rows[0] ?? null;
}
