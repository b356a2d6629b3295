import type { CheckoutRow } from '../books/payments';
import type { Sql } from '../books/sql';
import type { OpenedCheckout } from '../workflows/domain/gateway';
import type { AskingDependencies } from './accounts';

export interface CheckoutDependencies extends AskingDependencies {
  readonly db: Sql;
}

/** A payment as its gateway is asked about it. `pending`: references of money that the gateway holds. */
export interface CheckoutQuestion {
  readonly paymentId: string;
  readonly pending: readonly string[];
}

/** What of a recorded checkout a gateway is told. */
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
