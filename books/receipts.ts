import type { PaylineKind } from '../workflows/domain/booking';
import type { Environment } from '../workflows/domain/gateway';
import type { Currency } from '../workflows/domain/money';
import type { MemberLocale } from './members';
import { PAID_NOW } from './paid-charges';
import type { PaidNow } from './paid-charges';
import type { Sql } from './sql';

/** A payment as a paper tells of it: what came, what went back since, and what it pays now. Sums are in minor units. */
export interface Receipt extends PaidNow {
  readonly merchant: {
    readonly name: string;
    readonly address: string | null;
    readonly registration: string | null;
    readonly timeZone: string;
    readonly locale: MemberLocale;
  };
  readonly member: { readonly name: string; readonly locale: MemberLocale | null };
  readonly environment: Environment;
  readonly currency: Currency;
  /** What its money did to the cart, the oldest first; below zero it went back. `at`: when the gateway says, else when it was recorded. */
  readonly lines: readonly { readonly kind: PaylineKind; readonly amount: number; readonly at: string }[];
}

/** Throws where there is no such payment. */
export async function readReceipt({ sql }: Sql, paymentId: string): Promise<Receipt> {
  const { rows } = await sql.query<Receipt>(
    `SELECT jsonb_build_object('name', h.name, 'address', h.address, 'registration', h.registration, 'timeZone', h.time_zone, 'locale', h.locale) AS merchant,
            jsonb_build_object('name', m.name, 'locale', m.locale) AS member,
            (SELECT a.environment FROM gateway_accounts a WHERE a.id = p.account_id) AS environment, p.currency,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', l.kind, 'amount', l.amount, 'at', iso(coalesce(f.occurred_at, l.created_at))) ORDER BY l.id), '[]')
             FROM paylines l JOIN facts f ON f.id = l.fact_id WHERE l.payment_id = p.id) AS lines,
            ${PAID_NOW}
     FROM payments p JOIN members m ON m.id = p.member_id JOIN merchants h ON h.id = m.merchant_id WHERE p.id = $1`,
    [paymentId],
  );
  if (!rows[0]) throw new Error(`payment ${paymentId} is gone`);
  return rows[0];
}
