import type { Database } from '../prisma/client';
import type { CheckoutOrder, OpenedCheckout } from './gateways/port';
import type { NextAction } from '../workflows/domain/gateway';
import type { AskingDependencies, SealedAccount } from './accounts';

export interface CheckoutDependencies extends AskingDependencies {
  readonly db: Pick<Database, 'sql'>;
}

/** A payment as its gateway is asked about it. `pending`: references of money that the gateway holds. */
export interface CheckoutQuestion {
  readonly paymentId: string;
  readonly pending: readonly string[];
}

/** A payment's checkout as it is recorded, with the account that it is asked for by. */
export interface CheckoutRow extends SealedAccount {
  readonly amount: number;
  readonly currency: string;
  readonly method: string | null;
  readonly reference: string | null;
  readonly nextAction: NextAction | null;
  readonly opening: PlannedOpening | null;
  readonly createdAt: Date;
}
/** As the API planned it; the order is the one that the payer agreed to. */
export type PlannedOpening =
  | { readonly asks: 'repeatably'; readonly order: CheckoutOrder }
  | { readonly asks: 'once'; readonly order: CheckoutOrder; readonly nextAction: NextAction };

/** Reads a payment's checkout. Throws where none is recorded. */
export async function readCheckout({ db }: CheckoutDependencies, paymentId: string): Promise<CheckoutRow> {
  const { rows } = await db.sql.query<CheckoutRow>({
    name: 'read_checkout',
    text: `SELECT p.gateway, p.amount, p.currency, p.method, p.checkout_reference AS reference, p.next_action AS "nextAction", p.opening, p.created_at AS "createdAt",
                  p.opened_with AS "openedWith", a.id AS "accountId", a.environment, a.credentials
           FROM payments p JOIN gateway_accounts a ON a.id = p.account_id WHERE p.id = $1`,
    values: [paymentId],
  });
  if (!rows[0]) throw new Error(`payment ${paymentId} is not recorded`);
  return rows[0];
}

/** What of it a gateway is told. */
export function checkoutOf(row: CheckoutRow, paymentId: string, pending: readonly string[]): OpenedCheckout {
  const { amount, currency, method, reference, nextAction, createdAt } = row;
  return {
    paymentId,
    money: { amount, currency },
    method,
    handed: nextAction?.kind ?? null,
    reference,
    pending,
    createdAt: createdAt.toISOString(),
  };
}
